/*
 * Which address is answered by whom: one table.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/protocol.h"
#include "common/verdict.h"
#include "common/wire.h"
#include "hfssod/http/call.h"
#include "hfssod/http/parse.h"

/*
 * Where a body may be large.  early: what is wrong with the head alone.
 * guard: asked before more than LIMIT_BODY_EARLY octets of a body are read;
 * says yes with intake_go_on, or answers.
 */
struct entrance {
	enum verdict	 (*early)(struct call *, const struct head *);
	void		 (*guard)(struct call *);
};

struct route {
	unsigned int	 kinds;		/* KIND_*: listen lines that have it */
	/* "~" the prefix, "{}" any segment, "*" at the end any rest. */
	const char	*pattern;
	unsigned int	 methods;	/* METHOD() set */
	size_t		 body_most;	/* octets; 0: none */
	enum shape	 shape;		/* of its answers, to begin with */
	enum protocol	 protocol;	/* of a connection's addresses */
	const struct entrance *entrance; /* or NULL */
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
