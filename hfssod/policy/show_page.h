/*
 * A page of what hfssoctl is shown: the question, reader's store, the
 * records, where the list goes on.  Every show_*.c has its lists on it.
 */
#ifndef POLICY_SHOW_PAGE_H
#define POLICY_SHOW_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/record.h"
#include "common/verdict.h"
#include "common/wire.h"
#include "hfssod/policy/store.h"

#define PAGE	(56 * 1024)	/* octets of records; more begins a new page */

/* One answer, while it is put together. */
struct page {
	struct ctl_question	 q;
	struct writer		 body;
	char			 after[256];	/* "": it is the last one */
};

/*
 * Open the store if it is not, decode the question, begin to read.  End
 * the page whatever this returned, with the verdict: the octets of
 * ctl_records are written there, and the page's memory freed.
 */
enum verdict	 page_begin(struct page *, struct reader *);
enum verdict	 page_end(struct page *, enum verdict, struct writer *);
/* The organization of the question. */
enum verdict	 page_organization(const struct page *, int64_t *);
/*
 * The rows of a statement from its first step on, a record of each: column
 * 0 is, as text, where the list goes on behind that row.  A row that would
 * exceed the page begins the next one.
 */
typedef void	 page_put_fn(struct writer *, enum statement);
void		 page_rows(struct page *, enum statement, enum step,
		    page_put_fn *);
/*
 * A whole answer: the rows of a statement that takes an organization, the
 * question's, and the number behind which, or before which, it goes on;
 * the one to begin with is given.
 */
enum verdict	 show_of_organization(struct reader *, struct writer *,
		    enum statement, int64_t, page_put_fn *);
/* Part of a continuation key; 0 if it is none. */
int64_t		 page_number(const char *);
/* A time, or null for 0. */
void		 page_time(struct writer *, const char *, int64_t);

/* ctl_records with a verdict and nothing to show. */
void		 show_refuse(struct writer *, enum verdict);

#endif
