/* SPDX-License-Identifier: BSD-3-Clause */
/* One thread for each domain with devices. It shares the weight of the domain
 * with the vCPUs. */
#include "hypervisor/port/a64/device_thread.h"

#include <stddef.h>

#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/port/a64/core.h"
#include "hypervisor/port/a64/thread.h"
#include "hypervisor/port/a64/vcpu_thread.h"

/* By the domain's VMID. */
static struct device_thread {
	struct thread *thread; /* NULL: there is none */
	uint32_t ends;
} threads[CONTROL_DOMAINS + 1];

static void device_thread_main(void *ctx)
{
	struct domain *domain = ctx;
	struct device_thread *self = &threads[domain->vmid];

	while (__atomic_load_n(&self->ends, __ATOMIC_ACQUIRE) == 0)
		thread_block_until(domain_devices_work(domain));
}

void device_thread_start(void *ctx, struct domain *domain, pa_t pages)
{
	struct device_thread *self = &threads[domain->vmid];
	const struct thread_plan plan = {
		.fn = device_thread_main,
		.ctx = domain,
		.name = "devices",
		.weight = domain->weight,
		.group = vcpu_thread_group(domain),
		.brief = true,
	};

	(void)ctx;
	self->ends = 0;
	__atomic_store_n(&self->thread, thread_start(pages, &plan),
			 __ATOMIC_RELEASE);
}

static struct thread *device_thread(const struct domain *domain)
{
	return __atomic_load_n(&threads[domain->vmid].thread, __ATOMIC_ACQUIRE);
}

/*
 * A vCPU that is in the guest does the thread's work: it leaves the guest, and
 * enters it again with the interrupt that mostly comes of this. The thread
 * would do it on another core, and would have to interrupt the vCPU then.
 * Nothing is to be done if this core takes interrupts for a vCPU of the domain.
 *
 * A thread that has ended may be woken as long as it has its pages. It has them
 * until nobody kicks it any more.
 */
void device_thread_kick(void *ctx, struct domain *domain)
{
	struct thread *thread = device_thread(domain);

	(void)ctx;
	if (thread == NULL || core_current()->data.polled == domain)
		return;
	if (!vcpu_thread_interrupt(domain))
		thread_wake(thread);
}

void device_thread_until(void *ctx, struct domain *domain, uint64_t ns)
{
	struct thread *thread = device_thread(domain);

	(void)ctx;
	if (thread != NULL)
		thread_until(thread, ns);
}

void device_thread_end(void *ctx, struct domain *domain)
{
	struct device_thread *self = &threads[domain->vmid];

	(void)ctx;
	__atomic_store_n(&self->ends, 1, __ATOMIC_RELEASE);
	thread_wake(self->thread);
	thread_wait(self->thread);
	__atomic_store_n(&self->thread, NULL, __ATOMIC_RELEASE);
}
