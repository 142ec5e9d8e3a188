/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports why EL3 cannot go on, then ends the machine. */
#include "monitor/panic.h"

#include "abi/bits.h"
#include "lib/log.h"
#include "monitor/core/el3_regs.h"
#include "monitor/machine_off.h"

static bool is_reporting;

/* One report is readable, two at a time are not: later CPUs stay silent. */
static void report_or_wait(void)
{
	if (!__atomic_exchange_n(&is_reporting, true, __ATOMIC_SEQ_CST))
		return;
	for (;;)
		wfi();
}

static void report_exception(const char *where, const struct frame *frame)
{
	uint64_t esr = sysreg_read(ESR_EL3);

	log_line_unlocked(
		"PANIC: exception from %s on CPU %llu", where,
		(unsigned long long)MACHINE_CPU_INDEX(sysreg_read(MPIDR_EL1)));
	log_line_unlocked("  ESR %016llx (EC %02x) ELR %016llx SPSR %08llx",
			  (unsigned long long)esr,
			  (unsigned)BITS_GET(esr, ESR_EC),
			  (unsigned long long)frame->elr,
			  (unsigned long long)frame->spsr);
	log_line_unlocked("  FAR %016llx MFAR %016llx SCR %016llx",
			  (unsigned long long)sysreg_read(FAR_EL3),
			  (unsigned long long)sysreg_read(MFAR_EL3),
			  (unsigned long long)sysreg_read(SCR_EL3));
}

/*
 * Registers of EL3 hold no secret of a world, so they may be printed. Registers
 * of a world might hold one.
 */
static void report_registers(const struct frame *frame)
{
	for (unsigned i = 0; i < 30; i += 2) {
		log_line_unlocked("  x%02u %016llx  x%02u %016llx", i,
				  (unsigned long long)frame->x[i], i + 1,
				  (unsigned long long)frame->x[i + 1]);
	}
	log_line_unlocked("  x30 %016llx  sp  %016llx",
			  (unsigned long long)frame->x[30],
			  (unsigned long long)sysreg_read(SP_EL0));
}

void panic(const char *reason)
{
	log_line_unlocked("PANIC: %s", reason);
	machine_off();
}

void panic_from_below(const struct frame *frame)
{
	bool is_realm = (sysreg_read(SCR_EL3) & SCR_NSE) != 0;

	report_or_wait();
	report_exception(is_realm ? "Realm world" : "Non-secure world", frame);
	machine_off();
}

void panic_from_el3(const struct frame *frame)
{
	report_or_wait();
	report_exception("EL3", frame);
	report_registers(frame);
	machine_off();
}
