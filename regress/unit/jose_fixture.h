/*
 * Keys, key sets and tokens for tests, also such as nobody should make.
 */
#ifndef JOSE_FIXTURE_H
#define JOSE_FIXTURE_H

#include <stddef.h>

#include <jansson.h>
#include <openssl/evp.h>

enum jf { JF_RSA, JF_RSA2, JF_RSA1024, JF_P256, JF_P256B, JF_P384, JF_P521,
    JF_ED25519, JF_SECP256K1, JF_MAX };

/* The key of that number, made once. */
EVP_PKEY	*jf_key(enum jf);
/* Its public JWK; kid and alg "" : none.  A new reference. */
json_t		*jf_jwk(enum jf, const char *, const char *);
/* "{"keys":[...]}" of up to three, whose references are taken; allocated. */
char		*jf_set(json_t *, json_t *, json_t *);
/* base64url of text; allocated. */
char		*jf_part(const char *);
/*
 * A token: signed as alg says with the key, whatever the header (JSON text)
 * says; "none" leaves the signature empty, and HS256 takes the octets.
 * Allocated.
 */
char		*jf_token(enum jf, const char *, const char *, const char *);
char		*jf_hmac(const void *, size_t, const char *, const char *);
/* What signs, as octets of a compact token; base64url, allocated. */
char		*jf_signature(enum jf, const char *, const char *);
/* The private or public key as PEM; allocated. */
char		*jf_pem(enum jf, int);

#endif
