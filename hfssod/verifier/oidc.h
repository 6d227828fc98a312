/*
 * OpenID Connect, as a relying party: code flow with PKCE (OpenID Connect
 * Core 3.1, RFC 7636, RFC 9207), logout of every kind, and the refresh
 * token that tells whether somebody is still there.  Talks to fetch
 * through ask.h.
 */
#ifndef VERIFIER_OIDC_H
#define VERIFIER_OIDC_H

#include <stdbool.h>
#include <stdint.h>

#include "common/exchange.h"
#include "common/provider.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/consume.h"
#include "hfssod/verifier/job.h"
#include "hfssod/verifier/login.h"
#include "hfssod/verifier/logout.h"

/*
 * The authorization request for a state that was sealed already: fills in
 * login->url and started.url.  The documents must be there.
 */
void	 oidc_request(const struct connection *, struct login *);

/*
 * Judge what came back to the redirect URI.  Calls the function once,
 * maybe at once, with an outcome as consume() makes it, which is good until
 * the function returns; the job stays the caller's.
 */
typedef void	 oidc_consumed_fn(struct job *, struct consumed *);
void	 oidc_consume(struct job *, oidc_consumed_fn *);

/*
 * RP-initiated logout: where the browser goes; started.url stays "" where
 * the provider has no end_session_endpoint.
 */
void	 oidc_logout_begin(const struct connection *, const struct seal_keys *,
	    const struct logout_start *, int64_t, struct login *);

/*
 * A message at a logout address: the return from the above (state),
 * front-channel logout (iss and sid), back-channel logout (POST of a
 * logout_token).  As oidc_consume.
 */
typedef void	 oidc_logged_out_fn(struct job *, struct logout *);
void	 oidc_logout(struct job *, oidc_logged_out_fn *);

/*
 * check_start: calls the function once with the outcome, whose strings are
 * good until it returns.  The number is the message's.
 */
typedef void	 oidc_checked_fn(uint64_t, const struct check_outcome *);
void	 oidc_check(uint64_t, const struct check_start *, oidc_checked_fn *);

#endif
