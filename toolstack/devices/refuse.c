/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports what is wrong with a device, at its place in the configuration. */
#include "toolstack/devices/refuse.h"

#include <stdio.h>
#include <string.h>

#include "toolstack/report/report.h"

struct disk_path disk_path(const struct domain_disk *disk)
{
	bool below_dev = disk->target.length > 0 && disk->target.at[0] != '/';
	struct disk_path path;

	(void)snprintf(path.text, sizeof(path.text), "%s%.*s",
		       below_dev ? "/dev/" : "", SHOWN(disk->target));
	return path;
}

/* Refuses what a setting names; why may be NULL. */
static int name_refuse(struct words name, const struct report_place *place,
		       enum key_id key, const char *hint, const char *what,
		       const char *why, struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_CONFIG, place, key_name(key),
			    hint, "'%.*s' %s%s%s", SHOWN(name), what,
			    why != NULL ? ": " : "", why != NULL ? why : "");
}

int disk_refuse(const struct domain_disk *disk, const char *hint,
		const char *what, const char *why, struct reeve_report *report)
{
	const struct report_place place =
		domain_words_place(disk->entry, disk->target);
	const struct disk_path path = disk_path(disk);
	const struct words tried = { path.text, strlen(path.text) };

	return name_refuse(tried, &place, KEY_disk, hint, what, why, report);
}

int vif_refuse(const struct domain_vif *vif, struct words words,
	       const char *hint, const char *what, const char *why,
	       struct reeve_report *report)
{
	const struct report_place place = domain_words_place(vif->entry, words);

	return name_refuse(words, &place, KEY_vif, hint, what, why, report);
}

int channel_refuse(const struct domain_channel *channel, const char *hint,
		   const char *what, const char *why,
		   struct reeve_report *report)
{
	const struct report_place place =
		domain_words_place(channel->entry, channel->path);

	return name_refuse(channel->path, &place, KEY_channel, hint, what, why,
			   report);
}

int p9_refuse(const struct domain_p9 *folder, const char *hint,
	      const char *what, const char *why, struct reeve_report *report)
{
	const struct report_place place =
		domain_words_place(folder->entry, folder->path);

	return name_refuse(folder->path, &place, KEY_p9, hint, what, why,
			   report);
}
