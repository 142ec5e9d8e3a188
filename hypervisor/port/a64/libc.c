/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions of a C library that the core and Debian's libfdt need, beyond
 * lib/. */
#include "hypervisor/port/a64/libc.h"

#include <assert.h>

#include "hypervisor/port/a64/power.h"
#include "lib/log.h"

/* A fixed value will do: the code that it guards only reads what the firmware
 * wrote. */
const uintptr_t __stack_chk_guard = (uintptr_t)0x00a5f00dc0de0aff;

void __stack_chk_fail(void)
{
	log_line_unlocked("a function of libfdt overran its stack");
	power_off();
}

void __assert_fail(const char *condition, const char *file, unsigned line,
		   const char *function)
{
	log_line_unlocked("%s:%u: %s: assertion failed: %s", file, line,
			  function, condition);
	power_off();
}

size_t strnlen(const char *string, size_t size)
{
	size_t length = 0;

	while (length < size && string[length] != '\0')
		length++;
	return length;
}

char *strrchr(const char *string, int c)
{
	const char *last = NULL;

	do {
		if (*string == (char)c)
			last = string;
	} while (*string++ != '\0');
	return (char *)(uintptr_t)last;
}
