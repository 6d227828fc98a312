/*
 * The header fields of an API request.  Pure.
 */
#ifndef HTTP_SCIM_HEAD_H
#define HTTP_SCIM_HEAD_H

#include <stdbool.h>

#include "common/scim_exchange.h"
#include "hfssod/http/parse.h"

/*
 * The bearer token (RFC 6750 2.1) as the client sent it.  False if none
 * was shown, and then *shown says whether there was a malformed one: a
 * second header, octets that no token has, more than LIMIT_BEARER.
 */
bool	 scim_head_bearer(const struct head *, struct bytes *, bool *shown);
/* Whether the body is said to be JSON: one Content-Type, RFC 7644 8.1. */
bool	 scim_head_json(const struct head *);
/*
 * If-Match or If-None-Match (RFC 9110 13.1), all of them together; false
 * if malformed, or more than SCIM_VERSIONS of ours.
 */
bool	 scim_head_condition(const struct head *, enum field,
	    struct scim_condition *);
/* The same of one entity tag or list, as an operation of Bulk has it. */
bool	 scim_condition_parse(struct bytes, struct scim_condition *);

#endif
