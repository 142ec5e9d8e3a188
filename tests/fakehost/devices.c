/* SPDX-License-Identifier: BSD-3-Clause */
/* In place of a guest's devices, where no guest runs. */
#include <string.h>

#include "hypervisor/core/vcpu.h"
#include "hypervisor/core/vgic.h"
#include "hypervisor/core/vuart.h"

void vgic_init(struct vgic *vgic, struct domain *domain, unsigned lr_count,
	struct vgic_irq *irqs, unsigned spis)
{
	*vgic = (struct vgic){
		.domain = domain, .lr_count = lr_count, .irqs = irqs, .spis = spis
	};
	memset(irqs, 0, spis * sizeof(*irqs));
}

void vgic_cpu_init(struct vcpu *vcpu)
{
	memset(&vcpu->gic, 0, sizeof(vcpu->gic));
}

void vuart_init(struct vuart *vuart, struct domain *domain)
{
	*vuart = (struct vuart){ .domain = domain };
}
