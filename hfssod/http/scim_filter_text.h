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
 * Read a filter of so many octets over a resource; with ANY, an attribute
 * of the other type makes SCIM_OP_NEVER when the tree is narrowed.  Not
 * empty.  The tree and its strings are in the pool.  VERDICT_ok;
 * VERDICT_scim_invalid_filter for what is malformed, names an attribute
 * that there is not, or asks of it what its type can't answer;
 * VERDICT_scim_too_complex beyond LIMIT_SCIM_FILTER, _NODES or _DEPTH.
 */
enum verdict	 scim_filter_parse(struct scim_pool *, enum scim_resource,
		    const char *, size_t, struct scim_filter **);

/*
 * What stands between "[" and "]": a filter over the sub-attributes of a
 * multi-valued complex attribute.
 */
enum verdict	 scim_filter_parse_within(struct scim_pool *,
		    const struct scim_attribute *, const char *, size_t,
		    struct scim_filter **);

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
