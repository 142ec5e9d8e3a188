/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of PCI that say what they should, and functions that do not. */
#include "hypervisor/core/virtio/pci_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ROOM_BASE UINT64_C(0x10000000)
#define ROOM_SIZE UINT64_C(0x100000)
#define NONE      0 /* no further capability */
#define KEPT(n)   (~(uint32_t)(n) + 1) /* by a BAR of that size */

/* ---- BARs ---- */

static struct pci_bar bars[PCI_BARS];

static const char *place(const struct pci_bar_answer *answers, unsigned count)
{
	struct pci_room room = { ROOM_BASE + 0x20, ROOM_BASE + ROOM_SIZE };

	return pci_bars_place(answers, count, &room, bars);
}

static void bars_are_placed(void **state)
{
	static const struct pci_bar_answer answers[PCI_BARS] = {
		{ 0, KEPT(0x1000) },
		{ PCI_BAR_IO, KEPT(0x80) | PCI_BAR_IO },
		{ 0, 0 },
		{ 0, KEPT(0x10) },
		{ PCI_BAR_64 | 8, KEPT(0x4000) | PCI_BAR_64 | 8 },
		{ 0xffffffff, 0xffffffff }, /* its upper half */
	};

	(void)state;
	assert_null(place(answers, PCI_BARS));
	assert_int_equal(bars[0].base, ROOM_BASE + 0x1000);
	assert_int_equal(bars[0].size, 0x1000);
	assert_int_equal(bars[1].size, 0);
	assert_int_equal(bars[2].size, 0);
	assert_int_equal(bars[3].base, ROOM_BASE + 0x2000);
	assert_int_equal(bars[4].base, ROOM_BASE + 0x4000);
	assert_int_equal(bars[4].size, 0x4000);
	assert_int_equal(bars[5].size, 0);
}

static void bars_that_cannot_be_placed(void **state)
{
	static const struct pci_bar_answer large[] = {
		{ 0, KEPT(ROOM_SIZE) },
	};
	static const struct pci_bar_answer many[] = {
		{ 0, KEPT(ROOM_SIZE / 2) }, { 0, KEPT(ROOM_SIZE / 2) }
	};
	static const struct pci_bar_answer huge[] = { { PCI_BAR_64, PCI_BAR_64 },
						      { 0, 0 } };
	static const struct pci_bar_answer half[] = {
		{ 0, 0 }, { PCI_BAR_64, KEPT(0x10) }
	};

	(void)state;
	assert_string_equal(place(large, 1),
			    "there is no room for its registers");
	assert_string_equal(place(many, 2),
			    "there is no room for its registers");
	assert_string_equal(place(huge, 2), "a BAR is too large");
	assert_string_equal(place(half, 2), "half of a BAR is missing");
}

/* ---- Capabilities ---- */

static struct pci_config config;
static struct virtio_pci_layout layout;

static void write32(unsigned at, uint32_t value)
{
	for (unsigned i = 0; i < sizeof(value); i++)
		config.bytes[at + i] = (uint8_t)(value >> 8 * i);
}

/* Writes a capability of virtio for a structure in BAR 4. */
static void structure(unsigned at, unsigned next, uint8_t type, uint32_t offset,
		      uint32_t length)
{
	config.bytes[at] = PCI_CAP_VENDOR;
	config.bytes[at + PCI_CAP_NEXT] = (uint8_t)next;
	config.bytes[at + VIRTIO_PCI_CAP_TYPE] = type;
	config.bytes[at + VIRTIO_PCI_CAP_BAR] = 4;
	write32(at + VIRTIO_PCI_CAP_OFFSET, offset);
	write32(at + VIRTIO_PCI_CAP_LENGTH, length);
}

/* A device as QEMU's are: BAR 4 has 0x4000 bytes. */
static int setup(void **state)
{
	(void)state;
	memset(bars, 0, sizeof(bars));
	bars[4] = (struct pci_bar){ ROOM_BASE, 0x4000 };
	memset(&config, 0, sizeof(config));
	config.bytes[PCI_STATUS] = PCI_STATUS_CAPS;
	config.bytes[PCI_CAPS] = 0x40;
	structure(0x40, 0x50, VIRTIO_PCI_CAP_COMMON, 0, 0x1000);
	structure(0x50, 0x60, VIRTIO_PCI_CAP_ISR, 0x1000, 0x1000);
	structure(0x60, 0x70, VIRTIO_PCI_CAP_CONFIG, 0x2000, 0x3c);
	structure(0x70, NONE, VIRTIO_PCI_CAP_NOTIFY, 0x3000, 0x1000);
	write32(0x70 + VIRTIO_PCI_CAP_MULTIPLY, 4);
	return 0;
}

static const char *read_layout(void)
{
	return virtio_pci_layout_read(&config, bars, &layout);
}

static void structures_are_found(void **state)
{
	(void)state;
	assert_null(read_layout());
	assert_int_equal(layout.parts[VIRTIO_PCI_CAP_COMMON].base, ROOM_BASE);
	assert_int_equal(layout.parts[VIRTIO_PCI_CAP_ISR].base,
			 ROOM_BASE + 0x1000);
	assert_int_equal(layout.parts[VIRTIO_PCI_CAP_CONFIG].size, 0x3c);
	assert_int_equal(virtio_pci_notify_place(&layout, 3),
			 ROOM_BASE + 0x3000 + 12);
	assert_int_equal(pci_capability(&config, PCI_CAP_VENDOR), 0x40);
	assert_int_equal(pci_capability(&config, PCI_CAP_SHPC), 0);
	config.bytes[PCI_STATUS] = 0;
	assert_int_equal(pci_capability(&config, PCI_CAP_VENDOR), 0);
	assert_non_null(read_layout());
}

/* The first of two structures of a kind counts. */
static void further_structures_are_passed_over(void **state)
{
	(void)state;
	structure(0x70, 0x90, VIRTIO_PCI_CAP_NOTIFY, 0x3000, 0x1000);
	structure(0x90, 0xa0, VIRTIO_PCI_CAP_COMMON, 0x3000, 0x38);
	structure(0xa0, NONE, VIRTIO_PCI_CAPS, 0, 0x38);
	assert_null(read_layout());
	assert_int_equal(layout.parts[VIRTIO_PCI_CAP_COMMON].base, ROOM_BASE);
}

static void lists_without_an_end(void **state)
{
	(void)state;
	config.bytes[0x70 + PCI_CAP_NEXT] = 0x40;
	assert_null(read_layout());
	assert_int_equal(pci_capability(&config, PCI_CAP_SHPC), 0);
	config.bytes[0x50 + PCI_CAP_NEXT] = 0x50; /* NOTIFY is never reached */
	assert_non_null(read_layout());
	assert_int_equal(pci_capability(&config, PCI_CAP_SHPC), 0);
}

static void capabilities_in_the_header_end_the_list(void **state)
{
	(void)state;
	config.bytes[0x10] = PCI_CAP_SHPC;
	config.bytes[PCI_CAPS] = 0x10;
	assert_int_equal(pci_capability(&config, PCI_CAP_SHPC), 0);
}

/* The last bytes of a capability would lie behind the configuration space. */
static void capabilities_at_the_end(void **state)
{
	(void)state;
	config.bytes[0x60 + PCI_CAP_NEXT] = 0xf0;
	structure(0xf0, NONE, VIRTIO_PCI_CAP_NOTIFY, 0x3000, 0x1000);
	assert_non_null(read_layout());
	structure(0xe0, NONE, VIRTIO_PCI_CAP_NOTIFY, 0x3000, 0x1000);
	config.bytes[0x60 + PCI_CAP_NEXT] = 0xe0;
	assert_null(read_layout());
	config.bytes[0xe0 + PCI_CAP_NEXT] = 0xfc;
	config.bytes[0xfc] = PCI_CAP_VENDOR;
	assert_null(read_layout());
}

static void structures_that_are_not_in_a_bar(void **state)
{
	static const struct {
		uint32_t offset, length;
	} wrong[] = {
		{ 0x3fcc, 0x38 }, /* its last bytes are behind it */
		{ 0x4004, 0x38 },
		{ 0xfffffffc, 0x38 },
		{ 0x10, 0xffffffff },
		{ 2, 0x38 },
		{ 0, VIRTIO_PCI_COMMON_SIZE - 1 },
		{ 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		structure(0x40, 0x50, VIRTIO_PCI_CAP_COMMON, wrong[i].offset,
			  wrong[i].length);
		assert_string_equal(read_layout(),
				    "it lacks the registers of virtio 1");
	}
	structure(0x40, 0x50, VIRTIO_PCI_CAP_COMMON, 0x3fc8, 0x38);
	assert_null(read_layout());
	config.bytes[0x40 + VIRTIO_PCI_CAP_BAR] = PCI_BARS;
	assert_non_null(read_layout());
	config.bytes[0x40 + VIRTIO_PCI_CAP_BAR] = 0; /* there is none */
	assert_non_null(read_layout());
}

/* ---- Registers ---- */

static void notifications_outside_of_the_device(void **state)
{
	(void)state;
	structure(0x70, NONE, VIRTIO_PCI_CAP_NOTIFY, 0x3000, 0x10);
	assert_null(read_layout());
	assert_int_equal(virtio_pci_notify_place(&layout, 3),
			 ROOM_BASE + 0x300c);
	assert_int_equal(virtio_pci_notify_place(&layout, 4), 0);
	assert_int_equal(virtio_pci_notify_place(&layout, 0xffff), 0);
	write32(0x70 + VIRTIO_PCI_CAP_MULTIPLY, 0xffffffff);
	assert_null(read_layout());
	assert_int_equal(virtio_pci_notify_place(&layout, 0xffff), 0);
	/* A register that is not aligned: its access would fault. */
	write32(0x70 + VIRTIO_PCI_CAP_MULTIPLY, 3);
	assert_null(read_layout());
	assert_int_equal(virtio_pci_notify_place(&layout, 1), 0);
	assert_int_equal(virtio_pci_notify_place(&layout, 2),
			 ROOM_BASE + 0x3006);
	/* All queues may have one register. */
	write32(0x70 + VIRTIO_PCI_CAP_MULTIPLY, 0);
	assert_null(read_layout());
	assert_int_equal(virtio_pci_notify_place(&layout, 0xffff),
			 ROOM_BASE + 0x3000);
}

static void fields_of_the_configuration(void **state)
{
	(void)state;
	assert_null(read_layout());
	assert_int_equal(virtio_pci_config_place(&layout, 0x38, 4),
			 ROOM_BASE + 0x2038);
	assert_int_equal(virtio_pci_config_place(&layout, 0x38, 8), 0);
	assert_int_equal(virtio_pci_config_place(&layout, 0x3c, 1), 0);
	assert_int_equal(virtio_pci_config_place(&layout, 2, 4), 0);
	assert_int_equal(virtio_pci_config_place(&layout, 0xfffffff8, 8), 0);
	config.bytes[0x60] = 0; /* there is none */
	assert_null(read_layout());
	assert_int_equal(virtio_pci_config_place(&layout, 0, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_are_placed),
		cmocka_unit_test(bars_that_cannot_be_placed),
		cmocka_unit_test_setup(structures_are_found, setup),
		cmocka_unit_test_setup(further_structures_are_passed_over, setup),
		cmocka_unit_test_setup(lists_without_an_end, setup),
		cmocka_unit_test_setup(capabilities_in_the_header_end_the_list,
				       setup),
		cmocka_unit_test_setup(capabilities_at_the_end, setup),
		cmocka_unit_test_setup(structures_that_are_not_in_a_bar, setup),
		cmocka_unit_test_setup(notifications_outside_of_the_device,
				       setup),
		cmocka_unit_test_setup(fields_of_the_configuration, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
