/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the name that a disk has in a configuration (xen-vbd-interface(7)). */
#include <string.h>

#include "toolstack/domain/disk.h"
#include "toolstack/domain/entry.h"

/* Reads the letters of a disk's name, which count in base 26 with the digits a
 * to z and no zero, as in "z, aa, ab". */
static bool letters_read(struct words *name, unsigned max, unsigned *number)
{
	unsigned value = 0;
	size_t i = 0;

	for (; i < name->length && name->at[i] >= 'a' && name->at[i] <= 'z';
	     i++) {
		value = value * 26 + (unsigned)(name->at[i] - 'a') + 1;
		if (value - 1 > max)
			return false;
	}
	name->at += i;
	name->length -= i;
	*number = value - 1;
	return i > 0;
}

/* Reads the number of a partition, or nothing for the whole disk. */
static bool partition_read(struct words digits, unsigned max,
			   unsigned *partition)
{
	uint64_t value = 0;

	if (digits.length > 0 &&
	    (digits.at[0] == '0' || !words_number(digits, max, &value)))
		return false;
	*partition = (unsigned)value;
	return true;
}

/* Reads a name of one of the families: xvd, sd, hd. */
static bool letter_name_read(struct words name, unsigned *number,
			     unsigned *partition)
{
	static const struct {
		const char *family;
		unsigned disks;
		unsigned partitions;
	} families[] = {
		{ "xvd", (1u << 20) - 1, 255 },
		{ "hd", 3, 63 },
		{ "sd", 15, 15 },
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t stem = strlen(families[i].family);
		struct words rest = { name.at + stem, name.length - stem };

		if (name.length > stem &&
		    memcmp(name.at, families[i].family, stem) == 0)
			return letters_read(&rest, families[i].disks, number) &&
			       partition_read(rest, families[i].partitions,
					      partition);
	}
	return false;
}

/* Reads dDISK or dDISKpPARTITION. */
static bool number_name_read(struct words name, unsigned *number,
			     unsigned *partition)
{
	const char *p;
	struct words disk;
	struct words rest = { 0 };
	uint64_t disk_number;
	uint64_t partition_number = 0;

	if (name.length < 2 || name.at[0] != 'd')
		return false;
	disk = (struct words){ name.at + 1, name.length - 1 };
	p = memchr(disk.at, 'p', disk.length);
	if (p != NULL) {
		rest = (struct words){ p + 1,
				       disk.length - (size_t)(p + 1 - disk.at) };
		disk.length = (size_t)(p - disk.at);
	}
	if (!words_number(disk, (1u << 20) - 1, &disk_number) ||
	    (p != NULL && !words_number(rest, 255, &partition_number)))
		return false;
	*number = (unsigned)disk_number;
	*partition = (unsigned)partition_number;
	return true;
}

/* Takes the number of xen-vbd-interface(7) apart. */
static bool encoding_read(int64_t code, unsigned *number, unsigned *partition)
{
	static const struct {
		int64_t first;
		int64_t last;
		unsigned shift; /* of the disk's number */
		unsigned before; /* disks that other codes have */
	} codes[] = {
		{ 202 << 8, (202 << 8) + 255, 4, 0 },
		{ 8 << 8, (8 << 8) + 255, 4, 0 },
		{ 3 << 8, (3 << 8) + 127, 6, 0 },
		{ 22 << 8, (22 << 8) + 127, 6, 2 },
		{ 1 << 28, (2 << 28) - 1, 8, 0 },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		int64_t rest = code - codes[i].first;

		if (code < codes[i].first || code > codes[i].last)
			continue;
		*number = (unsigned)(rest >> codes[i].shift) + codes[i].before;
		*partition =
			(unsigned)(rest & (((int64_t)1 << codes[i].shift) - 1));
		return true;
	}
	return false;
}

bool disk_vdev_read(struct words vdev, unsigned *number, unsigned *partition)
{
	char text[16] = "";
	int64_t code;

	if (letter_name_read(vdev, number, partition) ||
	    number_name_read(vdev, number, partition))
		return true;
	if (vdev.length == 0 || vdev.length >= sizeof(text))
		return false;
	memcpy(text, vdev.at, vdev.length);
	return key_parse_number(text, &code) &&
	       encoding_read(code, number, partition);
}
