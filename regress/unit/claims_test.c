/*
 * Claims as attributes: their forms, the ID tokens of Entra ID, Okta and
 * Google Workspace as their documentation shows them, and userinfo.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/verifier/json.h"
#include "token_fixture.h"

static struct attributes attributes;	/* of the last good token */

/* What a name finds, joined by "|"; static. */
static const char *
find(const char *name)
{
	static char out[4096];
	struct strings list = { 0, NULL };
	size_t i;

	out[0] = '\0';
	assert_int_equal(attributes_values(&attributes, name, &list),
	    VERDICT_ok);
	for (i = 0; i < list.count; i++) {
		if (i > 0)
			strlcat(out, "|", sizeof(out));
		strlcat(out, list.list[i], sizeof(out));
	}
	strings_free(&list);
	return out;
}

static void
values(void **state)
{
	json_t *o = edited(id_token, "s=\"x\"\nempty=\"\"\nn=7\nneg=-1\n"
	    "r=1.5\nt=true\nf=false\nz=null\na=[\"x\",1,true,null,\"y\"]\n"
	    "user={\"role\":\"admin\",\"teams\":[{\"name\":\"p\"},"
	    "{\"name\":\"q\"}],\"n\":3}\nuser.x=\"dotted\"\n"
	    "list=[{\"name\":\"r\"},[\"s\"]]\nnone=[]\nat_hash=\"a\"\n"
	    "s_hash=\"a\"\nsid=\"s\"\njti=\"j\"\nazp=\"client-1\"\n"
	    "text={\"a\":\"line\\nline\"}\nquote={\"a\":\"\\\"}\"}");

	(void)state;
	token_attributes(o, &attributes);
	assert_string_equal(find("s"), "x");
	assert_string_equal(find("S"), "");
	assert_string_equal(find("empty"), "");
	assert_string_equal(find("n"), "7");
	assert_string_equal(find("neg"), "-1");
	assert_string_equal(find("r"), "1.5");
	assert_string_equal(find("t"), "true");
	assert_string_equal(find("f"), "false");
	assert_string_equal(find("z"), "");
	assert_null(attributes_find(&attributes, "z"));
	assert_string_equal(find("a"), "x|1|true|y");
	assert_string_equal(find("user.role"), "admin");
	assert_string_equal(find("user.teams.name"), "p|q");
	assert_string_equal(find("user.n"), "3");
	assert_string_equal(find("user.teams"), "");
	assert_string_equal(find("user.x"), "dotted");
	assert_string_equal(find("list.name"), "r");
	assert_string_equal(find("none"), "");
	assert_string_equal(find("text.a"), "");
	assert_string_equal(find("quote.a"), "\"}");
	assert_string_equal(find("sub"), "user-1");
	/* What is about the token. */
	assert_string_equal(find("iss"), "");
	assert_string_equal(find("aud"), "");
	assert_string_equal(find("exp"), "");
	assert_string_equal(find("iat"), "");
	assert_string_equal(find("nonce"), "");
	assert_string_equal(find("at_hash"), "");
	assert_string_equal(find("s_hash"), "");
	assert_string_equal(find("sid"), "");
	assert_string_equal(find("jti"), "");
	assert_string_equal(find("azp"), "");
	attributes_free(&attributes);
	json_decref(o);
}

static void
limits(void **state)
{
	struct strings list = { 0, NULL };
	json_t *o = json_object(), *a = json_array();
	size_t i;

	(void)state;
	for (i = 0; i <= LIMIT_VALUES; i++)
		json_array_append_new(a, json_string("g"));
	json_object_set_new(o, "groups", a);
	token_attributes(o, &attributes);
	assert_int_equal(attributes_values(&attributes, "groups", &list),
	    VERDICT_attribute_too_long);
	strings_free(&list);
	attributes_free(&attributes);
	json_decref(o);
}

/* --- as the three providers write them --------------------------------- */

static const char entra[] = "{\"aud\":\"" CLIENT "\",\"iss\":\"" ISSUER "\","
    "\"iat\":1767323000,\"nbf\":1767323000,\"exp\":1767326900,"
    "\"aio\":\"AVQAq/8ZAAAA\",\"name\":\"Ada Byron\",\"nonce\":\"" NONCE "\","
    "\"oid\":\"aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb\","
    "\"preferred_username\":\"ada@contoso.example\",\"rh\":\"0.AX\","
    "\"roles\":[\"Hub.Admin\",\"Hub.Write\"],\"sid\":\"003b\","
    "\"sub\":\"AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ\","
    "\"tid\":\"cccccccc-1111-2222-3333-dddddddddddd\",\"uti\":\"fqiBqXLPj0\","
    "\"ver\":\"2.0\",\"email\":\"ada@contoso.example\",\"xms_edov\":true}";
static const char okta[] = "{\"sub\":\"00uid4BxXw6I6TV4m0g3\",\"name\":"
    "\"Ada Byron\",\"email\":\"ada@example.com\",\"ver\":1,\"iss\":\"" ISSUER
    "\",\"aud\":\"" CLIENT "\",\"iat\":1767323060,\"exp\":1767326660,"
    "\"jti\":\"ID.4eAWJOCMB3SX8XewDfVR\",\"amr\":[\"pwd\",\"mfa\"],"
    "\"idp\":\"00ok1u7AsAkrwdZL3z0g3\",\"nonce\":\"" NONCE "\","
    "\"preferred_username\":\"ada@example.com\",\"auth_time\":1767323050,"
    "\"at_hash\":\"77QmUPtjPfzWtF2AnpK9RQ\",\"email_verified\":true,"
    "\"groups\":[\"Everyone\",\"ML Engineers\"],"
    "\"zoneinfo\":\"Europe/Paris\",\"updated_at\":1767000000}";
static const char google[] = "{\"iss\":\"" ISSUER "\",\"azp\":\"" CLIENT "\","
    "\"aud\":\"" CLIENT "\",\"sub\":\"110169484474386276334\",\"hd\":"
    "\"example.com\",\"email\":\"ada@example.com\",\"email_verified\":true,"
    "\"at_hash\":\"77QmUPtjPfzWtF2AnpK9RQ\",\"nonce\":\"" NONCE "\","
    "\"name\":\"Ada Byron\",\"picture\":\"https://lh3.example/a\","
    "\"given_name\":\"Ada\",\"family_name\":\"Byron\",\"iat\":1767323070,"
    "\"exp\":1767326670}";

static void
provider(const char *text, const char *edits, void (*fn)(const struct facts *,
    const json_t *))
{
	json_t *o = edited(text, edits);
	struct facts f;
	enum verdict v;

	rules.access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
	if ((v = check_claims(o, "RS256", &f)) != VERDICT_ok)
		fail_msg("%s: %s", verdict_name(v), f.detail);
	attributes = f.attributes;
	fn(&f, o);
	/* Finding may have made them keep more. */
	f.attributes = attributes;
	facts_free(&f);
	memset(&attributes, 0, sizeof(attributes));
	json_decref(o);
}

static void
see_entra(const struct facts *f, const json_t *claims)
{
	assert_string_equal(f->session_index, "003b");
	assert_string_equal(find("oid"),
	    "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb");
	assert_string_equal(find("tid"),
	    "cccccccc-1111-2222-3333-dddddddddddd");
	assert_string_equal(find("roles"), "Hub.Admin|Hub.Write");
	assert_string_equal(find("preferred_username"), "ada@contoso.example");
	assert_string_equal(find("ver"), "2.0");
	assert_false(token_overage(claims, "groups"));
	assert_false(token_overage(claims, "roles"));
	assert_false(token_overage(claims, ""));
}

static void
see_overage(const struct facts *f, const json_t *claims)
{
	(void)f;
	assert_true(token_overage(claims, "groups"));
	assert_true(token_overage(claims, "groups.name"));
	assert_false(token_overage(claims, "roles"));
	assert_false(token_overage(claims, "group"));
	assert_false(token_overage(claims, "groupsx"));
	assert_false(token_overage(claims, "x.groups"));
	assert_string_equal(find("_claim_names"), "");
	assert_string_equal(find("_claim_sources.src1.endpoint"), "");
	assert_string_equal(find("groups"), "");
}

static void
see_hasgroups(const struct facts *f, const json_t *claims)
{
	(void)f;
	assert_true(token_overage(claims, "groups"));
	assert_true(token_overage(claims, "https://x.example/groups"));
	assert_false(token_overage(claims, "roles"));
	assert_false(token_overage(claims, "oups"));
}

static void
see_no_overage(const struct facts *f, const json_t *claims)
{
	(void)f;
	assert_false(token_overage(claims, "groups"));
}

static void
see_source(const struct facts *f, const json_t *claims)
{
	(void)f;
	assert_true(token_overage(claims, "groups"));
	assert_false(token_overage(claims, "group"));
	assert_false(token_overage(claims, "roles"));
}

static void
see_okta(const struct facts *f, const json_t *claims)
{
	assert_string_equal(f->name_id.value, "00uid4BxXw6I6TV4m0g3");
	assert_string_equal(f->assertion_id, "ID.4eAWJOCMB3SX8XewDfVR");
	assert_int_equal(f->authn_instant, 1767323050);
	assert_string_equal(find("groups"), "Everyone|ML Engineers");
	assert_string_equal(find("amr"), "pwd|mfa");
	assert_string_equal(find("idp"), "00ok1u7AsAkrwdZL3z0g3");
	assert_string_equal(find("ver"), "1");
	assert_string_equal(find("email_verified"), "true");
	assert_false(token_overage(claims, "groups"));
}

static void
see_google(const struct facts *f, const json_t *claims)
{
	assert_string_equal(f->name_id.value, "110169484474386276334");
	assert_string_equal(find("hd"), "example.com");
	assert_string_equal(find("email"), "ada@example.com");
	assert_string_equal(find("email_verified"), "true");
	assert_string_equal(find("given_name"), "Ada");
	assert_string_equal(find("groups"), "");
	assert_false(token_overage(claims, "groups"));
}

static void
providers(void **state)
{
	(void)state;
	provider(entra, "", see_entra);
	provider(entra, "_claim_names={\"groups\":\"src1\"}\n_claim_sources="
	    "{\"src1\":{\"endpoint\":\"https://graph.example/\"}}",
	    see_overage);
	provider(entra, "hasgroups=true", see_hasgroups);
	provider(entra, "hasgroups=\"true\"", see_hasgroups);
	provider(entra, "hasgroups=false", see_no_overage);
	provider(entra, "hasgroups=\"false\"", see_no_overage);
	provider(entra, "hasgroups=1", see_no_overage);
	provider(entra, "_claim_names=\"groups\"", see_no_overage);
	provider(entra, "_claim_names=[\"groups\"]", see_no_overage);
	provider(entra, "_claim_names={}", see_no_overage);
	provider(entra, "groups:src1=\"https://graph.example/\"", see_source);
	provider(okta, "", see_okta);
	provider(google, "", see_google);
}

/* --- userinfo ---------------------------------------------------------- */

static void
info(const char *id_edits, const char *text, enum verdict want,
    void (*fn)(void))
{
	json_t *o = edited(id_token, id_edits), *u;
	struct facts f;
	enum verdict v;

	u = json_object_read(text, strlen(text));
	assert_non_null(u);
	assert_int_equal(check_claims(o, "RS256", &f), VERDICT_ok);
	if ((v = token_userinfo(u, &f)) != want)
		fail_msg("%s: %s", text, verdict_name(v));
	attributes = f.attributes;
	if (fn != NULL)
		fn();
	f.attributes = attributes;
	facts_free(&f);
	memset(&attributes, 0, sizeof(attributes));
	json_decref(o);
	json_decref(u);
}

static void
see_added(void)
{
	assert_string_equal(find("groups"), "a|b");
	assert_string_equal(find("name"), "id");
	assert_string_equal(find("sub"), "user-1");
	assert_string_equal(find("email"), "u@x.example");
	assert_string_equal(find("email_verified"), "true");
	assert_string_equal(find("iss"), "");
}

static void
see_unverified(void)
{
	assert_string_equal(find("email_verified"), "");
}

static void
see_verified(void)
{
	assert_string_equal(find("email_verified"), "true");
}

static void
see_none(void)
{
	assert_string_equal(find("x"), "");
}

static void
see_member(void)
{
	struct strings list = { 0, NULL };

	assert_int_equal(attributes_values(&attributes, "u.role.name", &list),
	    VERDICT_ok);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.list[0], "read");
	strings_free(&list);
	assert_string_equal(find("http://x.example/role"), "more");
	assert_string_equal(find("v.w"), "more");
	assert_string_equal(find("ux.role"), "more");
}

static void
userinfo(void **state)
{
	static const char *const bad[] = {
		"{}", "{\"x\":\"y\"}", "{\"sub\":\"user-2\",\"x\":\"y\"}",
		"{\"sub\":\"USER-1\",\"x\":\"y\"}", "{\"sub\":\"\"}",
		"{\"sub\":null}", "{\"sub\":1}", "{\"sub\":[\"user-1\"]}",
		"{\"sub\":\"user-1 \"}", "{\"Sub\":\"user-1\"}",
		"{\"sub\":\"user-\"}", "{\"error\":\"invalid_token\"}"
	};
#define MORE "\"v.w\":\"more\",\"http://x.example/role\":\"more\"," \
    "\"ux.role\":\"more\""
	static const char *const members[] = {
		"{\"sub\":\"user-1\",\"u.role.name\":\"admin\"," MORE "}",
		"{\"sub\":\"user-1\",\"u.role\":{\"name\":\"admin\"}," MORE "}",
		"{\"sub\":\"user-1\",\"u\":{\"role\":\"admin\"}," MORE "}"
	};
	size_t i;

	(void)state;
	info("name=\"id\"", "{\"sub\":\"user-1\",\"name\":\"info\",\"groups\":"
	    "[\"a\",\"b\"],\"email\":\"u@x.example\",\"email_verified\":true,"
	    "\"iss\":\"https://evil.example\"}", VERDICT_ok, see_added);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		info("", bad[i], VERDICT_oidc_userinfo, see_none);
	/* What the ID token has within an object, by its whole name. */
	for (i = 0; i < 3; i++)
		info("u={\"role\":{\"name\":\"read\"}}", members[i],
		    VERDICT_ok, see_member);
	/* One address, verified by the words about another. */
	info("email=\"a@x.example\"", "{\"sub\":\"user-1\",\"email\":"
	    "\"b@x.example\",\"email_verified\":true}", VERDICT_ok,
	    see_unverified);
	info("email=\"a@x.example\"", "{\"sub\":\"user-1\","
	    "\"email_verified\":true}", VERDICT_ok, see_unverified);
	info("email_verified=true", "{\"sub\":\"user-1\",\"email\":"
	    "\"b@x.example\"}", VERDICT_ok, see_unverified);
	info("email_verified=true", "{\"sub\":\"user-1\",\"email\":"
	    "\"b@x.example\",\"email_verified\":false}", VERDICT_ok,
	    see_unverified);
	info("email=\"a@x.example\"\nemail_verified=true", "{\"sub\":\"user-1"
	    "\",\"email\":\"b@x.example\",\"email_verified\":false}",
	    VERDICT_ok, see_verified);
	info("email=\"a@x.example\"", "{\"sub\":\"user-1\",\"email\":"
	    "\"a@x.example\",\"email_verified\":true}", VERDICT_ok,
	    see_verified);
	info("email_verified=false", "{\"sub\":\"user-1\",\"email\":"
	    "\"b@x.example\",\"email_verified\":\"true\"}", VERDICT_ok,
	    see_verified);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(values, token_setup),
		cmocka_unit_test_setup(limits, token_setup),
		cmocka_unit_test_setup(providers, token_setup),
		cmocka_unit_test_setup(userinfo, token_setup)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
