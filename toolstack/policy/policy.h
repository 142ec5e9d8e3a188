/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Realm rules: what a guest must be for its Realm to be built and to stay
 * closed to its host. None of them ever touches an ordinary guest.
 */
#ifndef REEVE_TOOLSTACK_POLICY_H
#define REEVE_TOOLSTACK_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "toolstack/domain/domain.h"

/* What is known of the host that is to run the guest. */
struct policy_host {
	bool realms; /* it has an RMM that builds Realms */
	unsigned gic_version; /* 2 or 3: what gic_version="default" means */
	bool debug_uart; /* it offers a Realm the SBSA UART */
	unsigned max_recs; /* most vCPUs of one Realm */
	unsigned ipa_bits; /* widest IPA space of a Realm; 0: not known */
	unsigned hashes; /* bit 1 << enum domain_hash: offered */
};

struct policy_rule;

struct policy_case {
	const struct domain *domain;
	const struct policy_host *host; /* NULL: not known yet */
	const struct policy_rule *rule; /* the one that is being asked */
};

struct policy_rule {
	const char *id; /* stable, for documents and tests */
	enum reeve_severity severity;
	enum key_id key; /* to blame */
	/* Whether the rule is broken; NULL: when the key is not its default. */
	bool (*broken)(const struct policy_case *);
	const char *reason; /* what is wrong */
	const char *way_out;
};

/* The rules in the order of reporting; NULL past the last. */
const struct policy_rule *policy_rule_at(size_t index);

/*
 * Holds a domain against every rule if it is a Realm, and reports each broken
 * one at the place of the key's value. Keys whose value was refused before are
 * left alone. host NULL: only what does not depend on it is checked. 0, or
 * REEVE_ERR_CONFIG when an error was reported.
 */
int policy_check(const struct domain *domain, const struct policy_host *host,
		 struct reeve_report *report);

#endif
