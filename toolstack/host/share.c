/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the list of shared folders, and names them for QEMU. */
#include "toolstack/host/share.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Resolves a path, which must be a folder's. */
static const char *share_add(struct shares *shares, const char *text,
			     size_t length)
{
	char *path = shares->paths[shares->count];
	char given[PATH_MAX];
	struct stat status;

	if (length == 0 || text[0] != '/')
		return "is no absolute path";
	if (length >= sizeof(given))
		return "is too long for a path";
	memcpy(given, text, length);
	given[length] = '\0';
	if (realpath(given, path) == NULL || stat(path, &status) != 0)
		return strerror(errno);
	if (!S_ISDIR(status.st_mode))
		return "is no folder";
	for (unsigned i = 0; i < shares->count; i++) {
		if (strcmp(shares->paths[i], path) == 0)
			return NULL;
	}
	shares->count++;
	return NULL;
}

const char *shares_read(const char *list, struct shares *shares,
			const char **at, size_t *length)
{
	const char *wrong;

	shares->count = 0;
	for (*at = list;; *at += *length + 1) {
		*length = strcspn(*at, ":");
		if (shares->count == SHARES_MAX)
			return "is one folder too many: 16 can be shared";
		wrong = share_add(shares, *at, *length);
		if (wrong != NULL || (*at)[*length] == '\0')
			return wrong;
	}
}

void share_id(const char *path, enum share_way way, char id[SHARE_ID])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *path != '\0'; path++)
		hash = (hash ^ (unsigned char)*path) * UINT64_C(0x100000001b3);
	(void)snprintf(id, SHARE_ID, "%s-%016" PRIx64,
		       way == SHARE_MAPPED ? "mapped" : "plain", hash);
}

bool share_is_offered(enum share_way way)
{
	return way == SHARE_MAPPED || geteuid() != 0;
}

bool share_keeps_attributes(const char *path)
{
	return getxattr(path, "user.virtfs.uid", NULL, 0) >= 0 ||
	       errno != EOPNOTSUPP;
}
