/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside the domain stage: reading settings into fields by the schema, and
 * the families that settle what depends on more than one key.
 */
#ifndef REEVE_TOOLSTACK_READ_H
#define REEVE_TOOLSTACK_READ_H

#include "toolstack/domain/domain.h"
#include "toolstack/domain/schema.h"

/* Where a key's value comes from. */
struct domain_origin {
	const struct cfg_setting *setting; /* NULL: the default */
	bool refused; /* an error was reported on it */
};

struct reader {
	struct domain *domain;
	const struct cfg *cfg;
	unsigned flags;
	struct reeve_report *report;
	bool no_memory;
};

/* Reads a setting into its key's field, or reports why not. */
void key_read(struct reader *reader, const struct key *key,
	      const struct cfg_setting *setting);
/* The field of a key that has one: to be read, to be written. */
const void *key_value(const struct domain *domain, const struct key *key);
void *key_field(struct domain *domain, const struct key *key);
/* Gives the key's field its default; DOMAIN_UNSET, NULL, -1 without one. */
void key_reset(struct domain *domain, const struct key *key);

/*
 * Reports an error about a named key, at its value's place or, when it is not
 * set, at the file; further errors about the same key's value are then wrong.
 */
__attribute__((format(printf, 4, 5))) void key_refuse(struct reader *reader,
						      enum key_id id,
						      const char *hint,
						      const char *message, ...);
/* A warning at the same place. */
__attribute__((format(printf, 4, 5))) void key_warn(struct reader *reader,
						    enum key_id id,
						    const char *hint,
						    const char *message, ...);

/* The families, in the order in which they settle. */
void domain_settle_realm(struct reader *reader);
void domain_settle_identity(struct reader *reader);
void domain_settle_boot(struct reader *reader);
void domain_settle_memory(struct reader *reader);
void domain_settle_cpus(struct reader *reader);
void domain_settle_devices(struct reader *reader);

#endif
