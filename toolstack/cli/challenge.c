/* SPDX-License-Identifier: BSD-3-Clause */
/* Challenges that a file remembers: reeve token challenge makes one, and reeve
 * token verify uses it up. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

static int challenge_failed(const char *path, const char *what)
{
	fprintf(stderr, "reeve: error: %s: cannot be %s: %s\n", path, what,
		strerror(errno));
	return CLI_FAILED;
}

/* Writes a new file that only its owner reads. One that is there already may
 * hold a challenge that still waits for its token: it stays. */
static int challenge_store(const char *path, const char *challenge)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file;
	bool ok;

	if (fd < 0)
		return challenge_failed(path, "made");
	file = fdopen(fd, "w");
	if (file == NULL) {
		close(fd);
		unlink(path);
		return challenge_failed(path, "written");
	}
	ok = fprintf(file, "%s\n", challenge) > 0;
	if (fclose(file) == 0 && ok)
		return CLI_OK;
	challenge_failed(path, "written");
	unlink(path);
	return CLI_FAILED;
}

int cli_token_challenge(const struct cli_call *call)
{
	char *challenge = reeve_challenge_new();
	int code = CLI_OK;

	if (challenge != NULL && call->config != NULL)
		code = challenge_store(call->config, challenge);
	if (code == CLI_OK)
		return cli_print_text(challenge);
	free(challenge);
	return code;
}

char *cli_challenge_read(const char *path)
{
	char line[CLI_CHALLENGE_DIGITS + 2];
	FILE *file = fopen(path, "re");
	size_t length = 0;

	if (file == NULL) {
		challenge_failed(path, "opened");
		return NULL;
	}
	if (fgets(line, sizeof(line), file) != NULL)
		length = strcspn(line, "\r\n");
	fclose(file); /* nothing was written that could be lost */
	line[length] = '\0';
	for (size_t i = 0; i < length; i++) {
		if (isxdigit((unsigned char)line[i]) == 0)
			length = 0;
	}
	if (length != 0)
		return strdup(line);
	fprintf(stderr,
		"reeve: error: %s: holds no challenge\n"
		"    `reeve token challenge FILE` makes one\n",
		path);
	return NULL;
}

bool cli_challenge_use(const char *path)
{
	if (unlink(path) == 0)
		return true;
	challenge_failed(path, "removed, so the challenge could be used again");
	return false;
}
