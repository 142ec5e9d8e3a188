/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for what a hypervisor sends: the input is a stream in which
 * replies are looked for, and each is read as every kind of reply. Whatever is
 * accepted must be printable and within its limits.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "abi/machine_map.h"
#include "tests/fuzz/fuzz.h"
#include "toolstack/engine/machine/reply_memory.h"
#include "toolstack/host/reply.h"
#include "toolstack/report/utf8.h"

#define COOKIE   UINT64_C(0x4141414141414141)
#define RAM_SIZE ((uint64_t)1 << 30)

static void require_text(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	require(length < size);
	require(utf8_is_printable(text, length));
}

static void read_texts(const struct control_reply *reply)
{
	struct reeve_host_info host;
	struct reeve_domain domain;
	char text[REEVE_TEXT_SIZE];

	reply_text(text, sizeof(text), reply->text, sizeof(reply->text));
	require_text(text, sizeof(text));
	(void)reply_host(&reply->body.host, &host);
	require_text(host.rmm_text, sizeof(host.rmm_text));
	(void)reply_domain(&reply->body.domain, &domain);
	require_text(domain.name, sizeof(domain.name));
	require_text(domain.text, sizeof(domain.text));
}

static void read_memory(const struct control_memory *from)
{
	struct engine_memory memory;
	uint64_t end = 0;

	if (!reply_memory(from, from->runs[0].ipa, &memory))
		return;
	require(memory.count <= ENGINE_RUNS);
	for (size_t i = 0; i < memory.count; i++) {
		require(memory.runs[i].size > 0 && memory.runs[i].ipa >= end);
		end = memory.runs[i].ipa + memory.runs[i].size;
	}
	require(memory.next == 0 || memory.next >= end);
}

static void read_trim(const struct control_trim *trim)
{
	const uint64_t asked = MACHINE_DRAM_BASE + RAM_SIZE / 2;
	uint64_t end = asked;

	if (!reply_trim(trim, asked, RAM_SIZE))
		return;
	for (size_t i = 0; i < trim->count; i++) {
		require(trim->runs[i].pages > 0 && trim->runs[i].pa >= end);
		end = trim->runs[i].pa + trim->runs[i].pages * MACHINE_PAGE_SIZE;
		require(end - MACHINE_DRAM_BASE <= RAM_SIZE);
	}
	require(trim->next == 0 || (trim->next >= end && trim->next > asked));
}

static void read_values(const struct control_reply *reply)
{
	const struct control_grant *grant = &reply->body.grant;
	struct reeve_domain domain;
	struct reeve_domain_device device;
	struct reeve_vcpu vcpu;

	if (reply_domain(&reply->body.domain, &domain)) {
		require(domain.state >= REEVE_DOMAIN_LOADING &&
			domain.state <= REEVE_DOMAIN_DYING);
		require(domain.vcpus_online <= domain.vcpus);
	}
	if (reply_vcpu(&reply->body.vcpu, &vcpu))
		require(vcpu.core < MACHINE_MAX_CPUS);
	if (reply_device(&reply->body.device, &device))
		require(device.slot < REPLY_SLOTS_MAX ||
			device.slot == CONTROL_SLOT_CONSOLE);
	require_text(device.text, sizeof(device.text));
	read_memory(&reply->body.memory);
	read_trim(&reply->body.trim);
	if (reply_grant(grant, grant->size, RAM_SIZE))
		require(grant->pa - MACHINE_DRAM_BASE + grant->size <= RAM_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reply_stream stream;
	struct control_reply reply;

	stream.filled = 0;
	while (size > 0) {
		size_t room;
		uint8_t *to = reply_room(&stream, &room);
		size_t part = size < room ? size : room;

		require(room > 0);
		memcpy(to, data, part);
		stream.filled += part;
		data += part;
		size -= part;
		while (reply_take(&stream, COOKIE, &reply)) {
			read_texts(&reply);
			read_values(&reply);
		}
	}
	return 0;
}
