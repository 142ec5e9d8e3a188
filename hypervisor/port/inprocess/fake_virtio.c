/* SPDX-License-Identifier: BSD-3-Clause */
/* The device, the memory and the driver. They assert what the carrier owes. */
#include "hypervisor/port/inprocess/fake_virtio.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hypervisor/core/host.h"

#define HOST_RAM    UINT64_C(0x200000000) /* the guest's pages at the host */
#define HOST_SHARED UINT64_C(0x300000000) /* what the carrier shares */

/* ---- Memory ---- */

/* Every eighth page is followed by the next one; all others are not. */
static uint64_t page_pa(const struct fake_virtio *fake, unsigned page)
{
	unsigned block = page / 8;
	unsigned order =
		fake->straight ? page % 8 : (page % 8 * 2) % 8 + page % 8 / 4;

	return HOST_RAM + (block * 8 + order) * PAGE_SIZE;
}

unsigned fake_host_page(const struct fake_virtio *fake, uint64_t pa)
{
	uint64_t block = (pa - HOST_RAM) / (8 * PAGE_SIZE) * 8;

	if (pa < HOST_RAM || block >= FAKE_VIRTIO_PAGES)
		return FAKE_VIRTIO_PAGES;
	for (unsigned page = (unsigned)block; page < block + 8; page++) {
		if (page_pa(fake, page) == (pa & ~(PAGE_SIZE - 1)))
			return page;
	}
	return FAKE_VIRTIO_PAGES;
}

uint64_t fake_virtio_ipa(unsigned page)
{
	return FAKE_VIRTIO_RAM + page * PAGE_SIZE;
}

uint8_t *fake_virtio_page(struct fake_virtio *fake, unsigned page)
{
	return fake->ram[page];
}

void *fake_virtio_at(struct fake_virtio *fake, uint64_t ipa)
{
	uint64_t offset = ipa - FAKE_VIRTIO_RAM;

	assert(offset < FAKE_VIRTIO_PAGES * PAGE_SIZE);
	return &fake->ram[offset / PAGE_SIZE][offset % PAGE_SIZE];
}

/* Returns where an address of the host is in this process: the whole range must
 * be memory that the carrier may show to a device. */
static void *host_at(void *ctx, uint64_t pa, uint64_t size)
{
	struct fake_virtio *fake = ctx;
	unsigned page;

	if (pa >= HOST_SHARED) {
		assert(pa - HOST_SHARED + size <= fake->shared_size);
		return (uint8_t *)fake->shared + (pa - HOST_SHARED);
	}
	page = fake_host_page(fake, pa);
	assert(page < FAKE_VIRTIO_PAGES && !fake->hidden[page] &&
	       !fake->far[page]);
	return &fake->ram[page][pa % PAGE_SIZE];
}

static void memory_lock(void *ctx)
{
	struct fake_virtio *fake = ctx;

	assert(!fake->memory_locked);
	fake->memory_locked = true;
}

static void memory_unlock(void *ctx)
{
	struct fake_virtio *fake = ctx;

	assert(fake->memory_locked);
	fake->memory_locked = false;
}

/* Returns true if the page follows the one before it in the host's memory, and
 * devices may access both. */
static bool page_follows(const struct fake_virtio *fake, unsigned page)
{
	return !fake->single && page > 0 && page < FAKE_VIRTIO_PAGES &&
	       !fake->hidden[page] && !fake->far[page] &&
	       !fake->hidden[page - 1] && !fake->far[page - 1] &&
	       page_pa(fake, page) == page_pa(fake, page - 1) + PAGE_SIZE;
}

static const char *memory_find(void *ctx, uint64_t address,
			       struct virtio_run *run)
{
	struct fake_virtio *fake = ctx;
	uint64_t offset = (address & ~FAKE_VIRTIO_SHARED) - FAKE_VIRTIO_RAM;
	unsigned page = (unsigned)(offset / PAGE_SIZE);
	unsigned first = page, end = page + 1;
	void (*in_find)(struct fake_virtio *fake) = fake->in_find;

	assert(fake->memory_locked);
	fake->finds++;
	fake->in_find = NULL;
	if (in_find != NULL)
		in_find(fake);
	if (offset >= FAKE_VIRTIO_PAGES * PAGE_SIZE)
		return "is no RAM";
	if (fake->hidden[page])
		return "is not shared";
	if (fake->far[page])
		return "no device can access";
	while (page_follows(fake, first))
		first--;
	while (page_follows(fake, end))
		end++;
	offset -= first * PAGE_SIZE;
	*run = (struct virtio_run){
		address - offset,
		ipa_make(FAKE_VIRTIO_RAM + first * PAGE_SIZE),
		pa_make(page_pa(fake, first)),
		(end - first) * PAGE_SIZE,
	};
	return NULL;
}

static void *page_map(void *ctx, pa_t page)
{
	struct fake_virtio *fake = ctx;

	assert(page.value % PAGE_SIZE == 0);
	return host_at(fake, page.value, PAGE_SIZE);
}

static void page_unmap(void *ctx, pa_t page, void *address)
{
	struct fake_virtio *fake = ctx;

	assert(fake->ram[fake_host_page(fake, page.value)] == address);
}

/* No other thread could ever do what is waited for. */
static void relax(void *ctx, bool waiting)
{
	struct fake_virtio *fake = ctx;

	assert(!waiting);
	fake->relaxed++;
}

static uint64_t now_ns(void *ctx)
{
	struct fake_virtio *fake = ctx;
	void (*in_time)(struct fake_virtio *fake) = fake->in_time;

	fake->in_time = NULL;
	if (in_time != NULL)
		in_time(fake);
	return fake->now;
}

/* ---- What the carrier tells ---- */

static void line_set(void *ctx, unsigned index, bool level)
{
	struct fake_virtio *fake = ctx;

	assert(index == 0 && fake->line != level);
	fake->line = level;
}

static uint64_t held_until(void *ctx, unsigned index)
{
	const struct fake_virtio *fake = ctx;

	(void)index;
	return fake->held_until;
}

static void kick(void *ctx)
{
	struct fake_virtio *fake = ctx;

	fake->kicks++;
}

/* A kick is before any time. */
static void come_by(void *ctx, uint64_t ns)
{
	(void)ns;
	kick(ctx);
}

static void broken(void *ctx, unsigned index, const char *why)
{
	struct fake_virtio *fake = ctx;

	assert(index == 0 && strlen(why) < VIRTIO_TEXT);
	fake->breaks++;
	strcpy(fake->why, why);
}

/* ---- The host's device ---- */

uint16_t *fake_host_idx(struct fake_virtio *fake, unsigned queue)
{
	return fake_backend_idx(&fake->theirs, queue);
}

struct virtq_used_elem *fake_host_elem(struct fake_virtio *fake, unsigned queue,
				       uint16_t number)
{
	return fake_backend_elem(&fake->theirs, queue, number);
}

bool fake_host_take(struct fake_virtio *fake, unsigned queue,
		    struct fake_request *request)
{
	return fake_backend_take(&fake->theirs, queue, request);
}

void fake_host_answer(struct fake_virtio *fake, unsigned queue, unsigned id,
		      uint32_t size)
{
	fake_backend_answer(&fake->theirs, queue, id, size);
}

/* ---- The guest's driver ---- */

/* Ends the test if the guest would read something else without an exit. */
static void window_check(struct fake_virtio *fake, uint64_t offset,
			 uint32_t value)
{
	uint32_t shown;

	memcpy(&shown, fake->window + offset, sizeof(shown));
	if (shown != value) {
		(void)fprintf(stderr, "register 0x%llx: 0x%x, shown 0x%x\n",
			      (unsigned long long)offset, value, shown);
		abort();
	}
}

uint32_t fake_virtio_read(struct fake_virtio *fake, uint64_t offset)
{
	uint64_t value = UINT64_MAX;

	if (virtio_access(fake->device, offset, 4, false, &value) !=
	    VIRTIO_ACCESS_DONE)
		abort();
	window_check(fake, offset, (uint32_t)value);
	return (uint32_t)value;
}

void fake_virtio_write(struct fake_virtio *fake, uint64_t offset, uint64_t value)
{
	if (virtio_access(fake->device, offset, 4, true, &value) !=
	    VIRTIO_ACCESS_DONE)
		abort();
}

void fake_driver_begin(struct fake_virtio *fake, uint64_t features)
{
	uint32_t status = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER;

	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, 0);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS, status);
	for (unsigned half = 0; half < 2; half++) {
		fake_virtio_write(fake, VIRTIO_MMIO_DRIVER_FEATURES_SEL, half);
		fake_virtio_write(fake, VIRTIO_MMIO_DRIVER_FEATURES,
				  (uint32_t)(features >> 32 * half));
	}
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS,
			  status | VIRTIO_STATUS_FEATURES_OK);
	fake->agreed = features;
}

static void address_write(struct fake_virtio *fake, uint64_t offset,
			  uint64_t address)
{
	fake_virtio_write(fake, offset, (uint32_t)address);
	fake_virtio_write(fake, offset + 4, address >> 32);
}

void fake_driver_queue(struct fake_virtio *fake, unsigned queue)
{
	unsigned page = FAKE_VIRTIO_RING_PAGE(queue);

	for (unsigned i = 0; i < 3; i++)
		memset(fake->ram[page + i], 0, PAGE_SIZE);
	fake->offered[queue] = 0;
	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_SEL, queue);
	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_NUM, fake->size);
	address_write(fake, VIRTIO_MMIO_QUEUE_DESC, fake_virtio_ipa(page));
	/* One by its name in the shared half. */
	address_write(fake, VIRTIO_MMIO_QUEUE_DRIVER,
		      fake_virtio_ipa(page + 1) | FAKE_VIRTIO_SHARED);
	address_write(fake, VIRTIO_MMIO_QUEUE_DEVICE, fake_virtio_ipa(page + 2));
	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_READY, 1);
}

void fake_driver_start(struct fake_virtio *fake)
{
	fake_driver_begin(fake, fake->agreed);
	for (unsigned i = 0; i < FAKE_VIRTIO_QUEUES; i++)
		fake_driver_queue(fake, i);
	fake_virtio_write(fake, VIRTIO_MMIO_STATUS,
			  VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
				  VIRTIO_STATUS_FEATURES_OK |
				  VIRTIO_STATUS_DRIVER_OK);
}

struct virtq_desc *fake_driver_desc(struct fake_virtio *fake, unsigned queue,
				    unsigned index)
{
	void *ring = fake->ram[FAKE_VIRTIO_RING_PAGE((size_t)queue)];
	struct virtq_desc *table = ring;

	return table + index;
}

uint16_t *fake_driver_avail(struct fake_virtio *fake, unsigned queue,
			    unsigned offset)
{
	uint8_t *ring = fake->ram[FAKE_VIRTIO_RING_PAGE((size_t)queue) + 1];
	void *field = ring + offset;

	return field;
}

uint16_t *fake_driver_used(struct fake_virtio *fake, unsigned queue,
			   unsigned offset)
{
	uint8_t *ring = fake->ram[FAKE_VIRTIO_RING_PAGE((size_t)queue) + 2];
	void *field = ring + offset;

	return field;
}

void fake_driver_buffer(struct fake_virtio *fake, unsigned queue,
			unsigned index, const struct virtq_desc *desc)
{
	*fake_driver_desc(fake, queue, index) = *desc;
}

void fake_driver_offer(struct fake_virtio *fake, unsigned queue, uint16_t head)
{
	uint16_t idx = fake->offered[queue]++;

	*fake_driver_avail(fake, queue, VIRTQ_AVAIL_RING(idx % fake->size)) =
		head;
	*fake_driver_avail(fake, queue, VIRTQ_IDX) = fake->offered[queue];
}

void fake_driver_notify(struct fake_virtio *fake, unsigned queue)
{
	fake_virtio_write(fake, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}

struct virtq_used_elem fake_driver_answer(struct fake_virtio *fake,
					  unsigned queue, uint16_t number)
{
	struct virtq_used_elem elem;

	memcpy(&elem,
	       fake_driver_used(fake, queue,
				VIRTQ_USED_RING(number % fake->size)),
	       sizeof(elem));
	return elem;
}

/* ---- All of it ---- */

void fake_virtio_work(struct fake_virtio *fake)
{
	while (fake->kicks > 0) {
		fake->kicks = 0;
		(void)virtio_work(fake->device);
	}
}

static void device_make(struct fake_virtio *fake,
			const struct virtio_backend *backend, unsigned wanted)
{
	unsigned queues = 0;
	const char *why = virtio_probe(backend, &queues);

	assert(why == NULL && queues == wanted);
	(void)why;
	(void)wanted;
	fake->memory = calloc(1, virtio_memory_size(queues));
	fake->shared_size = virtio_shared_size(queues);
	fake->shared = aligned_alloc(PAGE_SIZE, fake->shared_size);
	fake->ram = calloc(FAKE_VIRTIO_PAGES, PAGE_SIZE);
	if (fake->memory == NULL || fake->shared == NULL || fake->ram == NULL)
		abort();
	fake->device = virtio_device_init(&(struct virtio_plan){
		.ops = &fake->ops,
		.backend = backend,
		.id = VIRTIO_ID_BLOCK,
		.queues = queues,
		.memory = fake->memory,
		.shared_base = pa_make(HOST_SHARED),
		.shared = fake->shared,
	});
	virtio_lock(fake->device);
	virtio_show(fake->device, fake->window);
	virtio_unlock(fake->device);
}

static void fake_virtio_fill(struct fake_virtio *fake)
{
	*fake = (struct fake_virtio){
		.ops = { .ctx = fake,
			 .host = &fake->host,
			 .memory_lock = memory_lock,
			 .memory_unlock = memory_unlock,
			 .memory_find = memory_find,
			 .memory_changes = &fake->changes,
			 .line_set = line_set,
			 .kick = kick,
			 .come_by = come_by,
			 .held_until = held_until,
			 .broken = broken },
		.host = { .ctx = fake,
			  .page_map = page_map,
			  .page_unmap = page_unmap,
			  .relax = relax,
			  .now_ns = now_ns },
		.size = FAKE_VIRTIO_DEPTH,
		.agreed = UINT64_C(1) << VIRTIO_F_VERSION_1 |
			  UINT64_C(1) << VIRTIO_F_ACCESS_PLATFORM |
			  UINT64_C(1) << VIRTIO_F_INDIRECT_DESC |
			  UINT64_C(1) << VIRTIO_F_EVENT_IDX,
		.now = 1000,
	};
}

void fake_virtio_init_before(struct fake_virtio *fake,
			     const struct virtio_backend *backend,
			     unsigned queues)
{
	fake_virtio_fill(fake);
	device_make(fake, backend, queues);
}

void fake_virtio_init(struct fake_virtio *fake, uint64_t features,
		      bool reset_waits)
{
	fake_virtio_fill(fake);
	fake_backend_init(&fake->theirs, features, reset_waits);
	fake->theirs.at = host_at;
	fake->theirs.ctx = fake;
	device_make(fake, &fake->theirs.backend, FAKE_VIRTIO_QUEUES);
	fake->theirs.device = fake->device;
}

void fake_virtio_free(struct fake_virtio *fake)
{
	free(fake->memory);
	free(fake->shared);
	free(fake->ram);
}
