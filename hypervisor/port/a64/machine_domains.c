/* SPDX-License-Identifier: BSD-3-Clause */
/* Time, TLBs, memory and the worker, for struct domain_ops. */
#include "hypervisor/port/a64/machine_domains.h"

#include <stddef.h>

#include "abi/machine_map.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/port/a64/machine.h"
#include "hypervisor/port/a64/thread.h"
#include "lib/a64.h"

static struct thread *worker;

uint64_t machine_now_ns(void *ctx)
{
	(void)ctx;
	return time_ns();
}

uint64_t machine_counter(void *ctx)
{
	(void)ctx;
	return sysreg_read(cntpct_el0);
}

uint64_t machine_timer_ctl(void *ctx, bool physical)
{
	(void)ctx;
	return physical ? sysreg_read(cntp_ctl_el0) : sysreg_read(cntv_ctl_el0);
}

/* QEMU's clock follows that of the computer on which QEMU runs. */
uint32_t machine_utc(void *ctx)
{
	(void)ctx;
	return mmio_read32(MACHINE_RTC_BASE); /* RTCDR */
}

void machine_tlb_flush(void *ctx, unsigned vmid)
{
	(void)ctx;
	(void)vmid;
	dsb(ishst);
	__asm__ volatile("tlbi alle1is" ::: "memory");
	dsb(ish);
	isb();
}

uint64_t machine_pages_used(void *ctx)
{
	struct machine *machine = ctx;

	return __atomic_load_n(&machine->pages.used, __ATOMIC_RELAXED) +
	       __atomic_load_n(&machine->dma_pages.used, __ATOMIC_RELAXED);
}

static void worker_main(void *ctx)
{
	struct domains *domains = ctx;

	for (;;) {
		thread_block();
		domains_work(domains);
	}
}

bool machine_worker_start(struct domains *domains)
{
	worker = thread_create(&(struct thread_plan){
		.fn = worker_main,
		.ctx = domains,
		.name = "domains",
		.weight = SCHED_WEIGHT_HALF,
	});
	return worker != NULL;
}

void machine_work_kick(void *ctx)
{
	(void)ctx;
	thread_wake(worker);
}
