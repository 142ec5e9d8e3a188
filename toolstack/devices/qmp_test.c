/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests the client of QMP against a QEMU that says what the test wants. */
#include <json-c/json.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/devices/qmp.h"

#define GREETING  "{\"QMP\":{\"version\":{},\"capabilities\":[]}}\r\n"
#define TEN(text) text text text text text text text text text text
/* Lists within lists, more than any answer has. */
#define DEEP "{\"return\":" TEN("[[[[") TEN("]]]]") ",\"id\":2}\n"
#define OK_1 "{\"return\":{},\"id\":1}\r\n"

/* A QEMU that sends a text for each line that it gets, the first before any. */
struct fake {
	const char *const *says; /* ends with NULL: then it closes */
	bool silent; /* it does not close, but waits for the client to */
	char got[4096]; /* what the client sent */
	int fd;
	pthread_t thread;
};

/* Reads a line of the client. Returns false at its end. */
static bool fake_line(struct fake *fake)
{
	size_t used = strlen(fake->got);
	char c = 0;

	while (c != '\n' && used + 1 < sizeof(fake->got)) {
		if (read(fake->fd, &c, 1) != 1)
			return false;
		fake->got[used++] = c;
	}
	return true;
}

static void *fake_run(void *context)
{
	struct fake *fake = context;
	const char *const *says = fake->says;

	for (; *says != NULL; says++) {
		size_t size = strlen(*says);

		if (send(fake->fd, *says, size, MSG_NOSIGNAL) != (ssize_t)size)
			break;
		if (says[1] != NULL && !fake_line(fake))
			break;
	}
	while (fake->silent && fake_line(fake))
		;
	shutdown(fake->fd, SHUT_RDWR);
	return NULL;
}

/* Starts the fake and connects to it. */
static int fake_open(struct fake *fake, const struct reeve_watch *watch,
		     int patience_ms, struct qmp **out,
		     struct reeve_report *report)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	fake->fd = fds[0];
	assert_int_equal(pthread_create(&fake->thread, NULL, fake_run, fake), 0);
	return qmp_attach(fds[1], watch, patience_ms, out, report);
}

static void fake_end(struct fake *fake)
{
	assert_int_equal(pthread_join(fake->thread, NULL), 0);
	close(fake->fd);
}

static void assert_told(struct reeve_report *report, const char *part)
{
	const char *message = reeve_report_get(report, 0)->message;

	assert_int_equal(reeve_report_count(report), 1);
	if (strstr(message, part) == NULL)
		fail_msg("'%s' is not in '%s'", part, message);
}

/* Opens, and executes "query" with the patience of a test that expects an
 * answer. */
static int ask(const char *const *says, struct json_object **result,
	       char words[256], struct reeve_report *report)
{
	struct fake fake = { .says = says };
	struct qmp *qmp = NULL;
	int outcome = fake_open(&fake, NULL, 60000, &qmp, report);

	if (outcome == REEVE_OK) {
		outcome = qmp_call(qmp, "query", NULL, result, report);
		(void)snprintf(words, 256, "%s%s", qmp_words(qmp),
			       qmp_was_absent(qmp) ? " (absent)" : "");
	}
	qmp_close(qmp);
	fake_end(&fake);
	return outcome;
}

static void a_command_is_answered(void **state)
{
	static const char *const says[] = {
		"{\"event\":\"EARLY\"}\n" GREETING, OK_1,
		"{\"event\":\"X\",\"data\":{}}\r\n"
		"{\"return\":{\"a\":[1,2]},\"id\":2}\r\n",
		NULL
	};
	struct reeve_report *report = reeve_report_new();
	struct json_object *result = NULL;
	char words[256];

	(void)state;
	assert_int_equal(ask(says, &result, words, report), REEVE_OK);
	assert_string_equal(
		json_object_to_json_string_ext(result, JSON_C_TO_STRING_PLAIN),
		"{\"a\":[1,2]}");
	json_object_put(result);
	assert_int_equal(reeve_report_count(report), 0);
	reeve_report_free(report);
}

static void commands_are_lines_with_numbers(void **state)
{
	static const char *const says[] = { GREETING, OK_1,
					    "{\"return\":1,\"id\":2}\n", NULL };
	struct reeve_report *report = reeve_report_new();
	struct json_object *arguments = json_object_new_object();
	struct fake fake = { .says = says };
	struct qmp *qmp;

	(void)state;
	json_object_object_add(arguments, "k", json_object_new_string("v\n"));
	assert_int_equal(fake_open(&fake, NULL, 60000, &qmp, report), REEVE_OK);
	assert_int_equal(qmp_call(qmp, "do", arguments, NULL, report), REEVE_OK);
	qmp_close(qmp);
	fake_end(&fake);
	assert_string_equal(
		fake.got,
		"{\"execute\":\"qmp_capabilities\",\"id\":1}\n"
		"{\"execute\":\"do\",\"arguments\":{\"k\":\"v\\n\"},\"id\":2}\n");
	reeve_report_free(report);
}

static void a_refusal_has_words(void **state)
{
	static const char *const says[] = {
		GREETING, OK_1,
		"{\"error\":{\"class\":\"GenericError\","
		"\"desc\":\"no \\u001b[31m\"},\"id\":2}\r\n",
		NULL
	};
	static const char *const absent[] = {
		GREETING, OK_1,
		"{\"error\":{\"class\":\"DeviceNotFound\",\"desc\":\"x\"},"
		"\"id\":2}\r\n",
		NULL
	};
	struct reeve_report *report = reeve_report_new();
	char words[256];

	(void)state;
	assert_int_equal(ask(says, NULL, words, report), REEVE_ERR_ENGINE);
	assert_null(strchr(words, '\x1b'));
	assert_non_null(strstr(words, "no "));
	assert_int_equal(ask(absent, NULL, words, report), REEVE_ERR_ENGINE);
	assert_string_equal(words, "x (absent)");
	assert_int_equal(reeve_report_count(report), 0);
	reeve_report_free(report);
}

static void nonsense_ends_the_connection(void **state)
{
	static const char *const lines[] = {
		"nonsense\n",
		"[]\n",
		"7\n",
		"{\n",
		"{\"return\":{}}\n",
		"{\"return\":{},\"id\":\"2\"}\n",
		"{\"return\":{},\"id\":3}\n",
		"{\"return\":{},\"id\":0}\n",
		"{\"return\":{},\"id\":-1}\n",
		"{\"id\":2}\n",
		"{\"return\":\"\xff\",\"id\":2}\n",
		"{\"return\":{},\"id\":2} x\n",
		DEEP,
	};
	char words[256];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *const says[] = { GREETING, OK_1, lines[i], NULL };
		struct reeve_report *report = reeve_report_new();

		assert_int_equal(ask(says, NULL, words, report), REEVE_ERR_HOST);
		assert_told(report, "breaks its protocol");
		reeve_report_free(report);
	}
}

static void a_greeting_must_be_one(void **state)
{
	static const char *const says[] = { "{\"return\":{}}\r\n", NULL };
	static const char *const gone[] = { "", NULL };
	static const char *const refuses[] = {
		GREETING,
		"{\"error\":{\"class\":\"G\",\"desc\":\"busy\"},\"id\":1}\r\n",
		NULL
	};
	struct reeve_report *report = reeve_report_new();
	char words[256];

	(void)state;
	assert_int_equal(ask(says, NULL, words, report), REEVE_ERR_HOST);
	assert_told(report, "breaks its protocol");
	reeve_report_free(report);
	report = reeve_report_new();
	assert_int_equal(ask(gone, NULL, words, report), REEVE_ERR_HOST);
	assert_told(report, "closed the connection instead of greeting");
	reeve_report_free(report);
	report = reeve_report_new();
	assert_int_equal(ask(refuses, NULL, words, report), REEVE_ERR_HOST);
	assert_told(report, "takes no commands: busy");
	reeve_report_free(report);
}

/* The patience is shorter than any answer: a QEMU that never answers has no
 * time at which the test would have to meet it. */
static void silence_says_what_is_waited_for(void **state)
{
	static const char *const says[] = { GREETING, OK_1, NULL };
	struct reeve_report *report = reeve_report_new();
	struct fake fake = { .says = says, .silent = true };
	struct qmp *qmp = NULL;

	(void)state;
	assert_int_equal(fake_open(&fake, NULL, 2000, &qmp, report), REEVE_OK);
	assert_int_equal(qmp_call(qmp, "blockdev-add", NULL, NULL, report),
			 REEVE_ERR_HOST);
	assert_told(report, "has not got to answering \"blockdev-add\" within "
			    "2 seconds");
	qmp_close(qmp);
	fake_end(&fake);
	reeve_report_free(report);
}

static bool stop_at_once(void *ctx, const char *step, uint64_t done,
			 uint64_t all)
{
	unsigned *asked = ctx;

	(void)done;
	(void)all;
	assert_string_equal(step, "waiting for the host's QEMU");
	++*asked;
	return false;
}

/* A stopped wait leaves an answer behind, which is not taken for the next. */
static void a_stopped_client_goes_on(void **state)
{
	static const char *const says[] = {
		GREETING, OK_1, "",
		"{\"return\":{\"late\":1},\"id\":2}\r\n"
		"{\"return\":{\"now\":1},\"id\":3}\r\n",
		NULL
	};
	struct reeve_report *report = reeve_report_new();
	struct fake fake = { .says = says };
	struct json_object *result = NULL;
	unsigned asked = 0;
	const struct reeve_watch watch = { stop_at_once, &asked };
	struct qmp *qmp;

	(void)state;
	assert_int_equal(fake_open(&fake, NULL, 60000, &qmp, report), REEVE_OK);
	qmp_watch(qmp, &watch);
	assert_int_equal(qmp_call(qmp, "slow", NULL, NULL, report),
			 REEVE_ERR_STOPPED);
	assert_int_equal(asked, 1);
	qmp_watch(qmp, NULL);
	assert_int_equal(qmp_call(qmp, "next", NULL, &result, report), REEVE_OK);
	assert_true(json_object_object_get_ex(result, "now", NULL));
	json_object_put(result);
	qmp_close(qmp);
	fake_end(&fake);
	reeve_report_free(report);
}

#define DELETED(id)                                                            \
	"{\"event\":\"DEVICE_DELETED\",\"data\":{\"device\":\"" id             \
	"\",\"path\":\"/p\"}}\r\n"

static void removed_devices_are_noted(void **state)
{
	static const char *const says[] = {
		GREETING, DELETED("early") OK_1,
		"{\"event\":\"DEVICE_DELETED\",\"data\":{\"path\":\"/x\"}}\n"
		"{\"event\":\"DEVICE_DELETED\"}\n"
		"{\"event\":7}\n" DELETED(
			"one") "{\"return\":{},\"id\":2}\n" DELETED("two"),
		NULL
	};
	struct reeve_report *report = reeve_report_new();
	struct fake fake = { .says = says };
	struct qmp *qmp;

	(void)state;
	assert_int_equal(fake_open(&fake, NULL, 60000, &qmp, report), REEVE_OK);
	assert_int_equal(qmp_await_deleted(qmp, "early", report), REEVE_OK);
	assert_int_equal(qmp_call(qmp, "device_del", NULL, NULL, report),
			 REEVE_OK);
	assert_int_equal(qmp_await_deleted(qmp, "two", report), REEVE_OK);
	assert_int_equal(qmp_await_deleted(qmp, "one", report), REEVE_OK);
	/* It was noted once. */
	assert_int_equal(qmp_await_deleted(qmp, "one", report), REEVE_ERR_HOST);
	assert_told(report, "closed the connection instead of removing the "
			    "device one");
	qmp_close(qmp);
	fake_end(&fake);
	reeve_report_free(report);
}

/* A line without an end is given up, not kept for ever. */
static void a_line_has_a_limit(void **state)
{
	size_t size = (size_t)12 << 20;
	char *text = malloc(size + 1);
	const char *says[] = { GREETING, OK_1, text, NULL };
	struct reeve_report *report = reeve_report_new();
	char words[256];

	(void)state;
	assert_non_null(text);
	memset(text, ' ', size);
	text[size] = '\0';
	assert_int_equal(ask(says, NULL, words, report), REEVE_ERR_HOST);
	assert_told(report, "breaks its protocol");
	reeve_report_free(report);
	free(text);
}

static void a_long_answer_is_read(void **state)
{
	size_t size = (size_t)1 << 20;
	char *text = malloc(size + 64);
	const char *says[] = { GREETING, OK_1, text, NULL };
	struct reeve_report *report = reeve_report_new();
	struct json_object *result = NULL;
	char words[256];

	(void)state;
	assert_non_null(text);
	strcpy(text, "{\"return\":\"");
	memset(text + 11, 'x', size);
	strcpy(text + 11 + size, "\",\"id\":2}\r\n");
	assert_int_equal(ask(says, &result, words, report), REEVE_OK);
	assert_int_equal(json_object_get_string_len(result), size);
	json_object_put(result);
	reeve_report_free(report);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_answered),
		cmocka_unit_test(commands_are_lines_with_numbers),
		cmocka_unit_test(a_refusal_has_words),
		cmocka_unit_test(nonsense_ends_the_connection),
		cmocka_unit_test(a_greeting_must_be_one),
		cmocka_unit_test(silence_says_what_is_waited_for),
		cmocka_unit_test(a_stopped_client_goes_on),
		cmocka_unit_test(removed_devices_are_noted),
		cmocka_unit_test(a_line_has_a_limit),
		cmocka_unit_test(a_long_answer_is_read),
	};

	return cmocka_run_group_tests_name("qmp", tests, NULL, NULL);
}
