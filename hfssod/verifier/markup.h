/*
 * Writing XML: the octets of a request or of our metadata, in the form
 * that exclusive canonicalization would give them.  Pure.
 */
#ifndef VERIFIER_MARKUP_H
#define VERIFIER_MARKUP_H

#include "common/wire.h"

/* Octets as they are. */
void	 markup_put(struct writer *, const char *);
/* Text of an element, escaped (Canonical XML 1.0, section 2.3). */
void	 markup_text(struct writer *, const char *);
/* ` name="value"`, escaped likewise. */
void	 markup_attribute(struct writer *, const char *, const char *);
/* What was written, as a string: allocated, the caller frees it. */
char	*markup_string(const struct writer *);

#endif
