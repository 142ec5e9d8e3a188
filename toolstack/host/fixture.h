/* SPDX-License-Identifier: BSD-3-Clause */
/* A runtime folder that belongs to one test and replaces the user's. */
#ifndef REEVE_TOOLSTACK_HOST_FIXTURE_H
#define REEVE_TOOLSTACK_HOST_FIXTURE_H

#include "toolstack/host/folder.h"

struct host_fixture {
	char runtime[64]; /* XDG_RUNTIME_DIR */
	struct folder folder; /* of the default host; it is not made yet */
	struct reeve_report *report;
};

/* Setup and teardown for cmocka; *state is the fixture. */
int host_fixture_setup(void **state);
int host_fixture_teardown(void **state);

/* Asserts that exactly one error was reported and that its message contains
 * part, then empties the report. */
void host_fixture_told(struct host_fixture *f, const char *part);

#endif
