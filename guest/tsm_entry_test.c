/* SPDX-License-Identifier: BSD-3-Clause */
/* Entries as files: a folder stands for the kernel's configfs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest/tsm_entry.h"

static char folder[] = "/tmp/reeve-tsm-XXXXXX";

static void an_entry_is_a_new_folder(void **state)
{
	struct tsm_entry first;
	struct tsm_entry second;
	struct stat status;

	(void)state;
	assert_true(tsm_entry_make(folder, &first));
	assert_int_equal(stat(first.path, &status), 0);
	assert_true(S_ISDIR(status.st_mode));
	assert_true(tsm_entry_make(folder, &second));
	assert_string_not_equal(first.path, second.path);
	tsm_entry_remove(&first);
	tsm_entry_remove(&second);
	assert_int_equal(stat(first.path, &status), -1);
	assert_int_equal(stat(second.path, &status), -1);
}

static void entries_run_out(void **state)
{
	struct tsm_entry entries[17];
	int made = 0;

	(void)state;
	while (made < 17 && tsm_entry_make(folder, &entries[made]))
		made++;
	assert_int_equal(made, 16);
	assert_int_equal(errno, EEXIST);
	while (made > 0)
		tsm_entry_remove(&entries[--made]);
}

static void no_entry_without_its_folder(void **state)
{
	char path[300];
	struct tsm_entry entry;

	(void)state;
	assert_false(tsm_entry_make("/nonexistent", &entry));
	assert_int_equal(errno, ENOENT);
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_false(tsm_entry_make(path, &entry));
	assert_int_equal(errno, ENAMETOOLONG);
}

/* configfs makes an entry's files; a plain folder has none until the test makes
 * them. */
static void files_are_written_and_read(void **state)
{
	struct tsm_entry entry;
	char path[300];
	char text[8];

	(void)state;
	assert_true(tsm_entry_make(folder, &entry));
	assert_false(tsm_entry_write(&entry, "inblob", "abc", 3));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(tsm_entry_read(&entry, "inblob", text, 8), -1);
	snprintf(path, sizeof(path), "%s/inblob", entry.path);
	fclose(fopen(path, "w"));
	assert_true(tsm_entry_write(&entry, "inblob", "abcde", 5));
	assert_int_equal(tsm_entry_read(&entry, "inblob", text, 8), 5);
	assert_memory_equal(text, "abcde", 5);
	assert_int_equal(tsm_entry_read(&entry, "inblob", text, 2), 2);
	unlink(path);
	tsm_entry_remove(&entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_a_new_folder),
		cmocka_unit_test(entries_run_out),
		cmocka_unit_test(no_entry_without_its_folder),
		cmocka_unit_test(files_are_written_and_read),
	};
	int failed;

	if (mkdtemp(folder) == NULL)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return rmdir(folder) != 0 || failed != 0;
}
