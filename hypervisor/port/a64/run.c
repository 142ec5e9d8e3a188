/* SPDX-License-Identifier: BSD-3-Clause */
/* A host that is ready waits to be asked. */
#include "hypervisor/port/a64/main.h"
#include "hypervisor/port/a64/thread.h"
#include "lib/log.h"

void host_run(struct machine *machine, struct host *host)
{
	(void)host;
	log_line("ready, %llu of %llu pages in use",
		(unsigned long long)machine->pages.used,
		(unsigned long long)machine->pages.count);
	threads_run();
}
