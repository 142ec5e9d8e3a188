/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading a request of the guest (virtio 1.2, 2.7.5). The guest can change its
 * descriptors at any time, so each is copied once, and only the copy is used.
 */
#include "hypervisor/core/virtio/virtio_internal.h"
#include "lib/number.h"

/* The table that is being read: the ring's own, or an indirect one, of which
 * one page at a time is mapped. */
struct table {
	const struct virtio_window *ring; /* NULL: an indirect table */
	uint64_t address;
	unsigned count;
	uint64_t page; /* the mapped page's address, if bytes is not NULL */
	pa_t pa;
	uint8_t *bytes;
};

/*
 * How many looks for memory there are until other threads may run. A request
 * can have 4 GiB, of which each page is looked for, and a ring is full of such
 * requests: without this a guest could have a core to itself for minutes.
 */
#define LOOKS 512

/* Forgets the memory that is remembered if any was taken back since. The caller
 * holds the lock of the guest's memory from here on. */
static void runs_check(struct virtio_device *device)
{
	const struct virtio_ops *ops = device->ops;

	if (device->runs_changes == *ops->memory_changes)
		return;
	device->runs_changes = *ops->memory_changes;
	for (unsigned i = 0; i < VIRTIO_RUNS; i++)
		device->runs[i].size = 0;
}

/* Finds memory as virtio_ops.memory_find(), but from the address on. Mostly it
 * lies around an address that was looked for before. */
static const char *memory_look(struct virtio_device *device, uint64_t address,
			       struct virtio_run *run)
{
	const struct virtio_ops *ops = device->ops;
	struct virtio_run *known =
		&device->runs[address / VIRTIO_RUN_SPAN % VIRTIO_RUNS];
	uint64_t offset = address - known->address;
	const char *why;

	if (++device->looks % LOOKS == 0)
		ops->host->relax(ops->host->ctx, false);
	if (offset >= known->size) {
		known->size = 0;
		why = ops->memory_find(ops->ctx, address, known);
		if (why != NULL)
			return why;
		offset = address - known->address;
	}
	*run = (struct virtio_run){ address, ipa_add(known->ipa, offset),
				    pa_add(known->pa, offset),
				    known->size - offset };
	return NULL;
}

static void table_close(const struct virtio_device *device, struct table *table)
{
	const struct host_ops *host = device->ops->host;

	if (table->bytes != NULL)
		host->page_unmap(host->ctx, table->pa, table->bytes);
	table->bytes = NULL;
}

/* Maps the page of an indirect table that has an address. */
static bool table_turn(struct virtio_device *device, struct table *table,
		       uint64_t page)
{
	const struct virtio_ops *ops = device->ops;
	struct virtio_run run;
	const char *why;

	if (table->bytes != NULL && table->page == page)
		return true;
	table_close(device, table);
	why = memory_look(device, page, &run);
	if (why != NULL) {
		virtio_break(device, "an indirect table at 0x%llx, which %s",
			     (unsigned long long)page, why);
		return false;
	}
	table->page = page;
	table->pa = run.pa;
	table->bytes = ops->host->page_map(ops->host->ctx, run.pa);
	return true;
}

/* Reads each field of an aligned descriptor once. */
static struct virtq_desc desc_read(const void *at)
{
	const volatile struct virtq_desc *from = at;

	return (struct virtq_desc){ .addr = from->addr,
				    .len = from->len,
				    .flags = from->flags,
				    .next = from->next };
}

/* Copies a descriptor byte by byte: it may begin anywhere, and end in another
 * page. */
static bool bytes_copy(struct virtio_device *device, struct table *table,
		       uint64_t at, struct virtq_desc *desc)
{
	uint8_t *to = (uint8_t *)desc;

	for (unsigned i = 0; i < sizeof(*desc); i++, at++) {
		if (!table_turn(device, table, align_down(at, PAGE_SIZE)))
			return false;
		to[i] = *(volatile uint8_t *)(table->bytes + at % PAGE_SIZE);
	}
	return true;
}

/* Copies a descriptor of an indirect table, which may begin anywhere. */
static bool table_copy(struct virtio_device *device, struct table *table,
		       unsigned index, struct virtq_desc *desc)
{
	uint64_t at = table->address + VIRTQ_DESC_SIZE((uint64_t)index);

	if (!is_aligned(at, sizeof(*desc)))
		return bytes_copy(device, table, at, desc);
	if (!table_turn(device, table, align_down(at, PAGE_SIZE)))
		return false;
	*desc = desc_read(table->bytes + at % PAGE_SIZE);
	return true;
}

static bool desc_copy(struct virtio_device *device, struct table *table,
		      unsigned index, struct virtq_desc *desc)
{
	uint64_t offset = VIRTQ_DESC_SIZE((uint64_t)index);

	if (table->ring == NULL)
		return table_copy(device, table, index, desc);
	*desc = desc_read(virtio_window_at(table->ring, offset));
	return true;
}

/* Adds a run of memory to the request: to its last piece if it follows that. */
static bool piece_add(struct virtio_device *device,
		      const struct virtio_run *run, bool write)
{
	struct virtio_piece *last = NULL;

	if (device->piece_count > 0)
		last = &device->pieces[device->piece_count - 1];
	if (last != NULL && last->write == write &&
	    last->pa.value + last->size == run->pa.value &&
	    last->ipa.value + last->size == run->ipa.value &&
	    run->size <= UINT32_MAX - last->size) {
		last->size += (uint32_t)run->size;
		return true;
	}
	if (device->piece_count == VIRTIO_PIECES) {
		virtio_break(device, "a request of more than %u pieces",
			     VIRTIO_PIECES);
		return false;
	}
	device->pieces[device->piece_count++] =
		(struct virtio_piece){ run->ipa, run->pa, (uint32_t)run->size,
				       write };
	return true;
}

/* Adds the memory of one descriptor. */
static bool buffer_add(struct virtio_device *device,
		       const struct virtq_desc *desc, bool write)
{
	uint64_t at = desc->addr;
	uint64_t left = desc->len;
	struct virtio_run run;
	const char *why;

	if (left == 0) {
		virtio_break(device, "a buffer of no bytes");
		return false;
	}
	if (at > UINT64_MAX - left) {
		virtio_break(device, "a buffer beyond the end of all addresses");
		return false;
	}
	for (; left > 0; at += run.size, left -= run.size) {
		why = memory_look(device, at, &run);
		if (why != NULL) {
			virtio_break(device, "a buffer at 0x%llx, which %s",
				     (unsigned long long)at, why);
			return false;
		}
		run.size = smaller(run.size, left);
		if (!piece_add(device, &run, write))
			return false;
	}
	return true;
}

/* Goes on in an indirect table. */
static bool table_enter(struct virtio_device *device, struct table *table,
			const struct virtq_desc *desc)
{
	const char *why = NULL;

	if (table->ring == NULL)
		why = "an indirect table in an indirect table";
	else if (!virtio_agreed(device, VIRTIO_F_INDIRECT_DESC))
		why = "an indirect table, without having agreed on them";
	else if ((desc->flags & VIRTQ_DESC_NEXT) != 0)
		why = "an indirect table that is not the end of its request";
	else if (desc->len == 0 || desc->len % sizeof(*desc) != 0)
		why = "an indirect table with a part of a descriptor";
	else if (desc->len / sizeof(*desc) > VIRTIO_PIECES)
		why = "an indirect table that is too long";
	else if (desc->addr > UINT64_MAX - desc->len)
		why = "an indirect table beyond the end of all addresses";
	if (why != NULL) {
		virtio_break(device, "%s", why);
		return false;
	}
	*table = (struct table){ .address = desc->addr,
				 .count = desc->len / (unsigned)sizeof(*desc) };
	return true;
}

/* The sum of all buffers of a request, and how they may follow each other. */
struct sum {
	uint64_t bytes;
	bool write; /* one that the device writes was seen */
};

static bool sum_add(struct virtio_device *device, struct sum *sum,
		    const struct virtq_desc *desc)
{
	bool write = (desc->flags & VIRTQ_DESC_WRITE) != 0;

	sum->bytes += desc->len;
	if (sum->bytes > UINT32_MAX) {
		virtio_break(device, "a request of more than 4 GiB");
		return false;
	}
	if (sum->write && !write) {
		virtio_break(device, "a buffer to be read after one to be "
				     "written");
		return false;
	}
	sum->write = write;
	return true;
}

static bool chain_walk(struct virtio_device *device, struct table *table,
		       uint16_t head)
{
	struct sum sum = { 0 };
	struct virtq_desc desc;
	unsigned index = head;
	unsigned seen = 0;

	for (;;) {
		if (index >= table->count) {
			virtio_break(device, "descriptor %u of %u", index,
				     table->count);
			return false;
		}
		if (seen++ == table->count) {
			virtio_break(device, "descriptors that form a loop");
			return false;
		}
		if (!desc_copy(device, table, index, &desc))
			return false;
		if ((desc.flags & VIRTQ_DESC_INDIRECT) != 0) {
			if (!table_enter(device, table, &desc))
				return false;
			index = 0;
			seen = 0;
			continue;
		}
		if (!sum_add(device, &sum, &desc) ||
		    !buffer_add(device, &desc, sum.write))
			return false;
		if ((desc.flags & VIRTQ_DESC_NEXT) == 0)
			return true;
		index = desc.next;
	}
}

bool virtio_chain_read(struct virtio_device *device,
		       const struct virtio_queue *queue, uint16_t head)
{
	struct table table = { .ring = &queue->descs, .count = queue->size };
	bool done;

	device->piece_count = 0;
	runs_check(device);
	done = chain_walk(device, &table, head);
	table_close(device, &table);
	return done;
}
