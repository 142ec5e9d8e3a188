/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest/fake_tsm.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "guest/tsm_entry.h"

struct fake_tsm fake_tsm;

void fake_tsm_reset(void)
{
	fake_tsm = (struct fake_tsm){ .provider = "arm_cca_guest\n",
				      .fails = "none" };
}

static bool file_fails(const char *name)
{
	errno = EIO;
	return strcmp(name, fake_tsm.fails) == 0;
}

bool tsm_entry_make(const char *folder, struct tsm_entry *out)
{
	(void)folder;
	out->path[0] = '\0';
	if (file_fails(""))
		return false;
	fake_tsm.entries++;
	return true;
}

void tsm_entry_remove(const struct tsm_entry *entry)
{
	(void)entry;
	fake_tsm.entries--;
}

static size_t outblob_fill(uint8_t *to, size_t capacity)
{
	static const char head[] = "token of ";
	size_t size = sizeof(head) - 1;

	memset(to, 0, capacity);
	memcpy(to, head, size);
	memcpy(to + size, fake_tsm.challenge, fake_tsm.challenge_size);
	fake_tsm.generation += fake_tsm.disturbed;
	if (fake_tsm.signal != 0)
		raise(fake_tsm.signal);
	if (fake_tsm.token_size != 0)
		return fake_tsm.token_size < capacity ? fake_tsm.token_size
						      : capacity;
	return size + fake_tsm.challenge_size;
}

ssize_t tsm_entry_read(const struct tsm_entry *entry, const char *name,
		       void *to, size_t capacity)
{
	(void)entry;
	if (file_fails(name))
		return -1;
	if (strcmp(name, "outblob") == 0)
		return (ssize_t)outblob_fill(to, capacity);
	if (strcmp(name, "provider") == 0)
		return snprintf(to, capacity, "%s", fake_tsm.provider);
	if (fake_tsm.generation_text != NULL)
		return snprintf(to, capacity, "%s", fake_tsm.generation_text);
	return snprintf(to, capacity, "%lu\n", fake_tsm.generation);
}

bool tsm_entry_write(const struct tsm_entry *entry, const char *name,
		     const void *data, size_t size)
{
	(void)entry;
	if (file_fails(name) || strcmp(name, "inblob") != 0 ||
	    size > ATTEST_CHALLENGE)
		return false;
	memcpy(fake_tsm.challenge, data, size);
	fake_tsm.challenge_size = size;
	fake_tsm.generation++;
	return true;
}
