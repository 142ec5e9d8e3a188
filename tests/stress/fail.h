/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of a process that found something wrong. */
#ifndef REEVE_TESTS_STRESS_FAIL_H
#define REEVE_TESTS_STRESS_FAIL_H

/* Prints a line that begins with "stress:", and aborts. Any thread may. */
_Noreturn void stress_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif
