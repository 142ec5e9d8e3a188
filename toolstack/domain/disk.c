/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads a disk as libxlutil does: NAME=VALUE parts and flags, then whatever is
 * left stands for target, format, vdev and access, in this order, and target=
 * takes all that follows it. The old prefixes (phy: tap:aio: qcow2: ...) stand
 * before a part.
 */
#include "toolstack/domain/disk.h"

#include <string.h>

#include "toolstack/domain/entry.h"
#include "toolstack/domain/spec.h"

#define BLANKS " \t\n"

/* The state of the reading. */
struct disk_reader {
	struct domain_disk *disk;
	bool has_target; /* target, format, vdev, access: read or passed over */
	bool has_format;
	bool has_vdev;
	bool has_access; /* by its position */
	bool has_prefix; /* so that no format follows by its position */
};

const char *const disk_format_words[] = {
	"raw", "qcow", "qcow2", "vhd", "qed", "empty", NULL,
};

static const struct key_fault no_fault;

static struct key_fault fault_twice(struct words words)
{
	return words_fault(words, "says again what stands before it",
			   "write it once");
}

/* Sets words that must not be set to something else before. */
static struct key_fault words_set(struct words *field, struct words words)
{
	if (field->length > 0)
		return fault_twice(words);
	*field = words;
	return no_fault;
}

/* ---- Values ------------------------------------------------------------- */

static struct key_fault format_set(struct disk_reader *reader,
				   struct words words)
{
	struct domain_disk *disk = reader->disk;
	int format = words.length == 0 ? DISK_FORMAT_RAW
				       : words_index(words, disk_format_words);

	if (format < 0) {
		return words_fault(words, "is no format of a disk",
				   "write raw, qcow, qcow2, vhd or qed");
	}
	if (reader->has_format && disk->format != (enum disk_format)format)
		return fault_twice(words);
	reader->has_format = true;
	disk->format = (enum disk_format)format;
	disk->format_words = words;
	return no_fault;
}

static struct key_fault access_set(struct domain_disk *disk, struct words words)
{
	static const char *const reads[] = { "r", "ro", NULL };
	static const char *const writes[] = { "w", "rw", "", NULL };

	if (words_index(words, reads) >= 0)
		disk->writable = false;
	else if (words_index(words, writes) >= 0)
		disk->writable = true;
	else
		return words_fault(words, "is no kind of access",
				   "write r, ro, w or rw");
	return no_fault;
}

static struct key_fault devtype_set(struct domain_disk *disk, struct words words)
{
	if (!words_are(words, "cdrom") && !words_are(words, "disk")) {
		return words_fault(words, "is no type of disk",
				   "write cdrom or disk");
	}
	disk->cdrom = words_are(words, "cdrom");
	return no_fault;
}

/* Sets a choice that must not be set to something else before. Its value is the
 * index of its word, plus 1. */
static struct key_fault choice_set(int *field, struct words *place,
				   const char *const *names, struct words words)
{
	int index = words_index(words, names);

	if (index < 0)
		return words_fault(words, "is none of the choices", NULL);
	if (*field != 0 && *field != index + 1)
		return fault_twice(words);
	*field = index + 1;
	*place = words;
	return no_fault;
}

static struct key_fault backendtype_set(struct domain_disk *disk,
					struct words words)
{
	static const char *const names[] = { "phy", "tap", "qdisk",
					     "standalone", NULL };
	int type = (int)disk->backendtype;
	struct key_fault fault =
		choice_set(&type, &disk->backendtype_words, names, words);

	fault.hint = "write phy, tap, qdisk or standalone, or remove it";
	disk->backendtype = (enum disk_backend)type;
	return fault;
}

static struct key_fault protocol_set(struct domain_disk *disk,
				     struct words words)
{
	static const char *const names[] = { "xen", "virtio", NULL };
	int protocol = (int)disk->protocol;
	struct key_fault fault =
		choice_set(&protocol, &disk->protocol_words, names, words);

	fault.hint = "write xen or virtio, or remove it";
	disk->protocol = (enum disk_protocol)protocol;
	return fault;
}

/* ---- vdev --------------------------------------------------------------- */

/* Takes "VDEV:TYPE" apart and sets both. Returns false if there is no colon. */
static bool vdev_and_devtype(struct disk_reader *reader, struct words words,
			     struct key_fault *fault)
{
	struct words vdev = words;
	struct words type = { 0 };

	while (vdev.length > 0 && vdev.at[vdev.length - 1] != ':')
		vdev.length--;
	if (vdev.length == 0)
		return false;
	type.at = vdev.at + vdev.length;
	type.length = words.length - vdev.length;
	vdev.length--;
	reader->has_vdev = true;
	*fault = words_set(&reader->disk->vdev, vdev);
	if (fault->what == NULL)
		*fault = devtype_set(reader->disk, type);
	return true;
}

/* ---- Parts by name ------------------------------------------------------ */

static struct key_fault colo_note(struct domain_disk *disk, struct words all)
{
	if (disk->colo.at == NULL)
		disk->colo = all;
	return no_fault;
}

/* Sets what a flag says. Returns false if the part is no flag. */
static bool flag_read(struct domain_disk *disk, struct words all)
{
	if (words_are(all, "cdrom"))
		disk->cdrom = true;
	else if (words_are(all, "direct-io-safe"))
		disk->direct = true;
	else if (words_are(all, "discard"))
		disk->keep = false;
	else if (words_are(all, "no-discard"))
		disk->keep = true;
	else if (words_are(all, "trusted"))
		disk->trusted = all;
	else if (words_are(all, "untrusted"))
		disk->trusted = (struct words){ 0 };
	else if (words_are(all, "colo"))
		disk->colo = all;
	else
		return words_are(all, "no-colo");
	return true;
}

static struct key_fault grants_set(struct domain_disk *disk, struct words value)
{
	if (!words_are(value, "0") && !words_are(value, "1"))
		return words_fault(value, "is neither 0 nor 1", "write 0 or 1");
	disk->grants = words_are(value, "1") ? value : (struct words){ 0 };
	return no_fault;
}

static struct key_fault colo_port_check(struct words value)
{
	uint64_t port;

	if (words_number(value, UINT16_MAX, &port) && port != 0)
		return no_fault;
	return words_fault(value, "is no port", "write 1 to 65535");
}

enum disk_name {
	NAME_FORMAT,
	NAME_DEVTYPE,
	NAME_ACCESS,
	NAME_BACKEND,
	NAME_BACKENDTYPE,
	NAME_SPECIFICATION,
	NAME_VDEV,
	NAME_SCRIPT,
	NAME_GRANT_USAGE,
	NAME_COLO_PORT,
	NAME_COLO_HOST,
	NAME_COLO_EXPORT,
	NAME_ACTIVE_DISK,
	NAME_HIDDEN_DISK,
};

static const char *const disk_names[] = {
	"format",      "devtype",       "access",    "backend",
	"backendtype", "specification", "vdev",      "script",
	"grant_usage", "colo-port",     "colo-host", "colo-export",
	"active-disk", "hidden-disk",   NULL,
};

/* Sets the value of a named part. target= is read elsewhere. */
static struct key_fault named_read(struct disk_reader *reader,
				   const struct entry_part *part)
{
	struct domain_disk *disk = reader->disk;

	switch (words_index(part->name, disk_names)) {
	case NAME_FORMAT:
		return format_set(reader, part->value);
	case NAME_DEVTYPE:
		return devtype_set(disk, part->value);
	case NAME_ACCESS:
		return access_set(disk, part->value);
	case NAME_BACKEND:
		return words_set(&disk->backend, part->value);
	case NAME_BACKENDTYPE:
		return backendtype_set(disk, part->value);
	case NAME_SPECIFICATION:
		return protocol_set(disk, part->value);
	case NAME_VDEV:
		reader->has_vdev = true;
		return words_set(&disk->vdev, part->value);
	case NAME_SCRIPT:
		return words_set(&disk->script, part->value);
	case NAME_GRANT_USAGE:
		return grants_set(disk, part->value);
	case NAME_COLO_PORT:
		colo_note(disk, part->all);
		return colo_port_check(part->value);
	case NAME_COLO_HOST:
	case NAME_COLO_EXPORT:
	case NAME_ACTIVE_DISK:
	case NAME_HIDDEN_DISK:
		return colo_note(disk, part->all);
	default:
		return words_fault(part->name, "is no part that is known", NULL);
	}
}

/* ---- Parts by position -------------------------------------------------- */

static struct key_fault format_position(struct disk_reader *reader,
					struct words words)
{
	struct key_fault fault;

	/* xend's empty CD drive: ",hdc:cdrom,r". */
	if (reader->disk->target.length == 0 &&
	    vdev_and_devtype(reader, words, &fault)) {
		reader->has_format = true;
		reader->disk->format = DISK_FORMAT_EMPTY;
		return fault;
	}
	return format_set(reader, words);
}

static struct key_fault position_read(struct disk_reader *reader,
				      struct words words)
{
	struct domain_disk *disk = reader->disk;
	struct key_fault fault = no_fault;

	if (!reader->has_target) {
		reader->has_target = true;
		disk->target = words;
	} else if (!reader->has_prefix && !reader->has_format) {
		return format_position(reader, words);
	} else if (!reader->has_vdev) {
		if (vdev_and_devtype(reader, words, &fault))
			return fault;
		reader->has_vdev = true;
		disk->vdev = words;
	} else if (!reader->has_access) {
		reader->has_access = true;
		return access_set(disk, words);
	} else {
		return words_fault(words, "stands behind the last part",
				   "write TARGET,FORMAT,VDEV,ACCESS and "
				   "NAME=VALUE parts");
	}
	return no_fault;
}

/* ---- Prefixes ----------------------------------------------------------- */

/* Returns the length of the prefix at text, its colon included; 0: none. */
static size_t prefix_length(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789");

	if (length == 0 || text[length] != ':' || text[0] < 'a')
		return 0;
	return length + 1;
}

/* Reads a prefix that means a script, as in "nbd:". */
static struct key_fault script_prefix(struct disk_reader *reader,
				      struct words words)
{
	if (reader->disk->script.length > 0)
		return fault_twice(words);
	reader->disk->script = words;
	return no_fault;
}

/* Moves *text past a prefix and returns true if there is one. */
static bool prefix_read(struct disk_reader *reader, const char **text,
			struct key_fault *fault)
{
	static const char *const formats[] = { "raw", "qcow", "qcow2", "vhd",
					       NULL };
	static const char *const scripts[] = { "iscsi", "nbd", "enbd", "drbd",
					       NULL };
	static const char *const idle[] = { "tapdisk", "tap",  "tap2", "aio",
					    "ioemu",   "file", "phy",  NULL };
	size_t length = prefix_length(*text);
	struct words words = { *text, length > 0 ? length - 1 : 0 };

	if (length == 0)
		return false;
	if (words_index(words, formats) >= 0)
		*fault = format_set(reader, words);
	else if (words_index(words, scripts) >= 0)
		*fault = script_prefix(reader, words);
	else if (words_index(words, idle) < 0)
		return false;
	reader->has_prefix = true;
	*text += length;
	return true;
}

/* Returns true if a prefix that is none stands before a path. Such a text is
 * never what it seems: xl refuses it. */
static bool prefix_unknown(const char *text)
{
	size_t length = prefix_length(text);
	char next = length > 0 ? text[length] : 'a';

	return !(next >= 'a' && next <= 'z') && !(next >= '0' && next <= '9');
}

/* ---- The whole ---------------------------------------------------------- */

/* Returns the part at text as it stands, with the blanks behind it: they belong
 * to a value by its position. */
static struct entry_part part_at(const char *text)
{
	size_t length = strcspn(text, ",");
	const char *equals = memchr(text, '=', length);
	struct entry_part part = { .all = { text, length } };

	if (equals != NULL) {
		part.name = (struct words){ text, (size_t)(equals - text) };
		part.value = (struct words){ equals + 1,
					     length - part.name.length - 1 };
	}
	return part;
}

/* target= takes the rest of the text, but for a comma at its very end. */
static struct key_fault target_read(struct disk_reader *reader,
				    const char **text)
{
	struct words rest = { *text + strlen("target="),
			      strlen(*text) - strlen("target=") };

	*text = rest.at + rest.length;
	if (rest.length > 0 && rest.at[rest.length - 1] == ',')
		rest.length--;
	reader->has_target = true;
	return words_set(&reader->disk->target, rest);
}

/* Reads the part at *text, which has something but blanks, and moves *text past
 * its comma. */
static struct key_fault part_read(struct disk_reader *reader, const char **text)
{
	struct key_fault fault = no_fault;
	struct entry_part part;

	if (strncmp(*text, "target=", strlen("target=")) == 0)
		return target_read(reader, text);
	if (prefix_read(reader, text, &fault))
		return fault;
	part = part_at(*text);
	if (prefix_unknown(*text)) {
		return words_fault(
			(struct words){ *text, prefix_length(*text) },
			"is no prefix that is known",
			"remove it; target=PATH, written last, takes any path");
	}
	*text += part.all.length;
	if (**text == ',')
		++*text;
	if (part.name.at != NULL)
		return named_read(reader, &part);
	if (flag_read(reader->disk, part.all))
		return no_fault;
	return position_read(reader, part.all);
}

static bool target_is_named(const char *text, const struct domain_disk *disk)
{
	const size_t length = strlen("target=");

	return disk->target.at != NULL && disk->target.at >= text + length &&
	       strncmp(disk->target.at - length, "target=", length) == 0;
}

static struct key_fault vdev_check(const char *text, struct domain_disk *disk)
{
	struct key_fault fault;

	if (disk->vdev.length == 0) {
		fault = words_fault((struct words){ text, strlen(text) },
				    "lacks the part", NULL);
		fault.missing = "vdev";
		fault.hint = target_is_named(text, disk)
				     ? "target= takes the rest of the text: "
				       "write it last"
				     : "write TARGET,FORMAT,VDEV,ACCESS, as in "
				       "\"/srv/web.img,raw,xvda,rw\"";
		return fault;
	}
	if (!disk_vdev_read(disk->vdev, &disk->number, &disk->partition)) {
		return words_fault(disk->vdev, "is no name of a disk",
				   "write xvda, xvdb ...");
	}
	return no_fault;
}

/* Fills in what follows from the parts, and checks them together. */
static struct key_fault disk_complete(const char *text, struct domain_disk *disk)
{
	struct key_fault fault = vdev_check(text, disk);

	if (disk->cdrom) {
		disk->writable = false;
		if (disk->target.length == 0)
			disk->format = DISK_FORMAT_EMPTY;
	}
	if (fault.what == NULL && disk->target.length == 0 && !disk->cdrom) {
		fault = words_fault((struct words){ text, strlen(text) },
				    "lacks the part", NULL);
		fault.missing = "target";
		fault.hint = "name a file or a block device";
	}
	if (fault.what == NULL && disk->target.length > 0 &&
	    disk->format == DISK_FORMAT_EMPTY) {
		fault = words_fault(disk->target, "cannot be in an empty drive",
				    "write its format, raw or qcow2");
	}
	return fault;
}

struct key_fault disk_read(const char *text, struct domain_disk *disk)
{
	struct disk_reader reader = { .disk = disk };
	struct key_fault fault = no_fault;
	const char *rest = text;

	*disk = (struct domain_disk){ .writable = true };
	while (fault.what == NULL) {
		rest += strspn(rest, BLANKS);
		if (*rest == '\0')
			break;
		fault = part_read(&reader, &rest);
	}
	return fault.what != NULL ? fault : disk_complete(text, disk);
}

struct key_fault spec_disk(const struct key *key, const char *text)
{
	struct domain_disk disk;

	(void)key;
	return disk_read(text, &disk);
}
