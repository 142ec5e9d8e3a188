/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * <assert.h> of the bare-metal programs. Each program defines what a failure
 * does.
 */
#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition)                                                      \
	((condition) ? (void)0                                                 \
		     : __assert_fail(#condition, __FILE__, __LINE__, __func__))
#endif

#ifndef REEVE_LIB_LIBC_ASSERT_H
#define REEVE_LIB_LIBC_ASSERT_H

_Noreturn void __assert_fail(const char *condition, const char *file,
			     unsigned line, const char *function);

#endif
