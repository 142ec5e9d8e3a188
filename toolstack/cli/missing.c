/* SPDX-License-Identifier: BSD-3-Clause */
/* Verbs of xl, virsh and kvmtool that reeve does not have: why, or what it has
 * in their place. */
#include <string.h>

#include "toolstack/cli/cli.h"

static const char no_hot_plug[] =
	"a guest has its devices from its start to its end: virtio-mmio has no "
	"hot-plug, and those of a Realm are measured. Write them into the "
	"configuration";
static const char no_other_drive[] =
	"a virtio disk cannot be taken out of its drive";
static const char no_state[] =
	"a Realm's state cannot leave it without its consent";
static const char no_dump[] = "no host can read a Realm's memory";
static const char no_change[] =
	"a guest's memory and vCPUs are fixed when it is made, and those of a "
	"Realm are measured. Write them into the configuration";
static const char create[] = "reeve create CONFIG makes a guest and starts it";

static const struct {
	const char *name; /* if it begins with -: the end of a verb */
	const char *why;
} missing[] = {
	{ "-attach", no_hot_plug },
	{ "-detach", no_hot_plug },
	{ "cd-insert", no_other_drive },
	{ "cd-eject", no_other_drive },
	{ "save", no_state },
	{ "restore", no_state },
	{ "migrate", no_state },
	{ "dump-core", no_dump },
	{ "dump", no_dump },
	{ "mem-set", no_change },
	{ "mem-max", no_change },
	{ "setmem", no_change },
	{ "vcpu-set", no_change },
	{ "setvcpus", no_change },
	{ "vcpu-pin", "a host shares its CPUs by the key cpu_weight alone" },
	{ "start", create },
	{ "define", create },
	{ "run", create },
	{ "stop", "reeve shutdown ends a guest, and reeve host stop a host" },
	{ "vm-list", "reeve list shows the guests of a host" },
};

static bool is_meant(const char *name, const char *known)
{
	size_t length = strlen(name);
	size_t end = strlen(known);

	if (*known != '-')
		return strcmp(name, known) == 0;
	return length > end && strcmp(name + length - end, known) == 0;
}

const char *cli_missing_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		if (is_meant(name, missing[i].name))
			return missing[i].why;
	}
	return NULL;
}
