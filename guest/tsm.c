/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest/tsm.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "guest/complain.h"
#include "guest/tsm_entry.h"

/* The kernel's name for tokens of Arm CCA. Reports of other providers are
 * other documents. */
#define PROVIDER "arm_cca_guest"

static bool report_failed(const char *what)
{
	complain("%s: %s", what, strerror(errno));
	return false;
}

static bool provider_check(const struct tsm_entry *entry)
{
	char name[64] = { 0 };
	ssize_t size = tsm_entry_read(entry, "provider", name, sizeof(name) - 1);

	if (size < 0)
		return report_failed("provider");
	name[strcspn(name, "\n")] = '\0';
	if (strcmp(name, PROVIDER) == 0)
		return true;
	complain("the kernel's reports are those of %s, this is no CCA Realm",
		 name);
	return false;
}

/* Reads the number that the kernel increments with each write to the entry. */
static bool generation_read(const struct tsm_entry *entry, unsigned long *out)
{
	char text[32] = { 0 };
	ssize_t size =
		tsm_entry_read(entry, "generation", text, sizeof(text) - 1);
	char *end;

	if (size < 0)
		return report_failed("generation");
	errno = 0;
	*out = strtoul(text, &end, 10);
	if (end != text && errno == 0 && (*end == '\n' || *end == '\0'))
		return true;
	complain("generation: this is no number");
	return false;
}

/* Reads one byte more than a token may have, so that a longer one is seen. */
static bool outblob_read(const struct tsm_entry *entry,
			 uint8_t token[ATTEST_TOKEN_MAX], size_t *size)
{
	static uint8_t blob[ATTEST_TOKEN_MAX + 1];
	ssize_t got = tsm_entry_read(entry, "outblob", blob, sizeof(blob));

	if (got < 0)
		return report_failed("outblob");
	if (got == 0 || (size_t)got > ATTEST_TOKEN_MAX) {
		complain("outblob: a token of %zd bytes is none", got);
		return false;
	}
	memcpy(token, blob, (size_t)got);
	*size = (size_t)got;
	return true;
}

/* The token answers this challenge only if nothing else was written to the
 * entry before it was read. */
static bool report_read(const struct tsm_entry *entry,
			const uint8_t challenge[ATTEST_CHALLENGE],
			uint8_t token[ATTEST_TOKEN_MAX], size_t *size)
{
	unsigned long before;
	unsigned long after;

	if (!provider_check(entry) || !generation_read(entry, &before))
		return false;
	if (!tsm_entry_write(entry, "inblob", challenge, ATTEST_CHALLENGE))
		return report_failed("inblob");
	if (!outblob_read(entry, token, size) || !generation_read(entry, &after))
		return false;
	if (after == before + 1)
		return true;
	complain("generation: another process has written to this report");
	return false;
}

/* Makes an entry, and removes it again. */
static bool entry_use(const char *folder,
		      const uint8_t challenge[ATTEST_CHALLENGE],
		      uint8_t token[ATTEST_TOKEN_MAX], size_t *size)
{
	struct tsm_entry entry;
	bool ok;

	if (!tsm_entry_make(folder, &entry)) {
		complain("no report can be made in %s: %s", folder,
			 strerror(errno));
		complain("needed: a Realm, configfs mounted, and the module "
			 "arm-cca-guest");
		return false;
	}
	ok = report_read(&entry, challenge, token, size);
	tsm_entry_remove(&entry);
	return ok;
}

/* A signal that ends this process waits: the entry would stay, and a peer who
 * asks just before the end of its time could fill the kernel's memory. */
bool tsm_token(const char *folder, const uint8_t challenge[ATTEST_CHALLENGE],
	       uint8_t token[ATTEST_TOKEN_MAX], size_t *size)
{
	sigset_t all;
	sigset_t before;
	bool ok;

	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	ok = entry_use(folder, challenge, token, size);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return ok;
}
