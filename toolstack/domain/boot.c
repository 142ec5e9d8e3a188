/* SPDX-License-Identifier: BSD-3-Clause */
/* Settles the kernel, the RAM disk and the command line. */
#include <stdio.h>

#include "toolstack/domain/read.h"

static void kernel_settle(struct reader *reader)
{
	const struct domain *domain = reader->domain;

	if (domain->bootloader != NULL) {
		if (domain->disk.count == 0) {
			key_refuse(reader, KEY_bootloader,
				   "name the kernel with kernel= instead",
				   "a bootloader takes the kernel from the first "
				   "disk, and there is none");
		}
	} else if (domain->kernel == NULL &&
		   !domain_is_refused(domain, KEY_kernel) &&
		   !domain_is_refused(domain, KEY_bootloader)) {
		key_refuse(reader, KEY_kernel, "add kernel=\"...\"",
			   "the guest has nothing to boot");
	}
}

static void cmdline_settle(struct reader *reader)
{
	struct domain *domain = reader->domain;
	const char *root = domain->root;
	const char *extra = domain->extra;
	enum key_id unused = root != NULL ? KEY_root : KEY_extra;

	if (root == NULL && extra == NULL)
		return;
	if (domain->cmdline != NULL) {
		key_warn(reader, unused, "keep cmdline only",
			 "ignored, as cmdline is set");
		return;
	}
	if (asprintf(&domain->joined_cmdline, "%s%s%s%s",
		     root != NULL ? "root=" : "", root != NULL ? root : "",
		     root != NULL && extra != NULL ? " " : "",
		     extra != NULL ? extra : "") < 0) {
		domain->joined_cmdline = NULL;
		reader->no_memory = true;
	}
	domain->cmdline = domain->joined_cmdline;
}

void domain_settle_boot(struct reader *reader)
{
	struct domain *domain = reader->domain;

	kernel_settle(reader);
	cmdline_settle(reader);
	if (domain->ramdisk != NULL && domain->ramdisk[0] == '\0')
		domain->ramdisk = NULL;
}
