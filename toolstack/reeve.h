/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libreeve: from an xl.cfg(5)-style file to a planned, built and measured
 * guest. The library never prints, never exits and keeps no globals: what
 * happened is appended to a report that the caller owns.
 *
 * Unless said otherwise a function returns 0 or a negative enum reeve_result,
 * an out parameter is written only on success, strings are NUL-terminated
 * UTF-8 or the bytes of the user's file, and a pointer returned from an object
 * lives as long as that object. The objects are not thread-safe; distinct
 * objects may be used from distinct threads.
 */
#ifndef REEVE_H
#define REEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum reeve_result {
	REEVE_OK = 0,
	REEVE_ERR_CONFIG = -1, /* the configuration is refused */
	REEVE_ERR_IO = -2, /* a file cannot be read or written */
	REEVE_ERR_IMAGE = -3, /* a kernel, initrd or device tree is unfit */
	REEVE_ERR_ENGINE = -4, /* the engine or its RMM refused a step */
	REEVE_ERR_MEMORY = -5, /* out of memory */
	REEVE_ERR_ARGUMENT = -6, /* the caller passed a bad argument */
};

/* ---- Reports ---------------------------------------------------------- */

enum reeve_severity {
	REEVE_ERROR,
	REEVE_WARNING,
	REEVE_NOTE,
};

/* One thing to tell a person. Absent texts are NULL, absent places 0. */
struct reeve_diagnostic {
	enum reeve_severity severity;
	const char *file;
	unsigned line; /* 1-based, 0: no place */
	unsigned column; /* 1-based, in bytes, 0: no place */
	const char *key; /* the configuration key to blame */
	const char *message; /* what is wrong */
	const char *hint; /* the way out */
};

struct reeve_report;

struct reeve_report *reeve_report_new(void); /* NULL: out of memory */
void reeve_report_free(struct reeve_report *report);
size_t reeve_report_count(const struct reeve_report *report);
/* NULL when index is out of range. Order is the order of appending. */
const struct reeve_diagnostic *reeve_report_get(
	const struct reeve_report *report, size_t index);
/* Whether a diagnostic was lost for want of memory. */
bool reeve_report_truncated(const struct reeve_report *report);

#ifdef __cplusplus
}
#endif

#endif
