/* SPDX-License-Identifier: BSD-3-Clause */
/* A kernel for tests of whole commands, in the place of tsm_entry.c: the token
 * is what the command in REEVE_SIGNER prints, with the challenge behind it. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/attest.h"
#include "guest/tsm_entry.h"

static char challenge[2 * ATTEST_CHALLENGE + 1];

bool tsm_entry_make(const char *folder, struct tsm_entry *out)
{
	(void)folder;
	out->path[0] = '\0';
	challenge[0] = '\0';
	errno = ENOENT;
	return getenv("REEVE_SIGNER") != NULL;
}

void tsm_entry_remove(const struct tsm_entry *entry)
{
	(void)entry;
}

static ssize_t token_read(void *to, size_t capacity)
{
	char command[1024];
	FILE *pipe;
	size_t size;

	snprintf(command, sizeof(command), "%s %s", getenv("REEVE_SIGNER"),
		 challenge);
	pipe = popen(command, "r");
	if (pipe == NULL)
		return -1;
	size = fread(to, 1, capacity, pipe);
	errno = EIO;
	return pclose(pipe) == 0 ? (ssize_t)size : -1;
}

ssize_t tsm_entry_read(const struct tsm_entry *entry, const char *name,
		       void *to, size_t capacity)
{
	(void)entry;
	if (strcmp(name, "outblob") == 0)
		return token_read(to, capacity);
	if (strcmp(name, "provider") == 0)
		return snprintf(to, capacity, "arm_cca_guest\n");
	return snprintf(to, capacity, "%d\n", challenge[0] != '\0');
}

bool tsm_entry_write(const struct tsm_entry *entry, const char *name,
		     const void *data, size_t size)
{
	const uint8_t *bytes = data;

	(void)entry;
	errno = EINVAL;
	if (strcmp(name, "inblob") != 0 || size != ATTEST_CHALLENGE)
		return false;
	for (size_t i = 0; i < size; i++)
		snprintf(challenge + 2 * i, 3, "%02x", bytes[i]);
	return true;
}
