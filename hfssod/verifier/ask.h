/*
 * What verifier asks of fetch.  Each question has one answer: from fetch,
 * or our own when it falls, stays away, or says nothing in time.
 */
#ifndef VERIFIER_ASK_H
#define VERIFIER_ASK_H

#include <stdint.h>

#include "common/child.h"
#include "common/provider.h"

/* The answer is good until the function returns. */
typedef void	 ask_fn(void *, const struct fetch_answer *);

/*
 * Ask; the function is called once, never before this returns.  The number
 * names the question (never 0).
 */
uint64_t	 ask_fetch(const struct fetch_request *, ask_fn *, void *);
/* Forget a question: its function is not called any more. */
void		 ask_forget(uint64_t);

/* fetch_answer; a number that names no open question is passed over. */
handler_fn	 ask_answered;
/* fetch is there, again: it is asked what waited for it. */
void		 ask_joined(struct peer *);
/* fetch is gone: every open question is answered FETCH_LOST. */
void		 ask_lost(void);
void		 ask_start(void);

#endif
