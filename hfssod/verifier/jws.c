/*
 * JSON Web Signature in compact form, in verifier; pure.  Must never let a
 * token choose the key or the algorithm that judges it.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/json.h"
#include "hfssod/verifier/jws.h"

static const struct jws_algorithm algorithms[] = {
	{ "RS256",	JWK_RSA,	"SHA256",	false },
	{ "RS384",	JWK_RSA,	"SHA384",	false },
	{ "RS512",	JWK_RSA,	"SHA512",	false },
	{ "PS256",	JWK_RSA,	"SHA256",	true },
	{ "ES256",	JWK_P256,	"SHA256",	false },
	{ "ES384",	JWK_P384,	"SHA384",	false },
	{ "EdDSA",	JWK_ED25519,	"SHA512",	false },
	{ "Ed25519",	JWK_ED25519,	"SHA512",	false }
};
#define ALGORITHMS	(sizeof(algorithms) / sizeof(algorithms[0]))

/* Members of a header that would change what the signature means. */
static const char *const refused[] = { "crit", "b64", "zip" };

/* The three parts as they travel, and the signature's octets. */
struct parts {
	const char	*text;		/* header, dot, payload */
	size_t		 header_len;
	size_t		 signed_len;
	uint8_t		*signature;
	size_t		 signature_len;
};

const struct jws_algorithm *
jws_algorithm(const char *name)
{
	size_t i;

	for (i = 0; i < ALGORITHMS; i++)
		if (strcmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	return NULL;
}

const EVP_MD *
jws_hash(const struct jws_algorithm *a)
{
	static EVP_MD *fetched[ALGORITHMS];
	size_t i = (size_t)(a - algorithms);

	if (fetched[i] == NULL &&
	    (fetched[i] = EVP_MD_fetch(NULL, a->hash, NULL)) == NULL)
		fatalx("EVP_MD_fetch %s", a->hash);
	return fetched[i];
}

size_t
jws_half(enum jwk_type type)
{
	return type == JWK_P256 ? 32 : type == JWK_P384 ? 48 : 0;
}

/*
 * r and s side by side (RFC 7518 section 3.4) as DER, which the caller
 * frees with OPENSSL_free; 0: it is no such signature.
 */
static size_t
ecdsa_der(const uint8_t *p, size_t len, size_t half, unsigned char **der)
{
	ECDSA_SIG *sig;
	BIGNUM *r, *s;
	int n = 0;

	if (len != 2 * half)
		return 0;
	r = BN_bin2bn(p, (int)half, NULL);
	s = BN_bin2bn(p + half, (int)half, NULL);
	if (r == NULL || s == NULL || (sig = ECDSA_SIG_new()) == NULL)
		fatalx("ECDSA_SIG_new");
	if (ECDSA_SIG_set0(sig, r, s) != 1)
		fatalx("ECDSA_SIG_set0");
	*der = NULL;
	if (!BN_is_zero(r) && !BN_is_zero(s))
		n = i2d_ECDSA_SIG(sig, der);
	ECDSA_SIG_free(sig);
	return n > 0 ? (size_t)n : 0;
}

/* One signature with one key, whose type is the algorithm's. */
static bool
signature_fits(const struct jws_algorithm *a, EVP_PKEY *key,
    const struct parts *p)
{
	const unsigned char *sig = p->signature;
	unsigned char *der = NULL;
	EVP_MD_CTX *ctx;
	EVP_PKEY_CTX *k = NULL;
	size_t len = p->signature_len;
	bool fits;

	if (jws_half(a->type) != 0) {
		len = ecdsa_der(p->signature, len, jws_half(a->type), &der);
		if (len == 0)
			return false;
		sig = der;
	} else if (len != (size_t)EVP_PKEY_get_size(key))
		return false;
	if ((ctx = EVP_MD_CTX_new()) == NULL)
		fatalx("EVP_MD_CTX_new");
	fits = EVP_DigestVerifyInit(ctx, &k, a->type == JWK_ED25519 ? NULL :
	    jws_hash(a), NULL, key) == 1;
	if (fits && a->pss)
		fits = EVP_PKEY_CTX_set_rsa_padding(k,
		    RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(k,
		    RSA_PSS_SALTLEN_DIGEST) == 1 &&
		    EVP_PKEY_CTX_set_rsa_mgf1_md(k, jws_hash(a)) == 1;
	fits = fits && EVP_DigestVerify(ctx, sig, len,
	    (const unsigned char *)p->text, p->signed_len) == 1;
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
	ERR_clear_error();
	return fits;
}

/* Exactly three parts; only the payload may be empty. */
static bool
split(const char *text, size_t len, struct parts *p)
{
	const char *dot, *last;

	if (len > LIMIT_JWT || (dot = memchr(text, '.', len)) == NULL)
		return false;
	last = memchr(dot + 1, '.', len - (size_t)(dot + 1 - text));
	if (last == NULL)
		return false;
	p->text = text;
	p->header_len = (size_t)(dot - text);
	p->signed_len = (size_t)(last - text);
	len -= p->signed_len + 1;
	if (p->header_len == 0 || len == 0)
		return false;
	/* A further dot is not in the alphabet. */
	p->signature = base64url_decode(last + 1, len, &p->signature_len);
	return p->signature != NULL;
}

static json_t *
header_read(const struct parts *p)
{
	uint8_t *data;
	json_t *o;
	size_t len;

	if ((data = base64url_decode(p->text, p->header_len, &len)) == NULL)
		return NULL;
	o = json_object_read(data, len);
	free(data);
	return o;
}

/* What does not depend on any key. */
static enum verdict
header_judge(const json_t *o, const char **alg, const char **kid)
{
	size_t i;

	/* An encrypted token has five parts; this is neither. */
	if (json_object_get(o, "enc") != NULL)
		return VERDICT_jwt_malformed;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (json_object_get(o, refused[i]) != NULL)
			return VERDICT_jwt_header;
	if (json_text(o, "alg", alg) != JSON_PRESENT ||
	    (json_object_get(o, "kid") != NULL &&
	    json_text(o, "kid", kid) != JSON_PRESENT))
		return VERDICT_jwt_header;
	return jws_algorithm(*alg) == NULL ? VERDICT_jwt_algorithm :
	    VERDICT_ok;
}

static bool
has_kids(const struct jwk_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->list[i].kid[0] != '\0')
			return true;
	return false;
}

/*
 * Try the keys that the kid ("" : none, or it means nothing in this set)
 * leaves over and that may be used so.
 */
static enum verdict
find_key(const struct jwk_set *set, const struct jws_algorithm *a,
    const char *kid, const struct parts *p, const struct jwk **key)
{
	const struct jwk *k;
	bool named = false, tried = false;
	size_t i;

	for (i = 0; i < set->count; i++) {
		k = &set->list[i];
		if (*kid != '\0' && strcmp(k->kid, kid) != 0)
			continue;
		named = true;
		if (k->type != a->type ||
		    (*k->alg != '\0' && strcmp(k->alg, a->name) != 0))
			continue;
		tried = true;
		if (signature_fits(a, k->key, p)) {
			*key = k;
			return VERDICT_ok;
		}
	}
	if (!named)
		return VERDICT_jwt_key;
	if (!tried)
		return VERDICT_jwt_algorithm;
	return *kid == '\0' ? VERDICT_jwt_key : VERDICT_jwt_signature;
}

enum verdict
jws_verify(const struct jwk_set *set, const char *text, size_t len,
    struct jws *j)
{
	struct parts p;
	const char *alg, *kid = "";
	enum verdict v;

	memset(j, 0, sizeof(*j));
	memset(&p, 0, sizeof(p));
	if (!split(text, len, &p) || (j->header = header_read(&p)) == NULL)
		v = VERDICT_jwt_malformed;
	else if ((v = header_judge(j->header, &alg, &kid)) == VERDICT_ok)
		v = find_key(set, jws_algorithm(alg), has_kids(set) ? kid : "",
		    &p, &j->key);
	if (v == VERDICT_ok) {
		j->payload = base64url_decode(text + p.header_len + 1,
		    p.signed_len - p.header_len - 1, &j->payload_len);
		if (j->payload == NULL)
			v = VERDICT_jwt_malformed;
	}
	free(p.signature);
	return v;
}

void
jws_free(struct jws *j)
{
	json_decref(j->header);
	free(j->payload);
	memset(j, 0, sizeof(*j));
}
