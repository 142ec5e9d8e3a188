/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve ssh: attests a guest, then runs ssh with its keys and no others. What
 * reeve cp and reeve unlock do in the same way is here, too. */
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
 * open already, a key from DNS or from a command, the trust in every address of
 * this machine, and Kerberos in place of a key are ways round the check of the
 * keys. Not every ssh has the setting for the last one, so that it must ignore
 * what it does not know: all of that, because the list of the user, which this
 * one replaces, may have anything. */
static const char *const fixed[] = {
	"IgnoreUnknown=*",
	"StrictHostKeyChecking=yes",
	"GlobalKnownHostsFile=/dev/null",
	"KnownHostsCommand=none",
	"CheckHostIP=no",
	"UpdateHostKeys=no",
	"VerifyHostKeyDNS=no",
	"NoHostAuthenticationForLocalhost=no",
	"ControlPath=none",
	"GSSAPIKeyExchange=no",
};

#define FIXED (sizeof(fixed) / sizeof(fixed[0]))

/* ---- The command line ------------------------------------------------- */

/* The words of a command line. A flag says whether memory ran out. */
struct words {
	const char **list;
	size_t count;
	char *owned[4];
	size_t owned_count;
	bool failed;
};

static void words_add(struct words *words, const char *word)
{
	words->list[words->count++] = word;
}

/* Adds a word that was allocated, or NULL. */
static void words_own(struct words *words, char *word)
{
	if (word == NULL) {
		words->failed = true;
		return;
	}
	words->owned[words->owned_count++] = word;
	words_add(words, word);
}

static void words_set(struct words *words, char *setting)
{
	words_add(words, "-o");
	words_own(words, setting);
}

static void words_free(struct words *words)
{
	for (size_t i = 0; i < words->owned_count; i++)
		free(words->owned[i]);
	free(words->list);
}

/* Quotes a text so that it passes ssh and then a shell unchanged. */
static void quote(FILE *to, const char *text)
{
	fputc('\'', to);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\'", to);
		if (*text == '%')
			fputc('%', to);
		fputc(*text, to);
	}
	fputc('\'', to);
}

/* Returns the setting by which ssh reaches a domain without a network. */
static char *proxy_setting(const struct cli_call *call, const char *domain)
{
	const char *host = cli_host_name(call);
	char program[4096] = "reeve";
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	ssize_t length;

	if (stream == NULL)
		return NULL;
	length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (length > 0)
		program[length] = '\0';
	fputs("ProxyCommand=", stream);
	quote(stream, program);
	fputs(" channel ", stream);
	if (host != NULL) {
		fputs("--host ", stream);
		quote(stream, host);
		fputc(' ', stream);
	}
	fputs("-- ", stream);
	quote(stream, domain);
	fputs(" " REEVE_CHANNEL_SSH, stream);
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}

static char *setting(const char *name, const char *value)
{
	char *text;

	return asprintf(&text, "%s=%s", name, value) < 0 ? NULL : text;
}

/* Returns the path of the user's key, if there is one beside the guest's
 * configuration, as `reeve image build` leaves it. ssh judges who may read it.
 * ssh replaces ~ at the start of a path, %X and ${NAME}: a path with the last
 * two is left out. The caller frees. NULL: no key. */
static char *user_key_find(const char *config)
{
	const char *slash = strrchr(config, '/');
	int folder = slash != NULL ? (int)(slash + 1 - config) : 0;
	char *path;

	if (strcmp(config, "-") == 0) /* the standard input is nowhere */
		return NULL;
	if (asprintf(&path, "%s%.*sid_ed25519", *config == '/' ? "" : "./",
		     folder, config) < 0)
		return NULL;
	if (access(path, R_OK) == 0 && strchr(path, '%') == NULL &&
	    strstr(path, "${") == NULL)
		return path;
	free(path);
	return NULL;
}

/* Adds the user's key. ssh still takes those of its agent, and of -i. */
static void words_add_user_key(struct words *words, const char *config)
{
	char *path = user_key_find(config);

	if (path != NULL) {
		words_add(words, "-i");
		words_own(words, path);
	}
}

static size_t list_count(const char *const *list)
{
	size_t count = 0;

	while (list != NULL && list[count] != NULL)
		count++;
	return count;
}

static void list_add(struct words *words, const char *const *list)
{
	for (size_t i = 0; i < list_count(list); i++)
		words_add(words, list[i]);
}

/* Makes the command line. Returns false if memory runs out. */
static bool words_make(struct words *words, const struct cli_call *call,
		       const struct cli_attested *attested,
		       const struct cli_ssh *ssh, const struct keys_file *file)
{
	const char *domain = attested->asked.domain;
	size_t most = 2 * (FIXED + 4) + list_count(ssh->options) +
		      ssh->argument_count + list_count(ssh->command) + 3;

	*words = (struct words){ .list = calloc(most, sizeof(*words->list)) };
	if (words->list == NULL)
		return false;
	words_add(words, ssh->program);
	for (size_t i = 0; i < FIXED; i++) {
		words_add(words, "-o");
		words_add(words, fixed[i]);
	}
	words_set(words, setting("UserKnownHostsFile", file->path));
	words_set(words, setting("HostKeyAlias", attested->inputs.name));
	if (domain != NULL)
		words_set(words, proxy_setting(call, domain));
	words_add_user_key(words, cli_value(call, CLI_GUEST));
	list_add(words, ssh->options);
	if (ssh->destination != NULL)
		words_add(words, ssh->destination);
	for (size_t i = 0; i < ssh->argument_count; i++)
		words_add(words, ssh->arguments[i]);
	list_add(words, ssh->command);
	return !words->failed;
}

/* ---- The process ------------------------------------------------------ */

static volatile sig_atomic_t ssh_process; /* 0: it does not run */

static int ssh_wait(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return CLI_FAILED;
	}
	ssh_process = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The exit code of an ssh that fails itself. */
#define SSH_FAILED 255

/* In the new process. */
static _Noreturn void ssh_exec(const struct words *words, int input)
{
	if (input < 0 || dup2(input, STDIN_FILENO) >= 0)
		execvp(words->list[0], (char *const *)words->list);
	fprintf(stderr, "reeve: error: %s cannot be run: %s\n", words->list[0],
		strerror(errno));
	_exit(SSH_FAILED);
}

/* Signals are for ssh: this process stays until ssh has ended, to remove the
 * file. Those of the terminal reach ssh too, which gets them twice. */
static void signal_pass_on(int number)
{
	if (ssh_process > 0)
		kill(ssh_process, number);
}

/* Starts ssh while no signal can arrive: each is for this process or for
 * ssh. */
static pid_t ssh_fork(const struct words *words, int input)
{
	sigset_t all, before;
	pid_t child;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	cli_signals_handle(signal_pass_on);
	child = fork();
	ssh_process = child;
	if (child == 0)
		cli_signals_handle(SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (child == 0)
		ssh_exec(words, input);
	return child;
}

static int ssh_start(const struct words *words, int input)
{
	pid_t child = ssh_fork(words, input);

	if (child < 0) {
		fprintf(stderr, "reeve: error: %s cannot be run: %s\n",
			words->list[0], strerror(errno));
		return CLI_FAILED;
	}
	return ssh_wait(child);
}

static int ssh_with_file(const struct cli_call *call,
			 const struct cli_attested *attested,
			 const struct cli_ssh *ssh, const struct keys_file *file)
{
	struct words words;
	int code;

	if (words_make(&words, call, attested, ssh, file))
		code = ssh_start(&words, ssh->input);
	else
		code = cli_print_text(NULL);
	words_free(&words);
	return code;
}

int cli_ssh_run(const struct cli_call *call,
		const struct cli_attested *attested, const struct cli_ssh *ssh)
{
	char *text = cli_attest_known_hosts(attested);
	struct keys_file file;
	int code = CLI_FAILED;

	if (text == NULL)
		return cli_print_text(NULL);
	if (*text == '\0') {
		fprintf(stderr, "reeve %s: the guest has no SSH host keys\n",
			attested->asked.verb);
	} else if (keys_file_make(&file, text)) {
		code = ssh_with_file(call, attested, ssh, &file);
		keys_file_remove(&file);
	}
	free(text);
	return code;
}

bool cli_ssh_may_run(const struct cli_call *call, struct cli_attested *attested,
		     const char *program)
{
	bool passed = reeve_verification_passed(attested->verification);

	/* Warnings come before the shell: afterwards they would be too late. */
	cli_inputs_tell(&attested->inputs);
	if (!passed || (call->options & CLI_QUIET) == 0)
		cli_attest_print(attested, stderr);
	if (!passed) {
		fprintf(stderr, "reeve %s: %s was not run\n",
			attested->asked.verb, program);
	}
	return passed;
}

/* ---- The operand ------------------------------------------------------ */

/* The user is where ssh would take a word with a - for options. */
static int user_check(const char *verb, const char *user)
{
	if (user == NULL)
		return cli_print_text(NULL);
	if (*user != '\0' && *user != '-')
		return CLI_OK;
	fprintf(stderr,
		"reeve %s: '%s' is no user: it is empty, or an option of ssh\n",
		verb, user);
	return CLI_WRONG;
}

int cli_target_read(const struct cli_call *call, const char *verb,
		    struct cli_target *target)
{
	const char *text = call->config;
	const char *at = text != NULL ? strchr(text, '@') : NULL;
	int code;

	*target = (struct cli_target){ 0 };
	if (cli_value(call, CLI_CONNECT) != NULL || text == NULL)
		return CLI_OK;
	target->domain = at != NULL ? at + 1 : text;
	target->user = at != NULL ? strndup(text, (size_t)(at - text))
				  : strdup("root");
	code = user_check(verb, target->user);
	if (code != CLI_OK)
		cli_target_free(target);
	return code;
}

void cli_target_free(struct cli_target *target)
{
	free(target->user);
}

/* ---- reeve ssh -------------------------------------------------------- */

int cli_ssh_open(const struct cli_call *call, const struct cli_target *target,
		 const struct cli_attested *attested, struct cli_ssh *ssh)
{
	size_t own = target->domain != NULL;
	char *destination = NULL;
	int code;

	if (own && asprintf(&destination, "%s@%s", target->user,
			    attested->inputs.name) < 0)
		return cli_print_text(NULL);
	ssh->program = "ssh";
	ssh->destination = destination;
	ssh->arguments = call->operands + own;
	ssh->argument_count = call->operand_count - own;
	code = cli_ssh_run(call, attested, ssh);
	free(destination);
	return code;
}

int cli_ssh_verb(const struct cli_call *call, const char *verb,
		 const char *program, cli_ssh_step *step)
{
	struct cli_target target;
	struct cli_asked asked = { .verb = verb, .needs_ssh = true };
	struct cli_attested attested;
	int code = cli_target_read(call, verb, &target);
	int result;

	if (code != CLI_OK)
		return code;
	code = CLI_FAILED;
	asked.domain = target.domain;
	result = cli_attest_run(call, &asked, &attested);
	if (result == REEVE_OK && cli_ssh_may_run(call, &attested, program))
		code = step(call, &target, &attested);
	cli_target_free(&target);
	return cli_attest_finish(&attested, result, code);
}

static int shell_open(const struct cli_call *call,
		      const struct cli_target *target,
		      const struct cli_attested *attested)
{
	struct cli_ssh ssh = { .input = -1 };

	return cli_ssh_open(call, target, attested, &ssh);
}

int cli_ssh(const struct cli_call *call)
{
	return cli_ssh_verb(call, "ssh", "ssh", shell_open);
}
