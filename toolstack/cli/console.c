/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve console; and following a domain to its end. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

enum cli_end cli_domain_look(const struct cli_call *call,
			     const struct reeve_watch *watch,
			     struct reeve_domain *domain,
			     struct reeve_report *report)
{
	struct reeve_domain now;
	struct reeve_host *host;
	int result = cli_host_open(call, watch, &host, report);

	if (result == REEVE_OK) {
		result = reeve_domain_next(host, domain->domid, &now, report);
		cli_host_close(host);
	}
	if (result == REEVE_ERR_STOPPED)
		return CLI_END_STOPPED;
	if (result == REEVE_ERR_NO_DOMAIN)
		return CLI_END_GONE;
	if (result != REEVE_OK)
		return CLI_END_FAILED;
	if (now.domid != domain->domid || now.state == REEVE_DOMAIN_DYING)
		return CLI_END_GONE;
	*domain = now;
	return now.state == REEVE_DOMAIN_SHUTDOWN ? CLI_END_SHUTDOWN
						  : CLI_END_DETACHED;
}

enum cli_end cli_await_end(const struct cli_call *call,
			   struct reeve_domain *domain,
			   struct reeve_report *report)
{
	static const struct timespec pause = { .tv_nsec = 100000000 };
	enum cli_end end;

	do {
		(void)nanosleep(&pause, NULL); /* a shorter pause is fine */
		end = cli_domain_look(call, cli_watch(), domain, report);
	} while (end == CLI_END_DETACHED && !cli_is_stopped());
	return cli_is_stopped() ? CLI_END_STOPPED : end;
}

/* Reads the option -t. Returns false, and says so, if there is no such type. */
static bool type_read(const struct cli_call *call, enum reeve_console *which)
{
	static const char *const types[] = {
		[REEVE_CONSOLE_HVC] = "pv",
		[REEVE_CONSOLE_UART] = "vuart",
	};
	const char *type = cli_value(call, CLI_TYPE);

	*which = REEVE_CONSOLE_ANY;
	if (type == NULL)
		return true;
	for (int i = REEVE_CONSOLE_HVC; i <= REEVE_CONSOLE_UART; i++) {
		if (strcmp(type, types[i]) == 0)
			*which = (enum reeve_console)i;
	}
	if (*which != REEVE_CONSOLE_ANY)
		return true;
	fprintf(stderr,
		"reeve console: no type of a console: %s\n"
		"reeve: note: write pv (hvc0) or vuart (the UART)\n",
		type);
	return false;
}

enum cli_end cli_attach(const struct cli_call *call, struct cli_session *session,
			struct reeve_domain *domain, enum reeve_console which)
{
	enum cli_end end = CLI_END_FAILED;
	struct reeve_host *host;
	int fd;
	int lock;
	int result = cli_host_open(call, cli_watch(), &host, session->report);

	if (result != REEVE_OK) {
		return result == REEVE_ERR_STOPPED ? CLI_END_STOPPED
						   : CLI_END_FAILED;
	}
	result = reeve_domain_console(host, domain, which, &fd, &lock,
				      session->report);
	/* A host serves only a few connections at a time: keep none. */
	cli_host_close(host);
	if (result != REEVE_OK)
		return CLI_END_FAILED;
	if (isatty(STDIN_FILENO)) {
		fprintf(stderr, "reeve: console of %s; leave it with Ctrl-]\n",
			domain->name);
	}
	end = cli_relay(call, domain, fd, session->report);
	close(fd);
	close(lock);
	if (isatty(STDIN_FILENO))
		fputc('\n', stderr);
	return end;
}

/* ---- The host's own console ------------------------------------------ */

/* Prints what the host has said so far. More may be written meanwhile, which
 * the attached console has too: a line can come twice, but none is lost. */
static bool log_print(const char *folder)
{
	char path[256];
	char bytes[4096];
	struct stat status = { .st_size = 0 };
	off_t left;
	ssize_t n = 1;
	int fd;

	snprintf(path, sizeof(path), "%s/serial.log", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	if (fstat(fd, &status) != 0)
		status.st_size = 0;
	for (left = status.st_size; left > 0 && n > 0; left -= n) {
		n = read(fd, bytes,
			 left < (off_t)sizeof(bytes) ? (size_t)left
						     : sizeof(bytes));
		if (n > 0)
			(void)fwrite(bytes, 1, (size_t)n, stdout);
	}
	close(fd);
	return cli_finish_output() == CLI_OK;
}

/* Relays the console of a host that was found, and releases it. */
static int host_attach(const struct cli_call *call,
		       const struct reeve_host_entry *entry,
		       struct reeve_report *report)
{
	enum cli_end end = CLI_END_FAILED;
	int fd;
	int lock;
	int result = reeve_host_console(entry->name, &fd, &lock, report);

	if (result != REEVE_OK)
		return result;
	if (isatty(STDIN_FILENO)) {
		fprintf(stderr,
			"reeve: console of the host %s; leave it with Ctrl-]\n",
			entry->name);
	}
	if (log_print(entry->folder))
		end = cli_relay(call, NULL, fd, report);
	close(fd);
	close(lock);
	if (end == CLI_END_GONE)
		fprintf(stderr, "\nreeve: the host %s has ended\n", entry->name);
	else if (isatty(STDIN_FILENO))
		fputc('\n', stderr);
	return end == CLI_END_FAILED || cli_output_is_lost() ? REEVE_ERR_IO
							     : REEVE_OK;
}

static int host_console(const struct cli_call *call)
{
	struct cli_session session = { .report = reeve_report_new() };
	struct reeve_host_entry entry;
	int result = REEVE_ERR_MEMORY;

	if (session.report != NULL) {
		result = reeve_host_find(cli_host_name(call), &entry,
					 session.report);
	}
	if (result == REEVE_OK)
		result = host_attach(call, &entry, session.report);
	return cli_close(&session, result);
}

int cli_console(const struct cli_call *call)
{
	struct reeve_domain domain;
	struct cli_session session;
	enum reeve_console which;
	enum cli_end end;
	int code;

	if (!type_read(call, &which))
		return CLI_WRONG;
	if (call->config == NULL)
		return host_console(call);
	if (!cli_open_domain(&session, call, &domain, &code))
		return code;
	cli_leave_host(&session);
	end = cli_attach(call, &session, &domain, which);
	code = cli_close(&session, REEVE_OK);
	if (end == CLI_END_SHUTDOWN) {
		fprintf(stderr, "reeve: the domain %s has ended%s%s\n",
			domain.name, *domain.text != '\0' ? ": " : "",
			domain.text);
	}
	if (end == CLI_END_GONE) {
		fprintf(stderr, "reeve: the domain %s was destroyed\n",
			domain.name);
	}
	return end == CLI_END_FAILED || cli_output_is_lost() ? CLI_FAILED : code;
}
