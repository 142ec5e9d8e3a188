/* SPDX-License-Identifier: BSD-3-Clause */
/* Changes of the PAS, entropy, pending interrupts, features of the CPU. */
#include "rmm/core/port.h"

#include <string.h>

#include "abi/bits.h"
#include "lib/dfr0.h"
#include "rmm/port/a64/el3.h"
#include "rmm/port/a64/machine.h"
#include "rmm/port/a64/regs.h"

/* RNDR fails while its source of entropy is exhausted. */
#define RNDR_TRIES 100

#define PA_BITS_MAX 48

static unsigned pa_bits(void)
{
	static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48 };
	uint64_t range =
		BITS_GET(sysreg_read(ID_AA64MMFR0_EL1), ID_AA64MMFR0_PARANGE);

	return range < sizeof(bits) ? bits[range] : PA_BITS_MAX;
}

void machine_identify(struct rmm_port *port, struct rmm_machine *machine)
{
	uint64_t debug = sysreg_read(ID_AA64DFR0_EL1);
	uint64_t isar0 = sysreg_read(ID_AA64ISAR0_EL1);

	machine->pa_bits = pa_bits();
	machine->num_bps = (unsigned)BITS_GET(debug, DFR0_BRPS);
	machine->num_wps = (unsigned)BITS_GET(debug, DFR0_WRPS);
	machine->id[ID_PFR0] = sysreg_read(ID_AA64PFR0_EL1);
	machine->id[ID_PFR1] = sysreg_read(ID_AA64PFR1_EL1);
	machine->id[ID_ISAR0] = isar0;
	machine->id[ID_ISAR1] = sysreg_read(ID_AA64ISAR1_EL1);
	machine->id[ID_ISAR2] = sysreg_read(ID_AA64ISAR2_EL1);
	machine->id[ID_MMFR0] = sysreg_read(ID_AA64MMFR0_EL1);
	machine->id[ID_MMFR1] = sysreg_read(ID_AA64MMFR1_EL1);
	machine->id[ID_MMFR2] = sysreg_read(ID_AA64MMFR2_EL1);
	machine->id[ID_MMFR3] = sysreg_read(ID_AA64MMFR3_EL1);
	port->random = BITS_GET(isar0, ID_AA64ISAR0_RNDR) != 0;
}

unsigned port_pas_to_realm(struct rmm_port *port, pa_t pa, unsigned count)
{
	(void)port;
	return el3_delegate(pa, count);
}

unsigned port_pas_to_ns(struct rmm_port *port, pa_t pa, unsigned count)
{
	(void)port;
	return el3_undelegate(pa, count);
}

static bool random_word(uint64_t *word)
{
	for (unsigned i = 0; i < RNDR_TRIES; i++) {
		uint64_t value, done;

		__asm__ volatile("mrs %0, " A64_TEXT(RNDR) "\n\tcset %1, ne"
				 : "=r"(value), "=r"(done)::"cc");
		if (done) {
			*word = value;
			return true;
		}
	}
	return false;
}

bool port_random(struct rmm_port *port, void *to, size_t size)
{
	uint8_t *out = to;
	uint64_t word;

	while (size > 0) {
		size_t piece = size < sizeof(word) ? size : sizeof(word);

		if (!port->random || !random_word(&word))
			return false;
		memcpy(out, &word, piece);
		out += piece;
		size -= piece;
	}
	return true;
}

/* Physical interrupts are masked in the RMM; ISR_EL1 shows those that pend. */
bool port_interrupt_pending(struct rmm_port *port)
{
	(void)port;
	return sysreg_read(ISR_EL1) != 0;
}
