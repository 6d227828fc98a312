/*
 * The path of a PATCH operation (RFC 7644 3.5.2), from text.  Pure.
 */
#ifndef HTTP_SCIM_PATH_TEXT_H
#define HTTP_SCIM_PATH_TEXT_H

#include <stddef.h>

#include "common/scim_filter.h"
#include "common/verdict.h"

/*
 * Read a path of so many octets (need not end with a NUL) for a resource:
 * an attribute, an attribute with a value filter, and a sub-attribute
 * behind either; any of them qualified by its URN.  "" is no path: the
 * resource itself.  Also taken, with a bit in *liberties (which is only
 * ever added to):
 *   SCIM_LIBERTY_PATH  the URN of an extension or of the resource alone
 *		(attribute is then the extension, or none); a path that
 *		begins with "/"; an attribute of an extension without its
 *		URN; text between single quotes.
 * The tree and its strings are in the pool.  VERDICT_ok; else
 * VERDICT_scim_invalid_path, or for what is between "[" and "]"
 * VERDICT_scim_invalid_filter or VERDICT_scim_too_complex (RFC 7644 3.12).
 */
enum verdict	 scim_path_parse(struct scim_pool *, enum scim_resource,
		    const char *, size_t, struct scim_path *, unsigned int *);

#endif
