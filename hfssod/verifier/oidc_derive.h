/*
 * What follows from the random secret of a login, so that nothing more
 * needs to be remembered, and the keys that make a second use impossible.
 * Pure.
 */
#ifndef VERIFIER_OIDC_DERIVE_H
#define VERIFIER_OIDC_DERIVE_H

#include <stddef.h>
#include <stdint.h>

#include "common/exchange.h"
#include "hfssod/verifier/seal.h"

#define OIDC_DERIVED	43	/* octets of base64url of 32 */

/*
 * HMAC-SHA256 over a label of each, keyed with the secret.  The verifier
 * (RFC 7636 section 4.1) is a secret until the token request.
 */
void	 oidc_nonce(const struct login_state *, char [OIDC_DERIVED + 1]);
void	 oidc_verifier(const struct login_state *, char [OIDC_DERIVED + 1]);
/* S256 of the verifier (RFC 7636 section 4.2). */
void	 oidc_challenge(const struct login_state *, char [OIDC_DERIVED + 1]);

/* SHA-256 over so many texts, each with its length. */
void	 oidc_burn_key(uint8_t [BURN_KEY], size_t, const char *const *);
/* Of the id of a login or logout of ours, as the SAML side does. */
void	 oidc_state_key(uint8_t [BURN_KEY], const struct login_state *);

#endif
