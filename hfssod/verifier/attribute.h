/*
 * Attributes as an identity provider sends them, and how a configured name
 * finds values among them.  Pure.
 */
#ifndef VERIFIER_ATTRIBUTE_H
#define VERIFIER_ATTRIBUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/verdict.h"
#include "common/wire.h"

struct attribute {
	const char	*name;
	struct strings	 values;
};

/*
 * All attributes of a message, in its order; one Name that comes twice is
 * one attribute with the values of both.  Names and values point into the
 * message, or are kept in owned until attributes_free.
 */
struct attributes {
	size_t			 count;
	size_t			 size;
	struct attribute	*list;
	size_t			 owned_count;
	char			**owned;
};

/* The attribute of that name, made if there is none yet. */
struct attribute *attributes_add(struct attributes *, const char *);
/* The attribute of exactly that name; NULL: none. */
const struct attribute *attributes_find(const struct attributes *,
		    const char *);
/* Keep a copy of a string as long as the attributes live. */
const char	*attributes_own(struct attributes *, const char *);
void		 attributes_free(struct attributes *);

/*
 * The values that a configured name means: of the attribute of that name;
 * if there is none and the name has dots, of the attribute whose name is
 * the longest part of it that ends before a dot, the rest of the name
 * walking into each of its values as JSON, mapping over arrays.  Numbers
 * and booleans become text, null and objects nothing.  Adds to the list,
 * which holds at most LIMIT_VALUES values of LIMIT_VALUE octets; values
 * that are empty or hold control characters are passed over.  ok, or
 * attribute_too_long.
 */
enum verdict	 attributes_values(struct attributes *, const char *,
		    struct strings *);
/*
 * The first value for the first of the names that has any, not longer than
 * given; *value is "" if there is none.
 */
enum verdict	 attributes_first(struct attributes *, const struct strings *,
		    size_t, const char **);

#endif
