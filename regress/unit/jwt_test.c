/*
 * Signed JWTs: what verifies, and everything that must not.  Keys of the
 * provider are those in its set; the attacker has all others.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/x509.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/verifier/jose.h"
#include "jose_fixture.h"

#define CLAIMS	"{\"sub\":\"a\"}"

static struct jwk_set set;		/* RSA "r", P-256 "p", Ed25519 "e" */
static struct jwk_set bare;		/* the same RSA, without kid */
static struct jwk_set pinned;		/* the same RSA as "r", alg PS256 */
static struct jwk_set p384;

static void
read_set(struct jwk_set *s, json_t *a, json_t *b, json_t *c)
{
	char *text = jf_set(a, b, c);

	assert_null(jwk_set_read(s, text, strlen(text)));
	free(text);
}

static int
setup(void **state)
{
	(void)state;
	jose_start();
	read_set(&set, jf_jwk(JF_RSA, "r", ""), jf_jwk(JF_P256, "p", ""),
	    jf_jwk(JF_ED25519, "e", ""));
	read_set(&bare, jf_jwk(JF_RSA, "", ""), NULL, NULL);
	read_set(&pinned, jf_jwk(JF_RSA, "r", "PS256"), NULL, NULL);
	read_set(&p384, jf_jwk(JF_P384, "p", ""), NULL, NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	jwk_set_free(&set);
	jwk_set_free(&bare);
	jwk_set_free(&pinned);
	jwk_set_free(&p384);
	return 0;
}

/* The verdict; a token that is taken must say what it says. */
static enum verdict
judge_as(const struct jwk_set *s, const char *token, size_t len,
    const char *typ)
{
	enum verdict v;
	struct jwt t;

	v = jwt_verify(s, token, len, typ, &t);
	if (v == VERDICT_ok) {
		assert_non_null(t.key);
		assert_true(json_is_object(t.header));
		assert_string_equal(json_string_value(json_object_get(
		    t.claims, "sub")), "a");
	} else
		assert_null(t.claims);
	jwt_free(&t);
	return v;
}

static enum verdict
judge(const struct jwk_set *s, char *token)
{
	enum verdict v = judge_as(s, token, strlen(token), NULL);

	free(token);
	return v;
}

static void
expect(enum verdict got, enum verdict want, const char *what)
{
	if (got != want)
		fail_msg("%s: %s", what, verdict_name(got));
}

static void
algorithms(void **state)
{
	static const struct {
		enum jf key;
		const char *alg;
		const char *header;
	} rows[] = {
		{ JF_RSA, "RS256", "{\"alg\":\"RS256\",\"kid\":\"r\"}" },
		{ JF_RSA, "RS384", "{\"alg\":\"RS384\",\"kid\":\"r\"}" },
		{ JF_RSA, "RS512", "{\"alg\":\"RS512\",\"kid\":\"r\"}" },
		{ JF_RSA, "PS256", "{\"alg\":\"PS256\",\"kid\":\"r\"}" },
		{ JF_P256, "ES256", "{\"alg\":\"ES256\",\"kid\":\"p\"}" },
		{ JF_ED25519, "EdDSA", "{\"alg\":\"EdDSA\",\"kid\":\"e\"}" },
		{ JF_ED25519, "EdDSA", "{\"alg\":\"Ed25519\",\"kid\":\"e\"}" },
		/* Without kid: whichever fits. */
		{ JF_RSA, "RS256", "{\"alg\":\"RS256\"}" },
		{ JF_P256, "ES256", "{\"alg\":\"ES256\",\"typ\":\"JWT\"}" },
		{ JF_ED25519, "EdDSA", "{\"typ\":\"jwt\",\"alg\":\"EdDSA\"}" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(judge(&set, jf_token(rows[i].key, rows[i].alg,
		    rows[i].header, CLAIMS)), VERDICT_ok, rows[i].header);
	expect(judge(&p384, jf_token(JF_P384, "ES384", "{\"alg\":\"ES384\"}",
	    CLAIMS)), VERDICT_ok, "ES384");
	/* A set without any kid: what the token calls its key is nothing. */
	expect(judge(&bare, jf_token(JF_RSA, "RS256",
	    "{\"alg\":\"RS256\",\"kid\":\"2027\"}", CLAIMS)), VERDICT_ok,
	    "kid, bare set");
}

/* The signature is what alg says, or not; the header says another thing. */
static void
confusion(void **state)
{
	static const struct {
		enum jf key;
		const char *alg;
		const char *header;
		enum verdict v;
	} rows[] = {
		{ JF_RSA, "none", "{\"alg\":\"none\"}",
		    VERDICT_jwt_malformed },
		{ JF_RSA, "RS256", "{\"alg\":\"none\",\"kid\":\"r\"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "RS256", "{\"alg\":\"None\"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "RS256", "{\"alg\":\"NONE\"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "RS256", "{\"alg\":\"nOnE\"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "RS256", "{\"alg\":\"rs256\"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "RS256", "{\"alg\":\"RS256 \"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "RS256", "{\"alg\":\"RS1\"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "RS256", "{\"alg\":\"HS256\"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "RS256", "{\"alg\":\"RSA-OAEP\"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "PS384", "{\"alg\":\"PS384\",\"kid\":\"r\"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "RS256", "{\"alg\":\"\"}", VERDICT_jwt_header },
		{ JF_RSA, "RS256", "{\"alg\":null}", VERDICT_jwt_header },
		{ JF_RSA, "RS256", "{\"alg\":256}", VERDICT_jwt_header },
		{ JF_RSA, "RS256", "{\"alg\":[\"RS256\"]}",
		    VERDICT_jwt_header },
		{ JF_RSA, "RS256", "{\"alg\":{\"RS256\":1}}",
		    VERDICT_jwt_header },
		{ JF_RSA, "RS256", "{\"kid\":\"r\"}", VERDICT_jwt_header },
		{ JF_RSA, "RS256", "{}", VERDICT_jwt_header },
		{ JF_RSA, "RS256", "{\"Alg\":\"RS256\"}",
		    VERDICT_jwt_header },
		/* An algorithm of another key. */
		{ JF_RSA, "RS256", "{\"alg\":\"ES256\",\"kid\":\"r\"}",
		    VERDICT_jwt_algorithm },
		{ JF_RSA, "RS256", "{\"alg\":\"EdDSA\",\"kid\":\"r\"}",
		    VERDICT_jwt_algorithm },
		{ JF_P256, "ES256", "{\"alg\":\"RS256\",\"kid\":\"p\"}",
		    VERDICT_jwt_algorithm },
		{ JF_P256, "ES384", "{\"alg\":\"ES384\",\"kid\":\"p\"}",
		    VERDICT_jwt_algorithm },
		{ JF_ED25519, "EdDSA", "{\"alg\":\"ES256\",\"kid\":\"e\"}",
		    VERDICT_jwt_algorithm },
		{ JF_ED25519, "EdDSA", "{\"alg\":\"Ed448\",\"kid\":\"e\"}",
		    VERDICT_jwt_algorithm },
		/* One of the same key. */
		{ JF_RSA, "RS256", "{\"alg\":\"PS256\",\"kid\":\"r\"}",
		    VERDICT_jwt_signature },
		{ JF_RSA, "PS256", "{\"alg\":\"RS256\",\"kid\":\"r\"}",
		    VERDICT_jwt_signature },
		{ JF_RSA, "RS256", "{\"alg\":\"RS512\",\"kid\":\"r\"}",
		    VERDICT_jwt_signature },
		{ JF_RSA, "RS512", "{\"alg\":\"RS256\",\"kid\":\"r\"}",
		    VERDICT_jwt_signature },
		/* Salt of another length. */
		{ JF_RSA, "PS256max", "{\"alg\":\"PS256\",\"kid\":\"r\"}",
		    VERDICT_jwt_signature },
		{ JF_RSA, "PS256zero", "{\"alg\":\"PS256\",\"kid\":\"r\"}",
		    VERDICT_jwt_signature },
		/* DER where r and s belong. */
		{ JF_P256, "ES256der", "{\"alg\":\"ES256\",\"kid\":\"p\"}",
		    VERDICT_jwt_signature },
		/* The attacker's keys. */
		{ JF_RSA2, "RS256", "{\"alg\":\"RS256\",\"kid\":\"r\"}",
		    VERDICT_jwt_signature },
		{ JF_P256B, "ES256", "{\"alg\":\"ES256\",\"kid\":\"p\"}",
		    VERDICT_jwt_signature },
		{ JF_RSA1024, "RS256", "{\"alg\":\"RS256\",\"kid\":\"r\"}",
		    VERDICT_jwt_signature },
		{ JF_RSA2, "RS256", "{\"alg\":\"RS256\"}", VERDICT_jwt_key },
		{ JF_P256B, "ES256", "{\"alg\":\"ES256\"}", VERDICT_jwt_key }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(judge(&set, jf_token(rows[i].key, rows[i].alg,
		    rows[i].header, CLAIMS)), rows[i].v, rows[i].header);
	/* What the key says holds. */
	expect(judge(&pinned, jf_token(JF_RSA, "RS256",
	    "{\"alg\":\"RS256\",\"kid\":\"r\"}", CLAIMS)),
	    VERDICT_jwt_algorithm, "RS256 with a PS256 key");
	expect(judge(&pinned, jf_token(JF_RSA, "PS256",
	    "{\"alg\":\"PS256\",\"kid\":\"r\"}", CLAIMS)), VERDICT_ok,
	    "PS256 with a PS256 key");
}

/* HMAC with what everybody knows. */
static void
public_secret(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"HS256\"}", "{\"alg\":\"HS256\",\"kid\":\"r\"}",
		"{\"alg\":\"RS256\",\"kid\":\"r\"}"
	};
	unsigned char *der = NULL;
	json_t *o = jf_jwk(JF_RSA, "r", "");
	char *pem = jf_pem(JF_RSA, 0), *jwk = json_dumps(o, JSON_COMPACT);
	size_t i, j;
	int n;

	(void)state;
	n = i2d_PUBKEY(jf_key(JF_RSA), &der);
	assert_true(n > 0);
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const struct {
			const void *p;
			size_t len;
		} secrets[] = {
			{ pem, strlen(pem) }, { der, (size_t)n },
			{ jwk, strlen(jwk) }, { "", 0 },
			{ pem, strlen(pem) - 1 }
		};
		for (j = 0; j < sizeof(secrets) / sizeof(secrets[0]); j++)
			expect(judge(&set, jf_hmac(secrets[j].p,
			    secrets[j].len, headers[i], CLAIMS)), i == 2 ?
			    VERDICT_jwt_signature : VERDICT_jwt_algorithm,
			    headers[i]);
	}
	OPENSSL_free(der);
	free(pem);
	free(jwk);
	json_decref(o);
}

static void
headers(void **state)
{
	static const struct {
		const char *header;
		enum verdict v;
	} rows[] = {
		{ "{\"alg\":\"RS256\",\"crit\":[\"exp\"]}",
		    VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"crit\":[]}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"crit\":null}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"b64\":false,\"crit\":[\"b64\"]}",
		    VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"b64\":false}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"b64\":true}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"zip\":\"DEF\"}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"zip\":null}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"enc\":\"A128GCM\"}",
		    VERDICT_jwt_malformed },
		{ "{\"alg\":\"RS256\",\"kid\":1}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"kid\":null}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"kid\":\"\"}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"kid\":[\"r\"]}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"kid\":{\"r\":1}}",
		    VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"kid\":true}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"kid\":\"R\"}", VERDICT_jwt_key },
		{ "{\"alg\":\"RS256\",\"kid\":\"r \"}", VERDICT_jwt_key },
		{ "{\"alg\":\"RS256\",\"kid\":\"../../dev/null\"}",
		    VERDICT_jwt_key },
		{ "{\"alg\":\"RS256\",\"kid\":\"' or 1=1 --\"}",
		    VERDICT_jwt_key },
		{ "{\"alg\":\"RS256\",\"kid\":\"p\"}", VERDICT_jwt_algorithm },
		{ "{\"alg\":\"RS256\",\"kid\":\"r\",\"kid\":\"r\"}",
		    VERDICT_jwt_malformed },
		{ "{\"alg\":\"none\",\"alg\":\"RS256\"}",
		    VERDICT_jwt_malformed },
		{ "{\"alg\":\"RS256\",\"\\u0061lg\":\"none\"}",
		    VERDICT_jwt_malformed },
		{ "{\"alg\":\"RS256\",\"kid\":\"r\\u0000x\"}",
		    VERDICT_jwt_malformed },
		{ "{\"alg\":\"RS256\"}x", VERDICT_jwt_malformed },
		{ "{\"alg\":\"RS256\"}{}", VERDICT_jwt_malformed },
		{ "[\"RS256\"]", VERDICT_jwt_malformed },
		{ "\"RS256\"", VERDICT_jwt_malformed },
		{ "x", VERDICT_jwt_malformed },
		{ "{\"alg\":\"RS256\",\"typ\":\"logout+jwt\"}",
		    VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"typ\":\"at+jwt\"}",
		    VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"typ\":\"AT+JWT\"}",
		    VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"typ\":\"application/at+jwt\"}",
		    VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"typ\":\"dpop+jwt\"}",
		    VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"typ\":1}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"typ\":\"\"}", VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"typ\":[\"JWT\"]}",
		    VERDICT_jwt_header },
		{ "{\"alg\":\"RS256\",\"typ\":\"application/jwt\"}",
		    VERDICT_ok },
		{ "{\"alg\":\"RS256\",\"typ\":null}", VERDICT_ok },
		{ "{\"alg\":\"RS256\",\"x\":{\"y\":[1]}}", VERDICT_ok }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(judge(&set, jf_token(JF_RSA, "RS256", rows[i].header,
		    CLAIMS)), rows[i].v, rows[i].header);
}

/* A token that is of another type than is looked for. */
static void
types(void **state)
{
	static const struct {
		const char *typ;
		enum verdict v;
	} rows[] = {
		{ "logout+jwt", VERDICT_ok }, { "Logout+JWT", VERDICT_ok },
		{ "application/logout+jwt", VERDICT_ok },
		{ "JWT", VERDICT_ok }, { "at+jwt", VERDICT_jwt_header },
		{ "logout", VERDICT_jwt_header },
		{ "xlogout+jwt", VERDICT_jwt_header },
		{ "logout+jwtx", VERDICT_jwt_header },
		{ "application/application/logout+jwt", VERDICT_jwt_header }
	};
	char header[128], *token;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(header, sizeof(header),
		    "{\"alg\":\"ES256\",\"typ\":\"%s\"}", rows[i].typ);
		token = jf_token(JF_P256, "ES256", header, CLAIMS);
		expect(judge_as(&set, token, strlen(token), "logout+jwt"),
		    rows[i].v, header);
		free(token);
	}
	token = jf_token(JF_P256, "ES256", "{\"alg\":\"ES256\"}", CLAIMS);
	expect(judge_as(&set, token, strlen(token), "logout+jwt"), VERDICT_ok,
	    "no typ");
	free(token);
}

/* The attacker brings a key along. */
static void
key_in_header(void **state)
{
	static const char *const also[] = { "\"jku\":\"https://evil.example/\"",
	    "\"x5u\":\"https://evil.example/\"", "\"x5c\":[\"AAAA\"]",
	    "\"x5t\":\"AAAA\"" };
	json_t *jwk = jf_jwk(JF_RSA2, "r", "RS256");
	char *key = json_dumps(jwk, JSON_COMPACT), *header;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(also) / sizeof(also[0]); i++) {
		assert_true(asprintf(&header, "{\"alg\":\"RS256\",\"kid\":"
		    "\"r\",\"jwk\":%s,%s}", key, also[i]) > 0);
		expect(judge(&set, jf_token(JF_RSA2, "RS256", header,
		    CLAIMS)), VERDICT_jwt_signature, header);
		/* It is passed over, though, not a fault. */
		expect(judge(&set, jf_token(JF_RSA, "RS256", header,
		    CLAIMS)), VERDICT_ok, header);
		free(header);
	}
	free(key);
	json_decref(jwk);
}

static void
payloads(void **state)
{
	static const char *const texts[] = {
		"", "x", "[]", "null", "\"a\"", "1", "{\"sub\":\"a\"",
		"{\"sub\":\"a\"}}", "{\"sub\":\"b\",\"sub\":\"a\"}",
		"{\"iss\":\"a\",\"sub\":\"a\",\"iss\":\"b\"}",
		"{\"sub\":\"a\",\"aud\":\"a\",\"aud\":[\"a\"]}",
		"{\"sub\":\"a\\u0000\"}", "{\"sub\":\"\xff\"}",
		"{\"sub\":\"a\",\"x\":{\"y\":1,\"y\":2}}",
		"{\"sub\":\"a\"}\n{}", "\xef\xbb\xbf{\"sub\":\"a\"}"
	};
	char *deep;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect(judge(&set, jf_token(JF_P256, "ES256",
		    "{\"alg\":\"ES256\"}", texts[i])), VERDICT_jwt_malformed,
		    texts[i]);
	deep = malloc(40001);
	assert_non_null(deep);
	memset(deep, '[', 40000);
	memcpy(deep, "{\"sub\":", 7);
	deep[40000] = '\0';
	expect(judge(&set, jf_token(JF_P256, "ES256", "{\"alg\":\"ES256\"}",
	    deep)), VERDICT_jwt_malformed, "deep");
	expect(judge(&set, jf_token(JF_P256, "ES256", deep, CLAIMS)),
	    VERDICT_jwt_malformed, "deep header");
	free(deep);
}

/* Every octet of a good token changed, left out, and doubled. */
static void
mutations(void **state)
{
	static const enum jf keys[] = { JF_P256, JF_ED25519 };
	static const char *const algs[] = { "ES256", "EdDSA" };
	char header[32], *token, *bad;
	size_t i, k, len;

	(void)state;
	for (k = 0; k < 2; k++) {
		snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", algs[k]);
		token = jf_token(keys[k], algs[k], header, CLAIMS);
		len = strlen(token);
		bad = malloc(len + 2);
		assert_non_null(bad);
		for (i = 0; i < len; i++) {
			memcpy(bad, token, len + 1);
			bad[i] = bad[i] == 'A' ? 'B' : 'A';
			assert_int_not_equal(judge_as(&set, bad, len, NULL),
			    VERDICT_ok);
			bad[i] = (char)(token[i] ^ 0x80);
			assert_int_not_equal(judge_as(&set, bad, len, NULL),
			    VERDICT_ok);
			memcpy(bad, token, i);
			memcpy(bad + i, token + i + 1, len - i);
			assert_int_not_equal(judge_as(&set, bad, len - 1,
			    NULL), VERDICT_ok);
			memcpy(bad, token, i + 1);
			memcpy(bad + i + 1, token + i, len - i + 1);
			assert_int_not_equal(judge_as(&set, bad, len + 1,
			    NULL), VERDICT_ok);
			/* Cut off here. */
			assert_int_not_equal(judge_as(&set, token, i, NULL),
			    VERDICT_ok);
		}
		free(bad);
		free(token);
	}
}

/* A token taken apart and put together in ways that are none. */
static void
forms(void **state)
{
	static const char *const forms[] = {
		/* 1 header, 2 payload, 3 signature */
		"1", "1.2", ".2.3", "1..3", "1.2.", "..", "...", ".", "",
		"1.2.3.", ".1.2.3", "1.2.3.3", "1.2.3.2.1", "1.2.2.3",
		" 1.2.3", "1.2.3 ", "1.2.3\n", "1 .2.3", "1.2\n.3", "1.2. 3",
		"1=.2.3", "1.2=.3", "1.2.3=", "1.2.3==", "1.2.3A", "1.2.3AA",
		"1.2.+3", "1.2./3", "+1.2.3", "1.2.3%3D", "\"1.2.3\"",
		"Bearer 1.2.3", "1.2.3.1.2", "{\"payload\":\"2\","
		"\"protected\":\"1\",\"signature\":\"3\"}", "2.1.3", "3.2.1",
		"1.2.1", "1,2,3", "1.2.3\t", "1.2.\xc2\xa0" "3"
	};
	char *token, *part[3], out[2048], *p;
	const char *f;
	size_t i, n;

	(void)state;
	token = jf_token(JF_RSA, "RS256", "{\"alg\":\"RS256\",\"kid\":\"r\"}",
	    CLAIMS);
	p = token;
	for (n = 0; n < 3; n++)
		part[n] = strsep(&p, ".");
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		out[0] = '\0';
		for (f = forms[i]; *f != '\0'; f++) {
			if (*f >= '1' && *f <= '3' && forms[i][0] != '{')
				strlcat(out, part[*f - '1'], sizeof(out));
			else if (*f >= '1' && *f <= '3' && f[-1] == '"')
				strlcat(out, part[*f - '1'], sizeof(out));
			else
				strlcat(out, (char []){ *f, '\0' },
				    sizeof(out));
		}
		if (judge_as(&set, out, strlen(out), NULL) == VERDICT_ok)
			fail_msg("accepted: %s", forms[i]);
	}
	free(token);
}

/* A signature's own octets for the last part. */
static enum verdict
with_signature(enum jf key, const char *header, const uint8_t *sig, size_t len)
{
	char *token, *dot, *text, *out;

	token = jf_token(key, "none", header, CLAIMS);
	dot = strrchr(token, '.');
	text = base64url_encode(sig, len);
	*dot = '\0';
	assert_true(asprintf(&out, "%s.%s", token, text) > 0);
	free(token);
	free(text);
	return judge(&set, out);
}

static void
signatures(void **state)
{
	static const char es[] = "{\"alg\":\"ES256\",\"kid\":\"p\"}";
	static const char ed[] = "{\"alg\":\"EdDSA\",\"kid\":\"e\"}";
	static const char rs[] = "{\"alg\":\"RS256\",\"kid\":\"r\"}";
	/* The order of P-256. */
	static const uint8_t order[32] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
	    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
	    0x25, 0x51 };
	uint8_t sig[512];
	size_t i;

	(void)state;
	/* r and s that any hash fits, if nobody looks. */
	memset(sig, 0, sizeof(sig));
	expect(with_signature(JF_P256, es, sig, 64), VERDICT_jwt_signature,
	    "r = s = 0");
	sig[63] = 1;
	expect(with_signature(JF_P256, es, sig, 64), VERDICT_jwt_signature,
	    "r = 0");
	sig[63] = 0;
	sig[31] = 1;
	expect(with_signature(JF_P256, es, sig, 64), VERDICT_jwt_signature,
	    "s = 0");
	sig[63] = 1;
	expect(with_signature(JF_P256, es, sig, 64), VERDICT_jwt_signature,
	    "r = s = 1");
	memcpy(sig, order, 32);
	memcpy(sig + 32, order, 32);
	expect(with_signature(JF_P256, es, sig, 64), VERDICT_jwt_signature,
	    "r = s = n");
	memset(sig, 0xff, sizeof(sig));
	expect(with_signature(JF_P256, es, sig, 64), VERDICT_jwt_signature,
	    "all ones");
	/* Lengths that are none. */
	for (i = 1; i < 140; i++) {
		if (i != 64)
			expect(with_signature(JF_P256, es, sig, i),
			    VERDICT_jwt_signature, "ES256 length");
		expect(with_signature(JF_ED25519, ed, sig, i),
		    VERDICT_jwt_signature, "EdDSA length");
	}
	memset(sig, 0, sizeof(sig));
	expect(with_signature(JF_ED25519, ed, sig, 64), VERDICT_jwt_signature,
	    "EdDSA zero");
	for (i = 254; i < 259; i++)
		expect(with_signature(JF_RSA, rs, sig, i),
		    VERDICT_jwt_signature, "RS256 zero");
	sig[255] = 1;
	expect(with_signature(JF_RSA, rs, sig, 256), VERDICT_jwt_signature,
	    "RS256 one");
}

static void
sizes(void **state)
{
	char *payload, *token;
	size_t n;

	(void)state;
	/* The largest that fits, and one that does not. */
	payload = malloc(LIMIT_JWT + 1);
	assert_non_null(payload);
	memset(payload, ' ', LIMIT_JWT);
	payload[LIMIT_JWT] = '\0';
	memcpy(payload, CLAIMS, strlen(CLAIMS));
	n = (LIMIT_JWT - 20 - 86 - 2) / 4 * 3;
	payload[n] = '\0';
	token = jf_token(JF_P256, "ES256", "{\"alg\":\"ES256\"}", payload);
	assert_true(strlen(token) <= LIMIT_JWT);
	expect(judge(&set, token), VERDICT_ok, "large");
	payload[n] = ' ';
	payload[n + 6] = '\0';
	token = jf_token(JF_P256, "ES256", "{\"alg\":\"ES256\"}", payload);
	assert_true(strlen(token) > LIMIT_JWT);
	expect(judge(&set, token), VERDICT_jwt_malformed, "too large");
	free(payload);
}

static void
kids(void **state)
{
	struct jwk_set s;

	(void)state;
	/* Two keys of one name: both are tried, and no third. */
	read_set(&s, jf_jwk(JF_RSA2, "k", ""), jf_jwk(JF_RSA, "k", ""),
	    jf_jwk(JF_P256, "x", ""));
	expect(judge(&s, jf_token(JF_RSA, "RS256",
	    "{\"alg\":\"RS256\",\"kid\":\"k\"}", CLAIMS)), VERDICT_ok, "2nd");
	expect(judge(&s, jf_token(JF_RSA2, "RS256",
	    "{\"alg\":\"RS256\",\"kid\":\"k\"}", CLAIMS)), VERDICT_ok, "1st");
	expect(judge(&s, jf_token(JF_RSA, "RS256",
	    "{\"alg\":\"RS256\",\"kid\":\"x\"}", CLAIMS)),
	    VERDICT_jwt_algorithm, "another's name");
	expect(judge(&s, jf_token(JF_P256, "ES256",
	    "{\"alg\":\"ES256\",\"kid\":\"k\"}", CLAIMS)),
	    VERDICT_jwt_algorithm, "another's name");
	jwk_set_free(&s);
	/* One of the keys has no name: no named token is of it. */
	read_set(&s, jf_jwk(JF_RSA, "", ""), jf_jwk(JF_P256, "x", ""), NULL);
	expect(judge(&s, jf_token(JF_RSA, "RS256",
	    "{\"alg\":\"RS256\",\"kid\":\"k\"}", CLAIMS)), VERDICT_jwt_key,
	    "no name");
	expect(judge(&s, jf_token(JF_RSA, "RS256", "{\"alg\":\"RS256\"}",
	    CLAIMS)), VERDICT_ok, "no kid");
	jwk_set_free(&s);
	/* A key for encryption is in no set. */
	memset(&s, 0, sizeof(s));
	expect(judge(&s, jf_token(JF_RSA, "RS256", "{\"alg\":\"RS256\"}",
	    CLAIMS)), VERDICT_jwt_key, "empty set");
}

static void
nested(void **state)
{
	char *inner, *out;

	(void)state;
	/* A JWT in a JWT, and JSON serialization, are no claims. */
	inner = jf_token(JF_RSA, "RS256", "{\"alg\":\"RS256\"}", CLAIMS);
	out = jf_token(JF_RSA, "RS256", "{\"alg\":\"RS256\",\"cty\":\"JWT\"}",
	    inner);
	expect(judge(&set, out), VERDICT_jwt_malformed, "nested");
	free(inner);
}

static void
signing(void **state)
{
	static const struct {
		enum jf key;
		const char *alg;
	} rows[] = {
		{ JF_RSA, "RS256" }, { JF_P256, "ES256" },
		{ JF_P384, "ES384" }, { JF_ED25519, "EdDSA" }
	};
	json_t *claims = json_pack("{s:s, s:i}", "sub", "a", "n", 1);
	struct jwk_set s;
	struct jwt_signer signer;
	struct jwt t;
	char *pem, *token;
	size_t i, round;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pem = jf_pem(rows[i].key, 1);
		assert_null(jwt_signer_read(&signer, pem, strlen(pem)));
		assert_string_equal(signer.alg, rows[i].alg);
		read_set(&s, jf_jwk(rows[i].key, "me", rows[i].alg), NULL,
		    NULL);
		/* Often, so that short r and s come up. */
		for (round = 0; round < 300; round++) {
			token = jwt_sign(&signer, "me", claims);
			expect(jwt_verify(&s, token, strlen(token), NULL, &t),
			    VERDICT_ok, rows[i].alg);
			assert_string_equal(json_string_value(json_object_get(
			    t.header, "kid")), "me");
			assert_string_equal(json_string_value(json_object_get(
			    t.header, "typ")), "JWT");
			assert_true(json_equal(t.claims, claims));
			jwt_free(&t);
			free(token);
			if (rows[i].key == JF_RSA && round > 5)
				break;
		}
		token = jwt_sign(&signer, "", claims);
		expect(jwt_verify(&s, token, strlen(token), NULL, &t),
		    VERDICT_ok, rows[i].alg);
		assert_null(json_object_get(t.header, "kid"));
		jwt_free(&t);
		free(token);
		jwk_set_free(&s);
		jwt_signer_free(&signer);
		free(pem);
	}
	json_decref(claims);
}

static void
bad_signers(void **state)
{
	static const enum jf keys[] = { JF_RSA1024, JF_P521, JF_SECP256K1 };
	static const char *const texts[] = { "", "x",
	    "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
	    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
	    "-----END ENCRYPTED PRIVATE KEY-----\n" };
	struct jwt_signer signer;
	char *pem;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		pem = jf_pem(keys[i], 1);
		assert_non_null(jwt_signer_read(&signer, pem, strlen(pem)));
		jwt_signer_free(&signer);
		free(pem);
	}
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_non_null(jwt_signer_read(&signer, texts[i],
		    strlen(texts[i])));
		jwt_signer_free(&signer);
	}
	/* A public key signs nothing. */
	pem = jf_pem(JF_RSA, 0);
	assert_non_null(jwt_signer_read(&signer, pem, strlen(pem)));
	jwt_signer_free(&signer);
	free(pem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(algorithms),
		cmocka_unit_test(confusion),
		cmocka_unit_test(public_secret),
		cmocka_unit_test(headers),
		cmocka_unit_test(types),
		cmocka_unit_test(key_in_header),
		cmocka_unit_test(payloads),
		cmocka_unit_test(mutations),
		cmocka_unit_test(forms),
		cmocka_unit_test(signatures),
		cmocka_unit_test(sizes),
		cmocka_unit_test(kids),
		cmocka_unit_test(nested),
		cmocka_unit_test(signing),
		cmocka_unit_test(bad_signers)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
