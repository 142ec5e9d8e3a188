/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Settles the Realm switch and the parameters of the Realm. The switch fails
 * closed: a configuration that has the key realm in any form makes a Realm,
 * says plainly that the guest is an ordinary one, or is an error.
 */
#include "toolstack/domain/read.h"
#include "toolstack/report/ascii.h"

/*
 * Refuses a switch that is written twice and ends as "no". The reader of the
 * file may believe the first line, so it is not enough that the last one wins,
 * as it does in xl.
 */
static void revocation_check(struct reader *reader)
{
	const struct cfg_setting *setting =
		reader->domain->origins[KEY_realm].setting;

	if (setting == NULL || setting->replaced.line == 0 ||
	    reader->domain->realm ||
	    domain_is_refused(reader->domain, KEY_realm))
		return;
	key_refuse(reader, KEY_realm, "say it once",
		   "this takes back what line %u of %s says",
		   setting->replaced.line, setting->replaced.file);
}

/* A parameter of a Realm needs realm=1: a guest must not become an ordinary one
 * because the switch was forgotten. */
static void parameter_check(struct reader *reader, enum key_id key)
{
	const struct domain *domain = reader->domain;

	if (domain->realm || !domain_is_set(domain, key))
		return;
	if (domain_is_set(domain, KEY_realm)) {
		key_warn(reader, key, "remove it, or write realm=1",
			 "has no effect, as realm is 0");
	} else {
		key_refuse(reader, key, "write realm=1, or remove this key",
			   "is for a Realm, and nothing makes this guest one");
	}
}

static int hex_digit(char digit)
{
	if (ascii_is_digit(digit))
		return digit - '0';
	return ascii_lower(digit) - 'a' + 10;
}

/* Needs no checks: spec_rpv() has passed the text, which is up to 64 pairs of
 * hexadecimal digits. */
static void rpv_convert(struct domain *domain)
{
	const char *text = domain->realm_rpv;

	for (size_t i = 0; text != NULL && text[2 * i] != '\0'; i++) {
		domain->rpv[i] = (uint8_t)(hex_digit(text[2 * i]) << 4 |
					   hex_digit(text[2 * i + 1]));
	}
}

bool domain_has_rtc(const struct domain *domain)
{
	return !domain->realm || domain->realm_clock == DOMAIN_CLOCK_HOST;
}

void domain_settle_realm(struct reader *reader)
{
	struct domain *domain = reader->domain;

	revocation_check(reader);
	/* An unreadable switch is an error. The other keys are then checked by
	 * the rules for a Realm, which is what the user will have wanted. */
	if (domain_is_refused(domain, KEY_realm))
		domain->realm = true;
	parameter_check(reader, KEY_realm_hash);
	parameter_check(reader, KEY_realm_rpv);
	parameter_check(reader, KEY_realm_clock);
	parameter_check(reader, KEY_realm_devices);
	rpv_convert(domain);
	if (domain->realm && !domain_is_set(domain, KEY_nomigrate))
		domain->nomigrate = true;
}
