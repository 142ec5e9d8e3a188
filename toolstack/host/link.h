/* SPDX-License-Identifier: BSD-3-Clause */
/* A control connection to a host (abi/control.h). */
#ifndef REEVE_TOOLSTACK_HOST_LINK_H
#define REEVE_TOOLSTACK_HOST_LINK_H

#include "abi/control.h"
#include "toolstack/host/folder.h"

struct link;

/*
 * Takes one of the host's control ports, waiting for one, and says hello.
 * watch must outlive the link. REEVE_ERR_HOST: there is no such host, it does
 * not answer within patience_ms, or speaks another version.
 */
int link_open(const struct folder *folder, const struct reeve_watch *watch,
	      int patience_ms, struct link **out, struct reeve_report *report);
/* The same over a stream that is open, and becomes the link's; it is closed on
 * failure, too. */
int link_attach(int fd, const struct reeve_watch *watch, int patience_ms,
		struct link **out, struct reeve_report *report);
void link_close(struct link *link); /* NULL is fine */

/* What the host said when the link was opened. */
const struct reeve_host_info *link_host(const struct link *link);
/* From now on that one is asked; NULL: nobody, so that nothing gives up. */
void link_watch(struct link *link, const struct reeve_watch *watch);

/*
 * One request and its reply. magic, version and cookie are filled in here. A
 * refusal is reported in the host's words: REEVE_ERR_NO_DOMAIN (in which case
 * nothing is reported), REEVE_ERR_ENGINE. REEVE_ERR_HOST: it does not answer,
 * or not as it should. REEVE_ERR_STOPPED: by the watch.
 */
int link_call(struct link *link, struct control_request *request,
	      struct control_reply *reply, struct reeve_report *report);

/* Tells that a reply holds what it may not. Returns REEVE_ERR_HOST. */
int link_nonsense(struct reeve_report *report);

/*
 * Takes the lock that says who uses a port of the host: 0 and *fd, -EWOULDBLOCK
 * and who has it (0: not known), or another -errno. Closing *fd gives it back.
 */
int link_claim(const char *path, int *fd, long *owner);
/* A stream to a socket of the host; -1 and errno. */
int link_connect(const char *path);

#endif
