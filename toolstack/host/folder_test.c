/* SPDX-License-Identifier: BSD-3-Clause */
/* The folders of hosts: their names and places, their lock, and their files. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/host/fixture.h"

/* ---- Names and places -------------------------------------------------------- */

static void the_folder_is_in_the_runtime_folder(void **state)
{
	struct host_fixture *f = *state;
	char expected[FOLDER_PATH_SIZE];

	snprintf(expected, sizeof(expected), "%s/reeve/default", f->runtime);
	assert_string_equal(f->folder.path, expected);
	assert_string_equal(f->folder.name, "default");
}

static void bad_names_are_refused(void **state)
{
	static const char *const names[] = {
		"",    ".",   "..",
		".x",  "-x",  "a/b",
		"a b", "a\n", "123456789012345678901234567890123"
	};
	struct host_fixture *f = *state;
	struct folder folder;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(folder_of(names[i], &folder, f->report),
				 REEVE_ERR_ARGUMENT);
		host_fixture_told(f, "is no name for a host");
	}
	assert_int_equal(folder_of("12345678901234567890123456789012", &folder,
				   f->report),
			 REEVE_OK);
}

static void sockets_must_have_room_in_the_path(void **state)
{
	struct host_fixture *f = *state;
	struct folder folder;
	char longer[128];
	size_t used = strlen(f->runtime);

	memset(longer, '/', sizeof(longer));
	memcpy(longer, f->runtime, used);
	/* .../reeve/x/control-00.sock then takes 107 bytes */
	longer[107 - strlen("/reeve/x/control-00.sock")] = '\0';
	setenv("XDG_RUNTIME_DIR", longer, 1);
	assert_int_equal(folder_of("x", &folder, f->report), REEVE_OK);
	assert_int_equal(folder_of("xy", &folder, f->report),
			 REEVE_ERR_ARGUMENT);
	host_fixture_told(f, "too long a path");
	memset(longer, '/', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	setenv("XDG_RUNTIME_DIR", longer, 1);
	assert_int_equal(folder_of("x", &folder, f->report), REEVE_ERR_ARGUMENT);
	host_fixture_told(f, "too long");
}

static void a_folder_of_others_is_refused(void **state)
{
	struct host_fixture *f = *state;
	struct folder folder;
	char base[96];

	snprintf(base, sizeof(base), "%s/reeve", f->runtime);
	assert_int_equal(chmod(base, 0755), 0);
	assert_int_equal(folder_of("x", &folder, f->report), REEVE_ERR_IO);
	host_fixture_told(f, "not a folder that you alone may use");
	assert_int_equal(chmod(base, 0700), 0);
	assert_int_equal(symlink("/tmp", f->folder.path), 0);
	assert_int_equal(folder_take(&f->folder, &(int){ -1 }, f->report),
			 REEVE_ERR_IO);
	host_fixture_told(f, "not a folder that you alone may use");
}

static void a_runtime_folder_that_is_absent_is_told(void **state)
{
	struct host_fixture *f = *state;
	struct folder folder;

	setenv("XDG_RUNTIME_DIR", "/nowhere/at/all", 1);
	assert_int_equal(folder_of("x", &folder, f->report), REEVE_ERR_IO);
	host_fixture_told(f, "cannot be made");
}

static void names_are_listed_in_order(void **state)
{
	struct host_fixture *f = *state;
	struct folder folder;
	char **names;
	size_t count;
	int lock;

	assert_int_equal(folder_names(&names, &count, f->report), REEVE_OK);
	assert_int_equal(count, 0);
	folder_names_free(names, count);
	assert_int_equal(folder_of("b", &folder, f->report), REEVE_OK);
	assert_int_equal(folder_take(&folder, &lock, f->report), REEVE_OK);
	close(lock);
	assert_int_equal(folder_of("a", &folder, f->report), REEVE_OK);
	assert_int_equal(folder_take(&folder, &lock, f->report), REEVE_OK);
	close(lock);
	assert_int_equal(folder_names(&names, &count, f->report), REEVE_OK);
	assert_int_equal(count, 2);
	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
	folder_names_free(names, count);
}

/* The logs of one that was stopped are about to go. */
static void only_a_host_that_ended_by_itself_has_logs(void **state)
{
	struct host_fixture *f = *state;
	int lock;

	assert_true(folder_is_stopped(&f->folder));
	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	close(lock);
	assert_false(folder_is_stopped(&f->folder));
	assert_int_equal(folder_tell_no_host(&f->folder, f->report),
			 REEVE_ERR_HOST);
	host_fixture_told(f, "has ended");
	folder_note_stop(&f->folder);
	assert_true(folder_is_stopped(&f->folder));
	assert_int_equal(folder_tell_no_host(&f->folder, f->report),
			 REEVE_ERR_HOST);
	host_fixture_told(f, "there is no host");
	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_false(folder_is_stopped(&f->folder));
	folder_remove(&f->folder);
	close(lock);
}

/* ---- The lock ---------------------------------------------------------------- */

static void the_lock_tells_the_state(void **state)
{
	struct host_fixture *f = *state;
	int lock;

	assert_int_equal(folder_state(&f->folder), FOLDER_ABSENT);
	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_int_equal(folder_state(&f->folder), FOLDER_HELD);
	close(lock);
	assert_int_equal(folder_state(&f->folder), FOLDER_STALE);
	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	folder_remove(&f->folder);
	close(lock);
	assert_int_equal(folder_state(&f->folder), FOLDER_ABSENT);
}

/* The lock outlives the process that took it, as it does when QEMU inherits
 * it. */
static void a_duplicate_keeps_the_lock(void **state)
{
	struct host_fixture *f = *state;
	int lock, kept, other;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	kept = dup(lock);
	close(lock);
	assert_int_equal(folder_state(&f->folder), FOLDER_HELD);
	assert_int_equal(folder_take(&f->folder, &other, f->report),
			 REEVE_ERR_HOST);
	host_fixture_told(f, "is there already");
	assert_int_equal(folder_take_stale(&f->folder, &other, f->report),
			 REEVE_ERR_HOST);
	host_fixture_told(f, "is there already");
	close(kept);
	assert_int_equal(folder_take_stale(&f->folder, &other, f->report),
			 REEVE_OK);
	assert_true(other >= 0);
	close(other);
}

static void there_is_nothing_stale_to_take(void **state)
{
	struct host_fixture *f = *state;
	int lock;

	assert_int_equal(folder_take_stale(&f->folder, &lock, f->report),
			 REEVE_OK);
	assert_int_equal(lock, -1);
	assert_int_equal(folder_state(&f->folder), FOLDER_ABSENT);
}

/* ---- Files ------------------------------------------------------------------- */

static bool exists(const struct host_fixture *f, const char *name)
{
	return access(folder_path(&f->folder, "%s", name).text, F_OK) == 0;
}

static void taking_a_folder_empties_it(void **state)
{
	struct host_fixture *f = *state;
	char target[] = "/tmp/reeve-test-ram-XXXXXX";
	int ram = mkstemp(target);
	int lock;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_int_equal(folder_write(&f->folder, "flash", "x", 1, f->report),
			 REEVE_OK);
	assert_int_equal(symlink(target, folder_path(&f->folder, "ram").text),
			 0);
	close(lock);
	close(ram);
	assert_true(exists(f, "flash"));
	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_false(exists(f, "flash"));
	assert_false(exists(f, "ram"));
	assert_int_equal(access(target, F_OK), -1);
	assert_true(exists(f, "lock"));
	close(lock);
}

static void the_console_log_alone_is_kept(void **state)
{
	struct host_fixture *f = *state;
	struct folder_path log = folder_path(&f->folder, "serial.log");
	struct folder_path other = folder_path(&f->folder, "flash");
	int lock;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_int_equal(folder_write(&f->folder, "flash", "x", 1, f->report),
			 REEVE_OK);
	assert_false(folder_keep_log(&f->folder));
	assert_int_equal(folder_write(&f->folder, "serial.log", "", 0, f->report),
			 REEVE_OK);
	assert_false(folder_keep_log(&f->folder));
	assert_int_equal(access(other.text, F_OK), 0);
	assert_int_equal(
		folder_write(&f->folder, "serial.log", "words", 5, f->report),
		REEVE_OK);
	assert_true(folder_keep_log(&f->folder));
	assert_int_equal(access(log.text, F_OK), 0);
	assert_int_not_equal(access(other.text, F_OK), 0);
	close(lock);
	assert_int_equal(folder_state(&f->folder), FOLDER_STALE);
}

static void ram_is_sparse_and_private(void **state)
{
	struct host_fixture *f = *state;
	struct stat status;
	char path[64];
	ssize_t length;
	int lock, ram;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_int_equal(
		folder_ram(&f->folder, (uint64_t)64 << 20, &ram, f->report),
		REEVE_OK);
	assert_int_equal(stat(folder_path(&f->folder, "ram").text, &status), 0);
	assert_int_equal(status.st_size, 64 << 20);
	assert_int_equal(status.st_blocks, 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	length = readlink(folder_path(&f->folder, "ram").text, path,
			  sizeof(path) - 1);
	folder_remove(&f->folder);
	if (length > 0) {
		path[length] = '\0';
		assert_int_equal(access(path, F_OK), -1);
	}
	assert_int_equal(ram >= 0, length > 0);
	if (ram >= 0)
		close(ram);
	close(lock);
}

/* Where the RAM outside of the folder is. */
static void ram_target(struct host_fixture *f, char *path, size_t size)
{
	ssize_t length =
		readlink(folder_path(&f->folder, "ram").text, path, size - 1);

	assert_true(length > 0);
	path[length] = '\0';
}

static void ram_outside_is_left_once_its_process_has_gone(void **state)
{
	struct host_fixture *f = *state;
	struct stat status;
	char path[128];
	int lock, ram, inherited;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_int_equal(folder_ram_outside(&f->folder, (uint64_t)64 << 20,
					    &ram, f->report),
			 REEVE_OK);
	ram_target(f, path, sizeof(path));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 64 << 20);
	assert_int_equal(status.st_mode & 0777, 0600);
	inherited = dup(ram);
	close(ram);
	/* The folder goes, and with it the link. */
	assert_int_equal(unlink(folder_path(&f->folder, "ram").text), 0);
	folder_ram_clean();
	assert_int_equal(access(path, F_OK), 0);
	close(inherited);
	folder_ram_clean();
	assert_int_equal(access(path, F_OK), -1);
	close(lock);
}

static void ram_that_cannot_be_made_leaves_nothing(void **state)
{
	struct host_fixture *f = *state;
	struct rlimit before, small;
	int lock, ram;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 1 << 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(folder_ram_outside(&f->folder, (uint64_t)64 << 20,
					    &ram, f->report),
			 REEVE_ERR_IO);
	host_fixture_told(f, "File too large");
	assert_false(exists(f, "ram"));
	assert_int_equal(
		folder_ram(&f->folder, (uint64_t)64 << 20, &ram, f->report),
		REEVE_ERR_IO);
	host_fixture_told(f, "File too large");
	assert_false(exists(f, "ram"));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	close(lock);
}

/* The link is made before the file that it names: a start that is killed in
 * between leaves nothing that the folder does not know of. */
static void without_the_link_there_is_no_ram(void **state)
{
	struct host_fixture *f = *state;
	struct folder_path path = folder_path(&f->folder, "ram");
	int lock, ram = -1;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_int_equal(symlink("/nowhere", path.text), 0);
	assert_int_equal(folder_ram_outside(&f->folder, (uint64_t)64 << 20,
					    &ram, f->report),
			 REEVE_ERR_IO);
	host_fixture_told(f, "File exists");
	assert_int_equal(ram, -1);
	folder_remove(&f->folder);
	assert_int_equal(folder_state(&f->folder), FOLDER_ABSENT);
	close(lock);
}

static void root_folder(const char *root, const char *path)
{
	char command[256];

	snprintf(command, sizeof(command), "mkdir -p '%s%s'", root, path);
	assert_int_equal(system(command), 0);
}

/* systemd removes /run/user/UID at the last logout, unless the user lingers. */
static void a_folder_of_a_session_is_known(void **state)
{
	struct host_fixture *f = *state;
	const struct passwd *user = getpwuid(geteuid());
	const char *path = "/run/user/7/reeve/default";
	char linger[96];

	assert_non_null(user);
	assert_false(folder_is_of_session(path, f->runtime));
	root_folder(f->runtime, "/run/systemd/system");
	assert_true(folder_is_of_session(path, f->runtime));
	assert_false(folder_is_of_session("/run/reeve/default", f->runtime));
	assert_false(folder_is_of_session("/tmp/run/user/x", f->runtime));
	snprintf(linger, sizeof(linger), "/var/lib/systemd/linger/%s",
		 user->pw_name);
	root_folder(f->runtime, linger);
	assert_false(folder_is_of_session(path, f->runtime));
}

static void more_ram_than_there_is_room_is_told(void **state)
{
	struct host_fixture *f = *state;
	int lock, ram;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_int_equal(
		folder_ram(&f->folder, (uint64_t)1 << 60, &ram, f->report),
		REEVE_ERR_IO);
	host_fixture_told(f, "no room for");
	assert_false(exists(f, "ram"));
	close(lock);
}

static void files_are_written_whole_and_read_back(void **state)
{
	struct host_fixture *f = *state;
	struct folder_path path = folder_path(&f->folder, "x");
	struct stat status;
	size_t size;
	char *data;
	int lock;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_int_equal(folder_write(&f->folder, "x", "abc", 3, f->report),
			 REEVE_OK);
	assert_int_equal(stat(path.text, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	data = folder_file_read(path.text, 3, &size);
	assert_non_null(data);
	assert_int_equal(size, 3);
	assert_string_equal(data, "abc");
	free(data);
	assert_null(folder_file_read(path.text, 2, &size));
	assert_int_equal(errno, EFBIG);
	assert_null(folder_file_read("/nowhere", 2, &size));
	assert_int_equal(errno, ENOENT);
	close(lock);
}

static void a_file_that_cannot_be_written_is_told(void **state)
{
	struct host_fixture *f = *state;

	assert_int_equal(folder_write(&f->folder, "x", "abc", 3, f->report),
			 REEVE_ERR_IO);
	host_fixture_told(f, "cannot be written");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, host_fixture_setup,              \
					host_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_folder_is_in_the_runtime_folder),
		TEST(bad_names_are_refused),
		TEST(sockets_must_have_room_in_the_path),
		TEST(a_folder_of_others_is_refused),
		TEST(a_runtime_folder_that_is_absent_is_told),
		TEST(names_are_listed_in_order),
		TEST(only_a_host_that_ended_by_itself_has_logs),
		TEST(the_lock_tells_the_state),
		TEST(a_duplicate_keeps_the_lock),
		TEST(there_is_nothing_stale_to_take),
		TEST(taking_a_folder_empties_it),
		TEST(the_console_log_alone_is_kept),
		TEST(ram_is_sparse_and_private),
		TEST(ram_outside_is_left_once_its_process_has_gone),
		TEST(ram_that_cannot_be_made_leaves_nothing),
		TEST(without_the_link_there_is_no_ram),
		TEST(a_folder_of_a_session_is_known),
		TEST(more_ram_than_there_is_room_is_told),
		TEST(files_are_written_whole_and_read_back),
		TEST(a_file_that_cannot_be_written_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
