/*
 * Queries and form bodies that we write
 * (application/x-www-form-urlencoded).  Pure.
 */
#ifndef VERIFIER_OIDC_QUERY_H
#define VERIFIER_OIDC_QUERY_H

#include "common/wire.h"

/*
 * Begin: a body with "", or an endpoint, whose own query, if it has one,
 * is kept (RFC 6749 section 3.1).  wire_free ends it; LIMIT_MESSAGE octets
 * are the most.
 */
void	 query_start(struct writer *, const char *);
/* Add a parameter. */
void	 query_add(struct writer *, const char *, const char *);
/* The text, allocated, and the end of the writer; NULL: it is too long. */
char	*query_end(struct writer *);

#endif
