/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells the user, or the guest's journal, what is wrong. */
#ifndef REEVE_GUEST_COMPLAIN_H
#define REEVE_GUEST_COMPLAIN_H

/* Prints one line on the standard error. errno stays as it is. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

#endif
