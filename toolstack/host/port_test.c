/* SPDX-License-Identifier: BSD-3-Clause */
/* Claims of the host's ports, the wait for a free one, and the end of one. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/host/fixture.h"
#include "toolstack/host/link.h"
#include "toolstack/host/peer.h"

/* A watch that keeps the words of the first wait, and ends it. */
static bool hear(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	(void)done;
	(void)all;
	strcpy(ctx, step);
	return false;
}

static void folder_make(struct host_fixture *f, int *lock)
{
	assert_int_equal(folder_take(&f->folder, lock, f->report), REEVE_OK);
}

static void the_last_free_port_is_taken_first(void **state)
{
	struct host_fixture *f = *state;
	int locks[CONTROL_PORTS];
	char heard[256] = "";
	const struct reeve_watch watch = { hear, heard };
	char expected[128];
	unsigned index;
	long me = (long)getpid();
	int folder, none;

	folder_make(f, &folder);
	for (unsigned i = 0; i < CONTROL_PORTS; i++) {
		assert_int_equal(link_claim_port(&f->folder, CONTROL_PORTS,
						 &watch, &locks[i], &index),
				 0);
		assert_int_equal(index, CONTROL_PORTS - 1 - i);
	}
	assert_int_equal(link_claim_port(&f->folder, CONTROL_PORTS, &watch,
					 &none, &index),
			 -ECANCELED);
	snprintf(expected, sizeof(expected),
		 "waiting for a control port: in use by process %ld, %ld, %ld, "
		 "%ld",
		 me, me, me, me);
	assert_string_equal(heard, expected);
	close(locks[2]);
	assert_int_equal(link_claim_port(&f->folder, CONTROL_PORTS, &watch,
					 &locks[2], &index),
			 0);
	assert_int_equal(index, CONTROL_PORTS - 1 - 2);
	for (unsigned i = 0; i < CONTROL_PORTS; i++)
		close(locks[i]);
	close(folder);
}

static void some_ports_can_be_kept_out_of_a_claim(void **state)
{
	struct host_fixture *f = *state;
	char heard[256] = "";
	const struct reeve_watch watch = { hear, heard };
	int folder, first, other;
	unsigned index;

	folder_make(f, &folder);
	assert_int_equal(link_claim_port(&f->folder, 1, &watch, &first, &index),
			 0);
	assert_int_equal(index, 0);
	assert_int_equal(link_claim_port(&f->folder, 1, &watch, &other, &index),
			 -ECANCELED);
	assert_int_equal(link_claim_port(&f->folder, 2, &watch, &other, &index),
			 0);
	assert_int_equal(index, 1);
	close(first);
	close(other);
	close(folder);
}

/* Claims the port in a process of its own, which then stops. */
static pid_t stopped_client(const struct folder *folder)
{
	pid_t child = fork();
	int status;
	long owner;
	int lock;

	if (child == 0) {
		if (link_claim(folder_path(folder, "control-0.lock").text,
			       &lock, &owner) == 0)
			raise(SIGSTOP);
		_exit(1);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	return child;
}

static void a_stopped_client_is_told_as_stopped(void **state)
{
	struct host_fixture *f = *state;
	char heard[256] = "";
	const struct reeve_watch watch = { hear, heard };
	char expected[128];
	unsigned index;
	pid_t child;
	int folder, none;

	folder_make(f, &folder);
	child = stopped_client(&f->folder);
	assert_int_equal(link_claim_port(&f->folder, 1, &watch, &none, &index),
			 -ECANCELED);
	snprintf(expected, sizeof(expected),
		 "waiting for a control port: in use by process %ld (stopped)",
		 (long)child);
	assert_string_equal(heard, expected);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(folder);
}

/* The file system of the folder is full. */
static void a_claim_needs_no_room(void **state)
{
	struct host_fixture *f = *state;
	struct rlimit before, none;
	char heard[256] = "";
	const struct reeve_watch watch = { hear, heard };
	int folder, lock, other;
	unsigned index;

	folder_make(f, &folder);
	assert_int_equal(link_locks_make(&f->folder, f->report), REEVE_OK);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(link_claim_port(&f->folder, 1, &watch, &lock, &index),
			 0);
	assert_int_equal(link_claim_port(&f->folder, 1, &watch, &other, &index),
			 -ECANCELED);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_string_equal(heard, "waiting for a control port");
	close(lock);
	close(folder);
}

/* A folder that cannot be written any more, after the host was started. */
static void a_started_host_has_all_locks(void **state)
{
	struct host_fixture *f = *state;
	int folder;

	folder_make(f, &folder);
	assert_int_equal(link_locks_make(&f->folder, f->report), REEVE_OK);
	for (unsigned i = 0; i < CONTROL_PORTS; i++) {
		assert_int_equal(
			access(folder_path(&f->folder, "control-%u.lock", i).text,
			       F_OK),
			0);
	}
	for (unsigned i = 0; i < CONTROL_CONSOLES; i++) {
		assert_int_equal(
			access(folder_path(&f->folder, "console-%u.lock", i).text,
			       F_OK),
			0);
	}
	close(folder);
}

/* A host that accepts no connection: its process is stopped. */
static void a_connection_does_not_wait_to_be_accepted(void **state)
{
	struct host_fixture *f = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct folder_path path;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	int fds[64];
	size_t count = 0;
	int folder;

	folder_make(f, &folder);
	path = folder_path(&f->folder, "x.sock");
	assert_true(strlen(path.text) < sizeof(address.sun_path));
	strcpy(address.sun_path, path.text);
	assert_int_equal(
		bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	while (count < 64 && (fds[count] = link_connect(address.sun_path)) >= 0)
		count++;
	assert_true(count > 0 && count < 64);
	assert_int_equal(errno, EAGAIN);
	while (count > 0)
		close(fds[--count]);
	close(listener);
	close(folder);
}

static void a_host_that_goes_leaves_its_logs(void **state)
{
	struct host_fixture *f = *state;
	struct control_request request = { .op = CONTROL_HOST_INFO };
	struct control_reply reply;
	struct peer peer = { .change = NULL };
	struct link *link;
	int folder;

	folder_make(f, &folder);
	peer_listen(&peer,
		    folder_path(&f->folder, "control-%u.sock", CONTROL_PORTS - 1)
			    .text);
	assert_int_equal(link_open(&f->folder, NULL, 60000, &link, f->report),
			 REEVE_OK);
	shutdown(peer.fd, SHUT_RDWR);
	assert_int_equal(link_call(link, &request, &reply, f->report),
			 REEVE_ERR_HOST);
	assert_non_null(
		strstr(reeve_report_get(f->report, 0)->hint, f->folder.path));
	host_fixture_told(f, "the host has ended or closed the connection");
	link_close(link);
	peer_unlisten(&peer);
	close(folder);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, host_fixture_setup,              \
					host_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_last_free_port_is_taken_first),
		TEST(some_ports_can_be_kept_out_of_a_claim),
		TEST(a_stopped_client_is_told_as_stopped),
		TEST(a_claim_needs_no_room),
		TEST(a_started_host_has_all_locks),
		TEST(a_connection_does_not_wait_to_be_accepted),
		TEST(a_host_that_goes_leaves_its_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
