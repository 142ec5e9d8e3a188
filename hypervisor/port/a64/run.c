/* SPDX-License-Identifier: BSD-3-Clause */
/* The host at work: what its domains need of the machine, and its threads. */
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/port/a64/build.h"
#include "hypervisor/port/a64/channel.h"
#include "hypervisor/port/a64/main.h"
#include "hypervisor/port/a64/power.h"
#include "hypervisor/port/a64/thread.h"
#include "hypervisor/port/a64/vcpu_thread.h"
#include "lib/a64.h"
#include "lib/log.h"

static struct domains domains;
static struct thread *worker;

/* ---- struct domain_ops: ctx is the machine ---- */

static uint64_t machine_now_ns(void *ctx)
{
	(void)ctx;
	return time_ns();
}

static uint64_t machine_counter(void *ctx)
{
	(void)ctx;
	return sysreg_read(cntvct_el0);
}

static void worker_kick(void *ctx)
{
	(void)ctx;
	thread_wake(worker);
}

static void machine_tlb_flush(void *ctx, unsigned vmid)
{
	(void)ctx;
	(void)vmid;
	dsb(ishst);
	__asm__ volatile("tlbi alle1is" ::: "memory");
	dsb(ish);
	isb();
}

static uint64_t machine_pages_used(void *ctx)
{
	struct machine *machine = ctx;

	return __atomic_load_n(&machine->pages.used, __ATOMIC_RELAXED);
}

static void machine_off(void *ctx)
{
	(void)ctx;
	power_off();
}

static struct domain_ops ops = {
	.now_ns = machine_now_ns,
	.counter = machine_counter,
	.vcpu_start = vcpu_thread_start,
	.vcpu_kick = vcpu_thread_kick,
	.vcpu_end = vcpu_thread_end,
	.work_kick = worker_kick,
	.console_take = channel_console_take,
	.console_put = channel_console_put,
	.console_ready = channel_console_ready,
	.tlb_flush = machine_tlb_flush,
	.pages_used = machine_pages_used,
	.power_off = machine_off,
};

/* ---- Threads ---- */

static void worker_work(void *ctx)
{
	(void)ctx;
	for (;;) {
		thread_block();
		domains_work(&domains);
	}
}

static void run_domains_start(struct machine *machine, struct host *host)
{
	ops.ctx = machine;
	domains_init(&domains,
		     &(struct domains_config){
			     .host = host,
			     .ops = &ops,
			     .dmesg = &hypervisor_dmesg,
			     .rmm_text = machine->rmm_text[0] == '\0'
						 ? NULL
						 : machine->rmm_text,
			     .pages = machine->pages.count - machine->pages.used,
			     .thread_pages = THREAD_PAGES,
			     .cores = machine->cores,
			     .lr_count = 1 + (sysreg_read(ICH_VTR_EL2) & 0x1f),
			     .debug = build_debug,
			     .attack = build_attacks(),
		     });
}

/* First what takes memory: what is left then is the guests'. */
void host_run(struct machine *machine, struct host *host)
{
	const char *why = channel_open(&domains);

	worker = thread_create(worker_work, NULL, "domains",
			       SCHED_WEIGHT_DEFAULT);
	if (worker == NULL)
		why = "there is no memory for its threads";
	run_domains_start(machine, host);
	if (why == NULL)
		channel_start();
	else
		log_line("nobody can speak to this host: %s", why);
	log_line("ready, %llu of %llu pages in use",
		 (unsigned long long)machine->pages.used,
		 (unsigned long long)machine->pages.count);
	threads_run();
}
