/*
 * A hash table of pointers, open addressing: the smallest thing that finds
 * one session among a hundred thousand.  Pure.
 *
 * An entry begins with its key; the first eight octets of the key are its
 * hash and must be well mixed.  Out of memory is fatal.
 */
#ifndef POLICY_TABLE_H
#define POLICY_TABLE_H

#include <stddef.h>

struct table {
	void	**slots;
	size_t	  size;		/* a power of two, or 0 */
	size_t	  count;
	size_t	  key;		/* octets of a key, at least 8 */
};

void	 table_init(struct table *, size_t);
/* The entries are not freed. */
void	 table_free(struct table *);
/* NULL if there is none with that key. */
void	*table_find(const struct table *, const void *);
/* The key must not be in it. */
void	 table_add(struct table *, void *);
/* The entry must be in it. */
void	 table_remove(struct table *, const void *);

#endif
