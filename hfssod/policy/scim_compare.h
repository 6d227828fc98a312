/*
 * Comparing values of SCIM attributes.  Pure.
 */
#ifndef POLICY_SCIM_COMPARE_H
#define POLICY_SCIM_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/scim_tree.h"

/* Whether letters of another case are other letters in this attribute. */
bool		 scim_exact(const struct scim_attribute *);
/*
 * The order of two texts as values of an attribute: less than, equal to,
 * greater than 0; by its case rule, with Unicode folding.
 */
int		 scim_text_compare(const struct scim_attribute *, const char *,
		    const char *);
/*
 * Whether two values mean the same: by the case rules, multi-valued ones
 * in any order; a field without a value is none, nor is a primary that is
 * false (RFC 7643, 2.4).
 */
bool		 scim_value_same(const struct scim_attribute *,
		    const struct scim_value *, const struct scim_value *);
/* Whether every field of the first is the same in the second, likewise. */
bool		 scim_value_within(const struct scim_value *,
		    const struct scim_value *);
/* Whether two values are the same octet by octet, in order. */
bool		 scim_value_identical(const struct scim_attribute *,
		    const struct scim_value *, const struct scim_value *);
/*
 * The name as a person says it: "name.givenName", "manager.value".  In the
 * buffer, cut to its size.
 */
const char	*scim_attribute_say(const struct scim_attribute *, char *,
		    size_t);

#endif
