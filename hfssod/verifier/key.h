/*
 * Keys: bare public keys that verify, and our own key pairs.  Certificates
 * are taken apart at load; nothing of them but the public key takes part
 * in a verification.  Their dates mean nothing to it (SAML metadata
 * interoperability profile, section 2.5), but people are told of them.
 */
#ifndef VERIFIER_KEY_H
#define VERIFIER_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

/* What a key may verify follows from this. */
enum key_type { KEY_RSA, KEY_EC, KEY_TYPE_MAX };

struct public_key {
	enum key_type	 type;
	EVP_PKEY	*key;
	void		*xmlsec;	/* xmlSecKey, for signature.c alone */
	/* Of the certificate that it came in; of several, the last to end. */
	int64_t		 expires;	/* notAfter, seconds; 0: none */
	uint8_t		 fingerprint[32]; /* SHA-256 */
};

struct public_keys {
	size_t			 count;
	struct public_key	*list;
};

/* A pair of ours: RSA, at least 2048 bits. */
struct key_pair {
	EVP_PKEY	*key;
	char		*certificate;	/* base64 of its DER, one line */
};

struct key_pairs {
	size_t		 count;
	struct key_pair	*list;
};

/*
 * Add a public key to a list; the reference is taken over.  A key that is
 * there already is dropped.  Returns NULL, or why the key is of no use
 * (static): RSA of 2048 to 8192 bits, EC on P-256, P-384 or P-521.
 */
const char	*public_keys_add(struct public_keys *, EVP_PKEY *);
/* The same from a certificate in DER. */
const char	*public_keys_certificate(struct public_keys *,
		    const uint8_t *, size_t);
/* The same from the first certificate in PEM. */
const char	*public_keys_pem(struct public_keys *, const uint8_t *,
		    size_t);
/* Whether two lists have a key in common. */
bool		 public_keys_share(const struct public_keys *,
		    const struct public_keys *);
void		 public_keys_free(struct public_keys *);

/*
 * Add a pair from PEM: a private key without passphrase, and the
 * certificate of that key (the first one in its file).  NULL, or what is
 * wrong (static).
 */
const char	*key_pairs_add(struct key_pairs *, const uint8_t *, size_t,
		    const uint8_t *, size_t);
void		 key_pairs_free(struct key_pairs *);

#endif
