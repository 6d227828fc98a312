/*
 * A link: one connection to an origin, plain or TLS, from connect to
 * close.  It is used by one question at a time, or idle in the pool.
 */
#ifndef FETCH_LINK_H
#define FETCH_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/request.h"
#include "common/wire.h"
#include "hfssod/fetch/config.h"

struct link;

enum link_end {
	LINK_CLOSED,		/* in an orderly way */
	LINK_BROKEN,		/* reset, cut off, no TLS */
	LINK_UNTRUSTED		/* certificate, name or pin */
};

/* Whom a link tells; each may close the link or give it to another. */
struct link_user {
	/* Connected and trusted: link_write may be called. */
	void	(*ready)(void *);
	void	(*input)(void *, const uint8_t *, size_t);
	/* The link does nothing more; the user closes it.  Why: for logs. */
	void	(*ended)(void *, enum link_end, const char *);
};

/*
 * Begin to connect to exactly this address, for TLS with the CA and pins
 * of the place, and with that host's name on the certificate.  Takes one
 * use of the configuration.  NULL with errno if it failed at once.
 */
struct link	*link_open(struct config *, const struct place *,
		    const struct address *, unsigned int, const char *, bool,
		    const struct link_user *, void *);
/* Send octets, which are copied, and cleared once they are sent. */
void		 link_write(struct link *, const void *, size_t);
/* Whether everything is sent. */
bool		 link_sent(const struct link *);
/* Hand it to another user. */
void		 link_use(struct link *, const struct link_user *, void *);
/*
 * Whether an idle link still stands and the other side said nothing: what
 * it would say now nobody asked for.
 */
bool		 link_quiet(struct link *);
/* Close it, now or once its own calls have returned. */
void		 link_close(struct link *);

#endif
