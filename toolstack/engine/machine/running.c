/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks a host about the domains that it has, and acts on them. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "toolstack/engine/machine/internal.h"
#include "toolstack/engine/machine/reply_memory.h"
#include "toolstack/host/reply.h"

int machine_ask(struct engine *engine, struct control_request *request,
		struct control_reply *reply, struct reeve_report *report)
{
	struct control_reply dropped;
	int result = link_call(engine->link, request,
			       reply != NULL ? reply : &dropped, report);

	if (result == REEVE_ERR_NO_DOMAIN) {
		report_add(report, REEVE_ERROR, NULL, NULL, "see reeve list",
			   "there is no domain %u", request->domid);
	}
	return result;
}

int machine_host(struct engine *engine, struct reeve_host_info *out,
		 struct reeve_report *report)
{
	struct control_request request = { .op = CONTROL_HOST_INFO };
	struct control_reply reply;
	int result = machine_ask(engine, &request, &reply, report);

	if (result != REEVE_OK)
		return result;
	return reply_host(&reply.body.host, out) ? REEVE_OK
						 : link_protocol_error(report);
}

int machine_next(struct engine *engine, unsigned domid,
		 struct reeve_domain *out, struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_DOMAIN_NEXT,
		.domid = domid,
	};
	struct control_reply reply;
	/* The end of the list is no error: report nothing. */
	int result = link_call(engine->link, &request, &reply, report);

	if (result != REEVE_OK)
		return result;
	if (!reply_domain(&reply.body.domain, out) || out->domid < domid)
		return link_protocol_error(report);
	return REEVE_OK;
}

int machine_vcpu(struct engine *engine, unsigned domid, unsigned index,
		 struct reeve_vcpu *out, struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_VCPU_INFO,
		.domid = domid,
		.body.vcpu.index = index,
	};
	struct control_reply reply;
	int result = machine_ask(engine, &request, &reply, report);

	if (result != REEVE_OK)
		return result;
	return reply_vcpu(&reply.body.vcpu, out) ? REEVE_OK
						 : link_protocol_error(report);
}

int machine_device(struct engine *engine, unsigned domid, unsigned index,
		   struct reeve_domain_device *out, struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_DEVICE_INFO,
		.domid = domid,
		.body.device.index = index,
	};
	struct control_reply reply;
	int result = machine_ask(engine, &request, &reply, report);

	if (result != REEVE_OK)
		return result;
	if (!reply_device(&reply.body.device, out) || out->index != index)
		return link_protocol_error(report);
	return REEVE_OK;
}

int machine_memory(struct engine *engine, unsigned domid, uint64_t from,
		   struct engine_memory *out, struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_DOMAIN_MEMORY,
		.domid = domid,
		.body.memory.from = from,
	};
	struct control_reply reply;
	int result = machine_ask(engine, &request, &reply, report);

	if (result != REEVE_OK)
		return result;
	return reply_memory(&reply.body.memory, from, out)
		       ? REEVE_OK
		       : link_protocol_error(report);
}

int machine_act(struct engine *engine, unsigned domid, enum engine_act act,
		struct reeve_report *report)
{
	static const enum control_op ops[] = {
		[ENGINE_PAUSE] = CONTROL_DOMAIN_PAUSE,
		[ENGINE_UNPAUSE] = CONTROL_DOMAIN_UNPAUSE,
		[ENGINE_DESTROY] = CONTROL_DOMAIN_DESTROY,
	};
	struct control_request request = { .op = ops[act], .domid = domid };

	return machine_ask(engine, &request, NULL, report);
}

int machine_shutdown(struct engine *engine, unsigned domid,
		     enum reeve_reason reason, struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_DOMAIN_SHUTDOWN,
		.domid = domid,
		.body.shutdown.reason = reason,
	};

	return machine_ask(engine, &request, NULL, report);
}

int machine_rename(struct engine *engine, unsigned domid, const char *name,
		   struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_DOMAIN_RENAME,
		.domid = domid,
	};

	if (*name == '\0' || strlen(name) >= sizeof(request.body.rename.name)) {
		return report_error(report, REEVE_ERR_ARGUMENT, NULL, NULL,
				    "use 1 to 63 bytes",
				    "\"%s\" is no name for a domain", name);
	}
	memcpy(request.body.rename.name, name, strlen(name));
	return machine_ask(engine, &request, NULL, report);
}

int machine_sysrq(struct engine *engine, unsigned domid, char key,
		  struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_DOMAIN_BREAK,
		.domid = domid,
		.body.brk.byte = (unsigned char)key,
	};

	return machine_ask(engine, &request, NULL, report);
}

static int tell_no_hold(int result, const struct reeve_report *why,
			struct reeve_report *report)
{
	if (result == REEVE_ERR_STOPPED || reeve_report_count(why) == 0)
		return result;
	return report_error(report, result, NULL, NULL, NULL,
			    "the host's disks cannot be held: %s",
			    reeve_report_get(why, 0)->message);
}

int machine_hold(struct engine *engine, unsigned ms, struct engine_hold *out,
		 struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_DISKS_HOLD,
		.body.hold.ms = ms,
	};
	struct reeve_report *why = reeve_report_new();
	struct control_reply reply = { 0 };
	int result;

	if (why == NULL)
		return REEVE_ERR_MEMORY;
	*out = (struct engine_hold){ 0 };
	result = machine_ask(engine, &request, &reply, why);
	if (result == REEVE_OK) {
		*out = (struct engine_hold){ reply.body.hold.in_flight,
					     reply.body.hold.domid,
					     reply.body.hold.device };
	} else if (result == REEVE_ERR_ENGINE &&
		   reply.status == CONTROL_E_REQUEST) {
		result = REEVE_OK; /* it is older than the operation */
	} else {
		result = tell_no_hold(result, why, report);
	}
	reeve_report_free(why);
	return result;
}

int machine_dmesg(struct engine *engine, uint64_t *from, char *text,
		  size_t size, size_t *got, struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_DMESG,
		.body.dmesg.from = *from,
	};
	struct control_reply reply;
	const struct control_dmesg *dmesg = &reply.body.dmesg;
	int result = machine_ask(engine, &request, &reply, report);

	if (result != REEVE_OK)
		return result;
	if (dmesg->size > sizeof(dmesg->text) || dmesg->from < *from ||
	    dmesg->from > UINT64_MAX - dmesg->size)
		return link_protocol_error(report);
	*got = dmesg->size < size ? dmesg->size : size;
	memcpy(text, dmesg->text, *got);
	*from = dmesg->from + *got;
	return REEVE_OK;
}

static int tell_taken(unsigned slot, long owner, struct reeve_report *report)
{
	if (owner > 0) {
		return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
				    "console %u is already taken by process %ld",
				    slot, owner);
	}
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "console %u is already taken", slot);
}

int machine_console(struct engine *engine, unsigned slot, int *fd, int *lock,
		    struct reeve_report *report)
{
	const struct folder *folder = &engine->folder;
	long owner = 0;
	int error = link_claim(folder_path(folder, "console-%u.lock", slot).text,
			       lock, &owner);

	if (error == -EWOULDBLOCK)
		return tell_taken(slot, owner, report);
	if (error == 0) {
		*fd = link_connect(
			folder_path(folder, "console-%u.sock", slot).text);
		if (*fd >= 0)
			return REEVE_OK;
		error = -errno;
		close(*lock);
	}
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "console %u cannot be reached: %s", slot,
			    strerror(-error));
}
