/*
 * What policy keeps for us, sealed, in verifier; pure but for randomness.
 * Must never use one derived key twice, nor give anything out of a value
 * whose tag does not verify.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>
#include <openssl/x509.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/wire.h"
#include "hfssod/verifier/aead.h"
#include "hfssod/verifier/vault.h"

/* version (1 octet), salt, ciphertext, tag */
#define VERSION		1
#define SALT		AEAD_SALT
#define TAG		AEAD_TAG
#define HEAD		(1 + SALT)
#define INFO_SECRET	"hfssod vault, client secret"
#define INFO_KEY	"hfssod vault, client key"

/* False: the connection has neither a secret nor a key. */
static bool
derive(const struct connection *c, const uint8_t *salt,
    uint8_t out[AEAD_DERIVED])
{
	unsigned char *der = NULL;
	struct bytes b;
	int len;

	if (c->secret.len > 0) {
		aead_derive(c->secret, INFO_SECRET, salt, out);
		return true;
	}
	if (c->signer.key == NULL)
		return false;
	if ((len = i2d_PrivateKey(c->signer.key, &der)) <= 0)
		fatalx("vault: i2d_PrivateKey");
	b.data = der;
	b.len = (size_t)len;
	aead_derive(b, INFO_KEY, salt, out);
	OPENSSL_clear_free(der, (size_t)len);
	return true;
}

/* Associated data: whose it is and what for, each with its length. */
static void
associate(struct writer *w, const struct connection *c, const char *purpose,
    const char *subject)
{
	wire_init(w, LIMIT_MESSAGE);
	wire_put_u8(w, VERSION);
	wire_put_string(w, c->organization->name);
	wire_put_string(w, c->view->name);
	wire_put_string(w, purpose);
	wire_put_string(w, subject);
	if (w->bad)
		fatalx("vault: context is too long");
}

uint8_t *
vault_close(const struct connection *c, const char *purpose,
    const char *subject, const char *text, size_t *len)
{
	uint8_t derived[AEAD_DERIVED], *out;
	struct writer ad;
	size_t n = strlen(text);

	if (n > LIMIT_SEALED - HEAD - TAG)
		return NULL;
	*len = HEAD + n + TAG;
	if ((out = malloc(*len)) == NULL)
		fatal("malloc");
	out[0] = VERSION;
	if (RAND_bytes(out + 1, SALT) != 1)
		fatalx("RAND_bytes");
	if (!derive(c, out + 1, derived)) {
		free(out);
		return NULL;
	}
	associate(&ad, c, purpose, subject);
	memcpy(out + HEAD, text, n);
	aead_encrypt(derived, &ad, out + HEAD, n);
	explicit_bzero(derived, sizeof(derived));
	wire_free(&ad);
	return out;
}

char *
vault_open(const struct connection *c, const char *purpose,
    const char *subject, const uint8_t *data, size_t len)
{
	uint8_t derived[AEAD_DERIVED];
	struct writer ad;
	size_t n;
	char *text;
	bool ok;

	if (len < HEAD + TAG || len > LIMIT_SEALED || data[0] != VERSION ||
	    !derive(c, data + 1, derived))
		return NULL;
	n = len - HEAD - TAG;
	if ((text = malloc(n + TAG)) == NULL)
		fatal("malloc");
	memcpy(text, data + HEAD, n + TAG);
	associate(&ad, c, purpose, subject);
	ok = aead_decrypt(derived, &ad, (uint8_t *)text, n);
	explicit_bzero(derived, sizeof(derived));
	wire_free(&ad);
	text[n] = '\0';
	if (ok && strlen(text) == n)
		return text;
	freezero(text, n + 1);
	return NULL;
}
