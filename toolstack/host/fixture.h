/* SPDX-License-Identifier: BSD-3-Clause */
/* A runtime folder of a test's own, in the place of the user's. */
#ifndef REEVE_TOOLSTACK_HOST_FIXTURE_H
#define REEVE_TOOLSTACK_HOST_FIXTURE_H

#include "toolstack/host/folder.h"

struct host_fixture {
	char runtime[64]; /* XDG_RUNTIME_DIR */
	struct folder folder; /* of the default host; not made */
	struct reeve_report *report;
};

/* For cmocka: *state is the fixture. */
int host_fixture_setup(void **state);
int host_fixture_teardown(void **state);

/* Asserts that one error was reported, with this in it, and forgets it. */
void host_fixture_told(struct host_fixture *f, const char *part);

#endif
