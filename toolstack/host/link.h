/* SPDX-License-Identifier: BSD-3-Clause */
/* A control connection to a host (abi/control.h). Starting a host uses it for
 * the first HELLO, the machine engine for everything else. */
#ifndef REEVE_TOOLSTACK_HOST_LINK_H
#define REEVE_TOOLSTACK_HOST_LINK_H

#include "abi/control.h"
#include "toolstack/host/folder.h"

struct link;

/*
 * Claims one of the host's control ports, for which it may have to wait, and
 * exchanges HELLO. Waits for a host that is being started. watch must outlive
 * the link. Returns REEVE_ERR_HOST if there is no such host, if it does not
 * answer within patience_ms, or if it speaks another version.
 */
int link_open(const struct folder *folder, const struct reeve_watch *watch,
	      int patience_ms, struct link **out, struct reeve_report *report);
/* Exchanges HELLO with a host that the caller starts, and closes the link. Does
 * not wait for its sockets: the caller has to see whether QEMU has ended. */
int link_greet(const struct folder *folder, const struct reeve_watch *watch,
	       int patience_ms, struct reeve_report *report);
/* The same over an open stream, which then belongs to the link. On failure the
 * stream is closed, too. */
int link_attach(int fd, const struct reeve_watch *watch, int patience_ms,
		struct link **out, struct reeve_report *report);
void link_close(struct link *link); /* NULL is fine */

/* Returns what the host told about itself when the link was opened. */
const struct reeve_host_info *link_host(const struct link *link);
/* Sets the watch that is asked from now on. NULL: no watch is asked, so that
 * nothing ends a wait early. */
void link_watch(struct link *link, const struct reeve_watch *watch);

/* Gives the port to other clients. The next request claims one again, for which
 * it may have to wait; build_next: it is for a build, which keeps its port for
 * long. The hypervisor destroys the domains that this client has not finished
 * building. Does nothing to a link by link_attach(). */
void link_release(struct link *link, bool build_next);

/*
 * Sends one request and waits for its reply; fills in magic, version and
 * cookie. Returns 0, or:
 *
 * REEVE_ERR_NO_DOMAIN  the host refused because there is no such domain; this
 *                      alone is not reported
 * REEVE_ERR_ENGINE     the host refused; its words are reported
 * REEVE_ERR_HOST       no reply, or one that breaks the protocol
 * REEVE_ERR_STOPPED    the watch ended the wait
 */
int link_call(struct link *link, struct control_request *request,
	      struct control_reply *reply, struct reeve_report *report);

/* Reports that a reply breaks the protocol. Returns REEVE_ERR_HOST. */
int link_protocol_error(struct reeve_report *report);

/* Takes the lock of a port, which names the port's client. Returns 0 with *fd;
 * -EWOULDBLOCK with the pid of the process that has the port (0: not known); or
 * another -errno. Closing *fd releases the port. */
int link_claim(const char *path, int *fd, long *owner);
/* Makes the locks of all ports, so that no claim needs room in the file system
 * later. */
int link_locks_make(const struct folder *folder, struct reeve_report *report);
/* Claims one of the host's first so many control ports: the last that is free.
 * While all are in use it waits, and tells the watch which processes use them.
 * Returns 0 with *fd and *index, -ECANCELED if the watch ended the wait,
 * or another -errno. */
int link_claim_port(const struct folder *folder, unsigned ports,
		    const struct reeve_watch *watch, int *fd, unsigned *index);
/* Connects a stream to a socket of the host, without waiting. Returns -1 and
 * errno on failure; EAGAIN: the host accepts no connection now. */
int link_connect(const char *path);

#endif
