/*
 * AES-256-GCM under keys that are used once: each value has a key and nonce
 * of its own, derived by HKDF-SHA256 (RFC 5869) from a lasting secret and a
 * random salt.  What seal.c and vault.c share.  Pure.
 */
#ifndef VERIFIER_AEAD_H
#define VERIFIER_AEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire.h"

#define AEAD_SALT	24
#define AEAD_TAG	16
#define AEAD_DERIVED	(32 + 12)	/* key and nonce; clear it after use */

/* Load what is loaded once: before the sandbox. */
void	 aead_start(void);
/* Derive from a secret, for what the text says, with AEAD_SALT octets. */
void	 aead_derive(struct bytes, const char *, const uint8_t *,
	    uint8_t [AEAD_DERIVED]);
/* Encrypt so many octets in place; the tag goes behind them. */
void	 aead_encrypt(const uint8_t [AEAD_DERIVED], const struct writer *,
	    uint8_t *, size_t);
/*
 * Decrypt in place what the tag stands behind; false if the tag is wrong,
 * and the octets are cleared.
 */
bool	 aead_decrypt(const uint8_t [AEAD_DERIVED], const struct writer *,
	    uint8_t *, size_t);

#endif
