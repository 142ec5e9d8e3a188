/* SPDX-License-Identifier: BSD-3-Clause */
/* Exchanges lines with QEMU. The caller's watch may end the wait. */
#include "toolstack/devices/qmp.h"

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "toolstack/host/clock.h"
#include "toolstack/host/link.h"
#include "toolstack/host/watch.h"
#include "toolstack/report/utf8.h"

/* The longest line: an answer to query-named-block-nodes has some KiB for each
 * node. */
#define LINE_MAX_BYTES ((size_t)4 << 20)
#define LINE_STEP      ((size_t)16 << 10)
#define JSON_DEPTH     32
/* Events that are kept until somebody waits for them. */
#define DELETED_MAX 64
#define ID_SIZE     64
#define WORDS_SIZE  512
#define WAIT_SIZE   96

struct qmp {
	int fd;
	const struct reeve_watch *watch;
	int patience_ms;
	char *buffer; /* what was received and not used */
	size_t filled;
	size_t room;
	int64_t last_id; /* of the last command */
	char words[WORDS_SIZE];
	bool absent;
	/* The devices that QEMU has removed; the oldest is overwritten. */
	char deleted[DELETED_MAX][ID_SIZE];
	size_t deleted_count;
	char waits_for[WAIT_SIZE]; /* in words */
};

static int tell_nonsense(struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "what the host's QEMU sends breaks its protocol "
			    "(QMP)");
}

static int tell_gone(const struct qmp *qmp, struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "the host's QEMU closed the connection instead of %s",
			    qmp->waits_for);
}

static int tell_silence(const struct qmp *qmp, struct reeve_report *report)
{
	return report_error(
		report, REEVE_ERR_HOST, NULL, NULL,
		"look at qemu.log in the folder that reeve host status shows",
		"the host's QEMU has not got to %s within %d seconds",
		qmp->waits_for, (qmp->patience_ms + 999) / 1000);
}

/* ---- Bytes -------------------------------------------------------------- */

/* Waits until the stream is ready for events, and asks the watch meanwhile. */
static int qmp_wait(const struct qmp *qmp, short events, int64_t deadline,
		    struct reeve_report *report)
{
	struct pollfd poller = { .fd = qmp->fd, .events = events };

	for (;;) {
		int ready = poll(&poller, 1, WATCH_STEP_MS);

		if (ready > 0)
			return REEVE_OK;
		if (ready < 0 && errno != EINTR)
			return tell_gone(qmp, report);
		if (!watch_go_on(qmp->watch, "waiting for the host's QEMU", 0, 0))
			return REEVE_ERR_STOPPED;
		if (clock_ms() >= deadline)
			return tell_silence(qmp, report);
	}
}

static int qmp_send(const struct qmp *qmp, const char *text, size_t size,
		    int64_t deadline, struct reeve_report *report)
{
	while (size > 0) {
		int result = qmp_wait(qmp, POLLOUT, deadline, report);
		ssize_t n;

		if (result != REEVE_OK)
			return result;
		n = send(qmp->fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return tell_gone(qmp, report);
		if (n > 0) {
			text += n;
			size -= (size_t)n;
		}
	}
	return REEVE_OK;
}

/* Makes room for more bytes and a NUL. */
static int buffer_grow(struct qmp *qmp, struct reeve_report *report)
{
	char *grown;

	if (qmp->room - qmp->filled > 1)
		return REEVE_OK;
	if (qmp->room >= LINE_MAX_BYTES)
		return tell_nonsense(report);
	grown = realloc(qmp->buffer, qmp->room + LINE_STEP + qmp->room / 2);
	if (grown == NULL)
		return REEVE_ERR_MEMORY;
	qmp->buffer = grown;
	qmp->room += LINE_STEP + qmp->room / 2;
	return REEVE_OK;
}

static int qmp_receive(struct qmp *qmp, int64_t deadline,
		       struct reeve_report *report)
{
	int result = buffer_grow(qmp, report);
	ssize_t n;

	if (result == REEVE_OK)
		result = qmp_wait(qmp, POLLIN, deadline, report);
	if (result != REEVE_OK)
		return result;
	n = recv(qmp->fd, qmp->buffer + qmp->filled,
		 qmp->room - qmp->filled - 1, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return tell_gone(qmp, report);
	if (n > 0)
		qmp->filled += (size_t)n;
	return REEVE_OK;
}

/* ---- Messages ----------------------------------------------------------- */

/* Parses a line as one JSON object. Returns NULL if it is none. */
static struct json_object *line_parse(const char *line, size_t length)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *object;

	if (tokener == NULL)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, line, (int)length);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

/* Takes the next line off the buffer. Returns false if it is not there yet. */
static bool line_take(struct qmp *qmp, struct json_object **out)
{
	const char *end =
		qmp->filled > 0 ? memchr(qmp->buffer, '\n', qmp->filled) : NULL;
	size_t length;

	if (end == NULL)
		return false;
	length = (size_t)(end - qmp->buffer) + 1;
	*out = line_parse(qmp->buffer, length);
	qmp->filled -= length;
	memmove(qmp->buffer, qmp->buffer + length, qmp->filled);
	return true;
}

/* Returns the text of a member, or "". */
static const char *member_text(struct json_object *object, const char *name)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, name, &member) ||
	    !json_object_is_type(member, json_type_string))
		return "";
	return json_object_get_string(member);
}

static void event_note(struct qmp *qmp, struct json_object *message)
{
	struct json_object *data;
	const char *id;

	if (strcmp(member_text(message, "event"), "DEVICE_DELETED") != 0 ||
	    !json_object_object_get_ex(message, "data", &data))
		return;
	id = member_text(data, "device");
	if (id[0] == '\0' || strlen(id) >= ID_SIZE)
		return; /* none of ours */
	strcpy(qmp->deleted[qmp->deleted_count++ % DELETED_MAX], id);
}

/* Forgets that the device was removed, as another one may get its id. Returns
 * false if it was not removed. */
static bool deleted_take(struct qmp *qmp, const char *id)
{
	for (size_t i = 0; i < DELETED_MAX; i++) {
		if (strcmp(qmp->deleted[i], id) == 0) {
			qmp->deleted[i][0] = '\0';
			return true;
		}
	}
	return false;
}

/* Receives the next message. *out is NULL if it was an event, which is
 * noted. */
static int message_next(struct qmp *qmp, int64_t deadline,
			struct json_object **out, struct reeve_report *report)
{
	struct json_object *message = NULL;

	while (!line_take(qmp, &message)) {
		int result = qmp_receive(qmp, deadline, report);

		if (result != REEVE_OK)
			return result;
	}
	if (message == NULL)
		return tell_nonsense(report);
	if (json_object_object_get_ex(message, "event", NULL)) {
		event_note(qmp, message);
		json_object_put(message);
		message = NULL;
	}
	*out = message;
	return REEVE_OK;
}

/* ---- Commands ----------------------------------------------------------- */

/* Keeps the words of a refusal, as text that can be printed. */
static void refusal_keep(struct qmp *qmp, struct json_object *error)
{
	char *printable = reeve_printable(member_text(error, "desc"));

	(void)snprintf(qmp->words, sizeof(qmp->words), "%s",
		       printable != NULL ? printable : "it said nothing");
	free(printable);
	qmp->absent = strcmp(member_text(error, "class"), "DeviceNotFound") == 0;
}

/* Returns the number of the command that the message answers; 0: of none. */
static int64_t answer_id(struct json_object *message)
{
	struct json_object *id;

	if (!json_object_object_get_ex(message, "id", &id) ||
	    !json_object_is_type(id, json_type_int))
		return 0;
	return json_object_get_int64(id);
}

static bool answer_is_late(const struct qmp *qmp, struct json_object *message)
{
	int64_t id = answer_id(message);

	return id >= 1 && id <= qmp->last_id;
}

/* Reads the answer to the last command. */
static int answer_read(struct qmp *qmp, struct json_object *message,
		       struct json_object **result, struct reeve_report *report)
{
	struct json_object *member;

	if (json_object_object_get_ex(message, "error", &member)) {
		refusal_keep(qmp, member);
		return REEVE_ERR_ENGINE;
	}
	if (!json_object_object_get_ex(message, "return", &member))
		return tell_nonsense(report);
	if (result != NULL)
		*result = json_object_get(member);
	return REEVE_OK;
}

/* The answer to a command whose wait was ended early may still come: drops
 * it. */
static int answer_await(struct qmp *qmp, struct json_object **result,
			int64_t deadline, struct reeve_report *report)
{
	struct json_object *message = NULL;
	int64_t id = 0;
	int outcome = REEVE_OK;

	while (outcome == REEVE_OK && id != qmp->last_id) {
		json_object_put(message);
		message = NULL;
		outcome = message_next(qmp, deadline, &message, report);
		if (message == NULL)
			continue; /* an event */
		id = answer_id(message);
		if (!answer_is_late(qmp, message) && id != qmp->last_id)
			outcome = tell_nonsense(report);
	}
	if (outcome == REEVE_OK)
		outcome = answer_read(qmp, message, result, report);
	json_object_put(message);
	return outcome;
}

/* Returns the command as a line, or NULL if memory is short. */
static struct json_object *command_make(struct qmp *qmp, const char *command,
					struct json_object *arguments)
{
	struct json_object *object = json_object_new_object();

	if (object == NULL) {
		json_object_put(arguments);
		return NULL;
	}
	json_object_object_add(object, "execute",
			       json_object_new_string(command));
	if (arguments != NULL)
		json_object_object_add(object, "arguments", arguments);
	json_object_object_add(object, "id",
			       json_object_new_int64(++qmp->last_id));
	return object;
}

int qmp_call(struct qmp *qmp, const char *command, struct json_object *arguments,
	     struct json_object **result, struct reeve_report *report)
{
	int64_t deadline = clock_ms() + qmp->patience_ms;
	struct json_object *object = command_make(qmp, command, arguments);
	const char *text;
	int outcome;

	if (object == NULL)
		return REEVE_ERR_MEMORY;
	(void)snprintf(qmp->waits_for, sizeof(qmp->waits_for),
		       "answering \"%s\"", command);
	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	outcome = text == NULL
			  ? REEVE_ERR_MEMORY
			  : qmp_send(qmp, text, strlen(text), deadline, report);
	if (outcome == REEVE_OK)
		outcome = qmp_send(qmp, "\n", 1, deadline, report);
	json_object_put(object);
	if (outcome != REEVE_OK)
		return outcome;
	return answer_await(qmp, result, deadline, report);
}

void qmp_watch(struct qmp *qmp, const struct reeve_watch *watch)
{
	qmp->watch = watch;
}

const struct reeve_watch *qmp_watched(const struct qmp *qmp)
{
	return qmp->watch;
}

pid_t qmp_process(const struct qmp *qmp)
{
	struct ucred peer = { .pid = 0 };
	socklen_t size = sizeof(peer);

	/* On failure it stays 0, which no process has. */
	(void)getsockopt(qmp->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	return peer.pid;
}

const char *qmp_words(const struct qmp *qmp)
{
	return qmp->words;
}

bool qmp_was_absent(const struct qmp *qmp)
{
	return qmp->absent;
}

int qmp_await_deleted(struct qmp *qmp, const char *id,
		      struct reeve_report *report)
{
	int64_t deadline = clock_ms() + qmp->patience_ms;
	int outcome = REEVE_OK;

	(void)snprintf(qmp->waits_for, sizeof(qmp->waits_for),
		       "removing the device %s", id);
	while (outcome == REEVE_OK && !deleted_take(qmp, id)) {
		struct json_object *message = NULL;

		outcome = message_next(qmp, deadline, &message, report);
		/* Nothing is asked now, but an early end of a wait may have
		 * left an answer. */
		if (message != NULL && !answer_is_late(qmp, message))
			outcome = tell_nonsense(report);
		json_object_put(message);
	}
	return outcome;
}

/* ---- Opening ------------------------------------------------------------ */

static int greeting_read(struct qmp *qmp, struct reeve_report *report)
{
	int64_t deadline = clock_ms() + qmp->patience_ms;
	struct json_object *message = NULL;
	int outcome = REEVE_OK;

	strcpy(qmp->waits_for, "greeting");
	while (outcome == REEVE_OK && message == NULL)
		outcome = message_next(qmp, deadline, &message, report);
	if (outcome == REEVE_OK &&
	    !json_object_object_get_ex(message, "QMP", NULL))
		outcome = tell_nonsense(report);
	json_object_put(message);
	return outcome;
}

/* Until this command QEMU takes no other. */
static int capabilities_set(struct qmp *qmp, struct reeve_report *report)
{
	int outcome = qmp_call(qmp, "qmp_capabilities", NULL, NULL, report);

	if (outcome == REEVE_ERR_ENGINE) {
		return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
				    "the host's QEMU takes no commands: %s",
				    qmp_words(qmp));
	}
	return outcome;
}

int qmp_attach(int fd, const struct reeve_watch *watch, int patience_ms,
	       struct qmp **out, struct reeve_report *report)
{
	struct qmp *qmp = calloc(1, sizeof(*qmp));
	int outcome;

	if (qmp == NULL) {
		close(fd);
		return REEVE_ERR_MEMORY;
	}
	qmp->fd = fd;
	qmp->watch = watch;
	qmp->patience_ms = patience_ms;
	outcome = greeting_read(qmp, report);
	if (outcome == REEVE_OK)
		outcome = capabilities_set(qmp, report);
	if (outcome != REEVE_OK) {
		qmp_close(qmp);
		return outcome;
	}
	*out = qmp;
	return REEVE_OK;
}

int qmp_open(const char *path, const struct reeve_watch *watch,
	     struct qmp **out, struct reeve_report *report)
{
	int fd = link_connect(path);

	if (fd < 0) {
		return report_error(
			report, REEVE_ERR_HOST, NULL, NULL,
			"start the host anew: it has no such socket "
			"if an older release started it",
			"the host's QEMU cannot be reached at %s: %s", path,
			strerror(errno));
	}
	return qmp_attach(fd, watch, QMP_PATIENCE_MS, out, report);
}

void qmp_close(struct qmp *qmp)
{
	if (qmp == NULL)
		return;
	close(qmp->fd);
	free(qmp->buffer);
	free(qmp);
}
