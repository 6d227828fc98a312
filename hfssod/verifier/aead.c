/*
 * Authenticated encryption, in verifier; pure.  Must never give anything
 * out of a value whose tag does not verify.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "common/log.h"
#include "hfssod/verifier/aead.h"

static EVP_KDF		*kdf;
static EVP_CIPHER	*cipher;

void
aead_start(void)
{
	static const uint8_t salt[AEAD_SALT], secret[32];
	uint8_t derived[AEAD_DERIVED];
	struct bytes b = { secret, sizeof(secret) };

	if (kdf != NULL)
		return;
	if ((kdf = EVP_KDF_fetch(NULL, "HKDF", NULL)) == NULL ||
	    (cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL)) == NULL)
		fatalx("libcrypto has no HKDF or AES-256-GCM");
	/* Once, for what is loaded at the first use. */
	aead_derive(b, "", salt, derived);
}

void
aead_derive(struct bytes from, const char *label, const uint8_t *salt,
    uint8_t out[AEAD_DERIVED])
{
	char digest[] = "SHA256";
	OSSL_PARAM params[5];
	EVP_KDF_CTX *ctx;

	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
	    digest, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
	    (void *)(uintptr_t)from.data, from.len);
	params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
	    (void *)(uintptr_t)salt, AEAD_SALT);
	params[3] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
	    (void *)(uintptr_t)label, strlen(label));
	params[4] = OSSL_PARAM_construct_end();
	if ((ctx = EVP_KDF_CTX_new(kdf)) == NULL ||
	    EVP_KDF_derive(ctx, out, AEAD_DERIVED, params) != 1)
		fatalx("EVP_KDF_derive");
	EVP_KDF_CTX_free(ctx);
}

void
aead_encrypt(const uint8_t derived[AEAD_DERIVED], const struct writer *ad,
    uint8_t *data, size_t len)
{
	EVP_CIPHER_CTX *ctx;
	int n;

	if ((ctx = EVP_CIPHER_CTX_new()) == NULL ||
	    EVP_EncryptInit_ex2(ctx, cipher, derived, derived + 32,
	    NULL) != 1 ||
	    EVP_EncryptUpdate(ctx, NULL, &n, ad->data, (int)ad->len) != 1 ||
	    EVP_EncryptUpdate(ctx, data, &n, data, (int)len) != 1 ||
	    EVP_EncryptFinal_ex(ctx, data + n, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG,
	    data + len) != 1)
		fatalx("AES-256-GCM");
	EVP_CIPHER_CTX_free(ctx);
}

bool
aead_decrypt(const uint8_t derived[AEAD_DERIVED], const struct writer *ad,
    uint8_t *data, size_t len)
{
	EVP_CIPHER_CTX *ctx;
	int n;
	bool ok;

	if ((ctx = EVP_CIPHER_CTX_new()) == NULL)
		fatalx("EVP_CIPHER_CTX_new");
	ok = EVP_DecryptInit_ex2(ctx, cipher, derived, derived + 32,
	    NULL) == 1 &&
	    EVP_DecryptUpdate(ctx, NULL, &n, ad->data, (int)ad->len) == 1 &&
	    EVP_DecryptUpdate(ctx, data, &n, data, (int)len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG,
	    data + len) == 1 &&
	    EVP_DecryptFinal_ex(ctx, data + n, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!ok) {
		explicit_bzero(data, len);
		ERR_clear_error();
	}
	return ok;
}
