/* SPDX-License-Identifier: BSD-3-Clause */
/* The main path of the probe, and its reports. */
#include <string.h>

#include "abi/psci.h"
#include "abi/rsi.h"
#include "lib/ipa.h"
#include "lib/log.h"
#include "lib/pl011.h"
#include "tests/guest/probe.h"

struct machine machine;

static uint64_t uart;
static unsigned passed, failed;

_Noreturn void probe_main(const void *fdt);

static void console_put(char c)
{
	pl011_put(uart, c);
}

/* The counts are atomic, since several vCPUs report. */
bool check(bool good, const char *what)
{
	__atomic_add_fetch(good ? &passed : &failed, 1, __ATOMIC_RELAXED);
	log_line("%s: %s", good ? "pass" : "FAIL", what);
	return good;
}

bool check_of(bool good, const char *what, unsigned vcpu)
{
	__atomic_add_fetch(good ? &passed : &failed, 1, __ATOMIC_RELAXED);
	log_line("%s: vCPU %u %s", good ? "pass" : "FAIL", vcpu, what);
	return good;
}

void print_hex(const char *name, const uint8_t *data, unsigned size)
{
	char text[129];

	for (unsigned i = 0; i < size; i++) {
		text[2 * i] = "0123456789abcdef"[data[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[data[i] & 0xf];
	}
	text[2 * size] = '\0';
	log_line("%s: %s", name, text);
}

/* Only an RMM answers RSI_VERSION. The call is only made if the conduit is SMC,
 * which it is in a Realm. */
static void realm_find(void)
{
	static struct rsi_realm_config config __attribute__((aligned(PAGE)));
	struct smccc_regs regs;

	if (!machine.is_psci_smc ||
	    rsi(&regs, RSI_VERSION, RSI_ABI_VERSION_1_0, 0) != RSI_SUCCESS)
		return;
	if (rsi(&regs, RSI_REALM_CONFIG, (uintptr_t)&config, 0) == RSI_SUCCESS)
		shared_bit = ipa_shared_start((unsigned)config.ipa_width);
}

static void console_find(void)
{
	if (machine.uart == 0)
		return;
	/* With the MMU on the UART is at its own address (probe_begin()). */
	uart = machine.uart | shared_bit;
	pl011_init(uart);
	log_init("probe", console_put);
}

static void vcpus_name(void)
{
	for (unsigned i = 0; i < VCPUS_MAX; i++)
		vcpus[i].index = i;
	vcpus[0].mpidr = sysreg_read(MPIDR_EL1);
	vcpus[0].starts = 1;
}

static void probe_begin(const void *fdt)
{
	bool is_known = machine_read(fdt);

	realm_find();
	console_find();
	if (!is_known)
		log_line_unlocked("no device tree at %p", fdt);
	vcpus_name();
	mmu_prepare();
	mmu_enable();
	uart = machine.uart;
	log_line("%s, %u vCPUs, %lu MiB at %lx, arguments: %s",
		 is_realm() ? "a Realm" : "an ordinary guest", machine.vcpus,
		 machine.ram_size >> 20, machine.ram_base,
		 machine.arguments != NULL ? machine.arguments : "none");
	gic_init();
	gic_vcpu_init(&vcpus[0]);
	irq_unmask();
}

static bool wants(const char *what)
{
	return argument_has("all") || argument_has(what);
}

void probe_main(const void *fdt)
{
	probe_begin(fdt);
	loops();
	if (is_realm() && argument_has("steady"))
		steady();
	if (is_realm() && argument_has("lend"))
		lend();
	if (is_realm() && wants("realm"))
		check_realm();
	if ((is_realm() && wants("realm")) || argument_has("hidden"))
		check_hidden();
	if (argument_has("clock"))
		clock();
	if (argument_has("fp"))
		fp();
	if (wants("memory"))
		check_memory();
	if (wants("psci"))
		check_psci();
	if (wants("interrupts"))
		check_interrupts();
	if (wants("state"))
		check_state();
	if (wants("debug"))
		check_debug();
	measure();
	token_print();
	if (argument_has("fuzz"))
		fuzz();
	log_line("%u passed, %u failed", passed, failed);
	power_off();
}
