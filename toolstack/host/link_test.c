/* SPDX-License-Identifier: BSD-3-Clause */
/* A control connection, also to hosts that break the protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/host/peer.h"

#define PATIENCE_MS 60000

struct fixture {
	struct peer peer;
	struct reeve_report *report;
	struct link *link;
};

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .report = reeve_report_new() };
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	link_close(f->link);
	peer_join(&f->peer);
	reeve_report_free(f->report);
	return 0;
}

static int attach(struct fixture *f, int patience_ms)
{
	return link_attach(peer_start(&f->peer), NULL, patience_ms, &f->link,
			   f->report);
}

static void assert_told(struct fixture *f, const char *text)
{
	assert_int_equal(reeve_report_count(f->report), 1);
	assert_non_null(strstr(reeve_report_get(f->report, 0)->message, text));
}

static int ask(struct fixture *f, enum control_op op)
{
	struct control_request request = { .op = op, .domid = 3 };
	struct control_reply reply;

	return link_call(f->link, &request, &reply, f->report);
}

static void hello_tells_what_the_host_is(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(link_host(f->link)->cores, 2);
	assert_true(link_host(f->link)->realms);
	assert_string_equal(link_host(f->link)->rmm_text, "fine?");
}

/* An earlier client may have left an old reply, a part of one, or noise. */
static void what_is_left_of_others_is_skipped(void **state)
{
	struct fixture *f = *state;
	static uint8_t before[4000];
	const uint64_t magic = CONTROL_MAGIC;

	memcpy(before, &magic, 8);
	memcpy(before + 1600, &magic, 8);
	memcpy(before + sizeof(before) - 5, &magic, 5);
	f->peer.before = before;
	f->peer.before_size = sizeof(before);
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(ask(f, CONTROL_HOST_INFO), REEVE_OK);
}

static bool wrong_cookie_first(void *ctx, const struct control_request *request,
			       struct control_reply *reply)
{
	struct fixture *f = ctx;
	struct control_reply old = *reply;

	old.cookie = ~request->cookie;
	return write(f->peer.fd, &old, sizeof(old)) == sizeof(old);
}

static void replies_with_other_cookies_are_skipped(void **state)
{
	struct fixture *f = *state;

	f->peer.change = wrong_cookie_first;
	f->peer.ctx = f;
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(ask(f, CONTROL_HOST_INFO), REEVE_OK);
}

static bool silent(void *ctx, const struct control_request *request,
		   struct control_reply *reply)
{
	(void)ctx;
	(void)request;
	(void)reply;
	return false;
}

static bool deaf_at_first(void *ctx, const struct control_request *request,
			  struct control_reply *reply)
{
	unsigned *heard = ctx;

	(void)request;
	(void)reply;
	return ++*heard > 1;
}

static void a_lost_greeting_is_said_again(void **state)
{
	struct fixture *f = *state;
	unsigned heard = 0;

	f->peer.change = deaf_at_first;
	f->peer.ctx = &heard;
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(heard, 2);
	assert_int_equal(ask(f, CONTROL_HOST_INFO), REEVE_OK);
}

static void silence_is_told(void **state)
{
	struct fixture *f = *state;

	f->peer.change = silent;
	assert_int_equal(attach(f, 1), REEVE_ERR_HOST);
	assert_told(f, "does not answer");
}

static bool stop_at_once(void *ctx, const char *step, uint64_t done,
			 uint64_t all)
{
	unsigned *asked = ctx;

	(void)step;
	(void)done;
	(void)all;
	++*asked;
	return false;
}

static void a_wait_can_be_given_up(void **state)
{
	struct fixture *f = *state;
	unsigned asked = 0;
	const struct reeve_watch watch = { stop_at_once, &asked };

	f->peer.change = silent;
	assert_int_equal(link_attach(peer_start(&f->peer), &watch, PATIENCE_MS,
				     &f->link, f->report),
			 REEVE_ERR_STOPPED);
	assert_int_equal(asked, 1);
	assert_int_equal(reeve_report_count(f->report), 0);
}

static bool other_version(void *ctx, const struct control_request *request,
			  struct control_reply *reply)
{
	(void)ctx;
	(void)request;
	reply->status = CONTROL_E_VERSION;
	return true;
}

static void another_version_is_told(void **state)
{
	struct fixture *f = *state;

	f->peer.change = other_version;
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_ERR_ENGINE);
	assert_told(f, "another version");
}

static bool wrong_op(void *ctx, const struct control_request *request,
		     struct control_reply *reply)
{
	(void)ctx;
	if (request->op != CONTROL_HELLO)
		reply->op++;
	return true;
}

static void a_reply_to_something_else_is_told(void **state)
{
	struct fixture *f = *state;

	f->peer.change = wrong_op;
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(ask(f, CONTROL_HOST_INFO), REEVE_ERR_HOST);
	assert_told(f, "breaks the protocol");
}

struct status {
	uint32_t status;
	const char *text;
};

static bool refuse(void *ctx, const struct control_request *request,
		   struct control_reply *reply)
{
	const struct status *status = ctx;

	if (request->op == CONTROL_HELLO)
		return true;
	reply->status = status->status;
	memset(reply->text, 'x', sizeof(reply->text));
	if (status->text != NULL)
		strcpy((char *)reply->text, status->text);
	return true;
}

static void a_refusal_is_told_in_the_hosts_words(void **state)
{
	struct fixture *f = *state;
	struct status status = { CONTROL_E_MEMORY, "no\nmemory" };

	f->peer.change = refuse;
	f->peer.ctx = &status;
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(ask(f, CONTROL_DOMAIN_CREATE), REEVE_ERR_ENGINE);
	assert_told(f, "the host refused: no?memory");
	assert_string_equal(reeve_report_get(f->report, 0)->hint,
			    "give the guest less, end another one (reeve "
			    "list), or start a host with more --memory, or "
			    "another --dma-memory");
}

static void a_state_and_a_limit_say_what_to_do(void **state)
{
	static const struct {
		struct status status;
		enum control_op op;
		const char *hint; /* NULL: there is none */
	} cases[] = {
		{ { CONTROL_E_STATE, "domain 1 is shut down" },
		  CONTROL_DOMAIN_UNPAUSE,
		  "can only be destroyed" },
		{ { CONTROL_E_STATE, "domain 1 has no UART" },
		  CONTROL_DOMAIN_BREAK,
		  NULL },
		{ { CONTROL_E_LIMIT, "all consoles are taken" },
		  CONTROL_DOMAIN_CREATE,
		  "destroy a domain" },
	};
	struct fixture *f = *state;
	struct status status;

	f->peer.change = refuse;
	f->peer.ctx = &status;
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *hint;

		status = cases[i].status;
		assert_int_equal(ask(f, cases[i].op), REEVE_ERR_ENGINE);
		hint = reeve_report_get(f->report, i)->hint;
		assert_int_equal(hint != NULL, cases[i].hint != NULL);
		assert_true(hint == NULL || strstr(hint, cases[i].hint));
	}
}

static void a_request_that_the_host_does_not_know_is_explained(void **state)
{
	struct fixture *f = *state;
	struct status status = { CONTROL_E_REQUEST, "reserved bits are set" };

	f->peer.change = refuse;
	f->peer.ctx = &status;
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(ask(f, CONTROL_DOMAIN_CREATE), REEVE_ERR_ENGINE);
	assert_told(f, "the host refused: reserved bits are set");
	assert_non_null(strstr(reeve_report_get(f->report, 0)->hint,
			       "another release"));
}

static void a_refusal_without_words_gets_some(void **state)
{
	struct fixture *f = *state;
	struct status status = { CONTROL_E_LIMIT, "" };

	f->peer.change = refuse;
	f->peer.ctx = &status;
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(ask(f, CONTROL_DOMAIN_CREATE), REEVE_ERR_ENGINE);
	assert_told(f, "a limit is reached");
}

static void a_text_without_an_end_is_cut(void **state)
{
	struct fixture *f = *state;
	struct status status = { CONTROL_E_RMM, NULL };

	f->peer.change = refuse;
	f->peer.ctx = &status;
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(ask(f, CONTROL_DOMAIN_CREATE), REEVE_ERR_ENGINE);
	assert_int_equal(strlen(reeve_report_get(f->report, 0)->message),
			 strlen("the host refused: ") + CONTROL_TEXT_SIZE - 1);
}

static void a_status_that_does_not_exist_is_told(void **state)
{
	struct fixture *f = *state;
	struct status status = { 77, "" };

	f->peer.change = refuse;
	f->peer.ctx = &status;
	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(ask(f, CONTROL_DOMAIN_CREATE), REEVE_ERR_HOST);
	assert_told(f, "breaks the protocol");
}

static void no_domain_is_the_callers_to_tell(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	assert_int_equal(ask(f, CONTROL_DOMAIN_INFO), REEVE_ERR_NO_DOMAIN);
	assert_int_equal(reeve_report_count(f->report), 0);
}

static void a_host_that_goes_is_told(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(attach(f, PATIENCE_MS), REEVE_OK);
	f->peer.change = silent;
	shutdown(f->peer.fd, SHUT_RDWR);
	assert_int_equal(ask(f, CONTROL_HOST_INFO), REEVE_ERR_HOST);
	assert_told(f, "has ended");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_tells_what_the_host_is),
		TEST(what_is_left_of_others_is_skipped),
		TEST(replies_with_other_cookies_are_skipped),
		TEST(a_lost_greeting_is_said_again),
		TEST(silence_is_told),
		TEST(a_wait_can_be_given_up),
		TEST(another_version_is_told),
		TEST(a_reply_to_something_else_is_told),
		TEST(a_refusal_is_told_in_the_hosts_words),
		TEST(a_state_and_a_limit_say_what_to_do),
		TEST(a_request_that_the_host_does_not_know_is_explained),
		TEST(a_refusal_without_words_gets_some),
		TEST(a_text_without_an_end_is_cut),
		TEST(a_status_that_does_not_exist_is_told),
		TEST(no_domain_is_the_callers_to_tell),
		TEST(a_host_that_goes_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
