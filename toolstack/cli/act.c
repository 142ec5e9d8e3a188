/* SPDX-License-Identifier: BSD-3-Clause */
/* Verbs that do or print one thing: pause, unpause, destroy, rename, sysrq,
 * domid and domname; and shutdown and reboot, which can act on all domains. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/cli/cli.h"

/* ---- One domain ------------------------------------------------------ */

/* The type of the library's functions that change a domain. */
typedef int change(struct reeve_host *host, unsigned domid,
		   struct reeve_report *report);

static int domain_change(const struct cli_call *call, change *apply)
{
	struct reeve_domain domain;
	struct cli_session session;
	int code;

	if (!cli_open_domain(&session, call, &domain, &code))
		return code;
	return cli_close(&session,
			 apply(session.host, domain.domid, session.report));
}

static int domain_destroy_watched(struct reeve_host *host, unsigned domid,
				  struct reeve_report *report)
{
	return reeve_domain_destroy(host, domid, cli_watch(), report);
}

/* The time of a Realm is the RMM's, so that its kernel may take a long pause
 * for a CPU that was stuck. */
int cli_pause(const struct cli_call *call)
{
	struct reeve_domain domain;
	struct cli_session session;
	int code;

	if (!cli_open_domain(&session, call, &domain, &code))
		return code;
	code = cli_close(&session, reeve_domain_pause(session.host, domain.domid,
						      session.report));
	if (code == 0 && domain.realm) {
		fputs("reeve: note: time runs on in a Realm while it is paused\n",
		      stderr);
	}
	return code;
}

int cli_unpause(const struct cli_call *call)
{
	return domain_change(call, reeve_domain_unpause);
}

int cli_destroy(const struct cli_call *call)
{
	return domain_change(call, domain_destroy_watched);
}

int cli_rename(const struct cli_call *call)
{
	struct reeve_domain domain;
	struct cli_session session;
	int code;

	if (!cli_open_domain(&session, call, &domain, &code))
		return code;
	return cli_close(&session,
			 reeve_domain_rename(session.host, domain.domid,
					     call->operands[1], session.report));
}

int cli_sysrq(const struct cli_call *call)
{
	const char *key = call->operands[1];
	struct reeve_domain domain;
	struct cli_session session;
	int code;

	if (!cli_is_request(key[0]) || key[1] != '\0') {
		fprintf(stderr,
			"reeve: error: \"%s\" is no key: write one letter or digit\n",
			key);
		return CLI_WRONG;
	}
	if (!cli_open_domain(&session, call, &domain, &code))
		return code;
	return cli_close(&session, reeve_domain_sysrq(session.host, domain.domid,
						      key[0], session.report));
}

/* Prints one fact about a domain. */
static int domain_fact_print(const struct cli_call *call,
			     void (*print)(const struct reeve_domain *domain))
{
	struct reeve_domain domain;
	struct cli_session session;
	int code;

	if (!cli_open_domain(&session, call, &domain, &code))
		return code;
	cli_leave_host(&session);
	print(&domain);
	code = cli_finish_output();
	(void)cli_close(&session, REEVE_OK); /* the report is empty */
	return code;
}

static void domid_print(const struct reeve_domain *domain)
{
	printf("%u\n", domain->domid);
}

static void domname_print(const struct reeve_domain *domain)
{
	cli_print_safely(domain->name);
	putchar('\n');
}

int cli_domid(const struct cli_call *call)
{
	return domain_fact_print(call, domid_print);
}

int cli_domname(const struct cli_call *call)
{
	return domain_fact_print(call, domname_print);
}

/* ---- shutdown, reboot ------------------------------------------------ */

static int domain_stop(struct cli_session *session, const struct cli_call *call,
		       const struct reeve_domain *domain,
		       enum reeve_reason reason)
{
	if ((call->options & CLI_QUIET) == 0) {
		printf("%s domain %u\n",
		       reason == REEVE_REBOOT ? "Rebooting" : "Shutting down",
		       domain->domid);
	}
	return reeve_domain_shutdown(session->host, domain->domid, reason,
				     session->report);
}

/* Ends all domains that run or are paused. The others have already ended. */
static int domains_stop_all(struct cli_session *session,
			    const struct cli_call *call,
			    enum reeve_reason reason)
{
	struct reeve_domain domain = { 0 };
	int result;

	while ((result = reeve_domain_next(session->host, domain.domid + 1,
					   &domain, session->report)) ==
	       REEVE_OK) {
		if (domain.state != REEVE_DOMAIN_RUNNING &&
		    domain.state != REEVE_DOMAIN_PAUSED)
			continue;
		result = domain_stop(session, call, &domain, reason);
		if (result != REEVE_OK)
			return result;
	}
	return result == REEVE_ERR_NO_DOMAIN ? REEVE_OK : result;
}

static int domains_stop(const struct cli_call *call, enum reeve_reason reason)
{
	bool all = (call->options & CLI_ALL) != 0;
	struct reeve_domain domain;
	struct cli_session session;
	int code;
	int result;

	if (all == (call->operand_count > 0)) {
		fputs("reeve: name a domain, or give -a for all\n", stderr);
		return CLI_WRONG;
	}
	if (!cli_open_host(&session, call, &code))
		return code;
	if (all) {
		result = domains_stop_all(&session, call, reason);
	} else {
		result = reeve_domain_find(session.host, call->config, &domain,
					   session.report);
		if (result == REEVE_OK)
			result = domain_stop(&session, call, &domain, reason);
	}
	cli_leave_host(&session);
	code = cli_finish_output();
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}

int cli_shutdown(const struct cli_call *call)
{
	return domains_stop(call, REEVE_POWEROFF);
}

int cli_reboot(const struct cli_call *call)
{
	return domains_stop(call, REEVE_REBOOT);
}
