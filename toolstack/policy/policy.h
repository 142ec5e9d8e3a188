/* SPDX-License-Identifier: BSD-3-Clause */
/* The Realm rules: the conditions under which a guest can be built as a Realm
 * and stays closed to its host. No rule ever applies to an ordinary guest. */
#ifndef REEVE_TOOLSTACK_POLICY_H
#define REEVE_TOOLSTACK_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "toolstack/domain/domain.h"

/* The features of the host that is to run the guest. */
struct policy_host {
	bool realms; /* the host has an RMM that builds Realms */
	unsigned gic_version; /* 2 or 3: what "default" selects */
	bool debug_uart; /* Realms may have the SBSA UART */
	unsigned max_recs; /* most vCPUs of one Realm */
	unsigned ipa_bits; /* widest IPA space of a Realm; 0: not known */
	unsigned hashes; /* bit 1 << enum domain_hash: the RMM offers it */
};

struct policy_rule;

struct policy_case {
	const struct domain *domain;
	const struct policy_host *host; /* NULL: not known yet */
	const struct policy_rule *rule; /* the rule whose broken() runs */
};

struct policy_rule {
	const char *id; /* stable, for documents and tests */
	enum reeve_severity severity;
	enum key_id key; /* the key that the diagnostic names */
	/* Returns true if the domain breaks the rule. NULL: the rule is broken
	 * if the value of the key is not the default. */
	bool (*broken)(const struct policy_case *);
	const char *reason; /* what is wrong */
	const char *way_out;
};

/* Returns the rule at index, in the order of reporting; NULL past the last. */
const struct policy_rule *policy_rule_at(size_t index);

/*
 * Checks a Realm against every rule, and reports each broken rule at the place
 * of the value of its key. A key whose value domain_read() has refused is
 * passed over. If host is NULL, only the rules that do not depend on the host
 * are checked. Returns 0, or REEVE_ERR_CONFIG if an error was reported.
 */
int policy_check(const struct domain *domain, const struct policy_host *host,
		 struct reeve_report *report);

#endif
