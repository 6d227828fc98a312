/* JWK sets: what is read, what is left out, what spoils the set. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/verifier/jose.h"
#include "jose_fixture.h"

static const char *
read_text(struct jwk_set *set, const char *text)
{
	return jwk_set_read(set, text, strlen(text));
}

/* A set of one key whose member is replaced; value NULL: removed. */
static char *
edited(enum jf n, const char *member, const char *value)
{
	json_t *o = jf_jwk(n, "k", ""), *v;

	if (value == NULL)
		json_object_del(o, member);
	else {
		v = json_loads(value, JSON_DECODE_ANY, NULL);
		if (v == NULL)
			fail_msg("no JSON: %s", value);
		json_object_set_new(o, member, v);
	}
	return jf_set(o, NULL, NULL);
}

/* How the one key of a set fares: taken, left out, or the set refused. */
enum fate { TAKEN, LEFT, REFUSED };

static enum fate
fate(const char *text)
{
	struct jwk_set set;
	enum fate f;

	if (read_text(&set, text) == NULL)
		f = TAKEN;
	else
		f = set.ignored > 0 ? LEFT : REFUSED;
	if (f == TAKEN) {
		assert_int_equal(set.count, 1);
		assert_int_equal(set.ignored, 0);
	} else
		assert_int_equal(set.count, 0);
	jwk_set_free(&set);
	return f;
}

static void
kinds(void **state)
{
	static const struct {
		enum jf key;
		enum jwk_type type;
		enum fate fate;
	} rows[] = {
		{ JF_RSA, JWK_RSA, TAKEN }, { JF_P256, JWK_P256, TAKEN },
		{ JF_P384, JWK_P384, TAKEN },
		{ JF_ED25519, JWK_ED25519, TAKEN },
		{ JF_RSA1024, 0, LEFT }, { JF_P521, 0, LEFT },
		{ JF_SECP256K1, 0, LEFT }
	};
	struct jwk_set set;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = jf_set(jf_jwk(rows[i].key, "one", ""), NULL, NULL);
		assert_int_equal(fate(text), rows[i].fate);
		if (rows[i].fate == TAKEN) {
			assert_null(read_text(&set, text));
			assert_int_equal(set.list[0].type, rows[i].type);
			assert_string_equal(set.list[0].kid, "one");
			assert_string_equal(set.list[0].alg, "");
			assert_int_equal(EVP_PKEY_eq(set.list[0].key,
			    jf_key(rows[i].key)), 1);
			jwk_set_free(&set);
		}
		free(text);
	}
}

static void
members(void **state)
{
	static const struct {
		enum jf key;
		const char *member;
		const char *value;
		enum fate fate;
	} rows[] = {
		/* What it is for. */
		{ JF_RSA, "use", "\"sig\"", TAKEN },
		{ JF_RSA, "use", "null", TAKEN },
		{ JF_RSA, "use", "\"enc\"", LEFT },
		{ JF_RSA, "use", "\"SIG\"", LEFT },
		{ JF_RSA, "use", "\"\"", LEFT },
		{ JF_RSA, "use", "[\"sig\"]", LEFT },
		{ JF_RSA, "use", "1", LEFT },
		{ JF_RSA, "key_ops", "[\"verify\"]", TAKEN },
		{ JF_RSA, "key_ops", "[\"sign\",\"verify\"]", TAKEN },
		{ JF_RSA, "key_ops", "[\"sign\"]", LEFT },
		{ JF_RSA, "key_ops", "[\"encrypt\"]", LEFT },
		{ JF_RSA, "key_ops", "[]", LEFT },
		{ JF_RSA, "key_ops", "\"verify\"", LEFT },
		{ JF_RSA, "key_ops", "{\"verify\":1}", LEFT },
		{ JF_RSA, "key_ops", "[[\"verify\"]]", LEFT },
		/* Its algorithm. */
		{ JF_RSA, "alg", "\"RS256\"", TAKEN },
		{ JF_RSA, "alg", "\"RS384\"", TAKEN },
		{ JF_RSA, "alg", "\"RS512\"", TAKEN },
		{ JF_RSA, "alg", "\"PS256\"", TAKEN },
		{ JF_RSA, "alg", "\"rs256\"", LEFT },
		{ JF_RSA, "alg", "\"RSA-OAEP\"", LEFT },
		{ JF_RSA, "alg", "\"RSA1_5\"", LEFT },
		{ JF_RSA, "alg", "\"HS256\"", LEFT },
		{ JF_RSA, "alg", "\"none\"", LEFT },
		{ JF_RSA, "alg", "\"ES256\"", LEFT },
		{ JF_RSA, "alg", "\"\"", LEFT },
		{ JF_RSA, "alg", "[\"RS256\"]", LEFT },
		{ JF_P256, "alg", "\"ES256\"", TAKEN },
		{ JF_P256, "alg", "\"ES384\"", LEFT },
		{ JF_P256, "alg", "\"ES256K\"", LEFT },
		{ JF_P256, "alg", "\"RS256\"", LEFT },
		{ JF_P384, "alg", "\"ES384\"", TAKEN },
		{ JF_P384, "alg", "\"ES256\"", LEFT },
		{ JF_ED25519, "alg", "\"EdDSA\"", TAKEN },
		{ JF_ED25519, "alg", "\"Ed25519\"", TAKEN },
		{ JF_ED25519, "alg", "\"Ed448\"", LEFT },
		{ JF_ED25519, "alg", "\"ES256\"", LEFT },
		/* Its name. */
		{ JF_RSA, "kid", NULL, TAKEN },
		{ JF_RSA, "kid", "\"../../etc/passwd\"", TAKEN },
		{ JF_RSA, "kid", "1", LEFT },
		{ JF_RSA, "kid", "[\"k\"]", LEFT },
		{ JF_RSA, "kid", "\"\"", LEFT },
		/* Its kind. */
		{ JF_RSA, "kty", NULL, LEFT }, { JF_RSA, "kty", "1", LEFT },
		{ JF_RSA, "kty", "\"rsa\"", LEFT },
		{ JF_RSA, "kty", "\"EC\"", LEFT },
		{ JF_RSA, "kty", "\"OKP\"", LEFT },
		{ JF_RSA, "kty", "\"AKP\"", LEFT },
		{ JF_RSA, "kty", "\"oct\"", REFUSED },
		{ JF_P256, "kty", "\"RSA\"", LEFT },
		{ JF_P256, "kty", "\"OKP\"", LEFT },
		{ JF_P256, "crv", "\"P-384\"", LEFT },
		{ JF_P256, "crv", "\"p-256\"", LEFT },
		{ JF_P256, "crv", "\"prime256v1\"", LEFT },
		{ JF_P256, "crv", "\"Ed25519\"", LEFT },
		{ JF_P256, "crv", NULL, LEFT },
		{ JF_P384, "crv", "\"P-256\"", LEFT },
		{ JF_ED25519, "crv", "\"Ed448\"", LEFT },
		{ JF_ED25519, "crv", "\"X25519\"", LEFT },
		{ JF_ED25519, "crv", "\"P-256\"", LEFT },
		{ JF_ED25519, "kty", "\"EC\"", LEFT },
		/* Its numbers. */
		{ JF_RSA, "n", NULL, LEFT }, { JF_RSA, "e", NULL, LEFT },
		{ JF_RSA, "n", "\"\"", LEFT }, { JF_RSA, "e", "\"\"", LEFT },
		{ JF_RSA, "e", "65537", LEFT }, { JF_RSA, "n", "1", LEFT },
		{ JF_RSA, "n", "\"AQAB\"", LEFT },
		{ JF_RSA, "e", "\"AQAB=\"", LEFT },
		{ JF_RSA, "e", "\" AQAB\"", LEFT },
		{ JF_RSA, "e", "\"AQ+B\"", LEFT },
		{ JF_RSA, "e", "\"AAEAAQ\"", TAKEN },	/* 0, 65537 */
		{ JF_RSA, "e", "\"Aw\"", TAKEN },	/* 3 */
		{ JF_RSA, "e", "\"Ax\"", LEFT },	/* spare bits */
		{ JF_RSA, "e", "\"AQ\"", LEFT },	/* 1 */
		{ JF_RSA, "e", "\"AA\"", LEFT },	/* 0 */
		{ JF_RSA, "e", "\"Ag\"", LEFT },	/* 2 */
		{ JF_RSA, "e", "\"AQAA\"", LEFT },	/* 65536 */
		{ JF_RSA, "e", "\"_____w\"", TAKEN },	/* 2^32 - 1 */
		{ JF_RSA, "e", "\"AQAAAAE\"", LEFT },	/* 2^32 + 1 */
		{ JF_RSA, "e", "\"__________8\"", LEFT },
		{ JF_RSA, "e", "\"AAAAAAAAAAAD\"", LEFT },
		{ JF_P256, "x", NULL, LEFT }, { JF_P256, "y", NULL, LEFT },
		{ JF_P256, "x", "\"AQ\"", LEFT }, { JF_P256, "y", "1", LEFT },
		{ JF_P256, "y",
		    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", LEFT },
		{ JF_ED25519, "x", NULL, LEFT },
		{ JF_ED25519, "x", "\"AQ\"", LEFT },
		{ JF_ED25519, "x",
		    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", LEFT },
		/* What means nothing to us. */
		{ JF_RSA, "x5c", "[\"nonsense\"]", TAKEN },
		{ JF_RSA, "x5u", "\"http://evil.example/\"", TAKEN },
		{ JF_RSA, "x5t", "1", TAKEN },
		/* What nobody shows. */
		{ JF_RSA, "d", "\"AQAB\"", REFUSED },
		{ JF_RSA, "d", "null", REFUSED },
		{ JF_RSA, "d", "\"\"", REFUSED },
		{ JF_RSA, "p", "\"AQAB\"", REFUSED },
		{ JF_RSA, "q", "\"AQAB\"", REFUSED },
		{ JF_RSA, "dp", "\"AQAB\"", REFUSED },
		{ JF_RSA, "dq", "\"AQAB\"", REFUSED },
		{ JF_RSA, "qi", "\"AQAB\"", REFUSED },
		{ JF_RSA, "oth", "[]", REFUSED },
		{ JF_RSA, "k", "\"AQAB\"", REFUSED },
		{ JF_P256, "d", "\"AQAB\"", REFUSED },
		{ JF_ED25519, "d", "\"AQAB\"", REFUSED },
		{ JF_ED25519, "priv", "\"AQAB\"", REFUSED }
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = edited(rows[i].key, rows[i].member, rows[i].value);
		if (fate(text) != rows[i].fate)
			fail_msg("%s %s: %d", rows[i].member, rows[i].value ==
			    NULL ? "-" : rows[i].value, fate(text));
		free(text);
	}
}

/* A modulus of so many octets, the first and last as given. */
static enum fate
modulus(size_t octets, uint8_t first, uint8_t last)
{
	uint8_t *n = malloc(octets);
	char *b64, *value, *text;
	enum fate f;

	assert_non_null(n);
	memset(n, 0xa5, octets);
	n[0] = first;
	n[octets - 1] = last;
	b64 = base64url_encode(n, octets);
	assert_true(asprintf(&value, "\"%s\"", b64) > 0);
	text = edited(JF_RSA, "n", value);
	f = fate(text);
	free(n);
	free(b64);
	free(value);
	free(text);
	return f;
}

static void
rsa_sizes(void **state)
{
	(void)state;
	assert_int_equal(modulus(256, 0x80, 1), TAKEN);
	assert_int_equal(modulus(257, 0, 1), TAKEN);
	assert_int_equal(modulus(1024, 0xff, 1), TAKEN);
	assert_int_equal(modulus(256, 0x7f, 1), LEFT);
	assert_int_equal(modulus(256, 0x80, 2), LEFT);
	assert_int_equal(modulus(128, 0x80, 1), LEFT);
	assert_int_equal(modulus(255, 0xff, 1), LEFT);
	assert_int_equal(modulus(256, 0, 1), LEFT);
	assert_int_equal(modulus(1025, 1, 1), LEFT);
	assert_int_equal(modulus(8192, 1, 1), LEFT);
}

static void
off_curve(void **state)
{
	json_t *o = jf_jwk(JF_P256, "k", ""), *other = jf_jwk(JF_P256B, "k",
	    "");
	char *text;

	(void)state;
	json_object_set(o, "y", json_object_get(other, "y"));
	text = jf_set(o, NULL, NULL);
	assert_int_equal(fate(text), LEFT);
	free(text);
	json_decref(other);
	/* All ones: larger than the field. */
	text = edited(JF_P256, "x",
	    "\"__________________________________________8\"");
	assert_int_equal(fate(text), LEFT);
	free(text);
}

static void
documents(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "null", "{}", "{\"keys\":null}",
		"{\"keys\":{}}", "{\"keys\":\"\"}", "{\"keys\":[]}",
		"{\"keys\":[null]}", "{\"keys\":[1]}", "{\"keys\":[[]]}",
		"{\"keys\":[{}]}", "{\"Keys\":[]}", "{\"keys\":[],\"keys\":[]}",
		"{\"keys\":[{\"kty\":\"oct\"}]}",
		"{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"RSA\"}]}",
		"{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"
	};
	struct jwk_set set;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (read_text(&set, texts[i]) == NULL)
			fail_msg("accepted: %s", texts[i]);
		assert_int_equal(set.count, 0);
		jwk_set_free(&set);
	}
}

static void
several(void **state)
{
	struct jwk_set set;
	char *text;
	json_t *o;

	(void)state;
	/* The good ones of a mixed set, in their order. */
	o = jf_jwk(JF_RSA2, "enc", "");
	json_object_set_new(o, "use", json_string("enc"));
	text = jf_set(jf_jwk(JF_RSA, "a", ""), o, jf_jwk(JF_P256, "b", ""));
	assert_null(read_text(&set, text));
	assert_int_equal(set.count, 2);
	assert_int_equal(set.ignored, 1);
	assert_string_equal(set.list[0].kid, "a");
	assert_string_equal(set.list[1].kid, "b");
	jwk_set_free(&set);
	free(text);
	/* One that comes twice, and one under two names. */
	text = jf_set(jf_jwk(JF_RSA, "a", ""), jf_jwk(JF_RSA, "a", ""),
	    jf_jwk(JF_RSA, "b", ""));
	assert_null(read_text(&set, text));
	assert_int_equal(set.count, 2);
	assert_int_equal(set.ignored, 1);
	jwk_set_free(&set);
	free(text);
	/* One bad apple. */
	o = jf_jwk(JF_P256, "b", "");
	json_object_set_new(o, "d", json_string("AQAB"));
	text = jf_set(jf_jwk(JF_RSA, "a", ""), o, NULL);
	assert_non_null(read_text(&set, text));
	assert_int_equal(set.count, 0);
	jwk_set_free(&set);
	free(text);
	text = jf_set(jf_jwk(JF_RSA, "a", ""), json_pack("{s:s, s:s}", "kty",
	    "oct", "k", "AQAB"), NULL);
	assert_non_null(read_text(&set, text));
	jwk_set_free(&set);
	free(text);
}

static void
too_many(void **state)
{
	json_t *list = json_array(), *o;
	struct jwk_set set;
	char *text, kid[16];
	size_t i;

	(void)state;
	for (i = 0; i <= LIMIT_JWKS; i++) {
		if (i == LIMIT_JWKS) {
			o = json_pack("{s:O}", "keys", list);
			text = json_dumps(o, 0);
			assert_null(read_text(&set, text));
			assert_int_equal(set.count, LIMIT_JWKS);
			jwk_set_free(&set);
			free(text);
			json_decref(o);
		}
		snprintf(kid, sizeof(kid), "k%zu", i);
		json_array_append_new(list, jf_jwk(JF_P256, kid, ""));
	}
	o = json_pack("{s:o}", "keys", list);
	text = json_dumps(o, 0);
	assert_non_null(read_text(&set, text));
	assert_int_equal(set.count, 0);
	jwk_set_free(&set);
	free(text);
	json_decref(o);
}

/* The examples of RFC 7638 section 3.1 and RFC 8037 appendix A.3. */
static void
thumbprints(void **state)
{
	static const char rsa[] = "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"0vx7agoe"
	    "bGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7"
	    "aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4H"
	    "c5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAt"
	    "aSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-"
	    "bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-c"
	    "sFCur-kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\","
	    "\"kid\":\"2011-04-29\"}]}";
	static const char ed[] = "{\"keys\":[{\"kty\":\"OKP\",\"crv\":"
	    "\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
	    "\"}]}";
	struct jwk_set set, other;
	char *text;

	(void)state;
	assert_null(read_text(&set, rsa));
	text = base64url_encode(set.list[0].thumbprint, 32);
	assert_string_equal(text,
	    "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
	free(text);
	assert_null(read_text(&other, ed));
	text = base64url_encode(other.list[0].thumbprint, 32);
	assert_string_equal(text,
	    "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
	free(text);
	assert_true(jwk_set_shares(&set, &set));
	assert_false(jwk_set_shares(&set, &other));
	assert_false(jwk_set_shares(&other, &set));
	jwk_set_free(&set);
	assert_false(jwk_set_shares(&set, &other));
	jwk_set_free(&other);
	/* A zero before the number is no other key. */
	text = edited(JF_RSA, "e", "\"AAEAAQ\"");
	assert_null(read_text(&set, text));
	free(text);
	text = jf_set(jf_jwk(JF_RSA, "other name", "RS512"), NULL, NULL);
	assert_null(read_text(&other, text));
	free(text);
	assert_true(jwk_set_shares(&set, &other));
	jwk_set_free(&set);
	jwk_set_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(members),
		cmocka_unit_test(rsa_sizes),
		cmocka_unit_test(off_curve),
		cmocka_unit_test(documents),
		cmocka_unit_test(several),
		cmocka_unit_test(too_many),
		cmocka_unit_test(thumbprints)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
