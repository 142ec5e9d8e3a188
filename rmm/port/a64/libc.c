/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions that the compiler and BearSSL's build call besides string
 * functions. They check the RMM's own state, and a failure stops the RMM. */
#include <assert.h>
#include <string.h>

#include "lib/log.h"
#include "rmm/port/a64/panic.h"

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room);
void *__memset_chk(void *to, int byte, size_t size, size_t room);

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room)
{
	if (size > room)
		rmm_stop("a copy is larger than its place");
	return memcpy(to, from, size);
}

void *__memset_chk(void *to, int byte, size_t size, size_t room)
{
	if (size > room)
		rmm_stop("a filling is larger than its place");
	return memset(to, byte, size);
}

void __assert_fail(const char *condition, const char *file, unsigned line,
		   const char *function)
{
	log_line("%s:%u: %s: %s", file, line, function, condition);
	rmm_stop("an assertion fails");
}
