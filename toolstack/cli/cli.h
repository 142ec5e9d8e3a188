/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line. Tables of verbs and options drive the parsing, --help and
 * the shell completion. Only this folder prints, and only this folder chooses
 * exit codes.
 */
#ifndef REEVE_TOOLSTACK_CLI_H
#define REEVE_TOOLSTACK_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "toolstack/reeve.h"

struct json_object;

/* Exit codes, as reeve(1) documents them. */
enum {
	CLI_OK = 0,
	CLI_FAILED = 1, /* the operation failed */
	CLI_WRONG = 2, /* the command line or the configuration is wrong */
};

/* One bit for each option, so that a verb can list the options it takes. */
#define CLI_JSON           (UINT64_C(1) << 0)
#define CLI_STRICT         (UINT64_C(1) << 1)
#define CLI_ALLOW_UNKNOWN  (UINT64_C(1) << 2)
#define CLI_DRY_RUN        (UINT64_C(1) << 3)
#define CLI_SOURCE         (UINT64_C(1) << 4)
#define CLI_OUTPUT         (UINT64_C(1) << 5)
#define CLI_DEFCONFIG      (UINT64_C(1) << 6)
#define CLI_HELP           (UINT64_C(1) << 7)
#define CLI_SET            (UINT64_C(1) << 8)
#define CLI_ENGINE         (UINT64_C(1) << 9)
#define CLI_HOST           (UINT64_C(1) << 10)
#define CLI_PAUSED         (UINT64_C(1) << 11)
#define CLI_CONSOLE        (UINT64_C(1) << 12)
#define CLI_FOREGROUND     (UINT64_C(1) << 13)
#define CLI_EXPECT_RIM     (UINT64_C(1) << 14)
#define CLI_QUIET          (UINT64_C(1) << 15)
#define CLI_NAME           (UINT64_C(1) << 16)
#define CLI_MEMORY         (UINT64_C(1) << 17)
#define CLI_CPUS           (UINT64_C(1) << 18)
#define CLI_DEBUG_CONSOLE  (UINT64_C(1) << 19)
#define CLI_MONITOR        (UINT64_C(1) << 20)
#define CLI_RMM            (UINT64_C(1) << 21)
#define CLI_HYPERVISOR     (UINT64_C(1) << 22)
#define CLI_ALL            (UINT64_C(1) << 23)
#define CLI_VERBOSE        (UINT64_C(1) << 24)
#define CLI_PLATFORM_KEY   (UINT64_C(1) << 25)
#define CLI_CHALLENGE      (UINT64_C(1) << 26)
#define CLI_GUEST          (UINT64_C(1) << 27)
#define CLI_REFS           (UINT64_C(1) << 28)
#define CLI_EVENTS         (UINT64_C(1) << 29)
#define CLI_POLICY         (UINT64_C(1) << 30)
#define CLI_DOMAIN_OPERAND (UINT64_C(1) << 31)
#define CLI_DMA_MEMORY     (UINT64_C(1) << 32)
#define CLI_CHALLENGE_FILE (UINT64_C(1) << 33)
#define CLI_NO_CHALLENGE   (UINT64_C(1) << 34)
#define CLI_NO_REFERENCES  (UINT64_C(1) << 35)
#define CLI_PLATFORM_ROOT  (UINT64_C(1) << 36)
#define CLI_REFS_KEY       (UINT64_C(1) << 37)
#define CLI_FROM_TOKEN     (UINT64_C(1) << 38)
#define CLI_CONNECT        (UINT64_C(1) << 39)
#define CLI_KNOWN_HOSTS    (UINT64_C(1) << 40)
#define CLI_KERNEL         (UINT64_C(1) << 41)
#define CLI_INITRD         (UINT64_C(1) << 42)
#define CLI_CMDLINE        (UINT64_C(1) << 43)
#define CLI_HYP_CMDLINE    (UINT64_C(1) << 44)
#define CLI_TYPE           (UINT64_C(1) << 45)
#define CLI_SHARE          (UINT64_C(1) << 46)
#define CLI_PLATFORM       (UINT64_C(1) << 47)
#define CLI_SIGN           (UINT64_C(1) << 48)
#define CLI_SIGNER         (UINT64_C(1) << 49)
#define CLI_TAG_ID         (UINT64_C(1) << 50)
#define CLI_TAG_VERSION    (UINT64_C(1) << 51)
#define CLI_NOT_BEFORE     (UINT64_C(1) << 52)
#define CLI_NOT_AFTER      (UINT64_C(1) << 53)
#define CLI_DIGEST_NUMBERS (UINT64_C(1) << 54)
#define CLI_FROM           (UINT64_C(1) << 55)
#define CLI_WAIT           (UINT64_C(1) << 56)
#define CLI_SECRET         (UINT64_C(1) << 57)
#define CLI_FORMAT         (UINT64_C(1) << 58)
#define CLI_REFRESH        (UINT64_C(1) << 59)
#define CLI_SSH_KEY        (UINT64_C(1) << 60)
#define CLI_ANY_PLATFORM   (UINT64_C(1) << 61)
#define CLI_OPTION_BITS    62

struct cli_option {
	uint64_t id; /* CLI_JSON .. */
	char letter; /* 0: none */
	const char *name;
	const char *argument; /* its name in --help; NULL: takes none */
	const char *help;
};

/* All options of all verbs. The last entry has an id of 0. */
extern const struct cli_option cli_options[];

/* A parsed command line. */
struct cli_call {
	uint64_t options; /* the options that were given */
	const char *values[CLI_OPTION_BITS]; /* arguments: see cli_value() */
	const char **operands; /* in order, without the settings */
	size_t operand_count;
	const char **refs; /* each --refs, in order */
	size_t ref_count;
	const char *config; /* the first operand, or NULL */
	const char **extras; /* KEY=VALUE texts: from --set, then arguments */
	size_t extra_count;
	size_t owned_count; /* extras, from the first, that the call frees */
};

/* The arguments that a verb takes beside its options. */
enum cli_operands {
	CLI_NO_OPERANDS,
	CLI_CONFIG, /* CONFIG */
	CLI_CONFIG_EXTRAS, /* CONFIG [KEY=VALUE ...] */
	CLI_CONFIGS_EXTRAS, /* CONFIG ... [KEY=VALUE ...], or none */
	CLI_SHELL, /* SHELL [WORD ...] */
	CLI_DOMAIN,
	CLI_DOMAIN_OR_NONE,
	CLI_DOMAINS, /* any number of domains */
	CLI_DOMAIN_NAME, /* DOMAIN NEW-NAME */
	CLI_DOMAIN_KEY, /* DOMAIN KEY */
	CLI_FIELD_OR_NONE,
	CLI_MAPPED, /* CONFIG [KEY=VALUE ...]; a domain if -d is given */
	CLI_MEASURED, /* CONFIG [KEY=VALUE ...]; a folder if --from is given */
	CLI_TOKEN, /* the name of a token's file */
	CLI_NEW_FILE_OR_NONE, /* the name of a file that is to be made */
	CLI_DOMAIN_CHANNEL, /* DOMAIN CHANNEL */
	CLI_SSH_ARGUMENTS, /* a domain without --connect, and what ssh gets */
	CLI_SCP_ARGUMENTS, /* the same for scp */
	CLI_SPECIFICATION, /* the file that says what an image has */
};

struct cli_verb {
	const char *name; /* one word, or two: "host start" */
	enum cli_operands operands;
	uint64_t options; /* beside --help */
	const char *summary; /* one line */
	const char *details; /* a paragraph or more for --help */
	int (*run)(const struct cli_call *call);
};

/* All verbs. The last entry has a NULL name. */
extern const struct cli_verb cli_verbs[];

/* Returns the argument of an option; NULL: the option was not given. */
const char *cli_value(const struct cli_call *call, uint64_t id);

/* Returns the operands of a verb as its usage text shows them. */
const char *cli_operands_text(enum cli_operands operands);

/*
 * Parses a verb's arguments (argv[0] is the verb). Returns false after printing
 * on stderr what is wrong. The caller disposes of the call in both cases.
 */
bool cli_parse(const struct cli_verb *verb, int argc, char **argv,
	       struct cli_call *call);

void cli_dispose(struct cli_call *call);

/* Returns KEY=VALUE or KEY+=VALUE, with the value in quotes if the key takes
 * text. The caller frees it. NULL: out of memory. */
char *cli_quote_setting(const char *setting);

/* A group is the first word of verbs that have two: "host". The last entry is
 * NULL. */
extern const char *const cli_groups[];

bool cli_is_group(const char *word);
bool cli_in_group(const struct cli_verb *verb, const char *group);

/* Tells that the value of an option of a verb has not its form, and the form.
 * Returns false. */
bool cli_value_refuse(const char *verb, const char *option, const char *value,
		      const char *form);

/* Prints the verbs of a group; NULL: all verbs. */
void cli_help(FILE *to, const char *group);
void cli_help_verb(FILE *to, const struct cli_verb *verb);

/* Returns true if -e names the model engine. */
bool cli_is_model(const struct cli_call *call);
/* Returns the configuration that a call names. */
struct reeve_source cli_source(const struct cli_call *call);

/* Prints each diagnostic on a line of stderr, and its hint on the next line. */
void cli_print_report(const struct reeve_report *report);
/* From now on notes are printed only beside an error. */
void cli_report_quietly(void);
/* Prints the diagnostics as a JSON document on stdout. accepted says that the
 * configuration was not refused. Returns the exit code. */
int cli_print_report_json(const char *config, bool accepted,
			  const struct reeve_report *report);

/* Returns the exit code for a result of the library. */
int cli_exit_code(int result);

/* The objects that a verb works on. */
struct cli_session {
	struct reeve_report *report;
	struct reeve_guest *guest;
	struct reeve_plan *plan;
	struct reeve_host *host;
};

/*
 * Opens a report, and the guest that call names. On failure it prints the
 * report, frees everything, sets *exit_code and returns false. The other
 * functions that open a session do the same.
 */
bool cli_open_guest(struct cli_session *session, const struct cli_call *call,
		    int *exit_code);
/* As cli_open_guest(), and loads the guest's files. With CLI_CONSOLE among the
 * options, a guest without a console is refused. */
bool cli_open_plan(struct cli_session *session, const struct cli_call *call,
		   int *exit_code);
/* Opens the host that --host or REEVE_HOST names, or else the default host. */
bool cli_open_host(struct cli_session *session, const struct cli_call *call,
		   int *exit_code);
/* Closes the session's host if it is open. A verb prints only afterwards. */
void cli_leave_host(struct cli_session *session);
/* As cli_open_host(), and finds the domain that the first operand names. */
bool cli_open_domain(struct cli_session *session, const struct cli_call *call,
		     struct reeve_domain *domain, int *exit_code);
/* Prints the report as it is so far, and empties it. */
void cli_tell(struct cli_session *session);
/* Prints the report, frees everything, and returns the exit code for result. */
int cli_close(struct cli_session *session, int result);

/* Prints text and a line feed on stdout, and frees text. A NULL text means that
 * memory ran out. Returns the exit code. */
int cli_print_text(char *text);
/* Flushes stdout. Returns the exit code: an error there is a failed
 * operation. */
int cli_finish_output(void);
/* Takes note of why bytes of a guest could not be written to stdout, and says
 * so. 0 and EPIPE are none of it. */
void cli_output_fault(int error);
/* Returns true if such bytes were lost. */
bool cli_output_is_lost(void);
/* Writes a complete file, or leaves none. Returns 0, REEVE_ERR_IO (after
 * printing why), or REEVE_ERR_MEMORY. */
int cli_write_file(const char *path, const void *data, size_t size);

/* ---- Hosts and domains ----------------------------------------------- */

/* Returns the host that the call or the environment names; NULL: the default
 * host. */
const char *cli_host_name(const struct cli_call *call);
/* Opens the host that the call names. Until cli_host_close() the keys that stop
 * a command (Ctrl-Z) wait: a stopped command would keep a control port. */
int cli_host_open(const struct cli_call *call, const struct reeve_watch *watch,
		  struct reeve_host **host, struct reeve_report *report);
void cli_host_close(struct reeve_host *host); /* NULL is fine */

/*
 * Returns a watch that stops an operation at SIGINT, SIGTERM, SIGHUP and
 * SIGQUIT, and shows its progress on a terminal once it has taken a second.
 * Without a terminal it prints once what the command waits for, after two
 * seconds.
 */
const struct reeve_watch *cli_watch(void);
/* Returns one that also gives up after so many milliseconds. */
const struct reeve_watch *cli_watch_for(int64_t ms);
/* Handles these signals in another way: a function, or SIG_DFL. One that was
 * ignored when the command started, as by nohup, stays ignored. */
void cli_signals_handle(void (*handler)(int number));
/* Returns one that shows and prints the same, but stops nothing. */
const struct reeve_watch *cli_watch_firm(void);
/* The monotonic clock, in milliseconds. */
int64_t cli_now_ms(void);
/* Returns whether such a signal has arrived. */
bool cli_is_stopped(void);
/* Erases the line that shows the progress. */
void cli_watch_clear(void);

/* Reads a size: a number with K, M, G or T behind it; without a letter it is in
 * MiB. Returns false if text is not a size. */
bool cli_read_size(const char *text, uint64_t *bytes);

/* Prints nanoseconds as "1:02:03", with the days before it if there are any. */
void cli_print_uptime(uint64_t ns);
/* Prints a name, made printable, padded to at least width columns. */
void cli_print_name(const char *name, int width);

struct json_object *cli_domain_json(const struct reeve_domain *domain);

/* Add a member to a JSON object. A NULL text adds nothing. A text that is not
 * printable, such as the name of a file, is added as a report has it. */
void cli_json_add_text(struct json_object *object, const char *name,
		       const char *text);
void cli_json_add_number(struct json_object *object, const char *name,
			 uint64_t value);
void cli_json_add_bool(struct json_object *object, const char *name, bool value);
/* Prints a document and frees it. Returns the exit code. */
int cli_print_json(struct json_object *document);

/* How a console or a wait ended. */
enum cli_end {
	CLI_END_FAILED, /* the reason was reported */
	CLI_END_DETACHED, /* by the detach key, or the output was closed */
	CLI_END_STOPPED, /* by a signal */
	CLI_END_SHUTDOWN, /* the domain has ended, but still exists */
	CLI_END_GONE, /* the domain no longer exists */
};

/* Asks the host for a domain's state. Returns CLI_END_SHUTDOWN or, if the
 * domain goes on, CLI_END_DETACHED, with *domain up to date; else
 * CLI_END_GONE, CLI_END_STOPPED or CLI_END_FAILED. */
enum cli_end cli_domain_look(const struct cli_call *call,
			     const struct reeve_watch *watch,
			     struct reeve_domain *domain,
			     struct reeve_report *report);
/* Relays the console until the domain ends or the user detaches. domain NULL:
 * it is that of the host itself. */
enum cli_end cli_relay(const struct cli_call *call, struct reeve_domain *domain,
		       int console, struct reeve_report *report);
/* Attaches to the console, relays it, and releases it. */
enum cli_end cli_attach(const struct cli_call *call, struct cli_session *session,
			struct reeve_domain *domain, enum reeve_console which);
/* Waits until the domain ends. */
enum cli_end cli_await_end(const struct cli_call *call,
			   struct reeve_domain *domain,
			   struct reeve_report *report);

/* reeve create without -n: creates and runs a guest, and follows it as far as
 * the options say. */
int cli_create_run(const struct cli_call *call);

/* Returns 0 if the measurement, NULL for an ordinary guest, is the one of
 * --expect-rim, or if that is not given. Else says on stderr what is wrong and
 * returns REEVE_ERR_CONFIG. */
int cli_rim_compare(const struct cli_call *call,
		    const struct reeve_measurement *measurement);

/* Returns whether a key can be a system request. Any other key is refused that
 * no kernel could know: one that a shell made longer than it looks, too. */
static inline bool cli_is_request(char key)
{
	return key > ' ' && key <= '~';
}

/* Prints what the last of at least one word may become; see complete.c. */
void cli_complete(size_t count, const char *const *words);
/* The shells that have a completion script; NULL past the last. */
const char *cli_shell_name(size_t index);

#define CLI_CHALLENGE_DIGITS 128 /* of the longest challenge */

/* Returns the challenge that a file remembers; the caller frees it. NULL: why
 * there is none was printed. */
char *cli_challenge_read(const char *path);
/* Removes the file, so that its challenge accepts one token only. Returns false
 * after printing why that failed: another command may have used it. */
bool cli_challenge_use(const char *path);

/* The function of a verb that handles one domain: it prints the domain or, if
 * list is not NULL, appends to the list. Returns an enum reeve_result. */
typedef int cli_each_fn(const struct cli_call *call, struct cli_session *session,
			const struct reeve_domain *domain,
			struct json_object *list);
/* Visits the domains that the call names, or all domains if it names none.
 * header is printed before them, unless a JSON document is asked for. */
int cli_visit_domains(const struct cli_call *call, const char *header,
		      cli_each_fn *each);

/* Returns why there is no verb of that name although xl, virsh or kvmtool has
 * one, or NULL. */
const char *cli_missing_verb(const char *name);

/* ---- Verifying ------------------------------------------------------- */

/* The inputs of a verification. cli_inputs_finish() frees them. */
struct cli_inputs {
	struct reeve_report *report;
	struct reeve_token *token;
	struct reeve_token_policy *policy;
	struct reeve_keys *keys;
	struct reeve_keys *signers; /* of the reference values */
	char *challenge;
	char *name; /* of the configuration; NULL: there is none */
	struct reeve_references *references;
	struct reeve_refs refs; /* the Realm's */
	bool has_refs;
	bool is_local; /* the token is that of a domain of the call's host */
	char *firmware; /* with which its platform is compared; NULL: none */
};

/* Returns whether the options of a verification go together. If not, it says
 * why. host_key: if no key is given, the key of the host of the call will be
 * used. */
bool cli_inputs_fit(const struct cli_call *call, const char *verb,
		    bool host_key);
/* Loads what the options name, but no token, nor what depends on it. is_local
 * is set, and everything else zero. */
int cli_inputs_load(const struct cli_call *call, struct cli_inputs *inputs);
/* Reads the reference values of a file, which may be chosen by the token, and
 * verifies. */
int cli_inputs_verify(const struct cli_call *call, struct cli_inputs *inputs,
		      const struct reeve_token *token, const char *challenge,
		      struct reeve_verification **verification);
/* Prints the report as it is so far, and empties it. */
void cli_inputs_tell(struct cli_inputs *inputs);
/* Empties the report. Returns REEVE_OK or REEVE_ERR_MEMORY. */
int cli_inputs_forget(struct cli_inputs *inputs);
/* Prints the report and frees the inputs. Returns the exit code. */
int cli_inputs_finish(struct cli_inputs *inputs, int result, int code);
/* Prints a line for each check, with a hint below if there is one. */
void cli_checks_print(const struct reeve_verification *verification, FILE *to);
/* Returns "accepted", or how the token was not. */
const char *cli_verdict_text(const struct reeve_verification *verification);

/* Finds a channel of a domain. A failure is reported, or printed. */
int cli_channel_find(const struct cli_call *call, const char *text,
		     const char *name, struct reeve_attached *out,
		     struct reeve_report *report);

/* The guest that a verb attests: the one that --connect names or, if domain is
 * not NULL, that domain of a host, over its channel. */
struct cli_asked {
	const char *verb;
	const char *domain;
	bool needs_ssh; /* another channel is for SSH; the name fits for it */
};

/* A guest that was asked for evidence, and the verdict on it. */
struct cli_attested {
	struct cli_asked asked;
	struct cli_inputs inputs;
	struct reeve_evidence *evidence;
	struct reeve_verification *verification;
};

/* Attests a guest. Returns a result of the library, or REEVE_ERR_ARGUMENT after
 * saying what is wrong with the options. */
int cli_attest_run(const struct cli_call *call, const struct cli_asked *asked,
		   struct cli_attested *attested);
/* Prints a line for each check, each key that the token speaks for, and the
 * verdict. */
void cli_attest_print(const struct cli_attested *attested, FILE *to);
/* Returns the lines that OpenSSH reads: the guest's name and a key, each. The
 * caller frees. NULL: out of memory. */
char *cli_attest_known_hosts(const struct cli_attested *attested);
/* Prints the report and frees everything. Returns the exit code. */
int cli_attest_finish(struct cli_attested *attested, int result, int code);

/* A program of OpenSSH, and what its command line has beside the options that
 * bind it to the guest's keys. */
struct cli_ssh {
	const char *program;
	const char *const *options; /* ends with NULL */
	const char *destination; /* before the arguments; NULL: none */
	const char *const *arguments; /* of the user */
	size_t argument_count;
	const char *const *command; /* after those; ends with NULL */
	int input; /* what it reads; -1: what we do */
};

/* The operand [USER@]DOMAIN. */
struct cli_target {
	char *user; /* root, unless it is given */
	const char *domain; /* NULL: --connect is given, there is no operand */
};

/* Reads the operand of a verb that takes a domain unless --connect is given.
 * cli_target_free() frees. Returns 0, or the exit code after saying what is
 * wrong: then there is nothing to free. */
int cli_target_read(const struct cli_call *call, const char *verb,
		    struct cli_target *target);
void cli_target_free(struct cli_target *target);

/* Runs a program for a guest that was accepted. Returns its exit code. */
int cli_ssh_run(const struct cli_call *call,
		const struct cli_attested *attested, const struct cli_ssh *ssh);
/* Prints the verdict, unless the guest was accepted and -q is given. Returns
 * whether the guest was accepted; if not, says that the program was not run. */
bool cli_ssh_may_run(const struct cli_call *call, struct cli_attested *attested,
		     const char *program);
/* Runs ssh with the options, the command and the input in *ssh. With a domain
 * the destination is its user and its name; the user's arguments follow. */
int cli_ssh_open(const struct cli_call *call, const struct cli_target *target,
		 const struct cli_attested *attested, struct cli_ssh *ssh);

/* The step of a verb after its guest was accepted. Returns an exit code. */
typedef int cli_ssh_step(const struct cli_call *call,
			 const struct cli_target *target,
			 const struct cli_attested *attested);
/* Attests the guest that the operand names, and takes the step if it was
 * accepted; the program is the one that is otherwise said not to have run. */
int cli_ssh_verb(const struct cli_call *call, const char *verb,
		 const char *program, cli_ssh_step *step);

/* ---- Verbs ----------------------------------------------------------- */

int cli_attest(const struct cli_call *call);
int cli_block_list(const struct cli_call *call);
int cli_channel(const struct cli_call *call);
int cli_channel_list(const struct cli_call *call);
int cli_check(const struct cli_call *call);
int cli_completion(const struct cli_call *call);
int cli_console(const struct cli_call *call);
int cli_cp(const struct cli_call *call);
int cli_create(const struct cli_call *call);
int cli_destroy(const struct cli_call *call);
int cli_dmesg(const struct cli_call *call);
int cli_domid(const struct cli_call *call);
int cli_domname(const struct cli_call *call);
int cli_dtb(const struct cli_call *call);
int cli_host_list(const struct cli_call *call);
int cli_host_show_key(const struct cli_call *call);
int cli_host_start(const struct cli_call *call);
int cli_host_status(const struct cli_call *call);
int cli_host_stop(const struct cli_call *call);
int cli_host_trim(const struct cli_call *call);
int cli_image_build(const struct cli_call *call);
int cli_info(const struct cli_call *call);
int cli_keys(const struct cli_call *call);
int cli_list(const struct cli_call *call);
int cli_map(const struct cli_call *call);
int cli_measure(const struct cli_call *call);
int cli_network_list(const struct cli_call *call);
int cli_parse_verb(const struct cli_call *call);
int cli_pause(const struct cli_call *call);
int cli_reboot(const struct cli_call *call);
int cli_refs(const struct cli_call *call);
int cli_rename(const struct cli_call *call);
int cli_ssh(const struct cli_call *call);
int cli_sysrq(const struct cli_call *call);
int cli_shutdown(const struct cli_call *call);
int cli_token_challenge(const struct cli_call *call);
int cli_token_profiles(const struct cli_call *call);
int cli_token_show(const struct cli_call *call);
int cli_token_verify(const struct cli_call *call);
int cli_top(const struct cli_call *call);
int cli_unlock(const struct cli_call *call);
int cli_unpause(const struct cli_call *call);
int cli_uptime(const struct cli_call *call);
int cli_vcpu_list(const struct cli_call *call);
int cli_version(const struct cli_call *call); /* does not look at the call */

/* Prints text that may contain any bytes, with unprintable ones replaced. */
void cli_print_safely(const char *text);

/* Writes bytes as 2 * size digits and a NUL. */
void cli_hex_text(char *text, const uint8_t *bytes, size_t size);

/* Sections that more than one verb prints. */
void cli_print_plan(const struct reeve_plan *plan);
void cli_print_measurement(const struct reeve_measurement *measurement);
/* The same for a Realm of another builder; steps is reeve_listing_text(). */
void cli_print_listing(const struct reeve_measurement *measurement,
		       const char *steps);

#endif
