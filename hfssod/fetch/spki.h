/*
 * The public key of a certificate, for pins.  Pure.
 */
#ifndef FETCH_SPKI_H
#define FETCH_SPKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire.h"

#define SPKI_HASH	32		/* octets of SHA-256 */

/*
 * Find the SubjectPublicKeyInfo of a DER certificate (RFC 5280 4.1), with
 * its own tag and length.  It points into the certificate.  False for
 * anything but a whole, strictly encoded certificate of that shape.
 */
bool	 spki_find(struct bytes, struct bytes *);
/*
 * SHA-256 of the key of the first certificate in PEM text; false if there
 * is none, or it is malformed.
 */
bool	 spki_hash(const char *, size_t, uint8_t [SPKI_HASH]);
/*
 * Whether a pin, "sha256:BASE64" or only its BASE64 (RFC 7469 2.4), is
 * that hash.  A malformed pin is none.
 */
bool	 spki_pinned(const char *, const uint8_t [SPKI_HASH]);

#endif
