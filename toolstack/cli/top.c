/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve top: shows the domains of a host, ordered by their present share of the
 * CPUs. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "toolstack/cli/cli.h"

/* More than the number of domains that our host can have. */
#define ROWS 64

struct row {
	struct reeve_domain domain;
	double share; /* of one CPU, in percent, since the last table */
};

struct table {
	struct row rows[ROWS];
	size_t count;
	struct reeve_host_info host;
};

/* Returns the CPU time that a domain had in the table before; for a new domain
 * its present CPU time, so that it counts as idle. */
static uint64_t cpu_before(const struct table *before,
			   const struct reeve_domain *domain)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct reeve_domain *old = &before->rows[i].domain;

		if (old->domid == domain->domid && old->cpu_ns <= domain->cpu_ns)
			return old->cpu_ns;
	}
	return domain->cpu_ns;
}

static int by_share(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->share < y->share) - (x->share > y->share);
}

static int table_fill(struct table *table, const struct table *before,
		      struct reeve_host *host, struct reeve_report *report)
{
	struct reeve_domain domain = { 0 };
	double elapsed;
	int result = reeve_host_ask(host, &table->host, report);

	if (result != REEVE_OK)
		return result;
	elapsed = (double)(table->host.uptime_ns - before->host.uptime_ns);
	table->count = 0;
	while (table->count < ROWS &&
	       (result = reeve_domain_next(host, domain.domid + 1, &domain,
					   report)) == REEVE_OK) {
		struct row *row = &table->rows[table->count++];
		uint64_t ran = domain.cpu_ns - cpu_before(before, &domain);

		row->domain = domain;
		row->share = elapsed > 0 ? 100 * (double)ran / elapsed : 0;
	}
	qsort(table->rows, table->count, sizeof(table->rows[0]), by_share);
	return result == REEVE_ERR_NO_DOMAIN ? REEVE_OK : result;
}

static void table_print(const struct table *table)
{
	printf("%u domains, %u CPUs, %" PRIu64 " of %" PRIu64 " MiB free, up ",
	       table->host.domains, table->host.cores,
	       table->host.memory_free >> 20, table->host.memory_total >> 20);
	cli_print_uptime(table->host.uptime_ns);
	printf("\n%-32s %5s %6s %9s %8s %6s %-5s\n", "NAME", "ID", "CPU(%)",
	       "CPU(s)", "MEM(MiB)", "VCPUS", "REALM");
	for (size_t i = 0; i < table->count; i++) {
		const struct reeve_domain *domain = &table->rows[i].domain;

		cli_print_name(domain->name, 32);
		printf(" %5u %6.1f %9.1f %8" PRIu64 " %6u %-5s\n",
		       domain->domid, table->rows[i].share,
		       (double)domain->cpu_ns / 1e9, domain->ram_size >> 20,
		       domain->vcpus_online, domain->realm ? "yes" : "no");
	}
}

/* Fills a table over a connection of its own. No connection is kept between two
 * tables, because a host serves only a few at a time. */
static int table_refresh(const struct cli_call *call, struct table *table,
			 const struct table *before, struct reeve_report *report)
{
	struct reeve_host *host;
	int result = cli_host_open(call, cli_watch(), &host, report);

	if (result != REEVE_OK)
		return result;
	result = table_fill(table, before, host, report);
	cli_host_close(host);
	return result;
}

/* Prints a table every second on a terminal, else only once. The first look at
 * the host only gives the CPU times to compare with. */
static int watch_host(const struct cli_call *call, struct table tables[2],
		      struct reeve_report *report)
{
	static const struct timespec period = { 1, 0 };
	bool terminal = isatty(STDOUT_FILENO);
	unsigned now = 0;
	int result = table_refresh(call, &tables[now], &tables[1], report);

	while (result == REEVE_OK && !cli_is_stopped()) {
		(void)nanosleep(&period, NULL); /* a signal cuts it short */
		if (cli_is_stopped())
			break;
		now ^= 1;
		result = table_refresh(call, &tables[now], &tables[now ^ 1],
				       report);
		if (result != REEVE_OK)
			break;
		if (terminal)
			fputs("\033[H\033[J", stdout);
		table_print(&tables[now]);
		if (!terminal || fflush(stdout) != 0)
			break;
	}
	return result == REEVE_ERR_STOPPED ? REEVE_OK : result;
}

int cli_top(const struct cli_call *call)
{
	struct cli_session session = { .report = reeve_report_new() };
	struct table *tables = calloc(2, sizeof(*tables));
	int result = REEVE_ERR_MEMORY;
	int code;

	if (session.report != NULL && tables != NULL)
		result = watch_host(call, tables, session.report);
	free(tables);
	code = cli_finish_output();
	result = cli_close(&session, result);
	return result != CLI_OK ? result : code;
}
