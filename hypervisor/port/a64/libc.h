/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions of a C library that Debian's libfdt needs, beyond
 * lib/libc/string.h. */
#ifndef REEVE_HYPERVISOR_PORT_A64_LIBC_H
#define REEVE_HYPERVISOR_PORT_A64_LIBC_H

#include <stddef.h>
#include <stdint.h>

/* The canary of the stack protector, and what is called when it was
 * overwritten. */
extern const uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

size_t strnlen(const char *string, size_t size);
char *strrchr(const char *string, int c);

#endif
