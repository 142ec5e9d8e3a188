/* SPDX-License-Identifier: BSD-3-Clause */
/* A stand-in for the virtual CPU interface. */
#include "hypervisor/port/inprocess/fake_cpu.h"

#include <stddef.h>

#include "abi/bits.h"
#include "hypervisor/core/vgic/gic.h"

#define LR_STATE (ICH_LR_PENDING | ICH_LR_ACTIVE)

unsigned fake_cpu_ack(struct vcpu *vcpu)
{
	struct vgic_state *state = &vcpu->gic.state;
	uint64_t *best = NULL;

	for (unsigned i = 0; i < VGIC_LRS; i++) {
		uint64_t *lr = &state->lr[i];

		if ((*lr & LR_STATE) == ICH_LR_PENDING &&
		    (best == NULL || BITS_GET(*lr, ICH_LR_PRIORITY) <
					     BITS_GET(*best, ICH_LR_PRIORITY)))
			best = lr;
	}
	if (best == NULL || (state->hcr & ICH_HCR_EN) == 0)
		return FAKE_CPU_NONE;
	*best = (*best & ~ICH_LR_PENDING) | ICH_LR_ACTIVE;
	return (unsigned)BITS_GET(*best, ICH_LR_INTID);
}

void fake_cpu_end(struct vcpu *vcpu, unsigned intid)
{
	struct vgic_state *state = &vcpu->gic.state;

	for (unsigned i = 0; i < VGIC_LRS; i++) {
		uint64_t *lr = &state->lr[i];

		if ((*lr & ICH_LR_ACTIVE) != 0 &&
		    BITS_GET(*lr, ICH_LR_INTID) == intid) {
			*lr &= ~ICH_LR_ACTIVE;
			return;
		}
	}
	state->hcr += UINT64_C(1) << ICH_HCR_EOICOUNT_SHIFT;
}

bool fake_cpu_maintenance(const struct vcpu *vcpu)
{
	const struct vgic_state *state = &vcpu->gic.state;
	bool ended = false, pending = false;

	for (unsigned i = 0; i < VGIC_LRS; i++) {
		ended |= (state->lr[i] & LR_STATE) == 0 &&
			 (state->lr[i] & ICH_LR_EOI) != 0;
		pending |= (state->lr[i] & LR_STATE) == ICH_LR_PENDING;
	}
	return ended || (!pending && (state->hcr & ICH_HCR_NPIE) != 0) ||
	       ((state->hcr & ICH_HCR_LRENPIE) != 0 &&
		BITS_GET(state->hcr, ICH_HCR_EOICOUNT) != 0);
}
