/* SPDX-License-Identifier: BSD-3-Clause */
/* Which flash images the monitor boots. */
#include "monitor/core/firmware.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "abi/machine_map.h"
#include "abi/provision.h"

static struct firmware_header good(void)
{
	return (struct firmware_header){
		.magic = FIRMWARE_MAGIC,
		.version = FIRMWARE_VERSION,
		.parts = FIRMWARE_PARTS,
		.total = 0x200000,
		.part = {
			[FIRMWARE_MONITOR] = { 0, 0x7123 },
			[FIRMWARE_RMM] = { 0x81000, 0x10001 },
			[FIRMWARE_HYPERVISOR] = { 0x92000, 0x16e000 },
		},
	};
}

static void good_header_has_no_fault(void **state)
{
	struct firmware_header header = good();

	(void)state;
	assert_null(firmware_fault(&header));
}

static void magic_is_text(void **state)
{
	const uint64_t magic = FIRMWARE_MAGIC;

	(void)state;
	assert_memory_equal(&magic, "REEVEFW1", 8);
}

static void faults(const char *reason, const struct firmware_header *header)
{
	assert_string_equal(firmware_fault(header), reason);
}

static void header_must_be_ours(void **state)
{
	struct firmware_header header = good();

	(void)state;
	header.magic ^= 1;
	faults("no firmware header", &header);
	header = good();
	header.version++;
	faults("a firmware header of another version", &header);
	header = good();
	header.flags = FIRMWARE_FOREIGN_HYPERVISOR;
	assert_null(firmware_fault(&header));
	header.flags <<= 1;
	faults("a firmware header with unknown flags", &header);
	header = good();
	header.zero = 1;
	faults("a firmware header with unknown flags", &header);
	header = good();
	header.parts--;
	faults("a firmware header of another version", &header);
}

static void parts_must_lie_within_the_flash(void **state)
{
	struct firmware_header header = good();

	(void)state;
	header.total = MACHINE_FLASH0_SIZE + 1;
	faults("firmware larger than the flash", &header);
	header = good();
	header.part[FIRMWARE_HYPERVISOR].size++;
	faults("a part outside the firmware", &header);
	header = good();
	header.part[FIRMWARE_PROVISION].offset = UINT64_MAX;
	faults("a part outside the firmware", &header);
	header = good();
	header.part[FIRMWARE_RMM].offset++;
	faults("a part that is not aligned", &header);
}

static void images_must_be_there_and_fit(void **state)
{
	struct firmware_header header = good();

	(void)state;
	header.part[FIRMWARE_RMM].size = 0;
	faults("no RMM, or one that is too large", &header);
	header.total = MACHINE_FLASH0_SIZE;
	header.part[FIRMWARE_RMM].size = MACHINE_RMM_IMAGE_SIZE + 1;
	faults("no RMM, or one that is too large", &header);
	header = good();
	header.part[FIRMWARE_HYPERVISOR].size = 0;
	faults("no hypervisor", &header);
	/* A hypervisor has all of the flash that the others leave. */
	header.total = MACHINE_FLASH0_SIZE;
	header.part[FIRMWARE_HYPERVISOR].size = MACHINE_FLASH0_SIZE - 0x92000;
	assert_null(firmware_fault(&header));
}

static void provisioned_part_fits_or_is_absent(void **state)
{
	struct firmware_header header = good();

	(void)state;
	header.total = MACHINE_FLASH0_SIZE;
	header.part[FIRMWARE_PROVISION].size = PROVISION_PART_SIZE + 1;
	faults("a provisioned part that is too large", &header);
	header.part[FIRMWARE_PROVISION].size = PROVISION_PART_SIZE;
	assert_null(firmware_fault(&header));
	header.part[FIRMWARE_PROVISION].size = 0;
	assert_null(firmware_fault(&header));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_header_has_no_fault),
		cmocka_unit_test(magic_is_text),
		cmocka_unit_test(header_must_be_ours),
		cmocka_unit_test(parts_must_lie_within_the_flash),
		cmocka_unit_test(images_must_be_there_and_fit),
		cmocka_unit_test(provisioned_part_fits_or_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
