/*
 * Decryption, in verifier.  Must not tell apart, by verdict, text or time
 * worth speaking of, where a decryption went wrong, so that our key is no
 * oracle for anybody's ciphertext.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "common/encode.h"
#include "common/log.h"
#include "hfssod/verifier/decrypt.h"
#include "hfssod/verifier/xml.h"

#define XMLENC11	"http://www.w3.org/2009/xmlenc11#"
#define RSA_OAEP	NS_XENC "rsa-oaep-mgf1p"
#define SHA1		NS_DS "sha1"
#define ELEMENT		NS_XENC "Element"
#define GCM_IV		12
#define GCM_TAG		16
#define CBC_BLOCK	16
#define WRAPPED_KEYS	4	/* each costs a private operation */

static const struct cipher {
	const char		*uri;
	const EVP_CIPHER	*(*evp)(void);
	size_t			 key;
	bool			 gcm;
} ciphers[] = {
	{ XMLENC11 "aes128-gcm",	EVP_aes_128_gcm,	16, true },
	{ XMLENC11 "aes256-gcm",	EVP_aes_256_gcm,	32, true },
	{ NS_XENC "aes128-cbc",		EVP_aes_128_cbc,	16, false },
	{ NS_XENC "aes256-cbc",		EVP_aes_256_cbc,	32, false },
};
#define CIPHERS	(sizeof(ciphers) / sizeof(ciphers[0]))

/* The octets of CipherData/CipherValue, allocated; NULL: there are none. */
static uint8_t *
cipher_value(const xmlNode *n, size_t *len)
{
	const xmlNode *data, *value;
	const char *text;

	data = xml_child(n, NS_XENC, "CipherData");
	value = xml_first(data);
	if (!xml_is(value, NS_XENC, "CipherValue") || xml_next(value) != NULL ||
	    (text = xml_text(value)) == NULL)
		return NULL;
	return base64_decode(text, strlen(text), len);
}

static const char *
method(const xmlNode *n)
{
	const xmlNode *m;

	if ((m = xml_child(n, NS_XENC, "EncryptionMethod")) == NULL)
		return NULL;
	return xml_attribute(m, "Algorithm");
}

static const struct cipher *
find_cipher(const xmlNode *data)
{
	const char *uri;
	size_t i;

	uri = method(data);
	for (i = 0; uri != NULL && i < CIPHERS; i++)
		if (strcmp(uri, ciphers[i].uri) == 0)
			return &ciphers[i];
	return NULL;
}

/*
 * RSA-OAEP with MGF1 and no label.  SHA-1 is what all of the field uses
 * within OAEP, and no weakness there.
 */
static bool
oaep_ok(const xmlNode *wrapped)
{
	const xmlNode *m, *n;
	const char *s;

	m = xml_child(wrapped, NS_XENC, "EncryptionMethod");
	if ((s = method(wrapped)) == NULL || strcmp(s, RSA_OAEP) != 0)
		return false;
	for (n = xml_first(m); n != NULL; n = xml_next(n)) {
		if (!xml_is(n, NS_DS, "DigestMethod"))
			return false;
		s = xml_attribute(n, "Algorithm");
		if (s == NULL || strcmp(s, SHA1) != 0)
			return false;
	}
	return true;
}

/*
 * The EncryptedKeys: in KeyInfo, or beside EncryptedData as SAML core
 * 2.3.4 has it too.  Returns how many; more than there is room for is 0.
 */
static size_t
find_wrapped(const xmlNode *encrypted, const xmlNode *data,
    const xmlNode *list[WRAPPED_KEYS])
{
	const xmlNode *places[2], *n;
	size_t i, count = 0;

	places[0] = xml_child(data, NS_DS, "KeyInfo");
	places[1] = encrypted;
	for (i = 0; i < 2; i++)
		for (n = xml_first(places[i]); n != NULL; n = xml_next(n)) {
			if (!xml_is(n, NS_XENC, "EncryptedKey"))
				continue;
			if (count == WRAPPED_KEYS)
				return 0;
			list[count++] = n;
		}
	return count;
}

/* One private operation; true if it gave a key of exactly that size. */
static bool
unwrap(EVP_PKEY *pkey, const uint8_t *in, size_t len, uint8_t *key, size_t size)
{
	uint8_t out[1024];
	EVP_PKEY_CTX *ctx;
	size_t n = sizeof(out);
	bool ok;

	if ((ctx = EVP_PKEY_CTX_new(pkey, NULL)) == NULL)
		fatalx("EVP_PKEY_CTX_new");
	ok = len == (size_t)EVP_PKEY_get_size(pkey) && len <= sizeof(out) &&
	    EVP_PKEY_decrypt_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha1()) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha1()) == 1 &&
	    EVP_PKEY_decrypt(ctx, out, &n, in, len) == 1 && n == size;
	if (ok)
		memcpy(key, out, size);
	EVP_PKEY_CTX_free(ctx);
	explicit_bzero(out, sizeof(out));
	return ok;
}

/* AES-GCM: IV, ciphertext, tag of 128 bits (xmlenc11 5.2.4). */
static bool
open_gcm(EVP_CIPHER_CTX *ctx, const struct cipher *c, const uint8_t *key,
    uint8_t *in, size_t len, uint8_t *out, size_t *outlen)
{
	int n, rest;

	if (len < GCM_IV + GCM_TAG)
		return false;
	if (EVP_DecryptInit_ex(ctx, c->evp(), NULL, key, in) != 1 ||
	    EVP_DecryptUpdate(ctx, out, &n, in + GCM_IV,
	    (int)(len - GCM_IV - GCM_TAG)) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG,
	    in + len - GCM_TAG) != 1 ||
	    EVP_DecryptFinal_ex(ctx, out + n, &rest) != 1)
		return false;
	*outlen = (size_t)n + (size_t)rest;
	return true;
}

/* AES-CBC: IV, ciphertext; the last octet counts the padding (xmlenc 5.2). */
static bool
open_cbc(EVP_CIPHER_CTX *ctx, const struct cipher *c, const uint8_t *key,
    const uint8_t *in, size_t len, uint8_t *out, size_t *outlen)
{
	int n, rest;

	if (len < 2 * CBC_BLOCK || len % CBC_BLOCK != 0)
		return false;
	if (EVP_DecryptInit_ex(ctx, c->evp(), NULL, key, in) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1 ||
	    EVP_DecryptUpdate(ctx, out, &n, in + CBC_BLOCK,
	    (int)(len - CBC_BLOCK)) != 1 ||
	    EVP_DecryptFinal_ex(ctx, out + n, &rest) != 1)
		return false;
	*outlen = (size_t)n + (size_t)rest;
	if (*outlen == 0 || out[*outlen - 1] == 0 ||
	    out[*outlen - 1] > CBC_BLOCK)
		return false;
	*outlen -= out[*outlen - 1];
	return true;
}

static bool
open_data(const struct cipher *c, const uint8_t *key, uint8_t *in, size_t len,
    uint8_t **out, size_t *outlen)
{
	EVP_CIPHER_CTX *ctx;
	bool ok;

	if ((ctx = EVP_CIPHER_CTX_new()) == NULL ||
	    (*out = malloc(len + CBC_BLOCK)) == NULL)
		fatal("decrypt");
	if (c->gcm)
		ok = open_gcm(ctx, c, key, in, len, *out, outlen);
	else
		ok = open_cbc(ctx, c, key, in, len, *out, outlen);
	EVP_CIPHER_CTX_free(ctx);
	if (!ok) {
		freezero(*out, len + CBC_BLOCK);
		*out = NULL;
	}
	return ok;
}

/*
 * The key of the ciphertext, or a random one if none can be had, so that
 * the same work follows in both cases.
 */
static void
find_key(const xmlNode *const *wrapped, size_t count,
    const struct key_pairs *pairs, uint8_t *key, size_t size)
{
	uint8_t *in;
	size_t i, j, len;
	bool found = false;

	arc4random_buf(key, size);
	for (i = 0; i < count && !found; i++) {
		if ((in = cipher_value(wrapped[i], &len)) == NULL)
			continue;
		for (j = 0; j < pairs->count && !found; j++)
			found = unwrap(pairs->list[j].key, in, len, key, size);
		free(in);
	}
}

enum verdict
decrypt_assertion(const xmlNode *encrypted, const struct key_pairs *pairs,
    bool cbc, uint8_t **out, size_t *outlen)
{
	const xmlNode *data, *wrapped[WRAPPED_KEYS];
	const struct cipher *c;
	const char *type;
	uint8_t key[32], *in;
	size_t i, count, len;
	bool ok;

	*out = NULL;
	*outlen = 0;
	data = xml_child(encrypted, NS_XENC, "EncryptedData");
	if (data == NULL || xml_count(encrypted, NS_XENC, "EncryptedData") != 1)
		return VERDICT_saml_structure;
	type = xml_attribute(data, "Type");
	if (type != NULL && strcmp(type, ELEMENT) != 0)
		return VERDICT_saml_structure;
	if ((c = find_cipher(data)) == NULL || (!c->gcm && !cbc))
		return VERDICT_saml_algorithm;
	count = find_wrapped(encrypted, data, wrapped);
	if (count == 0)
		return VERDICT_saml_structure;
	for (i = 0; i < count; i++)
		if (!oaep_ok(wrapped[i]))
			return VERDICT_saml_algorithm;
	if ((in = cipher_value(data, &len)) == NULL)
		return VERDICT_saml_decryption;
	find_key(wrapped, count, pairs, key, c->key);
	ok = open_data(c, key, in, len, out, outlen);
	explicit_bzero(key, sizeof(key));
	free(in);
	ERR_clear_error();
	return ok ? VERDICT_ok : VERDICT_saml_decryption;
}
