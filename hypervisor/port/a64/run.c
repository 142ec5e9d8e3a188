/* SPDX-License-Identifier: BSD-3-Clause */
/* The host in operation: the functions that its domains need of the machine,
 * and its threads. */
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/port/a64/build.h"
#include "hypervisor/port/a64/channel.h"
#include "hypervisor/port/a64/device_slot.h"
#include "hypervisor/port/a64/dma.h"
#include "hypervisor/port/a64/ich.h"
#include "hypervisor/port/a64/machine_domains.h"
#include "hypervisor/port/a64/main.h"
#include "hypervisor/port/a64/power.h"
#include "hypervisor/port/a64/thread.h"
#include "hypervisor/port/a64/vcpu_thread.h"
#include "lib/log.h"

static struct domains domains;

/* ---- struct domain_ops: ctx is the machine ---- */

static void run_power_off(void *ctx)
{
	(void)ctx;
	power_off();
}

static struct domain_ops ops = {
	.now_ns = machine_now_ns,
	.counter = machine_counter,
	.timer_ctl = machine_timer_ctl,
	.utc = machine_utc,
	.vcpu_start = vcpu_thread_start,
	.vcpu_kick = vcpu_thread_kick,
	.vcpu_end = vcpu_thread_end,
	.work_kick = machine_work_kick,
	.console_take = channel_console_take,
	.console_put = channel_console_put,
	.console_room = channel_console_room,
	.console_ready = channel_console_ready,
	.tlb_flush = machine_tlb_flush,
	.id_read = machine_id_read,
	.pages_used = machine_pages_used,
	.dma_faults = dma_faults_fill,
	.power_off = run_power_off,
};

static void run_domains_start(struct machine *machine, struct host *host,
			      unsigned slots)
{
	const struct attack_ops *attack = build_attacks(&machine->ops);

	ops.ctx = machine;
	domains_init(&domains,
		     &(struct domains_config){
			     .host = host,
			     .ops = &ops,
			     .dmesg = &hypervisor_dmesg,
			     .rmm_text = machine->rmm_text[0] == '\0'
						 ? NULL
						 : machine->rmm_text,
			     .pages = pages_unused(&machine->pages),
			     .dma_pages = pages_unused(&machine->dma_pages),
			     .thread_pages = THREAD_PAGES,
			     .cores = machine->cores,
			     .lr_count = ich_lr_count(),
			     .slots = slots,
			     .slot_ops = device_slots_open(&machine->ops),
			     .debug = build_debug,
			     .attack = attack,
		     });
}

/* All that takes memory comes first: domains may promise their guests only what
 * is left. */
void host_run(struct machine *machine, struct host *host)
{
	const char *why = channel_open(&domains, &machine->ops);
	const char *no_slots =
		dma_possible() ? pci_slots_start() : "there is no PCIe";

	if (!machine_worker_start(&domains))
		why = "there is no memory for its threads";
	run_domains_start(machine, host, no_slots == NULL ? DEVICE_SLOTS : 0);
	if (why == NULL)
		channel_start();
	else
		log_line("nobody can speak to this host: %s", why);
	if (no_slots != NULL)
		log_line("no device can be plugged in: %s", no_slots);
	log_line("ready, %llu of %llu pages in use",
		 (unsigned long long)(machine->pages.used +
				      machine->dma_pages.used),
		 (unsigned long long)(machine->pages.count +
				      machine->dma_pages.count));
	threads_run();
}
