/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compares the reader of disks with libxlutil, whose grammar it reads: what
 * libxlutil refuses is refused, and what both take means the same. libxlutil
 * leaves some faults to libxl; those may be refused here alone.
 */
#include <libxl.h>
#include <libxlutil.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/config/random_text.h"
#include "toolstack/domain/disk.h"
#include "toolstack/domain/entry.h"

#define TEXTS    200000
#define TEXT_MAX 512

static FILE *nowhere;

/* Pieces that random texts are made of. */
static const char *const pieces[] = {
	",",
	",",
	",",
	",",
	", ",
	" ",
	"/a.img",
	"/dev/x",
	"b:c",
	"raw",
	"qcow2",
	"vhd",
	"qed",
	"empty",
	"xvda",
	"xvdb1",
	"hdc:cdrom",
	"xvda:disk",
	"sda:tape",
	"w",
	"r",
	"ro",
	"rw",
	"cdrom",
	"format=raw",
	"format=",
	"format=qcow2",
	"vdev=xvda",
	"vdev=",
	"access=r",
	"access=x",
	"devtype=cdrom",
	"devtype=disk",
	"devtype=x",
	"target=",
	"target=/t",
	"phy:",
	"file:",
	"tap:",
	"aio:",
	"qcow2:",
	"raw:",
	"nbd:",
	"drbd:",
	"iso:",
	"backend=0",
	"backend=",
	"backendtype=phy",
	"backendtype=qdisk",
	"backendtype=x",
	"specification=virtio",
	"specification=xen",
	"script=a",
	"script=b",
	"direct-io-safe",
	"discard",
	"no-discard",
	"=",
	"x=y",
	"cdromx",
	"trusted",
	"untrusted",
	"colo",
	"no-colo",
	"colo-host=h",
	"active-disk=a",
};

static const struct random_pieces texts = {
	pieces,
	sizeof(pieces) / sizeof(*pieces),
	12,
};

/* Expects that a fault in a text that libxlutil takes is one that libxl would
 * find later. */
static void late_fault_check(const char *text, const struct key_fault *fault)
{
	static const char *const late[] = {
		"is no name of a disk",
		"lacks the part",
		"cannot be in an empty drive",
	};

	/* libxlutil passes over a = at the very end. */
	if (text[0] != '\0' && text[strlen(text) - 1] == '=')
		return;
	for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
		if (strcmp(fault->what, late[i]) == 0)
			return;
	}
	fail_msg("libxlutil takes '%s'; here it %s", text, fault->what);
}

static const char *text_of(const char *text)
{
	return text != NULL ? text : "";
}

static void assert_words(const char *text, struct words words, const char *other)
{
	if (!words_are(words.at != NULL ? words : (struct words){ "", 0 },
		       text_of(other)))
		fail_msg("'%s': '%.*s' is '%s' to libxlutil", text,
			 (int)words.length, words.at, other);
}

static void meaning_check(const char *text, const struct domain_disk *disk,
			  const libxl_device_disk *other)
{
	static const libxl_disk_format formats[] = {
		LIBXL_DISK_FORMAT_RAW,   LIBXL_DISK_FORMAT_QCOW,
		LIBXL_DISK_FORMAT_QCOW2, LIBXL_DISK_FORMAT_VHD,
		LIBXL_DISK_FORMAT_QED,   LIBXL_DISK_FORMAT_EMPTY,
	};

	assert_words(text, disk->target, other->pdev_path);
	assert_words(text, disk->vdev, other->vdev);
	assert_words(text, disk->backend, other->backend_domname);
	if (formats[disk->format] != other->format ||
	    disk->writable != (other->readwrite != 0) ||
	    disk->cdrom != (other->is_cdrom != 0) ||
	    disk->direct != other->direct_io_safe ||
	    (disk->script.length > 0) != (text_of(other->script)[0] != '\0'))
		fail_msg("'%s' means something else to libxlutil", text);
	assert_int_equal(disk->backendtype, other->backend);
}

static void text_check(const char *text)
{
	XLU_Config *cfg = xlu_cfg_init(nowhere, "text");
	libxl_device_disk other;
	struct domain_disk disk;
	struct key_fault fault = disk_read(text, &disk);

	libxl_device_disk_init(&other);
	if (xlu_disk_parse(cfg, 1, &text, &other) != 0) {
		if (fault.what == NULL)
			fail_msg("libxlutil refuses '%s'", text);
	} else if (fault.what != NULL) {
		late_fault_check(text, &fault);
	} else {
		meaning_check(text, &disk, &other);
	}
	libxl_device_disk_dispose(&other);
	xlu_cfg_destroy(cfg);
}

static void random_texts_mean_the_same(void **state)
{
	uint64_t random_state = RANDOM_SEED;
	char text[TEXT_MAX];

	(void)state;
	for (int i = 0; i < TEXTS; i++) {
		random_text(&random_state, &texts, text);
		text_check(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_texts_mean_the_same),
	};
	int failed;

	nowhere = fopen("/dev/null", "w");
	if (nowhere == NULL)
		return EXIT_FAILURE;
	failed = cmocka_run_group_tests_name("disk-libxlutil", tests, NULL,
					     NULL);
	fclose(nowhere);
	return failed;
}
