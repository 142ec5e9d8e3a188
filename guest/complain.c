/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest/complain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

void complain(const char *format, ...)
{
	int saved = errno;
	char line[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	fprintf(stderr, "reeve-guest: %s\n", line);
	errno = saved;
}
