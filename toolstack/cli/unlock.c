/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve unlock: attests a guest, then gives it a secret over ssh
 * (docs/attest-protocol.md, A secret for a guest that waits). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

#define SECRET_MAX 4096

/* Stays in memory, and is overwritten at the end. */
struct secret {
	char bytes[SECRET_MAX + 1];
	size_t size;
};

static const char *secret_name(const struct cli_call *call)
{
	return cli_value(call, CLI_SECRET);
}

static bool secret_is_typed(const struct cli_call *call)
{
	return strcmp(secret_name(call), "-") == 0 && isatty(STDIN_FILENO);
}

static bool secret_check(const struct secret *secret, const char *name)
{
	const char *wrong = NULL;

	if (secret->size == 0)
		wrong = "the secret is empty";
	else if (secret->size > SECRET_MAX)
		wrong = "a secret has at most 4096 bytes";
	if (wrong != NULL)
		fprintf(stderr, "reeve unlock: %s: %s\n", name, wrong);
	return wrong == NULL;
}

/* Reads to the end, but at most one byte more than a secret may have. Returns
 * CLI_FAILED if that fails, and CLI_WRONG if what was read is no secret. */
static int secret_read(struct secret *secret, int fd, const char *name)
{
	ssize_t n = 1;

	while (n != 0 && secret->size < sizeof(secret->bytes)) {
		n = read(fd, secret->bytes + secret->size,
			 sizeof(secret->bytes) - secret->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fprintf(stderr, "reeve: error: %s: %s\n", name,
				strerror(errno));
			return CLI_FAILED;
		}
		secret->size += (size_t)n;
	}
	return secret_check(secret, name) ? CLI_OK : CLI_WRONG;
}

static int secret_load(const struct cli_call *call, struct secret *secret)
{
	const char *name = secret_name(call);
	int fd, code;

	if (strcmp(name, "-") == 0)
		return secret_read(secret, STDIN_FILENO, "the standard input");
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "reeve: error: %s: %s\n", name, strerror(errno));
		return CLI_FAILED;
	}
	code = secret_read(secret, fd, name);
	close(fd);
	return code;
}

/* ---- From a terminal ------------------------------------------------- */

/* Reads a line, without its end. */
static bool line_read(struct secret *secret)
{
	ssize_t n = read(STDIN_FILENO, secret->bytes, sizeof(secret->bytes));

	if (n < 0)
		return false; /* a signal, which is reported elsewhere */
	secret->size = (size_t)n;
	if (n > 0 && secret->bytes[n - 1] == '\n')
		secret->size--;
	return secret_check(secret, "what was typed");
}

/* The terminal does not show what is typed. Reads every line at once, because
 * stdio would keep a copy. */
static bool secret_ask(struct secret *secret, const char *prompt,
		       const char *guest)
{
	struct termios before, silent;
	bool ok;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return false;
	silent = before;
	silent.c_lflag &= (tcflag_t)~ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	fprintf(stderr, prompt, guest);
	ok = line_read(secret);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	return ok;
}

/* A typing error would make a state that nobody can open. */
static bool secret_ask_twice(struct secret *secret, const char *guest)
{
	struct secret again = { .size = 0 };
	bool ok;

	(void)mlock(&again, sizeof(again));
	ok = secret_ask(secret, "New secret for %s: ", guest) &&
	     secret_ask(&again, "The same once more, for %s: ", guest);
	if (ok && (again.size != secret->size ||
		   memcmp(again.bytes, secret->bytes, again.size) != 0)) {
		fputs("reeve unlock: these are two\n", stderr);
		ok = false;
	}
	explicit_bzero(&again, sizeof(again));
	return ok;
}

static bool secret_type(const struct cli_call *call, struct secret *secret,
			const char *guest)
{
	if ((call->options & CLI_FORMAT) != 0)
		return secret_ask_twice(secret, guest);
	return secret_ask(secret, "Secret for %s: ", guest);
}

/* ---- To the guest ---------------------------------------------------- */

/* Returns the end of a pipe that has the secret, and no more. Such a pipe holds
 * a page at least. -1: an error was printed. */
static int secret_pipe(const struct secret *secret)
{
	int ends[2];
	bool ok;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		fprintf(stderr, "reeve: error: no pipe: %s\n", strerror(errno));
		return -1;
	}
	ok = write(ends[1], secret->bytes, secret->size) ==
		     (ssize_t)secret->size &&
	     fcntl(ends[0], F_SETFL, 0) == 0;
	close(ends[1]);
	if (ok)
		return ends[0];
	fputs("reeve: error: a pipe takes no secret\n", stderr);
	close(ends[0]);
	return -1;
}

static int unlock_run(const struct cli_call *call,
		      const struct cli_target *target,
		      const struct cli_attested *attested, int input)
{
	/* These override settings of the user that would replace the command,
	 * cut off its input, or not wait for its end. */
	static const char *const options[] = {
		"-T",
		"-o",
		"RemoteCommand=none",
		"-o",
		"StdinNull=no",
		"-o",
		"SessionType=default",
		"-o",
		"ForkAfterAuthentication=no",
		NULL,
	};
	static const char *const open_words[] = { "reeve-unlock", NULL };
	static const char *const format_words[] = { "reeve-unlock --format",
						    NULL };
	struct cli_ssh ssh = {
		.options = options,
		.command = (call->options & CLI_FORMAT) != 0 ? format_words
							     : open_words,
		.input = input,
	};

	return cli_ssh_open(call, target, attested, &ssh);
}

/* The exit code of a shell that finds no command of that name. */
#define NO_COMMAND 127

static void tell_stateless(void)
{
	fputs("reeve: note: the guest has no command reeve-unlock: reeve image "
	      "build makes guests with a state that has to be unlocked "
	      "(examples/debian-state)\n",
	      stderr);
}

static int secret_send(const struct cli_call *call,
		       const struct cli_target *target,
		       const struct cli_attested *attested,
		       struct secret *secret)
{
	int input;
	int code;

	if (secret_is_typed(call) &&
	    !secret_type(call, secret, attested->inputs.name))
		return CLI_FAILED;
	input = secret_pipe(secret);
	explicit_bzero(secret, sizeof(*secret));
	if (input < 0)
		return CLI_FAILED;
	code = unlock_run(call, target, attested, input);
	close(input);
	if (code == NO_COMMAND)
		tell_stateless();
	return code;
}

static int unlock(const struct cli_call *call, const struct cli_target *target,
		  struct secret *secret)
{
	const struct cli_asked asked = { .verb = "unlock",
					 .domain = target->domain,
					 .needs_ssh = true };
	struct cli_attested attested;
	int code = CLI_FAILED;
	int result = cli_attest_run(call, &asked, &attested);

	if (result == REEVE_OK && cli_ssh_may_run(call, &attested, "ssh"))
		code = secret_send(call, target, &attested, secret);
	return cli_attest_finish(&attested, result, code);
}

/* A secret that need not be typed is read first, so that a wrong name is told
 * at once; one that is typed is asked for when the guest has been accepted. */
int cli_unlock(const struct cli_call *call)
{
	static struct secret secret;
	struct cli_target target;
	int code;

	if (secret_name(call) == NULL) {
		fputs("reeve unlock: --key is missing: the file of the secret, "
		      "or - to read or type it\n",
		      stderr);
		return CLI_WRONG;
	}
	code = cli_target_read(call, "unlock", &target);
	if (code != CLI_OK)
		return code;
	(void)prctl(PR_SET_DUMPABLE, 0); /* no core file */
	(void)mlock(&secret, sizeof(secret)); /* no swap, if we may */
	if (!secret_is_typed(call))
		code = secret_load(call, &secret);
	if (code == CLI_OK)
		code = unlock(call, &target, &secret);
	explicit_bzero(&secret, sizeof(secret));
	cli_target_free(&target);
	return code;
}
