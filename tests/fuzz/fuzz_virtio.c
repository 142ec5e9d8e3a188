/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for the carrier of virtio requests between a guest that does
 * anything with its rings and registers, and a device of the host that gives
 * any answer. The input is a program of one-byte steps. A page of which a
 * device has a request must be pinned, and no page that the guest took back may
 * be touched. In the end the device must stop, with nothing pinned.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

#include "hypervisor/port/inprocess/fake_virtio.h"
#include "tests/fuzz/fuzz.h"

#define PAGE   4096U
#define PAGES  40 /* that the steps use */
#define QUEUES FAKE_VIRTIO_QUEUES
#define TABLE  (FAKE_VIRTIO_DATA_PAGE + 20) /* the page of indirect tables */

struct run {
	struct input input;
	struct fake_virtio fake;
	bool lied; /* the host's device wrote where it must not, or anything */
	/* The pages of requests that the host's device has, by queue and id. */
	bool has[QUEUES][FAKE_VIRTIO_DEPTH];
	struct fake_request requests[QUEUES][FAKE_VIRTIO_DEPTH];
};

static struct run run;

static uint64_t number_take(void)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value = value << 8 | byte_take(&run.input);
	return value;
}

/* Returns an address in RAM mostly, and any other at times. */
static uint64_t address_take(void)
{
	uint8_t choice = byte_take(&run.input);
	uint64_t ipa = fake_virtio_ipa(byte_take(&run.input) % PAGES);

	if (choice >= 0xf8)
		return number_take();
	if ((choice & 1) != 0)
		ipa |= FAKE_VIRTIO_SHARED;
	return ipa + choice / 2 * 16;
}

/* ---- Pages ---- */

static void page_hide(unsigned page, bool hidden)
{
	run.fake.hidden[page] = hidden;
	run.fake.changes++;
	if (hidden)
		ASAN_POISON_MEMORY_REGION(fake_virtio_page(&run.fake, page),
					  PAGE);
	else
		ASAN_UNPOISON_MEMORY_REGION(fake_virtio_page(&run.fake, page),
					    PAGE);
}

static void release_step(void)
{
	unsigned page = byte_take(&run.input) % PAGES;
	ipa_t base = ipa_make(fake_virtio_ipa(page));
	ipa_t end = ipa_add(base, PAGE);

	if (run.fake.hidden[page]) {
		page_hide(page, false);
		return;
	}
	virtio_release(run.fake.device, base, end);
	if (virtio_pinned(run.fake.device, base, end).value == end.value)
		page_hide(page, true);
}

static bool byte_is_pinned(uint64_t pa)
{
	unsigned page = fake_host_page(&run.fake, pa);
	ipa_t base = ipa_make(fake_virtio_ipa(page) + pa % PAGE);
	ipa_t end = ipa_add(base, 1);

	return !run.fake.hidden[page] &&
	       virtio_pinned(run.fake.device, base, end).value == base.value;
}

static void piece_check(const struct fake_piece *piece)
{
	require(byte_is_pinned(piece->pa));
	require(byte_is_pinned(piece->pa + piece->size - 1));
}

static void pins_check(void)
{
	for (unsigned queue = 0; queue < QUEUES; queue++) {
		for (unsigned id = 0; id < FAKE_VIRTIO_DEPTH; id++) {
			const struct fake_request *request =
				&run.requests[queue][id];

			if (!run.has[queue][id])
				continue;
			for (unsigned i = 0; i < request->count; i++)
				piece_check(&request->pieces[i]);
		}
	}
}

/* A register that the guest reads without an exit has the value that a read
 * returns. Not the configuration: the host's device changes it without telling.
 */
static void registers_check(void)
{
	static const uint16_t offsets[] = {
		VIRTIO_MMIO_DEVICE_FEATURES, VIRTIO_MMIO_QUEUE_NUM_MAX,
		VIRTIO_MMIO_QUEUE_READY,     VIRTIO_MMIO_INTERRUPT_STATUS,
		VIRTIO_MMIO_STATUS,
	};

	for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		(void)fake_virtio_read(&run.fake, offsets[i]);
}

/* ---- The guest ---- */

/* The guest cannot touch a page that it has taken back, either. */
static void guest_write(uint64_t ipa, const void *from, unsigned size)
{
	uint64_t page = (ipa - fake_virtio_ipa(0)) / PAGE;

	if (page < PAGES && !run.fake.hidden[page] && ipa % PAGE + size <= PAGE)
		memcpy(fake_virtio_at(&run.fake, ipa), from, size);
}

/* The host's device has no requests any more if it was reset since then. */
static void resets_follow(unsigned resets)
{
	if (run.fake.theirs.resets == resets)
		return;
	memset(run.has, 0, sizeof(run.has));
	run.lied = false;
}

static void register_write(uint64_t offset, uint64_t value)
{
	unsigned resets = run.fake.theirs.resets;

	(void)virtio_access(run.fake.device, offset, 4, true, &value);
	resets_follow(resets);
}

static void register_step(void)
{
	uint64_t value = number_take();
	unsigned size = 1U << byte_take(&run.input) % 4;
	unsigned offset = byte_take(&run.input) * 4U;
	bool write = (byte_take(&run.input) & 1) != 0;

	if (write && size == 4)
		register_write(offset, value);
	else
		(void)virtio_access(run.fake.device, offset + (value & 3), size,
				    write, &value);
}

/* Starts the device as a good driver does, if its reset succeeds. */
static void start_step(void)
{
	uint64_t zero = 0;

	for (unsigned i = 0; i < 4 * QUEUES; i++)
		page_hide(i, false);
	register_write(VIRTIO_MMIO_STATUS, 0);
	if (virtio_access(run.fake.device, VIRTIO_MMIO_STATUS, 4, true,
			  &zero) != VIRTIO_ACCESS_DONE)
		return;
	run.fake.size = 1U << byte_take(&run.input) % 7;
	fake_driver_start(&run.fake);
}

static struct virtq_desc desc_take(void)
{
	uint8_t choice = byte_take(&run.input);

	return (struct virtq_desc){
		.addr = address_take(),
		.len = choice >= 0xf0 ? (uint32_t)number_take()
				      : (choice & 0x70U) * 64 + 1,
		.flags = choice & 7,
		.next = byte_take(&run.input) % 72,
	};
}

static void desc_step(bool table)
{
	unsigned queue = byte_take(&run.input) % QUEUES;
	unsigned index = byte_take(&run.input) % FAKE_VIRTIO_DEPTH;
	unsigned page = table ? TABLE : FAKE_VIRTIO_RING_PAGE(queue);
	struct virtq_desc desc = desc_take();

	if (!table && (desc.flags & VIRTQ_DESC_INDIRECT) != 0 && index % 4 != 0)
		desc = (struct virtq_desc){ fake_virtio_ipa(TABLE),
					    16 * (1 + index),
					    VIRTQ_DESC_INDIRECT, 0 };
	guest_write(fake_virtio_ipa(page) + index * sizeof(desc), &desc,
		    sizeof(desc));
}

static void offer_step(void)
{
	unsigned queue = byte_take(&run.input) % QUEUES;
	uint16_t head = byte_take(&run.input) % 66;

	if (run.fake.hidden[FAKE_VIRTIO_RING_PAGE(queue) + 1])
		return;
	fake_driver_offer(&run.fake, queue, head);
	if (byte_take(&run.input) % 2 == 0)
		register_write(VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}

/* Writes anything into a ring of the guest. */
static void guest_scribble_step(void)
{
	unsigned page = byte_take(&run.input) % (4 * QUEUES);
	unsigned at = byte_take(&run.input) * 2;
	uint16_t value = (uint16_t)number_take();

	guest_write(fake_virtio_ipa(page) + at, &value, sizeof(value));
}

/* ---- The host's device ---- */

static void take_step(void)
{
	static struct fake_request request;
	unsigned queue = byte_take(&run.input) % QUEUES;

	if (run.lied || !fake_host_take(&run.fake, queue, &request))
		return;
	run.has[queue][request.id] = true;
	run.requests[queue][request.id] = request;
}

static void answer_step(void)
{
	unsigned queue = byte_take(&run.input) % QUEUES;
	unsigned id = byte_take(&run.input) % FAKE_VIRTIO_DEPTH;
	uint32_t size = 0;

	while (id < FAKE_VIRTIO_DEPTH && !run.has[queue][id])
		id++;
	if (run.lied || id == FAKE_VIRTIO_DEPTH)
		return;
	for (unsigned i = 0; i < run.requests[queue][id].count; i++) {
		if (run.requests[queue][id].pieces[i].write)
			size += run.requests[queue][id].pieces[i].size;
	}
	run.has[queue][id] = false;
	fake_host_answer(&run.fake, queue, id, size);
}

/* After this it may have answered any request. */
static void lie_step(void)
{
	unsigned queue = byte_take(&run.input) % QUEUES;
	uint8_t id = byte_take(&run.input);
	uint8_t size = byte_take(&run.input);

	if (run.fake.theirs.queues[queue].size == 0)
		return;
	run.lied = true;
	memset(run.has, 0, sizeof(run.has));
	fake_host_answer(&run.fake, queue, id, size);
}

static void host_scribble_step(void)
{
	uint8_t *bytes = run.fake.shared;
	uint64_t at = number_take() % run.fake.shared_size;

	run.lied = true;
	memset(run.has, 0, sizeof(run.has));
	bytes[at] = byte_take(&run.input);
}

/* An interrupt comes during a round, to a vCPU that wakes no thread for it. */
static void interrupt_beside(struct fake_virtio *fake)
{
	unsigned kicks = fake->kicks;

	fake->theirs.isr |= VIRTIO_ISR_CONFIG;
	(void)virtio_interrupt(fake->device);
	fake->kicks = kicks;
	virtio_poll(fake->device);
}

static void host_state_step(void)
{
	uint8_t choice = byte_take(&run.input);
	unsigned resets = run.fake.theirs.resets;

	run.fake.theirs.isr |= choice & 3;
	(void)virtio_interrupt(run.fake.device);
	run.fake.theirs.reset_sticks = (choice & 4) != 0;
	if ((choice & 4) == 0)
		fake_backend_unstick(&run.fake.theirs);
	resets_follow(resets);
	if ((choice & 0x18) == 0x10)
		run.fake.in_time = interrupt_beside;
	run.fake.theirs.picky = (choice & 0x18) == 0x18;
	if ((choice & 0xe0) == 0xe0)
		run.fake.theirs.status |= VIRTIO_STATUS_NEEDS_RESET;
}

/* Keeps requests away from the host's device for a while, or lets them go. */
static void hold_step(void)
{
	run.fake.held_until = run.fake.now + byte_take(&run.input) * 10000;
}

/* ---- The run ---- */

static void work_step(void)
{
	unsigned resets = run.fake.theirs.resets;
	uint8_t time = byte_take(&run.input);

	run.fake.now += time * 10000;
	if ((time & 1) != 0)
		virtio_poll(run.fake.device);
	for (unsigned i = 0; i < 8 && (i == 0 || run.fake.kicks > 0); i++) {
		run.fake.kicks = 0;
		(void)virtio_work(run.fake.device);
	}
	resets_follow(resets);
}

static void step(uint8_t what)
{
	if (what < 0x10)
		start_step();
	else if (what < 0x28)
		register_step();
	else if (what < 0x60)
		desc_step(what >= 0x48);
	else if (what < 0x90)
		offer_step();
	else if (what < 0x98)
		guest_scribble_step();
	else if (what < 0xa8)
		release_step();
	else if (what < 0xc0)
		take_step();
	else if (what < 0xd8)
		answer_step();
	else if (what < 0xdc)
		lie_step();
	else if (what < 0xe0)
		host_scribble_step();
	else if (what < 0xe6)
		host_state_step();
	else if (what < 0xe8)
		hold_step();
	else
		work_step();
}

/* A device that says that it is broken, and that resets, stops at once. */
static void end(void)
{
	struct virtio_state state;

	run.fake.theirs.reset_sticks = false;
	run.fake.theirs.status |= VIRTIO_STATUS_NEEDS_RESET;
	/* The first reset may have been written while it stuck. */
	if (!virtio_stop(run.fake.device)) {
		run.fake.theirs.status = 0;
		require(virtio_stop(run.fake.device));
	}
	virtio_state_read(run.fake.device, &state);
	require(state.in_flight == 0 && state.pages_pinned == 0);
	require(virtio_pinned(run.fake.device, ipa_make(0), ipa_make(UINT64_MAX))
			.value == UINT64_MAX);
	for (unsigned i = 0; i < PAGES; i++)
		page_hide(i, false);
	fake_virtio_free(&run.fake);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t features = FAKE_VIRTIO_ALL;
	uint8_t first;

	memset(&run, 0, sizeof(run));
	run.input = (struct input){ data, data + size };
	first = byte_take(&run.input);
	if ((first & 2) != 0)
		features &= ~(UINT64_C(1) << VIRTIO_F_EVENT_IDX);
	fake_virtio_init(&run.fake, features, (first & 1) != 0);
	if ((first & 4) != 0)
		run.fake.agreed &= ~(UINT64_C(1) << VIRTIO_F_EVENT_IDX);
	fake_driver_start(&run.fake);
	while (run.input.next < run.input.end) {
		step(byte_take(&run.input));
		pins_check();
		registers_check();
	}
	end();
	return 0;
}
