/*
 * Dry runs: a token whose requests work on a copy of the store, made when
 * the token was, and thrown away with it.
 */
#ifndef POLICY_DRYRUN_H
#define POLICY_DRYRUN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/verdict.h"
#include "hfssod/policy/store.h"
#include "hfssod/policy/token.h"

/*
 * policy.  Where copies lie: the store's directory ("" : the root), and
 * what was left there that no live token has is removed.
 */
void		 dryrun_start(const char *);
void		 dryrun_stop(void);
/*
 * The row of a token was committed, or revoked: make its copy, in slices
 * from the loop; or remove it (effect_call).
 */
void		 dryrun_begin(void *, uint64_t);
void		 dryrun_end(void *, uint64_t);
/* Once in each turn: a slice of what is being copied, what has expired. */
void		 dryrun_due(void);
/*
 * The copy of a dry token is now state.store, with a transaction of its
 * own: run the handler between the two.  enter: ok, token_not_ready or
 * unavailable.  leave: state.store is the live one again; what was done is
 * kept or not, effects on memory are dropped.  Returns the verdict.
 */
enum verdict	 dryrun_enter(const struct token *);
enum verdict	 dryrun_leave(enum verdict);

/*
 * reader.  The copy to read for that token, or the store that is given for
 * a token that is none of a dry run; NULL while it is not ready.  It is
 * open until the next call for another one.
 */
struct store	*dryrun_store(struct store *, const struct token *);

#endif
