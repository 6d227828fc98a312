/*
 * Whether somebody is still there: every outcome, and above all that an
 * outage is never taken for an end.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/verifier/discovery.h"
#include "hfssod/verifier/oidc.h"
#include "hfssod/verifier/oidc_check.h"
#include "hfssod/verifier/vault.h"
#include "regress/unit/oidc_fixture.h"

#define JSON	"application/json"

static struct op_login		 l;
static uint8_t			*sealed;
static size_t			 sealed_len;

/* The outcome of the last check. */
static bool			 done;
static struct writer		 octets;
static struct check_outcome	 out;

static void
checked(uint64_t number, const struct check_outcome *o)
{
	struct reader r;

	assert_false(done);
	assert_int_equal(number, 42);
	done = true;
	wire_reset(&octets);
	check_outcome_put(&octets, o);
	assert_false(octets.bad);
	wire_read(&r, octets.data, octets.len);
	assert_true(check_outcome_get(&r, &out));
	assert_string_equal(out.organization, "acme");
	assert_string_equal(out.connection, "op");
	assert_string_equal(out.subject, "o-1");
	assert_null(strstr(out.detail, "rt-"));
	assert_null(strstr(out.detail, "s3cret"));
}

static int
setup(void **state)
{
	(void)state;
	op_setup();
	op_login(&l, "acme", "");
	wire_init(&octets, LIMIT_MESSAGE);
	sealed = oidc_check_close(op_find("acme", "op"), "o-1", "alice-id",
	    "rt-1", &sealed_len);
	assert_non_null(sealed);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(sealed);
	wire_free(&octets);
	op_login_free(&l);
	op_teardown();
	return 0;
}

static void
start_with(const char *name, const char *subject, const uint8_t *data,
    size_t len)
{
	struct check_start s;

	s.organization = "acme";
	s.connection = name;
	s.subject = subject;
	s.token = (struct bytes){ data, len };
	done = false;
	oidc_check(42, &s, checked);
}

static void
start(void)
{
	start_with("op", "o-1", sealed, sealed_len);
}

static void
ended(enum check_result want, const char *detail)
{
	if (!done)
		fail_msg("not done");
	if (out.result != want)
		fail_msg("%d (%s), not %d", out.result, out.detail, want);
	if (detail != NULL)
		assert_string_equal(out.detail, detail);
	if (want == CHECK_GONE || want == CHECK_UNREADABLE)
		assert_int_equal(out.token.len, 0);
}

static void
last(uint32_t status, const char *type, const char *body)
{
	op_answer(op_question_count - 1, status, type, body);
}

/* Ask, and answer that. */
static void
answer(enum check_result want, uint32_t status, const char *type,
    const char *body, const char *detail)
{
	start();
	assert_false(done);
	last(status, type, body);
	ended(want, detail);
}

static void
there(void **state)
{
	const struct op_question *q = &op_questions[0];

	(void)state;
	answer(CHECK_THERE, 200, JSON, "{\"access_token\":\"a\","
	    "\"token_type\":\"Bearer\"}", "");
	assert_int_equal(out.token.len, 0);
	assert_true(q->post);
	assert_string_equal(q->url, OP_ISSUER "/token");
	assert_string_equal(op_field(q->body, "grant_type"),
	    "refresh_token");
	assert_string_equal(op_field(q->body, "refresh_token"), "rt-1");
	assert_memory_equal(q->authorization, "Basic ", 6);
	assert_int_equal(q->milliseconds, LIMIT_FETCH_SLOW_MS);
}

/* A new token in place of the old, as often as it likes. */
static void
rotated(void **state)
{
	uint8_t *data;
	size_t len;

	(void)state;
	answer(CHECK_THERE, 200, JSON, "{\"refresh_token\":\"rt-2\"}", "");
	assert_true(out.token.len > 0);
	len = out.token.len;
	data = malloc(len);
	memcpy(data, out.token.data, len);
	start_with("op", "o-1", data, len);
	assert_string_equal(op_field(op_questions[1].body, "refresh_token"),
	    "rt-2");
	last(400, JSON, "{\"error\":\"invalid_grant\"}");
	ended(CHECK_GONE, NULL);
	free(data);
}

static void
gone(void **state)
{
	(void)state;
	answer(CHECK_GONE, 400, JSON, "{\"error\":\"invalid_grant\"}",
	    "token endpoint: status 400: invalid_grant");
}

static void
unknown(void **state)
{
	static const enum fetch_result results[] = { FETCH_REFUSED,
	    FETCH_UNRESOLVED, FETCH_INSIDE, FETCH_UNREACHABLE,
	    FETCH_UNTRUSTED, FETCH_TIMEOUT, FETCH_TOO_LARGE, FETCH_MALFORMED,
	    FETCH_BUSY, FETCH_LOST };
	static const enum check_result no = CHECK_UNKNOWN;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		start();
		op_fail(op_question_count - 1, results[i]);
		ended(CHECK_UNKNOWN, NULL);
	}
	answer(no, 401, JSON, "{\"error\":\"invalid_client\"}", NULL);
	answer(no, 401, JSON, "{\"error\":\"invalid_grant\"}", NULL);
	answer(no, 403, JSON, "{\"error\":\"invalid_grant\"}", NULL);
	answer(no, 500, JSON, "{\"error\":\"invalid_grant\"}", NULL);
	answer(no, 200, JSON, "{\"error\":\"invalid_grant\"", NULL);
	answer(no, 400, "text/html", "{\"error\":\"invalid_grant\"}", NULL);
	answer(no, 400, JSON, "{\"error\":\"invalid_grant\","
	    "\"error\":\"invalid_grant\"}", NULL);
	answer(no, 400, JSON, "{\"error\":\"invalid_request\"}", NULL);
	answer(no, 400, JSON, "{\"error\":\"temporarily_unavailable\"}",
	    NULL);
	answer(no, 400, JSON, "{\"error\":[\"invalid_grant\"]}", NULL);
	answer(no, 400, JSON, "", NULL);
	answer(no, 429, "", "", NULL);
	answer(no, 503, "text/html", "later", NULL);
	answer(no, 302, "", "", NULL);
}

static void
unreadable(void **state)
{
	size_t before = op_question_count;
	uint8_t *data;
	size_t len;

	(void)state;
	start_with("op", "o-1", sealed, sealed_len - 1);
	ended(CHECK_UNREADABLE, NULL);
	start_with("op", "o-1", NULL, 0);
	ended(CHECK_UNREADABLE, NULL);
	/* Sealed for another purpose. */
	data = vault_close(op_find("acme", "op"), "hint", "o-1",
	    "{\"iss\":\"" OP_ISSUER "\",\"sub\":\"alice-id\","
	    "\"token\":\"rt-1\"}", &len);
	start_with("op", "o-1", data, len);
	ended(CHECK_UNREADABLE, NULL);
	free(data);
	/* And for this one, but it is none. */
	data = vault_close(op_find("acme", "op"), "check", "o-1", "rt-1",
	    &len);
	start_with("op", "o-1", data, len);
	ended(CHECK_UNREADABLE, NULL);
	free(data);
	/* Of another connection, of another subject. */
	data = oidc_check_close(op_find("acme", "two"), "o-1", "alice-id",
	    "rt-1", &len);
	start_with("op", "o-1", data, len);
	ended(CHECK_UNREADABLE, NULL);
	free(data);
	data = oidc_check_close(op_find("acme", "op"), "o-2", "alice-id",
	    "rt-1", &len);
	start_with("op", "o-1", data, len);
	ended(CHECK_UNREADABLE, NULL);
	free(data);
	/* Of the provider that was here before: this one never sees it. */
	op_connections[0].issuer = "https://new.example";
	op_build();
	start();
	ended(CHECK_UNREADABLE, NULL);
	assert_int_equal(op_question_count, before);
}

static void
no_connection(void **state)
{
	(void)state;
	op_switched_off = true;
	start();
	ended(CHECK_UNKNOWN, "the connection is switched off");
	op_switched_off = false;
	op_connections[0].protocol = PROTOCOL_SAML;
	op_connections[0].metadata_url = "https://op.example/saml";
	op_build();
	start();
	ended(CHECK_UNKNOWN, "there is no such connection");
	assert_int_equal(op_question_count, 0);
}

/* With an ID token of that in the answer. */
static void
with_token(enum check_result want, unsigned int key, const char *edits,
    const char *detail)
{
	char *token, *text;

	token = op_sign(key, NULL, op_claims(&l, edits));
	text = op_tokens_with(token, "{\"refresh_token\":\"rt-3\"}");
	answer(want, 200, JSON, text, detail);
	/* The old one may be used up, so the new one is kept. */
	assert_true(out.token.len > 0);
	free(token);
	free(text);
}

static void
id_token(void **state)
{
	(void)state;
	with_token(CHECK_THERE, 0, "{}", "");
	with_token(CHECK_THERE, 0, "{\"nonce\":null}", "");
	with_token(CHECK_UNKNOWN, 0, "{\"sub\":\"bob\"}",
	    "the new ID token is of somebody else");
	/* "o-1" is what we call him, not what the provider does. */
	with_token(CHECK_UNKNOWN, 0, "{\"sub\":\"o-1\"}", NULL);
	with_token(CHECK_UNKNOWN, 0, "{\"sub\":null}", NULL);
	with_token(CHECK_UNKNOWN, 0, "{\"iss\":\"https://evil.example\"}",
	    NULL);
	with_token(CHECK_UNKNOWN, 0, "{\"aud\":\"other\"}", NULL);
	with_token(CHECK_UNKNOWN, 1, "{}", NULL);
	assert_int_equal(op_sources[0].rekeys, 1);
	op_sources[0].next_key = 1;
	with_token(CHECK_THERE, 1, "{}", NULL);
	op_publish(0, 0);
	op_sources[0].rekey = VERDICT_provider_unreachable;
	with_token(CHECK_UNKNOWN, 1, "{}", "down");
	answer(CHECK_UNKNOWN, 200, JSON, "{\"id_token\":\"x\"}", NULL);
}

static void
meanwhile(void **state)
{
	(void)state;
	/* Switched off while it is open: what is said counts. */
	start();
	op_switched_off = true;
	last(200, JSON, "{\"refresh_token\":\"rt-2\"}");
	ended(CHECK_THERE, "");
	assert_true(out.token.len > 0);
	op_switched_off = false;
	/* Another provider, or none. */
	start();
	op_connections[0].issuer = "https://new.example";
	op_build();
	last(400, JSON, "{\"error\":\"invalid_grant\"}");
	ended(CHECK_UNKNOWN, "there is no such connection");
	op_connections[0].issuer = OP_ISSUER;
	op_build();
	start();
	op_connections[0].name = "gone";
	op_build();
	last(400, JSON, "{\"error\":\"invalid_grant\"}");
	ended(CHECK_UNKNOWN, "there is no such connection");
	op_connections[0].name = "op";
	op_build();
	/* The documents come too late, or not. */
	op_sources[0].hold = true;
	start();
	op_ms += LIMIT_FETCH_SLOW_MS;
	op_release(0);
	ended(CHECK_UNKNOWN, "out of time");
	start();
	op_sources[0].verdict = VERDICT_provider_unreachable;
	op_release(0);
	ended(CHECK_UNKNOWN, "down");
}

static void
many(void **state)
{
	struct check_start s = { "acme", "op", "o-1", { sealed,
	    sealed_len } };
	size_t i;

	(void)state;
	for (i = 0; i < 20; i++)
		oidc_check(42, &s, checked);
	assert_int_equal(op_question_count, 20);
	for (i = 20; i-- > 0;) {
		done = false;
		op_answer(i, i % 2 == 0 ? 200 : 400, JSON, i % 2 == 0 ? "{}" :
		    "{\"error\":\"invalid_grant\"}");
		ended(i % 2 == 0 ? CHECK_THERE : CHECK_GONE, NULL);
	}
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(there), TEST(rotated), TEST(gone), TEST(unknown),
		TEST(unreadable), TEST(no_connection), TEST(id_token),
		TEST(meanwhile), TEST(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
