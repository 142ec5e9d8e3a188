/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A guest that goes on whatever the hypervisor answers. It makes every request
 * that the hypervisor can answer wrongly, compares each answer with what the
 * RMM guarantees, and asks again if the hypervisor did not do its part. Ends
 * with the next byte from the console.
 */
#include <string.h>

#include "abi/psci.h"
#include "abi/rsi.h"
#include "lib/log.h"
#include "lib/pl011.h"
#include "tests/guest/probe.h"

#define TRIES   1000
#define TICK    200000 /* nanoseconds */
#define COMPUTE 20000 /* turns of a loop, so that interrupts end entries */
#define KEPT    4 /* number of pages whose content must not change */
#define SECRET  UINT64_C(0x5ec7e75ec7e75ec7)

/* The first violation of a guarantee. */
static const char *wrong;
static uint64_t refused; /* number of answers without effect */

static void expect(bool good, const char *what)
{
	if (!good && wrong == NULL)
		wrong = what;
}

/* Makes one RSI call to change RIPAS. Returns how far it came. */
static uint64_t ripas_change_once(uint64_t base, uint64_t top, uint64_t ripas)
{
	struct smccc_regs regs = { { RSI_IPA_STATE_SET, base, top, ripas,
				     RSI_IPA_CHANGE_DESTROYED } };

	guest_smc(&regs);
	expect(regs.x[0] == RSI_SUCCESS, "a change of RIPAS fails");
	expect(regs.x[1] >= base && regs.x[1] <= top && regs.x[1] % PAGE == 0,
	       "a change of RIPAS ends anywhere");
	expect(regs.x[2] == RSI_RESPONSE_ACCEPT ||
		       (ripas == RIPAS_RAM && regs.x[1] != top),
	       "a change of RIPAS is done and rejected");
	return wrong != NULL ? top : regs.x[1];
}

static void ripas_change(uint64_t page, uint64_t ripas)
{
	uint64_t before = ripas_of(page);
	unsigned tries = 0;

	while (ripas_change_once(page, page + PAGE, ripas) == page) {
		refused++;
		expect(ripas_of(page) == before, "RIPAS changes unasked");
		expect(++tries < TRIES, "the host never changes RIPAS");
	}
	expect(ripas_of(page) == ripas, "RIPAS is not what was asked for");
}

static void page_share(void)
{
	uint64_t page = (uintptr_t)spare[5];
	volatile uint64_t *private = (volatile uint64_t *)page;
	volatile uint64_t *shared = (volatile uint64_t *)(page + SHARED_WINDOW);

	*private = SECRET;
	ripas_change(page, RIPAS_EMPTY);
	expect(*shared != SECRET, "the host is shown a secret");
	*shared = SECRET;
	ripas_change(page, RIPAS_RAM);
	expect(*private == 0, "memory that comes new is not zero");
}

static void ask_others(void)
{
	for (unsigned i = 1; i < machine.vcpus; i++) {
		expect(psci(PSCI_AFFINITY_INFO_64, machine.mpidr[i], 0, 0) ==
			       PSCI_AFFINITY_OFF,
		       "a vCPU that is off seems to be on");
	}
}

/* The hypervisor may return anything in the registers of a host call. */
static void call_host(void)
{
	static struct rsi_host_call call __attribute__((aligned(256)));
	struct smccc_regs regs;

	expect(rsi(&regs, RSI_HOST_CALL, (uintptr_t)&call, 0) == RSI_SUCCESS,
	       "a host call fails");
}

static void wait_for_timer(void)
{
	unsigned count = vcpu_this()->interrupts[TIMER_PPI];

	timer_start(TICK);
	expect(wait_for_interrupt(TIMER_PPI, count), "the timer does not come");
}

static void compute(void)
{
	for (unsigned i = 0; i < COMPUTE; i++)
		__asm__ volatile("" ::: "memory");
}

/* Pages whose addresses are never passed to any call. */
static uint64_t *kept_page(unsigned page)
{
	return (uint64_t *)(uintptr_t)spare[SPARE_PAGES - KEPT + page];
}

static void kept_fill(void)
{
	for (unsigned page = 0; page < KEPT; page++) {
		for (unsigned i = 0; i < PAGE / 8; i++)
			kept_page(page)[i] = SECRET + page * PAGE + i;
	}
}

static void kept_check(void)
{
	for (unsigned page = 0; page < KEPT; page++) {
		for (unsigned i = 0; i < PAGE / 8; i++) {
			expect(kept_page(page)[i] == SECRET + page * PAGE + i,
			       "memory changes by itself");
		}
	}
}

/* Reports the first stray interrupt, for a test that waits for it. */
static void strays_tell(void)
{
	static bool told;

	if (vcpu_this()->strays > 0 && !told) {
		told = true;
		log_line("steady: a stray interrupt");
	}
}

void steady(void)
{
	uint64_t rounds = 0;

	log_line("steady");
	kept_fill();
	while (wrong == NULL && pl011_get(machine.uart) < 0) {
		uint32_t typer = mmio_read32(machine.gicd + 4);

		page_share();
		ask_others();
		call_host();
		wait_for_timer();
		compute();
		expect(mmio_read32(machine.gicd + 4) == typer,
		       "a device changes by itself");
		kept_check();
		strays_tell();
		rounds++;
	}
	log_line("steady: %lu refused", refused);
	check(wrong == NULL && rounds > 0,
	      wrong != NULL ? wrong : "it went on steadily");
}
