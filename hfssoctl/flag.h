/*
 * The flags that follow a command's words, and the options of a question
 * that they become.  Pure.
 */
#ifndef HFSSOCTL_FLAG_H
#define HFSSOCTL_FLAG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/wire.h"

/*
 * Read the flags that a command takes: a list of options with blanks
 * between, "!" behind one that must be given.  Each becomes an option,
 * "name=value" in allocated memory, that is added to the strings; times
 * become seconds.  False after a text that says which flag is wrong and
 * why; what was added before stays.
 */
bool	 flags_read(const char *, int, char *const *, struct strings *,
	    char *, size_t);
/* " [-connection NAME] -f FILE" of such a list, for usage messages. */
void	 flags_usage(const char *, char *, size_t);
/* An option of that name and value more. */
void	 flags_add(struct strings *, const char *, const char *);

#endif
