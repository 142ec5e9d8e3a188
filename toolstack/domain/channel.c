/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads one channel, or one shared folder. */
#include "toolstack/domain/channel.h"

#include <string.h>
#include <sys/un.h>

#include "toolstack/domain/entry.h"
#include "toolstack/domain/spec.h"
#include "toolstack/report/ascii.h"

/* The longest name of a port, and of a 9P share's tag (virtio 1.2, 5.10). */
#define NAME_MAX_LENGTH 31
#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

const char *const channel_connection_words[] = { "pty", "socket", NULL };

static const struct key_fault no_fault;

/* Judges a name that becomes a file name in the guest. */
static struct key_fault name_judge(struct words name)
{
	if (name.length == 0 || name.length > NAME_MAX_LENGTH)
		return words_fault(name, "is no name of 1 to 31 bytes", NULL);
	for (size_t i = 0; i < name.length; i++) {
		if (!ascii_is_letter(name.at[i]) && !ascii_is_digit(name.at[i]) &&
		    strchr("._-", name.at[i]) == NULL) {
			return words_fault((struct words){ name.at + i, 1 },
					   "cannot be in a name",
					   "use letters, digits, dots, hyphens "
					   "and underscores");
		}
	}
	return no_fault;
}

static struct key_fault path_judge(struct words path)
{
	if (path.length > 0 && path.at[0] == '/')
		return no_fault;
	return words_fault(path, "is no absolute path", "begin it with a /");
}

static struct key_fault fault_lacks(const char *text, const char *part,
				    const char *hint)
{
	struct key_fault fault = words_fault(
		(struct words){ text, strlen(text) }, "lacks the part", hint);

	fault.missing = part;
	return fault;
}

/* ---- Channels ----------------------------------------------------------- */

struct channel_reader {
	struct domain_channel *channel;
	bool has_connection;
};

static struct key_fault read_name(const struct entry_part *part, void *out)
{
	((struct channel_reader *)out)->channel->name = part->value;
	return name_judge(part->value);
}

static struct key_fault read_connection(const struct entry_part *part, void *out)
{
	struct channel_reader *reader = out;
	int index = words_index(part->value, channel_connection_words);

	if (index < 0)
		return words_fault(part->value, "is no kind of connection",
				   "write connection=pty or "
				   "connection=socket,path=PATH");
	reader->has_connection = true;
	reader->channel->connection = (enum channel_connection)index;
	return no_fault;
}

static struct key_fault read_socket(const struct entry_part *part, void *out)
{
	((struct channel_reader *)out)->channel->path = part->value;
	if (part->value.length > SOCKET_PATH_MAX) {
		return words_fault(part->value,
				   "is longer than the path of a socket can be",
				   "write at most 107 bytes");
	}
	return path_judge(part->value);
}

static struct key_fault read_channel_backend(const struct entry_part *part,
					     void *out)
{
	((struct channel_reader *)out)->channel->backend = part->value;
	return no_fault;
}

static const struct entry_row channel_rows[] = {
	{ "name", read_name, false },
	{ "connection", read_connection, false },
	{ "path", read_socket, false },
	{ "backend", read_channel_backend, false },
	{ NULL, NULL, false },
};

struct key_fault channel_read(const char *text, struct domain_channel *channel)
{
	struct channel_reader reader = { .channel = channel };
	struct key_fault fault;

	*channel = (struct domain_channel){ 0 };
	fault = entry_read(text, channel_rows, &reader);
	if (fault.what != NULL)
		return fault;
	if (!reader.has_connection)
		return fault_lacks(text, "connection", NULL);
	if (channel->name.at == NULL) {
		return fault_lacks(text, "name",
				   "name it: the guest finds it by its name");
	}
	if (channel->connection == CHANNEL_SOCKET && channel->path.at == NULL)
		return fault_lacks(text, "path", "say where the socket is made");
	if (channel->connection == CHANNEL_PTY && channel->path.at != NULL) {
		return words_fault(channel->path, "is for a socket",
				   "remove it, or write connection=socket");
	}
	return no_fault;
}

/* ---- Shared folders ----------------------------------------------------- */

static struct key_fault read_tag(const struct entry_part *part, void *out)
{
	((struct domain_p9 *)out)->tag = part->value;
	return name_judge(part->value);
}

static struct key_fault read_folder(const struct entry_part *part, void *out)
{
	((struct domain_p9 *)out)->path = part->value;
	return path_judge(part->value);
}

static struct key_fault read_security(const struct entry_part *part, void *out)
{
	((struct domain_p9 *)out)->security_model = part->value;
	if (words_are(part->value, "none"))
		return no_fault;
	return words_fault(part->value, "is no security model that xl has",
			   "write security_model=none, or remove it");
}

static struct key_fault read_p9_type(const struct entry_part *part, void *out)
{
	static const char *const types[] = { "qemu", "xenlogd", "xen_9pfsd",
					     NULL };

	((struct domain_p9 *)out)->type = part->value;
	if (words_index(part->value, types) >= 0)
		return no_fault;
	return words_fault(part->value, "is no type of a back end",
			   "write qemu, or remove it");
}

static struct key_fault read_p9_backend(const struct entry_part *part, void *out)
{
	((struct domain_p9 *)out)->backend = part->value;
	return no_fault;
}

static struct key_fault read_limit(const struct entry_part *part, void *out)
{
	uint64_t number;

	if (!words_number(part->value, INT32_MAX, &number))
		return words_fault(part->value, "is no number",
				   "write a number");
	if (number != 0)
		((struct domain_p9 *)out)->limit = part->all;
	return no_fault;
}

static const struct entry_row p9_rows[] = {
	{ "tag", read_tag, false },
	{ "path", read_folder, false },
	{ "security_model", read_security, false },
	{ "type", read_p9_type, false },
	{ "backend", read_p9_backend, false },
	{ "max-files", read_limit, false },
	{ "max-open-files", read_limit, false },
	{ "max-space", read_limit, false },
	{ "auto-delete", read_limit, false },
	{ NULL, NULL, false },
};

struct key_fault p9_read(const char *text, struct domain_p9 *folder)
{
	struct key_fault fault;

	*folder = (struct domain_p9){ 0 };
	fault = entry_read(text, p9_rows, folder);
	if (fault.what != NULL)
		return fault;
	if (folder->tag.at == NULL)
		return fault_lacks(text, "tag", NULL);
	if (folder->path.at == NULL)
		return fault_lacks(text, "path", NULL);
	return no_fault;
}

/* ---- As checks of the schema -------------------------------------------- */

struct key_fault spec_channel(const struct key *key, const char *text)
{
	struct domain_channel channel;

	(void)key;
	return channel_read(text, &channel);
}

struct key_fault spec_p9(const struct key *key, const char *text)
{
	struct domain_p9 folder;

	(void)key;
	return p9_read(text, &folder);
}
