/*
 * The SCIM schema (RFC 7643): every attribute with its number, in tables.
 * Shared by http, which turns text into numbers and back, and by policy,
 * which knows what they mean.  Pure.
 */
#ifndef COMMON_SCIM_SCHEMA_H
#define COMMON_SCIM_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SCIM_userName and so on; the numbers are permanent. */
enum scim_number {
	SCIM_none = 0,
#define ATTRIBUTE(number, tag, parent, name, type, flags, mutability, \
    returned, uniqueness, values, description) \
	SCIM_##tag = number,
#include "common/scim_attribute.def"
#undef ATTRIBUTE
	SCIM_NUMBER_MAX = 186
};

enum scim_type {
	SCIM_TYPE_STRING,
	SCIM_TYPE_BOOLEAN,
	SCIM_TYPE_DATETIME,
	SCIM_TYPE_REFERENCE,
	SCIM_TYPE_BINARY,
	SCIM_TYPE_COMPLEX
};
enum scim_mutability {
	SCIM_READ_WRITE,
	SCIM_READ_ONLY,
	SCIM_IMMUTABLE,
	SCIM_WRITE_ONLY
};
enum scim_returned { SCIM_DEFAULT, SCIM_ALWAYS, SCIM_NEVER };
enum scim_uniqueness { SCIM_UNIQUE_NONE, SCIM_UNIQUE_SERVER };

struct scim_attribute {
	enum scim_number	 number;
	enum scim_number	 parent;	/* SCIM_none: a root */
	const char		*name;		/* of a root its URN */
	enum scim_type		 type;
	bool			 multi;
	bool			 required;
	bool			 exact;		/* case matters */
	enum scim_mutability	 mutability;
	enum scim_returned	 returned;
	enum scim_uniqueness	 uniqueness;
	const char		*values;	/* canonical, or references */
	const char		*description;
};

/* What a request is about. */
enum scim_resource {
	SCIM_RESOURCE_USER,
	SCIM_RESOURCE_GROUP,
	SCIM_RESOURCE_ANY,	/* a search at the base */
	SCIM_RESOURCE_MAX
};
/* "User", "Group"; "" for another number. */
const char	*scim_resource_name(enum scim_resource);
/* The root of its attributes: SCIM_user, SCIM_group; else SCIM_none. */
enum scim_number scim_resource_root(enum scim_resource);

/* The table's line; NULL for a number that is none. */
const struct scim_attribute	*scim_attribute(unsigned int);
/*
 * The attribute of that name (so many octets, in any case: RFC 7643 2.1)
 * directly below a parent; of a root user or group also what is common to
 * all resources, and the extensions by their URN.  NULL if there is none.
 */
const struct scim_attribute	*scim_attribute_find(enum scim_number,
				    const char *, size_t);
/* The sub-attributes of one, in turn; begin with NULL.  NULL: no more. */
const struct scim_attribute	*scim_attribute_next(enum scim_number,
				    const struct scim_attribute *);
/*
 * Whether the attribute, or what it is a part of, belongs to a resource
 * (with ANY: to one of them).
 */
bool		 scim_attribute_of(const struct scim_attribute *,
		    enum scim_resource);

#endif
