/*
 * SCIM lists, in slices: each answer was found in its time and fits into
 * its room.
 */
#ifndef POLICY_SCIM_LIST_H
#define POLICY_SCIM_LIST_H

#include "hfssod/policy/scim_cursor.h"
#include "hfssod/policy/scim_item.h"

/* One slice of a page. */
struct listing {
	struct scim		*s;
	const struct scim_list	*q;
	int64_t			 count;		/* resources of a page */
	uint64_t		 query;		/* its number */
	struct scim_plan	 plan;
	struct scim_needs	 needs;
	struct scim_progress	 p;
	struct scim_listed	*answer;
	size_t			 octets;
	size_t			 rows;		/* looked at */
	int64_t			 moved;		/* of the connection */
	int64_t			 deadline;	/* monotonic milliseconds */
	bool			 done;		/* the page is whole */
	bool			 full;		/* the slice is */
};

/* A slice of a question; what it answers is in the pool. */
enum verdict	 scim_list_find(struct scim *, const struct scim_list *,
		    struct scim_listed *);
/* The handler and its answer with a verdict alone (scim_list_turn.c). */
enum verdict	 scim_list(struct request *, struct reader *,
		    struct writer *);
void		 scim_list_refuse(struct writer *, enum verdict);

/* scim_list.c, for scim_list_sorted.c. */
/* The row is said; false if the answer is full before it. */
bool		 listing_say(struct listing *, enum statement);
/* Whether the slice's time is over; asked for every row. */
bool		 listing_late(struct listing *);
/* Go on with a list that is sorted in memory. */
enum verdict	 listing_sorted(struct listing *);
/* Each row of the plan that matches, until the function says false. */
typedef bool	 listing_fn(struct listing *, enum statement, void *);
void		 listing_walk(struct listing *, listing_fn *, void *);

#endif
