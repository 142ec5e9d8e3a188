/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The image that tests devices from inside. First it attacks: it has the
 * console device and the entropy device of the root bus read and write memory
 * that is not for devices, by descriptors of each kind and by their rings. Then
 * it serves each device that is plugged into a slot, the last one in SLOT_END.
 */
#include <stddef.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/dma_guard.h"
#include "hypervisor/core/rmi/rmi.h"
#include "hypervisor/port/a64/attack_dma.h"
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

#define SLOT_END PCI_SLOTS

/* Queues, virtio 1.2, 5.3.2 and 5.4.2. */
#define CONSOLE_RX 0
#define CONSOLE_TX 1
#define ENTROPY    0

#define TEXT "this may be sent"

struct tester {
	struct machine *machine;
	struct host *host;
	struct verdict verdict;
	struct attack_dma dma; /* the device under test */
	uint64_t foreign; /* a granule of the Realm world */
	bool by_interrupt; /* a request ends with an interrupt, too */
};

static uint32_t interrupts;

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

static const char *const way_names[ATTACK_DMA_WAYS] = {
	"a descriptor",      "a chain",           "an indirect descriptor",
	"an indirect table", "a descriptor ring", "an available ring",
	"a used ring",
};

static void attack_by_each_way(struct tester *tester, const char *device,
			       bool write, const char *target, uint64_t address)
{
	struct attack_dma_access access = { .write = write,
					    .pa = pa_make(address) };

	for (access.way = ATTACK_DMA_DIRECT; access.way < ATTACK_DMA_WAYS;
	     access.way++) {
		bool stopped = attack_dma_stopped(&tester->dma, &access);

		log_line("%s: the %s does not reach %s by %s",
			 stopped ? "pass" : "FAIL", device, target,
			 way_names[access.way]);
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

/* Makes a request that is allowed, by a descriptor in a table. */
static bool request_works(struct tester *tester, bool write)
{
	struct attack_dma_memory *memory = tester->dma.memory;
	const struct attack_dma_access access = {
		ATTACK_DMA_INDIRECT, write, pa_make((uintptr_t)memory->buffer)
	};
	uint32_t before = interrupts;
	bool filled = false;

	if (!attack_dma_begin(&tester->dma, &access))
		return false;
	attack_dma_fill(&tester->dma, &access);
	if (!write) {
		memory->indirect[0].len = sizeof(TEXT) - 1;
		memcpy(memory->buffer, TEXT, sizeof(TEXT) - 1);
	}
	attack_dma_post(&tester->dma);
	while (!attack_dma_ended(&tester->dma) ||
	       (tester->by_interrupt && interrupts == before))
		continue;
	if (virtio_pci_status(&tester->dma.device) & VIRTIO_STATUS_NEEDS_RESET)
		return false;
	virtio_pci_stop(&tester->dma.device);
	for (unsigned i = 0; write && i < ATTACK_DMA_SIZE; i++)
		filled = filled || memory->buffer[i] != 0;
	return filled || !write;
}

static bool device_open(struct tester *tester, uint32_t id, unsigned queue)
{
	struct virtio_pci *device = &tester->dma.device;

	tester->dma.queue = queue;
	return virtio_pci_find(id, device) &&
	       virtio_pci_open(device, &pci_root_room) == NULL;
}

static void device_attack(struct tester *tester, const char *name, bool write)
{
	step(tester, name, request_works(tester, write));
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

/* A page that a device has stays the device's, whatever the RMM is asked. */
static void page_in_use_delegate(struct tester *tester)
{
	struct attack_dma_memory *memory = tester->dma.memory;
	const struct attack_dma_access access = {
		ATTACK_DMA_DIRECT, true, pa_make((uintptr_t)memory->buffer)
	};
	struct rmi_failure failure = { 0 };
	struct rmi rmi = { .ops = tester->host->ops, .failure = &failure };
	pa_t page = pa_make(align_down((uintptr_t)memory, PAGE_SIZE));
	pa_t next;

	step(tester, "the console waits for input",
	     device_open(tester, VIRTIO_ID_CONSOLE, CONSOLE_RX) &&
		     attack_dma_begin(&tester->dma, &access));
	attack_dma_fill(&tester->dma, &access);
	attack_dma_post(&tester->dma);
	step(tester, "a page that a device has cannot be delegated",
	     !ask_granule_range_delegate(&rmi, page, pa_add(page, PAGE_SIZE),
					 &next));
	memory->buffer[0] = 7;
	step(tester, "it can be used as before", memory->buffer[0] == 7);
	virtio_pci_stop(&tester->dma.device);
}

/* ---- Slots ---- */

static void slot_interrupt(void *ctx)
{
	const struct virtio_pci *device = ctx;

	if (virtio_pci_isr(device) & 1)
		interrupts++;
}

/* Serves an entropy device: a request, its interrupt, an attack. */
static bool slot_serve(struct tester *tester, unsigned slot)
{
	const struct attack_dma_access access = { ATTACK_DMA_DIRECT, true,
						  pa_make(MACHINE_RMM_BASE) };
	struct virtio_pci *device = &tester->dma.device;
	struct pci_interrupt interrupt = { slot_interrupt, device, NULL };
	const char *why = "it does not turn on";
	bool done;

	if (pci_slot_on(slot))
		why = pci_slot_open(slot, device);
	if (why != NULL) {
		log_line("slot %u: %s", slot, why);
		return false;
	}
	pci_interrupt_add(&device->function, &interrupt);
	done = request_works(tester, true) &&
	       attack_dma_stopped(&tester->dma, &access);
	log_line("slot %u: line %u, stream %llx", slot, device->function.line,
		 (unsigned long long)BITS_GET(faults_read().dma_fault_what,
					      DMA_GUARD_STREAM));
	pci_interrupt_remove(&device->function, &interrupt);
	return pci_slot_off(slot) && !pci_slot_occupied(slot) && done;
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

	step(tester, "there are slots", why == NULL);
	if (why != NULL)
		return;
	pci_interrupts_enable();
	tester->dma.queue = ENTROPY;
	tester->by_interrupt = true;
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
	tester.dma.memory = machine->ops.page_map(machine->ops.ctx, memory);
	foreign_make(&tester);
	step(&tester, "there is a console",
	     device_open(&tester, VIRTIO_ID_CONSOLE, CONSOLE_TX));
	device_attack(&tester, "console", false);
	step(&tester, "there is an entropy device",
	     device_open(&tester, VIRTIO_ID_ENTROPY, ENTROPY));
	device_attack(&tester, "entropy device", true);
	page_in_use_delegate(&tester);
	slots_serve(&tester);
	verdict_end(&tester.verdict);
}
