/* SPDX-License-Identifier: BSD-3-Clause */
/* The UART as a driver of SBSA UARTs uses it, and the bus that leads to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "abi/guest_map.h"
#include "hypervisor/core/io/bus.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/port/inprocess/fake_guest.h"

#define DR   0x00
#define RSR  0x04
#define FR   0x18
#define IMSC 0x38
#define RIS  0x3c
#define MIS  0x40
#define ICR  0x44

#define RX   0x10
#define TX   0x20
#define RT   0x40
#define BE   0x200
#define RXFE 0x10
#define RXFF 0x40
#define BUSY 0x08
#define TXFF 0x20
#define TXFE 0x80

#define DR_BE 0x400

static int setup(void **state)
{
	static struct fake_guest guest;

	fake_guest_init(&guest, 2, false);
	*state = &guest;
	return 0;
}

static uint32_t get(struct fake_guest *guest, uint64_t offset)
{
	uint64_t value = UINT64_MAX;

	assert_true(vuart_access(&guest->vcpus[0], offset, 4, false, &value));
	return (uint32_t)value;
}

static void put(struct fake_guest *guest, uint64_t offset, uint64_t value)
{
	assert_true(vuart_access(&guest->vcpus[0], offset, 4, true, &value));
}

static bool line(const struct fake_guest *guest)
{
	return guest->irqs[GUEST_PL011_SPI - 32].level;
}

static size_t type(struct fake_guest *guest, const char *text, size_t size)
{
	return vuart_input(&guest->domain.vuart, (const uint8_t *)text, size);
}

static void what_is_sent_is_at_the_console_at_once(void **state)
{
	struct fake_guest *guest = *state;

	for (const char *c = "hi!"; *c != '\0'; c++) {
		assert_int_equal(get(guest, FR) & (TXFF | TXFE), TXFE);
		put(guest, DR, 0xffffff00U | (unsigned char)*c);
	}
	assert_int_equal(guest->console_size, 3);
	assert_memory_equal(guest->console, "hi!", 3);
}

static void without_a_console_it_is_lost(void **state)
{
	struct fake_guest *guest = *state;

	guest->domain.console = CONTROL_NO_CONSOLE;
	put(guest, DR, 'x');
	assert_int_equal(guest->console_size, 0);
}

static void the_transmit_interrupt_follows_a_byte(void **state)
{
	struct fake_guest *guest = *state;

	put(guest, IMSC, TX);
	assert_false(line(guest));
	put(guest, DR, 'x');
	assert_int_equal(get(guest, MIS), TX);
	assert_true(line(guest));
	put(guest, ICR, TX);
	assert_false(line(guest));
	put(guest, DR, 'x');
	put(guest, IMSC, 0);
	assert_int_equal(get(guest, RIS), TX);
	assert_int_equal(get(guest, MIS), 0);
	assert_false(line(guest));
}

/* The driver of Linux writes half a FIFO at an interrupt, without a look at the
 * flags, and looks at them before each byte when it polls. */
static void the_flags_follow_the_room_of_the_console(void **state)
{
	struct fake_guest *guest = *state;

	guest->console_room = VUART_FIFO - 1;
	assert_int_equal(get(guest, FR) & (TXFF | TXFE | BUSY), BUSY);
	guest->console_room = 1;
	assert_int_equal(get(guest, FR) & (TXFF | TXFE | BUSY), BUSY);
	guest->console_room = 0;
	assert_int_equal(get(guest, FR) & (TXFF | TXFE | BUSY), TXFF | BUSY);
	guest->domain.console = CONTROL_NO_CONSOLE;
	assert_int_equal(get(guest, FR) & (TXFF | TXFE | BUSY), TXFE);
}

static void the_transmit_interrupt_waits_for_half_a_fifo(void **state)
{
	struct fake_guest *guest = *state;

	put(guest, IMSC, TX);
	guest->console_room = VUART_FIFO / 2;
	put(guest, DR, 'x');
	assert_true(line(guest));
	guest->console_room = VUART_FIFO / 2 - 1;
	put(guest, DR, 'x');
	assert_false(line(guest));
	assert_int_equal(get(guest, RIS), 0);
	guest->console_room = VUART_FIFO / 2;
	vuart_drained(&guest->domain.vuart);
	assert_true(line(guest));
	assert_int_equal(get(guest, MIS), TX);
}

/* A driver that starts with a full FIFO has not written a byte. */
static void room_raises_the_transmit_interrupt_without_a_byte(void **state)
{
	struct fake_guest *guest = *state;

	guest->console_room = 0;
	put(guest, DR, 'x');
	put(guest, ICR, TX);
	put(guest, IMSC, TX);
	assert_false(line(guest));
	guest->console_room = VUART_FIFO;
	vuart_drained(&guest->domain.vuart);
	assert_true(line(guest));
	put(guest, ICR, TX);
	assert_false(line(guest));
}

static void what_is_typed_is_received(void **state)
{
	struct fake_guest *guest = *state;

	assert_int_equal(get(guest, FR) & (RXFE | RXFF), RXFE);
	put(guest, IMSC, RX | RT);
	assert_int_equal(type(guest, "ls", 2), 2);
	assert_true(line(guest));
	assert_int_equal(get(guest, MIS), RX | RT);
	assert_int_equal(get(guest, FR) & (RXFE | RXFF), 0);
	/* Clearing the interrupt does not lose the bytes. */
	put(guest, ICR, 0xffff);
	assert_true(line(guest));
	assert_int_equal(get(guest, DR), 'l');
	assert_true(line(guest));
	assert_int_equal(get(guest, DR), 's');
	assert_false(line(guest));
	assert_int_equal(get(guest, DR), 0);
	assert_int_equal(get(guest, FR) & RXFE, RXFE);
}

static void a_full_fifo_asks_for_the_rest_when_half_empty(void **state)
{
	struct fake_guest *guest = *state;
	char text[VUART_FIFO + 8];

	for (unsigned i = 0; i < sizeof(text); i++)
		text[i] = (char)('0' + i);
	assert_int_equal(type(guest, text, sizeof(text)), VUART_FIFO);
	assert_int_equal(type(guest, text, 1), 0);
	assert_int_equal(get(guest, FR) & RXFF, RXFF);
	for (unsigned i = 0; i < VUART_FIFO / 2; i++) {
		assert_int_equal(guest->console_ready, 0);
		assert_int_equal(get(guest, DR), '0' + i);
	}
	assert_int_equal(guest->console_ready, 1);
	assert_int_equal(type(guest, text + VUART_FIFO, 8), 8);
	for (unsigned i = VUART_FIFO / 2; i < sizeof(text); i++)
		assert_int_equal(get(guest, DR), '0' + i);
	assert_int_equal(guest->console_ready, 1);
}

static void a_break_is_received_before_its_byte(void **state)
{
	struct fake_guest *guest = *state;
	struct vuart *vuart = &guest->domain.vuart;

	assert_int_equal(type(guest, "a", 1), 1);
	put(guest, IMSC, BE);
	assert_false(line(guest));
	assert_true(vuart_break(vuart, 'h'));
	assert_true(line(guest));
	assert_int_equal(get(guest, MIS), BE);
	assert_int_equal(get(guest, DR), 'a');
	assert_int_equal(get(guest, RSR), 0);
	assert_int_equal(get(guest, DR), DR_BE);
	assert_int_equal(get(guest, RSR), DR_BE >> 8);
	assert_int_equal(get(guest, DR), 'h');
	assert_int_equal(get(guest, RSR), 0);
	/* It is one of the interrupts that only ICR clears. */
	assert_true(line(guest));
	put(guest, ICR, BE);
	assert_false(line(guest));
	assert_true(vuart_break(vuart, 0));
	assert_int_equal(get(guest, DR), DR_BE);
	put(guest, RSR, 0);
	assert_int_equal(get(guest, RSR), 0);
	assert_int_equal(get(guest, FR) & RXFE, RXFE);
}

static void a_break_needs_room_for_its_byte(void **state)
{
	struct fake_guest *guest = *state;
	char text[VUART_FIFO - 1] = { 0 };

	assert_int_equal(type(guest, text, sizeof(text)), sizeof(text));
	assert_false(vuart_break(&guest->domain.vuart, 'h'));
	assert_int_equal(get(guest, RIS) & BE, 0);
	get(guest, DR);
	assert_true(vuart_break(&guest->domain.vuart, 'h'));
	assert_int_equal(get(guest, FR) & RXFF, RXFF);
}

static void the_mask_has_its_bits_alone(void **state)
{
	struct fake_guest *guest = *state;

	put(guest, IMSC, 0xffffffff);
	assert_int_equal(get(guest, IMSC), 0x7f2);
}

static void other_registers_read_as_zero_and_the_ids_are_those(void **state)
{
	static const uint8_t ids[8] = { 0x11, 0x10, 0x34, 0x00,
					0x0d, 0xf0, 0x05, 0xb1 };
	struct fake_guest *guest = *state;

	for (uint64_t offset = 0x24; offset < 0x38; offset += 4) {
		put(guest, offset, 0xffffffff);
		assert_int_equal(get(guest, offset), 0);
	}
	assert_int_equal(get(guest, 4), 0);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(get(guest, 0xfe0 + 4 * i), ids[i]);
}

static void odd_accesses_are_refused(void **state)
{
	struct fake_guest *guest = *state;
	struct vcpu *vcpu = &guest->vcpus[0];
	uint64_t value = 0;

	assert_false(vuart_access(vcpu, DR, 8, false, &value));
	assert_false(vuart_access(vcpu, FR + 2, 4, false, &value));
	assert_false(vuart_access(vcpu, 0x1000, 4, false, &value));
	assert_true(vuart_access(vcpu, FR, 1, false, &value));
	assert_int_equal(value, TXFE | RXFE);
	assert_true(vuart_access(vcpu, FR, 2, false, &value));
}

static void the_interrupt_wakes_its_vcpu(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t value = 1;

	guest->domain.vgic.enabled = true;
	assert_true(vgic_gicd_access(&guest->vcpus[0], GIC_IGROUPR + 4, 4, true,
				     &value));
	assert_true(vgic_gicd_access(&guest->vcpus[0], GIC_ISENABLER + 4, 4,
				     true, &value));
	put(guest, IMSC, RX);
	assert_int_equal(fake_guest_kicks(guest), 0);
	assert_int_equal(type(guest, "x", 1), 1);
	assert_int_equal(guest->kicks[0], 1);
	assert_int_equal(type(guest, "y", 1), 1);
	assert_int_equal(guest->kicks[0], 1);
}

/* ---- The bus ---- */
static bool bus_read(struct fake_guest *guest, uint64_t ipa, unsigned size,
		     uint64_t *value)
{
	struct bus_access access = { .ipa = ipa_make(ipa), .size = size };
	bool done = bus_access(&guest->vcpus[0], &access) == BUS_DONE;

	*value = access.value;
	return done;
}

static void the_bus_leads_to_each_device(void **state)
{
	struct fake_guest *guest = *state;
	uint64_t value;

	assert_true(
		bus_read(guest, GUEST_GICV3_GICD_BASE + GICD_IIDR, 4, &value));
	assert_int_equal(value, GIC_IIDR);
	assert_true(bus_read(guest, GUEST_GICV3_GICR_BASE + 0x20000 + GICR_TYPER,
			     8, &value));
	assert_int_equal(value, UINT64_C(1) << 32 | 0x110);
	assert_true(bus_read(guest, GUEST_PL011_BASE + FR, 2, &value));
	assert_int_equal(value, TXFE | RXFE);
	guest->utc = 1234;
	assert_true(bus_read(guest, GUEST_PL031_BASE, 4, &value));
	assert_int_equal(value, 1234);
	assert_true(bus_read(guest, GUEST_PVPANIC_BASE, 1, &value));
	assert_int_equal(value, 7);
}

static void a_narrow_write_has_no_upper_bits(void **state)
{
	struct fake_guest *guest = *state;
	struct bus_access access = { .ipa = ipa_make(GUEST_PL011_BASE + IMSC),
				     .size = 1,
				     .write = true,
				     .value = 0x7f0 };

	assert_int_equal(bus_access(&guest->vcpus[0], &access), BUS_DONE);
	assert_int_equal(get(guest, IMSC), 0xf0);
}

static void nothing_is_beside_the_devices(void **state)
{
	static const uint64_t ipas[] = {
		0,
		GUEST_GICV3_GICD_BASE - 4,
		GUEST_GICV3_GICD_BASE + GUEST_GICV3_GICD_SIZE,
		GUEST_GICV3_GICR_BASE - 4,
		GUEST_GICV3_GICR_BASE + GUEST_GICV3_GICR_SIZE,
		GUEST_PL011_BASE - 4,
		GUEST_PL011_BASE + GUEST_PL011_SIZE,
		GUEST_PL031_BASE - 4,
		GUEST_PL031_BASE + GUEST_PL031_SIZE,
		GUEST_PVPANIC_BASE - 4,
		GUEST_PVPANIC_BASE + GUEST_PVPANIC_SIZE,
		GUEST_RAM0_BASE,
		UINT64_MAX
	};
	struct fake_guest *guest = *state;
	uint64_t value;

	for (unsigned i = 0; i < sizeof(ipas) / sizeof(ipas[0]); i++) {
		assert_false(bus_has_device(&guest->domain, ipa_make(ipas[i])));
		assert_false(bus_read(guest, ipas[i], 4, &value));
	}
}

/* Returns how many of the devices that a guest may lack it has. */
static unsigned devices_there(const struct domain *domain)
{
	static const uint64_t ipas[] = { GUEST_PL011_BASE, GUEST_PL031_BASE,
					 GUEST_PVPANIC_BASE };
	unsigned there = 0;

	for (unsigned i = 0; i < 3; i++)
		there += bus_has_device(domain, ipa_make(ipas[i]));
	return there;
}

static void a_device_can_be_left_out(void **state)
{
	struct fake_guest *guest = *state;
	bool *const has[] = { &guest->domain.has_vuart, &guest->domain.has_rtc,
			      &guest->domain.has_pvpanic };

	assert_int_equal(devices_there(&guest->domain), 3);
	for (unsigned i = 0; i < 3; i++) {
		*has[i] = false;
		assert_int_equal(devices_there(&guest->domain), 2);
		*has[i] = true;
	}
	guest->domain.has_rtc = false;
	assert_false(bus_has_device(&guest->domain, ipa_make(GUEST_PL031_BASE)));
	guest->domain.has_pvpanic = false;
	assert_false(
		bus_has_device(&guest->domain, ipa_make(GUEST_PVPANIC_BASE)));
}

static void a_realm_finds_its_devices_in_the_shared_half(void **state)
{
	struct fake_guest *guest = *state;
	ipa_t shared = ipa_make(FAKE_GUEST_SHARED | GUEST_PL011_BASE);

	assert_int_equal(bus_ipa(&guest->domain, shared).value, shared.value);
	guest->domain.is_realm = true;
	assert_int_equal(bus_ipa(&guest->domain, shared).value,
			 GUEST_PL011_BASE);
	assert_true(bus_unprotected(&guest->domain, shared));
	assert_false(bus_unprotected(&guest->domain, ipa_make(GUEST_PL011_BASE)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(what_is_sent_is_at_the_console_at_once),
		TEST(without_a_console_it_is_lost),
		TEST(the_transmit_interrupt_follows_a_byte),
		TEST(the_flags_follow_the_room_of_the_console),
		TEST(the_transmit_interrupt_waits_for_half_a_fifo),
		TEST(room_raises_the_transmit_interrupt_without_a_byte),
		TEST(what_is_typed_is_received),
		TEST(a_full_fifo_asks_for_the_rest_when_half_empty),
		TEST(a_break_is_received_before_its_byte),
		TEST(a_break_needs_room_for_its_byte),
		TEST(the_mask_has_its_bits_alone),
		TEST(other_registers_read_as_zero_and_the_ids_are_those),
		TEST(odd_accesses_are_refused),
		TEST(the_interrupt_wakes_its_vcpu),
		TEST(the_bus_leads_to_each_device),
		TEST(a_narrow_write_has_no_upper_bits),
		TEST(nothing_is_beside_the_devices),
		TEST(a_device_can_be_left_out),
		TEST(a_realm_finds_its_devices_in_the_shared_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
