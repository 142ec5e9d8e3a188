/* SPDX-License-Identifier: BSD-3-Clause */
/* QEMU's command line. abi/machine_map.h defines the machine, abi/control.h its
 * ports. Every device that accesses memory is on PCIe, with iommu_platform=on,
 * so that the SMMU is before it: its accesses otherwise reach Realms. */
#include "toolstack/host/qemu.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/control.h"
#include "toolstack/host/boot.h"

#define MACHINE                                                                \
	"virt,secure=on,virtualization=on,gic-version=3,its=off,%s"            \
	"memory-backend=ram"
/* For versions of QEMU whose machine has a stage 1 by default. */
#define SMMU "arm-smmuv3.stage=2"

/* The fixed arguments, eight for each port, and four for each folder. */
#define ARGUMENTS_MAX (40 + 8 * CONTROL_MAX_PORTS + 4 * SHARES_MAX)

struct arguments {
	char **list; /* ends with NULL */
	size_t count;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static void
add_argument(struct arguments *arguments, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (arguments->failed || vasprintf(&text, format, args) < 0)
		arguments->failed = true;
	else
		arguments->list[arguments->count++] = text;
	va_end(args);
}

__attribute__((format(printf, 3, 4))) static void
add_option(struct arguments *arguments, const char *option, const char *format,
	   ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	add_argument(arguments, "%s", option);
	arguments->failed = arguments->failed || text == NULL;
	if (!arguments->failed)
		add_argument(arguments, "%s", text);
	free(text);
}

/* Writes a text as it is in an option's value: each comma is doubled. */
static void value_quote(const char *text, char *quoted, size_t size)
{
	size_t out = 0;

	for (; *text != '\0' && out + 2 < size; text++) {
		if (*text == ',')
			quoted[out++] = ',';
		quoted[out++] = *text;
	}
	quoted[out] = '\0';
}

/* Returns a path as it is written in an option's value. */
static struct folder_path value_path(const struct folder *folder,
				     const char *name, unsigned index)
{
	struct folder_path plain = folder_path(folder, name, index);
	struct folder_path quoted;

	value_quote(plain.text, quoted.text, sizeof(quoted.text));
	return quoted;
}

static void add_machine(struct arguments *arguments, const struct folder *folder,
			const struct qemu_options *options)
{
	uint64_t mib = options->memory >> 20;

	add_option(arguments, "-cpu", "max,x-rme=on,pauth-impdef=on");
	add_option(arguments, "-smp", "%u", options->cpus);
	add_option(arguments, "-m", "%" PRIu64 "M", mib);
	add_option(arguments, "-object",
		   "memory-backend-file,id=ram,size=%" PRIu64
		   "M,share=on,mem-path=%s",
		   mib, value_path(folder, "ram", 0).text);
	add_option(arguments, "-bios", "%s", folder_path(folder, "flash").text);
	add_argument(arguments, "-nodefaults");
	add_option(arguments, "-pidfile", "%s", folder_path(folder, "pid").text);
	add_option(arguments, "-display", "none");
	add_option(arguments, "-monitor", "none");
	add_option(arguments, "-qmp", "unix:%s,server=on,wait=off",
		   value_path(folder, "qmp.sock", 0).text);
}

static void add_monitor_log(struct arguments *arguments,
			    const struct folder *folder)
{
	add_option(arguments, "-serial", "file:%s",
		   folder_path(folder, "monitor.log").text);
}

/*
 * The devices of a machine for our hypervisor. The serial device has two queues
 * for each port. If each had an event descriptor (ioeventfd), QEMU's main loop
 * would look at all of them whenever it does anything for any device.
 */
static void add_devices(struct arguments *arguments, const struct folder *folder)
{
	add_option(arguments, "-M", MACHINE, "iommu=smmuv3,");
	add_option(arguments, "-global", SMMU);
	add_argument(arguments, "-no-reboot");
	add_option(arguments, "-serial", "file:%s",
		   folder_path(folder, "serial.log").text);
	add_monitor_log(arguments, folder);
	add_option(arguments, "-device",
		   "virtio-serial-pci,id=serial,addr=1,max_ports=%u,vectors=0,"
		   "disable-legacy=on,iommu_platform=on,ioeventfd=off",
		   CONTROL_MAX_PORTS);
}

/* The slots of hypervisor/port/a64/pci_slot.h: devices that are plugged in have
 * bus=slots, and their slot as addr. */
static void add_slots(struct arguments *arguments)
{
	add_option(arguments, "-device",
		   "pci-bridge,id=slots,addr=2,chassis_nr=1,msi=off,shpc=on");
}

static void add_share(struct arguments *arguments, const char *path,
		      enum share_way way)
{
	char quoted[2 * PATH_MAX];
	char id[SHARE_ID];

	share_id(path, way, id);
	value_quote(path, quoted, sizeof(quoted));
	add_option(arguments, "-fsdev",
		   "local,id=%s,security_model=%s,multidevs=remap,path=%s", id,
		   way == SHARE_MAPPED ? "mapped-xattr" : "none", quoted);
}

/* QEMU cannot learn of a folder later. It follows no links there. */
static void add_shares(struct arguments *arguments,
		       const struct qemu_options *options)
{
	for (unsigned i = 0; i < options->shares.count; i++) {
		add_share(arguments, options->shares.paths[i], SHARE_MAPPED);
		if (options->shares_plain)
			add_share(arguments, options->shares.paths[i],
				  SHARE_PLAIN);
	}
}

static void add_port(struct arguments *arguments, unsigned nr, const char *name)
{
	add_option(arguments, "-device",
		   "virtserialport,bus=serial.0,nr=%u,chardev=port%u,name=%s",
		   nr, nr, name);
}

/* Adds a port whose client connects to a socket. */
static void add_socket_port(struct arguments *arguments, unsigned nr,
			    const char *name, const char *path)
{
	add_option(arguments, "-chardev",
		   "socket,id=port%u,server=on,wait=off,path=%s", nr, path);
	add_port(arguments, nr, name);
}

static void add_control(struct arguments *arguments,
			const struct folder *folder, unsigned index)
{
	unsigned nr = CONTROL_PORT_NR(index);
	char name[32];

	snprintf(name, sizeof(name), CONTROL_PORT_NAME, index);
	add_socket_port(arguments, nr, name,
			value_path(folder, "control-%u.sock", index).text);
}

static void add_console(struct arguments *arguments,
			const struct folder *folder, unsigned index)
{
	unsigned nr = CONTROL_CONSOLE_NR(index);
	char name[32];

	snprintf(name, sizeof(name), CONTROL_CONSOLE_NAME, index);
	add_socket_port(arguments, nr, name,
			value_path(folder, "console-%u.sock", index).text);

	nr = CONTROL_CONSOLE_LOG_NR(index);
	snprintf(name, sizeof(name), CONTROL_CONSOLE_LOG_NAME, index);
	add_option(arguments, "-chardev", "file,id=port%u,append=on,path=%s",
		   nr, value_path(folder, "console-%u.log", index).text);
	add_port(arguments, nr, name);
}

/* QEMU loads the file at each reset. */
static void add_file(struct arguments *arguments, const struct folder *folder,
		     const char *name, uint64_t at)
{
	if (at != 0) {
		add_option(arguments, "-device",
			   "loader,file=%s,addr=0x%" PRIx64 ",force-raw=on",
			   value_path(folder, name, 0).text, at);
	}
}

/* A machine for another hypervisor. Without an SMMU the monitor closes PCIe,
 * and all of the memory can be delegated. */
static void add_foreign(struct arguments *arguments, const struct folder *folder,
			const struct qemu_options *options)
{
	add_option(arguments, "-M", MACHINE "%s%s", "",
		   options->dump ? ",dumpdtb=" : "",
		   options->dump ? value_path(folder, BOOT_QEMU_TREE, 0).text
				 : "");
	add_option(arguments, "-chardev",
		   "socket,id=console,server=on,wait=off,logappend=on,"
		   "path=%s,logfile=%s",
		   value_path(folder, "serial.sock", 0).text,
		   value_path(folder, "serial.log", 0).text);
	add_option(arguments, "-serial", "chardev:console");
	add_monitor_log(arguments, folder);
	if (options->dump || !options->tree)
		return;
	add_option(arguments, "-dtb", "%s", folder_path(folder, BOOT_TREE).text);
	add_file(arguments, folder, BOOT_KERNEL, options->kernel_at);
	add_file(arguments, folder, BOOT_INITRD, options->initrd_at);
}

/* The devices and the ports of a machine for our hypervisor. */
static void add_ours(struct arguments *arguments, const struct folder *folder,
		     const struct qemu_options *options)
{
	add_devices(arguments, folder);
	add_slots(arguments);
	add_shares(arguments, options);
	for (unsigned i = 0; i < CONTROL_PORTS; i++)
		add_control(arguments, folder, i);
	for (unsigned i = 0; i < CONTROL_CONSOLES; i++)
		add_console(arguments, folder, i);
}

void qemu_arguments_free(char **arguments)
{
	for (char **argument = arguments; argument != NULL && *argument != NULL;
	     argument++)
		free(*argument);
	free(arguments);
}

char **qemu_arguments(const struct folder *folder,
		      const struct qemu_options *options)
{
	const char *program = getenv("REEVE_QEMU");
	struct arguments arguments = {
		.list = calloc(ARGUMENTS_MAX, sizeof(char *)),
	};

	if (arguments.list == NULL)
		return NULL;
	if (program == NULL || *program == '\0')
		program = "qemu-system-aarch64";
	add_argument(&arguments, "%s", program);
	add_machine(&arguments, folder, options);
	if (options->foreign)
		add_foreign(&arguments, folder, options);
	else
		add_ours(&arguments, folder, options);
	if (!arguments.failed)
		return arguments.list;
	qemu_arguments_free(arguments.list);
	return NULL;
}
