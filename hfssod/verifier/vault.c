/*
 * What policy keeps for us, sealed, in verifier; pure but for randomness.
 * Must never use one derived key twice, nor give anything out of a value
 * whose tag does not verify.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/wire.h"
#include "hfssod/verifier/vault.h"

/* version (1 octet), salt, ciphertext, tag */
#define VERSION		1
#define SALT		24
#define TAG		16
#define HEAD		(1 + SALT)
#define DERIVED		(32 + 12)	/* key and nonce */
#define INFO_SECRET	"hfssod vault, client secret"
#define INFO_KEY	"hfssod vault, client key"

static EVP_KDF		*kdf;
static EVP_CIPHER	*cipher;

/* HKDF (RFC 5869) over octets that only we have. */
static void
expand(struct bytes from, const char *label, const uint8_t *salt,
    uint8_t out[DERIVED])
{
	char digest[] = "SHA256", info[64];
	OSSL_PARAM params[5];
	EVP_KDF_CTX *ctx;

	strlcpy(info, label, sizeof(info));
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
	    digest, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
	    (void *)(uintptr_t)from.data, from.len);
	params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
	    (void *)(uintptr_t)salt, SALT);
	params[3] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
	    info, strlen(info));
	params[4] = OSSL_PARAM_construct_end();
	if ((ctx = EVP_KDF_CTX_new(kdf)) == NULL ||
	    EVP_KDF_derive(ctx, out, DERIVED, params) != 1)
		fatalx("vault: EVP_KDF_derive");
	EVP_KDF_CTX_free(ctx);
}

/* False: the connection has neither a secret nor a key. */
static bool
derive(const struct connection *c, const uint8_t *salt, uint8_t out[DERIVED])
{
	unsigned char *der = NULL;
	struct bytes b;
	int len;

	if (c->secret.len > 0) {
		expand(c->secret, INFO_SECRET, salt, out);
		return true;
	}
	if (c->signer.key == NULL)
		return false;
	if ((len = i2d_PrivateKey(c->signer.key, &der)) <= 0)
		fatalx("vault: i2d_PrivateKey");
	b.data = der;
	b.len = (size_t)len;
	expand(b, INFO_KEY, salt, out);
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

static void
encrypt(const uint8_t *derived, const struct writer *ad, const char *text,
    size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx;
	int n;

	if ((ctx = EVP_CIPHER_CTX_new()) == NULL ||
	    EVP_EncryptInit_ex2(ctx, cipher, derived, derived + 32,
	    NULL) != 1 ||
	    EVP_EncryptUpdate(ctx, NULL, &n, ad->data, (int)ad->len) != 1 ||
	    EVP_EncryptUpdate(ctx, out, &n, (const uint8_t *)text,
	    (int)len) != 1 ||
	    EVP_EncryptFinal_ex(ctx, out + n, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG,
	    out + len) != 1)
		fatalx("vault: AES-256-GCM");
	EVP_CIPHER_CTX_free(ctx);
}

/* False if the tag is wrong; what was written then is cleared. */
static bool
decrypt(const uint8_t *derived, const struct writer *ad, const uint8_t *data,
    size_t len, char *out)
{
	EVP_CIPHER_CTX *ctx;
	bool ok;
	int n;

	if ((ctx = EVP_CIPHER_CTX_new()) == NULL)
		fatalx("EVP_CIPHER_CTX_new");
	ok = EVP_DecryptInit_ex2(ctx, cipher, derived, derived + 32,
	    NULL) == 1 &&
	    EVP_DecryptUpdate(ctx, NULL, &n, ad->data, (int)ad->len) == 1 &&
	    EVP_DecryptUpdate(ctx, (uint8_t *)out, &n, data, (int)len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG,
	    (void *)(uintptr_t)(data + len)) == 1 &&
	    EVP_DecryptFinal_ex(ctx, (uint8_t *)out + n, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!ok) {
		explicit_bzero(out, len);
		ERR_clear_error();
	}
	return ok;
}

uint8_t *
vault_close(const struct connection *c, const char *purpose,
    const char *subject, const char *text, size_t *len)
{
	uint8_t derived[DERIVED], *out;
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
	encrypt(derived, &ad, text, n, out + HEAD);
	explicit_bzero(derived, sizeof(derived));
	wire_free(&ad);
	return out;
}

char *
vault_open(const struct connection *c, const char *purpose,
    const char *subject, const uint8_t *data, size_t len)
{
	uint8_t derived[DERIVED];
	struct writer ad;
	size_t n;
	char *text;
	bool ok;

	if (len < HEAD + TAG || len > LIMIT_SEALED || data[0] != VERSION ||
	    !derive(c, data + 1, derived))
		return NULL;
	n = len - HEAD - TAG;
	if ((text = malloc(n + 1)) == NULL)
		fatal("malloc");
	associate(&ad, c, purpose, subject);
	ok = decrypt(derived, &ad, data + HEAD, n, text);
	explicit_bzero(derived, sizeof(derived));
	wire_free(&ad);
	text[n] = '\0';
	if (ok && strlen(text) == n)
		return text;
	freezero(text, n + 1);
	return NULL;
}

void
vault_start(void)
{
	static const uint8_t salt[SALT], secret[32];
	uint8_t derived[DERIVED];
	struct bytes b = { secret, sizeof(secret) };

	if ((kdf = EVP_KDF_fetch(NULL, "HKDF", NULL)) == NULL ||
	    (cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL)) == NULL)
		fatalx("libcrypto has no HKDF or AES-256-GCM");
	/* Once before the sandbox, for what is loaded at the first use. */
	expand(b, INFO_SECRET, salt, derived);
}
