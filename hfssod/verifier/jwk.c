/*
 * JWK sets, in verifier; pure.  Must never take a key for more than it
 * says it is, nor a set that gives away what signs.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/jose.h"
#include "hfssod/verifier/json.h"
#include "hfssod/verifier/jws.h"

#define RSA_LEAST	2048
#define RSA_MOST	8192
#define EXPONENT_MOST	33	/* bits: up to 2^32 */

/* A kind of elliptic curve key (RFC 7518 section 6.2, RFC 8037). */
static const struct curve {
	const char	*kty;
	const char	*crv;
	enum jwk_type	 type;
	size_t		 size;		/* octets of a coordinate */
} curves[] = {
	{ "EC",		"P-256",	JWK_P256,	32 },
	{ "EC",		"P-384",	JWK_P384,	48 },
	{ "OKP",	"Ed25519",	JWK_ED25519,	32 }
};

/*
 * Members that no public key has: a provider that shows them has lost its
 * key, and a symmetric one was never its alone.
 */
static const char *const private_members[] = { "d", "p", "q", "dp", "dq", "qi",
    "oth", "k", "priv" };

/* The octets of a base64url member; NULL if it is none. */
static uint8_t *
octets(const json_t *o, const char *name, size_t *len)
{
	const char *text;

	if (json_text(o, name, &text) != JSON_PRESENT)
		return NULL;
	return base64url_decode(text, strlen(text), len);
}

/* A key from parameters, which are built and freed; NULL if it is none. */
static EVP_PKEY *
key_build(const char *type, OSSL_PARAM_BLD *build)
{
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	if ((params = OSSL_PARAM_BLD_to_param(build)) == NULL ||
	    (ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL)) == NULL)
		fatalx("EVP_PKEY_CTX_new_from_name");
	if (EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &key,
	    EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static void
thumbprint(struct jwk *k, const char *text)
{
	if (EVP_Digest(text, strlen(text), k->thumbprint, NULL, EVP_sha256(),
	    NULL) != 1)
		fatalx("EVP_Digest");
}

/* A number in its shortest form. */
static char *
number_text(const BIGNUM *n)
{
	unsigned char octet[RSA_MOST / 8];
	int len;

	if ((len = BN_bn2bin(n, octet)) < 1)
		fatalx("BN_bn2bin");
	return base64url_encode(octet, (size_t)len);
}

static void
rsa_thumbprint(struct jwk *k, const BIGNUM *n, const BIGNUM *e)
{
	char *modulus, *exponent, *text;

	modulus = number_text(n);
	exponent = number_text(e);
	if (asprintf(&text, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
	    exponent, modulus) == -1)
		fatal("asprintf");
	thumbprint(k, text);
	free(text);
	free(exponent);
	free(modulus);
}

static bool
rsa_judge(const BIGNUM *n, const BIGNUM *e)
{
	return BN_num_bits(n) >= RSA_LEAST && BN_num_bits(n) <= RSA_MOST &&
	    BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e) &&
	    BN_num_bits(e) < EXPONENT_MOST;
}

static bool
rsa_read(struct jwk *k, const json_t *o)
{
	OSSL_PARAM_BLD *build;
	BIGNUM *n, *e;
	uint8_t *modulus, *exponent;
	size_t mlen = 0, elen = 0;

	modulus = octets(o, "n", &mlen);
	exponent = octets(o, "e", &elen);
	/* Some put a zero before the number; more is no number any more. */
	if (modulus != NULL && exponent != NULL && mlen > 0 && elen > 0 &&
	    mlen <= RSA_MOST / 8 + 1 && elen <= 8) {
		n = BN_bin2bn(modulus, (int)mlen, NULL);
		e = BN_bin2bn(exponent, (int)elen, NULL);
		build = OSSL_PARAM_BLD_new();
		if (n == NULL || e == NULL || build == NULL ||
		    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N,
		    n) != 1 || OSSL_PARAM_BLD_push_BN(build,
		    OSSL_PKEY_PARAM_RSA_E, e) != 1)
			fatalx("OSSL_PARAM_BLD_push_BN");
		if (rsa_judge(n, e)) {
			k->key = key_build("RSA", build);
			rsa_thumbprint(k, n, e);
		} else
			OSSL_PARAM_BLD_free(build);
		BN_free(n);
		BN_free(e);
	}
	free(modulus);
	free(exponent);
	k->type = JWK_RSA;
	return k->key != NULL;
}

/* A point by its two coordinates; NULL if it is not on the curve. */
static EVP_PKEY *
point_key(const struct curve *c, const uint8_t *x, const uint8_t *y)
{
	OSSL_PARAM_BLD *build;
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key;
	uint8_t point[1 + 2 * 48];

	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, x, c->size);
	memcpy(point + 1 + c->size, y, c->size);
	if ((build = OSSL_PARAM_BLD_new()) == NULL ||
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
	    c->crv, 0) != 1 || OSSL_PARAM_BLD_push_octet_string(build,
	    OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * c->size) != 1)
		fatalx("OSSL_PARAM_BLD_push");
	if ((key = key_build("EC", build)) == NULL)
		return NULL;
	if ((ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL)) == NULL)
		fatalx("EVP_PKEY_CTX_new_from_pkey");
	if (EVP_PKEY_public_check(ctx) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void
curve_thumbprint(struct jwk *k, const struct curve *c, const json_t *o)
{
	const char *x, *y;
	char *text;

	json_text(o, "x", &x);
	json_text(o, "y", &y);
	if ((c->type == JWK_ED25519 ?
	    asprintf(&text, "{\"crv\":\"%s\",\"kty\":\"%s\",\"x\":\"%s\"}",
	    c->crv, c->kty, x) :
	    asprintf(&text, "{\"crv\":\"%s\",\"kty\":\"%s\",\"x\":\"%s\","
	    "\"y\":\"%s\"}", c->crv, c->kty, x, y)) == -1)
		fatal("asprintf");
	thumbprint(k, text);
	free(text);
}

static bool
curve_read(struct jwk *k, const struct curve *c, const json_t *o)
{
	uint8_t *x, *y = NULL;
	size_t xlen = 0, ylen = 0;

	x = octets(o, "x", &xlen);
	if (c->type != JWK_ED25519)
		y = octets(o, "y", &ylen);
	if (x != NULL && xlen == c->size) {
		if (c->type == JWK_ED25519)
			k->key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519,
			    NULL, x, xlen);
		else if (y != NULL && ylen == c->size)
			k->key = point_key(c, x, y);
	}
	free(x);
	free(y);
	if (k->key == NULL)
		return false;
	k->type = c->type;
	curve_thumbprint(k, c, o);
	return true;
}

/* The key itself. */
static bool
material_read(struct jwk *k, const json_t *o)
{
	const char *kty, *crv;
	size_t i;

	if (json_text(o, "kty", &kty) != JSON_PRESENT)
		return false;
	if (strcmp(kty, "RSA") == 0)
		return rsa_read(k, o);
	if (json_text(o, "crv", &crv) != JSON_PRESENT)
		return false;
	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (strcmp(curves[i].kty, kty) == 0 &&
		    strcmp(curves[i].crv, crv) == 0)
			return curve_read(k, &curves[i], o);
	return false;
}

/* Whether a key says that it verifies signatures, or says nothing. */
static bool
for_signatures(const json_t *o)
{
	const json_t *operations = json_object_get(o, "key_ops");
	const char *use;

	switch (json_text(o, "use", &use)) {
	case JSON_ABSENT:
		break;
	case JSON_PRESENT:
		if (strcmp(use, "sig") == 0)
			break;
		return false;
	default:
		return false;
	}
	return operations == NULL || (json_is_array(operations) &&
	    json_lists(o, "key_ops", "verify"));
}

static void
jwk_free(struct jwk *k)
{
	EVP_PKEY_free(k->key);
	free(k->kid);
	free(k->alg);
}

/* One key; false: it is of no use to us. */
static bool
jwk_read(struct jwk *k, const json_t *o)
{
	const struct jws_algorithm *a = NULL;
	const char *kid, *alg;

	memset(k, 0, sizeof(*k));
	if (!for_signatures(o) || json_text(o, "kid", &kid) == JSON_WRONG ||
	    json_text(o, "alg", &alg) == JSON_WRONG ||
	    (*alg != '\0' && (a = jws_algorithm(alg)) == NULL))
		return false;
	if (!material_read(k, o) || (a != NULL && a->type != k->type)) {
		ERR_clear_error();
		EVP_PKEY_free(k->key);
		return false;
	}
	if ((k->kid = strdup(kid)) == NULL || (k->alg = strdup(alg)) == NULL)
		fatal("strdup");
	return true;
}

static bool
set_has(const struct jwk_set *set, const struct jwk *k)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (memcmp(set->list[i].thumbprint, k->thumbprint,
		    sizeof(k->thumbprint)) == 0 &&
		    strcmp(set->list[i].kid, k->kid) == 0 &&
		    strcmp(set->list[i].alg, k->alg) == 0)
			return true;
	return false;
}

/* NULL, or why no set with such a key in it may be used. */
static const char *
key_forbidden(const json_t *o)
{
	const char *kty;
	size_t i;

	if (!json_is_object(o))
		return "a key of the set is no object";
	if (json_text(o, "kty", &kty) == JSON_PRESENT &&
	    strcmp(kty, "oct") == 0)
		return "the set has a symmetric key";
	for (i = 0; i < sizeof(private_members) / sizeof(private_members[0]);
	    i++)
		if (json_object_get(o, private_members[i]) != NULL)
			return "the set has a private key";
	return NULL;
}

static const char *
keys_read(struct jwk_set *set, const json_t *keys)
{
	const char *why;
	json_t *o;
	size_t i;

	if (!json_is_array(keys))
		return "no JWK set";
	if (json_array_size(keys) > LIMIT_JWKS)
		return "the set has too many keys";
	json_array_foreach(keys, i, o)
		if ((why = key_forbidden(o)) != NULL)
			return why;
	set->list = calloc(json_array_size(keys) + 1, sizeof(*set->list));
	if (set->list == NULL)
		fatal("calloc");
	json_array_foreach(keys, i, o) {
		if (!jwk_read(&set->list[set->count], o))
			set->ignored++;
		else if (set_has(set, &set->list[set->count])) {
			jwk_free(&set->list[set->count]);
			set->ignored++;
		} else
			set->count++;
	}
	return set->count == 0 ? "the set has no key that we can use" : NULL;
}

const char *
jwk_set_read(struct jwk_set *set, const void *data, size_t len)
{
	const char *why;
	json_t *o;

	memset(set, 0, sizeof(*set));
	if ((o = json_object_read(data, len)) == NULL)
		return "no JSON object";
	why = keys_read(set, json_object_get(o, "keys"));
	json_decref(o);
	return why;
}

void
jwk_set_free(struct jwk_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		jwk_free(&set->list[i]);
	free(set->list);
	memset(set, 0, sizeof(*set));
}

bool
jwk_set_shares(const struct jwk_set *a, const struct jwk_set *b)
{
	size_t i, j;

	for (i = 0; i < a->count; i++)
		for (j = 0; j < b->count; j++)
			if (memcmp(a->list[i].thumbprint,
			    b->list[j].thumbprint,
			    sizeof(a->list[i].thumbprint)) == 0)
				return true;
	return false;
}
