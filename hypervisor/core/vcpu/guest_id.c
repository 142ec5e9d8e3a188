/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ID registers as an ordinary guest sees them (Arm DDI0487, "ID_AA64*"). A
 * feature is shown only if the registers that it needs are switched, or
 * emulated as those of debug are (lib/debug.h); the tests compare the two by
 * lib/feature_regs.h. Hidden are SVE and SME, memory tags, error records,
 * non-maskable interrupts, performance and activity monitors, partitioning,
 * A32, all that concerns EL2 and EL3, and every register that this file does
 * not name.
 */
#include "hypervisor/core/vcpu/guest_id.h"

#include "lib/dfr0.h"

#include <stddef.h>

/* A field of four bits, and the greatest value that the guest sees in it. */
struct limit {
	uint8_t crm, op2;
	uint8_t shift;
	uint8_t most;
};

#define PFR0  4, 0
#define PFR1  4, 1
#define ISAR0 6, 0
#define ISAR1 6, 1
#define ISAR2 6, 2
#define MMFR0 7, 0
#define MMFR1 7, 1
#define MMFR2 7, 2

static const struct limit limits[] = {
	{ PFR0, 0, 1 }, /* EL0: A64 */
	{ PFR0, 4, 1 }, /* EL1: A64 */
	{ PFR0, 8, 0 }, /* EL2 */
	{ PFR0, 12, 0 }, /* EL3 */
	{ PFR0, 24, 1 }, /* GIC 3.0 */
	{ PFR0, 28, 0 }, /* RAS */
	{ PFR0, 32, 0 }, /* SVE */
	{ PFR0, 36, 0 }, /* SEL2 */
	{ PFR0, 40, 0 }, /* MPAM */
	{ PFR0, 44, 0 }, /* AMU */
	{ PFR0, 52, 0 }, /* RME */
	{ PFR0, 56, 3 }, /* CSV2 */
	{ PFR1, 8, 0 }, /* MTE */
	{ PFR1, 12, 0 }, /* RAS_frac */
	{ PFR1, 16, 0 }, /* MPAM_frac */
	{ PFR1, 24, 0 }, /* SME */
	{ PFR1, 28, 0 }, /* RNDR_trap */
	{ PFR1, 32, 2 }, /* CSV2_frac */
	{ PFR1, 36, 0 }, /* NMI */
	{ PFR1, 40, 0 }, /* MTE_frac */
	{ PFR1, 44, 0 }, /* GCS */
	{ PFR1, 48, 0 }, /* THE */
	{ PFR1, 52, 0 }, /* MTEX */
	{ PFR1, 56, 0 }, /* DF2 */
	{ PFR1, 60, 0 }, /* PFAR */
	{ ISAR0, 24, 0 }, /* TME */
	{ ISAR1, 60, 0 }, /* LS64 */
	{ ISAR2, 32, 0 }, /* SYSREG_128 */
	{ ISAR2, 36, 0 }, /* SYSINSTR_128 */
	{ MMFR0, 0, 2 }, /* PARange: 40 bits, of which stage 2 has 39 */
	{ MMFR0, 20, 1 }, /* TGran16: no LPA2 */
	{ MMFR0, 32, 0 }, /* TGran16_2 */
	{ MMFR0, 36, 0 }, /* TGran64_2 */
	{ MMFR0, 40, 0 }, /* TGran4_2 */
	{ MMFR0, 56, 0 }, /* FGT */
	{ MMFR0, 60, 1 }, /* ECV: no CNTPOFF_EL2 */
	{ MMFR1, 4, 0 }, /* VMIDBits */
	{ MMFR1, 8, 0 }, /* VH */
	{ MMFR1, 16, 0 }, /* LO */
	{ MMFR1, 24, 0 }, /* SpecSEI */
	{ MMFR1, 28, 0 }, /* XNX */
	{ MMFR1, 32, 0 }, /* TWED */
	{ MMFR1, 40, 0 }, /* HCX */
	{ MMFR2, 16, 0 }, /* VARange: 48 bits, as LPA2 is not there */
	{ MMFR2, 24, 0 }, /* NV */
	{ MMFR2, 36, 0 }, /* IDS: traps are undefined instructions */
	{ MMFR2, 40, 0 }, /* FWB */
	{ MMFR2, 56, 0 }, /* EVT */
};

/*
 * The registers that are not all zero for the guest, besides ID_AA64DFR0_EL1.
 */
static const struct {
	uint8_t crm, op2;
} shown[] = {
	{ PFR0 },  { PFR1 },  { ISAR0 }, { ISAR1 },
	{ ISAR2 }, { MMFR0 }, { MMFR1 }, { MMFR2 },
};

#define FIELD_ONES UINT64_C(0xf)

/* ID_AA64MMFR0_EL1.TGran4: 15 says that there are no 4 KiB granules, 1 that
 * they exist with LPA2, which is hidden. */
#define TGRAN4_CRM   7
#define TGRAN4_OP2   0
#define TGRAN4_SHIFT 28
#define TGRAN4_LPA2  1

static uint64_t field_limit(uint64_t value, const struct limit *limit)
{
	uint64_t field = value >> limit->shift & FIELD_ONES;

	if (field <= limit->most)
		return value;
	return (value & ~(FIELD_ONES << limit->shift)) |
	       (uint64_t)limit->most << limit->shift;
}

static uint64_t without_lpa2(uint64_t value)
{
	uint64_t field = value >> TGRAN4_SHIFT & FIELD_ONES;

	return field == TGRAN4_LPA2 ? value & ~(FIELD_ONES << TGRAN4_SHIFT)
				    : value;
}

static uint64_t register_view(unsigned crm, unsigned op2, uint64_t value)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (limits[i].crm == crm && limits[i].op2 == op2)
			value = field_limit(value, &limits[i]);
	}
	if (crm == TGRAN4_CRM && op2 == TGRAN4_OP2)
		value = without_lpa2(value);
	return value;
}

uint64_t guest_id_view(unsigned crm, unsigned op2, uint64_t value)
{
	if (crm == 5 && op2 == 0) {
		return dfr0_guest(BITS_GET(value, DFR0_BRPS),
				  BITS_GET(value, DFR0_WRPS));
	}
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		if (shown[i].crm == crm && shown[i].op2 == op2)
			return register_view(crm, op2, value);
	}
	return 0;
}
