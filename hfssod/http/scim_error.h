/*
 * SCIM's error messages (RFC 7644 3.12, RFC 9865 2.1).  Pure.
 */
#ifndef HTTP_SCIM_ERROR_H
#define HTTP_SCIM_ERROR_H

#include "common/verdict.h"
#include "hfssod/http/buffer.h"

/*
 * The body of a refusal: its HTTP status is that of the verdict.  detail
 * is for the client, escaped; NULL or "" is what the verdict says.
 */
void		 scim_error(struct buffer *, enum verdict, const char *);
/* "invalidFilter" and so on; NULL for a verdict that has none. */
const char	*scim_error_type(enum verdict);

#endif
