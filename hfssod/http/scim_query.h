/*
 * What a request wants to see: query parameters, or the same in the body
 * of a search (RFC 7644 3.4.2, 3.4.3, 3.9; RFC 9865).  Pure.
 */
#ifndef HTTP_SCIM_QUERY_H
#define HTTP_SCIM_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/scim_filter.h"
#include "common/verdict.h"
#include "common/wire.h"
#include "hfssod/http/json.h"
#include "hfssod/http/scim_json.h"

#define SCIM_COUNT	100	/* if the request says none */

/* A search over both types has one of each; else the one's is filled. */
struct scim_query {
	struct scim_selection	 selection;
	bool			 selected;	/* attributes= was there */
	bool			 filtered;	/* filter= was there */
	struct scim_filter	*filter[2];	/* by enum scim_resource */
	enum scim_number	 sort[2];
	bool			 descending;
	bool			 cursored;
	const char		*cursor;
	int64_t			 start;
	int64_t			 count;
};

/*
 * From a query.  Parameters that we don't know are passed over; the same
 * one twice, a number that is none, attributes and excludedAttributes
 * together are refused.  *why (static) says what is wrong; it may be NULL
 * even so.  Everything is in the pool.  VERDICT_ok, bad_request,
 * scim_invalid_filter, scim_too_complex, scim_invalid_value,
 * scim_invalid_count.
 */
enum verdict	 scim_query_read(struct scim_pool *, enum scim_resource,
		    struct bytes, struct scim_query *, const char **);
/* From the body of a .search. */
enum verdict	 scim_query_search(struct scim_pool *, enum scim_resource,
		    const struct json *, struct scim_query *, const char **);
/*
 * Whether an index finds what a filter asks for at once, so that policy
 * itself answers: eq on id, userName or externalId alone, or with more that
 * looks at no member of a group.
 */
bool		 scim_query_indexed(const struct scim_filter *);

#endif
