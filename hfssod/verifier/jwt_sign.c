/*
 * Our own signatures, in verifier: the assertions that say who we are to a
 * provider (RFC 7523).  Must never sign with a key that is weaker than what
 * we would believe.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/jose.h"
#include "hfssod/verifier/json.h"
#include "hfssod/verifier/jws.h"

#define RSA_LEAST	2048
#define RSA_MOST	8192

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

/* The algorithm that a private key signs with. */
static const char *
signer_judge(struct jwt_signer *s)
{
	char name[64];

	switch (EVP_PKEY_get_base_id(s->key)) {
	case EVP_PKEY_RSA:
		if (EVP_PKEY_get_bits(s->key) < RSA_LEAST)
			return "RSA key is shorter than 2048 bits";
		if (EVP_PKEY_get_bits(s->key) > RSA_MOST)
			return "RSA key is longer than 8192 bits";
		s->alg = "RS256";
		return NULL;
	case EVP_PKEY_EC:
		if (EVP_PKEY_get_group_name(s->key, name, sizeof(name),
		    NULL) != 1)
			return "EC key is on no named curve";
		if (strcmp(name, "prime256v1") == 0 ||
		    strcmp(name, "P-256") == 0)
			s->alg = "ES256";
		else if (strcmp(name, "secp384r1") == 0 ||
		    strcmp(name, "P-384") == 0)
			s->alg = "ES384";
		else
			return "EC key is not on P-256 or P-384";
		return NULL;
	case EVP_PKEY_ED25519:
		s->alg = "EdDSA";
		return NULL;
	default:
		return "key is not RSA, EC or Ed25519";
	}
}

const char *
jwt_signer_read(struct jwt_signer *s, const void *pem, size_t len)
{
	BIO *bio;

	memset(s, 0, sizeof(*s));
	if (len > LIMIT_MESSAGE)
		return "file is too large";
	if ((bio = BIO_new_mem_buf(pem, (int)len)) == NULL)
		fatalx("BIO_new_mem_buf");
	s->key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (s->key == NULL)
		return "no private key in PEM without a passphrase";
	return signer_judge(s);
}

void
jwt_signer_free(struct jwt_signer *s)
{
	EVP_PKEY_free(s->key);
	memset(s, 0, sizeof(*s));
}

/* DER to r and s side by side; how many octets. */
static size_t
ecdsa_raw(const unsigned char *der, size_t len, size_t half,
    unsigned char *out)
{
	ECDSA_SIG *sig;

	if ((sig = d2i_ECDSA_SIG(NULL, &der, (long)len)) == NULL ||
	    BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, (int)half) == -1 ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + half, (int)half) == -1)
		fatalx("d2i_ECDSA_SIG");
	ECDSA_SIG_free(sig);
	return 2 * half;
}

static char *
signature(const struct jwt_signer *s, const char *text)
{
	const struct jws_algorithm *a = jws_algorithm(s->alg);
	unsigned char sig[RSA_MOST / 8], raw[2 * 48];
	EVP_MD_CTX *ctx;
	size_t len = sizeof(sig), half;

	if ((ctx = EVP_MD_CTX_new()) == NULL || EVP_DigestSignInit(ctx, NULL,
	    a->type == JWK_ED25519 ? NULL : jws_hash(a), NULL, s->key) != 1 ||
	    EVP_DigestSign(ctx, sig, &len, (const unsigned char *)text,
	    strlen(text)) != 1)
		fatalx("EVP_DigestSign");
	EVP_MD_CTX_free(ctx);
	if ((half = jws_half(a->type)) == 0)
		return base64url_encode(sig, len);
	return base64url_encode(raw, ecdsa_raw(sig, len, half, raw));
}

/* An object as base64url of its text. */
static char *
part(const json_t *o)
{
	char *text, *out;

	if ((text = json_dumps(o, JSON_COMPACT)) == NULL)
		fatalx("json_dumps");
	out = base64url_encode(text, strlen(text));
	free(text);
	return out;
}

char *
jwt_sign(const struct jwt_signer *s, const char *kid, const json_t *claims)
{
	json_t *header;
	char *first, *second, *text, *sig, *token;

	header = json_pack("{s:s, s:s}", "alg", s->alg, "typ", "JWT");
	if (header == NULL || (*kid != '\0' &&
	    json_object_set_new(header, "kid", json_string(kid)) == -1))
		fatalx("json_pack");
	first = part(header);
	second = part(claims);
	json_decref(header);
	if (asprintf(&text, "%s.%s", first, second) == -1)
		fatal("asprintf");
	sig = signature(s, text);
	if (asprintf(&token, "%s.%s", text, sig) == -1)
		fatal("asprintf");
	free(first);
	free(second);
	free(text);
	free(sig);
	return token;
}

/* Sign and verify once with a throw-away key. */
static void
rehearse(const char *type)
{
	struct jwt_signer s = { NULL, NULL };
	struct jwk k;
	struct jwk_set set = { 1, &k, 0 };
	struct jwt t;
	json_t *claims;
	char *token;

	memset(&k, 0, sizeof(k));
	k.kid = k.alg = (char []){ "" };
	k.type = strcmp(type, "EC") == 0 ? JWK_P256 : JWK_ED25519;
	s.key = k.type == JWK_P256 ? EVP_EC_gen("P-256") :
	    EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if ((k.key = s.key) == NULL || signer_judge(&s) != NULL ||
	    (claims = json_pack("{s:s}", "sub", "a")) == NULL)
		fatalx("rehearsal: key");
	token = jwt_sign(&s, "", claims);
	if (jwt_verify(&set, token, strlen(token), NULL, &t) != VERDICT_ok)
		fatalx("rehearsal: JWT");
	jwt_free(&t);
	json_decref(claims);
	free(token);
	jwt_signer_free(&s);
}

void
jose_start(void)
{
	static const char *const names[] = { "RS256", "RS384", "RS512",
	    "PS256", "ES256", "ES384", "EdDSA", "Ed25519" };
	size_t i, seed;

	/* Else the first object asks the system in its own way. */
	arc4random_buf(&seed, sizeof(seed));
	json_object_seed(seed | 1);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		jws_hash(jws_algorithm(names[i]));
	rehearse("EC");
	rehearse("OKP");
}
