/*
 * Single logout: sessions that the identity provider ends, and telling it
 * that one has ended here.
 */
#ifndef POLICY_LOGOUT_H
#define POLICY_LOGOUT_H

#include <stdbool.h>

#include "common/exchange.h"
#include "hfssod/policy/session.h"

/*
 * The handler of logout_outcome; the answer goes to state.origin.  Called
 * within a transaction.
 */
enum verdict	 logout_outcome(struct request *, struct reader *,
		    struct writer *);
/* logout_answer with a verdict alone. */
void		 logout_refuse(struct writer *, enum verdict);

/*
 * A session is about to end at the wish of its own browser: let logout_start
 * go to the verifier of its newest stamp, once that is committed.  False if
 * there is nobody to tell.  Reads the store only.
 */
bool		 logout_follow(const struct session *, const struct request *);

#endif
