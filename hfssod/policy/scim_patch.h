/*
 * The PATCH engine and the validator of SCIM resources (RFC 7644 3.5.2,
 * RFC 7643 2).  Pure: trees in, trees out.
 */
#ifndef POLICY_SCIM_PATCH_H
#define POLICY_SCIM_PATCH_H

#include <stdbool.h>

#include "common/scim_filter.h"
#include "common/verdict.h"
#include "hfssod/policy/token.h"

/* Where to say why something is refused; may be NULL. */
struct scim_why {
	char	 text[512];
};

/*
 * Apply one operation to a resource, which is changed in place (the caller
 * drops its copy on a refusal).  Members of groups are not in the
 * resource: an operation on them must not come here.  ok, scim_no_target,
 * scim_invalid_path, scim_invalid_value, scim_mutability.
 */
enum verdict	 scim_patch(struct scim_pool *, enum scim_resource,
		    struct scim_value *, const struct scim_operation *,
		    enum token_profile, struct scim_why *);
/*
 * How many values an operation compares at most, in the resource as it is
 * now, or in so many members of a group that a filter looks at.  The sum of
 * a PATCH is limited by LIMIT_SCIM_WORK.
 */
size_t		 scim_patch_work(const struct scim_value *,
		    const struct scim_operation *);
size_t		 scim_filter_work(const struct scim_filter *, size_t);
/*
 * PUT: what the request has replaces what may be written; what it doesn't
 * say is removed (read-only attributes stay; active stays when it is not
 * said, so does externalId but with a strict profile; an explicit null
 * removes the second; an immutable one may not change).
 */
enum verdict	 scim_replace(struct scim_pool *, enum scim_resource,
		    struct scim_value *, const struct scim_value *,
		    enum token_profile, struct scim_why *);
/*
 * Bring a resource into the form that is stored: fields without a value
 * and empty complex ones go, also entries that say a type and primary but no
 * value; doubles, what is read-only or write-only, and schemas go.  Then
 * required ones are there, at most one value is primary, values are within
 * limits, times are times, binary is base64; else scim_invalid_value, or
 * scim_too_large.
 */
enum verdict	 scim_check(struct scim_pool *, enum scim_resource,
		    struct scim_value *, struct scim_why *);
/*
 * The names of attributes that differ, "userName, name.givenName", cut to
 * the size; "" if none does.  Case and order count; what is read-only and
 * schemas do not, so that a row's resource can be compared with a checked
 * one.
 */
void		 scim_difference(enum scim_resource, const struct scim_value *,
		    const struct scim_value *, char *, size_t);

/*
 * Whether a resource matches a filter (scim_match.c): RFC 7644 3.4.2.2,
 * the case rule of each attribute with Unicode folding, times by moment,
 * an attribute without a value matches nothing but ne, not and eq null.
 */
bool		 scim_match(const struct scim_filter *,
		    const struct scim_value *);

#endif
