/* SPDX-License-Identifier: BSD-3-Clause */
/* Names the kinds of files that people mistake for an arm64 kernel, or for a
 * RAM disk. */
#include "toolstack/image/kernel.h"

/* The first match counts. So a format comes before another that a file of it
 * could be mistaken for. */
static const struct format {
	size_t offset;
	struct span bytes;
	const char *name;
	bool ramdisk; /* such a file may be a RAM disk */
} formats[] = {
	{ 0x24, SPAN("\x18\x28\x6f\x01"), "an arm32 zImage" },
	{ 0x24, SPAN("\x01\x6f\x28\x18"), "a big-endian arm32 zImage" },
	{ 0x202, SPAN("HdrS"), "an x86 bzImage" },
	{ 0x30, SPAN("RISCV"), "a RISC-V Image" },
	{ 0, SPAN("MZ"), "an EFI program, not an arm64 Image or zboot image" },
	{ 0, SPAN("\177ELF"), "an ELF file" },
	{ 0, SPAN("\x27\x05\x19\x56"), "a U-Boot image" },
	{ 0, SPAN("\xd0\x0d\xfe\xed"), "a device tree or FIT image" },
	{ 0, SPAN("ANDROID!"), "an Android boot image" },
	{ 0, SPAN("07070"), "a cpio archive, perhaps an initramfs", true },
	{ 0, SPAN("!<arch>"), "an ar archive, perhaps a Debian package" },
	{ 0, SPAN("BZh"), "compressed with bzip2, which is not supported", true },
	{ 0, SPAN("\x89LZO"), "compressed with lzop, which is not supported",
	  true },
	{ 0, SPAN("#!"), "a script" },
};

static const struct format *format_find(struct span bytes)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (span_matches(bytes, formats[i].offset, formats[i].bytes))
			return &formats[i];
	}
	return NULL;
}

const char *foreign_format(struct span bytes)
{
	const struct format *format = format_find(bytes);

	return format != NULL ? format->name : "no known kernel format";
}

const char *foreign_to_ramdisk(struct span bytes)
{
	const struct format *format = format_find(bytes);

	return format != NULL && !format->ramdisk ? format->name : NULL;
}
