/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The image that runs ordinary guests on the machine. It asks for what a
 * control client would ask for, and reads the page in which the guest reports.
 * It logs a line for each step, then a verdict, then turns the machine off.
 */
#include "tests/machine/hypervisor/guesttest.h"

#include <stddef.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "abi/psci.h"
#include "hypervisor/core/control/control.h"
#include "hypervisor/core/control/dmesg.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/port/a64/core.h"
#include "hypervisor/port/a64/ich.h"
#include "hypervisor/port/a64/machine_domains.h"
#include "hypervisor/port/a64/main.h"
#include "hypervisor/port/a64/thread.h"
#include "hypervisor/port/a64/vcpu_thread.h"
#include "lib/a64.h"
#include "lib/debug_cpu.h"
#include "tests/machine/hypervisor/verdict.h"

#define RAM_SIZE UINT64_C(0x400000)
#define MS       UINT64_C(1000000)
#define REPORT   (GUEST_RAM0_BASE + GUEST_PAGE_SIZE)

/* ESR_EL1 of the exceptions that the guest takes: an external abort of a read
 * at its own level, and an undefined instruction. */
#define ESR_ABORT                                                              \
	(BITS_PUT(ESR_EC, ESR_EC_DATA_CURRENT) | ESR_IL | ESR_EA |             \
	 ESR_FSC_EXTERNAL)
#define ESR_UNDEF (BITS_PUT(ESR_EC, ESR_EC_UNKNOWN) | ESR_IL)

extern const char guesttest_guest[], guesttest_guest_end[];

static struct domains domains;
static struct dmesg dmesg;
static struct machine *machine;
static struct verdict verdict;
static struct control_session session;
static struct control_reply reply;

/* Kicks each vCPU once more when its thread has ended, as another vCPU does
 * that sends it an interrupt at that time. */
static void vcpu_end_and_kick(void *ctx, struct vcpu *vcpu)
{
	vcpu_thread_end(ctx, vcpu);
	vcpu_thread_kick(ctx, vcpu);
}

static bool clock_read, timer_left;

/* The vCPU that reads its clock leaves its core, and may get another one: on
 * neither is a timer on then. */
static uint32_t utc_after_a_break(void *ctx)
{
	thread_block_until(time_ns() + MS);
	clock_read = true;
	timer_left = timer_armed(machine_timer_ctl(ctx, false)) ||
		     timer_armed(machine_timer_ctl(ctx, true));
	return machine_utc(ctx);
}

static struct domain_ops ops = {
	.now_ns = machine_now_ns,
	.counter = machine_counter,
	.timer_ctl = machine_timer_ctl,
	.utc = utc_after_a_break,
	.vcpu_start = vcpu_thread_start,
	.vcpu_kick = vcpu_thread_kick,
	.vcpu_end = vcpu_end_and_kick,
	.work_kick = machine_work_kick,
	.tlb_flush = machine_tlb_flush,
	.id_read = machine_id_read,
	.pages_used = machine_pages_used,
};

/* ---- What a client does ---- */

static void reply_take(void *ctx, const struct control_reply *sent)
{
	(void)ctx;
	reply = *sent;
}

static bool client_ask(struct control_request *request)
{
	request->magic = CONTROL_MAGIC;
	request->version = CONTROL_VERSION;
	control_input(&session, (const uint8_t *)request, sizeof(*request));
	if (reply.status != CONTROL_OK && reply.status != CONTROL_E_NO_DOMAIN) {
		log_line("  request %u: %s", request->op,
			 (const char *)reply.text);
	}
	return reply.status == CONTROL_OK;
}

static bool client_ask_about(enum control_op op, uint32_t domid)
{
	struct control_request request = { .op = (uint32_t)op, .domid = domid };

	return client_ask(&request);
}

static bool client_load(uint32_t domid)
{
	struct control_request request = {
		.op = CONTROL_DOMAIN_SEGMENT,
		.domid = domid,
		.body.segment = {
			.ipa = GUEST_RAM0_BASE,
			.size = (uint64_t)(guesttest_guest_end -
					   guesttest_guest),
		},
	};

	if (!client_ask(&request))
		return false;
	memcpy((void *)(uintptr_t)reply.body.grant.pa, guesttest_guest,
	       request.body.segment.size);
	dcache_clean(reply.body.grant.pa, request.body.segment.size);
	icache_invalidate_all();
	return true;
}

static bool client_build(uint32_t domid, uint64_t program)
{
	struct control_request request = {
		.op = CONTROL_DOMAIN_BUILD,
		.domid = domid,
		.body.build = { .pc = GUEST_RAM0_BASE, .x0 = program },
	};

	return client_ask(&request);
}

/* Waits until the domain has a state. Returns false if it never will. */
static bool client_await(uint32_t domid, uint32_t state)
{
	while (client_ask_about(CONTROL_DOMAIN_INFO, domid)) {
		if (reply.body.domain.state == state)
			return true;
		if (reply.body.domain.state == CONTROL_FAILED)
			return false;
		thread_block_until(time_ns() + MS);
	}
	return false;
}

/*
 * Creates a domain that is ready to run the program. Returns its domid, or 0.
 */
static uint32_t client_create(const char *name, uint64_t program, uint32_t vcpus)
{
	struct control_request request = {
		.op = CONTROL_DOMAIN_CREATE,
		.body.create = {
			.flags = program == GUESTTEST_REALM
					 ? CONTROL_CREATE_REALM | CONTROL_CREATE_RTC
					 : 0,
			.vcpus = vcpus,
			.ram_size = RAM_SIZE,
		},
	};
	uint32_t domid;

	memcpy(request.body.create.name, name, strlen(name));
	if (!client_ask(&request))
		return 0;
	domid = reply.body.domain.domid;
	if (!client_load(domid) || !client_build(domid, program) ||
	    !client_await(domid, CONTROL_PAUSED))
		return 0;
	return domid;
}

static void client_destroy(uint32_t domid)
{
	if (!client_ask_about(CONTROL_DOMAIN_DESTROY, domid))
		return;
	while (client_ask_about(CONTROL_DOMAIN_NEXT, domid) &&
	       reply.body.domain.domid == domid)
		thread_block_until(time_ns() + MS);
}

static uint64_t report_word(uint32_t domid, unsigned offset)
{
	struct domain *domain = domain_get(&domains, domid);
	struct stage2_entry entry =
		stage2_look(&domain->stage2, ipa_make(REPORT));
	uint64_t word =
		*(volatile uint64_t *)(uintptr_t)(entry.pa.value + offset);

	domain_put(domain);
	return word;
}

/* ---- Steps ---- */

/* Logs, for a person, what a round out of a guest and in again costs. */
static void cost_tell(void)
{
	const struct control_domain *domain = &reply.body.domain;

	log_line("  %llu exits, %llu ns each", (unsigned long long)domain->exits,
		 (unsigned long long)(domain->exits == 0
					      ? 0
					      : domain->cpu_ns / domain->exits));
}

/* Runs a guest that ends by itself. */
static void run_step(const char *name, uint64_t program, uint32_t vcpus,
		     uint64_t result)
{
	uint32_t domid = client_create("guest", program, vcpus);
	bool ended = domid != 0 &&
		     client_ask_about(CONTROL_DOMAIN_UNPAUSE, domid) &&
		     client_await(domid, CONTROL_SHUTDOWN);

	cost_tell();
	verdict_step(&verdict, name,
		     ended && reply.body.domain.reason == CONTROL_POWEROFF &&
			     report_word(domid, GUESTTEST_RESULT) == result &&
			     report_word(domid, GUESTTEST_WRONG) == 0);
	client_destroy(domid);
}

/*
 * Runs a Realm that only calls the hypervisor. Its memory cannot be looked at.
 */
static void realm_step(void)
{
	uint32_t domid = client_create("realm", GUESTTEST_REALM, 1);
	bool ended = domid != 0 &&
		     client_ask_about(CONTROL_DOMAIN_UNPAUSE, domid) &&
		     client_await(domid, CONTROL_SHUTDOWN);

	cost_tell();
	verdict_step(&verdict, "a Realm calls its host and ends",
		     ended && reply.body.domain.reason == CONTROL_POWEROFF &&
			     reply.body.domain.exits >= GUESTTEST_ROUNDS);
	verdict_step(&verdict, "and takes its timers along from a core",
		     clock_read && !timer_left);
	client_destroy(domid);
}

#define WILD_EXITS 100

static void wild_step(void)
{
	uint32_t domid = client_create("wild", GUESTTEST_WILD, 1);

	(void)client_ask_about(CONTROL_DOMAIN_UNPAUSE, domid);
	while (client_ask_about(CONTROL_DOMAIN_INFO, domid) &&
	       reply.body.domain.state == CONTROL_RUNNING &&
	       reply.body.domain.exits < WILD_EXITS)
		thread_block_until(time_ns() + MS);
	verdict_step(&verdict, "a guest runs wild, alone",
		     reply.body.domain.exits >= WILD_EXITS);
	client_destroy(domid);
}

#define SHARERS 3

static uint64_t cpu_ns(uint32_t domid)
{
	return client_ask_about(CONTROL_DOMAIN_INFO, domid)
		       ? reply.body.domain.cpu_ns
		       : 0;
}

/* Runs more guests than there are cores, each of which always wants one. */
static void share_step(void)
{
	uint32_t domids[SHARERS];
	uint64_t least = UINT64_MAX, most = 0;
	bool right = true;

	for (unsigned i = 0; i < SHARERS; i++) {
		char name[] = { 's', (char)('0' + i), '\0' };

		domids[i] = client_create(name, GUESTTEST_COUNT, 1);
	}
	for (unsigned i = 0; i < SHARERS; i++)
		(void)client_ask_about(CONTROL_DOMAIN_UNPAUSE, domids[i]);
	while (cpu_ns(domids[0]) < 500 * MS)
		thread_block_until(time_ns() + 10 * MS);
	for (unsigned i = 0; i < SHARERS; i++) {
		uint64_t ns = cpu_ns(domids[i]);

		least = ns < least ? ns : least;
		most = ns > most ? ns : most;
		log_line("  %llu us, %llu rounds, %llu exits",
			 (unsigned long long)(ns / 1000),
			 (unsigned long long)report_word(domids[i],
							 GUESTTEST_RESULT),
			 (unsigned long long)reply.body.domain.exits);
		right = right && report_word(domids[i], GUESTTEST_RESULT) > 0 &&
			report_word(domids[i], GUESTTEST_WRONG) == 0;
	}
	verdict_step(&verdict, "guests keep their registers", right);
	verdict_step(&verdict, "guests share the cores",
		     most - least < most / 5);
	for (unsigned i = 0; i < SHARERS; i++)
		client_destroy(domids[i]);
}

/* The calling core can look at its own registers only. */
static void debug_step(void)
{
	static const struct debug none;
	struct debug found;
	bool left = false;

	memset(&found, 0, sizeof(found));
	run_step("a guest debugs", GUESTTEST_DEBUG, 1, GUESTTEST_WATCHED);
	for (unsigned i = 0; i < machine->cores; i++)
		left = left || cores[i].data.guest_debugs;
	debug_cpu_save(&found);
	found.os_locked = false; /* after a reset it is locked */
	verdict_step(&verdict, "and leaves nothing of it on a core",
		     !left && sysreg_read(mdscr_el1) == 0 &&
			     memcmp(&found, &none, sizeof(none)) == 0);
}

static void guesttest_steps(void)
{
	uint64_t used = machine->pages.used;

	run_step("a timer wakes a guest", GUESTTEST_TIMER, 1, GUESTTEST_TICKS);
	run_step("two vCPUs interrupt each other", GUESTTEST_SGI, 2,
		 GUESTTEST_TICKS);
	run_step("an address where nothing is", GUESTTEST_ABORT, 1, ESR_ABORT);
	run_step("an instruction that is hidden", GUESTTEST_UNDEF, 1, ESR_UNDEF);
	run_step("a guest calls its host", GUESTTEST_CALLS, 1, PSCI_VERSION_1_1);
	debug_step();
	realm_step();
	wild_step();
	share_step();
	log_line("  %llu pages before, %llu after", (unsigned long long)used,
		 (unsigned long long)machine->pages.used);
	verdict_step(&verdict, "every page is back",
		     machine->pages.used == used);
}

/* ---- Start ---- */

static void guesttest_work(void *ctx)
{
	(void)ctx;
	control_init(&session, &domains, reply_take, NULL);
	control_open(&session);
	verdict_step(&verdict, "a session", client_ask_about(CONTROL_HELLO, 0));
	guesttest_steps();
	verdict_end(&verdict);
}

static void guesttest_domains_start(struct host *host)
{
	domains_init(&domains, &(struct domains_config){
				       .host = host,
				       .ops = &ops,
				       .dmesg = &dmesg,
				       .pages = pages_unused(&machine->pages),
				       .thread_pages = THREAD_PAGES,
				       .cores = machine->cores,
				       .lr_count = ich_lr_count(),
			       });
}

void host_run(struct machine *the_machine, struct host *host)
{
	machine = the_machine;
	ops.ctx = machine;
	guesttest_domains_start(host);
	if (!machine_worker_start(&domains) ||
	    thread_create(&(struct thread_plan){
		    .fn = guesttest_work,
		    .name = "test",
		    .weight = SCHED_WEIGHT_DEFAULT,
	    }) == NULL)
		verdict_step(&verdict, "there is memory for threads", false);
	threads_run();
}
