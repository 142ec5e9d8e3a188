/* SPDX-License-Identifier: BSD-3-Clause */
/* Creates a domain, loads it, sets its boot state and finalises it. If a step
 * fails, the steps before it are undone. */
#include "toolstack/engine/build.h"

static int segments_load(const struct engine_ops *ops, struct engine *engine,
			 const struct image *image, struct reeve_report *report)
{
	int result = REEVE_OK;

	for (size_t i = 0; result == REEVE_OK && i < image->segment_count; i++) {
		result = ops->load(engine, image->segments[i].ipa,
				   image->segments[i].data,
				   image->segments[i].size, report);
	}
	return result;
}

int engine_build(const struct engine_ops *ops, struct engine *engine,
		 const struct engine_domain *domain, const struct image *image,
		 struct engine_realm *realm, struct reeve_report *report)
{
	const struct engine_boot boot = { image->entry, image->dtb_ipa };
	int result;

	/* struct engine_domain has one bank, so a Realm's RAM cannot have a
	 * second. */
	if (domain->realm && image->banks[1].size != 0) {
		return report_error(report, REEVE_ERR_CONFIG, NULL, "memory",
				    "write 3072 or less",
				    "a Realm's RAM must lie in the first bank");
	}
	result = ops->create(engine, domain, report);
	if (result != REEVE_OK)
		return result;
	result = segments_load(ops, engine, image, report);
	if (result == REEVE_OK) {
		ops->set_boot(engine, &boot);
		result = ops->finalise(engine, realm, report);
	}
	/* The first failure is the one to return. If the clean-up fails too, it
	 * adds its own words to the report. */
	if (result != REEVE_OK)
		(void)ops->destroy(engine, report);
	return result;
}
