/*
 * A provider's description of itself: what is taken, and every reason why
 * it is not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/limits.h"
#include "hfssod/verifier/discovery.h"

#define ENTRA	"https://login.microsoftonline.com/tenant"

static const char	*origins[2] = { "https://op.example:443" };
static struct verifier_connection	 view = {
	.issuer = "https://op.example",
	.origins = { 1, origins },
	.jwks = "",
};
static struct discovery	 d;

static const char good[] =
    "{\"issuer\":\"https://op.example\","
    "\"authorization_endpoint\":\"https://op.example/a\","
    "\"token_endpoint\":\"https://op.example/t\","
    "\"jwks_uri\":\"https://OP.example:443/j\","
    "\"userinfo_endpoint\":\"https://op.example/u\","
    "\"end_session_endpoint\":\"https://op.example/e\","
    "\"response_types_supported\":[\"code\",\"id_token\"],"
    "\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"],"
    "\"authorization_response_iss_parameter_supported\":true,"
    "\"code_challenge_methods_supported\":[\"plain\",\"S256\"],"
    "\"more\":{\"of\":[\"this\"]}}";

/* Read the good one with edits; null drops a member. */
static const char *
edited(const char *edits)
{
	const char *name, *why;
	json_t *o, *e, *value;
	char *text;

	o = json_loads(good, 0, NULL);
	if ((e = json_loads(edits, JSON_DECODE_ANY, NULL)) == NULL)
		fail_msg("not JSON: %s", edits);
	json_object_foreach(e, name, value)
		if (json_is_object(value))
			json_object_set_new(o, name, json_null());
		else if (json_is_null(value))
			json_object_del(o, name);
		else
			json_object_set(o, name, value);
	text = json_dumps(o, 0);
	json_decref(e);
	json_decref(o);
	discovery_free(&d);
	why = discovery_read(&d, text, strlen(text), &view);
	free(text);
	return why;
}

static void
refused(const char *edits, const char *want)
{
	const char *why = edited(edits);

	if (why == NULL)
		fail_msg("taken: %s", edits);
	assert_string_equal(why, want);
}

static int
teardown(void **state)
{
	(void)state;
	discovery_free(&d);
	view.userinfo = false;
	view.jwks = "";
	view.issuer = "https://op.example";
	origins[0] = "https://op.example:443";
	view.origins.count = 1;
	return 0;
}

static void
taken(void **state)
{
	(void)state;
	view.userinfo = true;
	assert_null(edited("{}"));
	assert_string_equal(d.issuer, "https://op.example");
	assert_string_equal(d.authorization, "https://op.example/a");
	assert_string_equal(d.token, "https://op.example/t");
	assert_string_equal(d.jwks, "https://OP.example:443/j");
	assert_string_equal(d.userinfo, "https://op.example/u");
	assert_string_equal(d.end_session, "https://op.example/e");
	assert_true(d.response_issuer);
	assert_true(d.pkce);
	assert_int_equal(d.client_auths, 1U << CLIENT_AUTH_POST);
}

/* What may be missing, and what that means. */
static void
defaults(void **state)
{
	(void)state;
	assert_null(edited("{\"end_session_endpoint\":null,"
	    "\"userinfo_endpoint\":null,"
	    "\"token_endpoint_auth_methods_supported\":null,"
	    "\"authorization_response_iss_parameter_supported\":null,"
	    "\"code_challenge_methods_supported\":null}"));
	assert_null(d.end_session);
	assert_null(d.userinfo);
	assert_false(d.response_issuer);
	assert_false(d.pkce);
	assert_int_equal(d.client_auths, 1U << CLIENT_AUTH_BASIC);
	/* An empty object stands for null here. */
	assert_null(edited("{\"end_session_endpoint\":{},"
	    "\"token_endpoint_auth_methods_supported\":{},"
	    "\"authorization_response_iss_parameter_supported\":{}}"));
	assert_null(d.end_session);
	assert_int_equal(d.client_auths, 1U << CLIENT_AUTH_BASIC);
	assert_null(edited("{\"token_endpoint_auth_methods_supported\":"
	    "[\"none\",\"client_secret_jwt\"]}"));
	assert_int_equal(d.client_auths, 0);
	/* Keys of a file: theirs are not looked at. */
	view.jwks = "keys.json";
	assert_null(edited("{\"jwks_uri\":null}"));
	assert_null(d.jwks);
	assert_null(edited("{\"jwks_uri\":\"https://evil.example/j\"}"));
	assert_null(d.jwks);
	/* userinfo only if it is asked. */
	assert_null(edited("{\"userinfo_endpoint\":"
	    "\"https://evil.example/u\"}"));
	assert_null(d.userinfo);
}

static void
issuer(void **state)
{
	(void)state;
	refused("{\"issuer\":null}", "issuer is missing or not a text");
	refused("{\"issuer\":1}", "issuer is missing or not a text");
	refused("{\"issuer\":\"\"}", "issuer is missing or not a text");
	refused("{\"issuer\":\"https://op.example/\"}",
	    "issuer is \"https://op.example/\", not \"https://op.example\"");
	refused("{\"issuer\":\"https://OP.example\"}",
	    "issuer is \"https://OP.example\", not \"https://op.example\"");
	refused("{\"issuer\":\"https://op.example:443\"}",
	    "issuer is \"https://op.example:443\", not "
	    "\"https://op.example\"");
	refused("{\"issuer\":\"a\\nb\"}",
	    "issuer is \"a\\nb\", not \"https://op.example\"");
}

static void
endpoints(void **state)
{
	(void)state;
	view.userinfo = true;
	refused("{\"authorization_endpoint\":null}",
	    "authorization_endpoint is missing");
	refused("{\"token_endpoint\":null}", "token_endpoint is missing");
	refused("{\"jwks_uri\":null}", "jwks_uri is missing");
	refused("{\"userinfo_endpoint\":null}",
	    "userinfo_endpoint is missing");
	refused("{\"token_endpoint\":7}", "token_endpoint is not a text");
	refused("{\"token_endpoint\":\"\"}", "token_endpoint is not a text");
	refused("{\"token_endpoint\":[\"https://op.example/t\"]}",
	    "token_endpoint is not a text");
	refused("{\"end_session_endpoint\":true}",
	    "end_session_endpoint is not a text");
	refused("{\"token_endpoint\":\"/t\"}",
	    "token_endpoint is not an address");
	refused("{\"token_endpoint\":\"javascript:alert(1)\"}",
	    "token_endpoint is not an address");
	refused("{\"authorization_endpoint\":\"https://op.example/a#b\"}",
	    "authorization_endpoint is not an address");
	refused("{\"authorization_endpoint\":\"https://x@op.example/a\"}",
	    "authorization_endpoint is not an address");
	refused("{\"jwks_uri\":\"file:///etc/passwd\"}",
	    "jwks_uri is not an address");
	refused("{\"token_endpoint\":\"http://op.example/t\"}",
	    "token_endpoint is not an https address");
	refused("{\"end_session_endpoint\":\"http://127.evil.example/\"}",
	    "end_session_endpoint is not an https address");
}

static void
elsewhere(void **state)
{
	(void)state;
	refused("{\"token_endpoint\":\"https://x.example/t\"}",
	    "token_endpoint is at \"https://x.example/t\", which is not this "
	    "connection's: add: endpoint host \"x.example\"");
	refused("{\"token_endpoint\":\"https://OP.example:8443/t\"}",
	    "token_endpoint is at \"https://OP.example:8443/t\", which is not "
	    "this connection's: add: endpoint host \"op.example:8443\"");
	refused("{\"jwks_uri\":\"https://[::1]:8443/\"}",
	    "jwks_uri is at \"https://[::1]:8443/\", which is not this "
	    "connection's: add: endpoint host \"[::1]:8443\"");
	refused("{\"authorization_endpoint\":"
	    "\"https://op.example.evil.example/\"}",
	    "authorization_endpoint is at "
	    "\"https://op.example.evil.example/\", which is not this "
	    "connection's: add: endpoint host \"op.example.evil.example\"");
	refused("{\"end_session_endpoint\":\"https://x.example/\"}",
	    "end_session_endpoint is at \"https://x.example/\", which is not "
	    "this connection's: add: endpoint host \"x.example\"");
	/* Companions are of their provider alone. */
	refused("{\"token_endpoint\":\"https://oauth2.googleapis.com/token\"}",
	    "token_endpoint is at \"https://oauth2.googleapis.com/token\", "
	    "which is not this connection's: add: endpoint host "
	    "\"oauth2.googleapis.com\"");
	/* And with the line it works. */
	origins[1] = "https://x.example:443";
	view.origins.count = 2;
	assert_null(edited("{\"token_endpoint\":\"https://x.example/t\"}"));
	/* Plain HTTP on loopback, if it is configured. */
	refused("{\"token_endpoint\":\"http://127.0.0.1:8080/t\"}",
	    "token_endpoint is at \"http://127.0.0.1:8080/t\", which is not "
	    "this connection's: add: endpoint host \"127.0.0.1:8080\"");
	origins[1] = "http://127.0.0.1:8080";
	assert_null(edited("{\"token_endpoint\":"
	    "\"http://127.0.0.1:8080/t\"}"));
}

static void
abilities(void **state)
{
	static const char types[] = "response_types_supported is missing or "
	    "no list of texts";
	static const char auths[] = "token_endpoint_auth_methods_supported "
	    "is no list of texts";
	static const char pkce[] = "code_challenge_methods_supported is no "
	    "list of texts";
	static const char iss[] = "authorization_response_iss_parameter_"
	    "supported is neither true nor false";

	(void)state;
	refused("{\"response_types_supported\":null}", types);
	refused("{\"response_types_supported\":\"code\"}", types);
	refused("{\"response_types_supported\":[\"code\",1]}", types);
	refused("{\"response_types_supported\":[]}",
	    "response_types_supported does not have \"code\"");
	refused("{\"response_types_supported\":[\"code id_token\"]}",
	    "response_types_supported does not have \"code\"");
	refused("{\"token_endpoint_auth_methods_supported\":\"none\"}", auths);
	refused("{\"token_endpoint_auth_methods_supported\":[null]}", auths);
	refused("{\"code_challenge_methods_supported\":\"S256\"}", pkce);
	refused("{\"authorization_response_iss_parameter_supported\":"
	    "\"true\"}", iss);
	refused("{\"authorization_response_iss_parameter_supported\":1}", iss);
}

static void
malformed(void **state)
{
	static const char *const list[] = {
		"", "null", "[]", "\"x\"", "{", "{}x", "{\"issuer\":}",
		("{\"issuer\":\"https://op.example\","
		"\"issuer\":\"https://op.example\"}"),
		"{\"issuer\":\"\xff\"}", "{\"issuer\":\"a\\u0000b\"}",
	};
	char *big = malloc(LIMIT_FETCH_JSON + 2);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		assert_string_equal(discovery_read(&d, list[i],
		    strlen(list[i]), &view), "not a JSON object, or one that "
		    "is not strictly right");
		discovery_free(&d);
	}
	memset(big, ' ', LIMIT_FETCH_JSON + 1);
	assert_string_equal(discovery_read(&d, big, LIMIT_FETCH_JSON + 1,
	    &view), "too large");
	free(big);
}

/* As their documents were at the time of writing, less what we pass over. */
static void
google(void **state)
{
	static const char text[] =
	    "{\"issuer\":\"https://accounts.google.com\","
	    "\"authorization_endpoint\":"
	    "\"https://accounts.google.com/o/oauth2/v2/auth\","
	    "\"token_endpoint\":\"https://oauth2.googleapis.com/token\","
	    "\"userinfo_endpoint\":"
	    "\"https://openidconnect.googleapis.com/v1/userinfo\","
	    "\"jwks_uri\":\"https://www.googleapis.com/oauth2/v3/certs\","
	    "\"response_types_supported\":[\"code\",\"token\",\"none\"],"
	    "\"token_endpoint_auth_methods_supported\":"
	    "[\"client_secret_post\",\"client_secret_basic\"],"
	    "\"code_challenge_methods_supported\":[\"plain\",\"S256\"]}";

	(void)state;
	view.issuer = "https://accounts.google.com";
	view.userinfo = true;
	origins[0] = "https://accounts.google.com:443";
	assert_null(discovery_read(&d, text, strlen(text), &view));
	assert_null(d.end_session);
	assert_false(d.response_issuer);
	assert_int_equal(d.client_auths, 1U << CLIENT_AUTH_BASIC |
	    1U << CLIENT_AUTH_POST);
}

static void
entra(void **state)
{
	static const char text[] = "{\"issuer\":\"" ENTRA "/v2.0\","
	    "\"authorization_endpoint\":\"" ENTRA "/oauth2/v2.0/authorize\","
	    "\"token_endpoint\":\"" ENTRA "/oauth2/v2.0/token\","
	    "\"jwks_uri\":\"" ENTRA "/discovery/v2.0/keys\","
	    "\"userinfo_endpoint\":"
	    "\"https://graph.microsoft.com/oidc/userinfo\","
	    "\"end_session_endpoint\":\"" ENTRA "/oauth2/v2.0/logout\","
	    "\"response_types_supported\":[\"code\",\"id_token\"],"
	    "\"token_endpoint_auth_methods_supported\":"
	    "[\"client_secret_post\",\"private_key_jwt\","
	    "\"client_secret_basic\"],\"http_logout_supported\":true,"
	    "\"request_uri_parameter_supported\":false}";

	(void)state;
	view.issuer = ENTRA "/v2.0";
	view.userinfo = true;
	origins[0] = "https://login.microsoftonline.com:443";
	assert_null(discovery_read(&d, text, strlen(text), &view));
	assert_int_equal(d.client_auths, 1U << CLIENT_AUTH_BASIC |
	    1U << CLIENT_AUTH_POST | 1U << CLIENT_AUTH_PRIVATE_KEY_JWT);
	assert_non_null(d.end_session);
	/* Another tenant's. */
	discovery_free(&d);
	view.issuer = "https://login.microsoftonline.com/other/v2.0";
	assert_non_null(discovery_read(&d, text, strlen(text), &view));
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_teardown(f, teardown)
	const struct CMUnitTest tests[] = {
		TEST(taken), TEST(defaults), TEST(issuer), TEST(endpoints),
		TEST(elsewhere), TEST(abilities), TEST(malformed),
		TEST(google), TEST(entra),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
