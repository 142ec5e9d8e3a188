/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve-guest: the program inside of a Realm that speaks for it. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/complain.h"
#include "guest/io.h"
#include "guest/relay.h"
#include "guest/serve.h"
#include "guest/tsm.h"

enum {
	OK = 0,
	FAILED = 1,
	WRONG = 2
};

static const char help[] =
	"usage: reeve-guest token --challenge HEX [-o FILE] [--tsm DIR]\n"
	"       reeve-guest serve [--port FILE] [--listen ADDRESS]\n"
	"                         [--keys DIR] [--tsm DIR]\n"
	"       reeve-guest relay [--port FILE] -- PROGRAM [ARGUMENT ...]\n"
	"\n"
	"token   get an attestation token from the kernel\n"
	"serve   answer attestation requests, with the SSH host keys\n"
	"relay   run a program for each connection of the host to a port\n"
	"\n"
	"  --challenge HEX   1 to 64 bytes; zeros follow them in the token\n"
	"  -o, --output FILE write the token there\n"
	"  --port FILE       the virtio port, if not\n"
	"                    " SERVE_PORT ",\n"
	"                    for relay " RELAY_SSH_PORT "\n"
	"  --listen ADDRESS  TCP: A.B.C.D:PORT, [IPV6]:PORT or PORT\n"
	"  --keys DIR        the SSH host keys, if not " SERVE_KEYS "\n"
	"  --tsm DIR         the kernel's reports, if not\n"
	"                    " TSM_FOLDER "\n"
	"\n"
	"Exit code 0: done; 1: failed; 2: the command line is wrong.\n";

struct options {
	const char *challenge;
	const char *output;
	bool has_port;
	struct serve_options serve;
	char **operands; /* ends with NULL */
};

static bool options_read(int argc, char **argv, struct options *out)
{
	static const struct option known[] = {
		{ "challenge", required_argument, NULL, 'c' },
		{ "output", required_argument, NULL, 'o' },
		{ "port", required_argument, NULL, 'p' },
		{ "listen", required_argument, NULL, 'l' },
		{ "keys", required_argument, NULL, 'k' },
		{ "tsm", required_argument, NULL, 't' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "o:", known, NULL)) != -1) {
		switch (option) {
		case 'c':
			out->challenge = optarg;
			break;
		case 'o':
			out->output = optarg;
			break;
		case 'p':
			out->serve.port = optarg;
			out->has_port = true;
			break;
		case 'l':
			out->serve.listen = optarg;
			break;
		case 'k':
			out->serve.keys = optarg;
			break;
		case 't':
			out->serve.tsm = optarg;
			break;
		default:
			return false;
		}
	}
	out->operands = argv + optind;
	return true;
}

/* Reads 1 to 64 bytes in hexadecimal; the rest of the challenge is zero. */
static bool challenge_read(const char *text, uint8_t challenge[ATTEST_CHALLENGE])
{
	size_t size = text != NULL ? strlen(text) : 0;

	memset(challenge, 0, ATTEST_CHALLENGE);
	if (size == 0 || size % 2 != 0 || size / 2 > ATTEST_CHALLENGE ||
	    strspn(text, "0123456789abcdefABCDEF") != size)
		return false;
	for (size_t i = 0; i < size / 2; i++) {
		const char pair[3] = { text[2 * i], text[2 * i + 1] };

		challenge[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

/* Writes a whole file, or leaves none that is new. */
static bool file_write(const char *path, const void *data, size_t size)
{
	char fresh[4096];
	int length = snprintf(fresh, sizeof(fresh), "%s.new", path);
	int fd = -1;
	bool ok;

	if (length > 0 && (size_t)length < sizeof(fresh))
		fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ok = fd >= 0 && io_write(fd, data, size);
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	if (ok && rename(fresh, path) == 0)
		return true;
	complain("%s: %s", path, strerror(errno));
	if (fd >= 0)
		unlink(fresh);
	return false;
}

static int run_token(const struct options *options)
{
	static uint8_t token[ATTEST_TOKEN_MAX];
	uint8_t challenge[ATTEST_CHALLENGE];
	size_t size;

	if (!challenge_read(options->challenge, challenge)) {
		complain("--challenge needs 1 to 64 bytes in hexadecimal");
		return WRONG;
	}
	if (options->output == NULL && isatty(STDOUT_FILENO)) {
		complain("a token is not for a terminal: use -o FILE");
		return WRONG;
	}
	if (!tsm_token(options->serve.tsm, challenge, token, &size))
		return FAILED;
	if (options->output != NULL)
		return file_write(options->output, token, size) ? OK : FAILED;
	if (io_write(STDOUT_FILENO, token, size))
		return OK;
	complain("the standard output: %s", strerror(errno));
	return FAILED;
}

/* With a network to serve, a guest without the port is none the worse. */
static int run_serve(const struct options *options)
{
	struct serve_options serving = options->serve;

	serving.port_may_come = !options->has_port && serving.listen != NULL;
	return serve(&serving);
}

static void program_exec(const void *context)
{
	char *const *program = context;

	execv(program[0], program);
	complain("%s: %s", program[0], strerror(errno));
}

static int run_relay(const struct options *options)
{
	/* Other ports carry what they like. */
	const struct relay_program program = { program_exec, options->operands,
					       options->has_port
						       ? NULL
						       : RELAY_SSH_BEGIN };

	if (options->operands[0] == NULL) {
		complain("relay needs a program: relay -- PROGRAM ...");
		return WRONG;
	}
	return relay(options->has_port ? options->serve.port : RELAY_SSH_PORT,
		     true, &program);
}

static const struct verb {
	const char *name;
	bool operands; /* it takes some */
	int (*run)(const struct options *options);
} verbs[] = {
	{ "token", false, run_token },
	{ "serve", false, run_serve },
	{ "relay", true, run_relay },
	{ NULL, false, NULL },
};

static const struct verb *verb_find(const char *name)
{
	const struct verb *verb = verbs;

	while (verb->name != NULL && strcmp(verb->name, name) != 0)
		verb++;
	return verb->name != NULL ? verb : NULL;
}

int main(int argc, char **argv)
{
	struct options options = { .serve = { .port = SERVE_PORT,
					      .keys = SERVE_KEYS,
					      .tsm = TSM_FOLDER } };
	const char *word = argc > 1 ? argv[1] : "";
	const struct verb *verb = verb_find(word);

	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return fputs(help, stdout) < 0 || fflush(stdout) != 0;
	if (strcmp(word, "--version") == 0)
		return puts("reeve-guest " GUEST_VERSION) < 0 ||
		       fflush(stdout) != 0;
	if (verb == NULL) {
		fputs(help, stderr);
		return WRONG;
	}
	if (!options_read(argc - 1, argv + 1, &options))
		return WRONG;
	if (!verb->operands && options.operands[0] != NULL) {
		complain("%s: one argument too many", options.operands[0]);
		return WRONG;
	}
	return verb->run(&options);
}
