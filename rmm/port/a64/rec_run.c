/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running a REC: which registers the CPU has, and the way in and out
 * (docs/rmi.md, What a run switches). EL3 keeps registers of EL2 for each
 * world, so a Realm runs with those of the RMM.
 */
#include "abi/bits.h"
#include "lib/debug_cpu.h"
#include "rmm/core/port.h"
#include "rmm/core/realm/realm.h"
#include "rmm/core/rec/rec.h"
#include "rmm/port/a64/cpu.h"
#include "rmm/port/a64/el1.h"
#include "rmm/port/a64/fp.h"
#include "rmm/port/a64/gic.h"
#include "rmm/port/a64/realm_at.h"
#include "rmm/port/a64/rec_switch.h"
#include "rmm/port/a64/regs.h"
#include "rmm/port/a64/stage2.h"
#include "rmm/port/a64/timer.h"

/* Besides HCR_EL2 and CPTR_EL2 these registers keep their values for good. */
void rec_cpu_init(void)
{
	sysreg_write(HCR_EL2, HCR_IDLE);
	sysreg_write(CPTR_EL2, CPTR_CLOSED);
	sysreg_write(HSTR_EL2, 0);
	/* 0: the registers of features that are not switched trap. */
	sysreg_write(HFGRTR_EL2, 0);
	sysreg_write(HFGWTR_EL2, 0);
	sysreg_write(HFGITR_EL2, 0);
	sysreg_write(HDFGRTR_EL2, 0);
	sysreg_write(HDFGWTR_EL2, 0);
	sysreg_write(CNTVOFF_EL2, 0);
	sysreg_write(CNTPOFF_EL2, 0);
	sysreg_write(PMCR_EL0, 0);
	sysreg_write(VPIDR_EL2, sysreg_read(MIDR_EL1));
	isb();
}

bool port_rec_runs(struct rmm_port *port)
{
	(void)port;
	return true;
}

static uint64_t rec_vtcr(const struct realm_s2 *s2)
{
	uint64_t range =
		BITS_GET(sysreg_read(ID_AA64MMFR0_EL1), ID_AA64MMFR0_PARANGE);

	if (range > PARANGE_48_BITS)
		range = PARANGE_48_BITS;
	return BITS_PUT(VTCR_T0SZ, 64 - s2->ipa_bits) |
	       BITS_PUT(VTCR_SL0, 2 - s2->start_level) | VTCR_WALK |
	       BITS_PUT(VTCR_PS, range) | VTCR_NSA | VTCR_RES1;
}

static uint64_t rec_hcr(const struct rec *rec)
{
	uint64_t hcr = HCR_REALM;

	if (rec->trap_wfi)
		hcr |= HCR_TWI;
	if (rec->trap_wfe)
		hcr |= HCR_TWE;
	if (rec->serror)
		hcr |= HCR_VSE;
	return hcr;
}

static void el2_start(const struct rec *rec, const struct realm_s2 *s2)
{
	sysreg_write(VMPIDR_EL2, rec_mpidr_el1(rec));
	sysreg_write(VSESR_EL2, rec->vsesr);
	sysreg_write(HCRX_EL2, HCRX_REALM);
	sysreg_write(MDCR_EL2, MDCR_REALM);
	sysreg_write(CNTHCTL_EL2, CNTHCTL_REALM);
	sysreg_write(VTCR_EL2, rec_vtcr(s2));
}

/* Outside of a run these registers have the values of a host without guests. So
 * EL3 need not change them at a switch, and QEMU drops no TLB entries. */
static void el2_stop(void)
{
	sysreg_write(HCRX_EL2, 0);
	sysreg_write(MDCR_EL2, 0);
	sysreg_write(CNTHCTL_EL2, 0);
	sysreg_write(VTCR_EL2, 0);
}

/* Returns the SError that has been deferred on this CPU, and forgets it. */
static uint64_t disr_take(void)
{
	uint64_t disr = sysreg_read(DISR_EL1);

	if (disr != 0)
		sysreg_write(DISR_EL1, 0);
	return disr;
}

/* Gives the CPU's breakpoints and watchpoints to a REC that uses them. */
static void debug_start(const struct rec *rec)
{
	struct cpu *cpu = cpu_this();

	if (!debug_is_used(&rec->debug))
		return;
	if (!cpu->debugs)
		debug_cpu_save(&cpu->host_debug);
	cpu->debugs = true;
	debug_cpu_load_guest(&rec->debug, rec->debug_counts);
}

static void debug_stop(void)
{
	struct cpu *cpu = cpu_this();

	if (!cpu->debugs)
		return;
	cpu->debugs = false;
	debug_cpu_load(&cpu->host_debug);
}

/* Returns a table base register with the table of one and the ASID of another.
 */
static uint64_t ttbr_with_asid(uint64_t table, uint64_t asid)
{
	return (table & ~BITS_MASK(TTBR_ASID)) | (asid & BITS_MASK(TTBR_ASID));
}

#define HOST_SET(reg) cpu->host_el1.reg = now.reg;
#define HOST_GET(reg) now.reg = cpu->host_el1.reg;

/*
 * QEMU drops all TLB entries when SCTLR_EL1, TCR_EL1 or an ASID changes, and
 * this is the one moment at which the RMM has none to lose: it was just
 * entered. So they are loaded in advance; mostly the REC that ran last is
 * entered again. The tables stay the host's: the invariant of el1.c holds.
 * rec_leave() undoes it, whether the REC runs or not.
 */
void rec_expect(void)
{
	struct cpu *cpu = cpu_this();
	struct el1_translation early = cpu->rec_translation;
	struct el1_translation now;

	if (!cpu->rec_ran)
		return;
	now = el1_translation_now();
	EL1_TRANSLATION(HOST_SET)
	early.ttbr0_el1 = ttbr_with_asid(now.ttbr0_el1, early.ttbr0_el1);
	early.ttbr1_el1 = ttbr_with_asid(now.ttbr1_el1, early.ttbr1_el1);
	cpu->expects = true;
	cpu->leaves = true;
	el1_translation_load(&early);
}

/* Saves the host's registers, as they were before rec_expect(). */
static void host_el1_save(void)
{
	struct cpu *cpu = cpu_this();
	struct el1_translation now;

	EL1_TRANSLATION(HOST_GET)
	el1_save(&cpu->host_el1);
	if (cpu->expects) {
		EL1_TRANSLATION(HOST_SET)
	}
	cpu->expects = false;
}

#define REC_SET(reg) cpu->rec_translation.reg = rec->el1.reg;

static void rec_el1_save(struct rec *rec)
{
	struct cpu *cpu = cpu_this();

	el1_save(&rec->el1);
	EL1_TRANSLATION(REC_SET)
	cpu->rec_ran = true;
}

/*
 * Drops the TLB entries of stage 1 unless this REC was the last one on the CPU.
 * All vCPUs of a Realm share its VMID, but each of them may use the same
 * virtual address and ASID for something else, as CPUs may (TTBRn_EL1.CnP = 0):
 * a host that lets two take turns on a CPU would give one the translations of
 * the other. A Realm that gets the VMID of an earlier one finds none of either,
 * since they went with that Realm.
 */
static void stage1_own(const struct rec *rec, const struct realm_s2 *s2)
{
	struct cpu *cpu = cpu_this();
	uint64_t id = (uint64_t)s2->vmid << 32 | rec->index;

	if (cpu->rec_id == id)
		return;
	cpu->rec_id = id;
	stage1_forget();
}

/*
 * The FP/SIMD registers are the REC's up to the stop, whatever the RMM serves
 * meanwhile. They are loaded at once, not when the Realm first uses them: QEMU
 * would translate the guest's code once with that trap on and once with it off,
 * which is a sixth of all that is translated in a boot.
 */
void port_rec_start(struct rmm_port *port, struct rec *rec,
		    const struct realm_s2 *s2)
{
	(void)port;
	/* An error of the host's own writes stays the host's: it finds the
	 * SError in DISR_EL1. */
	__asm__ volatile("esb" ::: "memory");
	cpu_this()->host_disr = disr_take();
	host_el1_save();
	el1_load(&rec->el1);
	el1_realm_load(&rec->own);
	debug_start(rec);
	fp_give(&rec->fp);
	el2_start(rec, s2);
	timers_start(rec);
	el1_translation_enter(&rec->el1,
			      s2->root.value | BITS_PUT(VTTBR_VMID, s2->vmid),
			      rec_hcr(rec));
	stage1_own(rec, s2);
	rec->serror = false;
}

void port_rec_stop(struct rmm_port *port, struct rec *rec)
{
	(void)port;
	/* A virtual SError that the Realm has not taken stays pending. */
	if (sysreg_read(HCR_EL2) & HCR_VSE)
		rec->serror = true;
	rec_el1_save(rec);
	el1_realm_save(&rec->own);
	debug_stop();
	fp_take();
	timers_stop(rec);
	el1_load(&cpu_this()->host_el1);
	el2_stop();
	gic_disable();
	if (cpu_this()->host_disr != 0)
		sysreg_write(DISR_EL1, cpu_this()->host_disr);
	cpu_this()->leaves = true;
}

/*
 * Loads the host's translation registers, which makes QEMU drop all TLB
 * entries. This is done as late as possible: the way to the host drops them
 * anyway, and the RMM needs its own entries until then.
 */
void rec_leave(void)
{
	struct cpu *cpu = cpu_this();

	if (!cpu->leaves)
		return;
	cpu->leaves = false;
	cpu->expects = false;
	el1_translation_leave(&cpu->host_el1, 0, HCR_IDLE);
}

void port_rec_el1_get(struct rmm_port *port, struct rec *rec)
{
	(void)port;
	el1_save(&rec->el1);
}

void port_rec_el1_put(struct rmm_port *port, struct rec *rec)
{
	(void)port;
	el1_load(&rec->el1);
	el1_translation_enter(&rec->el1, sysreg_read(VTTBR_EL2),
			      sysreg_read(HCR_EL2));
}

void port_rec_debug_put(struct rmm_port *port, struct rec *rec)
{
	(void)port;
	sysreg_write(mdscr_el1, rec->el1.mdscr_el1);
	if (debug_is_used(&rec->debug))
		debug_start(rec);
	else
		debug_stop();
}

/* The core does not need the IPA of an instruction fetch that has no
 * permission: the Realm takes that abort itself. */
static bool lacks_hpfar(const struct rec_trap *trap)
{
	return trap->kind == REC_TRAP_SYNC && esr_lacks_hpfar(trap->esr);
}

/* Finds the faulting IPA by a walk of the Realm's stage 1. Returns false if the
 * walk fails or aborts, since another vCPU has changed stage 1: the access must
 * then be tried again, and takes the abort itself if there is one. */
static bool hpfar_find(struct rec_trap *trap)
{
	uint64_t kept = sysreg_read(PAR_EL1), par;
	bool walked = realm_at(trap->far);

	par = sysreg_read(PAR_EL1);
	sysreg_write(PAR_EL1, kept);
	trap->hpfar = BITS_GET(par, PAR_PA) << HPFAR_FIPA_SHIFT;
	return walked && (par & PAR_FAILED) == 0;
}

static void rec_enter_once(struct rec *rec, struct rec_trap *trap)
{
	sysreg_write(ELR_EL2, rec->pc);
	sysreg_write(SPSR_EL2, rec->pstate);
	trap->kind = (enum rec_trap_kind)rec_switch(rec->gprs);
	rec->pc = sysreg_read(ELR_EL2);
	rec->pstate = sysreg_read(SPSR_EL2);
	trap->esr = sysreg_read(ESR_EL2);
	trap->far = sysreg_read(FAR_EL2);
	trap->hpfar = sysreg_read(HPFAR_EL2);
	trap->disr = disr_take();
}

static void rec_enter(struct rec *rec, struct rec_trap *trap)
{
	do {
		rec_enter_once(rec, trap);
	} while (trap->disr == 0 && lacks_hpfar(trap) && !hpfar_find(trap));
}

static void rec_run_once(struct rec *rec, struct rec_trap *trap)
{
	*trap = (struct rec_trap){ .kind = REC_TRAP_IRQ };
	if (timers_changed(rec))
		return;
	rec_enter(rec, trap);
}

void port_rec_run(struct rmm_port *port, struct rec *rec, struct rec_trap *trap)
{
	(void)port;
	do {
		rec_run_once(rec, trap);
	} while (trap->kind == REC_TRAP_IRQ && trap->disr == 0 &&
		 timers_end(rec));
}
