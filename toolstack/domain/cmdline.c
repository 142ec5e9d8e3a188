/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looks for consoles and disks on the command line that the guest does not
 * have. The words are those of Linux
 * (Documentation/admin-guide/kernel-parameters.txt).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/guest_map.h"
#include "lib/ipa.h"
#include "toolstack/domain/read.h"
#include "toolstack/report/ascii.h"

#define MIB_SHIFT 20
#define HINT_SIZE 160
#define SHOWN_MAX 64 /* bytes of a word in a message */

/* The console of every guest that has the UART, and the one that a guest gets
 * because its command line names it. */
static const char uart_console[] = "ttyAMA0";
static const char hvc_console[] = "hvc0";

/* A part of the command line. */
struct part {
	const char *text;
	size_t length;
};

enum key_id domain_cmdline_key(const struct domain *domain, size_t offset)
{
	if (domain->joined_cmdline == NULL)
		return KEY_cmdline;
	if (domain->extra == NULL)
		return KEY_root;
	if (domain->root == NULL)
		return KEY_extra;
	return offset < strlen("root=") + strlen(domain->root) ? KEY_root
							       : KEY_extra;
}

/* ---- Words ------------------------------------------------------------- */

static bool part_is(struct part part, const char *text)
{
	return part.length == strlen(text) &&
	       memcmp(part.text, text, part.length) == 0;
}

static struct part part_skip(struct part part, size_t count)
{
	return (struct part){ part.text + count, part.length - count };
}

/* Returns what stands before the first comma. */
static struct part part_name(struct part part)
{
	const char *comma = memchr(part.text, ',', part.length);

	if (comma != NULL)
		part.length = (size_t)(comma - part.text);
	return part;
}

static struct part part_unquote(struct part part)
{
	if (part.length == 0 || part.text[0] != '"')
		return part;
	part = part_skip(part, 1);
	if (part.length > 0 && part.text[part.length - 1] == '"')
		part.length--;
	return part;
}

/* Takes the next word off the text, which may hold blanks within double quotes.
 * Returns false at the end, and at "--", behind which stands what the kernel
 * leaves to init. */
static bool word_take(const char **text, struct part *word)
{
	const char *end = *text + strspn(*text, " \t\n\v\f\r");
	bool quoted = false;

	word->text = end;
	for (; *end != '\0' && (quoted || !ascii_is_blank(*end)); end++) {
		if (*end == '"')
			quoted = !quoted;
	}
	word->length = (size_t)(end - word->text);
	*text = end;
	return word->length != 0 && !part_is(*word, "--");
}

/* Gets the value of a word NAME=VALUE, which is empty for NAME alone. Returns
 * false if the word has another name. */
static bool word_value(struct part word, const char *name, struct part *value)
{
	size_t length = strlen(name);

	word = part_unquote(word);
	if (word.length < length || memcmp(word.text, name, length) != 0)
		return false;
	*value = part_skip(word, length);
	if (value->length == 0)
		return true;
	if (value->text[0] != '=')
		return false;
	*value = part_unquote(part_skip(*value, 1));
	return true;
}

static void word_warn(struct reader *reader, struct part word, const char *hint,
		      const char *fault)
{
	size_t offset = (size_t)(word.text - reader->domain->cmdline);

	key_warn(reader, domain_cmdline_key(reader->domain, offset), hint,
		 "%.*s: %s",
		 word.length < SHOWN_MAX ? (int)word.length : SHOWN_MAX,
		 word.text, fault);
}

/* ---- The early console ------------------------------------------------- */

/* earlycon=NAME,[WIDTH,]ADDRESS[,OPTIONS]. The kernel takes the value of a
 * console for one of these too. */
struct early {
	struct part word;
	bool is_console; /* console=, not earlycon= */
	struct part name;
	struct part width; /* with its comma */
	bool has_address;
	uint64_t address;
};

/* Reads the value into name, width and address. */
static void early_read(struct early *early, struct part value)
{
	static const char *const widths[] = { "mmio,",         "mmio16,",
					      "mmio32,",       "mmio32be,",
					      "mmio32native,", "io," };

	early->name = part_name(value);
	early->width = (struct part){ "", 0 };
	early->has_address = false;
	if (early->name.length == value.length)
		return;
	value = part_skip(value, early->name.length + 1);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		if (strncmp(value.text, widths[i], strlen(widths[i])) == 0) {
			early->width =
				(struct part){ widths[i], strlen(widths[i]) };
		}
	}
	if (early->width.length == 0 && strncmp(value.text, "0x", 2) != 0)
		return;
	early->has_address = true;
	early->address = strtoull(value.text + early->width.length, NULL, 0);
}

/* Returns the address at which the kernel reaches the UART before it knows
 * whether it is a Realm: a Realm's has to have the bit of the shared half. */
static uint64_t uart_address(const struct domain *domain)
{
	uint64_t ram_top = GUEST_RAM0_BASE;

	if (!domain->realm)
		return GUEST_PL011_BASE;
	ram_top += (uint64_t)domain->memory << MIB_SHIFT;
	return ipa_shared_start(ipa_bits_for(ram_top)) + GUEST_PL011_BASE;
}

/* Returns what is wrong with an early console that has no address, or NULL. The
 * drivers that need none, such as that of semihosting, are left alone. */
static const char *bare_fault(const struct early *early)
{
	bool ours = early->name.length == 0 || part_is(early->name, "pl011");

	if (early->is_console || !ours)
		return NULL;
	return "without an address this has no effect, as the device tree "
	       "names no console";
}

/* Returns what is wrong with an early console, or NULL. */
static const char *early_fault(const struct domain *domain,
			       const struct early *early)
{
	if (!early->has_address)
		return bare_fault(early);
	if (domain->vuart == DOMAIN_VUART_NONE)
		return "without vuart the guest has no UART, and the access "
		       "stops it before it can print";
	if (domain->realm && early->address == GUEST_PL011_BASE)
		return "so early a Realm reaches the UART only in the shared "
		       "half of its IPA space, and the access stops it before "
		       "it can print";
	if (early->address != uart_address(domain))
		return "the guest's UART is at another address, and the access "
		       "stops it before it can print";
	if (!part_is(early->name, "pl011"))
		return "the guest's UART is a PL011, which this driver cannot "
		       "use";
	return NULL;
}

/* The hint keeps the width that the user chose for the right driver. */
static void early_warn(struct reader *reader, const struct early *early,
		       const char *fault)
{
	const struct domain *domain = reader->domain;
	bool keep =
		part_is(early->name, "pl011") && !part_is(early->width, "io,");
	char hint[HINT_SIZE];

	/* There is room for any address. */
	(void)snprintf(hint, sizeof(hint), "write %s%s=pl011,%s%#" PRIx64,
		       domain->vuart != DOMAIN_VUART_NONE
			       ? ""
			       : "vuart=\"sbsa_uart\" and ",
		       early->is_console ? "console" : "earlycon",
		       keep ? early->width.text : "", uart_address(domain));
	word_warn(reader, early->word, hint, fault);
}

static void early_settle(struct reader *reader, struct part word)
{
	struct early early = { .word = word };
	struct part value;
	const char *fault;

	if (!word_value(word, "earlycon", &value)) {
		early.is_console = true;
		if (!word_value(word, "console", &value))
			return;
	}
	early_read(&early, value);
	fault = early_fault(reader->domain, &early);
	if (fault != NULL)
		early_warn(reader, &early, fault);
}

/* ---- The console ------------------------------------------------------- */

/* Returns true if the guest has the console, or if its messages are to go
 * nowhere. A name with a colon is that of a device, which is not known here. */
static bool console_exists(const struct reader *reader, struct part value)
{
	const struct domain *domain = reader->domain;
	struct early early;

	early_read(&early, value);
	if (early.has_address)
		return true; /* early_settle() looks at it */
	if (part_is(early.name, uart_console))
		return domain->vuart != DOMAIN_VUART_NONE;
	if (part_is(early.name, hvc_console))
		return domain->hvc || reader_is_for_xen(reader);
	return early.name.length == 0 || part_is(early.name, "null") ||
	       part_is(early.name, "ttynull") ||
	       memchr(early.name.text, ':', early.name.length) != NULL;
}

bool domain_cmdline_names_hvc(const struct domain *domain)
{
	const char *text = domain->cmdline;
	struct part word, value;

	while (text != NULL && word_take(&text, &word)) {
		if (word_value(word, "console", &value) &&
		    part_is(part_name(value), hvc_console))
			return true;
	}
	return false;
}

static void console_warn(struct reader *reader, struct part word,
			 struct part value)
{
	const struct domain *domain = reader->domain;
	bool uart = domain->vuart != DOMAIN_VUART_NONE;
	bool named = part_is(part_name(value), uart_console);
	char hint[HINT_SIZE];

	/* There is room for all of these texts. */
	if (part_is(part_name(value), hvc_console)) {
		(void)snprintf(hint, sizeof(hint),
			       "write realm_devices=\"untrusted\": the host can "
			       "then read what it prints; or remove it");
	} else {
		(void)snprintf(hint, sizeof(hint), "write %s%s%s%s",
			       uart ? "" : "vuart=\"sbsa_uart\"",
			       uart || named ? "" : " and ",
			       named ? "" : "console=ttyAMA0",
			       uart || !domain->realm
				       ? ""
				       : ", or remove it from a guest that is "
					 "to be confidential");
	}
	word_warn(reader, word, hint,
		  named ? "without vuart the guest has no UART, and prints "
			  "nothing"
			: "on a host of reeve the guest has no such console, "
			  "and prints nothing");
}

/* The kernel prints on every console that the line names and that exists. So
 * the guest is silent only if it has none of them. */
static void consoles_settle(struct reader *reader)
{
	const char *text = reader->domain->cmdline;
	struct part word, value, last = { NULL, 0 }, last_value = { NULL, 0 };

	while (word_take(&text, &word)) {
		if (!word_value(word, "console", &value))
			continue;
		if (console_exists(reader, value))
			return;
		last = word;
		last_value = value;
	}
	if (last.text != NULL)
		console_warn(reader, last, last_value);
}

/* ---- The root ---------------------------------------------------------- */

/* Warns of a root that has a name which no virtio disk has. */
static void root_settle(struct reader *reader, struct part word)
{
	static const char *const families[] = { "/dev/xvd", "/dev/hd",
						"/dev/sd" };
	struct part value;

	if (!word_value(word, "root", &value))
		return;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t length = strlen(families[i]);

		if (value.length > length &&
		    memcmp(value.text, families[i], length) == 0) {
			word_warn(reader, word,
				  "write /dev/vda for the first disk, "
				  "/dev/vda1 for its first partition",
				  "the guest sees its disks as vda, vdb ...");
		}
	}
}

static void roots_settle(struct reader *reader)
{
	const char *text = reader->domain->cmdline;
	struct part word;

	if (reader->domain->disk_count == 0 || reader_is_for_xen(reader))
		return;
	while (word_take(&text, &word))
		root_settle(reader, word);
}

void domain_settle_cmdline(struct reader *reader)
{
	const char *text = reader->domain->cmdline;
	struct part word;

	if (text == NULL)
		return;
	consoles_settle(reader);
	roots_settle(reader);
	if (reader->domain->memory < 1)
		return; /* refused: the IPA space is not known */
	while (word_take(&text, &word))
		early_settle(reader, word);
}
