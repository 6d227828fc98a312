/*
 * A SCIM resource as a tree of (number, value), with the one put/get pair
 * that carries it between processes and that the store keeps.  Pure.
 *
 * A resource is a complex value whose fields are attributes of its root,
 * of what is common, and its extensions (an extension is a complex
 * attribute whose name is its URN).  A field of a multi-valued attribute
 * has any number of values, any other exactly one.  A field without a
 * value means null or an empty array: "unassigned" (RFC 7643 2.5), which a
 * request may say; a stored resource has no such field, nor one of a
 * complex value without a field.  Fields stand in the order of their
 * numbers, each once.
 */
#ifndef COMMON_SCIM_TREE_H
#define COMMON_SCIM_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/scim_schema.h"
#include "common/wire.h"

/* Memory of trees, freed all at once.  Out of memory is fatal. */
struct scim_pool;
struct scim_pool *scim_pool_new(void);
void		 scim_pool_free(struct scim_pool *);
/* Zeroed, aligned for anything. */
void		*scim_pool_alloc(struct scim_pool *, size_t);
/* A copy of so many octets with a NUL behind them. */
char		*scim_pool_string(struct scim_pool *, const char *, size_t);

struct scim_field;
/*
 * One value.  By the attribute's type: complex has fields; boolean has
 * truth; all other have text (a dateTime as it was sent, checked).
 */
struct scim_value {
	struct scim_field	*fields;	/* complex; or NULL */
	const char		*text;		/* not NULL */
	bool			 truth;
};
struct scim_field {
	const struct scim_attribute *attribute;
	size_t			 count;
	size_t			 size;		/* of the array */
	struct scim_value	*values;
	struct scim_field	*next;		/* a higher number */
};

/* A field of a complex value; NULL if it has none. */
struct scim_field *scim_field(const struct scim_value *, enum scim_number);
/* The same; made without a value if there is none. */
struct scim_field *scim_field_make(struct scim_pool *, struct scim_value *,
		    enum scim_number);
/* Take a field off; nothing if there is none. */
void		 scim_field_remove(struct scim_value *, enum scim_number);
/*
 * One more value, empty, at the end.  Pointers to values of the field may
 * move.
 */
struct scim_value *scim_field_add(struct scim_pool *, struct scim_field *);
/* Take the value with that index out. */
void		 scim_field_cut(struct scim_field *, size_t);
/* The text of a field of this very value; "" if there is none. */
const char	*scim_own_text(const struct scim_value *, enum scim_number);
/* Set it; "" removes the field. */
void		 scim_set_own_text(struct scim_pool *, struct scim_value *,
		    enum scim_number, const char *);
/*
 * Of a resource: the text of a singular attribute, or of a singular one
 * within a singular complex one (SCIM_name_givenName of a resource); "" if
 * there is none.
 */
const char	*scim_text(const struct scim_value *, enum scim_number);
/* Set it; "" removes it. */
void		 scim_set_text(struct scim_pool *, struct scim_value *,
		    enum scim_number, const char *);
/* A copy in the pool, strings and all. */
void		 scim_value_copy(struct scim_pool *, struct scim_value *,
		    const struct scim_value *);

/*
 * Put and get the value of an attribute (for a resource: of its root).
 * Get checks that every number is one below the attribute, in order, and
 * that depth and counts are within limits; else the reader is bad.  Strings
 * point into the reader's octets, the rest is in the pool.
 */
void		 scim_value_put(struct writer *, const struct scim_attribute *,
		    const struct scim_value *);
void		 scim_value_get(struct reader *, struct scim_pool *,
		    const struct scim_attribute *, struct scim_value *);
/* One field with its number: of a value of the given attribute. */
void		 scim_field_put(struct writer *, const struct scim_field *);
void		 scim_field_get(struct reader *, struct scim_pool *,
		    const struct scim_attribute *, struct scim_field *);
/* A resource: the octets that the store keeps; false if malformed. */
void		 scim_resource_put(struct writer *, enum scim_resource,
		    const struct scim_value *);
bool		 scim_resource_get(struct bytes, struct scim_pool *,
		    enum scim_resource, struct scim_value *);

#endif
