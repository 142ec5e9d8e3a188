/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve image build: runs the program that makes images. It is a script, which
 * is installed beside others that it runs. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

#define PROGRAM "image.py"

/* Where the program may be, relative to the folder of the running command: in a
 * source tree, and in an installation. */
static const char *const places[] = { "/../../../scripts/",
				      "/../libexec/reeve/" };

static bool try_folder(char *path, size_t size, const char *folder,
		       const char *place)
{
	int length = snprintf(path, size, "%s%s" PROGRAM, folder, place);

	return length > 0 && (size_t)length < size && access(path, X_OK) == 0;
}

/* Writes the path of this command. Returns false if it is not known. */
static bool command_path(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);

	if (length <= 0)
		return false;
	path[length] = '\0';
	return true;
}

/* Finds the program as the firmware of a host is found. Returns false if it is
 * not there; then path is where it was looked for last. */
static bool program_find(char *path, size_t size)
{
	const char *chosen = getenv("REEVE_LIBEXEC");
	char folder[PATH_MAX];

	if (chosen != NULL && *chosen != '\0')
		return try_folder(path, size, chosen, "/");
	if (command_path(folder, sizeof(folder))) {
		*strrchr(folder, '/') = '\0';
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			if (try_folder(path, size, folder, places[i]))
				return true;
		}
	}
	return try_folder(path, size, REEVE_LIBEXEC_DIR, "/");
}

/* Runs the program in this process. Returns only if it cannot. The program has
 * this command judge the configuration of the guest. */
static int program_run(const struct cli_call *call, const char *path)
{
	char command[PATH_MAX];
	const char *argv[8] = { path, "-o", cli_value(call, CLI_OUTPUT) };
	size_t count = 3;

	if ((call->options & CLI_REFRESH) != 0)
		argv[count++] = "--refresh";
	if ((call->options & CLI_SSH_KEY) != 0) {
		argv[count++] = "--ssh-key";
		argv[count++] = cli_value(call, CLI_SSH_KEY);
	}
	argv[count++] = "--";
	argv[count++] = call->operands[0];
	if (command_path(command, sizeof(command)) &&
	    setenv("REEVE_COMMAND", command, 1) == 0)
		execv(path, (char *const *)argv);
	fprintf(stderr, "reeve: error: %s cannot be run: %s%s\n", path,
		strerror(errno),
		errno == ENOENT ? "; is /usr/bin/python3 installed?" : "");
	return CLI_FAILED;
}

int cli_image_build(const struct cli_call *call)
{
	char path[PATH_MAX + 64];

	if (cli_value(call, CLI_OUTPUT) == NULL) {
		fputs("reeve image build: -o is missing: it names the folder of "
		      "the image\n",
		      stderr);
		return CLI_WRONG;
	}
	if (program_find(path, sizeof(path)))
		return program_run(call, path);
	fprintf(stderr,
		"reeve: error: there is no %s: install it with make install, or "
		"name its folder in REEVE_LIBEXEC\n",
		path);
	return CLI_FAILED;
}
