/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of reeve refs. */
#ifndef REEVE_TOOLSTACK_CLI_REFS_H
#define REEVE_TOOLSTACK_CLI_REFS_H

#include "toolstack/cli/cli.h"

/* Reads the options about the CoRIM itself. If one cannot be read, it says
 * so. */
bool cli_refs_corim_options(const struct cli_call *call,
			    struct reeve_corim_options *options);

#endif
