/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The image that tests devices from inside. First it attacks, as a hypervisor
 * that was taken over could: it has the console device and the entropy device
 * of the root bus read and write memory that is not the devices', by
 * descriptors of each kind and by their rings. Then it serves each device that
 * is plugged into a slot, until it is told to end by a second one in SLOT_END.
 */
#include <stddef.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/dma_guard.h"
#include "hypervisor/core/rmi/rmi.h"
#include "hypervisor/port/a64/clock.h"
#include "hypervisor/port/a64/dma.h"
#include "hypervisor/port/a64/irq.h"
#include "hypervisor/port/a64/main.h"
#include "hypervisor/port/a64/pci_slot.h"
#include "hypervisor/port/a64/thread.h"
#include "lib/a64.h"
#include "lib/log.h"
#include "tests/machine/hypervisor/verdict.h"

#define LOOK_NS UINT64_C(10000000) /* between two looks at the slots */

#define ID_ENTROPY 4
#define SLOT_END   PCI_SLOTS

#define FEATURES                                                               \
	(UINT64_C(1) << VIRTIO_F_VERSION_1 |                                   \
	 UINT64_C(1) << VIRTIO_F_ACCESS_PLATFORM |                             \
	 UINT64_C(1) << VIRTIO_F_INDIRECT_DESC)

/* Queues, virtio 1.2, 5.3.2 and 5.4.2. */
#define CONSOLE_TX 1
#define ENTROPY    0

#define QUEUE_SIZE 8
#define TEXT       "this may be sent"

/* Memory for a queue and its buffers, in the part that devices can access. */
struct memory {
	struct virtq_desc desc[QUEUE_SIZE];
	struct {
		uint16_t flags, idx, ring[QUEUE_SIZE];
	} avail;
	struct {
		uint16_t flags, idx;
		struct virtq_used_elem ring[QUEUE_SIZE];
	} used __attribute__((aligned(4)));
	struct virtq_desc indirect[QUEUE_SIZE] __attribute__((aligned(16)));
	uint8_t buffer[512];
};

struct tester {
	struct machine *machine;
	struct host *host;
	struct verdict verdict;
	struct virtio_pci device;
	struct memory *memory;
	uint64_t foreign; /* a granule of the Realm world */
};

/* A queue of a device, as the test sets it up. A ring's address of 0 is that of
 * its place in memory. */
struct setup {
	unsigned queue;
	uint64_t desc, avail, used;
};

static uint64_t address_of(const volatile void *pointer)
{
	return (uintptr_t)pointer;
}

static pa_t ring_pa(uint64_t asked, const volatile void *own)
{
	return pa_make(asked != 0 ? asked : address_of(own));
}

static bool device_begin(struct tester *tester, const struct setup *setup)
{
	struct memory *memory = tester->memory;

	memset(memory, 0, sizeof(*memory));
	if (virtio_pci_begin(&tester->device, FEATURES) != NULL)
		return false;
	if (!virtio_pci_queue_set(
		    &tester->device,
		    &(struct virtio_pci_queue){
			    .number = setup->queue,
			    .size = QUEUE_SIZE,
			    .desc = ring_pa(setup->desc, memory->desc),
			    .avail = ring_pa(setup->avail, &memory->avail),
			    .used = ring_pa(setup->used, &memory->used) }))
		return false;
	virtio_pci_start(&tester->device);
	return true;
}

/* Gives the device descriptor 0. */
static void request_post(struct tester *tester, unsigned queue)
{
	volatile struct memory *memory = tester->memory;

	memory->avail.ring[0] = 0;
	dsb(st);
	memory->avail.idx = 1;
	virtio_pci_notify(virtio_pci_notify_at(&tester->device, queue), queue);
}

/* Returns true if the device has used descriptor 0, or will never do so. */
static bool request_ended(struct tester *tester)
{
	volatile struct memory *memory = tester->memory;

	irq_poll();
	return memory->used.idx != 0 || (virtio_pci_status(&tester->device) &
					 VIRTIO_STATUS_NEEDS_RESET) != 0;
}

static void step(struct tester *tester, const char *name, bool passed)
{
	verdict_step(&tester->verdict, name, passed);
}

static struct control_host faults_read(void)
{
	struct control_host host = { 0 };

	dma_faults_fill(NULL, &host);
	return host;
}

/* ---- Attacks ---- */

/* The ways in which a device is told of an address. */
enum way {
	DIRECT, /* by a descriptor */
	CHAINED, /* by the second descriptor of a chain */
	INDIRECT, /* by a descriptor in a table */
	TABLE, /* as the place of such a table */
	RING_DESC, /* as the place of a part of the queue */
	RING_AVAIL,
	RING_USED,
	WAYS,
};

static const char *const way_names[WAYS] = {
	"a descriptor",      "a chain",           "an indirect descriptor",
	"an indirect table", "a descriptor ring", "an available ring",
	"a used ring",
};

/* Fills in the descriptors that make the device access an address. */
static void descriptors_fill(struct memory *memory, enum way way, bool write,
			     uint64_t address)
{
	uint16_t flags = write ? VIRTQ_DESC_WRITE : 0;
	const struct virtq_desc target = { address, 64, flags, 0 };
	const struct virtq_desc good = { address_of(memory->buffer), 16, flags,
					 0 };

	memory->desc[0] = way == DIRECT ? target : good;
	if (way == CHAINED) {
		memory->desc[0].flags |= VIRTQ_DESC_NEXT;
		memory->desc[0].next = 1;
		memory->desc[1] = target;
	}
	if (way == INDIRECT || way == TABLE) {
		memory->desc[0] =
			(struct virtq_desc){ address_of(memory->indirect),
					     sizeof(struct virtq_desc),
					     VIRTQ_DESC_INDIRECT, 0 };
		memory->indirect[0] = target;
	}
	if (way == TABLE)
		memory->desc[0].addr = address;
}

/*
 * Returns true if EL3 counted that the device was kept from the address. QEMU's
 * devices then go on with zeros in place of what is there: whether nothing was
 * read or written can only be seen from outside. A device that sees no request
 * does not end.
 */
static bool attack_stopped(struct tester *tester, enum way way, bool write,
			   uint64_t address)
{
	const struct setup setup = {
		.queue = write ? ENTROPY : CONSOLE_TX,
		.desc = way == RING_DESC ? address : 0,
		.avail = way == RING_AVAIL ? address : 0,
		.used = way == RING_USED ? address : 0,
	};
	struct control_host before = faults_read();
	struct control_host after;

	if (!device_begin(tester, &setup))
		return false;
	descriptors_fill(tester->memory, way, write, address);
	request_post(tester, setup.queue);
	while (!request_ended(tester) &&
	       (way < TABLE || faults_read().dma_faults == before.dma_faults))
		continue;
	virtio_pci_stop(&tester->device);
	after = faults_read();
	if (after.dma_fault_address >> 12 != address >> 12)
		log_line("  the last fault was at %llx",
			 (unsigned long long)after.dma_fault_address);
	return after.dma_faults > before.dma_faults &&
	       after.dma_fault_address >> 12 == address >> 12;
}

static void attack_by_each_way(struct tester *tester, const char *device,
			       bool write, const char *target, uint64_t address)
{
	for (enum way way = DIRECT; way < WAYS; way++) {
		bool stopped = attack_stopped(tester, way, write, address);

		log_line("%s: the %s does not reach %s by %s",
			 stopped ? "pass" : "FAIL", device, target,
			 way_names[way]);
		if (stopped)
			tester->verdict.passed++;
		else
			tester->verdict.failed++;
	}
}

static void attack_each_target(struct tester *tester, const char *device,
			       bool write)
{
	const struct {
		const char *name;
		uint64_t address;
	} targets[] = {
		{ "the RMM", MACHINE_RMM_BASE },
		{ "a Realm's granule", tester->foreign },
		{ "the monitor", MACHINE_MONITOR_BASE },
		{ "the SMMU's tables", MACHINE_SMMU_TABLES_BASE },
		{ "the SMMU", MACHINE_SMMU_BASE },
		{ "the hypervisor", MACHINE_HYP_BASE },
	};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		attack_by_each_way(tester, device, write, targets[i].name,
				   targets[i].address);
	}
}

/* Makes a request that is allowed, by each way that is. */
static bool request_works(struct tester *tester, bool write)
{
	struct memory *memory = tester->memory;
	const struct setup setup = { .queue = write ? ENTROPY : CONSOLE_TX };
	bool filled = false;

	if (!device_begin(tester, &setup))
		return false;
	descriptors_fill(memory, INDIRECT, write, address_of(memory->buffer));
	memory->indirect[0].len = write ? 64 : sizeof(TEXT) - 1;
	if (!write)
		memcpy(memory->buffer, TEXT, sizeof(TEXT) - 1);
	request_post(tester, setup.queue);
	while (!request_ended(tester))
		continue;
	if (virtio_pci_status(&tester->device) & VIRTIO_STATUS_NEEDS_RESET)
		return false;
	virtio_pci_stop(&tester->device);
	for (unsigned i = 0; write && i < 64; i++)
		filled = filled || memory->buffer[i] != 0;
	return filled || !write;
}

static void device_attack(struct tester *tester, uint32_t id, const char *name,
			  bool write)
{
	bool opened = virtio_pci_find(id, &tester->device) &&
		      virtio_pci_open(&tester->device, &pci_root_room) == NULL;

	step(tester, name, opened && request_works(tester, write));
	if (opened)
		attack_each_target(tester, name, write);
	step(tester, "it works as before", request_works(tester, write));
}

/* Delegates one granule, which stays so. */
static void foreign_make(struct tester *tester)
{
	struct granules_want want = granules_run(GRANULES_RD, 1);
	struct granules_range range = { { 0 }, 0 };

	step(tester, "delegate a granule",
	     granules_alloc(&tester->host->granules, &want, &range));
	tester->foreign = range.base.value;
	log_line("the granule is at %llx", (unsigned long long)tester->foreign);
}

/* A page that a device has is of its part of memory: it stays the device's. */
static void page_in_use_delegate(struct tester *tester)
{
	const struct setup setup = { .queue = 0 };
	struct memory *memory = tester->memory;
	struct rmi_failure failure = { 0 };
	struct rmi rmi = { .ops = tester->host->ops, .failure = &failure };
	pa_t page = pa_make(align_down(address_of(memory), PAGE_SIZE));
	pa_t next;

	if (!virtio_pci_find(VIRTIO_ID_CONSOLE, &tester->device) ||
	    virtio_pci_open(&tester->device, &pci_root_room) != NULL ||
	    !device_begin(tester, &setup)) {
		step(tester, "the console waits for input", false);
		return;
	}
	descriptors_fill(memory, DIRECT, true, address_of(memory->buffer));
	memory->avail.idx = 1;
	virtio_pci_notify(virtio_pci_notify_at(&tester->device, 0), 0);
	step(tester, "a page that a device has cannot be delegated",
	     !ask_granule_range_delegate(&rmi, page, pa_add(page, PAGE_SIZE),
					 &next));
	memory->buffer[0] = 7;
	step(tester, "it can be used as before", memory->buffer[0] == 7);
	virtio_pci_stop(&tester->device);
}

/* ---- Slots ---- */

static uint32_t interrupts;

static void slot_interrupt(void *ctx)
{
	const struct virtio_pci *device = ctx;

	if (virtio_pci_isr(device) & 1)
		interrupts++;
}

/* Serves an entropy device: a request, its interrupt, an attack. */
static bool slot_serve(struct tester *tester, unsigned slot)
{
	struct pci_interrupt interrupt = { slot_interrupt, &tester->device,
					   NULL };
	const char *why = pci_slot_attach(slot, &tester->device);
	uint32_t before = interrupts;
	bool done;

	if (why != NULL) {
		log_line("slot %u: %s", slot, why);
		return false;
	}
	pci_interrupt_add(tester->device.function.line, &interrupt);
	done = request_works(tester, true);
	while (done && interrupts == before)
		irq_poll();
	done = done && attack_stopped(tester, DIRECT, true, MACHINE_RMM_BASE);
	log_line("slot %u: line %u, stream %llx", slot,
		 tester->device.function.line,
		 (unsigned long long)BITS_GET(faults_read().dma_fault_what,
					      DMA_GUARD_STREAM));
	pci_interrupt_remove(tester->device.function.line, &interrupt);
	return pci_slot_detach(slot) && !pci_slot_occupied(slot) && done;
}

/* Waits in between, and not by looks at registers: those would keep QEMU's
 * other threads from its lock, which it needs to remove a device. */
static unsigned slot_await(void)
{
	for (;;) {
		for (unsigned slot = 1; slot <= PCI_SLOTS; slot++) {
			if (pci_slot_occupied(slot))
				return slot;
		}
		clock_arm(time_ns() + LOOK_NS);
		wfi();
		irq_poll();
	}
}

static void slots_serve(struct tester *tester)
{
	const char *why = pci_slots_start();
	unsigned slot;

	if (why != NULL) {
		log_line("slots: %s", why);
		return;
	}
	pci_interrupts_enable();
	log_line("slots: ready");
	do {
		slot = slot_await();
		step(tester, "a device comes, works and goes",
		     slot_serve(tester, slot));
	} while (slot != SLOT_END);
}

void host_run(struct machine *machine, struct host *host)
{
	struct tester tester = { .machine = machine, .host = host };
	pa_t memory;

	step(&tester, "memory for devices",
	     host_dma_alloc(&machine->ops, 1, 1, &memory));
	tester.memory = machine->ops.page_map(machine->ops.ctx, memory);
	foreign_make(&tester);
	device_attack(&tester, VIRTIO_ID_CONSOLE, "console", false);
	device_attack(&tester, ID_ENTROPY, "entropy device", true);
	page_in_use_delegate(&tester);
	log_line("faults: %llu", (unsigned long long)faults_read().dma_faults);
	slots_serve(&tester);
	verdict_end(&tester.verdict);
}
