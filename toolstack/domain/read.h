/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside the domain stage: reads settings into fields by the schema. Then each
 * family of keys is settled: defaults that depend on other keys are filled in,
 * and checks that need more than one key are made.
 */
#ifndef REEVE_TOOLSTACK_READ_H
#define REEVE_TOOLSTACK_READ_H

#include "toolstack/domain/domain.h"
#include "toolstack/domain/schema.h"

/* The origin of a key's value. */
struct domain_origin {
	const struct cfg_setting *setting; /* NULL: the default */
	bool refused; /* an error was reported about the value */
};

struct reader {
	struct domain *domain;
	const struct cfg *cfg;
	unsigned flags;
	struct reeve_report *report;
	bool no_memory;
};

/* Reads a setting into its key's field, or reports why that is impossible. */
void key_read(struct reader *reader, const struct key *key,
	      const struct cfg_setting *setting);
/* Return the field of a key that has one, to read it or to write it. */
const void *key_value(const struct domain *domain, const struct key *key);
void *key_field(struct domain *domain, const struct key *key);
/* Sets the key's field to its default. Without a default that is DOMAIN_UNSET
 * for a number, NULL for a string, -1 for a choice, false, or an empty list. */
void key_reset(struct domain *domain, const struct key *key);

/*
 * Reports an error about a key, at the place of its value or, if it is not set,
 * at the file. The value then counts as refused, so that no later check reports
 * a second error about it.
 */
__attribute__((format(printf, 4, 5))) void key_refuse(struct reader *reader,
						      enum key_id id,
						      const char *hint,
						      const char *message, ...);
/* Reports a warning at the same place. */
__attribute__((format(printf, 4, 5))) void key_warn(struct reader *reader,
						    enum key_id id,
						    const char *hint,
						    const char *message, ...);

/* Reports an error about some words of a list's entry, at their place. The key
 * then counts as refused. */
__attribute__((format(printf, 6, 7))) void
words_refuse(struct reader *reader, enum key_id id,
	     const struct cfg_value *entry, struct words words,
	     const char *hint, const char *message, ...);

/* Makes the typed lists of devices, and checks each list as a whole. */
void device_lists_settle(struct reader *reader);
/* Returns true if the guest's devices are Xen's own, not virtio. */
bool reader_is_for_xen(const struct reader *reader);

/* Settle the families of keys, in this order. */
void domain_settle_realm(struct reader *reader);
void domain_settle_identity(struct reader *reader);
void domain_settle_boot(struct reader *reader);
void domain_settle_memory(struct reader *reader);
void domain_settle_cpus(struct reader *reader);
void domain_settle_devices(struct reader *reader);
/* Returns true if the command line names the console hvc0. */
bool domain_cmdline_names_hvc(const struct domain *domain);
void domain_settle_cmdline(struct reader *reader);

#endif
