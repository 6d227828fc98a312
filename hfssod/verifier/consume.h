/*
 * The answer to a login: from a form that a browser posted to the one
 * outcome that policy gets.
 */
#ifndef VERIFIER_CONSUME_H
#define VERIFIER_CONSUME_H

#include <stdint.h>

#include "common/exchange.h"
#include "common/form.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/response.h"
#include "hfssod/verifier/seal.h"

/* The outcome, and what its strings point into. */
struct consumed {
	struct outcome		 outcome;
	const struct connection	*connection;
	struct form		 form;
	struct login_state	 state;
	bool			 solicited;	/* state is of our request */
	struct facts		 facts;
	uint8_t			 login_key[BURN_KEY];
	uint8_t			 message_key[BURN_KEY];
};

/*
 * Begin an outcome, whatever the protocol: who asked, and of which
 * connection, which is set (NULL: there is none of that name that speaks
 * the protocol of the address).  The number is the instance that the
 * request came from.  consume_free must follow.
 */
void	 consume_begin(struct consumed *, const struct config *,
	    const struct sso_request *, uint64_t);
/*
 * For a connection test (state.test), once the facts are proved: say so in
 * the outcome and list the attributes of the facts, as many as a message
 * holds.  They stay there when a later check refuses.
 */
void	 consume_received(struct consumed *);
/*
 * Judge a SAML Response at the given moment.  keys is NULL before policy
 * offered any.  The verdict is in the outcome; consume_free must follow.
 */
void	 consume(const struct config *, const struct seal_keys *,
	    const struct sso_request *, uint64_t, int64_t, struct consumed *);
/*
 * Make a refusal of it: the verdict and the detail (static), and nothing
 * of what was found, but what consume_received listed.
 */
void	 consume_refuse(struct consumed *, enum verdict, const char *);
void	 consume_free(struct consumed *);

#endif
