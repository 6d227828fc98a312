/*
 * Lists that no index has in order: read, put in order in memory, kept
 * between the slices of a page.
 */
#ifndef POLICY_SCIM_SORT_H
#define POLICY_SCIM_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scim_sorted;

/* A new one of that question; the oldest of too many is forgotten. */
struct scim_sorted *scim_sorted_new(uint64_t);
/* By its number, of that question; NULL if it is gone. */
struct scim_sorted *scim_sorted_find(uint64_t, uint64_t);
uint64_t	 scim_sorted_number(const struct scim_sorted *);
void		 scim_sorted_free(struct scim_sorted *);
/* False: there are too many. */
bool		 scim_sorted_add(struct scim_sorted *, const char *, int64_t);
/* All are there: put them in order, if they are not. */
void		 scim_sorted_order(struct scim_sorted *, bool);
bool		 scim_sorted_ready(const struct scim_sorted *);
size_t		 scim_sorted_count(const struct scim_sorted *);
/* In order: row and key. */
int64_t		 scim_sorted_row(const struct scim_sorted *, size_t);
const char	*scim_sorted_key(const struct scim_sorted *, size_t);
/* The first one behind that key and row. */
size_t		 scim_sorted_behind(const struct scim_sorted *, const char *,
		    int64_t);

#endif
