/*
 * How a client shows the token endpoint that it is the client: with its
 * secret, or with an assertion that it signs (OpenID Connect Core 9,
 * RFC 6749 2.3.1, RFC 7523, RFC 10070).  Pure but for randomness.
 */
#ifndef VERIFIER_CLIENT_AUTH_H
#define VERIFIER_CLIENT_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/wire.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/discovery.h"

/*
 * By the setting, else the first of private_key_jwt, client_secret_basic
 * and client_secret_post that we have what it takes for and the provider
 * offers; with true the second of them, for a provider that offers both
 * but takes one from each client.  NULL, or why there is none (static).
 */
const char	*client_auth_choose(const struct connection *,
		    const struct discovery *, bool, enum client_auth *);

/*
 * Add to the body of a request to the token endpoint at the given moment
 * what proves who we are, chosen as above.  *authorization becomes the
 * value of the header field, or "", allocated; freezero both after use.
 * NULL, or why it can't be done (static), *authorization then is NULL.
 */
const char	*client_auth_add(const struct connection *,
		    const struct discovery *, bool, int64_t,
		    struct writer *, char **);

/* "client_secret_basic"; static. */
const char	*client_auth_name(enum client_auth);

#endif
