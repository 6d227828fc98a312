/*
 * What child.c, peer.c and orders.c share of the one child that this
 * process is.  Used by these three alone.
 */
#ifndef COMMON_CHILD_SELF_H
#define COMMON_CHILD_SELF_H

#include "common/child.h"

struct event_base;
struct generation;

struct child_self {
	const struct child	*ops;
	struct event_base	*base;
	struct setup		 setup;
	uint8_t			*setup_octets;	/* what setup points into */
	size_t			 setup_len;
	handler_fn		*handlers[MESSAGE_MAX];
	struct peer		 parent;
	struct peer		*peers;
	size_t			 most;		/* largest message we may get */
	struct generation	*staged;
	struct generation	*current;
};
extern struct child_self	 child_self;

/*
 * Give a peer its buffer over a socket, which it owns from now on; then
 * listen to it.  Failure is fatal.
 */
void		 peer_attach(struct peer *, int);
void		 peer_watch(struct peer *);
/* Both at once, for a new peer that parent has announced. */
struct peer	*peer_new(uint64_t, unsigned int, const char *, int);
/* Both ends have joined: it may be spoken to. */
void		 peer_ready(struct peer *);
/* Run handlers for at most so many frames that are buffered; how many. */
unsigned int	 peer_dispatch(struct peer *, unsigned int);

/* All peers: write what they were given, bury those that are gone. */
void		 peers_flush(void);
void		 peers_reap(void);
/* Whether a pulled peer stopped at its limit. */
bool		 peers_more(void);
/* Whether a peer is gone and only waits to be buried. */
bool		 peer_dead(const struct peer *);

/* A message of parent that no handler of the process takes. */
void		 orders_message(const struct imsg *);

#endif
