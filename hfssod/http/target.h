/*
 * Paths, queries and return addresses.  Pure.
 */
#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/form.h"
#include "common/wire.h"

/*
 * A path of our own: only unreserved characters (RFC 3986 2.3), no empty
 * segment but a last one, no dot segment, no escape.
 */
bool	 path_canonical(struct bytes);

/*
 * Whether everybody who reads this path of an application will read it
 * alike: no %2f, %5c, %00, %25, ";" or %3b, no dot segment nor empty
 * segment (also encoded), no backslash, no broken escape, and no octet
 * that a URI may not hold.  An empty segment at the end is a slash.
 */
bool	 path_plain(struct bytes);

/* What a query says of where to return to. */
struct return_query {
	bool		 given;
	bool		 raw;		/* to the end of the query, verbatim */
	struct bytes	 value;		/* only if raw */
	struct bytes	 rest;		/* the query that form_parse reads */
};
/*
 * A "return=" whose value begins with a plain "/" runs to the end of the
 * query, so that a proxy may write return=$request_uri.  Any other is left
 * to form_parse.
 */
void	 return_split(struct bytes, struct return_query *);

/*
 * Whether a browser may be sent to that address after a sign-in: a path on
 * this host (second character neither "/" nor "\"), or a URL whose origin
 * is exactly one of those given (the public url, and the list).  Printable
 * ASCII only, no backslash, at most LIMIT_RETURN_TO octets.
 */
bool	 return_allowed(const char *, const char *, const struct strings *);

#endif
