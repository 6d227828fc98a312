/*
 * Attributes by the names that requests have for them.  Pure.
 */
#ifndef HTTP_SCIM_NAME_H
#define HTTP_SCIM_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "common/scim_schema.h"

/* Whether it is the root of a resource or an extension: named by a URN. */
bool		 scim_attribute_is_schema(const struct scim_attribute *);
/*
 * The schema, of a resource or its extensions, whose URN the name begins
 * with, in any case; *rest is what follows the ":" behind it (empty if the
 * URN is all).  NULL if there is none.
 */
const struct scim_attribute *scim_schema_named(enum scim_resource,
		    const char *, size_t, size_t *rest);
/*
 * An attribute of an extension without the URN that belongs before it:
 * "manager", "manager.value".  For what scim_attribute_named knows not.
 */
const struct scim_attribute *scim_attribute_extended(enum scim_resource,
		    const char *, size_t);

#endif
