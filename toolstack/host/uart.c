/* SPDX-License-Identifier: BSD-3-Clause */
/* The UART of a host whose hypervisor does not serve our control interface. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/host/link.h"
#include "toolstack/host/record.h"

static int tell_ours(const struct folder *folder, struct reeve_report *report)
{
	return report_error(
		report, REEVE_ERR_ARGUMENT, NULL, NULL,
		"name a domain; reeve dmesg prints the hypervisor's log",
		"the host \"%s\" has a console for each domain only",
		folder->name);
}

static int tell_taken(const struct folder *folder, long owner,
		      struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "the console of the host \"%s\" is already taken by "
			    "process %ld",
			    folder->name, owner);
}

static int uart_open(const struct folder *folder, int *fd, int *lock,
		     struct reeve_report *report)
{
	long owner = 0;
	int error = link_claim(folder_path(folder, "serial.lock").text, lock,
			       &owner);

	if (error == -EWOULDBLOCK)
		return tell_taken(folder, owner, report);
	if (error == 0) {
		*fd = link_connect(folder_path(folder, "serial.sock").text);
		if (*fd >= 0)
			return REEVE_OK;
		error = -errno;
		close(*lock);
	}
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "the console of the host \"%s\" cannot be reached: "
			    "%s",
			    folder->name, strerror(-error));
}

int reeve_host_console(const char *name, int *fd, int *lock,
		       struct reeve_report *report)
{
	struct reeve_host_entry entry = { 0 };
	struct folder folder;
	int result = folder_of(name, &folder, report);

	if (result != REEVE_OK)
		return result;
	if (folder_state(&folder) != FOLDER_HELD)
		return folder_tell_no_host(&folder, report);
	if (!record_read(&folder, &entry) || !entry.foreign)
		return tell_ours(&folder, report);
	return uart_open(&folder, fd, lock, report);
}
