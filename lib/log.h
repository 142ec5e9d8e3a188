/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of text for a person, on the console of a bare-metal program. */
#ifndef REEVE_LIB_LOG_H
#define REEVE_LIB_LOG_H

#include <stdarg.h>
#include <stdint.h>

/*
 * Sets where the text goes: put is called for each character, with a carriage
 * return before each line feed. name, which must outlive the log, starts each
 * line. Before this call nothing is printed.
 */
void log_init(const char *name, void (*put)(char c));

/*
 * Prints one line; the line feed is added. Knows %s %c %d %u %x %p %%, with
 * l or ll, a width and a leading 0. Lines of several CPUs do not mix; needs
 * the MMU on (lib/spinlock.h).
 */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Prints one line without the lock: for a CPU that stops for good after a fatal
 * error, or that runs alone with the MMU off.
 */
void log_line_unlocked(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/*
 * Formats a line for both: writes at most size bytes, the terminating zero
 * included, and returns the length of the text.
 */
int log_format(char *start, int size, const char *format, va_list arguments);

#endif
