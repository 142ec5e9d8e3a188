/* SPDX-License-Identifier: BSD-3-Clause */
/* The control server: finds requests in a stream of bytes, and answers them. */
#include "hypervisor/core/control/control.h"

#include <string.h>

#include "hypervisor/core/control/attack_ops.h"
#include "hypervisor/core/control/control_internal.h"
#include "hypervisor/core/control/dmesg.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/domain_internal.h"

/* A valid request and its reply. */
struct exchange {
	struct control_session *session;
	const struct control_request *request;
	struct control_reply *reply;
	struct domain *domain; /* if the operation is about one domain */
};

static char *reply_text(struct exchange *exchange)
{
	return (char *)exchange->reply->text;
}

/* ---- Operations ---- */

typedef enum control_status operation(struct exchange *exchange);

static enum control_status handle_host_info(struct exchange *exchange)
{
	control_host_fill(exchange->session->domains,
			  &exchange->reply->body.host);
	return CONTROL_OK;
}

/* Tries again what found too little memory, if only for the pages that sessions
 * have taken to trim the host. */
static enum control_status try_twice(struct exchange *exchange,
				     operation *handle)
{
	struct domains *domains = exchange->session->domains;
	uint64_t trims = control_trims(domains);
	enum control_status status = handle(exchange);

	if (status != CONTROL_E_MEMORY || !control_trim_hold(domains, trims))
		return status;
	memset(exchange->reply->text, 0, sizeof(exchange->reply->text));
	status = handle(exchange);
	control_trim_release(domains);
	return status;
}

static enum control_status domain_create_once(struct exchange *exchange)
{
	struct control_session *session = exchange->session;
	struct domain *domain;
	enum control_status status =
		domain_create(session->domains, &exchange->request->body.create,
			      session, &domain, reply_text(exchange));

	if (status != CONTROL_OK)
		return status;
	control_domain_fill(domain, &exchange->reply->body.domain);
	domain_put(domain);
	return CONTROL_OK;
}

/* A refusal may empty the slots of a domain's devices (abi/control.h): a second
 * try would find no device. */
static enum control_status handle_domain_create(struct exchange *exchange)
{
	struct domains *domains = exchange->session->domains;
	enum control_status status;

	if (domain_devices_slots(&exchange->request->body.create) == 0)
		return try_twice(exchange, domain_create_once);
	control_trim_stop(domains);
	status = domain_create_once(exchange);
	control_trim_release(domains);
	return status;
}

static enum control_status domain_grant_once(struct exchange *exchange)
{
	return domain_grant(exchange->domain, &exchange->request->body.segment,
			    &exchange->reply->body.grant, reply_text(exchange));
}

static enum control_status handle_domain_segment(struct exchange *exchange)
{
	return try_twice(exchange, domain_grant_once);
}

static enum control_status handle_domain_build(struct exchange *exchange)
{
	return domain_build(exchange->domain, &exchange->request->body.build,
			    reply_text(exchange));
}

static enum control_status handle_domain_next(struct exchange *exchange)
{
	struct domain *domain = domain_get_from(exchange->session->domains,
						exchange->request->domid);

	if (domain == NULL) {
		return control_refuse(reply_text(exchange), CONTROL_E_NO_DOMAIN,
				      "there are no more domains");
	}
	control_domain_fill(domain, &exchange->reply->body.domain);
	domain_put(domain);
	return CONTROL_OK;
}

static enum control_status handle_domain_info(struct exchange *exchange)
{
	control_domain_fill(exchange->domain, &exchange->reply->body.domain);
	return CONTROL_OK;
}

static enum control_status handle_vcpu_info(struct exchange *exchange)
{
	unsigned index = exchange->request->body.vcpu.index;
	const struct vcpu *vcpu = domain_vcpu(exchange->domain, index);

	if (vcpu == NULL) {
		return control_refuse(reply_text(exchange), CONTROL_E_REQUEST,
				      "domain %u has no vCPU %u",
				      exchange->domain->domid, index);
	}
	control_vcpu_fill(vcpu, &exchange->reply->body.vcpu);
	return CONTROL_OK;
}

static enum control_status handle_domain_pause(struct exchange *exchange)
{
	return domain_pause(exchange->domain, reply_text(exchange));
}

static enum control_status handle_domain_unpause(struct exchange *exchange)
{
	return domain_unpause(exchange->domain, reply_text(exchange));
}

static enum control_status handle_domain_shutdown(struct exchange *exchange)
{
	return domain_shutdown(exchange->domain,
			       exchange->request->body.shutdown.reason,
			       reply_text(exchange));
}

static enum control_status handle_domain_rename(struct exchange *exchange)
{
	return domain_rename(exchange->domain,
			     exchange->request->body.rename.name,
			     reply_text(exchange));
}

static enum control_status handle_domain_destroy(struct exchange *exchange)
{
	domain_destroy(exchange->domain);
	return CONTROL_OK;
}

static enum control_status handle_dmesg(struct exchange *exchange)
{
	dmesg_read(exchange->session->domains->config.dmesg,
		   exchange->request->body.dmesg.from,
		   &exchange->reply->body.dmesg);
	return CONTROL_OK;
}

static enum control_status handle_touch(struct exchange *exchange)
{
	struct domains *domains = exchange->session->domains;
	uint32_t domid = exchange->request->domid;
	const struct attack_ops *ops = domains->config.attack;
	struct domain *domain;
	enum control_status status;

	if (ops == NULL) {
		return control_refuse(
			reply_text(exchange), CONTROL_E_UNSUPPORTED,
			"only a host started with --debug-console attacks");
	}
	domain = domain_get(domains, domid);
	if (domain == NULL && domid != CONTROL_NO_DOMAIN) {
		return control_refuse(reply_text(exchange), CONTROL_E_NO_DOMAIN,
				      "there is no domain %u", domid);
	}
	status = ops->touch(ops->ctx, domains, domain,
			    &exchange->request->body.touch,
			    &exchange->reply->body.touch, reply_text(exchange));
	if (domain != NULL)
		domain_put(domain);
	return status;
}

static enum control_status handle_domain_memory(struct exchange *exchange)
{
	return control_memory(
		exchange->domain, exchange->request->body.memory.from,
		&exchange->reply->body.memory, reply_text(exchange));
}

static enum control_status handle_attack(struct exchange *exchange)
{
	const struct attack_ops *ops = exchange->session->domains->config.attack;

	if (ops == NULL) {
		return control_refuse(
			reply_text(exchange), CONTROL_E_UNSUPPORTED,
			"only a host started with --debug-console breaks rules");
	}
	return ops->ask(ops->ctx, exchange->domain,
			&exchange->request->body.attack,
			&exchange->reply->body.attack, reply_text(exchange));
}

static enum control_status handle_domain_break(struct exchange *exchange)
{
	return domain_break(exchange->domain,
			    (uint8_t)exchange->request->body.brk.byte,
			    reply_text(exchange));
}

static enum control_status handle_host_trim(struct exchange *exchange)
{
	control_trim(exchange->session, &exchange->request->body.trim,
		     &exchange->reply->body.trim);
	return CONTROL_OK;
}

static enum control_status handle_device_info(struct exchange *exchange)
{
	unsigned index = exchange->request->body.device.index;

	if (index >= exchange->domain->create.device_count) {
		return control_refuse(reply_text(exchange), CONTROL_E_REQUEST,
				      "domain %u has no device %u",
				      exchange->domain->domid, index);
	}
	control_device_fill(exchange->domain, index,
			    &exchange->reply->body.device);
	return CONTROL_OK;
}

static enum control_status handle_disks_hold(struct exchange *exchange)
{
	const struct control_session *session = exchange->session;
	const struct host_ops *host = session->domains->config.host->ops;
	uint64_t ms = exchange->request->body.hold.ms;

	if (ms == 0) {
		disks_let_go(session->domains, session);
		return CONTROL_OK;
	}
	if (!disks_hold(session->domains, session,
			host->now_ns(host->ctx) + ms * 1000000,
			&exchange->reply->body.hold)) {
		return control_refuse(reply_text(exchange), CONTROL_E_LIMIT,
				      "too many hold the disks already");
	}
	return CONTROL_OK;
}

static operation *const operations[CONTROL_OPS] = {
	[CONTROL_HELLO] = handle_host_info,
	[CONTROL_HOST_INFO] = handle_host_info,
	[CONTROL_DOMAIN_CREATE] = handle_domain_create,
	[CONTROL_DOMAIN_SEGMENT] = handle_domain_segment,
	[CONTROL_DOMAIN_BUILD] = handle_domain_build,
	[CONTROL_DOMAIN_NEXT] = handle_domain_next,
	[CONTROL_DOMAIN_INFO] = handle_domain_info,
	[CONTROL_VCPU_INFO] = handle_vcpu_info,
	[CONTROL_DOMAIN_PAUSE] = handle_domain_pause,
	[CONTROL_DOMAIN_UNPAUSE] = handle_domain_unpause,
	[CONTROL_DOMAIN_SHUTDOWN] = handle_domain_shutdown,
	[CONTROL_DOMAIN_RENAME] = handle_domain_rename,
	[CONTROL_DOMAIN_DESTROY] = handle_domain_destroy,
	[CONTROL_DMESG] = handle_dmesg,
	[CONTROL_TOUCH] = handle_touch,
	[CONTROL_DOMAIN_MEMORY] = handle_domain_memory,
	[CONTROL_ATTACK] = handle_attack,
	[CONTROL_DOMAIN_BREAK] = handle_domain_break,
	[CONTROL_HOST_TRIM] = handle_host_trim,
	[CONTROL_DEVICE_INFO] = handle_device_info,
	[CONTROL_DISKS_HOLD] = handle_disks_hold,
};

/* ---- One request ---- */

static enum control_status request_execute(struct exchange *exchange)
{
	uint32_t op = exchange->request->op;
	uint32_t domid = exchange->request->domid;
	enum control_status status;

	if (!control_wants_domain(op))
		return operations[op](exchange);
	exchange->domain = domain_get(exchange->session->domains, domid);
	if (exchange->domain == NULL) {
		return control_refuse(reply_text(exchange), CONTROL_E_NO_DOMAIN,
				      "there is no domain %u", domid);
	}
	status = operations[op](exchange);
	domain_put(exchange->domain);
	return status;
}

/* Checks a request, carries it out and replies. The request is the session's
 * own copy, so that it cannot change after the check. */
static void request_answer(struct control_session *session)
{
	const struct control_request *request = &session->request;
	const struct domain_ops *ops = session->domains->config.ops;
	struct control_reply reply = {
		.magic = CONTROL_MAGIC,
		.cookie = request->cookie,
		.op = request->op,
	};
	struct exchange exchange = { session, request, &reply, NULL };
	enum control_status status = control_check(request, (char *)reply.text);

	if (status == CONTROL_OK && request->op == CONTROL_HOST_OFF) {
		ops->power_off(ops->ctx);
		return;
	}
	if (status == CONTROL_OK)
		status = request_execute(&exchange);
	if (status == CONTROL_OK && request->op == CONTROL_HELLO)
		session->synced = true;
	reply.status = status;
	session->send(session->ctx, &reply);
}

/* ---- The stream ---- */

/* Returns true if the bytes so far can be the beginning of a request that is
 * accepted now: only of a CONTROL_HELLO until one was seen, then of any. */
static bool may_begin(const struct control_session *session)
{
	const uint64_t magic = CONTROL_MAGIC;
	size_t size = session->filled < 8 ? session->filled : 8;

	if (memcmp(&session->request.magic, &magic, size) != 0)
		return false;
	return session->synced ||
	       session->filled < offsetof(struct control_request, cookie) ||
	       session->request.op == CONTROL_HELLO;
}

static void skip_byte(struct control_session *session)
{
	uint8_t *bytes = (uint8_t *)&session->request;

	session->filled--;
	memmove(bytes, bytes + 1, session->filled);
}

/* Ends the session's synchronisation, because other bytes stand where a request
 * should begin. Skips to the next byte at which a CONTROL_HELLO may begin. */
static void sync_lose(struct control_session *session)
{
	session->synced = false;
	while (session->filled > 0 && !may_begin(session))
		skip_byte(session);
}

static void byte_input(struct control_session *session, uint8_t byte)
{
	uint8_t *bytes = (uint8_t *)&session->request;

	bytes[session->filled++] = byte;
	if (!may_begin(session))
		sync_lose(session);
	if (session->filled < sizeof(session->request))
		return;
	request_answer(session);
	session->filled = 0;
}

void control_input(struct control_session *session, const uint8_t *bytes,
		   size_t size)
{
	for (size_t i = 0; i < size; i++)
		byte_input(session, bytes[i]);
}

void control_init(struct control_session *session, struct domains *domains,
		  void (*send)(void *ctx, const struct control_reply *reply),
		  void *ctx)
{
	*session = (struct control_session){ .domains = domains,
					     .send = send,
					     .ctx = ctx };
}

void control_open(struct control_session *session)
{
	control_close(session);
}

void control_close(struct control_session *session)
{
	session->synced = false;
	session->filled = 0;
	control_trim_end(session);
	disks_let_go(session->domains, session);
	domains_session_end(session->domains, session);
}
