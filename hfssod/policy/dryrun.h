/*
 * Dry runs: a token whose requests work on a copy of the store, made when
 * the token was, and thrown away with it.
 */
#ifndef POLICY_DRYRUN_H
#define POLICY_DRYRUN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/request.h"
#include "common/verdict.h"
#include "hfssod/policy/store.h"
#include "hfssod/policy/token.h"

/* Where copies lie: the store's directory ("" : the root). */
void		 dryrun_init(const char *);

/* policy: what was left of the time before; the store is open. */
void		 dryrun_start(void);
void		 dryrun_stop(void);
/*
 * The row of a token is committed: its copy is to be made.  It is revoked:
 * the copy goes.  For effect_call.
 */
void		 dryrun_begin(void *, uint64_t);
void		 dryrun_end(void *, uint64_t);
/*
 * Between turns: a slice of a copy, and what has expired goes.  Whether
 * there is more to do soon.
 */
bool		 dryrun_due(void);
/*
 * The copy of a dry token is state.store now, in a transaction of its own:
 * run the handler between the two.  enter: ok, token_not_ready or
 * unavailable.  leave: state.store is the live one again; what was done is
 * committed there if the verdict is not unavailable, effects on memory are
 * dropped.  Returns the verdict.
 */
enum verdict	 dryrun_enter(const struct token *);
enum verdict	 dryrun_leave(enum verdict);
/*
 * Within: somebody active would be deactivated or deleted.  Who that was,
 * after leave, until the next enter; tell audit in the live store's
 * transaction.
 */
void		 dryrun_withdraw(const char *);
bool		 dryrun_withdrawn(void);
void		 dryrun_tell(const struct token *, const struct request *);

/*
 * reader: the copy to read for that token, or the store that is given for
 * a token that is none of a dry run; NULL while it is not ready.  It stays
 * open until the next call with another one.
 */
struct store	*dryrun_store(struct store *, const struct token *);

#endif
