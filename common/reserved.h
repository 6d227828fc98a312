/*
 * Words that neither an organization nor an account may have as its name:
 * they are addresses here or at a hub, or promise what is not so.  Pure.
 */
#ifndef COMMON_RESERVED_H
#define COMMON_RESERVED_H

#include <stdbool.h>

/* Whether it is one of them; case of ASCII letters does not matter. */
bool	 reserved_word(const char *);

#endif
