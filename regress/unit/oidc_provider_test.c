/*
 * Okta, Entra ID and Google Workspace, set up as their guides for the Hub
 * say, with documents and tokens in the shape that they have.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/verifier/discovery.h"
#include "regress/unit/oidc_fixture.h"

#define TENANT	"9188040d-6c67-4c5b-b112-36a304b66dad"
#define ENTRA	"https://login.microsoftonline.com/" TENANT
#define OKTA	"https://acme.okta.com"
#define GOOGLE	"https://accounts.google.com"

static struct op_login	 l;
static const char	*origin[1];

static int
setup(void **state)
{
	(void)state;
	op_setup();
	l.url = NULL;
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

/* The connection is with that provider, and a login is begun. */
static void
with(const char *issuer, const char *where, const char *discovery)
{
	const char *why;

	op_connections[0].issuer = issuer;
	origin[0] = where;
	op_connections[0].origins = (struct strings){ 1, origin };
	op_build();
	if ((why = op_discovery(0, discovery)) != NULL)
		fail_msg("%s", why);
	op_login(&l, "acme", "");
}

static const struct outcome *
sign_in(enum verdict want, const char *more, const char *claims,
    const char *tokens)
{
	struct op_run *r = op_consume("acme", "", op_query(&l, more));

	op_give_tokens(&l, claims, tokens);
	assert_true(r->done);
	if (r->outcome.verdict != want)
		fail_msg("%s (%s)", verdict_name(r->outcome.verdict),
		    r->outcome.detail);
	return &r->outcome;
}

#define OKTA_DOCUMENT "{\"issuer\":\"" OKTA "\"," \
	"\"authorization_endpoint\":\"" OKTA "/oauth2/v1/authorize\"," \
	"\"token_endpoint\":\"" OKTA "/oauth2/v1/token\"," \
	"\"userinfo_endpoint\":\"" OKTA "/oauth2/v1/userinfo\"," \
	"\"jwks_uri\":\"" OKTA "/oauth2/v1/keys\"," \
	"\"end_session_endpoint\":\"" OKTA "/oauth2/v1/logout\"," \
	"\"token_endpoint_auth_methods_supported\":[\"client_secret_basic\"," \
	"\"client_secret_post\",\"client_secret_jwt\",\"private_key_jwt\"," \
	"\"none\"],\"request_parameter_supported\":true}"
#define OKTA_CLAIMS "{\"iss\":\"" OKTA "\",\"sub\":\"00uid4BxXw6I6TV4m0g3\"," \
	"\"ver\":1,\"jti\":\"ID.1\",\"amr\":[\"pwd\"],\"idp\":\"00ok1\"," \
	"\"auth_time\":1767323070,\"preferred_username\":\"alice@acme.com\"," \
	"\"email\":\"alice@acme.com\",\"name\":\"Alice Example\"," \
	"\"email_verified\":null," \
	"\"groups\":[\"Everyone\",\"hub-admins\"],\"sid\":null}"

static void
okta(void **state)
{
	static const char *scopes[] = { "profile", "email", "groups" };
	const struct outcome *o;

	(void)state;
	op_connections[0].scopes = (struct strings){ 3, scopes };
	op_connections[0].check_every = 3600;
	op_connections[0].role_attribute = "groups";
	with(OKTA, OKTA ":443", OKTA_DOCUMENT);
	assert_string_equal(op_field(l.url, "scope"),
	    "openid profile email groups offline_access");
	o = sign_in(VERDICT_ok, "", OKTA_CLAIMS,
	    "{\"refresh_token\":\"rt\",\"scope\":\"openid\"}");
	assert_string_equal(op_questions[0].url, OKTA "/oauth2/v1/token");
	assert_string_equal(o->identity.subject, "00uid4BxXw6I6TV4m0g3");
	assert_string_equal(o->identity.username, "alice@acme.com");
	assert_int_equal(o->identity.roles.count, 2);
	assert_false(o->identity.roles_overage);
	/* Okta leaves email_verified out of the ID token. */
	assert_false(o->identity.email_vouched);
	assert_true(o->check_token.len > 0);
	assert_true(o->logout_hint.len > 0);
}

#define ENTRA_DOCUMENT "{\"issuer\":\"" ENTRA "/v2.0\"," \
	"\"authorization_endpoint\":\"" ENTRA "/oauth2/v2.0/authorize\"," \
	"\"token_endpoint\":\"" ENTRA "/oauth2/v2.0/token\"," \
	"\"userinfo_endpoint\":\"https://graph.microsoft.com/oidc/userinfo\"," \
	"\"jwks_uri\":\"" ENTRA "/discovery/v2.0/keys\"," \
	"\"end_session_endpoint\":\"" ENTRA "/oauth2/v2.0/logout\"," \
	"\"code_challenge_methods_supported\":null," \
	"\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"," \
	"\"private_key_jwt\",\"client_secret_basic\"]}"
#define ENTRA_CLAIMS "{\"iss\":\"" ENTRA "/v2.0\",\"sub\":\"pairwise\"," \
	"\"oid\":\"00000000-0000-0000-66f3-3332eca7ea81\"," \
	"\"tid\":\"" TENANT "\",\"ver\":\"2.0\",\"aio\":\"x\",\"rh\":\"1.A\"," \
	"\"uti\":\"y\",\"email\":\"alice@acme.com\",\"email_verified\":null," \
	"\"preferred_username\":\"alice@acme.com\",\"nbf\":1767323075," \
	"\"groups\":null,"

static void
entra(void **state)
{
	const struct outcome *o;

	(void)state;
	op_connections[0].subject_attribute = "oid";
	op_connections[0].role_attribute = "roles";
	op_connections[0].check_every = 3600;
	with(ENTRA "/v2.0", "https://login.microsoftonline.com:443",
	    ENTRA_DOCUMENT);
	assert_string_equal(op_field(l.url, "code_challenge_method"), "S256");
	assert_string_equal(op_field(l.url, "prompt"), "");
	o = sign_in(VERDICT_ok, "&code=c-1&session_state=s",
	    ENTRA_CLAIMS "\"roles\":[\"Hub.Admin\"],\"hasgroups\":true}",
	    "{\"ext_expires_in\":3599}");
	assert_memory_equal(op_questions[0].authorization, "Basic ", 6);
	assert_string_equal(o->identity.subject,
	    "00000000-0000-0000-66f3-3332eca7ea81");
	assert_string_equal(o->identity.name_id.value, "pairwise");
	assert_int_equal(o->identity.roles.count, 1);
	assert_false(o->identity.roles_overage);
	/* More groups than fit into a token. */
	assert_true(o->identity.groups_overage);
	o = sign_in(VERDICT_ok, "", ENTRA_CLAIMS
	    "\"_claim_names\":{\"groups\":\"src1\"},\"_claim_sources\":"
	    "{\"src1\":{\"endpoint\":\"https://graph.microsoft.com/x\"}}}",
	    "{}");
	assert_true(o->identity.groups_overage);
	/* Of another tenant, or somebody without an object id. */
	sign_in(VERDICT_oidc_issuer, "", ENTRA_CLAIMS "\"iss\":"
	    "\"https://login.microsoftonline.com/other/v2.0\"}", "{}");
	sign_in(VERDICT_subject_missing, "", ENTRA_CLAIMS "\"oid\":null}",
	    "{}");
}

static void
entra_userinfo(void **state)
{
	struct op_run *r;

	(void)state;
	op_connections[0].userinfo = true;
	with(ENTRA "/v2.0", "https://login.microsoftonline.com:443",
	    ENTRA_DOCUMENT);
	r = op_consume("acme", "", op_query(&l, ""));
	op_give_tokens(&l, ENTRA_CLAIMS "\"name\":null}", "{}");
	assert_string_equal(op_questions[1].url,
	    "https://graph.microsoft.com/oidc/userinfo");
	op_answer(1, 200, "application/json", "{\"sub\":\"pairwise\","
	    "\"name\":\"Alice\",\"picture\":\"https://graph/\"}");
	assert_int_equal(r->outcome.verdict, VERDICT_ok);
	assert_string_equal(r->outcome.identity.name, "Alice");
}

#define GOOGLE_DOCUMENT "{\"issuer\":\"" GOOGLE "\"," \
	"\"authorization_endpoint\":\"" GOOGLE "/o/oauth2/v2/auth\"," \
	"\"token_endpoint\":\"https://oauth2.googleapis.com/token\"," \
	"\"userinfo_endpoint\":" \
	"\"https://openidconnect.googleapis.com/v1/userinfo\"," \
	"\"jwks_uri\":\"https://www.googleapis.com/oauth2/v3/certs\"," \
	"\"end_session_endpoint\":null," \
	"\"authorization_response_iss_parameter_supported\":true," \
	"\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"," \
	"\"client_secret_basic\"]}"
#define GOOGLE_CLAIMS "{\"iss\":\"" GOOGLE "\",\"azp\":\"client\"," \
	"\"sub\":\"10769150350006150715113082367\",\"sid\":null," \
	"\"email\":\"alice@acme.com\",\"email_verified\":true,"

static void
google(void **state)
{
	static const char iss[] = "&code=4%2f0Ab&scope=email%20openid&"
	    "authuser=0&hd=acme.com&prompt=consent&iss=" GOOGLE;
	static const char *values[] = { "acme.com" };
	static struct view_require require = { "hd", { 1, values } };
	const struct outcome *o;

	(void)state;
	op_connections[0].requires = &require;
	op_connections[0].require_count = 1;
	op_connections[0].check_every = 3600;
	with(GOOGLE, GOOGLE ":443", GOOGLE_DOCUMENT);
	/* Its own way to a refresh token. */
	assert_string_equal(op_field(l.url, "scope"), "openid profile email");
	assert_string_equal(op_field(l.url, "access_type"), "offline");
	assert_string_equal(op_field(l.url, "prompt"), "consent");
	o = sign_in(VERDICT_ok, iss, GOOGLE_CLAIMS "\"hd\":\"acme.com\"}",
	    "{\"refresh_token\":\"1//rt\"}");
	assert_string_equal(op_questions[0].url,
	    "https://oauth2.googleapis.com/token");
	assert_string_equal(op_field(op_questions[0].body, "code"), "4/0Ab");
	assert_true(o->identity.email_vouched);
	assert_true(o->check_token.len > 0);
	assert_int_equal(o->logout_hint.len, 0);
	/* A private account, another company, what the address says. */
	sign_in(VERDICT_attribute_required, iss, GOOGLE_CLAIMS "\"hd\":null}",
	    "{}");
	sign_in(VERDICT_attribute_required, iss,
	    GOOGLE_CLAIMS "\"hd\":\"evil.com\"}", "{}");
	/* The name that it once had. */
	sign_in(VERDICT_oidc_issuer, iss, GOOGLE_CLAIMS
	    "\"hd\":\"acme.com\",\"iss\":\"accounts.google.com\"}", "{}");
}

static void
google_prompt(void **state)
{
	(void)state;
	op_connections[0].check_every = 3600;
	op_connections[0].prompt = "select_account";
	with(GOOGLE, GOOGLE ":443", GOOGLE_DOCUMENT);
	assert_string_equal(op_field(l.url, "prompt"),
	    "select_account consent");
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(okta), TEST(entra), TEST(entra_userinfo), TEST(google),
		TEST(google_prompt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
