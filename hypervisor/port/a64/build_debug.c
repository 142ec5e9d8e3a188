/* SPDX-License-Identifier: BSD-3-Clause */
/* The debug build: debug consoles and attacks. */
#include "hypervisor/port/a64/build.h"

#include <stddef.h>

#include "hypervisor/attack/attack.h"
#include "hypervisor/port/a64/attack_dma.h"
#include "hypervisor/port/a64/dma.h"
#include "hypervisor/port/a64/probe.h"

#define TOUCH_WORD UINT64_C(0xa77ac4a77ac4a77a)

const bool build_debug = true;

static struct attacks attacks;

/* An entropy device of the machine: one that a test has put there. */
static struct attack_dma entropy;
static bool has_entropy;

static void entropy_open(const struct host_ops *ops)
{
	pa_t memory;

	has_entropy = dma_possible() &&
		      virtio_pci_find(VIRTIO_ID_ENTROPY, &entropy.device) &&
		      virtio_pci_open(&entropy.device, &pci_root_room) == NULL &&
		      host_dma_alloc(ops, 1, 1, &memory);
	if (has_entropy)
		entropy.memory = ops->page_map(ops->ctx, memory);
}

/* The device fills a buffer; it reads nothing but its queue, and tables of
 * descriptors. */
static const char *attack_touch_by_device(pa_t pa, bool write,
					  struct control_touch *result)
{
	const struct attack_dma_access access = { write ? ATTACK_DMA_DIRECT
							: ATTACK_DMA_TABLE,
						  true, pa };

	if (!has_entropy)
		return "the machine has no entropy device";
	result->faulted = attack_dma_stopped(&entropy, &access);
	return NULL;
}

static const char *attack_touch_word(void *ctx, pa_t pa,
				     const struct control_touch_ask *ask,
				     struct control_touch *result)
{
	(void)ctx;
	if (ask->device)
		return attack_touch_by_device(pa, ask->write, result);
	result->esr = ask->write ? probe_write(pa, TOUCH_WORD)
				 : probe_read(pa, &result->value);
	result->faulted = result->esr != 0;
	return NULL;
}

const struct attack_ops *build_attacks(const struct host_ops *ops)
{
	entropy_open(ops);
	attacks_init(&attacks, attack_touch_word, NULL);
	return &attacks.ops;
}
