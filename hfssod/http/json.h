/*
 * JSON text of requests, read strictly (RFC 8259, RFC 7493), and strings of
 * answers written.  Pure.  Our own and not a library's because a group's
 * hundred thousand members must not hold up everybody else: it makes no
 * copy of a string that has no escape, and one allocation for each value.
 */
#ifndef HTTP_JSON_H
#define HTTP_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "common/scim_tree.h"
#include "hfssod/http/buffer.h"

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,		/* text: as it was sent */
	JSON_STRING,		/* text: unescaped */
	JSON_ARRAY,
	JSON_OBJECT
};
/*
 * A value.  Text and keys are not ended by a NUL, have none within, and
 * point into the octets that were read or into the pool.
 */
struct json {
	enum json_type	 type;
	unsigned int	 key_len;	/* of a member of an object */
	const char	*key;
	const char	*text;		/* JSON_NUMBER, JSON_STRING */
	size_t		 len;
	size_t		 count;		/* of children */
	struct json	*child;		/* the first */
	struct json	*next;		/* of the same array or object */
};

/*
 * Read one value of so many octets, which stay as long as the values are
 * used; these are in the pool.  NULL, and in the last argument what is
 * wrong, for anything else: bad UTF-8, a byte order mark, a NUL also
 * escaped, half a surrogate pair, more than LIMIT_SCIM_DEPTH levels or
 * LIMIT_SCIM_JSON values, more than LIMIT_SCIM_KEYS members of one object,
 * or two of the same name (names that differ only in the case of ASCII
 * letters are the same), and something behind it.
 */
struct json	*json_read(struct scim_pool *, const void *, size_t,
		    const char **);
/* The member of that name, in any case; NULL if none, or no object. */
struct json	*json_member(const struct json *, const char *);
/* Whether it is a string equal to that one, also in another case. */
bool		 json_is(const struct json *, const char *);
/* The text of a string or number with a NUL, in the pool; else "". */
const char	*json_text(struct scim_pool *, const struct json *);

/* A string with its quotes, escaped. */
void		 json_quoted(struct buffer *, const char *);
/* The same of so many octets; and what stands between the quotes alone. */
void		 json_octets(struct buffer *, const char *, size_t);
void		 json_escaped(struct buffer *, const char *, size_t);

#endif
