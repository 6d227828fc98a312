/*
 * Another's opinion, jansson's, of what JSON is.
 */
#ifndef JSON_JUDGE_H
#define JSON_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether it is one value, no name twice in an object. */
bool	 judge_reads(const void *, size_t);
/*
 * Whether it is an object, and the text or number at a path such as
 * "meta>version" or "Resources>0>id" is that one ("" : there is none; for
 * arrays how many there are).
 */
bool	 judge_has(const char *, const char *, const char *);

#endif
