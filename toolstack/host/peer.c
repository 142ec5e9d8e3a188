/* SPDX-License-Identifier: BSD-3-Clause */
#include "toolstack/host/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "abi/machine_map.h"
#include "abi/virtio.h"

static const struct control_host host = {
	.version = CONTROL_VERSION,
	.flags = CONTROL_HOST_REALM,
	.cores = 2,
	.memory_total = 1 << 30,
	.memory_free = 1 << 29,
	.ipa_bits = 48,
	.max_recs = 8,
	.hashes = 7,
	.consoles_free = 12,
	.rmm_text = "fine\x1b",
};

static void domain_fill(const struct peer *peer, struct control_domain *domain)
{
	*domain = (struct control_domain){
		.domid = 3,
		.state = peer->state,
		.vcpus = 2,
		.vcpus_online = 1,
		.console = CONTROL_NO_CONSOLE,
		.name = "web",
	};
}

/* The states of the only domain that the peer has. */
static void domain_act(struct peer *peer, uint32_t op)
{
	if (op == CONTROL_DOMAIN_CREATE)
		peer->state = CONTROL_LOADING;
	if (op == CONTROL_DOMAIN_BUILD)
		peer->state = CONTROL_PAUSED;
	if (op == CONTROL_DOMAIN_DESTROY)
		peer->state = 0;
}

static void peer_answer(struct peer *peer, const struct control_request *request,
			struct control_reply *reply)
{
	bool of_domain = request->op >= CONTROL_DOMAIN_SEGMENT &&
			 request->op <= CONTROL_DOMAIN_DESTROY;

	*reply = (struct control_reply){ .magic = CONTROL_MAGIC,
					 .cookie = request->cookie,
					 .op = request->op };
	if (of_domain && (peer->state == 0 || request->domid > 3)) {
		reply->status = CONTROL_E_NO_DOMAIN;
		return;
	}
	domain_act(peer, request->op);
	if (request->op <= CONTROL_HOST_INFO) {
		reply->body.host = host;
	} else if (request->op == CONTROL_DOMAIN_SEGMENT) {
		reply->body.grant = (struct control_grant){
			MACHINE_HYP_BASE + MACHINE_HYP_SIZE,
			request->body.segment.size,
		};
	} else if (request->op == CONTROL_DMESG) {
		reply->body.dmesg = (struct control_dmesg){
			.from = request->body.dmesg.from,
			.size = request->body.dmesg.from == 0 ? 2 : 0,
			.text = "ok",
		};
	} else if (request->op == CONTROL_DEVICE_INFO) {
		reply->body.device = (struct control_device){
			.index = request->body.device.index,
			.slot = 7,
			.id = VIRTIO_ID_BLOCK,
			.text = "a ring has a loop",
		};
	} else if (request->op == CONTROL_DISKS_HOLD) {
		reply->body.hold = (struct control_hold){ 5, 3, 2 };
	} else if (request->op == CONTROL_VCPU_INFO) {
		reply->body.vcpu.index = request->body.vcpu.index;
	} else if (request->op != CONTROL_HOST_TRIM) {
		domain_fill(peer, &reply->body.domain);
	}
}

static void *peer_run(void *ctx)
{
	struct peer *peer = ctx;
	struct control_request request;
	struct control_reply reply;

	if (peer->before_size > 0)
		(void)!write(peer->fd, peer->before, peer->before_size);
	while (recv(peer->fd, &request, sizeof(request), MSG_WAITALL) ==
	       sizeof(request)) {
		peer->asked[request.op % CONTROL_OPS]++;
		peer_answer(peer, &request, &reply);
		if (peer->change != NULL &&
		    !peer->change(peer->ctx, &request, &reply))
			continue;
		if (send(peer->fd, &reply, sizeof(reply), MSG_NOSIGNAL) !=
		    sizeof(reply))
			break;
	}
	close(peer->fd);
	return NULL;
}

int peer_start(struct peer *peer)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	peer->fd = ends[1];
	assert_int_equal(pthread_create(&peer->thread, NULL, peer_run, peer), 0);
	return ends[0];
}

void peer_join(struct peer *peer)
{
	assert_int_equal(pthread_join(peer->thread, NULL), 0);
}

static void *peer_accept(void *ctx)
{
	struct peer *peer = ctx;

	while ((peer->fd = accept(peer->listener, NULL, NULL)) >= 0)
		(void)peer_run(peer); /* returns NULL */
	return NULL;
}

void peer_listen(struct peer *peer, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	assert_true(strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	peer->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (peer->listener < 0) {
		fail_msg("no socket for %s", path);
		return; /* the analyser does not know that a failure ends it */
	}
	assert_int_equal(bind(peer->listener, (struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(peer->listener, 4), 0);
	assert_int_equal(pthread_create(&peer->thread, NULL, peer_accept, peer),
			 0);
}

void peer_unlisten(struct peer *peer)
{
	/* Ends accept(). */
	shutdown(peer->listener, SHUT_RDWR);
	peer_join(peer);
	close(peer->listener);
}
