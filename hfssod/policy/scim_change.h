/*
 * Setting attributes of SCIM trees: what PATCH and PUT are made of.  Pure.
 */
#ifndef POLICY_SCIM_CHANGE_H
#define POLICY_SCIM_CHANGE_H

#include <stdbool.h>

#include "common/limits.h"
#include "hfssod/policy/scim_patch.h"

/*
 * Give a complex value (or a resource) what a field says.  Add: values of
 * a multi-valued attribute come to those that are there, each once;
 * replace: they are all.  A complex singular one is merged.  A field
 * without a value takes the attribute away, or adds nothing.  What is
 * read-only is passed over.  ok, scim_mutability, scim_invalid_value.
 */
enum verdict	 scim_change_field(struct scim_pool *, struct scim_value *,
		    const struct scim_field *, bool, struct scim_why *);
/* Every field of a value, in turn. */
enum verdict	 scim_change_fields(struct scim_pool *, struct scim_value *,
		    const struct scim_value *, bool, struct scim_why *);
/* If that value is the primary one now, no other is. */
void		 scim_change_primary(struct scim_field *, size_t);

/* Say why, with the attribute's name (or NULL), and return the verdict. */
enum verdict	 scim_say(struct scim_why *, enum verdict,
		    const struct scim_attribute *, const char *);

/* A filter below an attribute, of one of its values (scim_match.c). */
bool		 scim_match_value(const struct scim_filter *,
		    const struct scim_attribute *, const struct scim_value *);

#endif
