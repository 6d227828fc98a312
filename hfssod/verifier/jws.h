/*
 * JSON Web Signature in compact form (RFC 7515), beneath jose.h.  Pure.
 */
#ifndef VERIFIER_JWS_H
#define VERIFIER_JWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <openssl/evp.h>

#include "common/verdict.h"
#include "hfssod/verifier/jose.h"

/* An algorithm (RFC 7518 section 3, RFC 8037, RFC 9864). */
struct jws_algorithm {
	const char	*name;
	enum jwk_type	 type;		/* the keys that it is for */
	const char	*hash;		/* also of at_hash and c_hash */
	bool		 pss;
};

/* The one of that name, exactly; NULL: none that we take. */
const struct jws_algorithm *jws_algorithm(const char *);
/* Its hash, fetched once. */
const EVP_MD	*jws_hash(const struct jws_algorithm *);
/* Octets of each of r and s; 0: no ECDSA. */
size_t		 jws_half(enum jwk_type);

/* What a signature stands for. */
struct jws {
	json_t		*header;
	uint8_t		*payload;
	size_t		 payload_len;
	const struct jwk *key;
};
/*
 * Verify as jwt_verify does, but for typ and whatever the payload is.
 * jws_free in any case.
 */
enum verdict	 jws_verify(const struct jwk_set *, const char *, size_t,
		    struct jws *);
void		 jws_free(struct jws *);

#endif
