/*
 * JSON of SCIM requests to value trees.  Pure.  Forgives what can't be
 * mistaken and says so in liberties (SCIM_LIBERTY_*, only ever added to):
 * policy knows which of them the token's profile grants.
 *
 * What comes out always passes the get of its message: no text is longer
 * than LIMIT_SCIM_TEXT, no attribute but members has more than
 * LIMIT_SCIM_MULTI values, all text but that of members is LIMIT_SCIM_USER
 * octets at most, a member's value and type LIMIT_SCIM_ID each.  Dropped
 * are: what is read-only, password, the $ref of members, and schemas.
 */
#ifndef HTTP_SCIM_BIND_H
#define HTTP_SCIM_BIND_H

#include "common/limits.h"
#include "common/verdict.h"
#include "hfssod/http/json.h"

/*
 * Why something was refused, for the client: names attributes, never a
 * value.
 */
struct scim_fault {
	char	 text[LIMIT_SCIM_DETAIL];
};

/*
 * A resource, as POST and PUT send it, USER or GROUP.  VERDICT_ok;
 * scim_invalid_syntax (no object, an attribute twice), scim_invalid_value
 * (a value of the wrong type or too long), scim_too_large.
 */
enum verdict	 scim_bind(struct scim_pool *, enum scim_resource,
		    const struct json *, struct scim_value *, unsigned int *,
		    struct scim_fault *);
/*
 * A part of a resource, as PATCH sends it without a path: the same without
 * a word about schemas.
 */
enum verdict	 scim_bind_part(struct scim_pool *, enum scim_resource,
		    const struct json *, struct scim_value *, unsigned int *,
		    struct scim_fault *);
/*
 * The value at a path of a PATCH: makes the field of that attribute, which
 * is no root but an extension, in the value.  one: a path with a filter,
 * whose attribute takes one value although it is multi-valued.  Read-only
 * attributes are bound here too: policy refuses them.
 */
enum verdict	 scim_bind_field(struct scim_pool *, enum scim_number, bool,
		    const struct json *, struct scim_value *, unsigned int *,
		    struct scim_fault *);

#endif
