/*
 * A list of what is wrong, so that an operator sees all of it at once.
 * Pure.
 */
#ifndef PARENT_ERRORS_H
#define PARENT_ERRORS_H

#include <stddef.h>

/* Where something was written.  The file name belongs to the conf. */
struct place {
	const char	*file;
	int		 line;
};

struct errors {
	size_t	  count;
	char	**list;		/* "FILE:LINE: text" */
};

/*
 * Add a message, with the place before it unless that is NULL.  After
 * ERRORS_MOST further ones are dropped.
 */
#define ERRORS_MOST	50
void	 errors_add(struct errors *, const struct place *, const char *, ...)
	    __attribute__((__format__(printf, 3, 4)));
/* All messages, a line each, cut after so many octets; allocated. */
char	*errors_text(const struct errors *, size_t);
void	 errors_free(struct errors *);

#endif
