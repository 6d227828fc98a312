/* Keys, key sets and tokens for tests. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "common/encode.h"
#include "jose_fixture.h"

static EVP_PKEY *keys[JF_MAX];

EVP_PKEY *
jf_key(enum jf n)
{
	static const char *const curves[JF_MAX] = {
		[JF_P256] = "P-256", [JF_P256B] = "P-256",
		[JF_P384] = "P-384", [JF_P521] = "P-521",
		[JF_SECP256K1] = "secp256k1"
	};

	if (keys[n] != NULL)
		return keys[n];
	if (curves[n] != NULL)
		keys[n] = EVP_EC_gen(curves[n]);
	else if (n == JF_ED25519)
		keys[n] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else
		keys[n] = EVP_RSA_gen(n == JF_RSA1024 ? 1024 : 2048);
	assert_non_null(keys[n]);
	return keys[n];
}

static void
put_number(json_t *o, const char *name, EVP_PKEY *key, const char *param,
    size_t size)
{
	unsigned char octet[1024];
	BIGNUM *n = NULL;
	char *text;

	assert_int_equal(EVP_PKEY_get_bn_param(key, param, &n), 1);
	if (size == 0)
		size = (size_t)BN_num_bytes(n);
	assert_true(BN_bn2binpad(n, octet, (int)size) > 0);
	text = base64url_encode(octet, size);
	json_object_set_new(o, name, json_string(text));
	free(text);
	BN_free(n);
}

static void
put_raw(json_t *o, EVP_PKEY *key)
{
	unsigned char octet[32];
	size_t len = sizeof(octet);
	char *text;

	assert_int_equal(EVP_PKEY_get_raw_public_key(key, octet, &len), 1);
	text = base64url_encode(octet, len);
	json_object_set_new(o, "x", json_string(text));
	free(text);
}

json_t *
jf_jwk(enum jf n, const char *kid, const char *alg)
{
	static const struct {
		const char *crv;
		size_t size;
	} curves[JF_MAX] = {
		[JF_P256] = { "P-256", 32 }, [JF_P256B] = { "P-256", 32 },
		[JF_P384] = { "P-384", 48 }, [JF_P521] = { "P-521", 66 },
		[JF_SECP256K1] = { "secp256k1", 32 },
		[JF_ED25519] = { "Ed25519", 32 }
	};
	EVP_PKEY *key = jf_key(n);
	json_t *o = json_object();

	if (*kid != '\0')
		json_object_set_new(o, "kid", json_string(kid));
	if (*alg != '\0')
		json_object_set_new(o, "alg", json_string(alg));
	if (curves[n].crv == NULL) {
		json_object_set_new(o, "kty", json_string("RSA"));
		put_number(o, "n", key, OSSL_PKEY_PARAM_RSA_N, 0);
		put_number(o, "e", key, OSSL_PKEY_PARAM_RSA_E, 0);
		return o;
	}
	json_object_set_new(o, "kty", json_string(n == JF_ED25519 ? "OKP" :
	    "EC"));
	json_object_set_new(o, "crv", json_string(curves[n].crv));
	if (n == JF_ED25519)
		put_raw(o, key);
	else {
		put_number(o, "x", key, OSSL_PKEY_PARAM_EC_PUB_X,
		    curves[n].size);
		put_number(o, "y", key, OSSL_PKEY_PARAM_EC_PUB_Y,
		    curves[n].size);
	}
	return o;
}

char *
jf_set(json_t *a, json_t *b, json_t *c)
{
	json_t *set = json_object(), *list = json_array();
	char *text;

	json_array_append_new(list, a);
	if (b != NULL)
		json_array_append_new(list, b);
	if (c != NULL)
		json_array_append_new(list, c);
	json_object_set_new(set, "keys", list);
	text = json_dumps(set, JSON_COMPACT);
	json_decref(set);
	assert_non_null(text);
	return text;
}

char *
jf_part(const char *text)
{
	return base64url_encode(text, strlen(text));
}

static char *
raw_ecdsa(const unsigned char *der, size_t len, size_t half)
{
	unsigned char out[132];
	ECDSA_SIG *sig;

	sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	assert_non_null(sig);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, (int)half);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + half, (int)half);
	ECDSA_SIG_free(sig);
	return base64url_encode(out, 2 * half);
}

char *
jf_signature(enum jf n, const char *alg, const char *text)
{
	unsigned char sig[1024];
	const char *hash;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *k;
	size_t len = sizeof(sig);

	hash = strstr(alg, "384") != NULL ? "SHA384" :
	    strstr(alg, "512") != NULL ? "SHA512" : "SHA256";
	if (n == JF_ED25519)
		hash = NULL;
	assert_int_equal(EVP_DigestSignInit_ex(ctx, &k, hash, NULL, NULL,
	    jf_key(n), NULL), 1);
	if (strncmp(alg, "PS", 2) == 0) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(k,
		    RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(k,
		    strstr(alg, "max") != NULL ? RSA_PSS_SALTLEN_MAX :
		    strstr(alg, "zero") != NULL ? 0 :
		    RSA_PSS_SALTLEN_DIGEST), 1);
	}
	assert_int_equal(EVP_DigestSign(ctx, sig, &len,
	    (const unsigned char *)text, strlen(text)), 1);
	EVP_MD_CTX_free(ctx);
	if (strncmp(alg, "ES", 2) == 0 && strstr(alg, "der") == NULL)
		return raw_ecdsa(sig, len, n == JF_P384 ? 48 : n == JF_P521 ?
		    66 : 32);
	return base64url_encode(sig, len);
}

static char *
join(const char *header, const char *payload)
{
	char *a = jf_part(header), *b = jf_part(payload), *out;

	assert_true(asprintf(&out, "%s.%s", a, b) > 0);
	free(a);
	free(b);
	return out;
}

char *
jf_token(enum jf n, const char *alg, const char *header, const char *payload)
{
	char *text = join(header, payload), *sig, *out;

	sig = strcmp(alg, "none") == 0 ? strdup("") :
	    jf_signature(n, alg, text);
	assert_true(asprintf(&out, "%s.%s", text, sig) > 0);
	free(text);
	free(sig);
	return out;
}

char *
jf_hmac(const void *secret, size_t len, const char *header,
    const char *payload)
{
	unsigned char mac[32];
	unsigned int n;
	char *text = join(header, payload), *sig, *out;

	assert_non_null(HMAC(EVP_sha256(), secret, (int)len,
	    (unsigned char *)text, strlen(text), mac, &n));
	sig = base64url_encode(mac, n);
	assert_true(asprintf(&out, "%s.%s", text, sig) > 0);
	free(text);
	free(sig);
	return out;
}

char *
jf_pem(enum jf n, int private)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *out;
	long len;

	assert_int_equal(private ? PEM_write_bio_PrivateKey(bio, jf_key(n),
	    NULL, NULL, 0, NULL, NULL) : PEM_write_bio_PUBKEY(bio, jf_key(n)),
	    1);
	len = BIO_get_mem_data(bio, &data);
	out = strndup(data, (size_t)len);
	BIO_free(bio);
	return out;
}
