/*
 * SCIM filters (RFC 7644 3.4.2.2), from text.  Pure.
 */
#ifndef HTTP_SCIM_FILTER_TEXT_H
#define HTTP_SCIM_FILTER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/scim_filter.h"
#include "common/verdict.h"

/*
 * Read a filter of so many octets over a resource, User or Group.  both:
 * the search is over both types, so that an attribute which only the other
 * one has is no mistake but SCIM_OP_NEVER.  The tree and its strings are
 * in the pool; it is no deeper than LIMIT_SCIM_FILTER_DEPTH.
 *
 * Besides the RFC's grammar: any number of spaces; true, false and null in
 * any case; "true" and "false" in quotes for a boolean; a word without
 * quotes for eq on text; a sub-attribute behind a value filter
 * (emails[type eq "work"].value eq "a@b.c").
 *
 * VERDICT_ok; VERDICT_scim_invalid_filter for what is malformed, names an
 * attribute that there is not, or asks of it what its type can't answer;
 * VERDICT_scim_too_complex beyond LIMIT_SCIM_FILTER, _NODES or _DEPTH.
 */
enum verdict	 scim_filter_parse(struct scim_pool *, enum scim_resource,
		    bool both, const char *, size_t, struct scim_filter **);

/*
 * What stands between "[" and "]": a filter over the sub-attributes of a
 * complex attribute.  It ends at the "]", or octets are left over: *used
 * says how many were read.  Text may stand between single quotes, too;
 * *single says whether any did.
 */
enum verdict	 scim_filter_parse_within(struct scim_pool *,
		    const struct scim_attribute *, const char *, size_t,
		    size_t *used, bool *single, struct scim_filter **);

/*
 * An attribute by its name, as filters, paths, sortBy and attributes write
 * it: "userName", "name.givenName",
 * "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName",
 * "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
 * or the URN of an extension alone.  In any case.  NULL if the resource
 * has none of that name.
 */
const struct scim_attribute *scim_attribute_named(enum scim_resource,
		    const char *, size_t);

#endif
