/* SPDX-License-Identifier: BSD-3-Clause */
/* Loads and saves the virtual CPU interface. */
#include "hypervisor/port/a64/ich.h"

#include "abi/bits.h"
#include "lib/a64.h"
#include "lib/ich.h"

#define ICH_VTR_LISTREGS_SHIFT 0 /* number of list registers - 1 */
#define ICH_VTR_LISTREGS_WIDTH 5
#define ICH_VTR_PREBITS_SHIFT  26 /* bits of a preemption level, minus 1 */
#define ICH_VTR_PREBITS_WIDTH  3

/* Registers by number, as encodings. */
#define ICH_AP0R_EL2(n) S3_4_C12_C8_##n /* n = 0..3 */
#define ICH_AP1R_EL2(n) S3_4_C12_C9_##n

unsigned ich_lr_count(void)
{
	unsigned count =
		(unsigned)BITS_GET(sysreg_read(ICH_VTR_EL2), ICH_VTR_LISTREGS) +
		1;

	return count < VGIC_LRS ? count : VGIC_LRS;
}

/* Returns how many active-priority registers of each group the core has: 1, 2
 * or 4 for 5, 6 or 7 bits of preemption level. */
static unsigned apr_count(void)
{
	return 1u << (BITS_GET(sysreg_read(ICH_VTR_EL2), ICH_VTR_PREBITS) - 4);
}

static void apr_load(const struct vgic_state *state)
{
	unsigned count = apr_count();

	sysreg_write(ICH_AP0R_EL2(0), state->ap0r[0]);
	sysreg_write(ICH_AP1R_EL2(0), state->ap1r[0]);
	if (count >= 2) {
		sysreg_write(ICH_AP0R_EL2(1), state->ap0r[1]);
		sysreg_write(ICH_AP1R_EL2(1), state->ap1r[1]);
	}
	if (count >= 4) {
		sysreg_write(ICH_AP0R_EL2(2), state->ap0r[2]);
		sysreg_write(ICH_AP0R_EL2(3), state->ap0r[3]);
		sysreg_write(ICH_AP1R_EL2(2), state->ap1r[2]);
		sysreg_write(ICH_AP1R_EL2(3), state->ap1r[3]);
	}
}

static void apr_save(struct vgic_state *state)
{
	unsigned count = apr_count();

	state->ap0r[0] = sysreg_read(ICH_AP0R_EL2(0));
	state->ap1r[0] = sysreg_read(ICH_AP1R_EL2(0));
	if (count >= 2) {
		state->ap0r[1] = sysreg_read(ICH_AP0R_EL2(1));
		state->ap1r[1] = sysreg_read(ICH_AP1R_EL2(1));
	}
	if (count >= 4) {
		state->ap0r[2] = sysreg_read(ICH_AP0R_EL2(2));
		state->ap0r[3] = sysreg_read(ICH_AP0R_EL2(3));
		state->ap1r[2] = sysreg_read(ICH_AP1R_EL2(2));
		state->ap1r[3] = sysreg_read(ICH_AP1R_EL2(3));
	}
}

void ich_load(const struct vgic_state *state)
{
	unsigned count = ich_lr_count();

	for (unsigned i = 0; i < count; i++)
		ich_lr_write(i, state->lr[i]);
	apr_load(state);
	sysreg_write(ICH_VMCR_EL2, state->vmcr);
	sysreg_write(ICH_HCR_EL2, state->hcr);
	isb();
}

void ich_save(struct vgic_state *state)
{
	unsigned count = ich_lr_count();

	for (unsigned i = 0; i < count; i++)
		state->lr[i] = ich_lr_read(i);
	apr_save(state);
	state->vmcr = sysreg_read(ICH_VMCR_EL2);
	state->hcr = sysreg_read(ICH_HCR_EL2);
	sysreg_write(ICH_HCR_EL2, 0);
	isb();
}
