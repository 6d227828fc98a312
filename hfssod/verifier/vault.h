/*
 * What policy keeps for us without being able to read it: refresh tokens
 * and ID tokens, sealed (AES-256-GCM) with a key that is derived (HKDF,
 * random salt) from the connection's client secret or client key, which
 * policy never has.  Another secret opens nothing.  Pure but for
 * randomness.
 */
#ifndef VERIFIER_VAULT_H
#define VERIFIER_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "hfssod/verifier/config.h"

/*
 * Seal for a purpose ("check", "hint") and a subject.  Allocated, *len
 * octets, at most LIMIT_SEALED; NULL if it is too long, or if the connection
 * has neither secret nor key.
 */
uint8_t		*vault_close(const struct connection *, const char *,
		    const char *, const char *, size_t *);
/* The text, NUL-terminated; freezero it.  NULL: not of this connection,
 * purpose and subject. */
char		*vault_open(const struct connection *, const char *,
		    const char *, const uint8_t *, size_t);

#endif
