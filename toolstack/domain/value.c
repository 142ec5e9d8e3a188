/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the values of a domain by key, and sets their defaults. */
#include <assert.h>
#include <string.h>

#include "toolstack/domain/read.h"

static const struct domain_origin *origin_of(const struct domain *domain,
					     enum key_id id)
{
	assert(id < KEY_COUNT && schema_keys[id].field != KEY_NO_FIELD);
	return &domain->origins[id];
}

const struct report_place *domain_place(const struct domain *domain,
					enum key_id id)
{
	const struct cfg_setting *setting = origin_of(domain, id)->setting;

	return setting != NULL ? &setting->value.place : NULL;
}

bool domain_is_set(const struct domain *domain, enum key_id id)
{
	return origin_of(domain, id)->setting != NULL;
}

bool domain_is_refused(const struct domain *domain, enum key_id id)
{
	return origin_of(domain, id)->refused;
}

enum key_id domain_memory_key(const struct domain *domain)
{
	bool other = !domain_is_set(domain, KEY_memory) &&
		     domain_is_set(domain, KEY_maxmem);

	return other ? KEY_maxmem : KEY_memory;
}

bool domain_has_devices(const struct domain *domain)
{
	return domain->disk.count + domain->vif.count + domain->channel.count +
			       domain->p9.count >
		       0 ||
	       domain->rng || domain->hvc;
}

const void *key_value(const struct domain *domain, const struct key *key)
{
	assert(key->field != KEY_NO_FIELD);
	return (const char *)domain + key->field;
}

void *key_field(struct domain *domain, const struct key *key)
{
	assert(key->field != KEY_NO_FIELD);
	return (char *)domain + key->field;
}

int64_t domain_number(const struct domain *domain, enum key_id id)
{
	const struct key *key = &schema_keys[id];
	const void *field = key_value(domain, key);

	if (key->kind == KEY_BOOLEAN)
		return *(const bool *)field;
	if (key->kind == KEY_CHOICE)
		return *(const int *)field;
	assert(key->kind == KEY_NUMBER);
	return *(const int64_t *)field;
}

void key_reset(struct domain *domain, const struct key *key)
{
	const char *text = key->info.fallback;
	void *field = key_field(domain, key);
	int64_t number = DOMAIN_UNSET;

	if (key_default_is_words(key))
		text = NULL;
	switch (key->kind) {
	case KEY_STRING:
		*(const char **)field = text;
		break;
	case KEY_NUMBER:
		if (text != NULL)
			key_parse_number(text, &number);
		*(int64_t *)field = number;
		break;
	case KEY_BOOLEAN:
		*(bool *)field = text != NULL && text[0] == '1';
		break;
	case KEY_CHOICE:
		*(int *)field = text != NULL ? key_choice(key, text) : -1;
		break;
	case KEY_LIST:
	case KEY_LISTS:
	case KEY_STRING_OR_LIST:
		*(struct domain_list *)field = (struct domain_list){ 0 };
		break;
	}
}

static bool string_is_default(const struct key *key, const char *text)
{
	if (text == NULL || key_default_is_words(key))
		return text == NULL;
	return strcmp(text, key->info.fallback) == 0;
}

bool domain_is_default(const struct domain *domain, enum key_id id)
{
	const struct key *key = &schema_keys[id];
	const void *field = key_value(domain, key);
	struct domain plain;

	if (key->kind == KEY_STRING)
		return string_is_default(key, *(const char *const *)field);
	if (key_is_list(key))
		return ((const struct domain_list *)field)->count == 0;
	key_reset(&plain, key);
	return domain_number(domain, id) == domain_number(&plain, id);
}
