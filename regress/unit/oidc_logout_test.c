/*
 * Logout by OpenID Connect: ours at the provider and back, the provider's
 * through the browser and behind it.
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
#include "hfssod/verifier/login.h"
#include "hfssod/verifier/oidc.h"
#include "hfssod/verifier/vault.h"
#include "regress/unit/oidc_fixture.h"

#define EVENTS	"\"events\":{\"http://schemas.openid.net/event/" \
	"backchannel-logout\":{}}"

static struct op_login	 l;

static int
setup(void **state)
{
	(void)state;
	op_setup();
	op_login(&l, "acme", "");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	op_login_free(&l);
	op_teardown();
	return 0;
}

static void
ended(const struct op_run *r, enum verdict want)
{
	if (!r->done)
		fail_msg("not done, want %s", verdict_name(want));
	if (r->left.verdict != want)
		fail_msg("%s (%s), not %s", verdict_name(r->left.verdict),
		    r->left.detail, verdict_name(want));
	assert_string_equal(r->left.organization, "acme");
	assert_null(strstr(r->left.detail, "eyJ"));
	if (want != VERDICT_ok) {
		/* It ends nobody's session. */
		assert_int_equal(r->left.message_key.len, 0);
		assert_string_equal(r->left.name_id.value, "");
		assert_int_equal(r->left.session_indexes.count, 0);
	}
}

/* --- ours ---------------------------------------------------------------- */

/* Begin a logout; its cookie goes into the jar.  The hint is an ID token. */
static void
leave(struct login *login, const char *hint)
{
	const struct connection *c = op_find("acme", "op");
	struct logout_start s;
	uint8_t *sealed = NULL;

	memset(&s, 0, sizeof(s));
	s.organization = "acme";
	s.connection = "op";
	s.name_id = (struct name_id){ "alice-id", "", "", "", "" };
	s.session_index = "sid-1";
	if (hint != NULL) {
		sealed = vault_close(c, "hint", "alice-id", hint,
		    &s.hint.len);
		s.hint.data = sealed;
	}
	oidc_logout_begin(c, &op_keys, &s, op_now, login);
	free(sealed);
	assert_int_equal(login->started.verdict, VERDICT_ok);
	if (login->cookie != NULL)
		op_cookie(&login->started.set_cookie);
}

static void
goes_to_the_provider(void **state)
{
	struct login login;

	(void)state;
	leave(&login, "e.e.e");
	assert_false(login.started.post);
	assert_memory_equal(login.started.url, OP_ISSUER "/end?", 23);
	assert_string_equal(op_field(login.started.url, "id_token_hint"),
	    "e.e.e");
	assert_string_equal(op_field(login.started.url, "client_id"),
	    "client");
	assert_string_equal(op_field(login.started.url,
	    "post_logout_redirect_uri"),
	    "https://hub.example.com/organizations/acme/oidc/logout");
	assert_string_equal(op_field(login.started.url, "state"),
	    login.state.id);
	login_free(&login);
	/* Without a hint, or with one that can't be opened. */
	leave(&login, NULL);
	assert_string_equal(op_field(login.started.url, "id_token_hint"),
	    "");
	assert_string_equal(op_field(login.started.url, "client_id"),
	    "client");
	login_free(&login);
}

/* A token that makes the address too long goes by a form. */
static void
goes_by_form(void **state)
{
	char hint[20001];
	struct login login;

	(void)state;
	memset(hint, 'e', sizeof(hint));
	hint[sizeof(hint) - 1] = '\0';
	leave(&login, hint);
	assert_true(login.started.post);
	assert_string_equal(login.started.url, OP_ISSUER "/end");
	assert_int_equal(login.started.field_count, 4);
	assert_string_equal(login.started.fields[0].name, "id_token_hint");
	assert_string_equal(login.started.fields[0].value, hint);
	assert_string_equal(login.started.fields[3].value, login.state.id);
	login_free(&login);
}

static void
stays_here(void **state)
{
	struct login login;

	(void)state;
	assert_null(op_discovery(0, "{\"end_session_endpoint\":null}"));
	leave(&login, "e.e.e");
	assert_true(login.started.url == NULL);
	assert_null(login.cookie);
	login_free(&login);
	assert_null(op_discovery(0, "{}"));
	op_switched_off = true;
	leave(&login, "e.e.e");
	assert_true(login.started.url == NULL);
	login_free(&login);
	op_switched_off = false;
	op_sources[0].there = false;
	leave(&login, "e.e.e");
	assert_true(login.started.url == NULL);
	login_free(&login);
}

static struct op_run *
front(const char *name, const char *query)
{
	return op_logout("acme", name, ENDPOINT_LOGOUT, false, query);
}

static void
comes_back(void **state)
{
	struct op_run *r, *again;
	struct login login;
	char query[256];

	(void)state;
	leave(&login, "e.e.e");
	snprintf(query, sizeof(query), "state=%s", login.state.id);
	r = front("", query);
	ended(r, VERDICT_ok);
	assert_true(r->left.response);
	assert_int_equal(r->left.result, LOGOUT_DONE);
	assert_int_equal(r->left.login_key.len, BURN_KEY);
	assert_int_equal(r->left.message_key.len, BURN_KEY);
	assert_string_equal(r->left.name_id.value, "");
	assert_int_equal(r->left.session_indexes.count, 0);
	assert_int_equal(r->left.started.clear.count, 1);
	again = front("op", query);
	ended(again, VERDICT_ok);
	assert_memory_equal(r->left.message_key.data,
	    again->left.message_key.data, BURN_KEY);
	/* At another address, in another browser, too late. */
	ended(front("two", query), VERDICT_login_elsewhere);
	op_now += LIMIT_LOGIN_SECONDS;
	ended(front("", query), VERDICT_login_expired);
	op_now = OP_NOW;
	op_forget_cookies();
	ended(front("", query), VERDICT_login_unknown);
	login_free(&login);
}

static void
comes_back_wrong(void **state)
{
	char query[256];

	(void)state;
	/* A login's state is no logout's. */
	snprintf(query, sizeof(query), "state=%s", l.state);
	ended(front("", query), VERDICT_login_elsewhere);
	ended(front("", "state=x"), VERDICT_login_unknown);
	ended(front("", ""), VERDICT_bad_request);
	ended(front("", "state=%zz"), VERDICT_bad_request);
	ended(front("", "state=a&state=b"), VERDICT_duplicate_parameter);
	ended(front("", "state=a&sid=b&iss=c"), VERDICT_duplicate_parameter);
	ended(front("nobody", "state=x"), VERDICT_unknown_organization);
	op_no_keys = true;
	ended(front("", query), VERDICT_unavailable);
}

/* --- through the browser ------------------------------------------------- */

static void
front_channel(void **state)
{
	struct op_run *r;

	(void)state;
	op_forget_cookies();
	r = front("", "iss=https%3A%2F%2Fop.example&sid=s-1");
	ended(r, VERDICT_ok);
	assert_false(r->left.response);
	assert_string_equal(r->left.name_id.value, "");
	assert_int_equal(r->left.session_indexes.count, 1);
	assert_string_equal(r->left.session_indexes.list[0], "s-1");
	/* There is nothing in it that could be burned. */
	assert_int_equal(r->left.login_key.len, 0);
	assert_int_equal(r->left.message_key.len, 0);
	ended(front("", "iss=https%3A%2F%2Fop.example&sid=s-1"), VERDICT_ok);
}

static void
front_channel_refused(void **state)
{
	char query[LIMIT_SUBJECT + 128];

	(void)state;
	ended(front("", "iss=https://op.example"), VERDICT_bad_request);
	ended(front("", "sid=s-1"), VERDICT_bad_request);
	ended(front("", "iss=https://op.example&sid="), VERDICT_bad_request);
	ended(front("", "iss=https://op.example&sid=a%0ab"),
	    VERDICT_bad_request);
	ended(front("", "iss=https://op.example&sid=%ff"),
	    VERDICT_bad_request);
	ended(front("", "iss=https://evil.example&sid=s-1"),
	    VERDICT_oidc_response_issuer);
	ended(front("", "iss=https://op.example/&sid=s-1"),
	    VERDICT_oidc_response_issuer);
	ended(front("two", "iss=https://op.example&sid=s-1"),
	    VERDICT_oidc_response_issuer);
	ended(front("", "iss=https://op.example&sid=a&sid=b"),
	    VERDICT_duplicate_parameter);
	ended(front("", "iss=https://op.example&iss=x&sid=b"),
	    VERDICT_duplicate_parameter);
	memset(query, 's', sizeof(query));
	memcpy(query, "iss=https://op.example&sid=", 27);
	query[27 + LIMIT_SUBJECT + 1] = '\0';
	ended(front("", query), VERDICT_bad_request);
	query[27 + LIMIT_SUBJECT] = '\0';
	ended(front("", query), VERDICT_ok);
	ended(op_logout("acme", "", ENDPOINT_LOGOUT, true,
	    "iss=https://op.example&sid=s-1"), VERDICT_method_not_allowed);
	op_switched_off = true;
	ended(front("", "iss=https://op.example&sid=s-1"),
	    VERDICT_connection_disabled);
}

/* --- behind it ----------------------------------------------------------- */

static struct op_run *
back(const char *name, const char *body)
{
	return op_logout("acme", name, ENDPOINT_BACKCHANNEL, true, body);
}

static char *
logout_token(unsigned int key, const char *edits)
{
	json_t *o;

	o = json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:{s:{}}}",
	    "iss", OP_ISSUER, "aud", "client", "iat", (json_int_t)op_now,
	    "exp", (json_int_t)(op_now + 120), "jti", "j-1", "sub",
	    "alice-id", "sid", "sid-1", "events",
	    "http://schemas.openid.net/event/backchannel-logout");
	return op_sign(key, NULL, op_edit(o, edits));
}

/* Post a token with those claims. */
static struct op_run *
back_with(unsigned int key, const char *edits)
{
	char *token = logout_token(key, edits), *body;
	struct op_run *r;

	if (asprintf(&body, "logout_token=%s", token) == -1)
		abort();
	r = back("", body);
	free(body);
	free(token);
	return r;
}

static void
back_channel(void **state)
{
	struct op_run *r, *again;

	(void)state;
	op_forget_cookies();
	r = back_with(0, "{}");
	ended(r, VERDICT_ok);
	assert_false(r->left.response);
	assert_string_equal(r->left.name_id.value, "alice-id");
	assert_string_equal(r->left.name_id.format, "");
	assert_int_equal(r->left.session_indexes.count, 1);
	assert_string_equal(r->left.session_indexes.list[0], "sid-1");
	assert_int_equal(r->left.login_key.len, 0);
	assert_true(r->left.message_until > op_now);
	again = back_with(0, "{}");
	assert_memory_equal(r->left.message_key.data,
	    again->left.message_key.data, BURN_KEY);
	again = back_with(0, "{\"jti\":\"j-2\"}");
	assert_memory_not_equal(r->left.message_key.data,
	    again->left.message_key.data, BURN_KEY);
	/* All of somebody's sessions, or one of nobody that is named. */
	r = back_with(0, "{\"sid\":null}");
	ended(r, VERDICT_ok);
	assert_string_equal(r->left.name_id.value, "alice-id");
	assert_int_equal(r->left.session_indexes.count, 0);
	r = back_with(0, "{\"sub\":null}");
	ended(r, VERDICT_ok);
	assert_string_equal(r->left.name_id.value, "");
	assert_int_equal(r->left.session_indexes.count, 1);
	/* What the audience is a list of. */
	ended(back_with(0, "{\"aud\":[\"client\"]}"), VERDICT_ok);
}

static void
token_refused(void **state)
{
	static const char *const list[] = {
		"{\"iss\":\"https://evil.example\"}", "{\"iss\":null}",
		"{\"aud\":\"other\"}", "{\"aud\":null}",
		"{\"iat\":null}", "{\"iat\":1767300000}",
		"{\"iat\":1767399999}", "{\"exp\":1767300000}",
		"{\"jti\":null}", "{\"jti\":\"\"}",
		"{\"events\":null}", "{\"events\":{}}",
		"{\"events\":\"http://schemas.openid.net/event/"
		"backchannel-logout\"}",
		"{\"events\":[\"http://schemas.openid.net/event/"
		"backchannel-logout\"]}",
		"{\"nonce\":\"n\"}",
		"{\"sub\":null,\"sid\":null}",
		"{\"sub\":1}", "{\"sid\":[]}",
		"{\"sub\":\"a\\nb\"}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		ended(back_with(0, list[i]), VERDICT_logout_token);
}

static void
form_refused(void **state)
{
	char *big, *token, *body;

	(void)state;
	ended(back("", ""), VERDICT_bad_request);
	ended(back("", "logout_token=%zz"), VERDICT_bad_request);
	ended(back("", "token=x"), VERDICT_bad_request);
	ended(back("", "logout_token=x&logout_token=x"),
	    VERDICT_duplicate_parameter);
	ended(back("", "logout_token=x"), VERDICT_jwt_malformed);
	ended(back("", "logout_token="), VERDICT_jwt_malformed);
	ended(back("nobody", "logout_token=x"),
	    VERDICT_unknown_organization);
	token = logout_token(0, "{}");
	if (asprintf(&body, "logout_token=%s", token) == -1)
		abort();
	ended(op_logout("acme", "", ENDPOINT_BACKCHANNEL, false, body),
	    VERDICT_method_not_allowed);
	/* At the address of the browser it is nothing. */
	ended(op_logout("acme", "", ENDPOINT_LOGOUT, true, body),
	    VERDICT_method_not_allowed);
	ended(front("", body), VERDICT_bad_request);
	/* For another connection, whose provider has other keys. */
	op_sources[1].next_key = 1;
	ended(back("two", body), VERDICT_jwt_key);
	op_switched_off = true;
	ended(back("", body), VERDICT_connection_disabled);
	op_switched_off = false;
	free(body);
	free(token);
	big = malloc(LIMIT_JWT + 32);
	memset(big, 'e', LIMIT_JWT + 31);
	big[LIMIT_JWT + 31] = '\0';
	memcpy(big, "logout_token=", 13);
	ended(back("", big), VERDICT_too_large);
	free(big);
}

/* An ID token is no logout token, even with the events of one. */
static void
id_token_refused(void **state)
{
	char *token, *body;

	(void)state;
	token = op_sign(0, NULL, op_claims(&l, "{" EVENTS ",\"jti\":\"j\"}"));
	if (asprintf(&body, "logout_token=%s", token) == -1)
		abort();
	ended(back("", body), VERDICT_logout_token);
	free(body);
	free(token);
}

static void
unknown_key(void **state)
{
	struct op_run *r;

	(void)state;
	ended(back_with(1, "{}"), VERDICT_jwt_key);
	assert_int_equal(op_sources[0].rekeys, 1);
	op_sources[0].next_key = 1;
	ended(back_with(1, "{}"), VERDICT_ok);
	op_sources[0].rekey = VERDICT_provider_unreachable;
	ended(back_with(2, "{}"), VERDICT_provider_unreachable);
	/* After a restart: the documents are waited for. */
	op_sources[0].hold = true;
	op_sources[0].there = false;
	r = back_with(1, "{}");
	assert_false(r->done);
	op_sources[0].there = true;
	op_release(0);
	ended(r, VERDICT_ok);
	op_sources[0].verdict = VERDICT_provider_unreachable;
	r = back_with(1, "{}");
	op_build();
	op_release(0);
	ended(r, VERDICT_provider_unreachable);
	op_sources[0].verdict = VERDICT_ok;
	/* Switched off, removed, late. */
	r = back_with(1, "{}");
	op_switched_off = true;
	op_release(0);
	ended(r, VERDICT_connection_disabled);
	op_switched_off = false;
	r = back_with(1, "{}");
	op_ms += LIMIT_FETCH_MS;
	op_release(0);
	ended(r, VERDICT_provider_unreachable);
	r = back_with(1, "{}");
	op_connections[0].name = "gone";
	op_build();
	op_release(0);
	ended(r, VERDICT_unknown_organization);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(goes_to_the_provider), TEST(goes_by_form),
		TEST(stays_here), TEST(comes_back), TEST(comes_back_wrong),
		TEST(front_channel), TEST(front_channel_refused),
		TEST(back_channel), TEST(token_refused), TEST(form_refused),
		TEST(id_token_refused), TEST(unknown_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
