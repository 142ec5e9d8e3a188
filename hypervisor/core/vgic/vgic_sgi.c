/* SPDX-License-Identifier: BSD-3-Clause */
/* Software Generated Interrupts: which vCPUs one is sent to (IHI0069,
 * ICC_SGI1R_EL1). */
#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/vgic/vgic_internal.h"

/* Makes an SGI pending. A group 1 SGI is ignored if the target has the INTID in
 * group 0. */
static void sgi_send(struct vcpu *to, unsigned intid, struct kicks *kicks)
{
	struct irq_ref ref;
	bool before;

	if (!irq_find(&to->domain->vgic, to, intid, &ref) || !ref.irq->group1)
		return;
	before = irq_is_signalled(&ref);
	ref.irq->pending = true;
	irq_changed(&ref, before, kicks);
}

static void send_to_others(struct domain *domain, unsigned intid,
			   struct kicks *kicks)
{
	for (unsigned i = 0; i < domain->vcpu_count; i++) {
		if (&domain->vcpus[i] != kicks->caller)
			sgi_send(&domain->vcpus[i], intid, kicks);
	}
}

/* Sends an SGI to the vCPUs of a list. Aff0 is at most 15 here (GUEST_MPIDR),
 * so every range but 0 is empty. */
static void send_to_list(struct domain *domain, uint64_t value,
			 struct kicks *kicks)
{
	unsigned intid = (unsigned)BITS_GET(value, SGIR_INTID);
	unsigned first = (unsigned)BITS_GET(value, SGIR_AFF1) << 4;
	struct vcpu *to;

	if (BITS_GET(value, SGIR_AFF3) != 0 ||
	    BITS_GET(value, SGIR_AFF2) != 0 || BITS_GET(value, SGIR_RS) != 0)
		return;
	for (unsigned i = 0; i < SGIR_TARGETS_WIDTH; i++) {
		to = domain_vcpu(domain, first + i);
		if ((value >> i & 1) != 0 && to != NULL)
			sgi_send(to, intid, kicks);
	}
}

void vgic_sgi(struct vcpu *vcpu, uint64_t value)
{
	struct domain *domain = vcpu->domain;
	struct kicks kicks = { .caller = vcpu };

	spinlock_acquire(&domain->vgic.lock);
	if (BITS_GET(value, SGIR_IRM) != 0) {
		send_to_others(domain, (unsigned)BITS_GET(value, SGIR_INTID),
			       &kicks);
	} else {
		send_to_list(domain, value, &kicks);
	}
	spinlock_release(&domain->vgic.lock);
	kicks_send(&kicks, domain);
}
