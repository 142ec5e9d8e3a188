/* SPDX-License-Identifier: BSD-3-Clause */
#include "toolstack/host/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int host_fixture_setup(void **state)
{
	struct host_fixture *f = calloc(1, sizeof(*f));

	strcpy(f->runtime, "/tmp/reeve-test-XXXXXX");
	f->report = reeve_report_new();
	if (mkdtemp(f->runtime) == NULL || f->report == NULL)
		return -1;
	setenv("XDG_RUNTIME_DIR", f->runtime, 1);
	*state = f;
	return folder_of(NULL, &f->folder, f->report);
}

int host_fixture_teardown(void **state)
{
	struct host_fixture *f = *state;
	char command[128];
	int result;

	snprintf(command, sizeof(command), "rm -rf '%s'", f->runtime);
	result = system(command);
	reeve_report_free(f->report);
	free(f);
	return result;
}

void host_fixture_told(struct host_fixture *f, const char *part)
{
	assert_int_equal(report_errors(f->report), 1);
	assert_non_null(strstr(reeve_report_get(f->report, 0)->message, part));
	reeve_report_free(f->report);
	f->report = reeve_report_new();
}
