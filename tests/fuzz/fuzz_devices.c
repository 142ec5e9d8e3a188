/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzz entry for the texts of devices: any text, read as a disk, an interface,
 * a channel and a shared folder. All that is read, and every fault, must point
 * into the text. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "toolstack/domain/channel.h"
#include "toolstack/domain/disk.h"
#include "toolstack/domain/vif.h"

static const char *begin;
static const char *end;

static void inside(struct words words)
{
	require(words.at == NULL || (words.at >= begin && words.at <= end &&
				     words.length <= (size_t)(end - words.at)));
}

static void fault_check(const struct key_fault *fault)
{
	inside((struct words){ fault->at, fault->length });
	require(fault->at != NULL);
}

static void fuzz_disk(const char *text)
{
	struct domain_disk disk;
	struct key_fault fault = disk_read(text, &disk);
	unsigned number;
	unsigned partition;

	if (fault.what != NULL) {
		fault_check(&fault);
		return;
	}
	inside(disk.target);
	inside(disk.format_words);
	inside(disk.backend);
	inside(disk.backendtype_words);
	inside(disk.protocol_words);
	inside(disk.script);
	inside(disk.trusted);
	inside(disk.grants);
	inside(disk.colo);
	inside(disk.vdev);
	require(disk_vdev_read(disk.vdev, &number, &partition));
	require(number == disk.number && partition == disk.partition);
	require(number < 1u << 20 && partition < 256);
	require(!disk.cdrom || !disk.writable);
	require((disk.format == DISK_FORMAT_EMPTY) == (disk.target.length == 0));
}

static void fuzz_vif(const char *text)
{
	struct domain_vif vif;
	struct key_fault fault = vif_read(text, &vif);

	if (fault.what != NULL) {
		fault_check(&fault);
		return;
	}
	inside(vif.bridge);
	inside(vif.vifname);
	inside(vif.script);
	inside(vif.model);
	require(vif.bridge.at == NULL || vif.bridge.length <= 15);
	require(!vif.has_mac || (vif.mac[0] & 1) == 0);
	require(vif.forward_count <= VIF_FORWARDS_MAX);
	require(vif.forward_count == 0 || vif.bridge.at == NULL);
	for (size_t i = 0; i < vif.forward_count; i++) {
		inside(vif.forwards[i].address);
		require(vif.forwards[i].address.length <= 15);
		require(vif.forwards[i].host_port != 0);
		require(vif.forwards[i].guest_port != 0);
	}
}

static void fuzz_channel(const char *text)
{
	struct domain_channel channel;
	struct key_fault fault = channel_read(text, &channel);

	if (fault.what != NULL) {
		fault_check(&fault);
		return;
	}
	inside(channel.name);
	inside(channel.path);
	require(channel.name.length > 0);
	require((channel.connection == CHANNEL_SOCKET) ==
		(channel.path.at != NULL));
}

static void fuzz_folder(const char *text)
{
	struct domain_p9 folder;
	struct key_fault fault = p9_read(text, &folder);

	if (fault.what != NULL) {
		fault_check(&fault);
		return;
	}
	inside(folder.tag);
	inside(folder.path);
	require(folder.tag.length > 0 && folder.path.at[0] == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	if (text == NULL)
		return 0;
	begin = text;
	end = text + strlen(text);
	fuzz_disk(text);
	fuzz_vif(text);
	fuzz_channel(text);
	fuzz_folder(text);
	free(text);
	return 0;
}
