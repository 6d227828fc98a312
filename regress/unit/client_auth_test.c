/*
 * Client authentication: which, and the very octets.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/encode.h"
#include "common/form.h"
#include "common/limits.h"
#include "hfssod/verifier/client_auth.h"
#include "hfssod/verifier/oidc_query.h"

#define NOW	INT64_C(1767323075)
#define BIT(a)	(1U << CLIENT_AUTH_##a)

static struct verifier_connection	 view;
static struct connection		 c;
static struct discovery			 d;
static char				 issuer[] = "https://op.example";

static void
use_secret(const char *secret)
{
	c.secret.data = (const uint8_t *)secret;
	c.secret.len = strlen(secret);
}

static int
setup(void **state)
{
	(void)state;
	memset(&view, 0, sizeof(view));
	memset(&c, 0, sizeof(c));
	memset(&d, 0, sizeof(d));
	view.client_id = "client";
	view.client_key_id = "kid-1";
	c.view = &view;
	d.issuer = issuer;
	d.client_auths = BIT(BASIC) | BIT(POST) | BIT(PRIVATE_KEY_JWT);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(c.signer.key);
	return 0;
}

static void
use_key(void)
{
	c.signer.key = EVP_EC_gen("P-256");
	c.signer.alg = "ES256";
}

static void
chooses(enum client_auth set, unsigned int offered, enum client_auth want)
{
	enum client_auth got;

	view.client_auth = set;
	d.client_auths = offered;
	assert_null(client_auth_choose(&c, &d, false, &got));
	assert_string_equal(client_auth_name(got), client_auth_name(want));
}

static void
fails(enum client_auth set, unsigned int offered, const char *want)
{
	enum client_auth got;
	const char *why;

	view.client_auth = set;
	d.client_auths = offered;
	why = client_auth_choose(&c, &d, false, &got);
	assert_non_null(why);
	assert_string_equal(why, want);
}

static void
choice(void **state)
{
	static const char none[] = "the provider offers no client "
	    "authentication that the client secret or key can do";
	static const char no_key[] = "private_key_jwt is set, but there is "
	    "no client key";
	static const char no_secret[] = "a secret is to be sent, but there "
	    "is no client secret";

	(void)state;
	fails(CLIENT_AUTH_OFFERED, ~0U, none);
	fails(CLIENT_AUTH_PRIVATE_KEY_JWT, ~0U, no_key);
	fails(CLIENT_AUTH_BASIC, ~0U, no_secret);
	fails(CLIENT_AUTH_POST, ~0U, no_secret);
	use_secret("s");
	chooses(CLIENT_AUTH_OFFERED, ~0U, CLIENT_AUTH_BASIC);
	chooses(CLIENT_AUTH_OFFERED, BIT(POST), CLIENT_AUTH_POST);
	chooses(CLIENT_AUTH_OFFERED, BIT(POST) | BIT(PRIVATE_KEY_JWT),
	    CLIENT_AUTH_POST);
	fails(CLIENT_AUTH_OFFERED, BIT(PRIVATE_KEY_JWT), none);
	fails(CLIENT_AUTH_OFFERED, 0, none);
	fails(CLIENT_AUTH_PRIVATE_KEY_JWT, ~0U, no_key);
	/* A setting is kept to, whatever is offered. */
	chooses(CLIENT_AUTH_POST, BIT(BASIC), CLIENT_AUTH_POST);
	chooses(CLIENT_AUTH_BASIC, 0, CLIENT_AUTH_BASIC);
	use_key();
	chooses(CLIENT_AUTH_OFFERED, ~0U, CLIENT_AUTH_PRIVATE_KEY_JWT);
	chooses(CLIENT_AUTH_OFFERED, BIT(BASIC) | BIT(POST),
	    CLIENT_AUTH_BASIC);
	chooses(CLIENT_AUTH_POST, ~0U, CLIENT_AUTH_POST);
	use_secret("");
	fails(CLIENT_AUTH_OFFERED, BIT(BASIC) | BIT(POST), none);
	fails(CLIENT_AUTH_BASIC, ~0U, no_secret);
}

/* A provider that offers both and takes one. */
static void
other(void **state)
{
	enum client_auth got;

	(void)state;
	use_secret("s");
	view.client_auth = CLIENT_AUTH_OFFERED;
	assert_null(client_auth_choose(&c, &d, true, &got));
	assert_int_equal(got, CLIENT_AUTH_POST);
	d.post_first = true;
	assert_null(client_auth_choose(&c, &d, false, &got));
	assert_int_equal(got, CLIENT_AUTH_POST);
	assert_null(client_auth_choose(&c, &d, true, &got));
	assert_int_equal(got, CLIENT_AUTH_BASIC);
	d.client_auths = BIT(BASIC);
	assert_non_null(client_auth_choose(&c, &d, true, &got));
	/* A setting has no other, and a secret is never sent for a key. */
	d.client_auths = ~0U;
	view.client_auth = CLIENT_AUTH_BASIC;
	assert_non_null(client_auth_choose(&c, &d, true, &got));
	view.client_auth = CLIENT_AUTH_OFFERED;
	use_secret("");
	use_key();
	assert_non_null(client_auth_choose(&c, &d, true, &got));
}

/* Add to a body; both allocated. */
static void
add(char **body, char **authorization)
{
	struct writer w;

	query_start(&w, "");
	query_add(&w, "grant_type", "x");
	assert_null(client_auth_add(&c, &d, false, NOW, &w, authorization));
	*body = query_end(&w);
	assert_non_null(*body);
}

static void
basic(const char *id, const char *secret, const char *plain)
{
	char *body, *authorization, *want, *text;

	view.client_id = id;
	use_secret(secret);
	view.client_auth = CLIENT_AUTH_BASIC;
	add(&body, &authorization);
	text = base64_encode(plain, strlen(plain));
	if (asprintf(&want, "Basic %s", text) == -1)
		abort();
	assert_string_equal(authorization, want);
	assert_string_equal(body, "grant_type=x");
	free(text);
	free(want);
	free(body);
	free(authorization);
}

static void
by_basic(void **state)
{
	char long_secret[LIMIT_SECRET + 1], *authorization;
	struct writer w;

	(void)state;
	/* The example of RFC 6749 section 2.3.1. */
	basic("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw",
	    "s6BhdRkqt3:7Fjfp0ZBr1KtDRbnfVdmIw");
	/* A colon and a per cent sign can't break out. */
	basic("a:b", "c:d%", "a%3Ab:c%3Ad%25");
	/* What need not be escaped is not. */
	basic("my-client.1_~", "a-b.c_d~e", "my-client.1_~:a-b.c_d~e");
	basic("x y", "\xc3\xa9+&=", "x%20y:%C3%A9%2B%26%3D");
	memset(long_secret, '%', LIMIT_SECRET);
	long_secret[LIMIT_SECRET] = '\0';
	use_secret(long_secret);
	query_start(&w, "");
	assert_non_null(client_auth_add(&c, &d, false, NOW, &w, &authorization));
	assert_null(authorization);
	wire_free(&w);
}

static void
by_post(void **state)
{
	char *body, *authorization;

	(void)state;
	view.client_auth = CLIENT_AUTH_POST;
	view.client_id = "a&b=c";
	use_secret("p+w &client_id=d");
	add(&body, &authorization);
	assert_string_equal(body, "grant_type=x&client_id=a%26b%3Dc&"
	    "client_secret=p%2Bw%20%26client_id%3Dd");
	assert_string_equal(authorization, "");
	free(body);
	free(authorization);
}

static json_t *
decode(const char *part, size_t len)
{
	uint8_t *octets;
	json_t *o;
	size_t n;

	octets = base64url_decode(part, len, &n);
	assert_non_null(octets);
	o = json_loadb((const char *)octets, n, 0, NULL);
	assert_non_null(o);
	free(octets);
	return o;
}

static const char *
text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	assert_non_null(s);
	return s;
}

static void
by_key(void **state)
{
	char *body, *authorization, *first;
	const char *token, *dot;
	struct form form;
	json_t *header, *claims;
	int turn;

	(void)state;
	use_key();
	use_secret("s3cret");
	first = NULL;
	for (turn = 0; turn < 2; turn++) {
		add(&body, &authorization);
		assert_string_equal(authorization, "");
		assert_null(strstr(body, "s3cret"));
		assert_true(form_parse(&form, body, strlen(body)));
		assert_string_equal(form_find(&form, "client_id",
		    NULL)->value, "client");
		assert_string_equal(form_find(&form, "client_assertion_type",
		    NULL)->value, "urn:ietf:params:oauth:"
		    "client-assertion-type:jwt-bearer");
		token = form_find(&form, "client_assertion", NULL)->value;
		dot = strchr(token, '.');
		header = decode(token, (size_t)(dot - token));
		assert_string_equal(text(header, "alg"), "ES256");
		assert_string_equal(text(header, "kid"), "kid-1");
		claims = decode(dot + 1, strcspn(dot + 1, "."));
		assert_string_equal(text(claims, "iss"), "client");
		assert_string_equal(text(claims, "sub"), "client");
		/* The issuer and nothing else, as a text. */
		assert_string_equal(text(claims, "aud"), issuer);
		assert_int_equal(json_integer_value(json_object_get(claims,
		    "iat")), NOW);
		assert_int_equal(json_integer_value(json_object_get(claims,
		    "exp")), NOW + 60);
		assert_int_equal(strlen(text(claims, "jti")), 32);
		/* Another one each time. */
		if (first != NULL)
			assert_string_not_equal(first, text(claims, "jti"));
		free(first);
		first = strdup(text(claims, "jti"));
		json_decref(header);
		json_decref(claims);
		form_free(&form);
		free(body);
		free(authorization);
	}
	free(first);
}

static void
unusable_id(void **state)
{
	char *authorization;
	struct writer w;

	(void)state;
	use_key();
	view.client_id = "\xff";
	query_start(&w, "");
	assert_string_equal(client_auth_add(&c, &d, false, NOW, &w, &authorization),
	    "client id is not UTF-8");
	assert_null(authorization);
	wire_free(&w);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(choice), TEST(other), TEST(by_basic), TEST(by_post),
		TEST(by_key), TEST(unusable_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
