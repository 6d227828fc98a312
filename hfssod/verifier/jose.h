/*
 * JOSE: JWK sets (RFC 7517) and signed JWTs in compact form (RFC 7515,
 * RFC 7519, RFC 8725).  Pure.  What a key may verify follows from the key,
 * never from the token: RSA RS256, RS384, RS512, PS256; P-256 ES256, P-384
 * ES384; Ed25519 EdDSA; and if the key says alg, that alone.  There is no
 * "none", no HMAC, no key from a header, no encryption.
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
 * Read a JWK set.  Keys that can't verify a signature (use, key_ops, kty,
 * curve, alg, weak RSA) are counted and left out; so is every further one
 * with the same thumbprint.  Returns NULL, or why the set is of no use
 * (static): malformed, a key with private or symmetric parts, more than
 * LIMIT_JWKS, or no usable key.  jwk_set_free in any case.
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
 * Verify.  typ: what the header's typ must be ("logout+jwt"), without
 * regard to case and with or without "application/"; NULL: absent or any
 * but "logout+jwt" and "at+jwt".  ok, jwt_malformed, jwt_header (crit, b64,
 * typ, zip; a key or address of one in the header is passed over), jwt_algorithm,
 * jwt_key (its kid is of none of the keys; without kid: no key verifies and
 * the set has several), jwt_signature.  jwt_free in any case.
 */
enum verdict	 jwt_verify(const struct jwk_set *, const char *, size_t,
		    const char *, struct jwt *);
void		 jwt_free(struct jwt *);

/* A private key of ours that signs assertions. */
struct jwt_signer {
	EVP_PKEY	*key;
	const char	*alg;		/* "RS256", "ES256", "ES384", "EdDSA" */
};
/* From PEM; NULL, or what is wrong with it (static). */
const char	*jwt_signer_read(struct jwt_signer *, const void *, size_t);
void		 jwt_signer_free(struct jwt_signer *);
/*
 * Sign claims; kid "" : none.  The token, which the caller frees.
 */
char		*jwt_sign(const struct jwt_signer *, const char *,
		    const json_t *);

#endif
