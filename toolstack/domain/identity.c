/* SPDX-License-Identifier: BSD-3-Clause */
/* Settles the name and the type of the guest. */
#include <string.h>

#include "abi/control.h"
#include "toolstack/domain/read.h"
#include "toolstack/report/utf8.h"

_Static_assert(DOMAIN_NAME_MAX == CONTROL_NAME_SIZE - 1,
	       "the longest name that a host takes");

static bool name_is_blank(const char *name)
{
	return name[strspn(name, " \t\n\v\f\r")] == '\0';
}

/* Returns true if text starts with a control character. U+0080..U+009F are
 * some, too. */
static bool starts_with_control(const unsigned char *text)
{
	return text[0] < 0x20 || text[0] == 0x7f ||
	       (text[0] == 0xc2 && text[1] >= 0x80 && text[1] < 0xa0);
}

const char *domain_name_fault(const char *name)
{
	const unsigned char *text = (const unsigned char *)name;
	size_t left = strlen(name);

	if (name_is_blank(name))
		return "is empty";
	if (left > DOMAIN_NAME_MAX)
		return "is longer than 63 bytes";
	while (left > 0) {
		size_t length = utf8_printable(text, left);

		if (length == 0) {
			return starts_with_control(text)
				       ? "holds a control character"
				       : "is not UTF-8";
		}
		text += length;
		left -= length;
	}
	return NULL;
}

bool domain_name_is_number(const char *name)
{
	return *name != '\0' && name[strspn(name, "0123456789")] == '\0';
}

static void name_settle(struct reader *reader)
{
	const char *name = reader->domain->name;
	const char *fault;

	if (domain_is_refused(reader->domain, KEY_name))
		return;
	if (name == NULL || name_is_blank(name)) {
		key_refuse(reader, KEY_name, "add name=\"...\"",
			   "every guest needs a name");
		return;
	}
	fault = domain_name_fault(name);
	if (fault != NULL) {
		key_refuse(reader, KEY_name,
			   "use 1 to 63 bytes of UTF-8, without control "
			   "characters",
			   "the name %s", fault);
	} else if (domain_name_is_number(name)) {
		key_warn(reader, KEY_name, "put a letter in it",
			 "a name of digits only cannot be told from a guest's "
			 "number");
	}
}

/* Takes the type from the old key builder (generic or hvm) if type is not set.
 * Returns true if both agree. */
static bool builder_settle(struct reader *reader)
{
	static const int types[] = { DOMAIN_TYPE_HVM, DOMAIN_TYPE_PV };
	struct domain *domain = reader->domain;

	if (domain->builder < 0)
		return true;
	if (!domain_is_set(domain, KEY_type))
		domain->type = types[domain->builder];
	if (domain->type == types[domain->builder])
		return true;
	key_refuse(reader, KEY_builder, "remove it, type is enough",
		   "contradicts type");
	return false;
}

static void type_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	enum key_id key =
		domain_is_set(domain, KEY_type) ? KEY_type : KEY_builder;

	if (!builder_settle(reader) || domain_is_refused(domain, KEY_type))
		return;
	if (domain->type == DOMAIN_TYPE_HVM) {
		key_refuse(reader, key, "write type=\"pvh\"",
			   "an Arm guest cannot be an HVM guest");
	}
	if (domain->type == DOMAIN_TYPE_PV) {
		key_warn(reader, key, "write type=\"pvh\"",
			 "an Arm guest is a PVH guest; pv is read as pvh");
	}
	domain->type = DOMAIN_TYPE_PVH;
}

void domain_settle_identity(struct reader *reader)
{
	name_settle(reader);
	type_settle(reader);
}
