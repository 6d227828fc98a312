/*
 * What becomes of a login: an outcome from verifier goes in, one
 * transaction is written, an answer for the browser comes out.
 */
#ifndef POLICY_LOGIN_H
#define POLICY_LOGIN_H

#include "common/exchange.h"

/*
 * The handler of login_outcome; the answer goes to state.origin.  Called
 * within a transaction.
 */
enum verdict	 login_outcome(struct request *, struct reader *,
		    struct writer *);
/* login_answer with a verdict alone. */
void		 login_refuse(struct writer *, enum verdict);

/*
 * The same without the wire.  The answer's strings live until the next
 * call.  state.group is the verifier group that says so.
 */
void		 login_run(const struct outcome *, struct login_answer *);

#endif
