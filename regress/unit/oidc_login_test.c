/*
 * A login by OpenID Connect from its start to its outcome: every verdict,
 * and what happens while the provider is waited for.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <cmocka.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/verifier/discovery.h"
#include "hfssod/verifier/login.h"
#include "hfssod/verifier/oidc_derive.h"
#include "hfssod/verifier/seal.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/vault.h"
#include "regress/unit/oidc_fixture.h"

#define JSON	"application/json"

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
ended(const struct op_run *r, enum verdict want, const char *detail)
{
	if (!r->done)
		fail_msg("not done, want %s", verdict_name(want));
	if (r->outcome.verdict != want)
		fail_msg("%s (%s), not %s", verdict_name(r->outcome.verdict),
		    r->outcome.detail, verdict_name(want));
	assert_string_equal(r->outcome.organization, "acme");
	if (detail != NULL)
		assert_string_equal(r->outcome.detail, detail);
	/* Nothing that is secret. */
	assert_null(strstr(r->outcome.detail, "c-1"));
	assert_null(strstr(r->outcome.detail, "at-1"));
	assert_null(strstr(r->outcome.detail, "s3cret"));
	assert_null(strstr(r->outcome.detail, "eyJ"));
	if (want != VERDICT_ok && want != VERDICT_login_expired &&
	    want != VERDICT_login_elsewhere)
		assert_string_equal(r->outcome.login_cookie, "");
}

/* Refused before anything is asked. */
static void
refused(enum verdict want, const char *query)
{
	size_t before = op_question_count;

	ended(op_consume("acme", "", query), want, NULL);
	assert_int_equal(op_question_count, before);
}

/* A callback that asks for tokens. */
static struct op_run *
asks(void)
{
	struct op_run *r = op_consume("acme", "", op_query(&l, ""));

	assert_false(r->done);
	assert_true(op_question_count > 0);
	assert_string_equal(op_questions[op_question_count - 1].url,
	    OP_ISSUER "/token");
	return r;
}

/* With an ID token that says that. */
static void
claims(enum verdict want, const char *edits)
{
	struct op_run *r = asks();

	op_give_tokens(&l, edits, "{}");
	ended(r, want, NULL);
}

/* With that answer of the token endpoint. */
static void
answer(enum verdict want, uint32_t status, const char *type,
    const char *body, const char *detail)
{
	struct op_run *r = asks();

	op_answer(op_question_count - 1, status, type, body);
	/* The other client authentication fares no better. */
	if (want == VERDICT_oidc_client)
		op_answer(op_question_count - 1, status, type, body);
	ended(r, want, detail);
}

/* --- the request --------------------------------------------------------- */

static void
asks_for_a_login(void **state)
{
	unsigned char digest[32];
	const char *verifier;
	struct op_login m;
	char *want;

	(void)state;
	assert_memory_equal(l.url, OP_ISSUER "/authorize?tenant=1&",
	    strlen(OP_ISSUER "/authorize?tenant=1&"));
	assert_string_equal(op_field(l.url, "response_type"), "code");
	assert_string_equal(op_field(l.url, "client_id"), "client");
	assert_string_equal(op_field(l.url, "redirect_uri"), OP_CALLBACK);
	assert_string_equal(op_field(l.url, "scope"), "openid profile email");
	assert_string_equal(op_field(l.url, "state"), l.state);
	assert_string_equal(op_field(l.url, "code_challenge_method"), "S256");
	assert_string_equal(op_field(l.url, "prompt"), "");
	assert_string_equal(op_field(l.url, "max_age"), "");
	assert_string_equal(op_field(l.url, "acr_values"), "");
	assert_int_equal(strlen(l.nonce), 43);
	assert_null(strstr(l.url, "verifier"));
	/* The challenge is that of the verifier that is sent. */
	asks();
	verifier = op_field(op_questions[0].body, "code_verifier");
	assert_int_equal(strlen(verifier), 43);
	assert_string_not_equal(verifier, l.nonce);
	EVP_Digest(verifier, 43, digest, NULL, EVP_sha256(), NULL);
	want = base64url_encode(digest, 32);
	assert_string_equal(want, l.challenge);
	free(want);
	op_fail(0, FETCH_LOST);
	/* And another login has others. */
	op_login(&m, "acme", "op");
	assert_string_not_equal(l.nonce, m.nonce);
	assert_string_not_equal(l.challenge, m.challenge);
	op_login_free(&m);
}

static void
asks_as_configured(void **state)
{
	static const char *scopes[] = { "openid", "groups", "offline_access" };
	static const char *acr[] = { "urn:mfa", "gold" };
	struct verifier_connection *c = &op_connections[0];
	struct op_login m;

	(void)state;
	c->scopes = (struct strings){ 2, scopes };
	c->authn_contexts = (struct strings){ 2, acr };
	c->prompt = "login";
	c->max_age = 28800;
	c->check_every = 3600;
	op_build();
	op_login(&m, "acme", "");
	assert_string_equal(op_field(m.url, "scope"),
	    "openid groups offline_access");
	assert_string_equal(op_field(m.url, "acr_values"), "urn:mfa gold");
	assert_string_equal(op_field(m.url, "prompt"), "login");
	assert_string_equal(op_field(m.url, "max_age"), "28800");
	assert_string_equal(op_field(m.url, "access_type"), "");
	op_login_free(&m);
	c->scopes.count = 3;
	op_build();
	op_login(&m, "acme", "");
	assert_string_equal(op_field(m.url, "scope"),
	    "openid groups offline_access");
	op_login_free(&m);
}

static void
asks_for_tokens(void **state)
{
	const struct op_question *q = &op_questions[0];
	struct op_run *r;

	(void)state;
	r = asks();
	assert_true(q->post);
	assert_string_equal(q->organization, "acme");
	assert_string_equal(q->connection, "op");
	assert_string_equal(q->accept, JSON);
	assert_string_equal(op_field(q->body, "grant_type"),
	    "authorization_code");
	assert_string_equal(op_field(q->body, "code"), "c-1");
	assert_string_equal(op_field(q->body, "redirect_uri"), OP_CALLBACK);
	assert_string_equal(op_field(q->body, "client_secret"), "");
	assert_memory_equal(q->authorization, "Basic ", 6);
	assert_int_equal(q->milliseconds, LIMIT_FETCH_MS);
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_ok, "");
}

/* --- good ones ----------------------------------------------------------- */

static void
signs_in(void **state)
{
	const struct outcome *o;
	struct op_run *r;

	(void)state;
	r = asks();
	op_give_tokens(&l, "{\"acr\":\"gold\"}", "{}");
	ended(r, VERDICT_ok, "");
	o = &r->outcome;
	assert_string_equal(o->connection, "op");
	assert_int_equal(o->origin, 99);
	assert_string_equal(o->identity.subject, "alice-id");
	assert_string_equal(o->identity.name_id.value, "alice-id");
	assert_string_equal(o->identity.name_id.format, "");
	assert_string_equal(o->identity.email, "alice@example.org");
	assert_true(o->identity.email_vouched);
	assert_string_equal(o->identity.name, "Alice");
	assert_int_equal(o->identity.groups.count, 2);
	assert_string_equal(o->identity.session_index, "sid-1");
	assert_string_equal(o->identity.authn_context, "gold");
	assert_string_equal(o->return_to, "/back");
	assert_int_equal(strlen(o->login_cookie), 8);
	assert_int_equal(o->login_key.len, BURN_KEY);
	assert_int_equal(o->message_key.len, BURN_KEY);
	assert_true(o->message_until > op_now + 600);
	/* No check is configured; the provider can end its session. */
	assert_int_equal(o->check_token.len, 0);
	assert_true(o->logout_hint.len > 0);
	assert_false(o->test);
	assert_int_equal(o->received_count, 0);
}

static void
replayed(void **state)
{
	struct op_run *first, *second, *other;
	struct op_login m;

	(void)state;
	first = asks();
	op_give_tokens(&l, "{}", "{}");
	/* The same again: policy sees that it is the same. */
	second = asks();
	op_give_tokens(&l, "{}", "{}");
	ended(second, VERDICT_ok, NULL);
	assert_memory_equal(first->outcome.login_key.data,
	    second->outcome.login_key.data, BURN_KEY);
	assert_memory_equal(first->outcome.message_key.data,
	    second->outcome.message_key.data, BURN_KEY);
	/* And of another login that it is another. */
	op_login(&m, "acme", "");
	other = op_consume("acme", "", op_query(&m, "&code=c-2"));
	op_give_tokens(&m, "{}", "{}");
	ended(other, VERDICT_ok, NULL);
	assert_memory_not_equal(first->outcome.login_key.data,
	    other->outcome.login_key.data, BURN_KEY);
	assert_memory_not_equal(first->outcome.message_key.data,
	    other->outcome.message_key.data, BURN_KEY);
	op_login_free(&m);
}

static void
seals_tokens(void **state)
{
	struct op_run *r;
	char *text;

	(void)state;
	op_connections[0].check_every = 3600;
	op_build();
	r = asks();
	op_give_tokens(&l, "{}", "{\"refresh_token\":\"rt-1\"}");
	ended(r, VERDICT_ok, NULL);
	text = vault_open(op_find("acme", "op"), "check", "alice-id",
	    r->outcome.check_token.data, r->outcome.check_token.len);
	assert_non_null(text);
	assert_non_null(strstr(text, "rt-1"));
	free(text);
	assert_null(vault_open(op_find("acme", "op"), "check", "bob",
	    r->outcome.check_token.data, r->outcome.check_token.len));
	text = vault_open(op_find("acme", "op"), "hint", "alice-id",
	    r->outcome.logout_hint.data, r->outcome.logout_hint.len);
	assert_non_null(text);
	free(text);
}

/* Fixture's discovery has userinfo only if it is configured. */
static void
with_userinfo(void)
{
	op_connections[0].userinfo = true;
	op_build();
	assert_null(op_discovery(0, "{}"));
}

static struct op_run *
asks_userinfo(void)
{
	struct op_run *r = asks();
	const struct op_question *q;

	op_give_tokens(&l, "{}", "{}");
	assert_false(r->done);
	q = &op_questions[op_question_count - 1];
	assert_string_equal(q->url, OP_ISSUER "/userinfo");
	assert_string_equal(q->authorization, "Bearer at-1");
	assert_false(q->post);
	return r;
}

static void
userinfo(void **state)
{
	static const char *names[] = { "nick" };
	struct op_run *r;

	(void)state;
	op_connections[0].display_name = (struct strings){ 1, names };
	with_userinfo();
	r = asks_userinfo();
	op_answer(op_question_count - 1, 200, JSON,
	    "{\"sub\":\"alice-id\",\"nick\":\"Al\","
	    "\"email\":\"evil@example.org\"}");
	ended(r, VERDICT_ok, NULL);
	assert_string_equal(r->outcome.identity.name, "Al");
	/* It never overrides what was signed. */
	assert_string_equal(r->outcome.identity.email, "alice@example.org");
}

static void
userinfo_refused(void **state)
{
	static const struct {
		enum verdict	 want;
		uint32_t	 status;
		const char	*type, *body;
	} list[] = {
		{ VERDICT_oidc_userinfo, 200, JSON, "{\"sub\":\"bob\"}" },
		{ VERDICT_oidc_userinfo, 200, JSON, "{\"name\":\"x\"}" },
		{ VERDICT_provider_answer, 200, JSON, "[]" },
		{ VERDICT_provider_answer, 200, JSON,
		    "{\"sub\":\"alice-id\",\"sub\":\"alice-id\"}" },
		{ VERDICT_provider_answer, 200, "application/jwt", "e.e.e" },
		{ VERDICT_provider_answer, 200, "text/html",
		    "{\"sub\":\"alice-id\"}" },
		{ VERDICT_provider_answer, 401, JSON,
		    "{\"sub\":\"alice-id\"}" },
		{ VERDICT_provider_answer, 500, "", "" },
	};
	struct op_run *r;
	size_t i;

	(void)state;
	with_userinfo();
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		r = asks_userinfo();
		op_answer(op_question_count - 1, list[i].status,
		    list[i].type, list[i].body);
		ended(r, list[i].want, NULL);
	}
	r = asks_userinfo();
	op_fail(op_question_count - 1, FETCH_TIMEOUT);
	ended(r, VERDICT_provider_unreachable,
	    "userinfo: timeout: why it failed");
	/* Without an access token that we know how to use. */
	r = asks();
	op_give_tokens(&l, "{}", "{\"token_type\":\"DPoP\"}");
	ended(r, VERDICT_provider_answer, NULL);
	r = asks();
	op_give_tokens(&l, "{}", "{\"token_type\":null}");
	ended(r, VERDICT_provider_answer, NULL);
	r = asks();
	op_give_tokens(&l, "{}", "{\"access_token\":null}");
	ended(r, VERDICT_provider_answer, NULL);
	/* One that would be two header fields. */
	r = asks();
	op_give_tokens(&l, "{}", "{\"access_token\":\"a\\r\\nb: c\"}");
	ended(r, VERDICT_provider_answer, NULL);
	r = asks();
	op_give_tokens(&l, "{}", "{\"access_token\":\"a b\"}");
	ended(r, VERDICT_provider_answer, NULL);
}

/* --- the callback -------------------------------------------------------- */

static void
callback_refused(void **state)
{
	char text[LIMIT_CODE + 256];
	struct op_run *r;

	(void)state;
	refused(VERDICT_login_unknown, "");
	refused(VERDICT_login_unknown, "code=c-1");
	refused(VERDICT_login_unknown, "state=&code=c-1");
	refused(VERDICT_login_unknown, "state=xyz&code=c-1");
	refused(VERDICT_login_unknown,
	    "state=_0123456789abcdef0123456789abcdef01234567&code=c-1");
	refused(VERDICT_bad_request, "state=%zz&code=c-1");
	refused(VERDICT_bad_request, "state=%00&code=c-1");
	refused(VERDICT_oidc_code, op_query(&l, "&code="));
	refused(VERDICT_oidc_code, op_query(&l, "&x=y"));
	/* Each of them once. */
	refused(VERDICT_duplicate_parameter, op_query(&l, "&code=1&code=1"));
	refused(VERDICT_duplicate_parameter, op_query(&l, "&code=1&state=x"));
	refused(VERDICT_duplicate_parameter,
	    op_query(&l, "&code=1&c%6fde=2"));
	refused(VERDICT_duplicate_parameter,
	    op_query(&l, "&code=1&iss=a&iss=a"));
	refused(VERDICT_duplicate_parameter,
	    op_query(&l, "&error=a&error=b"));
	refused(VERDICT_duplicate_parameter,
	    op_query(&l, "&code=1&session_state=a&session_state=b"));
	refused(VERDICT_duplicate_parameter,
	    op_query(&l, "&error=1&error_description=a&error_description=b"));
	/* A code that is too long. */
	memset(text, 'c', sizeof(text));
	snprintf(text, sizeof(text), "state=%s&code=", l.state);
	text[strlen(text)] = 'c';
	text[strlen(l.state) + 12 + LIMIT_CODE + 1] = '\0';
	refused(VERDICT_oidc_code, text);
	/* By POST. */
	r = op_consume("acme", "", op_query(&l, "&code="));
	ended(r, VERDICT_oidc_code, "no code");
	/* None of this burnt it. */
	r = asks();
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_ok, NULL);
}

static void
error_reported(void **state)
{
	char text[256];

	(void)state;
	ended(op_consume("acme", "", op_query(&l,
	    "&error=access_denied&error_description=no")), VERDICT_oidc_error,
	    "access_denied");
	/* A code beside it is not used. */
	ended(op_consume("acme", "", op_query(&l,
	    "&error=a%0ab%e2%80%aec&code=c-1")), VERDICT_oidc_error,
	    "a?b???c");
	snprintf(text, sizeof(text), "&error=%0100d", 0);
	ended(op_consume("acme", "", op_query(&l, text)), VERDICT_oidc_error,
	    "00000000000000000000000000000000"
	    "00000000000000000000000000000000");
	assert_int_equal(op_question_count, 0);
	/* It is an answer of this login, or nothing. */
	refused(VERDICT_login_unknown, "error=access_denied");
}

static void
response_issuer(void **state)
{
	struct op_run *r;

	(void)state;
	/* Not announced: it may be missing, but not be wrong. */
	refused(VERDICT_oidc_response_issuer,
	    op_query(&l, "&code=c-1&iss=https://evil.example"));
	refused(VERDICT_oidc_response_issuer, op_query(&l,
	    "&code=c-1&iss=https://op.example/"));
	refused(VERDICT_oidc_response_issuer, op_query(&l, "&code=c-1&iss="));
	refused(VERDICT_oidc_response_issuer,
	    op_query(&l, "&error=x&iss=https://evil.example"));
	assert_null(op_discovery(0,
	    "{\"authorization_response_iss_parameter_supported\":true}"));
	refused(VERDICT_oidc_response_issuer, op_query(&l, "&code=c-1"));
	refused(VERDICT_oidc_response_issuer, op_query(&l, "&error=x"));
	r = op_consume("acme", "", op_query(&l,
	    "&code=c-1&iss=https%3a%2f%2fop.example"));
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_ok, NULL);
}

/* The state of one provider at the address of another, and elsewhere. */
static void
mixed_up(void **state)
{
	struct op_login two;
	struct op_run *r;

	(void)state;
	op_login(&two, "acme", "two");
	assert_memory_equal(two.url, "https://two.example/", 20);
	assert_string_equal(op_field(two.url, "redirect_uri"),
	    OP_CALLBACK "/two");
	ended(op_consume("acme", "two", op_query(&l, "")),
	    VERDICT_login_elsewhere, NULL);
	ended(op_consume("acme", "", op_query(&two, "")),
	    VERDICT_login_elsewhere, NULL);
	r = op_consume("other", "op", op_query(&l, ""));
	assert_int_equal(r->outcome.verdict, VERDICT_login_elsewhere);
	ended(op_consume("acme", "nobody", op_query(&l, "")),
	    VERDICT_unknown_organization, NULL);
	assert_int_equal(op_question_count, 0);
	/*
	 * The attacker's provider gives out an ID token of the honest one,
	 * got with a code of its own login: nonce and issuer tell.
	 */
	op_sources[1].next_key = 1;
	r = op_consume("acme", "two", op_query(&two, ""));
	assert_string_equal(op_questions[0].url, "https://two.example/token");
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_jwt_key, NULL);
	r = op_consume("acme", "two", op_query(&two, ""));
	op_publish(1, 0);
	op_sources[1].next_key = 0;
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_oidc_issuer, NULL);
	op_login_free(&two);
}

/* A code that was stolen, brought by another browser. */
static void
another_browser(void **state)
{
	struct op_login mine;
	struct op_run *r;

	(void)state;
	op_forget_cookies();
	refused(VERDICT_login_unknown, op_query(&l, ""));
	/* With a login of its own: the code is of another verifier. */
	op_login(&mine, "acme", "");
	refused(VERDICT_login_unknown, op_query(&l, ""));
	r = op_consume("acme", "", op_query(&mine, ""));
	assert_string_not_equal(op_field(op_questions[0].body,
	    "code_verifier"), "");
	/* And even if the provider does not mind, the nonce is. */
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_oidc_nonce, NULL);
	op_login_free(&mine);
}

static void
too_late(void **state)
{
	(void)state;
	op_now += LIMIT_LOGIN_SECONDS;
	refused(VERDICT_login_expired, op_query(&l, ""));
	op_no_keys = true;
	refused(VERDICT_unavailable, op_query(&l, ""));
}

/* --- the token endpoint -------------------------------------------------- */

static void
tokens_refused(void **state)
{
	(void)state;
	answer(VERDICT_oidc_code, 400, JSON, "{\"error\":\"invalid_grant\"}",
	    "token endpoint: status 400: invalid_grant");
	answer(VERDICT_oidc_client, 401, JSON,
	    "{\"error\":\"invalid_client\"}", NULL);
	answer(VERDICT_oidc_client, 400, JSON,
	    "{\"error\":\"invalid_client\"}", NULL);
	answer(VERDICT_oidc_client, 401, "text/html", "<p>", NULL);
	answer(VERDICT_oidc_client, 400, JSON,
	    "{\"error\":\"unauthorized_client\"}", NULL);
	answer(VERDICT_oidc_error, 400, JSON,
	    "{\"error\":\"invalid_request\",\"error_description\":\"c-1\"}",
	    "token endpoint: status 400: invalid_request");
	answer(VERDICT_oidc_error, 400, JSON, "{\"error\":\"a\\nb c\"}",
	    "token endpoint: status 400: a?b?c");
	answer(VERDICT_provider_answer, 400, JSON, "{}", NULL);
	answer(VERDICT_provider_answer, 400, "text/html", "no", NULL);
	answer(VERDICT_provider_answer, 403, "", "", NULL);
	answer(VERDICT_provider_answer, 500, JSON,
	    "{\"error\":\"invalid_grant\"}", NULL);
	answer(VERDICT_provider_answer, 503, "text/html", "later",
	    "token endpoint: status 503");
	answer(VERDICT_provider_answer, 302, "", "", NULL);
	answer(VERDICT_provider_answer, 204, "", "", NULL);
	answer(VERDICT_provider_answer, 200, JSON, "", NULL);
	answer(VERDICT_provider_answer, 200, JSON, "[1]", NULL);
	answer(VERDICT_provider_answer, 200, "text/plain",
	    "{\"id_token\":\"x\"}", NULL);
	answer(VERDICT_provider_answer, 200, JSON,
	    "{\"id_token\":\"x\",\"id_token\":\"y\"}", NULL);
	answer(VERDICT_provider_answer, 200, JSON, "{\"id_token\":1}", NULL);
	answer(VERDICT_provider_answer, 200, JSON,
	    "{\"id_token\":\"x\",\"access_token\":{}}", NULL);
	answer(VERDICT_oidc_no_token, 200, JSON, "{}", NULL);
	answer(VERDICT_oidc_no_token, 200, JSON, "{\"id_token\":\"\"}", NULL);
	answer(VERDICT_oidc_no_token, 200, JSON, "{\"id_token\":null}", NULL);
	answer(VERDICT_jwt_malformed, 200, JSON, "{\"id_token\":\"x\"}",
	    NULL);
}

static void
fetch_fails(void **state)
{
	static const struct {
		enum fetch_result	 result;
		enum verdict		 want;
	} list[] = {
		{ FETCH_REFUSED,	VERDICT_provider_answer },
		{ FETCH_UNRESOLVED,	VERDICT_provider_unreachable },
		{ FETCH_INSIDE,		VERDICT_provider_answer },
		{ FETCH_UNREACHABLE,	VERDICT_provider_unreachable },
		{ FETCH_UNTRUSTED,	VERDICT_provider_answer },
		{ FETCH_TIMEOUT,	VERDICT_provider_unreachable },
		{ FETCH_TOO_LARGE,	VERDICT_provider_answer },
		{ FETCH_MALFORMED,	VERDICT_provider_answer },
		{ FETCH_BUSY,		VERDICT_provider_busy },
		{ FETCH_LOST,		VERDICT_provider_unreachable },
	};
	struct op_run *r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		r = asks();
		op_fail(op_question_count - 1, list[i].result);
		ended(r, list[i].want, NULL);
		assert_non_null(strstr(r->outcome.detail, "why it failed"));
	}
	/* And with another try it works. */
	r = asks();
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_ok, NULL);
}

static void
too_large(void **state)
{
	char *token = malloc(LIMIT_JWT + 2), *text;

	(void)state;
	memset(token, 'e', LIMIT_JWT + 1);
	token[LIMIT_JWT + 1] = '\0';
	text = op_tokens_with(token, "{}");
	answer(VERDICT_provider_answer, 200, JSON, text,
	    "token endpoint: the ID token is too large");
	free(text);
	token[LIMIT_JWT] = '\0';
	text = op_tokens_with(token, "{}");
	answer(VERDICT_jwt_malformed, 200, JSON, text, NULL);
	free(text);
	free(token);
}

/* Nothing to prove who we are with. */
/* Basic and post are offered, and one of them is taken. */
static void
other_client_auth(void **state)
{
	static const char no[] = "{\"error\":\"invalid_client\"}";
	struct op_run *r;
	size_t n;

	(void)state;
	r = asks();
	n = op_question_count;
	assert_string_equal(op_field(op_questions[n - 1].body,
	    "client_secret"), "");
	op_answer(n - 1, 401, JSON, no);
	assert_int_equal(op_question_count, n + 1);
	assert_false(r->done);
	assert_string_equal(op_questions[n].authorization, "");
	assert_string_equal(op_field(op_questions[n].body, "code"), "c-1");
	assert_string_not_equal(op_field(op_questions[n].body,
	    "client_secret"), "");
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_ok, NULL);
	/* The next login begins with what was taken. */
	r = asks();
	assert_int_equal(op_question_count, n + 2);
	assert_string_not_equal(op_field(op_questions[n + 1].body,
	    "client_secret"), "");
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_ok, NULL);
	/* Other errors have nothing to do with it. */
	r = asks();
	op_answer(op_question_count - 1, 400, JSON,
	    "{\"error\":\"invalid_grant\"}");
	ended(r, VERDICT_oidc_code, NULL);
	/* Nor is a setting doubted. */
	op_connections[0].client_auth = CLIENT_AUTH_BASIC;
	op_build();
	r = asks();
	op_answer(op_question_count - 1, 401, JSON, no);
	ended(r, VERDICT_oidc_client, NULL);
}

static void
no_client_auth(void **state)
{
	(void)state;
	assert_null(op_discovery(0,
	    "{\"token_endpoint_auth_methods_supported\":"
	    "[\"none\",\"tls_client_auth\",\"client_secret_jwt\"]}"));
	refused(VERDICT_oidc_client, op_query(&l, ""));
}

/* --- the ID token -------------------------------------------------------- */

static void
claims_refused(void **state)
{
	static const struct {
		enum verdict	 want;
		const char	*edits;
	} list[] = {
		{ VERDICT_oidc_issuer, "{\"iss\":\"https://evil.example\"}" },
		{ VERDICT_oidc_issuer, "{\"iss\":\"https://op.example/\"}" },
		{ VERDICT_oidc_issuer, "{\"iss\":null}" },
		{ VERDICT_oidc_audience, "{\"aud\":\"other\"}" },
		{ VERDICT_oidc_audience, "{\"aud\":null}" },
		{ VERDICT_oidc_audience, "{\"aud\":[]}" },
		{ VERDICT_oidc_audience, "{\"aud\":[\"client\",\"other\"]}" },
		{ VERDICT_oidc_audience, "{\"azp\":\"other\"}" },
		{ VERDICT_oidc_nonce, "{\"nonce\":null}" },
		{ VERDICT_oidc_nonce, "{\"nonce\":\"\"}" },
		{ VERDICT_oidc_nonce, "{\"nonce\":\"wrong\"}" },
		{ VERDICT_oidc_subject, "{\"sub\":null}" },
		{ VERDICT_oidc_subject, "{\"sub\":\"\"}" },
		{ VERDICT_oidc_expired, "{\"exp\":null}" },
		{ VERDICT_oidc_expired, "{\"exp\":1767322000}" },
		{ VERDICT_oidc_not_yet, "{\"iat\":1767324000}" },
		{ VERDICT_oidc_not_yet, "{\"nbf\":1767324000}" },
		{ VERDICT_oidc_too_old, "{\"iat\":1767322000}" },
		{ VERDICT_oidc_too_old, "{\"iat\":null}" },
		{ VERDICT_oidc_hash, "{\"at_hash\":\"AAAA\"}" },
		{ VERDICT_oidc_hash, "{\"c_hash\":\"AAAA\"}" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		claims(list[i].want, list[i].edits);
	claims(VERDICT_ok, "{}");
}

static void
how_refused(void **state)
{
	static const char *acr[] = { "gold" };

	(void)state;
	op_connections[0].max_age = 60;
	op_build();
	claims(VERDICT_oidc_authn, "{}");
	claims(VERDICT_oidc_authn, "{\"auth_time\":1767300000}");
	claims(VERDICT_ok, "{\"auth_time\":1767323070}");
	op_connections[0].max_age = -1;
	op_connections[0].prompt = "consent login";
	op_build();
	claims(VERDICT_oidc_authn, "{\"auth_time\":1767300000}");
	op_connections[0].prompt = "";
	op_connections[0].authn_contexts = (struct strings){ 1, acr };
	op_build();
	claims(VERDICT_oidc_authn, "{}");
	claims(VERDICT_oidc_authn, "{\"acr\":\"silver\"}");
	claims(VERDICT_ok, "{\"acr\":\"gold\"}");
}

static void
required_attribute(void **state)
{
	static const char *values[] = { "acme.com" };
	static struct view_require require = { "hd", { 1, values } };

	(void)state;
	op_connections[0].requires = &require;
	op_connections[0].require_count = 1;
	op_build();
	claims(VERDICT_attribute_required, "{}");
	claims(VERDICT_attribute_required, "{\"hd\":\"evil.com\"}");
	claims(VERDICT_ok, "{\"hd\":\"acme.com\"}");
	op_connections[0].subject_attribute = "oid";
	op_build();
	claims(VERDICT_subject_missing, "{\"hd\":\"acme.com\"}");
	claims(VERDICT_ok, "{\"hd\":\"acme.com\",\"oid\":\"o-1\"}");
}

/* Signed with a key that is not published, or not yet. */
static void
unknown_key(void **state)
{
	struct op_run *r;
	char *token, *text;

	(void)state;
	op_sources[0].next_key = 0;
	r = asks();
	token = op_sign(1, NULL, op_claims(&l, "{}"));
	text = op_tokens_with(token, "{}");
	op_answer(0, 200, JSON, text);
	ended(r, VERDICT_jwt_key, NULL);
	assert_int_equal(op_sources[0].rekeys, 1);
	/* The provider has a new one. */
	op_sources[0].next_key = 1;
	r = asks();
	op_answer(1, 200, JSON, text);
	ended(r, VERDICT_ok, NULL);
	assert_int_equal(op_sources[0].rekeys, 2);
	/* It can't be asked for its keys. */
	op_publish(0, 0);
	op_sources[0].rekey = VERDICT_provider_unreachable;
	r = asks();
	op_answer(2, 200, JSON, text);
	ended(r, VERDICT_provider_unreachable, "down");
	free(token);
	/* Another key under the name of a known one: nothing is fetched. */
	token = op_sign(1, "k0", op_claims(&l, "{}"));
	free(text);
	text = op_tokens_with(token, "{}");
	r = asks();
	op_answer(3, 200, JSON, text);
	ended(r, VERDICT_jwt_signature, NULL);
	assert_int_equal(op_sources[0].rekeys, 3);
	free(token);
	free(text);
}

/* --- while we wait ------------------------------------------------------- */

static void
switched_off_meanwhile(void **state)
{
	struct op_run *r;

	(void)state;
	r = asks();
	op_switched_off = true;
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_connection_disabled, NULL);
	refused(VERDICT_connection_disabled, op_query(&l, ""));
	op_switched_off = false;
	r = asks();
	op_connections[0].enabled = false;
	op_build();
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_connection_disabled, NULL);
}

static void
removed_meanwhile(void **state)
{
	static const char *names[] = { "op", "gone" };
	struct op_run *r, *w;

	(void)state;
	r = asks();
	with_userinfo();
	w = asks_userinfo();
	/* What was first has another name now, and another is first. */
	op_connections[0].name = names[1];
	op_connections[0].issuer = "https://new.example";
	op_build();
	op_answer(0, 200, JSON, "{}");
	ended(r, VERDICT_unknown_organization, NULL);
	assert_string_equal(r->outcome.connection, "op");
	op_answer(op_question_count - 1, 200, JSON,
	    "{\"sub\":\"alice-id\"}");
	ended(w, VERDICT_unknown_organization, NULL);
	/* The same names, another protocol. */
	op_connections[0].name = names[0];
	op_connections[0].issuer = OP_ISSUER;
	op_connections[0].userinfo = false;
	op_build();
	r = asks();
	op_connections[0].protocol = PROTOCOL_SAML;
	op_connections[0].metadata_url = "https://op.example/saml";
	op_build();
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_unknown_organization, NULL);
}

/* A reload that changes nothing hurts nobody. */
static void
reloaded_meanwhile(void **state)
{
	struct op_run *r;

	(void)state;
	r = asks();
	op_build();
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_ok, NULL);
	assert_string_equal(r->outcome.connection, "op");
	with_userinfo();
	r = asks_userinfo();
	op_build();
	op_answer(op_question_count - 1, 200, JSON,
	    "{\"sub\":\"alice-id\"}");
	ended(r, VERDICT_ok, NULL);
	assert_int_equal(r->outcome.message_key.len, BURN_KEY);
	/* One that puts another provider there. */
	r = asks();
	op_connections[0].issuer = "https://new.example";
	op_build();
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_login_elsewhere, NULL);
}

static void
documents_wait(void **state)
{
	struct op_run *r;

	(void)state;
	op_sources[0].hold = true;
	op_sources[0].there = false;
	r = op_consume("acme", "", op_query(&l, ""));
	assert_false(r->done);
	assert_int_equal(op_question_count, 0);
	op_ms += 3000;
	op_sources[0].there = true;
	op_release(0);
	assert_int_equal(op_question_count, 1);
	/* What is left of the time is for the rest. */
	assert_int_equal(op_questions[0].milliseconds, LIMIT_FETCH_MS - 3000);
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_ok, NULL);
	/* They don't come. */
	op_sources[0].verdict = VERDICT_provider_unreachable;
	r = op_consume("acme", "", op_query(&l, ""));
	op_release(0);
	ended(r, VERDICT_provider_unreachable, "down");
	/* Nor after a reload, with what was there before it freed. */
	r = op_consume("acme", "", op_query(&l, ""));
	op_build();
	op_release(0);
	ended(r, VERDICT_provider_unreachable, "down");
	assert_string_equal(r->outcome.connection, "op");
	/* They come, and are gone again. */
	op_sources[0].verdict = VERDICT_ok;
	r = op_consume("acme", "", op_query(&l, ""));
	op_sources[0].there = false;
	op_release(0);
	ended(r, VERDICT_provider_unreachable, NULL);
	op_sources[0].there = true;
	/* Removed while they were waited for. */
	r = op_consume("acme", "", op_query(&l, ""));
	op_switched_off = true;
	op_release(0);
	ended(r, VERDICT_connection_disabled, NULL);
}

static void
out_of_time(void **state)
{
	struct op_run *r;
	char *text, *token;

	(void)state;
	r = asks();
	op_ms += LIMIT_FETCH_MS;
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_provider_unreachable, "out of time");
	r = asks();
	op_ms += LIMIT_FETCH_MS;
	op_fail(op_question_count - 1, FETCH_TIMEOUT);
	ended(r, VERDICT_provider_unreachable,
	    "token endpoint: timeout: why it failed");
	/* The keys take too long. */
	op_sources[0].hold = true;
	r = op_consume("acme", "", op_query(&l, ""));
	op_release(0);
	token = op_sign(1, NULL, op_claims(&l, "{}"));
	text = op_tokens_with(token, "{}");
	op_answer(op_question_count - 1, 200, JSON, text);
	assert_false(r->done);
	op_ms += LIMIT_FETCH_MS;
	op_release(0);
	ended(r, VERDICT_provider_unreachable, "out of time");
	/* userinfo does. */
	op_sources[0].hold = false;
	with_userinfo();
	r = asks_userinfo();
	op_ms += LIMIT_FETCH_MS + 1;
	op_answer(op_question_count - 1, 200, JSON,
	    "{\"sub\":\"alice-id\"}");
	ended(r, VERDICT_provider_unreachable, "out of time");
	free(text);
	free(token);
}

/* Two at once, answered in the other order; neither gets the other's. */
static void
two_at_once(void **state)
{
	struct op_run *r1, *r2;
	struct op_login m;

	(void)state;
	op_login(&m, "acme", "");
	r1 = op_consume("acme", "", op_query(&l, "&code=c-1"));
	r2 = op_consume("acme", "", op_query(&m, "&code=c-2"));
	assert_int_equal(op_question_count, 2);
	assert_string_equal(op_field(op_questions[1].body, "code"), "c-2");
	op_give_tokens(&m, "{\"sub\":\"bob-id\"}", "{}");
	ended(r2, VERDICT_ok, NULL);
	assert_string_equal(r2->outcome.identity.subject, "bob-id");
	assert_false(r1->done);
	op_answer(0, 400, JSON, "{\"error\":\"invalid_grant\"}");
	ended(r1, VERDICT_oidc_code, NULL);
	/* The answer for one given to the other. */
	r1 = op_consume("acme", "", op_query(&l, ""));
	op_give_tokens(&m, "{}", "{}");
	ended(r1, VERDICT_oidc_nonce, NULL);
	/* One question, lost, and the other not. */
	r1 = op_consume("acme", "", op_query(&l, ""));
	r2 = op_consume("acme", "", op_query(&m, ""));
	op_fail(op_question_count - 2, FETCH_LOST);
	ended(r1, VERDICT_provider_unreachable, NULL);
	op_give_tokens(&m, "{}", "{}");
	ended(r2, VERDICT_ok, NULL);
	op_login_free(&m);
}

/* --- a test -------------------------------------------------------------- */

static uint8_t	 test_secret[SEAL_SECRET];

/* A cookie as a test's login makes it. */
static void
begin_test(void)
{
	struct seal_context context;
	struct login login;

	memset(&login, 0, sizeof(login));
	login.state.test = true;
	context = login_context(op_find("acme", "op"), "login");
	login_seal(&op_keys, &context, op_now, &login);
	op_cookie(&login.started.set_cookie);
	strlcpy(l.state, login.state.id, sizeof(l.state));
	memcpy(test_secret, login.state.secret, SEAL_SECRET);
	login_free(&login);
}

static bool
has_received(const struct op_run *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->outcome.received_count; i++)
		if (strcmp(r->outcome.received[i].name, name) == 0)
			return true;
	return false;
}

/* The nonce of the login of begin_test. */
static void
state_nonce(void)
{
	struct login_state state;

	memset(&state, 0, sizeof(state));
	memcpy(state.secret, test_secret, SEAL_SECRET);
	oidc_nonce(&state, l.nonce);
}

static void
tested(void **state)
{
	struct op_run *r;

	(void)state;
	begin_test();
	op_connections[0].enabled = false;
	op_connections[0].check_every = 60;
	op_connections[0].subject_attribute = "oid";
	op_build();
	/* Before anything is proved, nothing is shown. */
	r = op_consume("acme", "", op_query(&l, "&error=access_denied"));
	ended(r, VERDICT_oidc_error, "access_denied");
	assert_true(r->outcome.test);
	assert_int_equal(r->outcome.received_count, 0);
	r = asks();
	op_give_tokens(&l, "{\"iss\":\"https://evil.example\"}", "{}");
	ended(r, VERDICT_oidc_issuer, NULL);
	assert_int_equal(r->outcome.received_count, 0);
	/* What the provider itself has signed for us is, whatever follows. */
	r = asks();
	op_give_tokens(&l, "{\"nonce\":\"wrong\"}", "{}");
	ended(r, VERDICT_oidc_nonce, NULL);
	assert_true(r->outcome.test);
	assert_true(has_received(r, "email"));
	r = asks();
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_oidc_nonce, NULL);
	/* The nonce of this login is another than l says. */
	state_nonce();
	r = asks();
	op_give_tokens(&l, "{}", "{}");
	ended(r, VERDICT_subject_missing, NULL);
	assert_true(has_received(r, "groups"));
	r = asks();
	op_give_tokens(&l, "{\"oid\":\"o-1\"}",
	    "{\"refresh_token\":\"rt-1\"}");
	ended(r, VERDICT_ok, NULL);
	assert_true(r->outcome.test);
	assert_string_equal(r->outcome.identity.subject, "o-1");
	assert_true(has_received(r, "oid"));
	assert_false(has_received(r, "nonce"));
	/* Nothing is kept of it. */
	assert_int_equal(r->outcome.check_token.len, 0);
	assert_int_equal(r->outcome.logout_hint.len, 0);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(asks_for_a_login),
		TEST(asks_as_configured),
		TEST(asks_for_tokens),
		TEST(signs_in),
		TEST(replayed),
		TEST(seals_tokens),
		TEST(userinfo),
		TEST(userinfo_refused),
		TEST(callback_refused),
		TEST(error_reported),
		TEST(response_issuer),
		TEST(mixed_up),
		TEST(another_browser),
		TEST(too_late),
		TEST(tokens_refused),
		TEST(fetch_fails),
		TEST(too_large),
		TEST(other_client_auth),
		TEST(no_client_auth),
		TEST(claims_refused),
		TEST(how_refused),
		TEST(required_attribute),
		TEST(unknown_key),
		TEST(switched_off_meanwhile),
		TEST(removed_meanwhile),
		TEST(reloaded_meanwhile),
		TEST(documents_wait),
		TEST(out_of_time),
		TEST(two_at_once),
		TEST(tested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
