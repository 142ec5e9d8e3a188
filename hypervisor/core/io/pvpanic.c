/* SPDX-License-Identifier: BSD-3-Clause */
/* The register of the panic device, and what its events do. */
#include "hypervisor/core/io/pvpanic.h"

#include "hypervisor/core/domain/domain.h"

#define EVENTS      0x000 /* the only register; a byte */
#define PVPANIC_END 0x1000

#define PANICKED     0x1 /* it cannot go on */
#define CRASH_LOADED 0x2 /* it starts a crash kernel, which will end it */
#define SHUTDOWN     0x4 /* it is done */

/* Tells once: a guest must not be able to fill the log. */
static void crash_loaded(struct domain *domain)
{
	if (__atomic_exchange_n(&domain->pvpanic.told, true, __ATOMIC_RELAXED))
		return;
	domain_note(domain, "its kernel has panicked and starts another one");
}

static void pvpanic_events(struct vcpu *vcpu, uint64_t events)
{
	struct domain *domain = vcpu->domain;

	if ((events & PANICKED) != 0) {
		domain_stop(domain, CONTROL_CRASH,
			    "vCPU %u: the guest's kernel has panicked",
			    vcpu->index);
	} else if ((events & CRASH_LOADED) != 0) {
		crash_loaded(domain);
	} else if ((events & SHUTDOWN) != 0) {
		domain_stop(domain, CONTROL_POWEROFF, "the guest powered off");
	}
}

bool pvpanic_access(struct vcpu *vcpu, uint64_t offset, unsigned size,
		    bool write, uint64_t *value)
{
	if (offset >= PVPANIC_END || size > 4 || offset % size != 0)
		return false;
	if (!write)
		*value = offset == EVENTS ? PANICKED | CRASH_LOADED | SHUTDOWN
					  : 0;
	else if (offset == EVENTS)
		pvpanic_events(vcpu, *value);
	return true;
}
