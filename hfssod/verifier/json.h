/*
 * JSON from outside, read strictly (RFC 8259, RFC 7493): one object, UTF-8,
 * no name twice, no NUL in a string, at most LIMIT_JSON_DEPTH deep.  Pure.
 */
#ifndef VERIFIER_JSON_H
#define VERIFIER_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/*
 * A new reference, or NULL if it is anything but such an object: also if
 * it has more than LIMIT_FETCH_JSON octets, a byte order mark, something
 * behind it, or a number that is no 64 bit integer or finite real.
 */
json_t		*json_object_read(const void *, size_t);

/* A member: there and right, not there (also null), or of another type. */
enum json_has { JSON_ABSENT, JSON_PRESENT, JSON_WRONG };
/* A string, borrowed; "" is wrong.  *out is "" if not there or wrong. */
enum json_has	 json_text(const json_t *, const char *, const char **);
/*
 * A NumericDate (RFC 7519 section 2) in seconds: an integer or a real
 * (rounded down), not negative, below 2^40.  *out is 0 if not there or
 * wrong.
 */
enum json_has	 json_seconds(const json_t *, const char *, int64_t *);
/* Whether a member is an array that has that string, or the string. */
bool		 json_lists(const json_t *, const char *, const char *);

#endif
