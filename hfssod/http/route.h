/*
 * Which address is answered by whom: one table.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/protocol.h"
#include "common/wire.h"
#include "hfssod/http/call.h"
#include "hfssod/http/parse.h"

struct route {
	unsigned int	 kinds;		/* KIND_*: listen lines that have it */
	const char	*pattern;	/* "~" the prefix, "{}" any segment */
	unsigned int	 methods;	/* METHOD() set */
	size_t		 body_most;	/* octets; 0: none */
	enum shape	 shape;		/* of its answers, to begin with */
	enum protocol	 protocol;	/* of a connection's addresses */
	call_fn		*fn;
};

/*
 * Find the route of a request and say if the request may go on: 0, or the
 * status to answer with (400, 404, 405, 413, 415, 501).
 */
int	 route_admit(const struct head *, struct call *);
/* What the {} of a route stand for in a path that matched it. */
void	 route_parts(const struct route *, const struct head *,
	    struct bytes *);
/* Whether a path matches a pattern; the prefix and the parts.  Pure. */
bool	 route_match(const char *, const char *, struct bytes,
	    struct bytes *);

#endif
