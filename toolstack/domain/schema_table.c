/* SPDX-License-Identifier: BSD-3-Clause */
/* The schema's table: every key of xl.cfg(5), and ours, once. */
#include "toolstack/domain/domain.h"
#include "toolstack/domain/schema.h"
#include "toolstack/domain/spec.h"

/* Columns of a row: what the value is. */
#define STRING  .kind = KEY_STRING, .info.type = "string"
#define BOOLEAN .kind = KEY_BOOLEAN, .info.type = "boolean"
#define ANY_NUMBER                                                             \
	.kind = KEY_NUMBER, .min = INT64_MIN, .max = INT64_MAX,                \
	.info.type = "number"
#define NUMBER(lo, hi)                                                         \
	.kind = KEY_NUMBER, .min = (lo), .max = (hi), .info.type = "number",   \
	.info.range = #lo ".." #hi
/* Anything up to hi can be read; less than the range is settled later. */
#define NUMBER_TO(hi, text)                                                    \
	.kind = KEY_NUMBER, .min = INT64_MIN, .max = (hi),                     \
	.info.type = "number", .info.range = text
#define CHOICE(rule, words)                                                    \
	.kind = KEY_CHOICE, .match = (rule), .info.type = "choice",            \
	.info.range = words
#define LIST  .kind = KEY_LIST, .info.type = "list of strings"
#define LISTS .kind = KEY_LISTS, .info.type = "list of lists"
#define STRING_OR_LIST                                                         \
	.kind = KEY_STRING_OR_LIST, .info.type = "string or list of strings"
#define CHECK(function, form) .check = (function), .info.range = form
#define PARTS(names)                                                           \
	.check = spec_parts, .parts = names,                                   \
	.info.range = "KEY=VALUE[,...] of: " names
#define NEEDS(part)   .required = part
#define UNIT(name)    .info.unit = name
#define DEFAULT(text) .info.fallback = text

/* Whom it is for. */
#define FOR_ANY      .guests = KEY_FOR_ANY, .info.guests = "any"
#define FOR_ORDINARY .guests = KEY_FOR_ORDINARY, .info.guests = "not a Realm"
#define FOR_REALM    .guests = KEY_FOR_REALM, .info.guests = "Realm only"
#define REFUSED      .guests = KEY_REFUSED, .info.guests = "none: cannot work on Arm"
#define FOREIGN      .guests = KEY_FOREIGN, .info.guests = "none: x86 only"
#define OBSOLETE     .guests = KEY_OBSOLETE, .info.guests = "none: obsolete"

/* The field that holds it, and its line of help. */
#define FIELD(name)    .field = offsetof(struct domain, name)
#define NO_FIELD       .field = KEY_NO_FIELD
#define GUARD          .guard = true
#define SUCCESSOR(key) .successor = key
#define HELP(text)     .info.help = text

#define ACTIONS                                                                \
	CHOICE(KEY_EXACT, "destroy, restart, rename-restart, preserve, "       \
			  "coredump-destroy, coredump-restart, soft-reset")
#define SVE_LENGTHS                                                            \
	"disabled, hw, 128, 256, 384, 512, 640, 768, 896, 1024, 1152, "        \
	"1280, 1408, 1536, 1664, 1792, 1920, 2048"

#define KEY(key_name, ...) { .info.name = key_name, __VA_ARGS__ }
/* A key that xl knows and that means nothing to an Arm guest. */
#define X86(key_name, what, text)                                              \
	KEY(key_name, what, FOREIGN, DEFAULT("(none)"), NO_FIELD, HELP(text))

const struct key schema_keys[] = {
	/* ---- Identity ---- */
	KEY("name", STRING, FOR_ANY, DEFAULT("(none: mandatory)"), FIELD(name),
	    HELP("Name of the guest, unique on its host")),
	KEY("uuid", STRING, FOR_ANY, DEFAULT("(random)"), FIELD(uuid),
	    CHECK(spec_uuid, "8-4-4-4-12 hexadecimal digits"),
	    HELP("Identity of the guest; not measured")),
	KEY("type", CHOICE(KEY_PREFIX, "hvm, pv, pvh"), FOR_ANY, DEFAULT("pvh"),
	    FIELD(type),
	    HELP("Kind of guest; pv becomes pvh on Arm, hvm is refused")),
	KEY("builder", CHOICE(KEY_EXACT, "hvm, generic"), FOR_ANY,
	    DEFAULT("(none)"), FIELD(builder), SUCCESSOR("type"),
	    HELP("Old name of type; generic means pv")),
	KEY("pool", STRING, FOR_ANY, DEFAULT("Pool-0"), FIELD(pool),
	    HELP("Name or number of the cpupool to run in")),
	KEY("seclabel", STRING, FOR_ANY, DEFAULT("(none)"), FIELD(seclabel),
	    HELP("Security label, for hosts with XSM")),
	KEY("init_seclabel", STRING, FOR_ANY, DEFAULT("(none)"),
	    FIELD(init_seclabel), HELP("Security label while being built")),

	/* ---- The Realm ---- */
	KEY("realm", BOOLEAN, FOR_ANY, DEFAULT("0"), FIELD(realm), GUARD,
	    HELP("Make the guest an Arm CCA Realm, closed to its host")),
	KEY("realm_hash", CHOICE(KEY_ANY_CASE, "sha256, sha512, sha384"),
	    FOR_REALM, DEFAULT("sha256"), FIELD(realm_hash), GUARD,
	    HELP("Hash algorithm of the Realm's measurements")),
	KEY("realm_rpv", STRING, FOR_REALM, DEFAULT("(all zero)"),
	    FIELD(realm_rpv), GUARD,
	    CHECK(spec_rpv, "up to 64 bytes, as pairs of hexadecimal digits"),
	    HELP("Realm Personalization Value; zeroes fill the rest")),

	/* ---- Boot ---- */
	KEY("kernel", STRING, FOR_ANY,
	    DEFAULT("(none: mandatory without a bootloader)"), FIELD(kernel),
	    CHECK(spec_path, "a file name"),
	    HELP("Kernel: arm64 Image, plain or compressed, or EFI zboot")),
	KEY("ramdisk", STRING, FOR_ANY, DEFAULT("(none)"), FIELD(ramdisk),
	    HELP("Initial RAM disk; empty means none")),
	KEY("cmdline", STRING, FOR_ANY, DEFAULT("(from root and extra)"),
	    FIELD(cmdline),
	    HELP("Command line of the kernel; goes before root and extra")),
	KEY("root", STRING, FOR_ANY, DEFAULT("(none)"), FIELD(root),
	    HELP("Root device: root=VALUE at the command line's start")),
	KEY("extra", STRING, FOR_ANY, DEFAULT("(none)"), FIELD(extra),
	    HELP("Further text of the command line")),
	KEY("device_tree", STRING, FOR_ORDINARY, DEFAULT("(none)"),
	    FIELD(device_tree), CHECK(spec_path, "a file name"),
	    HELP("Partial device tree to add to the generated one")),
	KEY("acpi", BOOLEAN, FOR_ORDINARY, DEFAULT("0"), FIELD(acpi),
	    HELP("Give the guest ACPI tables too")),
	KEY("bootloader", STRING, FOR_ORDINARY, DEFAULT("(none)"),
	    FIELD(bootloader), CHECK(spec_path, "a file name"),
	    HELP("Program on the host that takes the kernel from disk[0]")),
	KEY("bootloader_args", STRING_OR_LIST, FOR_ORDINARY, DEFAULT("(none)"),
	    FIELD(bootloader_args),
	    HELP("Arguments of the bootloader; a string is split at blanks")),
	KEY("bootloader_restrict", BOOLEAN, FOR_ORDINARY, DEFAULT("0"),
	    FIELD(bootloader_restrict),
	    HELP("Run the bootloader without privileges")),
	KEY("bootloader_user", STRING, FOR_ORDINARY, DEFAULT("(none)"),
	    FIELD(bootloader_user),
	    HELP("User that runs a restricted bootloader")),
	KEY("firmware", STRING, REFUSED, DEFAULT("(none)"), FIELD(firmware),
	    HELP("Firmware in place of a kernel; x86 files")),
	KEY("pvshim", BOOLEAN, REFUSED, DEFAULT("0"), FIELD(pvshim),
	    HELP("Run a PV guest inside a PVH shim; an x86 program")),

	/* ---- Memory ---- */
	KEY("memory", NUMBER(1, 1043456), UNIT("MiB"), FOR_ANY,
	    DEFAULT("(maxmem)"), FIELD(memory),
	    HELP("RAM of the guest; at most 3072 for a Realm")),
	KEY("maxmem", NUMBER(1, 1043456), UNIT("MiB"), FOR_ANY,
	    DEFAULT("(memory)"), FIELD(maxmem),
	    HELP("Other name of memory: on Arm both must be the same")),
	KEY("shadow_memory", NUMBER(0, 1043456), UNIT("MiB"), FOR_ANY,
	    DEFAULT("(1 MiB per vCPU and 4 KiB per MiB of RAM)"),
	    FIELD(shadow_memory),
	    HELP("Host memory for the guest's stage 2 tables")),
	KEY("vnuma", LISTS, FOR_ORDINARY, DEFAULT("(none)"), FIELD(vnuma),
	    HELP("Virtual NUMA nodes; without effect on Arm")),
	KEY("llc_colors", LIST, FOR_ORDINARY, DEFAULT("(all)"),
	    FIELD(llc_colors), CHECK(spec_colors, "\"N\" or \"A-B\""),
	    HELP("Cache colours to take memory from")),

	/* ---- CPUs ---- */
	KEY("vcpus", NUMBER_TO(128, "1..128"), FOR_ANY, DEFAULT("1"),
	    FIELD(vcpus), HELP("vCPUs that are online at boot")),
	KEY("maxvcpus", NUMBER(0, 128), FOR_ANY, DEFAULT("(vcpus)"),
	    FIELD(maxvcpus), HELP("vCPUs in all; the same as vcpus for a Realm")),
	KEY("cpus", STRING_OR_LIST, FOR_ANY, DEFAULT("(all)"), FIELD(cpus),
	    CHECK(spec_cpus, "\"all\", or like \"0-3,^2\" or \"node:1\""),
	    HELP("Host CPUs to run on; a list has one entry per vCPU")),
	KEY("cpus_soft", STRING_OR_LIST, FOR_ANY, DEFAULT("(all)"),
	    FIELD(cpus_soft),
	    CHECK(spec_cpus, "\"all\", or like \"0-3,^2\" or \"node:1\""),
	    HELP("Host CPUs to prefer; as cpus")),
	KEY("cpu_weight", NUMBER(1, 65535), FOR_ANY,
	    DEFAULT("(the scheduler's: 256)"), FIELD(cpu_weight),
	    HELP("Share of CPU time against other guests")),
	KEY("cap", NUMBER(0, 12800), UNIT("%"), FOR_ANY,
	    DEFAULT("(the scheduler's: no cap)"), FIELD(cap),
	    HELP("Upper limit of CPU time, 100 for each CPU; 0 is none")),
	KEY("period", NUMBER(0, 2147483647), UNIT("us"), FOR_ANY,
	    DEFAULT("(the scheduler's)"), FIELD(period),
	    HELP("Period of the RTDS scheduler")),
	KEY("extratime", NUMBER(0, 1), FOR_ANY, DEFAULT("(the scheduler's)"),
	    FIELD(extratime),
	    HELP("Let the RTDS scheduler hand out unused time")),
	KEY("slice", ANY_NUMBER, OBSOLETE, DEFAULT("(none)"), NO_FIELD,
	    HELP("Setting of a scheduler of the past")),
	KEY("latency", ANY_NUMBER, OBSOLETE, DEFAULT("(none)"), NO_FIELD,
	    HELP("Setting of a scheduler of the past")),

	/* ---- Arm ---- */
	KEY("gic_version", CHOICE(KEY_ANY_CASE, "default, v2, v3"), FOR_ANY,
	    DEFAULT("default"), FIELD(gic_version),
	    HELP("Interrupt controller; default is the host's, Realms need v3")),
	KEY("vuart", CHOICE(KEY_ANY_CASE, "unknown, sbsa_uart"), FOR_ANY,
	    DEFAULT("unknown"), FIELD(vuart), GUARD,
	    HELP("Emulated UART, ttyAMA0; unknown is none; for debugging")),
	KEY("tee", CHOICE(KEY_ANY_CASE, "none, optee, ffa"), FOR_ORDINARY,
	    DEFAULT("none"), FIELD(tee),
	    HELP("Trusted execution environment to mediate for the guest")),
	KEY("sve", CHOICE(KEY_ANY_CASE, SVE_LENGTHS), UNIT("bits"),
	    FOR_ORDINARY, DEFAULT("disabled"), FIELD(sve),
	    HELP("Length of SVE vectors; hw is the host's longest")),
	KEY("nr_spis", NUMBER(0, 960), FOR_ANY,
	    DEFAULT("(as many as the devices need)"), FIELD(nr_spis),
	    HELP("Shared peripheral interrupts of the guest")),
	KEY("trap_unmapped_accesses", BOOLEAN, FOR_ORDINARY, DEFAULT("1"),
	    FIELD(trap_unmapped_accesses),
	    HELP("Fault on accesses that hit nothing; always so for a Realm")),
	KEY("arm_sci", STRING, FOR_ORDINARY, DEFAULT("type=none"),
	    FIELD(arm_sci), CHECK(spec_sci, "type=none or type=scmi_smc"),
	    HELP("System control interface to forward to the firmware")),
	KEY("vpmu", BOOLEAN, FOR_ORDINARY, DEFAULT("0"), FIELD(vpmu),
	    HELP("Let the guest use the performance counters")),
	KEY("nestedhvm", BOOLEAN, REFUSED, DEFAULT("0"), FIELD(nestedhvm),
	    HELP("Nested virtualisation")),
	KEY("hap", BOOLEAN, REFUSED, DEFAULT("1"), FIELD(hap),
	    HELP("Stage 2 translation by hardware; Arm has no other")),
	KEY("oos", BOOLEAN, REFUSED, DEFAULT("1"), FIELD(oos),
	    HELP("Out-of-sync shadow page tables; x86 only")),
	KEY("altp2m",
	    CHOICE(KEY_ANY_CASE_OR_INDEX, "disabled, mixed, external, limited"),
	    REFUSED, DEFAULT("disabled"), FIELD(altp2m),
	    HELP("Alternate second-stage tables; x86 only")),
	KEY("altp2m_count", NUMBER(0, 65535), REFUSED, DEFAULT("0"),
	    FIELD(altp2m_count), HELP("Number of alternate tables; x86 only")),
	KEY("vmtrace_buf_kb", NUMBER(0, 4294967295), UNIT("KiB"), REFUSED,
	    DEFAULT("0"), FIELD(vmtrace_buf_kb),
	    HELP("Processor trace buffer of each vCPU; x86 only")),

	/* ---- Passthrough ---- */
	KEY("passthrough",
	    CHOICE(KEY_ANY_CASE, "default, disabled, enabled, sync_pt, share_pt"),
	    FOR_ORDINARY, DEFAULT("default"), FIELD(passthrough), GUARD,
	    HELP("IOMMU use; default is disabled unless a device needs it")),
	KEY("pci", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(pci),
	    CHECK(spec_pci, "[DDDD:]BB:DD.F[@SLOT][,KEY=VALUE...]"),
	    HELP("PCI devices of the host to pass through")),
	KEY("pci_permissive", BOOLEAN, FOR_ANY, DEFAULT("0"),
	    FIELD(pci_permissive), HELP("Default of permissive in pci")),
	KEY("pci_msitranslate", BOOLEAN, FOR_ANY, DEFAULT("0"),
	    FIELD(pci_msitranslate), HELP("Default of msitranslate in pci")),
	KEY("pci_seize", BOOLEAN, FOR_ANY, DEFAULT("0"), FIELD(pci_seize),
	    HELP("Default of seize in pci")),
	KEY("pci_power_mgmt", BOOLEAN, FOR_ANY, DEFAULT("0"),
	    FIELD(pci_power_mgmt), HELP("Default of power_mgmt in pci")),
	KEY("dtdev", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(dtdev),
	    CHECK(spec_path, "a path in the host's device tree"),
	    HELP("Device tree devices of the host to pass through")),
	KEY("irqs", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(irqs),
	    CHECK(spec_irq, "a decimal interrupt number"),
	    HELP("Physical interrupts to pass through")),
	KEY("iomem", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(iomem),
	    CHECK(spec_iomem, "START,COUNT[@GFN] in hexadecimal"),
	    HELP("Pages of device memory to pass through")),
	KEY("ioports", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(ioports),
	    CHECK(spec_ioports, "START[-END] in hexadecimal"),
	    HELP("I/O ports to pass through; Arm has none")),

	/* ---- Devices ---- */
	KEY("disk", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(disk),
	    CHECK(spec_path, "a disk as in xl-disk-configuration(5)"),
	    HELP("Virtual disks")),
	KEY("vif", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(vif),
	    PARTS("type, mac, bridge, netdev, gatewaydev, ip, script, backend, "
		  "vifname, model, rate, forwarddev, accel, devid, mtu, vlan, "
		  "colo_*"),
	    HELP("Virtual network interfaces")),
	KEY("virtio", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(virtio),
	    CHECK(spec_virtio,
		  "type=virtio,deviceID,transport=mmio[,backend=DOMAIN]"
		  "[,grant_usage=0|1]"),
	    HELP("Virtio devices with a back end in another domain")),
	KEY("vkb", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(vkb),
	    NEEDS("backend-type"),
	    PARTS("backend-type, backend, unique-id, feature-*, multi-touch-*, "
		  "width, height"),
	    HELP("Virtual keyboards and pointers")),
	KEY("p9", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(p9),
	    PARTS("tag, path, security_model, backend, type, max-files, "
		  "max-open-files, max-space, auto-delete"),
	    HELP("Shared folders by 9pfs")),
	KEY("pvcalls", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(pvcalls),
	    PARTS("backend"), HELP("PV calls interfaces")),
	KEY("vtpm", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(vtpm),
	    NEEDS("backend"), PARTS("backend, uuid"), HELP("Virtual TPMs")),
	KEY("vfb", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(vfb),
	    PARTS("vnc, vnclisten, vncpasswd, vncdisplay, vncunused, keymap, sdl, "
		  "opengl, display, xauthority"),
	    HELP("Virtual frame buffers; each adds a keyboard")),
	KEY("vdispl", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(vdispl),
	    NEEDS("connectors"), PARTS("connectors, backend, be-alloc"),
	    HELP("Virtual displays")),
	KEY("vsnd", LISTS, FOR_ORDINARY, DEFAULT("[]"), FIELD(vsnd),
	    HELP("Virtual sound cards")),
	KEY("channel", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(channel),
	    NEEDS("connection"), PARTS("connection, backend, name, path"),
	    HELP("Channels between guest and host")),
	KEY("usbctrl", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(usbctrl),
	    PARTS("type, version, ports"), HELP("USB controllers")),
	KEY("usbdev", LIST, FOR_ORDINARY, DEFAULT("[]"), FIELD(usbdev),
	    PARTS("type, hostbus, hostaddr, controller, port"),
	    HELP("USB devices of the host to pass through")),
	KEY("vif2", LIST, REFUSED, DEFAULT("[]"), FIELD(vif2), SUCCESSOR("vif"),
	    HELP("Interfaces of netchannel2, which is gone")),

	/* ---- Life and limits ---- */
	KEY("on_poweroff", ACTIONS, FOR_ANY, DEFAULT("destroy"),
	    FIELD(on_poweroff), HELP("What to do when the guest powers off")),
	KEY("on_reboot", ACTIONS, FOR_ANY, DEFAULT("restart"), FIELD(on_reboot),
	    HELP("What to do when the guest reboots")),
	KEY("on_crash", ACTIONS, FOR_ANY, DEFAULT("destroy"), FIELD(on_crash),
	    HELP("What to do when the guest crashes")),
	KEY("on_watchdog", ACTIONS, FOR_ANY, DEFAULT("destroy"),
	    FIELD(on_watchdog), HELP("What to do when its watchdog fires")),
	KEY("on_soft_reset", ACTIONS, FOR_ANY, DEFAULT("soft-reset"),
	    FIELD(on_soft_reset),
	    HELP("What to do when the guest asks for a soft reset")),
	KEY("max_grant_frames", NUMBER(0, 2147483647), FOR_ANY,
	    DEFAULT("(the host's)"), FIELD(max_grant_frames),
	    HELP("Upper limit of grant table pages")),
	KEY("max_maptrack_frames", NUMBER(0, 2147483647), FOR_ANY,
	    DEFAULT("(the host's)"), FIELD(max_maptrack_frames),
	    HELP("Upper limit of pages that track mapped grants")),
	KEY("max_grant_version", NUMBER(0, 15), FOR_ANY,
	    DEFAULT("(the host's best)"), FIELD(max_grant_version),
	    HELP("Highest version of the grant interface; 0 is none")),
	KEY("max_event_channels", NUMBER(0, 2147483647), FOR_ANY,
	    DEFAULT("1023"), FIELD(max_event_channels),
	    HELP("Upper limit of event channels; 0 is the default")),
	KEY("xenstore_feature_mask", NUMBER(0, 4294967295), FOR_ANY,
	    DEFAULT("(all)"), FIELD(xenstore_feature_mask),
	    HELP("Xenstore features to offer, one bit each")),
	KEY("xenstore_quota", LIST, FOR_ANY, DEFAULT("[]"),
	    FIELD(xenstore_quota), CHECK(spec_quota, "NAME=NUMBER"),
	    HELP("Xenstore quotas of the guest")),
	KEY("driver_domain", BOOLEAN, FOR_ORDINARY, DEFAULT("0"),
	    FIELD(driver_domain), HELP("The guest serves devices to others")),
	KEY("xend_suspend_evtchn_compat", BOOLEAN, FOR_ANY, DEFAULT("0"),
	    FIELD(xend_suspend_evtchn_compat),
	    HELP("Do not announce the suspend event channel as xend did")),
	KEY("nomigrate", BOOLEAN, FOR_ANY, DEFAULT("(0; 1 for a Realm)"),
	    FIELD(nomigrate), GUARD, HELP("Never save or migrate the guest")),
	KEY("localtime", BOOLEAN, FOR_ANY, DEFAULT("0"), FIELD(localtime),
	    HELP("The clock shows local time, not UTC")),
	KEY("rtc_timeoffset", NUMBER(-2147483648, 2147483647), UNIT("s"), FOR_ANY,
	    DEFAULT("0"), FIELD(rtc_timeoffset), HELP("Offset of the clock")),

	/* ---- Known to xl, without a meaning on Arm ---- */
	X86("acpi_firmware", STRING, "Extra ACPI tables of HVM guests"),
	X86("acpi_laptop_slate", BOOLEAN, "ACPI laptop/slate switch device"),
	X86("acpi_s3", BOOLEAN, "ACPI power state S3"),
	X86("acpi_s4", BOOLEAN, "ACPI power state S4"),
	KEY("altp2mhvm", BOOLEAN, FOREIGN, DEFAULT("(none)"), NO_FIELD,
	    SUCCESSOR("altp2m"), HELP("Old name of altp2m")),
	X86("apic", BOOLEAN, "Local APIC"),
	X86("bios", STRING, "BIOS of HVM guests"),
	X86("bios_path_override", STRING, "File of the BIOS"),
	X86("boot", STRING, "Order of boot devices"),
	X86("cpuid", STRING_OR_LIST, "CPUID policy"),
	KEY("device_model", STRING, OBSOLETE, DEFAULT("(none)"), NO_FIELD,
	    SUCCESSOR("device_model_override"),
	    HELP("Old name of device_model_override")),
	X86("device_model_args", LIST, "Arguments of the device model"),
	X86("device_model_args_hvm", LIST, "The same, for HVM guests"),
	X86("device_model_args_pv", LIST, "The same, for PV guests"),
	X86("device_model_override", STRING, "Device model to run"),
	X86("device_model_stubdomain_override", BOOLEAN,
	    "Run the device model in a stub domain"),
	X86("device_model_stubdomain_seclabel", STRING,
	    "Security label of the stub domain"),
	X86("device_model_user", STRING, "User of the device model"),
	X86("device_model_version", STRING, "Kind of device model"),
	X86("display", STRING, "X display of the SDL window"),
	X86("dm_restrict", BOOLEAN, "Run the device model unprivileged"),
	X86("e820_host", BOOLEAN, "Show the host's memory map"),
	X86("firmware_override", STRING, "File of the HVM firmware"),
	X86("gfx_passthru", STRING, "Pass the graphics card through"),
	X86("hdtype", STRING, "Kind of emulated disk controller"),
	X86("hpet", BOOLEAN, "HPET timer"),
	X86("hvm_pirq", BOOLEAN, "Event channels for emulated interrupts"),
	X86("keymap", STRING, "Keyboard of the VNC or SDL console"),
	X86("mca_caps", LIST, "Machine check capabilities"),
	X86("mmio_hole", ANY_NUMBER, "Memory hole below 4 GiB"),
	X86("ms_vm_genid", STRING, "VM generation identifier"),
	X86("msr_relaxed", BOOLEAN, "Let accesses to unknown MSRs pass"),
	X86("nographic", BOOLEAN, "No emulated graphics card"),
	X86("nx", BOOLEAN, "No-execute page protection"),
	X86("opengl", BOOLEAN, "OpenGL in the SDL window"),
	X86("pae", BOOLEAN, "Physical address extension"),
	X86("pvshim_cmdline", STRING, "Command line of the PV shim"),
	X86("pvshim_extra", STRING, "Further command line of the PV shim"),
	X86("pvshim_path", STRING, "File of the PV shim"),
	X86("rdm", STRING, "Reserved device memory"),
	X86("rdm_mem_boundary", ANY_NUMBER, "Limit of reserved memory"),
	X86("sdl", BOOLEAN, "SDL console"),
	X86("serial", STRING_OR_LIST, "Emulated serial ports"),
	X86("smbios", LIST, "SMBIOS texts"),
	X86("smbios_firmware", STRING, "Extra SMBIOS tables"),
	X86("soundhw", STRING, "Emulated sound card"),
	X86("spice", BOOLEAN, "SPICE console"),
	X86("spice_clipboard_sharing", BOOLEAN, "SPICE: share the clipboard"),
	X86("spice_image_compression", STRING, "SPICE: image compression"),
	X86("spice_streaming_video", STRING, "SPICE: video streaming"),
	X86("spiceagent_mouse", BOOLEAN, "SPICE: mouse by the agent"),
	X86("spicedisable_ticketing", BOOLEAN, "SPICE: no password"),
	X86("spicehost", STRING, "SPICE: address"),
	X86("spicepasswd", STRING, "SPICE: password"),
	X86("spiceport", ANY_NUMBER, "SPICE: port"),
	X86("spicetls_port", ANY_NUMBER, "SPICE: port for TLS"),
	X86("spiceusbredirection", ANY_NUMBER, "SPICE: USB channels"),
	X86("spicevdagent", BOOLEAN, "SPICE: agent"),
	X86("stdvga", BOOLEAN, "Standard VGA card"),
	X86("stubdomain_cmdline", STRING, "Command line of the stub domain"),
	X86("stubdomain_kernel", STRING, "Kernel of the stub domain"),
	X86("stubdomain_memory", ANY_NUMBER, "Memory of the stub domain"),
	X86("stubdomain_ramdisk", STRING, "RAM disk of the stub domain"),
	X86("timer_mode", STRING, "How missed timer ticks are delivered"),
	X86("tsc_mode", STRING, "How the TSC is virtualised"),
	X86("usb", BOOLEAN, "Emulated USB controller"),
	X86("usbdevice", STRING_OR_LIST, "Emulated USB devices"),
	X86("usbversion", ANY_NUMBER, "Version of the USB controller"),
	X86("vendor_device", STRING, "Emulated vendor device"),
	X86("vga", STRING, "Emulated graphics card"),
	X86("videoram", ANY_NUMBER, "Memory of the graphics card"),
	X86("viridian", STRING_OR_LIST, "Hyper-V interfaces"),
	X86("vkb_device", BOOLEAN, "Virtual keyboard of HVM guests"),
	X86("vnc", BOOLEAN, "VNC console"),
	X86("vncdisplay", ANY_NUMBER, "VNC: display number"),
	X86("vnclisten", STRING, "VNC: address"),
	X86("vncpasswd", STRING, "VNC: password"),
	X86("vncunused", BOOLEAN, "VNC: take a free display"),
	KEY("vncviewer", ANY_NUMBER, OBSOLETE, DEFAULT("(none)"), NO_FIELD,
	    HELP("Start a VNC viewer; an option of xl")),
	X86("vpt_align", BOOLEAN, "Align virtual platform timers"),
	X86("xauthority", STRING, "X authority file of the SDL window"),
	X86("xen_platform_pci", BOOLEAN, "Xen platform PCI device"),
	X86("xen_platform_pci_bar_uc", BOOLEAN, "Its memory is uncached"),
	{ .info.name = NULL },
};
