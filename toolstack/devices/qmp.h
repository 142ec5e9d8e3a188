/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client of QMP, the protocol by which QEMU takes commands: JSON objects, one
 * a line. QEMU sends a greeting, one answer to each command, and events between
 * them. QEMU's text is not trusted: a line that is too long, no JSON, or no
 * answer to what was asked ends the connection.
 */
#ifndef REEVE_TOOLSTACK_DEVICES_QMP_H
#define REEVE_TOOLSTACK_DEVICES_QMP_H

#include <stdbool.h>
#include <sys/types.h>

#include "toolstack/report/report.h"

struct json_object;
struct qmp;

/* The longest wait for one answer or event. */
#define QMP_PATIENCE_MS 30000

/* Connects to QEMU's socket and exchanges greetings. watch must outlive the
 * connection. Returns 0, REEVE_ERR_HOST, REEVE_ERR_MEMORY or
 * REEVE_ERR_STOPPED. */
int qmp_open(const char *path, const struct reeve_watch *watch,
	     struct qmp **out, struct reeve_report *report);
/* The same over an open stream, which then belongs to the client. On failure
 * the stream is closed, too. patience_ms replaces QMP_PATIENCE_MS. */
int qmp_attach(int fd, const struct reeve_watch *watch, int patience_ms,
	       struct qmp **out, struct reeve_report *report);
void qmp_close(struct qmp *qmp); /* NULL is fine */

/* Sets the watch that is asked from now on. NULL: no watch is asked, so that
 * nothing ends a wait early. After REEVE_ERR_STOPPED the client can go on. */
void qmp_watch(struct qmp *qmp, const struct reeve_watch *watch);

/*
 * Has QEMU execute a command. arguments (NULL: none) then belong to the client.
 * If result is not NULL, *result is what QEMU returns, for json_object_put().
 * Returns 0, or:
 *
 * REEVE_ERR_ENGINE   QEMU refused: qmp_words() has its words; this alone is not
 *                    reported
 * REEVE_ERR_HOST     no answer, or one that breaks the protocol
 * REEVE_ERR_MEMORY   out of memory
 * REEVE_ERR_STOPPED  the watch ended the wait
 */
int qmp_call(struct qmp *qmp, const char *command, struct json_object *arguments,
	     struct json_object **result, struct reeve_report *report);

/* Returns the process at the other end. */
pid_t qmp_process(const struct qmp *qmp);
/* Returns the watch that is asked now, or NULL. */
const struct reeve_watch *qmp_watched(const struct qmp *qmp);

/* Returns what QEMU said when it last refused a command: printable UTF-8. */
const char *qmp_words(const struct qmp *qmp);
/* Returns true if it said that there is no such thing. */
bool qmp_was_absent(const struct qmp *qmp);

/* Waits until QEMU has told that it has removed the device of that id since the
 * client connected. Returns as qmp_call() does. */
int qmp_await_deleted(struct qmp *qmp, const char *id,
		      struct reeve_report *report);

#endif
