/* SPDX-License-Identifier: BSD-3-Clause */
/* The CPUs that this process may use. */
#include "toolstack/engine/model/threads.h"

#include <sched.h>

unsigned threads_beside(void)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return 0;
	return (unsigned)CPU_COUNT(&cpus) - 1;
}
