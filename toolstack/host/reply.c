/* SPDX-License-Identifier: BSD-3-Clause */
/* Replies of the host: found in a stream, checked and converted. */
#include "toolstack/host/reply.h"

#include <string.h>

#include "abi/bits.h"
#include "abi/dma_guard.h"
#include "abi/machine_map.h"
#include "toolstack/report/utf8.h"

/* ---- The stream ---------------------------------------------------------- */

uint8_t *reply_room(struct reply_stream *stream, size_t *size)
{
	*size = sizeof(stream->bytes) - stream->filled;
	return stream->bytes + stream->filled;
}

static void stream_drop(struct reply_stream *stream, size_t size)
{
	stream->filled -= size;
	memmove(stream->bytes, stream->bytes + size, stream->filled);
}

/* Returns the first offset at which a reply may begin. The stream may end with
 * the first bytes of the magic number; these count too. */
static size_t find_magic(const struct reply_stream *stream)
{
	const uint64_t magic = CONTROL_MAGIC;
	size_t at = 0;

	for (; at < stream->filled; at++) {
		size_t left = stream->filled - at;
		size_t seen = left < sizeof(magic) ? left : sizeof(magic);

		if (memcmp(stream->bytes + at, &magic, seen) == 0)
			break;
	}
	return at;
}

bool reply_take(struct reply_stream *stream, uint64_t cookie,
		struct control_reply *reply)
{
	for (;;) {
		stream_drop(stream, find_magic(stream));
		if (stream->filled < sizeof(*reply))
			return false;
		memcpy(reply, stream->bytes, sizeof(*reply));
		if (reply->cookie == cookie) {
			stream_drop(stream, sizeof(*reply));
			return true;
		}
		/* This is an old reply, or no reply at all. */
		stream_drop(stream, 1);
	}
}

/* ---- Values ---------------------------------------------------------------- */

void reply_text(char *to, size_t size, const uint8_t *from, size_t from_size)
{
	size_t length = strnlen((const char *)from, from_size);
	size_t at = 0;

	if (length >= size)
		length = size - 1;
	while (at < length) {
		size_t taken = utf8_printable(from + at, length - at);

		if (taken == 0) {
			to[at++] = '?';
			continue;
		}
		memcpy(to + at, from + at, taken);
		at += taken;
	}
	to[at] = '\0';
}

bool reply_host(const struct control_host *from, struct reeve_host_info *out)
{
	*out = (struct reeve_host_info){
		.debug = (from->flags & CONTROL_HOST_DEBUG) != 0,
		.realms = (from->flags & CONTROL_HOST_REALM) != 0,
		.cores = from->cores,
		.domains = from->domains,
		.memory_total = from->memory_total,
		.memory_free = from->memory_free,
		.dma_total = from->dma_total,
		.dma_free = from->dma_free,
		.dma_faults = from->dma_faults,
		.dma_faults_more = from->dma_faults_more != 0,
		.dma_fault_address = from->dma_fault_address,
		.dma_fault_stream = (unsigned)BITS_GET(from->dma_fault_what,
						       DMA_GUARD_STREAM),
		.granules_delegated = from->granules_delegated,
		.pages_used = from->pages_used,
		.rmi_lower = from->rmi_lower,
		.rmi_higher = from->rmi_higher,
		.ipa_bits = from->ipa_bits,
		.max_recs = from->max_recs,
		.hashes = from->hashes,
		.consoles_free = from->consoles_free,
		.uptime_ns = from->uptime_ns,
		.slots = from->slots,
		.slots_free = from->slots_free,
		.requests_in_flight = from->requests_in_flight,
		.pages_pinned = from->pages_pinned,
	};
	reply_text(out->rmm_text, sizeof(out->rmm_text), from->rmm_text,
		   sizeof(from->rmm_text));
	return from->version == CONTROL_VERSION &&
	       from->domains <= CONTROL_DOMAINS &&
	       from->memory_free <= from->memory_total &&
	       from->dma_total <= from->memory_total &&
	       from->dma_free <= from->dma_total &&
	       from->dma_free <= from->memory_free &&
	       from->consoles_free <= CONTROL_CONSOLES &&
	       from->slots <= REPLY_SLOTS_MAX && from->slots_free <= from->slots;
}

static bool reason_is_known(uint32_t reason)
{
	return reason == CONTROL_POWEROFF || reason == CONTROL_REBOOT ||
	       reason == CONTROL_CRASH;
}

bool reply_domain(const struct control_domain *from, struct reeve_domain *out)
{
	*out = (struct reeve_domain){
		.domid = from->domid,
		.state = (enum reeve_domain_state)from->state,
		.reason = (enum reeve_reason)from->reason,
		.realm = (from->flags & CONTROL_CREATE_REALM) != 0,
		.vuart = (from->flags & CONTROL_CREATE_VUART) != 0,
		.rtc = (from->flags & CONTROL_CREATE_RTC) != 0,
		.pvpanic = (from->flags & CONTROL_CREATE_PVPANIC) != 0,
		.blocked = from->blocked != 0,
		.vcpus = from->vcpus,
		.vcpus_online = from->vcpus_online,
		.console = from->console,
		.hvc = from->hvc != 0 ? from->hvc - 1 : REEVE_NO_CONSOLE,
		.ram_size = from->ram_size,
		.pages_held = from->pages_held,
		.pages_promised = from->pages_promised,
		.granules_delegated = from->granules_delegated,
		.pages_shared = from->pages_shared,
		.cpu_ns = from->cpu_ns,
		.uptime_ns = from->uptime_ns,
		.progress_done = from->progress_done,
		.progress_all = from->progress_all,
		.rmi_calls = from->rmi_calls,
		.exits = from->exits,
		.first_entry_ns = from->first_entry_ns,
		.devices = from->devices,
	};
	memcpy(out->uuid, from->uuid, sizeof(out->uuid));
	reply_text(out->name, sizeof(out->name), from->name, sizeof(from->name));
	reply_text(out->text, sizeof(out->text), from->text, sizeof(from->text));
	return from->domid != CONTROL_NO_DOMAIN &&
	       from->state >= CONTROL_LOADING && from->state <= CONTROL_DYING &&
	       (from->state != CONTROL_SHUTDOWN ||
		reason_is_known(from->reason)) &&
	       from->vcpus <= CONTROL_VCPUS &&
	       from->vcpus_online <= from->vcpus &&
	       from->devices <= CONTROL_DEVICES &&
	       (from->console < CONTROL_CONSOLES ||
		from->console == CONTROL_NO_CONSOLE) &&
	       from->hvc <= CONTROL_CONSOLES;
}

bool reply_vcpu(const struct control_vcpu *from, struct reeve_vcpu *out)
{
	_Static_assert((int)CONTROL_EXIT_KINDS == REEVE_EXIT_KINDS, "exits");

	*out = (struct reeve_vcpu){
		.index = from->index,
		.online = from->online != 0,
		.running = from->running != 0,
		.core = from->core,
		.cpu_ns = from->cpu_ns,
	};
	memcpy(out->exits, from->exits, sizeof(out->exits));
	return from->index < CONTROL_VCPUS && from->core < MACHINE_MAX_CPUS;
}

bool reply_device(const struct control_device *from,
		  struct reeve_domain_device *out)
{
	*out = (struct reeve_domain_device){
		.index = from->index,
		.slot = from->slot,
		.virtio_id = from->id,
		.broken = (from->flags & CONTROL_DEVICE_BROKEN) != 0,
		.queues = from->queues,
		.requests = from->requests,
		.in_flight = from->in_flight,
		.pages_pinned = from->pages_pinned,
		.exits = from->exits,
		.interrupts = from->interrupts,
	};
	reply_text(out->text, sizeof(out->text), from->text, sizeof(from->text));
	return from->index < CONTROL_DEVICES &&
	       (from->slot < REPLY_SLOTS_MAX ||
		from->slot == CONTROL_SLOT_CONSOLE);
}

/* The RAM that guests can have begins behind that of the firmware. */
#define GUESTS_BASE ((uint64_t)MACHINE_HYP_BASE + MACHINE_HYP_SIZE)

bool reply_grant(const struct control_grant *grant, uint64_t size,
		 uint64_t ram_size)
{
	const uint64_t end = MACHINE_DRAM_BASE + ram_size;

	return grant->size == size && size <= ram_size &&
	       grant->pa % MACHINE_PAGE_SIZE == 0 && grant->pa >= GUESTS_BASE &&
	       grant->pa <= end - size;
}

bool reply_trim(const struct control_trim *trim, uint64_t asked,
		uint64_t ram_size)
{
	uint64_t end = MACHINE_DRAM_BASE + ram_size;
	uint64_t at = asked > GUESTS_BASE ? asked : GUESTS_BASE;

	if (trim->next != 0) {
		if (trim->next > end || trim->next <= asked ||
		    trim->next % MACHINE_PAGE_SIZE != 0)
			return false;
		end = trim->next;
	}
	if (trim->count > CONTROL_RUNS)
		return false;
	for (unsigned i = 0; i < trim->count; i++) {
		const struct control_free_run *run = &trim->runs[i];

		if (run->pa < at || run->pa >= end || run->pages == 0 ||
		    run->pa % MACHINE_PAGE_SIZE != 0 ||
		    run->pages > (end - run->pa) / MACHINE_PAGE_SIZE)
			return false;
		at = run->pa + run->pages * MACHINE_PAGE_SIZE;
	}
	return true;
}
