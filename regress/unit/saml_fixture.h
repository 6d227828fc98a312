/*
 * Responses made at test time, good ones and bad ones: an identity
 * provider with throw-away keys, and a pen to forge with.
 */
#ifndef SAML_FIXTURE_H
#define SAML_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "hfssod/verifier/key.h"

#define FIXTURE_NOW	INT64_C(1767323075)	/* 2026-01-02T03:04:35Z */
#define FIXTURE_IDP	"https://idp.example.org/metadata"
#define FIXTURE_SP	"https://hub.example.com/organizations/acme/saml/metadata"
#define FIXTURE_ACS	"https://hub.example.com/organizations/acme/saml/consume"
#define FIXTURE_REQUEST	"_0123456789abcdef0123456789abcdef01234567"

enum fixture_key {
	BY_NONE,
	BY_RSA,			/* the provider's first key */
	BY_SECOND,		/* its second, RSA */
	BY_EC,			/* its third, P-256 */
	BY_STRANGER,		/* RSA, not in metadata */
	BY_HMAC,		/* a secret: the public key's PEM */
	BY_MAX
};

enum fixture_cipher { PLAIN, GCM128, GCM256, CBC128, CBC256, DES3,
    PLAIN_MAX };

/* One thing put for another; ends with a NULL. */
struct edit {
	const char	*from, *to;
};

/* How a message is made. */
struct make {
	const char		*name;
	enum fixture_key	 response;	/* who signs what */
	enum fixture_key	 assertion;
	enum fixture_cipher	 cipher;
	bool			 sha1;		/* digest and signature */
	bool			 rsa15;		/* key transport */
	bool			 other_key;	/* encrypted for somebody else */
	bool			 beside;	/* EncryptedKey beside the data */
	bool			 inclusive;	/* c14n of the reference */
	struct edit		 inner[4];	/* in the Assertion, before signing */
	struct edit		 sealed[4];	/* in it, after signing */
	struct edit		 outer[4];	/* in the Response, before signing */
	/*
	 * In place of the Assertion in the signed message: %O is it, %N is it
	 * without its Signature, %S that Signature, %E an evil copy without
	 * one, %F an evil copy of the same ID.
	 */
	const char		*wrap;
	const char		*extensions;	/* before Status, likewise */
	struct edit		 late[4];	/* in the whole, at the end */
	bool			 flip;		/* a bit of the last value */
};

/* Once: libraries and keys. */
void	 fixture_start(void);
/* Provider's keys as a connection has them; ours. */
const struct public_keys *fixture_keys(void);
const struct key_pairs *fixture_pairs(void);
/* The document; allocated. */
char	*fixture_make(const struct make *);
/* A key pair with a self-signed certificate: PEM of both, allocated. */
void	 fixture_pair(unsigned int, char **, char **);
/* Metadata of the provider, with all of its keys; allocated. */
char	*fixture_metadata(const char *entity_id);
/*
 * Sign the root of a document, of that name; sha1: by RSA-SHA1.  The old
 * text is freed.
 */
char	*fixture_sign(char *, const char *, enum fixture_key, bool sha1);
/* The signature of octets with that digest, in base64, as XML has it. */
char	*fixture_octets(enum fixture_key, const char *digest, const char *);
/* The text of an element as an EncryptedID for our second key; allocated. */
char	*fixture_encrypt_id(const char *);
/* Every "from" that is found becomes "to"; allocated, the old is freed. */
char	*fixture_edit(char *, const struct edit *);

#endif
