/*
 * The calls that wait at one door: for a connection's verifier, which may
 * itself wait for an identity provider.
 */
#ifndef HTTP_CROWD_H
#define HTTP_CROWD_H

#include <stddef.h>

#include "common/view.h"
#include "hfssod/http/call.h"
#include "hfssod/http/pending.h"

enum crowd_room {
	CROWD_ROOM,
	CROWD_FULL,		/* for a moment */
	CROWD_STUCK		/* it is slow: no use to wait as well */
};

/*
 * Whether one more question of so many octets may wait at a door: at most
 * LIMIT_OUTSTANDING_DOOR questions and half of LIMIT_OUTSTANDING_BYTES do,
 * and never more than there is room left for with its verifier, so that
 * slow identity providers, many of them too, leave room for the others.
 */
enum crowd_room	 crowd_room(const struct http_door *, size_t,
		    struct pending_left);
/* A call that pending_send has put on waits there; until it is taken off. */
void		 crowd_join(const struct http_door *, struct call *);
/* For pending.c: it doesn't any more.  Nothing if it never did. */
void		 crowd_leave(struct call *);
/* Another takes its place, which has a copy of what it waits for. */
void		 crowd_replace(struct call *, struct call *);

#endif
