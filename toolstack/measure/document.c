/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the document of a Realm that another builder makes. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/measure/listing.h"
#include "toolstack/token/hex.h"

#define VCPUS_MAX 65536

static const char *const root_members[] = {
	"rmm",        "builder",      "hash",   "rpv",      "vcpus",
	"parameters", "ram",          "ranges", "boot_rec", "rim",
	"granules",   "granule_size", NULL,
};

static const char *const parameter_members[] = {
	"flags0",  "s2sz",         "sve_vl",    "num_bps",
	"num_wps", "pmu_num_ctrs", "hash_algo", NULL,
};

static const char *const rec_members[] = { "flags", "pc", "gprs", NULL };

/* The members that a range has decide its kind. */
static const char *const content_members[] = {
	"content", "ipa", "size", "loaded", "flags", "file", "fill", NULL,
};
static const char *const ripas_members[] = {
	"content", "ipa", "size", "ripas", "level", NULL,
};
static const char *const rec_step_members[] = { "content", "rec", NULL };

static const struct {
	const char *name;
	uint8_t algorithm;
} hashes[] = {
	{ "sha256", RMI_HASH_SHA_256 },
	{ "sha384", RMI_HASH_SHA_384 },
	{ "sha512", RMI_HASH_SHA_512 },
};

#define HASHES (sizeof(hashes) / sizeof(hashes[0]))

const char *listing_hash_name(uint8_t algorithm)
{
	size_t i = 0;

	while (hashes[i].algorithm != algorithm)
		i++;
	return hashes[i].name;
}

/* ---- Members of the same form ---- */

/* Reads the member if it is there. */
static bool member_number(const struct node *parent, const char *name,
			  uint64_t most, uint64_t *out)
{
	struct node node = node_member(parent, name);

	return node_number(&node, most, out);
}

static bool member_string(const struct node *parent, const char *name,
			  const char **out)
{
	struct node node = node_member(parent, name);

	return node_string(&node, out);
}

static bool needed_number(const struct node *parent, const char *name,
			  uint64_t most, uint64_t *out)
{
	struct node node = node_member(parent, name);

	return node_needed(&node) && node_number(&node, most, out);
}

/* ---- The Realm ---- */

static bool rmm_read(struct reeve_listing *listing, const struct node *root)
{
	struct node node = node_member(root, "rmm");
	const char *version = "2.0";

	if (!node_string(&node, &version))
		return false;
	if (strcmp(version, "1.0") == 0)
		listing->rmm = LISTING_RMM_1_0;
	else if (strcmp(version, "2.0") != 0)
		return node_error(&node, NULL,
				  "this must be \"1.0\" or \"2.0\"");
	return true;
}

/* The algorithm has a name, and a number among the parameters; one is enough. */
static bool hash_read(struct reeve_listing *listing, const struct node *root,
		      const struct node *parameters)
{
	struct node node = node_member(root, "hash");
	struct node number = node_member(parameters, "hash_algo");
	const char *name = NULL;
	uint64_t algorithm = UINT64_MAX;
	size_t i = 0;

	if (!node_string(&node, &name) ||
	    !node_number(&number, RMI_HASH_SHA_384, &algorithm))
		return false;
	if (name == NULL && !number.present)
		return node_needed(&node);
	while (i < HASHES && (name != NULL ? strcmp(hashes[i].name, name) != 0
					   : hashes[i].algorithm != algorithm))
		i++;
	if (i == HASHES) {
		return node_error(&node, NULL,
				  "this must be \"sha256\", \"sha384\" or "
				  "\"sha512\"");
	}
	if (number.present && hashes[i].algorithm != algorithm) {
		return node_error(&number, NULL,
				  "\"hash\" names another algorithm");
	}
	if (listing->rmm == LISTING_RMM_1_0 &&
	    hashes[i].algorithm == RMI_HASH_SHA_384)
		return node_error(&node, NULL, "RMM 1.0 has no SHA-384");
	listing->params.hash_algo = hashes[i].algorithm;
	return true;
}

static bool parameter_read(const struct node *parameters, const char *name,
			   bool needed, uint32_t *out)
{
	struct node node = node_member(parameters, name);
	uint64_t value = 0;

	if (needed && !node_needed(&node))
		return false;
	if (!node_number(&node, UINT8_MAX, &value))
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool parameters_read(struct reeve_listing *listing,
			    const struct node *root)
{
	struct node node = node_member(root, "parameters");
	struct node s2sz = node_member(&node, "s2sz");
	struct rmi_realm_params *params = &listing->params;

	if (!node_needed(&node) || !node_is_object(&node, parameter_members) ||
	    !member_number(&node, "flags0", UINT64_MAX, &params->flags0) ||
	    !parameter_read(&node, "s2sz", true, &params->s2sz) ||
	    !parameter_read(&node, "sve_vl", false, &params->sve_vl) ||
	    !parameter_read(&node, "num_bps", true, &params->num_bps) ||
	    !parameter_read(&node, "num_wps", true, &params->num_wps) ||
	    !parameter_read(&node, "pmu_num_ctrs", false, &params->pmu_num_ctrs))
		return false;
	if (params->s2sz < 32 || params->s2sz > 52) {
		return node_error(&s2sz, NULL,
				  "a Realm's IPA has 32 to 52 bits");
	}
	return hash_read(listing, root, &node);
}

static bool rpv_read(struct reeve_listing *listing, const struct node *root)
{
	struct node node = node_member(root, "rpv");
	const char *digits = "";
	size_t size;

	if (!node_string(&node, &digits))
		return false;
	if (!hex_read(digits, listing->params.rpv, RMI_RPV_SIZE, &size)) {
		return node_error(&node, NULL,
				  "this must be at most 64 bytes in "
				  "hexadecimal");
	}
	return true;
}

/* ---- The steps ---- */

static bool rec_read(const struct node *node, struct listing_rec *rec)
{
	struct node gprs = node_member(node, "gprs");

	rec->flags = RMI_REC_FLAG_RUNNABLE;
	if (!node_is_object(node, rec_members) ||
	    !member_number(node, "flags", UINT64_MAX, &rec->flags) ||
	    !needed_number(node, "pc", UINT64_MAX, &rec->pc))
		return false;
	if (gprs.present && !node_is_array(&gprs, RMI_REC_CREATE_GPRS))
		return false;
	for (size_t i = 0; i < node_items(&gprs); i++) {
		struct node gpr = node_item(&gprs, i);

		if (!node_number(&gpr, UINT64_MAX, &rec->gprs[i]))
			return false;
	}
	return true;
}

/* Reads a range's "ipa" and "size". Both together stay below 2^52. */
static bool range_read(const struct node *node, struct listing_step *step)
{
	const uint64_t most = (UINT64_C(1) << 51) - 1;
	struct node size = node_member(node, "size");

	if (!member_string(node, "content", &step->content) ||
	    !needed_number(node, "ipa", most, &step->ipa) ||
	    !node_number(&size, most, &step->size))
		return false;
	if (size.present &&
	    (step->size == 0 || step->size % LISTING_GRANULE != 0))
		return node_error(&size, NULL,
				  "this must be whole granules of "
				  "4096 bytes");
	return true;
}

/* A document from elsewhere names files of one folder only. */
static bool file_check(const struct node *node, const char *name)
{
	if (name == NULL)
		return true;
	if (*name == '\0' || *name == '.' || strchr(name, '/') != NULL) {
		return node_error(node, NULL,
				  "this must be the name of a file in the "
				  "folder, without \"/\" and not hidden");
	}
	return true;
}

static bool content_read(const struct reeve_listing *listing,
			 const struct node *node, struct listing_step *step)
{
	struct node file = node_member(node, "file");
	struct node size = node_member(node, "size");
	struct node loaded = node_member(node, "loaded");

	step->kind = LISTING_CONTENT;
	step->flags = RMI_DATA_MEASURE_CONTENT;
	step->fill = listing->ram.fill;
	if (!node_is_object(node, content_members) || !range_read(node, step) ||
	    !node_string(&file, &step->file) || !file_check(&file, step->file) ||
	    !node_number(&loaded, SIZE_MAX, &step->loaded) ||
	    !member_number(node, "flags", RMI_DATA_MEASURE_CONTENT,
			   &step->flags) ||
	    !member_number(node, "fill", UINT8_MAX, &step->fill))
		return false;
	if (loaded.present && (step->file == NULL || step->loaded == 0)) {
		return node_error(&loaded, NULL,
				  "this is about the bytes of a file");
	}
	return step->file != NULL || node_needed(&size);
}

/* Returns the level at which a table walk starts, whose entries are the largest
 * of the Realm: with 4 KiB granules a root table of level 2 covers 30 bits and
 * one of each level above 9 more; up to 16 root tables can be concatenated,
 * which makes 4 more. */
static uint64_t start_level(unsigned s2sz)
{
	return s2sz <= 34 ? 2 : s2sz <= 43 ? 1 : 0;
}

static bool level_read(const struct reeve_listing *listing,
		       const struct node *node, struct listing_step *step)
{
	struct node level = node_member(node, "level");
	uint64_t value = start_level(listing->params.s2sz);

	if (!node_number(&level, 3, &value))
		return false;
	step->level = (int)value;
	return true;
}

static bool ripas_read(const struct reeve_listing *listing,
		       const struct node *node, struct listing_step *step)
{
	struct node ripas = node_member(node, "ripas");
	struct node size = node_member(node, "size");
	struct node ipa = node_member(node, "ipa");
	const char *state = NULL;

	step->kind = LISTING_RIPAS;
	if (!node_is_object(node, ripas_members) || !range_read(node, step) ||
	    !node_needed(&size) || !node_string(&ripas, &state) ||
	    !level_read(listing, node, step))
		return false;
	if (strcmp(state, "ram") != 0)
		return node_error(&ripas, NULL, "this must be \"ram\"");
	if (listing_lead(step) != 0)
		return node_error(&ipa, NULL, "this must begin a granule");
	return true;
}

static bool step_read(struct reeve_listing *listing, const struct node *node,
		      struct listing_step *step)
{
	struct node rec = node_member(node, "rec");
	struct node ripas = node_member(node, "ripas");

	if (ripas.present)
		return ripas_read(listing, node, step);
	if (!rec.present)
		return content_read(listing, node, step);
	step->kind = LISTING_REC;
	return node_is_object(node, rec_step_members) &&
	       rec_read(&rec, &step->rec);
}

struct listing_step *listing_append(struct reeve_listing *listing)
{
	struct listing_step *steps =
		reallocarray(listing->steps, listing->step_count + 1,
			     sizeof(*listing->steps));

	if (steps == NULL) {
		listing->document.result = REEVE_ERR_MEMORY;
		return NULL;
	}
	listing->steps = steps;
	steps += listing->step_count++;
	*steps = (struct listing_step){ .item = LISTING_NO_ITEM };
	return steps;
}

static bool ranges_read(struct reeve_listing *listing, const struct node *root)
{
	struct node node = node_member(root, "ranges");

	if (!node_needed(&node) || !node_is_array(&node, LISTING_STEPS_MAX))
		return false;
	for (size_t i = 0; i < node_items(&node); i++) {
		struct node item = node_item(&node, i);
		struct listing_step *step = listing_append(listing);

		if (step == NULL)
			return false;
		step->item = i;
		if (!step_read(listing, &item, step))
			return false;
	}
	return true;
}

static bool has_runnable(const struct reeve_listing *listing)
{
	for (size_t i = 0; i < listing->step_count; i++) {
		const struct listing_step *step = &listing->steps[i];

		if (step->kind == LISTING_REC &&
		    (step->rec.flags & RMI_REC_FLAG_RUNNABLE) != 0)
			return true;
	}
	return false;
}

/* Reads the boot REC, which comes after all ranges. It may be missing if a
 * range is a runnable REC, or if the builder adds one. */
static bool boot_rec_read(struct reeve_listing *listing, const struct node *root)
{
	struct node node = node_member(root, "boot_rec");
	struct listing_step *step;

	if (!node.present) {
		return listing->ram.size != 0 || has_runnable(listing) ||
		       node_needed(&node);
	}
	step = listing_append(listing);
	if (step == NULL)
		return false;
	step->kind = LISTING_REC;
	return rec_read(&node, &step->rec);
}

/* The RIM is computed, so the results in the document are not needed: only
 * their form is checked, and the RIM is compared. */
static bool results_read(struct reeve_listing *listing, const struct node *root)
{
	struct node size = node_member(root, "granule_size");
	uint64_t granule = LISTING_GRANULE;
	uint64_t granules;

	if (!member_string(root, "rim", &listing->rim) ||
	    !member_number(root, "granules", UINT64_MAX, &granules) ||
	    !node_number(&size, UINT32_MAX, &granule))
		return false;
	if (granule != LISTING_GRANULE)
		return node_error(&size, NULL, "granules have 4096 bytes");
	return true;
}

int listing_read(struct reeve_listing *listing)
{
	struct node root = node_root(&listing->document);

	listing->vcpus = 1;
	/* Each function reports what is wrong, so the result is not needed. */
	(void)(node_is_object(&root, root_members) && rmm_read(listing, &root) &&
	       rpv_read(listing, &root) && results_read(listing, &root) &&
	       member_number(&root, "vcpus", VCPUS_MAX, &listing->vcpus) &&
	       builder_read(listing, &root) && parameters_read(listing, &root) &&
	       ranges_read(listing, &root) && boot_rec_read(listing, &root));
	return listing->document.result;
}
