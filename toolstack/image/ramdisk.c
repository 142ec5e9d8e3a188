/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds files that are surely no RAM disk. */
#include "toolstack/image/ramdisk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/number.h"
#include "toolstack/image/decompress.h"
#include "toolstack/image/kernel.h"
#include "toolstack/report/utf8.h"

/* Bytes that have to be text for a file to be one. */
#define TEXT_SIZE 512

static const struct span cpio = SPAN("07070");

static const char advice[] =
	"give a cpio archive or the image of a file system, plain or compressed";
static const char fetch[] = "fetch or copy the file again";

/* The context of messages for every step. */
struct looking {
	const struct image_file *file;
	struct reeve_report *report;
};

__attribute__((format(printf, 3, 4))) static void
ramdisk_warn(const struct looking *looking, const char *hint, const char *what,
	     ...)
{
	char text[256];
	va_list args;

	va_start(args, what);
	(void)vsnprintf(text, sizeof(text), what, args); /* may be cut off */
	va_end(args);
	report_add(looking->report, REEVE_WARNING, &looking->file->place,
		   "ramdisk", hint, "%s: %s", looking->file->path, text);
}

static bool is_text(struct span bytes)
{
	size_t end = smaller(bytes.size, TEXT_SIZE);
	size_t length;

	for (size_t i = 0; i < end; i += length) {
		length = utf8_printable(bytes.data + i, bytes.size - i);
		if (length == 0 && bytes.data[i] != 0 &&
		    strchr("\t\n\f\r", bytes.data[i]) != NULL)
			length = 1;
		if (length == 0)
			return false;
	}
	return end != 0;
}

/* Names what the bytes are if they are no RAM disk. Returns NULL if they may be
 * one. A cpio archive comes first, as its headers are text. */
static const char *strange_content(struct span bytes)
{
	const char *name;

	if (span_matches(bytes, 0, cpio))
		return NULL;
	if (kernel_begins(bytes))
		return "an arm64 kernel";
	name = foreign_to_ramdisk(bytes);
	if (name == NULL && is_text(bytes))
		name = "text";
	return name;
}

static void unpack_warn(const struct looking *looking,
			const struct codec *codec, enum unpack_result result)
{
	switch (result) {
	case UNPACK_TRUNCATED:
		ramdisk_warn(looking, fetch, "the %s data is truncated",
			     codec->name);
		break;
	case UNPACK_TOO_LARGE:
		ramdisk_warn(looking, "give the guest more memory",
			     "the %s data unpacks to more than the guest's "
			     "memory",
			     codec->name);
		break;
	case UNPACK_CORRUPT:
		ramdisk_warn(looking, fetch, "the %s data is corrupt",
			     codec->name);
		break;
	default:
		break; /* nothing is known about the data */
	}
}

static void unpacked_check(const struct looking *looking,
			   const struct codec *codec,
			   const struct drained *drained)
{
	struct span head = { drained->head, drained->head_size };
	const struct codec *inner = codec_recognise(head);
	const char *name = strange_content(head);

	if (inner != NULL) {
		ramdisk_warn(looking, advice, "%s inside %s: packed twice",
			     inner->name, codec->name);
	} else if (name != NULL) {
		ramdisk_warn(looking, advice, "no RAM disk: %s data of %s",
			     codec->name, name);
	}
}

static struct span zeros_skip(struct span bytes)
{
	while (bytes.size > 0 && bytes.data[0] == 0)
		bytes = span_skip(bytes, 1);
	return bytes;
}

/* Unpacks the archives that follow each other, with zeros between them. The
 * first one says what they hold. */
static void packed_check(const struct looking *looking, struct span bytes,
			 uint64_t memory)
{
	const struct codec *codec = codec_recognise(bytes);
	enum unpack_result result;
	struct drained drained;
	bool first = true;

	while (codec != NULL) {
		result = codec_drain(codec, bytes, memory, &drained);
		if (result != UNPACK_OK) {
			unpack_warn(looking, codec, result);
			return;
		}
		if (first)
			unpacked_check(looking, codec, &drained);
		first = false;
		bytes = zeros_skip(drained.rest);
		codec = codec_recognise(bytes);
	}
}

void ramdisk_check(struct span bytes, const struct image_file *file,
		   struct reeve_report *report)
{
	struct looking looking = { file, report };
	const char *name = strange_content(bytes);

	if (codec_recognise(bytes) == NULL && name != NULL)
		ramdisk_warn(&looking, advice, "no RAM disk: %s", name);
}

void ramdisk_unpack_check(struct span bytes, const struct image_file *file,
			  uint64_t memory, struct reeve_report *report)
{
	struct looking looking = { file, report };

	packed_check(&looking, bytes, memory);
}
