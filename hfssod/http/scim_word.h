/*
 * The words of SCIM filters and paths: names, spaces, values.  Pure.
 */
#ifndef HTTP_SCIM_WORD_H
#define HTTP_SCIM_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/scim_tree.h"

/* Octets that have not been read yet, or a word among them. */
struct scim_text {
	const char	*at;
	size_t		 len;
};
/* A value of a comparison. */
struct scim_word {
	const char	*text;		/* without escapes; in the pool */
	char		 quote;		/* or NUL */
};

/* Take spaces; false if there is none. */
bool	 scim_space(struct scim_text *);
/* Take that character; false, and nothing taken, if another follows. */
bool	 scim_take(struct scim_text *, char);
/* Take letters, or what may be in the name of an attribute; may be none. */
struct scim_text scim_letters(struct scim_text *);
struct scim_text scim_attribute_text(struct scim_text *);
/* Compare in any case. */
bool	 scim_text_is(struct scim_text, const char *);
/*
 * Take a value: a JSON string (RFC 8259 7; UTF-8, no NUL), the same between
 * single quotes, or a word up to a space, a bracket or the end.  False if
 * it is malformed or empty.
 */
bool	 scim_word(struct scim_pool *, struct scim_text *, struct scim_word *);

#endif
