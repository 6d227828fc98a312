/*
 * What we ask of an OpenID Provider: the texts alone.  Pure but for
 * randomness.
 */
#ifndef VERIFIER_OIDC_REQUEST_H
#define VERIFIER_OIDC_REQUEST_H

#include <stdint.h>

#include "common/provider.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/discovery.h"
#include "hfssod/verifier/seal.h"

/*
 * Where the browser goes for a login of that state (OpenID Connect Core
 * 3.1.2.1, RFC 7636 section 4.3).  Allocated; NULL: it is too long.
 */
char	*oidc_authorization_url(const struct connection *,
	    const struct discovery *, const struct login_state *);

/* A request to an endpoint, and what it owns. */
struct oidc_question {
	struct fetch_request	 request;
	char			*body;
	char			*authorization;
};
/*
 * To the token endpoint: a code for tokens (Core 3.1.3.1), maybe with the
 * other client authentication (client_auth.h), or a refresh token for new
 * ones (Core 12.1), at the given moment, within so many milliseconds.
 * NULL, or why it can't be asked (static).  oidc_question_free in any case.
 */
const char	*oidc_ask_code(struct oidc_question *,
		    const struct connection *, const struct discovery *,
		    const struct login_state *, const char *, bool,
		    int64_t, uint32_t);
const char	*oidc_ask_refresh(struct oidc_question *,
		    const struct connection *, const struct discovery *,
		    const char *, int64_t, uint32_t);
/* To userinfo, with an access token (Core 5.3.1). */
const char	*oidc_ask_userinfo(struct oidc_question *,
		    const struct connection *, const struct discovery *,
		    const char *, uint32_t);
void		 oidc_question_free(struct oidc_question *);

/*
 * Where the browser goes to end the provider's session (RP-Initiated
 * Logout 2): hint is the ID token, or "".  Allocated; NULL: too long.
 */
char	*oidc_logout_url(const struct connection *, const struct discovery *,
	    const char *, const char *);

#endif
