/* Sealed login state: what opens it, and everything that must not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/encode.h"
#include "hfssod/verifier/seal.h"

#define NOW	INT64_C(1767323075)

static const struct seal_context context = { "acme", "okta", "saml", "login" };
static struct seal_keys keys;
static struct login_state state;
static char *text;

static int
setup(void **unused)
{
	(void)unused;
	seal_start();
	memset(keys.key[0], 1, LOGIN_KEY);
	memset(keys.key[1], 2, LOGIN_KEY);
	keys.id[0] = 77;
	keys.id[1] = 76;
	seal_new_id(state.id);
	state.time = NOW;
	strlcpy(state.return_to, "/a/b?c=d", sizeof(state.return_to));
	text = seal_close(&keys, &context, &state);
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	free(text);
	return 0;
}

static enum verdict
open_as(const char *org, const char *conn, const char *protocol,
    const char *purpose)
{
	struct seal_context c = { org, conn, protocol, purpose };
	struct login_state s;
	enum verdict v;

	v = seal_open(&keys, &c, text, NOW, &s);
	if (v != VERDICT_ok)
		assert_string_equal(s.id, "");
	return v;
}

static void
opens(void **unused)
{
	struct login_state s;

	(void)unused;
	assert_int_equal(seal_open(&keys, &context, text, NOW, &s),
	    VERDICT_ok);
	assert_string_equal(s.id, state.id);
	assert_string_equal(s.return_to, state.return_to);
	assert_int_equal(s.time, NOW);
	assert_int_equal(seal_time(&keys, text), NOW);
}

static void
other_context(void **unused)
{
	(void)unused;
	assert_int_equal(open_as("acme", "okta", "saml", "login"),
	    VERDICT_ok);
	assert_int_equal(open_as("acmf", "okta", "saml", "login"),
	    VERDICT_login_elsewhere);
	assert_int_equal(open_as("acme", "entra", "saml", "login"),
	    VERDICT_login_elsewhere);
	assert_int_equal(open_as("acme", "okta", "oidc", "login"),
	    VERDICT_login_elsewhere);
	assert_int_equal(open_as("acme", "okta", "saml", "logout"),
	    VERDICT_login_elsewhere);
	/* The strings are kept apart. */
	assert_int_equal(open_as("acm", "eokta", "saml", "login"),
	    VERDICT_login_elsewhere);
	assert_int_equal(open_as("acmeokta", "", "saml", "login"),
	    VERDICT_login_elsewhere);
}

static void
other_key(void **unused)
{
	struct seal_keys k = keys;
	struct login_state s;

	(void)unused;
	/* Yesterday's key still opens. */
	k.id[0] = 78;
	memset(k.key[0], 9, LOGIN_KEY);
	k.id[1] = keys.id[0];
	memcpy(k.key[1], keys.key[0], LOGIN_KEY);
	assert_int_equal(seal_open(&k, &context, text, NOW, &s), VERDICT_ok);
	/* One before that is gone. */
	k.id[1] = 76;
	assert_int_equal(seal_open(&k, &context, text, NOW, &s),
	    VERDICT_login_unknown);
	assert_int_equal(seal_time(&k, text), 0);
	/* The same number, another key. */
	k.id[1] = 77;
	k.key[1][31] ^= 1;
	assert_int_equal(seal_open(&k, &context, text, NOW, &s),
	    VERDICT_login_elsewhere);
	/* No key is no key, even if the value says 0. */
	memset(&k, 0, sizeof(k));
	assert_int_equal(seal_open(&k, &context, text, NOW, &s),
	    VERDICT_login_unknown);
}

static void
expires(void **unused)
{
	struct login_state s;

	(void)unused;
	assert_int_equal(seal_open(&keys, &context, text,
	    NOW + LIMIT_LOGIN_SECONDS - 1, &s), VERDICT_ok);
	assert_int_equal(seal_open(&keys, &context, text,
	    NOW + LIMIT_LOGIN_SECONDS, &s), VERDICT_login_expired);
	assert_int_equal(seal_open(&keys, &context, text,
	    NOW - LIMIT_SKEW - 1, &s), VERDICT_login_expired);
}

static void
flipped(void **unused)
{
	struct login_state s;
	uint8_t *data;
	char *bad;
	size_t i, len;

	(void)unused;
	data = base64url_decode(text, strlen(text), &len);
	for (i = 0; i < len * 8; i++) {
		data[i / 8] ^= 1u << i % 8;
		bad = base64url_encode(data, len);
		assert_int_not_equal(seal_open(&keys, &context, bad, NOW, &s),
		    VERDICT_ok);
		free(bad);
		data[i / 8] ^= 1u << i % 8;
	}
	free(data);
}

static void
truncated(void **unused)
{
	struct login_state s;
	char *bad;
	size_t i;

	(void)unused;
	for (i = 0; i < strlen(text); i++) {
		bad = strndup(text, i);
		assert_int_not_equal(seal_open(&keys, &context, bad, NOW, &s),
		    VERDICT_ok);
		seal_time(&keys, bad);
		free(bad);
	}
}

static void
malformed(void **unused)
{
	static const char *const bad[] = { "", "a", "====", "not base64url!",
	    "AAAA", "AQAAAAAAAAAA" };
	struct login_state s;
	char *longer;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(seal_open(&keys, &context, bad[i], NOW, &s),
		    VERDICT_login_unknown);
	longer = malloc(5001);
	memset(longer, 'A', 5000);
	longer[5000] = '\0';
	assert_int_equal(seal_open(&keys, &context, longer, NOW, &s),
	    VERDICT_login_unknown);
	free(longer);
}

static void
longest(void **unused)
{
	struct login_state s = state, t;
	char *sealed;

	(void)unused;
	memset(s.return_to, 'x', LIMIT_RETURN_TO);
	s.return_to[LIMIT_RETURN_TO] = '\0';
	sealed = seal_close(&keys, &context, &s);
	/* A browser keeps cookies of 4096 octets with their name. */
	assert_true(strlen(sealed) < 4000);
	assert_int_equal(seal_open(&keys, &context, sealed, NOW, &t),
	    VERDICT_ok);
	assert_string_equal(t.return_to, s.return_to);
	free(sealed);
}

static void
distinct(void **unused)
{
	char *again;

	(void)unused;
	again = seal_close(&keys, &context, &state);
	assert_string_not_equal(again, text);
	free(again);
}

static void
ids(void **unused)
{
	char id[SEAL_ID + 1], other[SEAL_ID + 1];

	(void)unused;
	seal_new_id(id);
	seal_new_id(other);
	assert_true(seal_is_id(id));
	assert_string_not_equal(id, other);
	assert_false(seal_is_id(""));
	assert_false(seal_is_id("_"));
	assert_false(seal_is_id(id + 1));
	id[SEAL_ID - 1] = 'G';
	assert_false(seal_is_id(id));
	id[SEAL_ID - 1] = 'A';
	assert_false(seal_is_id(id));
	id[SEAL_ID - 1] = '\0';
	assert_false(seal_is_id(id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens),
		cmocka_unit_test(other_context),
		cmocka_unit_test(other_key),
		cmocka_unit_test(expires),
		cmocka_unit_test(flipped),
		cmocka_unit_test(truncated),
		cmocka_unit_test(malformed),
		cmocka_unit_test(longest),
		cmocka_unit_test(distinct),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
