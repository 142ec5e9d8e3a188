/* SPDX-License-Identifier: BSD-3-Clause */
#include "hypervisor/core/control_refuse.h"

#include <stdarg.h>

#include "lib/log.h"

enum control_status control_refuse(char *text, enum control_status status,
				   const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)log_format(text, CONTROL_TEXT_SIZE, format, arguments);
	va_end(arguments);
	return status;
}
