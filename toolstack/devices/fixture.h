/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests of devices: a QEMU that runs no CPU, with slots for devices; and
 * guests from the text of a configuration. */
#ifndef REEVE_TOOLSTACK_DEVICES_FIXTURE_H
#define REEVE_TOOLSTACK_DEVICES_FIXTURE_H

#include <sys/types.h>

#include "toolstack/devices/plug.h"

struct device_fixture {
	char folder[32]; /* of the test's own */
	char socket[64]; /* QMP */
	pid_t qemu;
	struct qmp *qmp;
	struct reeve_report *report;
};

/* Returns false if there is no QEMU on this computer. */
bool device_fixture_possible(void);
/* Setup and teardown of a group of tests; *state is the fixture. */
int device_fixture_start(void **state);
int device_fixture_stop(void **state);
/* Setup of one test: an empty report. */
int device_fixture_begin(void **state);

/* Closes the connection and makes a new one, as another process would. */
void device_fixture_reconnect(struct device_fixture *f);

/* Makes a file of so many bytes in the folder, and returns its path, which is
 * overwritten by the next call. */
const char *device_fixture_file(struct device_fixture *f, const char *name,
				size_t size);

/* Returns all that QEMU has by now, as text that the caller frees: devices,
 * nodes, channels, objects. */
char *device_fixture_inventory(struct device_fixture *f);

/* Asserts that QEMU has again what it had, which is freed. */
void device_fixture_restored(struct device_fixture *f, char *before);

/* Asserts that exactly one error was reported: its place, key and a part of its
 * message or hint. Empties the report. */
void device_fixture_told(struct device_fixture *f, unsigned column,
			 const char *key, const char *part);

/* A guest of a configuration. */
struct device_guest {
	struct cfg *cfg;
	struct domain *domain;
	struct plug_guest plug;
};

/* Reads name, kernel and memory, and the text, whose first line is line 1. */
void device_guest_read(struct device_fixture *f, struct device_guest *guest,
		       const char *text);
void device_guest_free(struct device_guest *guest);

#endif
