/*
 * A generation of configuration as a child receives it: the view and its
 * files, kept while they are in use.  Used by child.c alone.
 */
#ifndef COMMON_GENERATION_H
#define COMMON_GENERATION_H

#include "common/child.h"

struct generation;

/* An empty generation of that number. */
struct generation	*generation_new(uint64_t);
/* Clears and frees everything; NULL is fine. */
void			 generation_free(struct generation *);
uint64_t		 generation_number(const struct generation *);
/*
 * Take the view, or a file of that name (copied), out of a memory file;
 * closes the descriptor.  A descriptor that is no sealed memory file is
 * fatal, since only parent sends them.
 */
void			 generation_view(struct generation *, int);
void			 generation_file(struct generation *, const char *,
			    int);
/* The view's octets, and the files. */
struct bytes		 generation_octets(const struct generation *);
const struct view_files	*generation_files(const struct generation *);

#endif
