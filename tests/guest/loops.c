/* SPDX-License-Identifier: BSD-3-Clause */
/* Things that the probe does over and over, until it is stopped or rounds=N are
 * done. */
#include "abi/guest_call.h"
#include "abi/psci.h"
#include "abi/rsi.h"
#include "lib/log.h"
#include "lib/pl011.h"
#include "tests/guest/probe.h"

#define BLOCK UINT64_C(0x200000)
/* The offset in RAM behind all that was loaded. */
#define TOUCH_FROM UINT64_C(0x9000000)

/* The event of the panic device (hypervisor/core/io/pvpanic.h). */
#define PANICKED 1

/* calls.S: how an ordinary guest says that it cannot go on. */
void crash_call(void);

static void idle(void)
{
	wfi();
}

static void spin(void)
{
	__asm__ volatile("yield");
}

/* Says that the guest cannot go on. Returns if the hypervisor does not know
 * that call. */
static void crash(void)
{
	static struct rsi_host_call call __attribute__((aligned(256)));
	struct smccc_regs regs;

	call.imm = GUEST_CALL_CRASH;
	if (is_realm())
		(void)rsi(&regs, RSI_HOST_CALL, (uintptr_t)&call, 0);
	else
		crash_call();
}

/* Tells a panic, as Linux's driver of the device does. */
static void panic(void)
{
	if (machine.pvpanic != 0 && (mmio_read32(machine.pvpanic) & PANICKED))
		mmio_write8(machine.pvpanic, PANICKED);
}

static void reboot(void)
{
	psci(PSCI_SYSTEM_RESET, 0, 0, 0);
}

static void echo(void)
{
	int c = pl011_get(machine.uart);

	if (c >= 0)
		pl011_put(machine.uart, (char)c);
}

static void flood_psci(void)
{
	(void)psci(PSCI_VERSION, 0, 0, 0);
	(void)psci(PSCI_AFFINITY_INFO_64, machine.mpidr[machine.vcpus - 1], 0,
		   0);
}

static void flood_rsi(void)
{
	struct smccc_regs regs;

	(void)rsi(&regs, RSI_VERSION, RSI_ABI_VERSION_1_0, 0);
	(void)rsi(&regs, RSI_HOST_CALL, (uintptr_t)spare[5], 0);
}

/* IRQs are masked, so that the timer's is not taken before the WFI that it
 * ends. */
static void flood_wfi(void)
{
	irq_mask();
	timer_start(1000);
	wfi();
	timer_stop();
	irq_unmask();
}

/* The timer is due at once. The vCPU computes until the interrupt is taken. */
static void flood_timer(void)
{
	volatile unsigned *taken = &vcpu_this()->interrupts[TIMER_PPI];
	unsigned before = *taken;

	timer_start(0);
	while (*taken == before)
		;
}

static void flood_sgi(void)
{
	volatile unsigned *taken = &vcpu_this()->interrupts[PING_SGI];
	unsigned before = *taken;

	gic_sgi(vcpu_this(), PING_SGI);
	while (*taken == before)
		;
}

static void flood_mmio(void)
{
	(void)mmio_read32(machine.gicd);
	mmio_write32(machine.gicd + 0x100, 0);
}

static void flood_ripas(void)
{
	uint64_t page = (uintptr_t)spare[6];

	(void)ripas_set(page, page + PAGE, RIPAS_EMPTY);
	(void)ripas_set(page, page + PAGE, RIPAS_RAM);
}

/* Shares a page, writes to it at its alias, takes it back and writes to it. */
static void flood_share(void)
{
	uint64_t page = (uintptr_t)spare[7];

	(void)ripas_set(page, page + PAGE, RIPAS_EMPTY);
	*(volatile uint64_t *)(page + SHARED_WINDOW) = 1;
	(void)ripas_set(page, page + PAGE, RIPAS_RAM);
	*(volatile uint64_t *)page = 1;
}

/* Touches the next block of 2 MiB, of which nothing was touched before. Does
 * nothing at the end of RAM. */
static void flood_touch(void)
{
	static uint64_t next;

	if (next == 0)
		next = machine.ram_base + TOUCH_FROM;
	if (next < machine.ram_base + machine.ram_size)
		*(volatile uint64_t *)next = 1;
	next += BLOCK;
}

static const struct {
	const char *name;
	void (*once)(void);
	bool needs_realm;
} things[] = {
	{ "idle", idle, false },
	{ "spin", spin, false },
	{ "crash", crash, false },
	{ "panic", panic, false },
	{ "reboot", reboot, false },
	{ "echo", echo, false },
	{ "flood-psci", flood_psci, false },
	{ "flood-rsi", flood_rsi, true },
	{ "flood-wfi", flood_wfi, false },
	{ "flood-mmio", flood_mmio, false },
	{ "flood-ripas", flood_ripas, true },
	{ "flood-timer", flood_timer, false },
	{ "flood-sgi", flood_sgi, false },
	{ "flood-share", flood_share, true },
	{ "flood-touch", flood_touch, false },
};

/* Ends after rounds=N, and reports the number of rounds every report=N. */
static void loop_run(const char *name, void (*once)(void))
{
	uint64_t rounds = argument_number("rounds", UINT64_MAX);
	uint64_t report = argument_number("report", UINT64_MAX);
	uint64_t start;

	log_line("%s", name);
	start = timer_now();
	for (uint64_t i = 1; i <= rounds && i != 0; i++) {
		once();
		if (report != 0 && i % report == 0)
			log_line("%s: %lu", name, i);
	}
	log_line("%s: done in %lu ns", name, timer_now() - start);
}

void loops(void)
{
	for (unsigned i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
		if (argument_has(things[i].name) &&
		    (is_realm() || !things[i].needs_realm))
			loop_run(things[i].name, things[i].once);
	}
}
