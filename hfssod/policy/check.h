/*
 * Still there?  For providers that tell nobody when somebody leaves:
 * policy lets verifier ask now and then with the token that a login left,
 * and ends whom the provider knows no more, until his next good login.
 */
#ifndef POLICY_CHECK_H
#define POLICY_CHECK_H

#include <stdint.h>

#include "common/request.h"
#include "common/verdict.h"
#include "common/wire.h"

#define CHECKS_OPEN	8	/* at once, of one verifier */
#define CHECKS_EACH	4	/* and of one connection */
#define CHECK_SECONDS	300	/* then it is not waited for any more */
#define CHECK_RETRY	60	/* seconds after a first failure; doubled */

/* The handler of check_outcome; there is no answer to it. */
enum verdict	 check_outcome(struct request *, struct reader *,
		    struct writer *);
/*
 * Between turns: once a second ask about who is due, and write again what
 * the store did not take.
 */
void		 check_due(void);
/* The verifier with this instance is gone: what it was asked is due. */
void		 check_lost(uint64_t);
/* At the end. */
void		 check_free(void);

#endif
