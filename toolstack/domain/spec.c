/* SPDX-License-Identifier: BSD-3-Clause */
/* Judges single texts: identifiers, CPU sets, ranges, KEY=VALUE parts. */
#include "toolstack/domain/spec.h"

#include <string.h>

#include "toolstack/report/ascii.h"

#define UUID_LENGTH 36
#define RPV_DIGITS  128
#define CPU_MAX     0xffff
#define COLOR_MAX   0xffff
#define IRQ_MAX     991 /* the last of the 960 SPIs that nr_spis allows */
#define PORT_MAX    0xffff
#define PAGE_MAX    (UINT64_MAX >> 12)

static const struct key_fault no_fault;

/* Says what is wrong with the length bytes at a place in the text. */
static struct key_fault fault_in(const char *at, size_t length, const char *what)
{
	return (struct key_fault){ .what = what, .at = at, .length = length };
}

static struct key_fault fault_whole(const char *text, const char *what)
{
	return fault_in(text, strlen(text), what);
}

/* The fault is the part from at to the next comma, without blanks before it. */
static struct key_fault fault_part(const char *at, const char *what)
{
	at += strspn(at, " \t");
	return fault_in(at, strcspn(at, ","), what);
}

struct key_fault spec_path(const struct key *key, const char *text)
{
	(void)key;
	return text[0] != '\0' ? no_fault : fault_whole(text, "is empty");
}

struct key_fault spec_uuid(const struct key *key, const char *text)
{
	bool nil = true;

	(void)key;
	if (strlen(text) != UUID_LENGTH)
		return fault_whole(text, "is not a UUID");
	for (int i = 0; i < UUID_LENGTH; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash && text[i] != '-')
			return fault_in(text + i, 1,
					"stands where a UUID has a dash");
		if (!dash && !ascii_is_hex(text[i]))
			return fault_in(text + i, 1,
					"is not a hexadecimal digit");
		if (!dash && text[i] != '0')
			nil = false;
	}
	if (nil)
		return fault_whole(text,
				   "is the nil UUID, which identifies nothing");
	return no_fault;
}

struct key_fault spec_rpv(const struct key *key, const char *text)
{
	size_t length = strlen(text);
	size_t digits = strspn(text, "0123456789abcdefABCDEF");

	(void)key;
	if (digits != length)
		return fault_in(text + digits, 1, "is not a hexadecimal digit");
	if (length % 2 != 0)
		return fault_whole(text, "has an odd number of digits");
	if (length > RPV_DIGITS)
		return fault_whole(text, "is longer than 64 bytes");
	return no_fault;
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
		const char *digit = memchr(digits, ascii_lower(**text), base);

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

/* Judges "A" or "A-B" with A <= B and nothing after it. Returns the words for
 * what is wrong, or NULL. */
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

static struct key_fault range_fault(const char *text, unsigned base,
				    uint64_t max)
{
	const char *wrong = range_judge(text, base, max);

	return wrong == NULL ? no_fault : fault_whole(text, wrong);
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

/* Returns the text after the first part of text and its comma. */
static const char *part_skip(const char *text)
{
	text += strcspn(text, ",");
	return *text == ',' ? text + 1 : text;
}

/*
 * Copies the part of text up to the next comma. A part that is too long for the
 * buffer is cut. No judge accepts it even so, as it is longer than any name or
 * number.
 */
static void part_copy(const char *text, char *part, size_t size)
{
	size_t length = strcspn(text, ",");

	part[0] = '\0';
	strncat(part, text, length < size - 1 ? length : size - 1);
}

struct key_fault spec_cpus(const struct key *key, const char *text)
{
	char part[64];

	(void)key;
	for (; *text != '\0'; text = part_skip(text)) {
		const char *wrong = NULL;

		part_copy(text, part, sizeof(part));
		if (part[0] != '\0')
			wrong = cpu_set_judge(part);
		if (wrong != NULL)
			return fault_part(text, wrong);
	}
	return no_fault;
}

struct key_fault spec_colors(const struct key *key, const char *text)
{
	(void)key;
	return range_fault(text, 10, COLOR_MAX);
}

struct key_fault spec_irq(const struct key *key, const char *text)
{
	const char *rest = text;
	uint64_t number;

	(void)key;
	if (!spec_take_number(&rest, 10, IRQ_MAX, &number))
		return fault_whole(text, "is not a decimal number up to 991");
	if (*rest != '\0')
		return fault_whole(text, "has text behind its number");
	return no_fault;
}

struct key_fault spec_ioports(const struct key *key, const char *text)
{
	(void)key;
	return range_fault(text, 16, PORT_MAX);
}

/* Reads a page number at *text, which is to end at a byte of ends, and moves
 * *text to it. */
static struct key_fault page_take(const char **text, const char *ends,
				  uint64_t *out)
{
	const char *number = *text;
	size_t length = strcspn(number, ends);

	if (!spec_take_number(text, 16, PAGE_MAX, out)) {
		return fault_in(number, length,
				"is not a page number in hexadecimal, or is "
				"too large");
	}
	if (*text != number + length) {
		return fault_in(number, length,
				"has text behind its page number");
	}
	return no_fault;
}

struct key_fault spec_iomem(const struct key *key, const char *text)
{
	const char *count_text;
	const char *rest = text;
	struct key_fault fault;
	uint64_t start;
	uint64_t count;
	uint64_t gfn = 0;

	(void)key;
	fault = page_take(&rest, ",", &start);
	if (fault.what != NULL)
		return fault;
	if (!spec_take_text(&rest, ","))
		return fault_whole(text, "has no count of pages behind a comma");
	count_text = rest;
	fault = page_take(&rest, "@", &count);
	if (fault.what == NULL && count == 0) {
		return fault_in(count_text, (size_t)(rest - count_text),
				"asks for no page");
	}
	if (fault.what == NULL && spec_take_text(&rest, "@"))
		fault = page_take(&rest, "", &gfn);
	if (fault.what != NULL)
		return fault;
	if (count > PAGE_MAX - start || count > PAGE_MAX - gfn)
		return fault_whole(text, "ends beyond the last page");
	return no_fault;
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
static struct key_fault part_judge(const char *names, const char *part)
{
	size_t name;

	part += strspn(part, " \t");
	name = strcspn(part, "=,");
	if (name == 0 && *part != '=')
		return no_fault;
	if (part[name] != '=')
		return fault_part(part, "has no =");
	while (name > 0 && part[name - 1] == ' ')
		name--;
	if (name == 0)
		return fault_part(part, "has no name before its =");
	if (!name_known(names, part, name))
		return fault_in(part, name, "is no part that is known");
	return no_fault;
}

/* Judges the parts that begin before end. */
static struct key_fault parts_judge(const char *names, const char *text,
				    const char *end)
{
	struct key_fault fault = no_fault;

	while (fault.what == NULL && text < end) {
		fault = part_judge(names, text);
		text = part_skip(text);
	}
	return fault;
}

static struct key_fault all_parts_judge(const char *names, const char *text)
{
	return parts_judge(names, text, text + strlen(text));
}

static struct key_fault fault_missing(const char *text, const char *name)
{
	struct key_fault fault = fault_whole(text, "lacks the part");

	fault.missing = name;
	return fault;
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

/* Returns the start of the part that has this value. */
static const char *part_of(const char *text, const char *value)
{
	while (part_skip(text) <= value && *part_skip(text) != '\0')
		text = part_skip(text);
	return text;
}

struct key_fault spec_parts(const struct key *key, const char *text)
{
	size_t length;
	struct key_fault fault = all_parts_judge(key->parts, text);

	if (fault.what == NULL && key->required != NULL &&
	    spec_part(text, key->required, &length) == NULL)
		return fault_missing(text, key->required);
	return fault;
}

static const char pci_names[] = "bdf, vslot, permissive, msitranslate, "
				"seize, power_mgmt, rdm_policy, name";

static bool pci_policy_known(const char *policy, size_t length)
{
	return (length == strlen("strict") &&
		ascii_same(policy, "strict", length)) ||
	       (length == strlen("relaxed") &&
		ascii_same(policy, "relaxed", length));
}

/* Judges the KEY=VALUE parts: their names, and the values that are not just
 * numbers of any kind. */
static struct key_fault pci_values_judge(const char *text)
{
	const char *slot, *policy;
	size_t length = 0;
	uint64_t number;

	slot = spec_part(text, "vslot", &length);
	if (slot != NULL) {
		const char *rest = slot;

		if (!spec_take_number(&rest, 16, 0x1f, &number))
			return fault_part(part_of(text, slot),
					  "is no slot, 0 to 1f");
	}
	policy = spec_part(text, "rdm_policy", &length);
	if (policy != NULL && !pci_policy_known(policy, length))
		return fault_part(part_of(text, policy),
				  "is neither strict nor relaxed");
	return all_parts_judge(pci_names, text);
}

/* Judges the parts behind an address, which names the device: so no part is a
 * name. */
static struct key_fault pci_addressed_judge(const char *text)
{
	size_t length;
	const char *name = spec_part(text, "name", &length);

	if (name != NULL)
		return fault_part(part_of(text, name),
				  "is a name beside an address");
	return pci_values_judge(text);
}

/* Judges the form in which the address is a KEY=VALUE part too: bdf. */
static struct key_fault pci_parts_judge(const char *text)
{
	size_t length;
	const char *bdf = spec_part(text, "bdf", &length);
	const char *rest = bdf;

	if (bdf != NULL && !spec_take_bdf(&rest))
		return fault_part(part_of(text, bdf), "is no PCI address");
	if (bdf != NULL)
		return pci_addressed_judge(text);
	if (spec_part(text, "name", &length) == NULL)
		return fault_whole(text, "has neither a PCI address nor a name");
	return pci_values_judge(text);
}

struct key_fault spec_pci(const struct key *key, const char *text)
{
	const char *rest = text;
	uint64_t slot;

	(void)key;
	if (text[strcspn(text, "=,")] == '=')
		return pci_parts_judge(text);
	if (!spec_take_bdf(&rest))
		return fault_part(text, "does not start with a PCI address");
	if (spec_take_text(&rest, "@") &&
	    !spec_take_number(&rest, 16, 0x1f, &slot)) {
		return fault_part(text, "has no slot, 0 to 1f, behind the @");
	}
	if (*rest != '\0' && *rest != ',')
		return fault_part(text, "has text behind its PCI address");
	return pci_addressed_judge(rest);
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

/* A type may have a comma of its own, which does not end its part. */
static struct key_fault virtio_type_fault(const char *text, const char *type)
{
	const char *part = fault_part(part_of(text, type), "").at;
	const char *end = type + strcspn(type, ",");

	if (strncmp(type, "virtio,", strlen("virtio,")) == 0)
		end += strcspn(end + 1, ",") + 1;
	return fault_in(part, (size_t)(end - part),
			"is a type other than virtio,deviceID");
}

static struct key_fault virtio_transport_judge(const char *text)
{
	size_t length;
	const char *transport = spec_part(text, "transport", &length);

	if (transport == NULL) {
		return fault_whole(
			text, "has no transport=mmio, the only one on Arm");
	}
	if (!spec_part_is(text, "transport", "mmio")) {
		return fault_part(part_of(text, transport),
				  "is not transport=mmio, the only one on Arm");
	}
	return no_fault;
}

struct key_fault spec_virtio(const struct key *key, const char *text)
{
	static const char names[] = "backend, type, transport, grant_usage";
	size_t length;
	const char *type = spec_part(text, "type", &length);
	const char *rest;
	struct key_fault fault;

	(void)key;
	if (type == NULL)
		return fault_missing(text, "type");
	if (!virtio_type_known(type))
		return virtio_type_fault(text, type);
	/* The comma inside the type does not end the part. */
	rest = type + strlen("virtio,");
	rest += strcspn(rest, ",");
	fault = parts_judge(names, text, type);
	if (fault.what == NULL)
		fault = all_parts_judge(names, rest);
	if (fault.what == NULL)
		fault = virtio_transport_judge(text);
	return fault;
}

struct key_fault spec_quota(const struct key *key, const char *text)
{
	const char *number = strchr(text, '=');
	int64_t value;

	(void)key;
	if (number == NULL || number == text)
		return fault_whole(text, "is not NAME=NUMBER");
	if (!key_parse_number(number + 1, &value) || value < 0 ||
	    value > UINT32_MAX) {
		return fault_whole(text,
				   "has no number from 0 to 4294967295 behind "
				   "the =");
	}
	return no_fault;
}

struct key_fault spec_sci(const struct key *key, const char *text)
{
	struct key_fault fault = all_parts_judge("type", text);
	size_t length;
	const char *type = spec_part(text, "type", &length);

	(void)key;
	if (fault.what != NULL || type == NULL ||
	    spec_part_is(text, "type", "none") ||
	    spec_part_is(text, "type", "scmi_smc"))
		return fault;
	return fault_part(part_of(text, type), "is a type that is not known");
}
