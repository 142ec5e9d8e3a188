/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests which texts the judges pass and which they refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/domain/spec.h"

static struct key_fault judge(const char *name, const char *text)
{
	const struct key *key = schema_find(name);

	return key->check(key, text);
}

#define PASSES(key, text) assert_null(judge(key, text).what)
#define FAILS(key, text)  assert_non_null(judge(key, text).what)

static void uuids_have_one_form(void **state)
{
	(void)state;
	PASSES("uuid", "01234567-89ab-CDEF-0123-456789abcdef");
	FAILS("uuid", "");
	FAILS("uuid", "01234567-89ab-cdef-0123-456789abcde");
	FAILS("uuid", "01234567+89ab-cdef-0123-456789abcdef");
	FAILS("uuid", "{1234567-89ab-cdef-0123-456789abcdef");
	FAILS("uuid", "00000000-0000-0000-0000-000000000000");
	PASSES("uuid", "00000000-0000-0000-0000-000000000001");
}

static void personalization_is_pairs_of_digits(void **state)
{
	char text[131];

	(void)state;
	PASSES("realm_rpv", "");
	PASSES("realm_rpv", "00aAfF");
	FAILS("realm_rpv", "0");
	FAILS("realm_rpv", "zz");
	memset(text, '1', sizeof(text));
	text[128] = '\0';
	PASSES("realm_rpv", text);
	text[128] = '1';
	text[130] = '\0';
	FAILS("realm_rpv", text);
}

static void cpu_sets_are_read_as_xl_does(void **state)
{
	(void)state;
	PASSES("cpus", "all");
	PASSES("cpus", "0");
	PASSES("cpus", "0-3,^2,5");
	PASSES("cpus", "0, 2");
	PASSES("cpus", "node:1,^nodes:0-1");
	PASSES("cpus", ",0,");
	FAILS("cpus", "^all");
	FAILS("cpus", "0-");
	FAILS("cpus", "-1");
	FAILS("cpus", "4-1");
	FAILS("cpus", "0x1");
	FAILS("cpus", "99999999999999999999999999");
}

static void interrupts_are_decimal(void **state)
{
	(void)state;
	PASSES("irqs", "0");
	PASSES("irqs", "010");
	PASSES("irqs", "991");
	FAILS("irqs", "992");
	FAILS("irqs", "0x20");
	FAILS("irqs", "");
	FAILS("irqs", "18446744073709551617");
}

static void page_ranges_are_hexadecimal(void **state)
{
	(void)state;
	PASSES("iomem", "9a000,10");
	PASSES("iomem", "0x9a000,0x10@0x100");
	PASSES("iomem", "0,fffffffffffff");
	FAILS("iomem", "1,fffffffffffff");
	FAILS("iomem", "0,10000000000000");
	FAILS("iomem", "0,2@fffffffffffff");
	FAILS("iomem", "9a000");
	FAILS("iomem", "9a000,0");
	FAILS("iomem", "9a000,1@");
	FAILS("iomem", "9a000,1 ");
}

static void ports_are_a_range(void **state)
{
	(void)state;
	PASSES("ioports", "3f8");
	PASSES("ioports", "0x3f8-ffff");
	FAILS("ioports", "10000");
	FAILS("ioports", "3ff-3f8");
}

static void pci_addresses_are_within_their_limits(void **state)
{
	(void)state;
	PASSES("pci", "03:00.0");
	PASSES("pci", "ffff:ff:1f.7");
	PASSES("pci", "03:00.*");
	PASSES("pci", "03:00.0@1f");
	PASSES("pci", "03:00.0,permissive=1,seize=0");
	PASSES("pci", "bdf=03:00.0,vslot=3");
	PASSES("pci", "name=card");
	FAILS("pci", "10000:00:00.0");
	FAILS("pci", "100:00.0");
	FAILS("pci", "00:20.0");
	FAILS("pci", "00:00.8");
	FAILS("pci", "00:00.f");
	FAILS("pci", "00.0");
	FAILS("pci", "00:00:00:00.0");
	FAILS("pci", "03:00.0@20");
	FAILS("pci", "03:00.0;");
	FAILS("pci", "03:00.0,colour=red");
	FAILS("pci", "colour=red");
}

static void virtio_devices_say_type_and_transport(void **state)
{
	(void)state;
	PASSES("virtio", "type=virtio,device,transport=mmio");
	PASSES("virtio", "type=virtio,device22,transport=mmio,backend=2");
	PASSES("virtio", "backend=d, transport=mmio, type=virtio,device1a");
	FAILS("virtio", "type=virtio,device22");
	FAILS("virtio", "type=virtio,device22,transport=pci");
	FAILS("virtio", "type=virtio,transport=mmio");
	FAILS("virtio", "type=virtio,device22x,transport=mmio");
	FAILS("virtio", "type=virtio");
	FAILS("virtio", "type=");
	FAILS("virtio", "transport=mmio");
}

static void parts_have_known_names(void **state)
{
	(void)state;
	PASSES("vif", "");
	PASSES("vif", "bridge=xenbr0");
	PASSES("vif", " mac=00:16:3e:00:00:01 , , bridge = b");
	PASSES("vif", "colo_sock_mirror_id=1");
	FAILS("vif", "colour=red");
	FAILS("vif", "bridge");
	FAILS("vif", "=1");
	FAILS("vif", "bridges=1");
	FAILS("vif", "bri=1");
}

static void a_needed_part_must_be_there(void **state)
{
	(void)state;
	PASSES("vtpm", "backend=tpm");
	FAILS("vtpm", "uuid=1");
	FAILS("vtpm", "");
	FAILS("channel", "name=connection");
}

static void quotas_are_named_numbers(void **state)
{
	(void)state;
	PASSES("xenstore_quota", "nodes=1000");
	PASSES("xenstore_quota", "nodes=0x10");
	FAILS("xenstore_quota", "nodes=-1");
	FAILS("xenstore_quota", "nodes=4294967296");
	FAILS("xenstore_quota", "=1");
}

static void control_interfaces_are_two(void **state)
{
	(void)state;
	PASSES("arm_sci", "");
	PASSES("arm_sci", "type=none");
	PASSES("arm_sci", "type=scmi_smc");
	FAILS("arm_sci", "type=scmi_smcx");
	FAILS("arm_sci", "scmi_smc");
}

/* Expects that the fault is that part of the text, which stands in it once. */
static void assert_blamed(const char *key, const char *text, const char *part)
{
	struct key_fault fault = judge(key, text);

	assert_non_null(fault.what);
	assert_ptr_equal(fault.at, strstr(text, part));
	assert_int_equal(fault.length, strlen(part));
}

static void every_device_names_the_part_that_is_not_known(void **state)
{
	char text[256];
	char known[32];

	(void)state;
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		size_t used = 0;

		if (key->parts == NULL)
			continue;
		snprintf(known, sizeof(known), "%.*s",
			 (int)strcspn(key->parts, ",*"), key->parts);
		while (used < 120) {
			used += (size_t)snprintf(text + used,
						 sizeof(text) - used, "%s=1,",
						 known);
		}
		snprintf(text + used, sizeof(text) - used, " frob = 1");
		assert_blamed(key->info.name, text, "frob");
		snprintf(text + used, sizeof(text) - used, " frob,");
		assert_blamed(key->info.name, text, "frob");
	}
}

static void every_grammar_blames_the_part_at_fault(void **state)
{
	static const char *const faults[][3] = {
		{ "uuid", "01234567+89ab-cdef-0123-456789abcdef", "+" },
		{ "uuid", "0123456g-89ab-cdef-0123-456789abcdef", "g" },
		{ "realm_rpv", "00112233zz", "z" },
		{ "cpus", "0-3,^2, 9-8,5", "9-8" },
		{ "iomem", "9a000x,10", "9a000x" },
		{ "iomem", "9a000,q@1", "q" },
		{ "iomem", "9a11,0@1", "0" },
		{ "iomem", "9a000,1@q", "q" },
		{ "pci", "03:00.0,seize=1,colour=red", "colour" },
		{ "pci", "03:00.0@20,seize=1", "03:00.0@20" },
		{ "pci", "seize=1,bdf=x", "bdf=x" },
		{ "virtio", "backend=d,type=net,transport=mmio", "type=net" },
		{ "virtio", "type=virtio,net,transport=mmio", "type=virtio,net" },
		{ "virtio", "type=virtio", "type=virtio" },
		{ "virtio", "type=virtio,device1,transport=pci,backend=d",
		  "transport=pci" },
		{ "virtio", "type=virtio,device1,transport=mmio,x=1", "x" },
		{ "arm_sci", "type=none,type=hvc", "type=hvc" },
		{ "arm_sci", "type=none,agent=1", "agent" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		assert_blamed(faults[i][0], faults[i][1], faults[i][2]);
}

static void a_part_that_is_not_there_is_named(void **state)
{
	(void)state;
	for (const struct key *key = schema_keys; key->info.name != NULL; key++) {
		if (key->required != NULL)
			assert_string_equal(key->check(key, "").missing,
					    key->required);
	}
	assert_string_equal(judge("virtio", "transport=mmio").missing, "type");
}

static void parts_are_found_by_name(void **state)
{
	size_t length = 0;
	const char *text = "ab=1, b =22,c=";

	(void)state;
	assert_ptr_equal(spec_part(text, "b", &length), text + 9);
	assert_int_equal(length, 2);
	assert_non_null(spec_part(text, "c", &length));
	assert_int_equal(length, 0);
	assert_null(spec_part(text, "a", &length));
	assert_true(spec_part_is(text, "ab", "1"));
	assert_false(spec_part_is(text, "b", "2"));
}

static void the_last_part_of_a_name_wins_as_for_xl(void **state)
{
	(void)state;
	assert_true(spec_part_is("t=1,t=2", "t", "2"));
	FAILS("arm_sci", "type=none,type=x");
	FAILS("virtio", "type=virtio,device,transport=mmio,transport=unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuids_have_one_form),
		cmocka_unit_test(personalization_is_pairs_of_digits),
		cmocka_unit_test(cpu_sets_are_read_as_xl_does),
		cmocka_unit_test(interrupts_are_decimal),
		cmocka_unit_test(page_ranges_are_hexadecimal),
		cmocka_unit_test(ports_are_a_range),
		cmocka_unit_test(pci_addresses_are_within_their_limits),
		cmocka_unit_test(virtio_devices_say_type_and_transport),
		cmocka_unit_test(parts_have_known_names),
		cmocka_unit_test(a_needed_part_must_be_there),
		cmocka_unit_test(quotas_are_named_numbers),
		cmocka_unit_test(control_interfaces_are_two),
		cmocka_unit_test(every_device_names_the_part_that_is_not_known),
		cmocka_unit_test(every_grammar_blames_the_part_at_fault),
		cmocka_unit_test(a_part_that_is_not_there_is_named),
		cmocka_unit_test(parts_are_found_by_name),
		cmocka_unit_test(the_last_part_of_a_name_wins_as_for_xl),
	};

	return cmocka_run_group_tests_name("spec", tests, NULL, NULL);
}
