/*
 * Single logout: our request to the identity provider, and what comes from
 * it, a request of its own or the answer to ours.  Pure but for
 * randomness.
 */
#ifndef VERIFIER_LOGOUT_H
#define VERIFIER_LOGOUT_H

#include <stdint.h>

#include "common/exchange.h"
#include "common/form.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/login.h"
#include "hfssod/verifier/logout_check.h"
#include "hfssod/verifier/redirect.h"
#include "hfssod/verifier/seal.h"

/*
 * A session has ended here: where the browser goes to end the provider's.
 * started.url is "" where that can't be: no key of ours that signs, no
 * SingleLogoutService, connection gone or disabled, no keys from policy
 * yet.  login_free must follow.
 */
void	 logout_begin(const struct config *, const struct seal_keys *,
	    const struct logout_start *, int64_t, struct login *);

/* The outcome, and what its strings point into. */
struct logout {
	struct logout_outcome	 outcome;
	const struct connection	*connection;
	struct redirect		 redirect;
	struct form		 form;
	const char		*message;	/* base64 */
	const char		*relay;
	struct login_state	 state;
	struct logout_facts	 facts;
	uint8_t			 login_key[BURN_KEY];
	uint8_t			 message_key[BURN_KEY];
	char			 id[SEAL_ID + 1];
	char			*url;
	char			*field;
};

/*
 * Begin an outcome, whatever the protocol, as consume_begin does.
 * logout_free must follow.
 */
void	 logout_open(struct logout *, const struct config *,
	    const struct sso_request *, uint64_t);
/*
 * Judge a SAML message at the logout address at the given moment; the number is
 * the instance that it came from.  With a LogoutRequest that is right, our
 * signed answer is in the outcome, which policy lets out when the sessions
 * have ended.  logout_free must follow.
 */
void	 logout_receive(const struct config *, const struct seal_keys *,
	    const struct sso_request *, uint64_t, int64_t, struct logout *);
void	 logout_free(struct logout *);

#endif
