/* SPDX-License-Identifier: BSD-3-Clause */
/* Giving memory of a host back: which parts of the file of its RAM are dropped,
 * and what can go wrong. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "abi/machine_map.h"
#include "toolstack/engine/machine/machine.h"
#include "toolstack/host/fixture.h"
#include "toolstack/host/peer.h"

#define PATIENCE_MS 60000
#define PAGE        ((uint64_t)MACHINE_PAGE_SIZE)
#define FIRST       (MACHINE_HYP_BASE + MACHINE_HYP_SIZE)
#define OFFSET      (FIRST - MACHINE_DRAM_BASE)
#define PAGES       16 /* that have content, from FIRST on */

struct fixture {
	struct host_fixture *host;
	struct peer peer;
	struct engine *engine;
	int ram;
	uint32_t status; /* of the replies */
	uint64_t step; /* pages that a reply has at most; one of two is free */
	uint64_t asked[64]; /* where each request began */
	unsigned count;
	unsigned returned; /* requests that wanted no pages */
	unsigned until; /* questions after which the watch says stop */
	struct reeve_watch watch;
};

/* The errno that fallocate() fails with; 0: it works. */
static int fallocate_error;

int __wrap_fallocate64(int fd, int mode, off_t from, off_t size);
int __real_fallocate64(int fd, int mode, off_t from, off_t size);

int __wrap_fallocate64(int fd, int mode, off_t from, off_t size)
{
	if (fallocate_error == 0)
		return __real_fallocate64(fd, mode, from, size);
	errno = fallocate_error;
	return -1;
}

static bool go_on(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	struct fixture *f = ctx;

	assert_string_not_equal(step, "");
	assert_true(all == 0 || done < all);
	return f->until == 0 || --f->until > 0;
}

/* The hypervisor: every second page is free. */
static bool lend(void *ctx, const struct control_request *request,
		 struct control_reply *reply)
{
	struct control_trim *trim = &reply->body.trim;
	struct fixture *f = ctx;
	uint64_t from = request->body.trim.from;
	uint64_t end = from + f->step * PAGE;

	if (request->op != CONTROL_HOST_TRIM)
		return true;
	reply->status = f->status;
	if (request->body.trim.pages == 0) {
		f->returned++;
		return true;
	}
	f->asked[f->count++ % 64] = from;
	for (uint64_t pa = from; pa < end; pa += PAGE) {
		if ((pa - FIRST) / PAGE % 2 == 0)
			trim->runs[trim->count++] =
				(struct control_free_run){ pa, 1 };
	}
	trim->next = end;
	return true;
}

static void ram_make(struct fixture *f)
{
	uint8_t page[MACHINE_PAGE_SIZE];

	f->ram = open(folder_path(&f->host->folder, "ram").text,
		      O_RDWR | O_CREAT, 0600);
	assert_true(f->ram >= 0);
	assert_int_equal(ftruncate(f->ram, PEER_RAM_SIZE), 0);
	memset(page, 0x5a, sizeof(page));
	for (unsigned i = 0; i < PAGES; i++) {
		assert_int_equal(pwrite(f->ram, page, sizeof(page),
					(off_t)(OFFSET + i * PAGE)),
				 sizeof(page));
	}
	assert_int_equal(pwrite(f->ram, page, sizeof(page), 0), sizeof(page));
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct link *link;
	void *host;

	assert_int_equal(host_fixture_setup(&host), 0);
	f->host = host;
	assert_int_equal(mkdir(f->host->folder.path, 0700), 0);
	ram_make(f);
	f->step = 4;
	f->watch = (struct reeve_watch){ go_on, f };
	f->peer.change = lend;
	f->peer.ctx = f;
	fallocate_error = 0;
	assert_int_equal(link_attach(peer_start(&f->peer), &f->watch,
				     PATIENCE_MS, &link, f->host->report),
			 REEVE_OK);
	assert_int_equal(machine_attach(&f->host->folder, link, &f->watch,
					&f->engine, f->host->report),
			 REEVE_OK);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *host = f->host;

	engine_machine.close(f->engine);
	peer_join(&f->peer);
	close(f->ram);
	free(f);
	return host_fixture_teardown(&host);
}

static int trim(struct fixture *f, uint64_t *freed)
{
	return engine_machine.trim(f->engine, freed, f->host->report);
}

/* Fails unless exactly the pages below count that are free were dropped. */
static void assert_dropped(const struct fixture *f, unsigned count)
{
	uint8_t byte;

	for (unsigned i = 0; i < PAGES; i++) {
		assert_int_equal(
			pread(f->ram, &byte, 1, (off_t)(OFFSET + i * PAGE)), 1);
		assert_int_equal(byte, i < count && i % 2 == 0 ? 0 : 0x5a);
	}
	assert_int_equal(pread(f->ram, &byte, 1, 0), 1);
	assert_int_equal(byte, 0x5a);
}

static void free_pages_are_dropped_and_no_others(void **state)
{
	struct fixture *f = *state;
	uint64_t freed;

	assert_int_equal(trim(f, &freed), REEVE_OK);
	assert_dropped(f, PAGES);
	assert_int_equal(freed, PAGES / 2 * PAGE);
	assert_int_equal(f->returned, 1);
}

/* Parts of the file that have no content are not asked for. */
static void holes_are_left_out(void **state)
{
	struct fixture *f = *state;
	uint64_t freed;

	assert_int_equal(trim(f, &freed), REEVE_OK);
	assert_int_equal(f->count, PAGES / 4);
	f->count = 0;
	assert_int_equal(trim(f, &freed), REEVE_OK);
	assert_int_equal(freed, 0);
	for (unsigned i = 0; i < f->count; i++)
		assert_int_equal((f->asked[i] - FIRST) / PAGE % 2, 1);
}

static void a_file_without_content_costs_no_request(void **state)
{
	struct fixture *f = *state;
	uint64_t freed;

	assert_int_equal(ftruncate(f->ram, 0), 0);
	assert_int_equal(ftruncate(f->ram, PEER_RAM_SIZE), 0);
	assert_int_equal(trim(f, &freed), REEVE_OK);
	assert_int_equal(f->count, 0);
	assert_int_equal(freed, 0);
}

static void a_file_system_without_holes_is_no_error(void **state)
{
	struct fixture *f = *state;
	uint64_t freed;

	fallocate_error = EOPNOTSUPP;
	assert_int_equal(trim(f, &freed), REEVE_OK);
	assert_dropped(f, 0);
	assert_int_equal(freed, 0);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->returned, 1);
}

static void an_error_of_the_file_is_told(void **state)
{
	struct fixture *f = *state;
	uint64_t freed;

	fallocate_error = EIO;
	assert_int_equal(trim(f, &freed), REEVE_ERR_IO);
	host_fixture_told(f->host, "cannot be given back");
}

static void a_stop_keeps_what_was_done(void **state)
{
	struct fixture *f = *state;
	uint64_t freed;

	f->until = 2;
	assert_int_equal(trim(f, &freed), REEVE_ERR_STOPPED);
	assert_true(freed > 0 && freed < PAGES / 2 * PAGE);
}

static void an_old_hypervisor_is_told(void **state)
{
	struct fixture *f = *state;
	uint64_t freed;

	f->status = CONTROL_E_REQUEST;
	assert_int_equal(trim(f, &freed), REEVE_ERR_ENGINE);
	host_fixture_told(f->host, "the host refused");
	assert_dropped(f, 0);
}

static void a_reply_that_goes_back_is_not_obeyed(void **state)
{
	struct fixture *f = *state;
	uint64_t freed;

	f->step = 0;
	assert_int_equal(trim(f, &freed), REEVE_ERR_HOST);
	host_fixture_told(f->host, "breaks the protocol");
	assert_dropped(f, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(free_pages_are_dropped_and_no_others),
		TEST(holes_are_left_out),
		TEST(a_file_without_content_costs_no_request),
		TEST(a_file_system_without_holes_is_no_error),
		TEST(an_error_of_the_file_is_told),
		TEST(a_stop_keeps_what_was_done),
		TEST(an_old_hypervisor_is_told),
		TEST(a_reply_that_goes_back_is_not_obeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
