/* SPDX-License-Identifier: BSD-3-Clause */
/* Judges single texts: identifiers, CPU sets, ranges, KEY=VALUE parts. */
#include "toolstack/domain/spec.h"

#include <ctype.h>
#include <string.h>

#define UUID_LENGTH 36
#define RPV_DIGITS  128
#define CPU_MAX     0xffff
#define COLOR_MAX   0xffff
#define IRQ_MAX     991 /* the last of the 960 SPIs that nr_spis allows */
#define PORT_MAX    0xffff

const char *spec_path(const struct key *key, const char *text)
{
	(void)key;
	return text[0] != '\0' ? NULL : "is empty";
}

const char *spec_uuid(const struct key *key, const char *text)
{
	bool nil = true;

	(void)key;
	if (strlen(text) != UUID_LENGTH)
		return "is not a UUID";
	for (int i = 0; i < UUID_LENGTH; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash && text[i] != '-')
			return "is not a UUID";
		if (!dash && !isxdigit((unsigned char)text[i]))
			return "is not a UUID";
		if (!dash && text[i] != '0')
			nil = false;
	}
	return nil ? "is the nil UUID, which identifies nothing" : NULL;
}

const char *spec_rpv(const struct key *key, const char *text)
{
	size_t length = strlen(text);

	(void)key;
	if (strspn(text, "0123456789abcdefABCDEF") != length)
		return "holds something that is not a hexadecimal digit";
	if (length % 2 != 0)
		return "has an odd number of digits";
	return length <= RPV_DIGITS ? NULL : "is longer than 64 bytes";
}

/* Moves *text past prefix and returns true if *text begins with it. */
static bool spec_take_text(const char **text, const char *prefix)
{
	size_t length = strlen(prefix);

	if (strncmp(*text, prefix, length) != 0)
		return false;
	*text += length;
	return true;
}

/* Reads a number of at most max at *text and moves *text past it. As in xl,
 * blanks may precede it, and 0x too if base is 16. It has no sign. */
static bool spec_take_number(const char **text, unsigned base, uint64_t max,
			     uint64_t *out)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t value = 0;
	const char *begin;

	*text += strspn(*text, " \t");
	if (base == 16 && !spec_take_text(text, "0x"))
		spec_take_text(text, "0X");
	begin = *text;
	for (; **text != '\0'; (*text)++) {
		const char *digit =
			memchr(digits, tolower((unsigned char)**text), base);

		if (digit == NULL)
			break;
		if (value > max / base)
			return false;
		value = value * base + (uint64_t)(digit - digits);
		if (value > max)
			return false;
	}
	*out = value;
	return *text != begin;
}

/* Judges "A" or "A-B" with A <= B and nothing after it. */
static const char *range_judge(const char *text, unsigned base, uint64_t max)
{
	uint64_t first;
	uint64_t last;

	if (!spec_take_number(&text, base, max, &first))
		return "is not a number, or is too large";
	last = first;
	if (spec_take_text(&text, "-") &&
	    !spec_take_number(&text, base, max, &last))
		return "has no number, or one too large, behind the dash";
	if (*text != '\0')
		return "has text behind its number";
	return first <= last ? NULL : "ends before it starts";
}

static const char *cpu_set_judge(const char *text)
{
	bool not = spec_take_text(&text, "^");

	if (!spec_take_text(&text, "nodes:"))
		spec_take_text(&text, "node:");
	if (strcmp(text, "all") == 0)
		return not ? "cannot take all CPUs away" : NULL;
	return range_judge(text, 10, CPU_MAX);
}

/*
 * Copies the part of *text up to the next comma and moves *text past the comma.
 * A part that is too long for the buffer is cut. No judge accepts it even so,
 * as it is longer than any name or number.
 */
static bool next_part(const char **text, char *part, size_t size)
{
	size_t length = strcspn(*text, ",");

	if (**text == '\0')
		return false;
	part[0] = '\0';
	strncat(part, *text, length < size - 1 ? length : size - 1);
	*text += length;
	if (**text == ',')
		(*text)++;
	return true;
}

const char *spec_cpus(const struct key *key, const char *text)
{
	char part[64];
	const char *wrong = NULL;

	(void)key;
	while (wrong == NULL && next_part(&text, part, sizeof(part))) {
		if (part[0] != '\0')
			wrong = cpu_set_judge(part);
	}
	return wrong;
}

const char *spec_colors(const struct key *key, const char *text)
{
	(void)key;
	return range_judge(text, 10, COLOR_MAX);
}

const char *spec_irq(const struct key *key, const char *text)
{
	uint64_t number;

	(void)key;
	if (!spec_take_number(&text, 10, IRQ_MAX, &number))
		return "is not a decimal number up to 991";
	return *text == '\0' ? NULL : "has text behind its number";
}

const char *spec_ioports(const struct key *key, const char *text)
{
	(void)key;
	return range_judge(text, 16, PORT_MAX);
}

const char *spec_iomem(const struct key *key, const char *text)
{
	const uint64_t max = UINT64_MAX >> 12;
	uint64_t start;
	uint64_t count;
	uint64_t gfn = 0;

	(void)key;
	if (!spec_take_number(&text, 16, max, &start) ||
	    !spec_take_text(&text, ",") ||
	    !spec_take_number(&text, 16, max, &count))
		return "is not START,COUNT in hexadecimal page numbers";
	if (spec_take_text(&text, "@") && !spec_take_number(&text, 16, max, &gfn))
		return "has no page number behind the @";
	if (*text != '\0')
		return "has text behind its numbers";
	if (count == 0)
		return "asks for no page";
	if (count > max - start || count > max - gfn)
		return "ends beyond the last page";
	return NULL;
}

/* Reads [DDDD:]BB:DD.F, where F is a function or *, and moves *text past it. */
static bool spec_take_bdf(const char **text)
{
	uint64_t numbers[3];
	unsigned count = 1;
	uint64_t function;

	if (!spec_take_number(text, 16, 0xffff, &numbers[0]))
		return false;
	while (count < 3 && spec_take_text(text, ":")) {
		if (!spec_take_number(text, 16, 0xff, &numbers[count]))
			return false;
		count++;
	}
	if (count < 2 || numbers[count - 2] > 0xff || numbers[count - 1] > 0x1f)
		return false;
	if (!spec_take_text(text, "."))
		return false;
	return spec_take_text(text, "*") ||
	       spec_take_number(text, 16, 7, &function);
}

/* Returns true if the name is the word or, for a word that ends with *, if the
 * name begins with what comes before the *. */
static bool name_matches(const char *word, size_t word_length, const char *name,
			 size_t length)
{
	size_t stem = word_length - 1;

	if (word[stem] == '*')
		return length >= stem && strncmp(word, name, stem) == 0;
	return length == word_length && strncmp(word, name, length) == 0;
}

/* Returns true if the name of a part, length bytes of part, is among the words
 * of names. */
static bool name_known(const char *names, const char *part, size_t length)
{
	while (*names != '\0') {
		size_t word = strcspn(names, ",");

		if (name_matches(names, word, part, length))
			return true;
		names += word;
		names += strspn(names, ", ");
	}
	return false;
}

/* Judges one KEY=VALUE, whose name must be among names. An empty part
 * is right. */
static const char *part_judge(const char *names, const char *part)
{
	size_t name;

	part += strspn(part, " \t");
	name = strcspn(part, "=,");
	if (name == 0 && *part != '=')
		return NULL;
	if (part[name] != '=')
		return "has a part without an =";
	while (name > 0 && part[name - 1] == ' ')
		name--;
	return name_known(names, part, name)
		       ? NULL
		       : "has a part whose name is not known";
}

/* Returns the text after the first part of text and its comma. */
static const char *part_skip(const char *text)
{
	text += strcspn(text, ",");
	return *text == ',' ? text + 1 : text;
}

/* Judges the parts that begin before end. */
static const char *parts_judge(const char *names, const char *text,
			       const char *end)
{
	const char *wrong = NULL;

	while (wrong == NULL && text < end) {
		wrong = part_judge(names, text);
		text = part_skip(text);
	}
	return wrong;
}

static const char *all_parts_judge(const char *names, const char *text)
{
	return parts_judge(names, text, text + strlen(text));
}

/* Returns the value of a part whose name is name, or NULL. */
static const char *part_value(const char *part, const char *name)
{
	part += strspn(part, " \t");
	if (!spec_take_text(&part, name))
		return NULL;
	part += strspn(part, " \t");
	return *part == '=' ? part + 1 : NULL;
}

const char *spec_part(const char *text, const char *name, size_t *length)
{
	const char *found = NULL;

	while (*text != '\0') {
		const char *value = part_value(text, name);

		if (value != NULL) {
			found = value;
			*length = strcspn(value, ",");
		}
		text = part_skip(text);
	}
	return found;
}

bool spec_part_is(const char *text, const char *name, const char *value)
{
	size_t length;
	const char *found = spec_part(text, name, &length);

	return found != NULL && length == strlen(value) &&
	       strncmp(found, value, length) == 0;
}

const char *spec_parts(const struct key *key, const char *text)
{
	size_t length;
	const char *wrong = all_parts_judge(key->parts, text);

	if (wrong == NULL && key->required != NULL &&
	    spec_part(text, key->required, &length) == NULL)
		return "lacks a part that it needs";
	return wrong;
}

static const char pci_names[] = "bdf, vslot, permissive, msitranslate, "
				"seize, power_mgmt, rdm_policy, name";

/* Judges the form in which the address is a KEY=VALUE part too: bdf. */
static const char *pci_parts_judge(const char *text)
{
	size_t length;
	const char *bdf = spec_part(text, "bdf", &length);

	if (bdf != NULL && !spec_take_bdf(&bdf))
		return "has no PCI address";
	if (bdf == NULL && spec_part(text, "name", &length) == NULL)
		return "has neither a PCI address nor a name";
	return all_parts_judge(pci_names, text);
}

const char *spec_pci(const struct key *key, const char *text)
{
	uint64_t slot;

	(void)key;
	if (text[strcspn(text, "=,")] == '=')
		return pci_parts_judge(text);
	if (!spec_take_bdf(&text))
		return "does not start with a PCI address";
	if (spec_take_text(&text, "@") &&
	    !spec_take_number(&text, 16, 0x1f, &slot))
		return "has no slot, 0 to 1f, behind the @";
	if (*text != '\0' && *text != ',')
		return "has text behind its PCI address";
	return all_parts_judge(pci_names, text);
}

/* Returns true for "virtio,device" and an optional number, which is the
 * compatible property in the device tree. */
static bool virtio_type_known(const char *type)
{
	uint64_t number;

	if (!spec_take_text(&type, "virtio,device"))
		return false;
	if (*type == '\0' || *type == ',')
		return true;
	return spec_take_number(&type, 16, 0xffff, &number) &&
	       (*type == '\0' || *type == ',');
}

const char *spec_virtio(const struct key *key, const char *text)
{
	static const char names[] = "backend, type, transport, grant_usage";
	size_t length;
	const char *type = spec_part(text, "type", &length);
	const char *rest;
	const char *wrong;

	(void)key;
	if (type == NULL)
		return "has no type";
	if (!virtio_type_known(type))
		return "has a type other than virtio,deviceID";
	/* The comma inside the type does not end the part. */
	rest = type + strlen("virtio,");
	rest += strcspn(rest, ",");
	wrong = parts_judge(names, text, type);
	if (wrong == NULL)
		wrong = all_parts_judge(names, rest);
	if (wrong != NULL)
		return wrong;
	if (!spec_part_is(text, "transport", "mmio"))
		return "has no transport=mmio, the only one on Arm";
	return NULL;
}

const char *spec_quota(const struct key *key, const char *text)
{
	const char *number = strchr(text, '=');
	int64_t value;

	(void)key;
	if (number == NULL || number == text)
		return "is not NAME=NUMBER";
	if (!key_parse_number(number + 1, &value) || value < 0 ||
	    value > UINT32_MAX)
		return "has no number from 0 to 4294967295 behind the =";
	return NULL;
}

const char *spec_sci(const struct key *key, const char *text)
{
	size_t length;
	const char *wrong = all_parts_judge("type", text);

	(void)key;
	if (wrong != NULL || spec_part(text, "type", &length) == NULL)
		return wrong;
	if (spec_part_is(text, "type", "none") ||
	    spec_part_is(text, "type", "scmi_smc"))
		return NULL;
	return "has a type that is not known";
}
