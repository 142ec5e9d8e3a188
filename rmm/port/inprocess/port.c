/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory, PAS, TLBs, entropy and interrupts of the in-process port. */
#include "rmm/core/port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/number.h"
#include "rmm/core/granule.h"
#include "rmm/port/inprocess/machine.h"

/* ICH_VTR_EL2 of a GICv3 with 4 list registers, 5 priority bits. */
#define GIC_VTR 0x90000003

static uint64_t granule_index(const struct rmm_port *port, pa_t pa)
{
	return (pa.value - port->base) / GRANULE_SIZE;
}

uint8_t *memory_at(const struct rmm_port *port, pa_t pa)
{
	return port->memory + (pa.value - port->base);
}

uint8_t *memory_touch(const struct rmm_port *port, pa_t pa)
{
	uint8_t *touched = &port->touched[granule_index(port, pa)];

	__atomic_store_n(touched, 1, __ATOMIC_RELAXED);
	return memory_at(port, pa);
}

static bool in_realm_pas(const struct rmm_port *port, pa_t pa)
{
	const uint8_t *pas = &port->pas[granule_index(port, pa)];

	return __atomic_load_n(pas, __ATOMIC_ACQUIRE) == PAS_REALM;
}

/* Stands in for a page whose content is not kept. A command maps one such page
 * at a time. */
static _Thread_local uint8_t discarded[GRANULE_SIZE];
/* The lent granule that would have been copied there since it was mapped; or
 * NULL. */
static _Thread_local const uint8_t *discarded_origin;

static uint8_t *content_at(const struct rmm_port *port, pa_t pa)
{
	if (!port->discard_content || !discipline_data(pa))
		return memory_touch(port, pa);
	return discarded;
}

void *port_granule_map(struct rmm_port *port, pa_t pa)
{
	if (!in_realm_pas(port, pa))
		port_panic(port, "a granule outside Realm PAS is mapped");
	discipline_mapped(port, pa);
	discarded_origin = NULL;
	return content_at(port, pa);
}

void port_granule_unmap(struct rmm_port *port, pa_t pa, void *address)
{
	if (address != content_at(port, pa))
		port_panic(port, "another address is unmapped than was mapped");
	discipline_unmapped(port, pa);
}

void port_code_sync(struct rmm_port *port, pa_t pa, const void *address)
{
	if (address != content_at(port, pa))
		port_panic(port, "code is synchronized at another address");
	__atomic_fetch_add(&port->code_syncs, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&port->code_last, pa.value, __ATOMIC_RELAXED);
}

/* A page that was never written is zero already. Not writing it saves the
 * memory that a write would commit. */
static void granule_zero(struct rmm_port *port, pa_t pa)
{
	const uint8_t *touched = &port->touched[granule_index(port, pa)];

	if (!in_realm_pas(port, pa))
		port_panic(port, "a granule outside Realm PAS is zeroed");
	if (__atomic_load_n(touched, __ATOMIC_RELAXED) != 0)
		memset(memory_at(port, pa), 0, GRANULE_SIZE);
}

void port_granules_zero(struct rmm_port *port, pa_t pa, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		granule_zero(port, pa_add(pa, i * GRANULE_SIZE));
}

const uint8_t *lent_at(const struct rmm_port *port, uint64_t pa)
{
	for (unsigned i = 0; i < LENT_RANGES; i++) {
		const struct lent_range *lent = &port->lent[i];

		if (pa >= lent->pa && pa - lent->pa < lent->size)
			return lent->data + (pa - lent->pa);
	}
	return NULL;
}

/* Returns true if Non-secure accesses to the granule of pa succeed. */
static bool ns_accessible(const struct rmm_port *port, pa_t pa)
{
	uint64_t granule = align_down(pa.value, GRANULE_SIZE);

	return !in_realm_pas(port, pa) && granule != port->faults.ns_faults;
}

bool port_ns_read(struct rmm_port *port, pa_t pa, void *to, size_t size)
{
	const uint8_t *lent = lent_at(port, pa.value);

	if (!ns_accessible(port, pa))
		return false;
	if (to == discarded && size == GRANULE_SIZE && lent != NULL) {
		discarded_origin = lent; /* only a hash reads it */
		return true;
	}
	memcpy(to, lent != NULL ? lent : memory_at(port, pa), size);
	return true;
}

const void *memory_origin(const void *address)
{
	return address == discarded && discarded_origin != NULL
		       ? discarded_origin
		       : address;
}

bool port_ns_write(struct rmm_port *port, pa_t pa, const void *from, size_t size)
{
	if (!ns_accessible(port, pa) || lent_at(port, pa.value) != NULL)
		return false;
	memcpy(memory_touch(port, pa), from, size);
	return true;
}

static bool pas_move(struct rmm_port *port, pa_t pa, uint8_t to)
{
	uint8_t *pas = &port->pas[granule_index(port, pa)];
	uint8_t from = to == PAS_REALM ? PAS_NS : PAS_REALM;

	if (pa.value == port->faults.el3_refuses ||
	    lent_at(port, pa.value) != NULL)
		return false;
	return __atomic_compare_exchange_n(pas, &from, to, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static pa_t granule_after(pa_t pa, unsigned count)
{
	return pa_make(pa.value + (uint64_t)count * GRANULE_SIZE);
}

static unsigned pas_move_range(struct rmm_port *port, pa_t pa, unsigned count,
			       uint8_t to)
{
	unsigned done = 0;

	while (done < count && pas_move(port, granule_after(pa, done), to))
		done++;
	return done;
}

unsigned port_pas_to_realm(struct rmm_port *port, pa_t pa, unsigned count)
{
	unsigned done = pas_move_range(port, pa, count, PAS_REALM);

	__atomic_fetch_add(&port->delegated, done, __ATOMIC_RELAXED);
	return done;
}

unsigned port_pas_to_ns(struct rmm_port *port, pa_t pa, unsigned count)
{
	unsigned done = pas_move_range(port, pa, count, PAS_NS);

	__atomic_fetch_sub(&port->delegated, done, __ATOMIC_RELAXED);
	return done;
}

void port_entry_write(struct rmm_port *port, uint64_t *slot, uint64_t entry)
{
	/* There is no table walk that the store must be ordered with. */
	__atomic_store_n(slot, entry, __ATOMIC_RELEASE);
	if (port->entry_watch != NULL)
		port->entry_watch(port->entry_context);
}

void port_tlb_invalidate(struct rmm_port *port, unsigned vmid, ipa_t ipa,
			 uint64_t size)
{
	pthread_mutex_lock(&port->tlb_mutex);
	port->tlb.ranges++;
	port->tlb.last_vmid = vmid;
	port->tlb.last_ipa = ipa.value;
	port->tlb.last_size = size;
	pthread_mutex_unlock(&port->tlb_mutex);
	if (port->tlb_watch != NULL)
		port->tlb_watch(port->tlb_context, vmid, ipa.value, size);
}

void port_tlb_invalidate_vmid(struct rmm_port *port, unsigned vmid)
{
	pthread_mutex_lock(&port->tlb_mutex);
	port->tlb.vmids++;
	port->tlb.last_vmid = vmid;
	pthread_mutex_unlock(&port->tlb_mutex);
}

bool port_random(struct rmm_port *port, void *to, size_t size)
{
	if (port->faults.no_random)
		return false;
	/* Once the kernel is seeded, up to 256 bytes are never cut short. */
	return getrandom(to, size, 0) == (ssize_t)size;
}

bool port_interrupt_pending(struct rmm_port *port)
{
	unsigned every = port->faults.interrupt_every;

	if (every == 0)
		return false;
	return __atomic_add_fetch(&port->polls, 1, __ATOMIC_RELAXED) % every ==
	       0;
}

uint32_t port_gic_vtr(struct rmm_port *port)
{
	(void)port; /* the same for every in-process machine */
	return GIC_VTR;
}

bool port_rec_runs(struct rmm_port *port)
{
	return port->vcpu != NULL;
}

unsigned port_gic_lrs(struct rmm_port *port, uint64_t lr[GIC_LRS_MAX])
{
	memcpy(lr, port->gic_lrs, sizeof(port->gic_lrs));
	return port->faults.no_gic_registers ? 0 : GIC_LRS_MAX;
}

/* No CPU could have the registers, so they stay in the REC. */
void port_rec_start(struct rmm_port *port, struct rec *rec,
		    const struct realm_s2 *s2)
{
	(void)port;
	(void)rec;
	(void)s2;
}

void port_rec_stop(struct rmm_port *port, struct rec *rec)
{
	(void)port;
	(void)rec;
}

void port_rec_el1_get(struct rmm_port *port, struct rec *rec)
{
	(void)port;
	(void)rec;
}

void port_rec_el1_put(struct rmm_port *port, struct rec *rec)
{
	(void)port;
	(void)rec;
}

void port_rec_debug_put(struct rmm_port *port, struct rec *rec)
{
	(void)port;
	(void)rec;
}

void port_rec_run(struct rmm_port *port, struct rec *rec, struct rec_trap *trap)
{
	*trap = (struct rec_trap){ .kind = REC_TRAP_IRQ };
	port->vcpu(port->vcpu_context, rec, trap);
}

_Noreturn void port_panic(struct rmm_port *port, const char *why)
{
	if (port->panic != NULL)
		port->panic(why);
	fprintf(stderr, "rmm: panic: %s\n", why);
	abort();
}
