/* SPDX-License-Identifier: BSD-3-Clause */
/* The JSON files of a host's folder. */
#include "toolstack/host/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "toolstack/token/hex.h"

#define RECORD_MAX 4096 /* bytes, the largest of these files */

static int document_write(const struct folder *folder, const char *name,
			  struct json_object *document,
			  struct reeve_report *report)
{
	const char *text = json_object_to_json_string_ext(
		document, JSON_C_TO_STRING_NOSLASHESCAPE);
	int result = REEVE_ERR_MEMORY;

	if (text != NULL)
		result = folder_write(folder, name, text, strlen(text), report);
	json_object_put(document);
	return result;
}

static struct json_object *document_read(const struct folder *folder,
					 const char *name)
{
	struct folder_path path = folder_path(folder, "%s", name);
	struct json_object *document;
	size_t size;
	char *text = folder_file_read(path.text, RECORD_MAX, &size);

	if (text == NULL)
		return NULL;
	document = json_tokener_parse(text);
	free(text);
	return document;
}

static int64_t record_number(struct json_object *document, const char *name)
{
	return json_object_get_int64(json_object_object_get(document, name));
}

static const char *record_text(struct json_object *document, const char *name)
{
	struct json_object *member = json_object_object_get(document, name);

	return json_object_is_type(member, json_type_string)
		       ? json_object_get_string(member)
		       : "";
}

static void record_add_number(struct json_object *document, const char *name,
			      uint64_t value)
{
	json_object_object_add(document, name, json_object_new_uint64(value));
}

int record_write(const struct folder *folder,
		 const struct reeve_host_entry *entry,
		 struct reeve_report *report)
{
	struct json_object *document = json_object_new_object();

	record_add_number(document, "pid", (uint64_t)entry->pid);
	record_add_number(document, "memory", entry->memory);
	record_add_number(document, "cpus", entry->cpus);
	json_object_object_add(document, "debug_console",
			       json_object_new_boolean(entry->debug_console));
	if (entry->foreign) {
		json_object_object_add(document, "runs",
				       json_object_new_string(entry->runs));
	}
	return document_write(folder, "host.json", document, report);
}

bool record_read(const struct folder *folder, struct reeve_host_entry *entry)
{
	struct json_object *document = document_read(folder, "host.json");
	bool good = false;

	if (json_object_is_type(document, json_type_object)) {
		entry->pid = (long)record_number(document, "pid");
		entry->memory = (uint64_t)record_number(document, "memory");
		entry->cpus = (unsigned)record_number(document, "cpus");
		entry->debug_console = json_object_get_boolean(
			json_object_object_get(document, "debug_console"));
		entry->foreign =
			json_object_object_get(document, "runs") != NULL;
		snprintf(entry->runs, sizeof(entry->runs), "%s",
			 record_text(document, "runs"));
		good = entry->pid > 1;
	}
	json_object_put(document);
	return good;
}

long record_pid(const struct folder *folder)
{
	struct reeve_host_entry entry;
	size_t size;
	char *text;
	long pid;

	if (record_read(folder, &entry))
		return entry.pid;
	text = folder_file_read(folder_path(folder, "pid").text, RECORD_MAX,
				&size);
	pid = text != NULL ? strtol(text, NULL, 10) : 0;
	free(text);
	return pid > 1 ? pid : 0;
}

/* ---- What was predicted of a Realm ---------------------------------------- */

static void record_add_hex(struct json_object *document, const char *name,
			   const uint8_t *bytes, size_t size)
{
	char *text = hex_text((struct span){ bytes, size });

	if (text != NULL) {
		json_object_object_add(document, name,
				       json_object_new_string(text));
	}
	free(text);
}

static bool is_uuid(const char *text, const uint8_t uuid[16])
{
	uint8_t found[16];

	return hex_read_exactly(text, found, sizeof(found)) &&
	       memcmp(found, uuid, sizeof(found)) == 0;
}

static void guest_name(char *name, size_t size, unsigned domid)
{
	snprintf(name, size, "guest-%u.json", domid);
}

int record_rim_write(const struct folder *folder,
		     const struct reeve_domain *domain,
		     struct reeve_report *report)
{
	struct json_object *document = json_object_new_object();
	char name[32];

	guest_name(name, sizeof(name), domain->domid);
	record_add_hex(document, "uuid", domain->uuid, sizeof(domain->uuid));
	record_add_hex(document, "rim", domain->rim, domain->rim_size);
	return document_write(folder, name, document, report);
}

void record_rim_read(const struct folder *folder, struct reeve_domain *domain)
{
	struct json_object *document;
	char name[32];
	size_t size;

	domain->rim_size = 0;
	guest_name(name, sizeof(name), domain->domid);
	document = document_read(folder, name);
	if (json_object_is_type(document, json_type_object) &&
	    is_uuid(record_text(document, "uuid"), domain->uuid) &&
	    hex_read(record_text(document, "rim"), domain->rim,
		     sizeof(domain->rim), &size))
		domain->rim_size = (unsigned)size;
	json_object_put(document);
}

void record_rim_remove(const struct folder *folder, unsigned domid)
{
	char name[32];

	guest_name(name, sizeof(name), domid);
	/* An ordinary guest has no such file. */
	(void)unlink(folder_path(folder, "%s", name).text);
}
