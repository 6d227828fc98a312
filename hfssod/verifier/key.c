/*
 * Keys, in verifier: from PEM and DER to what verifies, signs and
 * decrypts.  Must never take a key from a message, nor keep a certificate
 * where a bare key does.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/key.h"

#define RSA_LEAST	2048
#define RSA_MOST	8192

/* NULL and the type, or why the key is of no use. */
static const char *
key_judge(EVP_PKEY *key, enum key_type *type)
{
	static const char *const curves[] = { "prime256v1", "secp384r1",
	    "secp521r1", "P-256", "P-384", "P-521" };
	char name[64];
	size_t i;

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		*type = KEY_RSA;
		if (EVP_PKEY_get_bits(key) < RSA_LEAST)
			return "RSA key is shorter than 2048 bits";
		if (EVP_PKEY_get_bits(key) > RSA_MOST)
			return "RSA key is longer than 8192 bits";
		return NULL;
	case EVP_PKEY_EC:
		*type = KEY_EC;
		if (EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) != 1)
			return "EC key is on no named curve";
		for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
			if (strcmp(name, curves[i]) == 0)
				return NULL;
		return "EC key is not on P-256, P-384 or P-521";
	default:
		return "key is neither RSA nor EC";
	}
}

/* The form that xmlsec takes; NULL if it will not. */
static xmlSecKey *
key_xmlsec(EVP_PKEY *key)
{
	xmlSecKeyData *data;
	xmlSecKey *k;

	if (EVP_PKEY_up_ref(key) != 1)
		return NULL;
	if ((data = xmlSecOpenSSLEvpKeyAdopt(key)) == NULL) {
		EVP_PKEY_free(key);
		return NULL;
	}
	if ((k = xmlSecKeyCreate()) == NULL || xmlSecKeySetValue(k, data) < 0) {
		if (k != NULL)
			xmlSecKeyDestroy(k);
		xmlSecKeyDataDestroy(data);
		return NULL;
	}
	return k;
}

/* The number of a key in a list; its count if it is not there. */
static size_t
find_key(const struct public_keys *keys, const EVP_PKEY *key)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (EVP_PKEY_eq(keys->list[i].key, key) == 1)
			break;
	return i;
}

const char *
public_keys_add(struct public_keys *keys, EVP_PKEY *key)
{
	struct public_key *list, *k;
	enum key_type type;
	const char *why;

	if ((why = key_judge(key, &type)) != NULL) {
		EVP_PKEY_free(key);
		return why;
	}
	if (find_key(keys, key) < keys->count) {
		EVP_PKEY_free(key);
		return NULL;
	}
	list = reallocarray(keys->list, keys->count + 1, sizeof(*list));
	if (list == NULL)
		fatal("reallocarray");
	keys->list = list;
	k = &list[keys->count];
	memset(k, 0, sizeof(*k));
	k->type = type;
	k->key = key;
	if ((k->xmlsec = key_xmlsec(key)) == NULL) {
		EVP_PKEY_free(key);
		return "key is of no use for XML signatures";
	}
	keys->count++;
	return NULL;
}

/* What people are told of the certificate that a key came in. */
static void
note_certificate(struct public_key *k, const X509 *x)
{
	struct tm tm;
	int64_t end;

	memset(&tm, 0, sizeof(tm));
	if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1)
		return;
	end = (int64_t)timegm(&tm);
	if (end <= k->expires)
		return;
	k->expires = end;
	if (X509_digest(x, EVP_sha256(), k->fingerprint, NULL) != 1)
		fatalx("X509_digest");
}

/* A certificate, which may be NULL; taken over. */
static const char *
add_certificate(struct public_keys *keys, X509 *x)
{
	const char *why = "not a certificate";
	EVP_PKEY *key;

	if (x != NULL && (key = X509_get_pubkey(x)) != NULL &&
	    EVP_PKEY_up_ref(key) == 1) {
		if ((why = public_keys_add(keys, key)) == NULL)
			note_certificate(&keys->list[find_key(keys, key)], x);
		EVP_PKEY_free(key);
	}
	X509_free(x);
	ERR_clear_error();
	return why;
}

const char *
public_keys_certificate(struct public_keys *keys, const uint8_t *der,
    size_t len)
{
	const unsigned char *p = der;

	return add_certificate(keys, len > LIMIT_MESSAGE ? NULL :
	    d2i_X509(NULL, &p, (long)len));
}

bool
public_keys_share(const struct public_keys *a, const struct public_keys *b)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (find_key(b, a->list[i].key) < b->count)
			return true;
	return false;
}

void
public_keys_free(struct public_keys *keys)
{
	size_t i;

	for (i = 0; i < keys->count; i++) {
		xmlSecKeyDestroy(keys->list[i].xmlsec);
		EVP_PKEY_free(keys->list[i].key);
	}
	free(keys->list);
	memset(keys, 0, sizeof(*keys));
}

/* Never ask for a passphrase. */
static int
no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

const char *
public_keys_pem(struct public_keys *keys, const uint8_t *pem, size_t len)
{
	BIO *bio;
	X509 *x;

	if (len > LIMIT_FILE)
		return "file is too large";
	if ((bio = BIO_new_mem_buf(pem, (int)len)) == NULL)
		fatalx("BIO_new_mem_buf");
	x = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	return add_certificate(keys, x);
}

/* The certificate in PEM as base64 of its DER; NULL if it is not the key's. */
static char *
pair_certificate(EVP_PKEY *key, const uint8_t *pem, size_t len)
{
	unsigned char *der = NULL;
	char *text = NULL;
	BIO *bio;
	X509 *x;
	int n;

	if ((bio = BIO_new_mem_buf(pem, (int)len)) == NULL)
		fatalx("BIO_new_mem_buf");
	x = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	if (x != NULL && X509_check_private_key(x, key) == 1 &&
	    (n = i2d_X509(x, &der)) > 0)
		text = base64_encode(der, (size_t)n);
	OPENSSL_free(der);
	X509_free(x);
	ERR_clear_error();
	return text;
}

const char *
key_pairs_add(struct key_pairs *pairs, const uint8_t *key_pem, size_t key_len,
    const uint8_t *cert_pem, size_t cert_len)
{
	struct key_pair *list;
	enum key_type type;
	const char *why;
	EVP_PKEY *key;
	char *certificate;
	BIO *bio;

	if (key_len > LIMIT_MESSAGE || cert_len > LIMIT_FILE)
		return "file is too large";
	if ((bio = BIO_new_mem_buf(key_pem, (int)key_len)) == NULL)
		fatalx("BIO_new_mem_buf");
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (key == NULL)
		return "no private key in PEM without a passphrase";
	if ((why = key_judge(key, &type)) == NULL && type != KEY_RSA)
		why = "our own key must be RSA";
	if (why != NULL) {
		EVP_PKEY_free(key);
		return why;
	}
	certificate = pair_certificate(key, cert_pem, cert_len);
	if (certificate == NULL) {
		EVP_PKEY_free(key);
		return "certificate is not PEM, or is not the key's";
	}
	list = reallocarray(pairs->list, pairs->count + 1, sizeof(*list));
	if (list == NULL)
		fatal("reallocarray");
	pairs->list = list;
	list[pairs->count].key = key;
	list[pairs->count++].certificate = certificate;
	return NULL;
}

void
key_pairs_free(struct key_pairs *pairs)
{
	size_t i;

	for (i = 0; i < pairs->count; i++) {
		EVP_PKEY_free(pairs->list[i].key);
		free(pairs->list[i].certificate);
	}
	free(pairs->list);
	memset(pairs, 0, sizeof(*pairs));
}
