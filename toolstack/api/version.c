/* SPDX-License-Identifier: BSD-3-Clause */
/* The version of the library. The build knows it, and the public header says
 * it: they must agree. */
#include "toolstack/reeve.h"

enum {
	BUILT = REEVE_VERSION_NUMBER(REEVE_BUILD_MAJOR, REEVE_BUILD_MINOR,
				     REEVE_BUILD_MICRO),
};

_Static_assert(REEVE_VERSION == BUILT,
	       "reeve.h and meson.build name different versions");

unsigned reeve_version(void)
{
	return REEVE_VERSION;
}

const char *reeve_version_text(void)
{
	return REEVE_BUILD_VERSION;
}
