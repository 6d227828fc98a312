/*
 * JOSE: JWK sets (RFC 7517) and signed JWTs in compact form (RFC 7515,
 * RFC 7519, RFC 8725).  Pure.  What a key may verify follows from the key,
 * never from the token: RSA RS256, RS384, RS512, PS256; P-256 ES256, P-384
 * ES384; Ed25519 EdDSA and Ed25519 (RFC 9864); and if the key says alg,
 * that alone.  There is no "none", no HMAC, no key from a header, no
 * encryption.
 */
#ifndef VERIFIER_JOSE_H
#define VERIFIER_JOSE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <openssl/evp.h>

#include "common/verdict.h"

enum jwk_type { JWK_RSA, JWK_P256, JWK_P384, JWK_ED25519, JWK_TYPE_MAX };

struct jwk {
	enum jwk_type	 type;
	char		*kid;		/* "" : none */
	char		*alg;		/* "" : any that its type allows */
	EVP_PKEY	*key;
	unsigned char	 thumbprint[32]; /* SHA-256, RFC 7638 */
};
struct jwk_set {
	size_t		 count;
	struct jwk	*list;
	size_t		 ignored;	/* keys of other kinds and uses */
};

/*
 * Do once what every token does, before the sandbox is closed, so that no
 * library opens a file later.
 */
void		 jose_start(void);

/*
 * Read a JWK set.  Keys that can't verify a signature (use, key_ops, kty,
 * curve, alg, RSA outside of 2048 to 8192 bits or with an exponent that is
 * even, 1 or above 2^32, a point that is not on its curve) are counted and
 * left out; so is one that is there already with the same kid and alg.
 * Certificates (x5c, x5u) mean nothing.  Returns NULL, or why the set is of
 * no use (static): malformed, a key with private or symmetric parts, more
 * than LIMIT_JWKS, or no usable key.  jwk_set_free in any case.
 */
const char	*jwk_set_read(struct jwk_set *, const void *, size_t);
void		 jwk_set_free(struct jwk_set *);
/* Whether two sets have a key in common. */
bool		 jwk_set_shares(const struct jwk_set *, const struct jwk_set *);

/* A token that was verified. */
struct jwt {
	json_t		*header;
	json_t		*claims;
	const struct jwk *key;
};
/*
 * Verify.  typ: what the header's typ may be ("logout+jwt") beside "JWT"
 * and none at all, as older providers have it; NULL: no type of its own.
 * Those are all that end in "+jwt" (RFC 8725 section 3.11), compared
 * without regard to case and with or without "application/".
 *
 * A kid chooses the keys with that kid, or all if none of the set has any;
 * without one all keys are tried that can have made the signature.
 *
 * ok; jwt_malformed; jwt_header (crit, b64, typ, zip, a kid or alg that is
 * no string; a key or address of one in the header is passed over);
 * jwt_algorithm (no chosen key is of that algorithm); jwt_key (no key has
 * the kid, or nothing chose a key and none of them verifies: the provider
 * may have new ones); jwt_signature.  jwt_free in any case.
 */
enum verdict	 jwt_verify(const struct jwk_set *, const char *, size_t,
		    const char *, struct jwt *);
void		 jwt_free(struct jwt *);

/* A private key of ours that signs assertions. */
struct jwt_signer {
	EVP_PKEY	*key;
	const char	*alg;		/* "RS256", "ES256", "ES384", "EdDSA" */
};
/*
 * From PEM without a passphrase: RSA (RS256), P-256, P-384 or Ed25519.
 * NULL, or what is wrong with it (static); jwt_signer_free in any case.
 */
const char	*jwt_signer_read(struct jwt_signer *, const void *, size_t);
void		 jwt_signer_free(struct jwt_signer *);
/* Sign claims; kid "" : none.  The token, which the caller frees. */
char		*jwt_sign(const struct jwt_signer *, const char *,
		    const json_t *);

#endif
