/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program in place of the hypervisor, at NS-EL2. It takes commands as lines
 * on the console:
 *   smc X0 [X1...X7]   makes an SMC; prints X0-X7 and how many others changed
 *   a32 R0 [R1...R7]   makes an SMC of EL1 in AArch32; prints R0-R7
 *   start CPU CONTEXT  CPU_ON; prints X0 when that CPU is done
 *   read ADDRESS       prints the word, or the syndrome of the fault
 *   write ADDRESS WORD
 *   list LR VMCR       writes the first list register and VMCR; prints both
 *   suspend            CPU_SUSPEND until the timer of EL2; prints X0, the
 *                      INTID that is pending then, and whether it was in time
 *   fill PATTERN       fills EL2 registers
 *   check              prints how many of them have changed since
 * All numbers are hexadecimal.
 */
#include <string.h>

#include "abi/psci.h"
#include "lib/log.h"
#include "lib/pl011.h"
#include "tests/machine/payload/payload.h"

#define NORMAL_PATTERN UINT64_C(0x0dd0000000000000)

#define LINE_SIZE 160
#define MAX_WORDS 8

/* A line: a command and its numbers. */
struct command {
	char text[LINE_SIZE];
	const char *name;
	uint64_t word[MAX_WORDS];
	unsigned words;
};

static char next_char(void)
{
	int c;

	do {
		c = pl011_get(MACHINE_UART0_BASE);
	} while (c < 0);
	return (char)c;
}

static uint64_t number_of(const char *text)
{
	uint64_t value = 0;

	for (; *text != '\0'; text++) {
		unsigned digit = (unsigned)*text;

		digit = digit >= 'a' ? digit - 'a' + 10 : digit - '0';
		value = value << 4 | digit;
	}
	return value;
}

/* Cuts off the next word and returns it, or NULL at the end. */
static char *word_cut(char **rest)
{
	char *word = *rest;
	size_t length = 0;

	while (word[length] != ' ' && word[length] != '\0')
		length++;
	if (length == 0)
		return NULL;
	*rest = word + length + (word[length] == ' ');
	word[length] = '\0';
	return word;
}

static void read_line(char *text)
{
	unsigned length = 0;
	char c;

	while ((c = next_char()) != '\n') {
		if (length < LINE_SIZE - 1)
			text[length++] = c;
	}
	text[length] = '\0';
}

static void read_command(struct command *command)
{
	char *rest = command->text;
	const char *word;

	memset(command, 0, sizeof(*command));
	read_line(command->text);
	command->name = word_cut(&rest);
	while (command->words < MAX_WORDS && (word = word_cut(&rest)) != NULL)
		command->word[command->words++] = number_of(word);
}

static unsigned smc_words(uint64_t x[GENERAL_REGISTERS], const uint64_t *word)
{
	general_fill(x, 0, NORMAL_PATTERN);
	for (unsigned i = 0; i < MAX_WORDS; i++)
		x[i] = word[i];
	smc_all(x);
	return general_changed(x, MAX_WORDS, NORMAL_PATTERN);
}

static void command_smc(const struct command *command)
{
	uint64_t x[GENERAL_REGISTERS];
	unsigned changed = smc_words(x, command->word);

	log_line_unlocked("= %llx %llx %llx %llx %llx %llx %llx %llx changed %u",
			  (unsigned long long)x[0], (unsigned long long)x[1],
			  (unsigned long long)x[2], (unsigned long long)x[3],
			  (unsigned long long)x[4], (unsigned long long)x[5],
			  (unsigned long long)x[6], (unsigned long long)x[7],
			  changed);
}

static void command_a32(const struct command *command)
{
	uint64_t r[MAX_WORDS];

	memcpy(r, command->word, sizeof(r));
	smc_a32(r);
	log_line_unlocked("= %x %x %x %x %x %x %x %x", (unsigned)r[0],
			  (unsigned)r[1], (unsigned)r[2], (unsigned)r[3],
			  (unsigned)r[4], (unsigned)r[5], (unsigned)r[6],
			  (unsigned)r[7]);
}

/* The number of started CPUs that have printed their line. */
static volatile unsigned finished;

/* Waits for the other CPU, since the lines of both must not mix. */
static void command_start(const struct command *command)
{
	const uint64_t on[MAX_WORDS] = { PSCI_CPU_ON_64, command->word[0],
					 MACHINE_HYP_BASE, command->word[1] };
	uint64_t x[GENERAL_REGISTERS];
	unsigned before = finished;

	(void)smc_words(x, on);
	while (x[0] == PSCI_SUCCESS && finished == before)
		;
	log_line_unlocked("= %llx", (unsigned long long)x[0]);
}

static void report_access(uint64_t word)
{
	if (payload_fault) {
		log_line_unlocked("= fault %llx",
				  (unsigned long long)payload_fault);
	} else {
		log_line_unlocked("= %llx", (unsigned long long)word);
	}
}

#define GICR_ISENABLER0 (MACHINE_GICR_BASE + 0x10100)
#define SLEEP           20000000 /* ticks: 20 ms */

/* The timer's interrupt is masked. That it is pending ends the suspension. */
static void command_suspend(void)
{
	const uint64_t suspend[MAX_WORDS] = { PSCI_CPU_SUSPEND_64 };
	uint64_t x[GENERAL_REGISTERS];
	uint64_t start, end;

	interrupts_enable();
	mmio_write32(GICR_ISENABLER0, 1u << MACHINE_TIMER_HYP_INTID);
	sysreg_write(ICC_PMR_EL1, 0xff);
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
	start = sysreg_read(CNTPCT_EL0);
	sysreg_write(CNTHP_CVAL_EL2, start + SLEEP);
	sysreg_write(CNTHP_CTL_EL2, 1);
	isb();
	(void)smc_words(x, suspend);
	end = sysreg_read(CNTPCT_EL0);
	log_line_unlocked("= %llx %llx %s", (unsigned long long)x[0],
			  (unsigned long long)sysreg_read(ICC_HPPIR1_EL1),
			  end - start >= SLEEP ? "slept" : "woke early");
	sysreg_write(CNTHP_CTL_EL2, 0);
	isb();
}

static void command_list(const struct command *command)
{
	sysreg_write(ICH_LR_EL2(0), command->word[0]);
	sysreg_write(ICH_VMCR_EL2, command->word[1]);
	isb();
	log_line_unlocked("= %llx %llx",
			  (unsigned long long)sysreg_read(ICH_LR_EL2(0)),
			  (unsigned long long)sysreg_read(ICH_VMCR_EL2));
}

static void command_execute(const struct command *command)
{
	payload_fault = 0;
	if (command->name == NULL)
		return;
	if (strcmp(command->name, "smc") == 0) {
		command_smc(command);
	} else if (strcmp(command->name, "a32") == 0) {
		command_a32(command);
	} else if (strcmp(command->name, "start") == 0) {
		command_start(command);
	} else if (strcmp(command->name, "read") == 0) {
		report_access(probe_read(command->word[0]));
	} else if (strcmp(command->name, "write") == 0) {
		probe_write(command->word[0], command->word[1]);
		report_access(command->word[1]);
	} else if (strcmp(command->name, "list") == 0) {
		command_list(command);
	} else if (strcmp(command->name, "suspend") == 0) {
		command_suspend();
	} else if (strcmp(command->name, "fill") == 0) {
		el2_fill(command->word[0]);
		log_line_unlocked("= filled");
	} else if (strcmp(command->name, "check") == 0) {
		log_line_unlocked("= changed %u", el2_changed());
	} else {
		log_line_unlocked("= unknown command");
	}
}

/* Main function of another CPU: sends a request to the Realm world, then
 * stops. */
static void run_secondary(uint64_t context)
{
	const uint64_t echo[MAX_WORDS] = { REALM_ECHO, context };
	const uint64_t off[MAX_WORDS] = { PSCI_CPU_OFF };
	uint64_t x[GENERAL_REGISTERS];

	(void)smc_words(x, echo);
	log_line_unlocked("CPU %llu up, context %llx, echo %llx %llx",
			  (unsigned long long)cpu_index(),
			  (unsigned long long)context, (unsigned long long)x[0],
			  (unsigned long long)~x[1]);
	finished++;
	(void)smc_words(x, off);
	log_line_unlocked("CPU_OFF came back");
}

void payload_main(uint64_t argument, uint64_t x1, uint64_t x2, uint64_t x3)
{
	struct command command;

	(void)x1;
	(void)x2;
	(void)x3;
	if (cpu_index() != 0)
		run_secondary(argument);
	console_init("normal");
	log_line_unlocked("ready, EL %llu, argument %llx",
			  (unsigned long long)sysreg_read(CurrentEL) >> 2,
			  (unsigned long long)argument);
	for (;;) {
		read_command(&command);
		command_execute(&command);
	}
}
