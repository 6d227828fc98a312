/*
 * The refresh token that tells whether somebody is still there, as policy
 * keeps it.  Pure but for randomness.
 */
#ifndef VERIFIER_OIDC_CHECK_H
#define VERIFIER_OIDC_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "hfssod/verifier/config.h"

/*
 * Seal a refresh token for a subject, and beside it whose it is (issuer)
 * and what the provider itself calls him ("sub"), which every ID token
 * that comes for it must say.  As vault_close.
 */
uint8_t	*oidc_check_close(const struct connection *, const char *,
	    const char *, const char *, size_t *);

#endif
