/* SPDX-License-Identifier: BSD-3-Clause */
/* QEMU's command line: the machine, and the numbers of its ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "abi/control.h"
#include "toolstack/host/fixture.h"
#include "toolstack/host/qemu.h"

static const struct qemu_options options = { .memory = (uint64_t)1 << 30,
					     .cpus = 3 };

/* Counts the options of that name that have that value. */
static unsigned count(char **list, const char *option, const char *value)
{
	unsigned found = 0;

	for (; list[0] != NULL && list[1] != NULL; list++) {
		found += strcmp(list[0], option) == 0 &&
			 strcmp(list[1], value) == 0;
	}
	return found;
}

static void the_machine_is_the_one_of_the_map(void **state)
{
	struct host_fixture *f = *state;
	char **list = qemu_arguments(&f->folder, &options);
	char ram[256];
	char qmp[256];

	snprintf(ram, sizeof(ram),
		 "memory-backend-file,id=ram,size=1024M,share=on,mem-path=%s",
		 folder_path(&f->folder, "ram").text);
	assert_int_equal(count(list, "-M",
			       "virt,secure=on,virtualization=on,"
			       "gic-version=3,its=off,iommu=smmuv3,"
			       "memory-backend=ram"),
			 1);
	assert_int_equal(count(list, "-global", "arm-smmuv3.stage=2"), 1);
	assert_int_equal(count(list, "-cpu", "max,x-rme=on,pauth-impdef=on"), 1);
	snprintf(qmp, sizeof(qmp), "unix:%s,server=on,wait=off",
		 folder_path(&f->folder, "qmp.sock").text);
	assert_int_equal(count(list, "-qmp", qmp), 1);
	assert_int_equal(count(list, "-smp", "3"), 1);
	assert_int_equal(count(list, "-m", "1024M"), 1);
	assert_int_equal(count(list, "-object", ram), 1);
	assert_int_equal(
		count(list, "-bios", folder_path(&f->folder, "flash").text), 1);
	qemu_arguments_free(list);
}

static void the_first_device_is_the_serial_one(void **state)
{
	struct host_fixture *f = *state;
	char **list = qemu_arguments(&f->folder, &options);
	char **at = list;
	char expected[128];

	while (strcmp(*at, "-device") != 0)
		at++;
	snprintf(expected, sizeof(expected),
		 "virtio-serial-pci,id=serial,addr=1,max_ports=%u,vectors=0,"
		 "disable-legacy=on,iommu_platform=on,ioeventfd=off",
		 CONTROL_MAX_PORTS);
	assert_string_equal(at[1], expected);
	qemu_arguments_free(list);
}

static void there_are_slots(void **state)
{
	struct host_fixture *f = *state;
	char **list = qemu_arguments(&f->folder, &options);

	assert_int_equal(count(list, "-device",
			       "pci-bridge,id=slots,addr=2,chassis_nr=1,"
			       "msi=off,shpc=on"),
			 1);
	qemu_arguments_free(list);
}

/* A host of root's makes nothing that a guest says with root's rights. */
static void folders_are_shared_in_two_ways_at_most(void **state)
{
	struct host_fixture *f = *state;
	struct qemu_options sharing = options;
	char id[SHARE_ID], mapped[128], plain[128];
	char **list;

	strcpy(sharing.shares.paths[0], "/a,b");
	sharing.shares.count = 1;
	share_id("/a,b", SHARE_MAPPED, id);
	(void)snprintf(mapped, sizeof(mapped),
		       "local,id=%s,security_model=mapped-xattr,"
		       "multidevs=remap,path=/a,,b",
		       id);
	share_id("/a,b", SHARE_PLAIN, id);
	(void)snprintf(plain, sizeof(plain),
		       "local,id=%s,security_model=none,multidevs=remap,"
		       "path=/a,,b",
		       id);
	list = qemu_arguments(&f->folder, &sharing);
	assert_int_equal(count(list, "-fsdev", mapped), 1);
	assert_int_equal(count(list, "-fsdev", plain), 0);
	qemu_arguments_free(list);
	sharing.shares_plain = true;
	list = qemu_arguments(&f->folder, &sharing);
	assert_int_equal(count(list, "-fsdev", mapped), 1);
	assert_int_equal(count(list, "-fsdev", plain), 1);
	qemu_arguments_free(list);
	assert_true(share_is_offered(SHARE_MAPPED));
	assert_int_equal(share_is_offered(SHARE_PLAIN), geteuid() != 0);
}

/* Counts the options of that name, whatever their values. */
static unsigned count_all(char **list, const char *option)
{
	unsigned found = 0;

	for (; *list != NULL; list++)
		found += strcmp(*list, option) == 0;
	return found;
}

static void a_foreign_machine_has_a_console_and_files(void **state)
{
	const struct qemu_options foreign = { .memory = (uint64_t)1 << 30,
					      .cpus = 1,
					      .foreign = true,
					      .tree = true,
					      .kernel_at = 0x44000000 };
	struct host_fixture *f = *state;
	char **list = qemu_arguments(&f->folder, &foreign);
	char value[512];

	assert_int_equal(count(list, "-M",
			       "virt,secure=on,virtualization=on,"
			       "gic-version=3,its=off,memory-backend=ram"),
			 1);
	snprintf(value, sizeof(value),
		 "socket,id=console,server=on,wait=off,logappend=on,path=%s,"
		 "logfile=%s",
		 folder_path(&f->folder, "serial.sock").text,
		 folder_path(&f->folder, "serial.log").text);
	assert_int_equal(count(list, "-chardev", value), 1);
	assert_int_equal(
		count(list, "-dtb", folder_path(&f->folder, "tree").text), 1);
	snprintf(value, sizeof(value),
		 "loader,file=%s,addr=0x44000000,force-raw=on",
		 folder_path(&f->folder, "kernel").text);
	assert_int_equal(count(list, "-device", value), 1);
	/* No other device, and a reset starts it again. */
	assert_int_equal(count_all(list, "-device"), 1);
	assert_int_equal(count_all(list, "-no-reboot"), 0);
	qemu_arguments_free(list);
}

static void a_dump_is_of_the_same_machine(void **state)
{
	const struct qemu_options dump = { .memory = (uint64_t)1 << 30,
					   .cpus = 1,
					   .foreign = true,
					   .tree = true,
					   .kernel_at = 0x44000000,
					   .dump = true };
	struct host_fixture *f = *state;
	char **list = qemu_arguments(&f->folder, &dump);
	char value[512];

	snprintf(value, sizeof(value),
		 "virt,secure=on,virtualization=on,gic-version=3,its=off,"
		 "memory-backend=ram,dumpdtb=%s",
		 folder_path(&f->folder, "tree.qemu").text);
	assert_int_equal(count(list, "-M", value), 1);
	assert_int_equal(count_all(list, "-dtb"), 0);
	assert_int_equal(count_all(list, "-device"), 0);
	qemu_arguments_free(list);
}

static void assert_port(struct host_fixture *f, char **list, unsigned nr,
			const char *name, const char *socket)
{
	char value[256];

	snprintf(value, sizeof(value),
		 "virtserialport,bus=serial.0,nr=%u,chardev=port%u,name=%s", nr,
		 nr, name);
	assert_int_equal(count(list, "-device", value), 1);
	if (socket == NULL)
		return;
	snprintf(value, sizeof(value),
		 "socket,id=port%u,server=on,wait=off,path=%s", nr,
		 folder_path(&f->folder, "%s", socket).text);
	assert_int_equal(count(list, "-chardev", value), 1);
}

static void every_port_has_its_number(void **state)
{
	struct host_fixture *f = *state;
	char **list = qemu_arguments(&f->folder, &options);

	assert_port(f, list, 1, "reeve.control.0", "control-0.sock");
	assert_port(f, list, 4, "reeve.control.3", "control-3.sock");
	assert_port(f, list, 5, "reeve.console.0", "console-0.sock");
	assert_port(f, list, 6, "reeve.console-log.0", NULL);
	assert_port(f, list, 27, "reeve.console.11", "console-11.sock");
	assert_port(f, list, 28, "reeve.console-log.11", NULL);
	qemu_arguments_free(list);
}

static void a_comma_in_a_path_is_doubled(void **state)
{
	struct host_fixture *f = *state;
	struct folder odd = { "x", "/a,b" };
	char **list = qemu_arguments(&odd, &options);

	(void)f;
	assert_int_equal(count(list, "-object",
			       "memory-backend-file,id=ram,size=1024M,"
			       "share=on,mem-path=/a,,b/ram"),
			 1);
	assert_int_equal(count(list, "-chardev",
			       "socket,id=port1,server=on,wait=off,"
			       "path=/a,,b/control-0.sock"),
			 1);
	assert_int_equal(count(list, "-bios", "/a,b/flash"), 1);
	qemu_arguments_free(list);
}

static void the_program_can_be_chosen(void **state)
{
	struct host_fixture *f = *state;
	char **list;

	setenv("REEVE_QEMU", "/opt/q", 1);
	list = qemu_arguments(&f->folder, &options);
	assert_string_equal(list[0], "/opt/q");
	qemu_arguments_free(list);
	setenv("REEVE_QEMU", "", 1);
	list = qemu_arguments(&f->folder, &options);
	assert_string_equal(list[0], "qemu-system-aarch64");
	qemu_arguments_free(list);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, host_fixture_setup,              \
					host_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_machine_is_the_one_of_the_map),
		TEST(the_first_device_is_the_serial_one),
		TEST(there_are_slots),
		TEST(folders_are_shared_in_two_ways_at_most),
		TEST(a_foreign_machine_has_a_console_and_files),
		TEST(a_dump_is_of_the_same_machine),
		TEST(every_port_has_its_number),
		TEST(a_comma_in_a_path_is_doubled),
		TEST(the_program_can_be_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
