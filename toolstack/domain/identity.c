/* SPDX-License-Identifier: BSD-3-Clause */
/* Settles the name and the type of the guest. */
#include <string.h>

#include "toolstack/domain/read.h"

static void name_settle(struct reader *reader)
{
	const char *name = reader->domain->name;

	if (domain_is_refused(reader->domain, KEY_name))
		return;
	if (name == NULL) {
		key_refuse(reader, KEY_name, "add name=\"...\"",
			   "every guest needs a name");
	} else if (*name != '\0' && name[strspn(name, "0123456789")] == '\0') {
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
