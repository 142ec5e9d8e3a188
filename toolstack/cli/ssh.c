/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve ssh: attests a guest, then runs ssh with its keys and no others. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

/* A private folder with the one file of host keys that ssh may read. */
struct keys_file {
	char folder[32];
	char path[64];
};

static bool keys_file_make(struct keys_file *file, const char *text)
{
	strcpy(file->folder, "/tmp/reeve-ssh-XXXXXX");
	if (mkdtemp(file->folder) == NULL) {
		fprintf(stderr, "reeve: error: %s: %s\n", file->folder,
			strerror(errno));
		return false;
	}
	snprintf(file->path, sizeof(file->path), "%s/keys", file->folder);
	if (cli_write_file(file->path, text, strlen(text)) == REEVE_OK)
		return true;
	rmdir(file->folder);
	return false;
}

static void keys_file_remove(const struct keys_file *file)
{
	unlink(file->path);
	rmdir(file->folder);
}

/* ssh takes the first value that it gets for an option: these come before those
 * of the user, who cannot weaken them by accident. A shared connection that is
 * open already, a key from DNS or from a command, and the trust in every
 * address of this machine are ways round the check of the keys. */
static const char *const fixed[] = {
	"StrictHostKeyChecking=yes",
	"GlobalKnownHostsFile=/dev/null",
	"KnownHostsCommand=none",
	"CheckHostIP=no",
	"UpdateHostKeys=no",
	"VerifyHostKeyDNS=no",
	"NoHostAuthenticationForLocalhost=no",
	"ControlPath=none",
};

#define FIXED (sizeof(fixed) / sizeof(fixed[0]))

/* Runs ssh in this process. Returns only if it cannot. */
static void ssh_exec(const struct cli_call *call, const char *name,
		     const struct keys_file *file)
{
	size_t most = 2 * (FIXED + 2) + call->operand_count + 2;
	const char **argv = calloc(most, sizeof(*argv));
	char known_hosts[128];
	char *alias = NULL;
	size_t count = 0;

	snprintf(known_hosts, sizeof(known_hosts), "UserKnownHostsFile=%s",
		 file->path);
	if (argv == NULL || asprintf(&alias, "HostKeyAlias=%s", name) < 0)
		return;
	argv[count++] = "ssh";
	for (size_t i = 0; i < FIXED; i++) {
		argv[count++] = "-o";
		argv[count++] = fixed[i];
	}
	argv[count++] = "-o";
	argv[count++] = known_hosts;
	argv[count++] = "-o";
	argv[count++] = alias;
	for (size_t i = 0; i < call->operand_count; i++)
		argv[count++] = call->operands[i];
	execvp(argv[0], (char *const *)argv);
}

static int ssh_wait(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return CLI_FAILED;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Signals of the terminal are for ssh: this process stays until ssh has ended,
 * to remove the file. */
static int ssh_run(const struct cli_call *call, const char *name,
		   const struct keys_file *file)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };
	pid_t child = fork();

	if (child == 0) {
		ssh_exec(call, name, file);
		fprintf(stderr, "reeve: error: ssh cannot be run: %s\n",
			strerror(errno));
		_exit(127);
	}
	if (child < 0) {
		fprintf(stderr, "reeve: error: ssh cannot be run: %s\n",
			strerror(errno));
		return CLI_FAILED;
	}
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
	return ssh_wait(child);
}

static int ssh_with_keys(const struct cli_call *call,
			 const struct cli_attested *attested)
{
	char *text = cli_attest_known_hosts(attested);
	struct keys_file file;
	int code = CLI_FAILED;

	if (text == NULL)
		return cli_print_text(NULL);
	if (*text == '\0') {
		fputs("reeve ssh: the guest has no SSH host keys\n", stderr);
	} else if (keys_file_make(&file, text)) {
		code = ssh_run(call, attested->inputs.name, &file);
		keys_file_remove(&file);
	}
	free(text);
	return code;
}

int cli_ssh(const struct cli_call *call)
{
	struct cli_attested attested;
	int result = cli_attest_run(call, "ssh", &attested);
	int code = CLI_FAILED;
	bool passed = result == REEVE_OK &&
		      reeve_verification_passed(attested.verification);

	/* A warning that comes after the shell is too late. */
	if (result == REEVE_OK)
		cli_inputs_tell(&attested.inputs);
	if (result == REEVE_OK && (!passed || (call->options & CLI_QUIET) == 0))
		cli_attest_print(&attested, stderr);
	if (passed)
		code = ssh_with_keys(call, &attested);
	else if (result == REEVE_OK)
		fputs("reeve ssh: ssh was not run\n", stderr);
	return cli_attest_finish(&attested, result, code);
}
