/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ID registers as a Realm sees them (docs/rmi.md, ID registers). A table
 * lists the fields that a Realm may see. A feature is in the table if all
 * registers that it needs are switched (context.h), and none of them traps;
 * the tests compare the two by lib/feature_regs.h. A value above the highest
 * one known here is cut to that one. All other fields read as "not there":
 * vectors longer than 128 bits, matrices, memory tags beyond instructions,
 * error records, performance counters, nested virtualization, and features of
 * later CPUs. Debug is that of lib/debug.h.
 */
#include "rmm/core/rec/idreg.h"

#include <stdbool.h>
#include <stddef.h>

#include "lib/dfr0.h"
#include "rmm/core/rmm.h"

/* Fields have 4 bits. */
#define FIELD_ONES UINT64_C(0xf)
/* Signed fields with this value or a higher one mean "not there". */
#define FIELD_NEGATIVE 8

/* The negative values of a signed field mean "not there". */
enum id_sign {
	UNSIGNED,
	SIGNED,
};

/* A field whose value for a Realm is at most max. */
struct id_field {
	uint8_t reg; /* enum idreg */
	uint8_t shift;
	uint8_t max;
	uint8_t sign; /* enum id_sign; negative values of SIGNED stay */
};

/* The names of fields are those of DDI0487. */
static const struct id_field fields[] = {
	{ ID_PFR0, 0, 1, UNSIGNED }, /* EL0: A64 only */
	{ ID_PFR0, 4, 1, UNSIGNED }, /* EL1 */
	{ ID_PFR0, 16, 1, SIGNED }, /* FP */
	{ ID_PFR0, 20, 1, SIGNED }, /* AdvSIMD */
	{ ID_PFR0, 24, 1, UNSIGNED }, /* GIC */
	{ ID_PFR0, 48, 1, UNSIGNED }, /* DIT */
	{ ID_PFR0, 56, 3, UNSIGNED }, /* CSV2 */
	{ ID_PFR0, 60, 1, UNSIGNED }, /* CSV3 */
	{ ID_PFR1, 0, 1, UNSIGNED }, /* BT */
	{ ID_PFR1, 4, 2, UNSIGNED }, /* SSBS */
	{ ID_PFR1, 32, 2, UNSIGNED }, /* CSV2_frac */
	{ ID_ISAR0, 4, 2, UNSIGNED }, /* AES */
	{ ID_ISAR0, 8, 1, UNSIGNED }, /* SHA1 */
	{ ID_ISAR0, 12, 2, UNSIGNED }, /* SHA2 */
	{ ID_ISAR0, 16, 1, UNSIGNED }, /* CRC32 */
	{ ID_ISAR0, 20, 3, UNSIGNED }, /* Atomic */
	{ ID_ISAR0, 28, 1, UNSIGNED }, /* RDM */
	{ ID_ISAR0, 32, 1, UNSIGNED }, /* SHA3 */
	{ ID_ISAR0, 36, 1, UNSIGNED }, /* SM3 */
	{ ID_ISAR0, 40, 1, UNSIGNED }, /* SM4 */
	{ ID_ISAR0, 44, 1, UNSIGNED }, /* DP */
	{ ID_ISAR0, 48, 1, UNSIGNED }, /* FHM */
	{ ID_ISAR0, 52, 2, UNSIGNED }, /* TS */
	{ ID_ISAR0, 56, 2, UNSIGNED }, /* TLB */
	{ ID_ISAR0, 60, 1, UNSIGNED }, /* RNDR */
	{ ID_ISAR1, 0, 2, UNSIGNED }, /* DPB */
	{ ID_ISAR1, 4, 5, UNSIGNED }, /* APA */
	{ ID_ISAR1, 8, 5, UNSIGNED }, /* API */
	{ ID_ISAR1, 12, 1, UNSIGNED }, /* JSCVT */
	{ ID_ISAR1, 16, 1, UNSIGNED }, /* FCMA */
	{ ID_ISAR1, 20, 3, UNSIGNED }, /* LRCPC */
	{ ID_ISAR1, 24, 1, UNSIGNED }, /* GPA */
	{ ID_ISAR1, 28, 1, UNSIGNED }, /* GPI */
	{ ID_ISAR1, 32, 1, UNSIGNED }, /* FRINTTS */
	{ ID_ISAR1, 36, 1, UNSIGNED }, /* SB */
	{ ID_ISAR1, 40, 2, UNSIGNED }, /* SPECRES */
	{ ID_ISAR1, 44, 2, UNSIGNED }, /* BF16 */
	{ ID_ISAR1, 48, 1, UNSIGNED }, /* DGH */
	{ ID_ISAR1, 52, 1, UNSIGNED }, /* I8MM */
	{ ID_ISAR1, 56, 1, UNSIGNED }, /* XS */
	/* No WFxT: the host does not learn the deadline and would treat it as
	 * WFI. */
	{ ID_ISAR2, 4, 1, UNSIGNED }, /* RPRES */
	{ ID_ISAR2, 8, 1, UNSIGNED }, /* GPA3 */
	{ ID_ISAR2, 12, 5, UNSIGNED }, /* APA3 */
	{ ID_ISAR2, 16, 1, UNSIGNED }, /* MOPS */
	{ ID_ISAR2, 20, 1, UNSIGNED }, /* BC */
	{ ID_ISAR2, 24, 1, UNSIGNED }, /* PAC_frac */
	{ ID_ISAR2, 28, 1, UNSIGNED }, /* CLRBHB */
	{ ID_ISAR2, 48, 1, UNSIGNED }, /* RPRFM */
	{ ID_ISAR2, 52, 1, UNSIGNED }, /* CSSC */
	{ ID_MMFR0, 0, 5, UNSIGNED }, /* PARange: 48 bits, no LPA2 */
	{ ID_MMFR0, 4, 2, UNSIGNED }, /* ASIDBits */
	{ ID_MMFR0, 8, 1, UNSIGNED }, /* BigEnd */
	{ ID_MMFR0, 16, 1, UNSIGNED }, /* BigEndEL0 */
	{ ID_MMFR0, 20, 1, UNSIGNED }, /* TGran16 */
	{ ID_MMFR0, 24, 0, SIGNED }, /* TGran64 */
	{ ID_MMFR0, 28, 0, SIGNED }, /* TGran4 */
	{ ID_MMFR0, 44, 1, UNSIGNED }, /* ExS */
	{ ID_MMFR0, 60, 1, UNSIGNED }, /* ECV, without CNTPOFF_EL2 */
	{ ID_MMFR1, 0, 2, UNSIGNED }, /* HAFDBS */
	{ ID_MMFR1, 12, 2, UNSIGNED }, /* HPDS */
	{ ID_MMFR1, 20, 3, UNSIGNED }, /* PAN */
	{ ID_MMFR1, 36, 3, UNSIGNED }, /* ETS */
	{ ID_MMFR1, 44, 1, UNSIGNED }, /* AFP */
	{ ID_MMFR1, 48, 1, UNSIGNED }, /* nTLBPA */
	{ ID_MMFR1, 60, 1, UNSIGNED }, /* ECBHB */
	{ ID_MMFR2, 0, 1, UNSIGNED }, /* CnP */
	{ ID_MMFR2, 4, 1, UNSIGNED }, /* UAO */
	{ ID_MMFR2, 8, 1, UNSIGNED }, /* LSM */
	{ ID_MMFR2, 20, 1, UNSIGNED }, /* CCIDX */
	{ ID_MMFR2, 28, 1, UNSIGNED }, /* ST */
	{ ID_MMFR2, 32, 1, UNSIGNED }, /* AT */
	{ ID_MMFR2, 48, 1, UNSIGNED }, /* TTL */
	{ ID_MMFR2, 52, 2, UNSIGNED }, /* BBM */
	{ ID_MMFR2, 60, 1, UNSIGNED }, /* E0PD */
	{ ID_MMFR3, 60, 1, UNSIGNED }, /* Spec_FPACC */
};

/* CRm and op2 of each register. */
static const struct {
	uint8_t crm, op2;
} places[ID_REGS] = {
	[ID_PFR0] = { 4, 0 },  [ID_PFR1] = { 4, 1 },  [ID_ISAR0] = { 6, 0 },
	[ID_ISAR1] = { 6, 1 }, [ID_ISAR2] = { 6, 2 }, [ID_MMFR0] = { 7, 0 },
	[ID_MMFR1] = { 7, 1 }, [ID_MMFR2] = { 7, 2 }, [ID_MMFR3] = { 7, 3 },
};

/* ID_AA64DFR0_EL1, whose view depends on the Realm and not on the machine. */
#define DFR0_CRM 5
#define DFR0_OP2 0

static uint64_t field_view(const struct id_field *field, uint64_t value)
{
	uint64_t has = value >> field->shift & FIELD_ONES;
	bool absent = field->sign == SIGNED && has >= FIELD_NEGATIVE;

	if (has > field->max && !absent)
		has = field->max;
	return has << field->shift;
}

static uint64_t register_view(unsigned reg, uint64_t value)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].reg == reg)
			seen |= field_view(&fields[i], value);
	}
	return seen;
}

uint64_t idreg_view(const struct rmm_machine *machine,
		    struct debug_counts counts, unsigned crm, unsigned op2)
{
	if (crm == DFR0_CRM && op2 == DFR0_OP2) {
		return dfr0_guest(counts.breakpoints - 1U,
				  counts.watchpoints - 1U);
	}
	for (unsigned i = 0; i < ID_REGS; i++) {
		if (places[i].crm == crm && places[i].op2 == op2)
			return register_view(i, machine->id[i]);
	}
	return 0;
}
