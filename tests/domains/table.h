/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bench of the tests of domains: a table of domains on the bench of the
 * Realm builder (the RMM in process, a meddler before it), with two control
 * sessions.
 */
#ifndef REEVE_TESTS_DOMAINS_TABLE_H
#define REEVE_TESTS_DOMAINS_TABLE_H

#include "abi/control.h"
#include "abi/guest_map.h"
#include "hypervisor/core/control/control.h"
#include "hypervisor/core/control/dmesg.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "tests/builder/bench.h"
#include "tests/fakehost/still.h"

#define MIB       ((uint64_t)1 << 20)
#define KIB       ((uint64_t)1 << 10)
#define RAM       ((uint64_t)GUEST_RAM0_BASE)
#define TABLE_RAM (6 * MIB)

struct table {
	struct bench *bench;
	struct still still;
	struct dmesg dmesg;
	struct domains domains;
	struct control_session session;
	struct control_session other;
	struct control_request request; /* the next one; zeroed when sent */
	struct control_reply reply; /* the last one */
	unsigned replies;
	bool lazy; /* table_ask() does not call domains_work() */
};

/* Set-up and tear-down for cmocka: *state is a struct table whose sessions are
 * both open and synchronised. */
int table_setup(void **state);
int table_teardown(void **state);

/* Sends table->request with that operation and domain, and then does the work
 * that is due. Returns the status of the reply. */
enum control_status table_ask(struct table *table, enum control_op op,
			      uint32_t domid);
enum control_status table_ask_by(struct table *table,
				 struct control_session *session,
				 enum control_op op, uint32_t domid);
/* Fails the test unless the status is as expected and the text has the words in
 * it. */
void assert_refused(const struct table *table, enum control_status expected,
		    const char *words);

/* Puts a plain request for a domain into table->request. */
struct control_create *table_create_body(struct table *table, const char *name,
					 uint32_t flags);

/* Make a domain of TABLE_RAM and 2 vCPUs: LOADING; with 3 pages of content;
 * built, so that it is PAUSED. */
uint32_t table_create(struct table *table, const char *name, uint32_t flags);
uint32_t table_load(struct table *table, const char *name, uint32_t flags);
uint32_t table_build(struct table *table, const char *name, uint32_t flags);

/* Return the domain; the reply about it; its state. */
struct domain *table_domain(struct table *table, uint32_t domid);
struct control_domain *table_info(struct table *table, uint32_t domid);
uint32_t table_state(struct table *table, uint32_t domid);

/* Fails the test if a domain, or anything of one, is left. */
void assert_empty(struct table *table);

#endif
