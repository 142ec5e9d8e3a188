/* SPDX-License-Identifier: BSD-3-Clause */
/* A control port, with a stand-in for the session. */
#include "hypervisor/core/control/control_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define REQUEST sizeof(struct control_request)
#define REPLY   sizeof(struct control_reply)

static struct control_port port;
static char story[64]; /* o opened, c closed, i input */
static size_t input_size;
static unsigned requests; /* complete requests so far */
static bool reopens; /* another client opens the port during a request */

static void tell(char what)
{
	size_t length = strlen(story);

	assert_true(length < sizeof(story) - 1);
	story[length] = what;
}

void control_init(struct control_session *session, struct domains *domains,
		  void (*send)(void *ctx, const struct control_reply *reply),
		  void *ctx)
{
	*session = (struct control_session){ .domains = domains,
					     .send = send,
					     .ctx = ctx };
}

void control_open(struct control_session *session)
{
	session->filled = 0;
	tell('o');
}

void control_close(struct control_session *session)
{
	(void)session;
	tell('c');
}

/* Answers each REQUEST bytes with a numbered reply. */
void control_input(struct control_session *session, const uint8_t *bytes,
		   size_t size)
{
	struct control_reply reply = { .magic = CONTROL_MAGIC };

	(void)bytes;
	input_size += size;
	session->filled += size;
	tell('i');
	if (session->filled < REQUEST)
		return;
	session->filled -= REQUEST;
	reply.cookie = requests++;
	if (reopens) {
		control_port_opened(&port, false);
		control_port_opened(&port, true);
	}
	session->send(session->ctx, &reply);
}

static int setup(void **state)
{
	(void)state;
	memset(story, 0, sizeof(story));
	input_size = 0;
	requests = 0;
	reopens = false;
	control_port_init(&port, NULL);
	return 0;
}

static void serve_all(void)
{
	unsigned turns = 0;

	while (control_port_serve(&port))
		assert_true(turns++ < 100);
}

static size_t put(size_t size)
{
	static const uint8_t bytes[2 * CONTROL_PORT_IN];

	return control_port_input(&port, bytes, size);
}

static size_t get(size_t size)
{
	static uint8_t bytes[8192];

	return control_port_output(&port, bytes, size);
}

static void the_session_is_told_first_then_fed(void **state)
{
	(void)state;
	control_port_opened(&port, true);
	assert_int_equal(put(10), 10);
	serve_all();
	assert_string_equal(story, "oi");
	assert_int_equal(input_size, 10);
}

static void nothing_to_do_is_said(void **state)
{
	(void)state;
	assert_false(control_port_serve(&port));
	control_port_opened(&port, true);
	assert_true(control_port_serve(&port));
	assert_false(control_port_serve(&port));
	control_port_opened(&port, false);
	assert_true(control_port_serve(&port));
	assert_false(control_port_serve(&port));
	assert_string_equal(story, "oc");
}

static void a_reply_comes_out(void **state)
{
	(void)state;
	control_port_opened(&port, true);
	(void)put(REQUEST);
	serve_all();
	assert_int_equal(get(100), 100);
	assert_int_equal(get(8192), REPLY - 100);
}

static void a_reopening_unseen_is_a_new_session(void **state)
{
	(void)state;
	control_port_opened(&port, true);
	serve_all();
	control_port_opened(&port, false);
	control_port_opened(&port, true);
	serve_all();
	assert_string_equal(story, "oco");
}

static void queued_bytes_go_with_who_sent_them(void **state)
{
	(void)state;
	control_port_opened(&port, true);
	(void)put(REQUEST);
	control_port_opened(&port, false);
	serve_all();
	assert_int_equal(input_size, 0);
	control_port_opened(&port, true);
	(void)put(REQUEST);
	serve_all();
	control_port_opened(&port, false);
	control_port_opened(&port, true);
	assert_int_equal(get(8192), 0);
}

static void a_reply_to_one_who_has_gone_is_dropped(void **state)
{
	(void)state;
	control_port_opened(&port, true);
	(void)put(REQUEST);
	reopens = true;
	serve_all();
	assert_int_equal(requests, 1);
	assert_int_equal(get(8192), 0);
	assert_string_equal(story, "oico");
}

static void a_full_queue_takes_no_more(void **state)
{
	(void)state;
	control_port_opened(&port, true);
	assert_int_equal(put(2 * CONTROL_PORT_IN), CONTROL_PORT_IN);
	assert_int_equal(put(1), 0);
}

static void requests_wait_while_replies_do(void **state)
{
	unsigned most = CONTROL_PORT_OUT / REPLY;

	(void)state;
	control_port_opened(&port, true);
	(void)put(CONTROL_PORT_IN);
	serve_all();
	assert_int_equal(requests, most);
	assert_int_equal(get(REPLY), REPLY);
	serve_all();
	assert_int_equal(requests, most + 1);
	while (get(8192) != 0)
		serve_all();
	assert_int_equal(requests, CONTROL_PORT_IN / REQUEST);
	assert_int_equal(input_size, CONTROL_PORT_IN);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_session_is_told_first_then_fed),
		TEST(nothing_to_do_is_said),
		TEST(a_reply_comes_out),
		TEST(a_reopening_unseen_is_a_new_session),
		TEST(queued_bytes_go_with_who_sent_them),
		TEST(a_reply_to_one_who_has_gone_is_dropped),
		TEST(a_full_queue_takes_no_more),
		TEST(requests_wait_while_replies_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
