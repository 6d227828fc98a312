/*
 * What ID tokens and logout tokens say, judged: every claim missing, of
 * another type, of another value.
 */
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
#include "token_fixture.h"

#define EVENT	"http://schemas.openid.net/event/backchannel-logout"

static const char logout_token[] = "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT
    "\",\"sub\":\"user-1\",\"sid\":\"s1\",\"iat\":1767323075,\"exp\":"
    "1767323195,\"jti\":\"j1\",\"events\":{\"" EVENT "\":{}}}";

static void
id_with(const char *alg, const char *edits, enum verdict want)
{
	json_t *o = edited(id_token, edits);
	struct facts f;
	enum verdict v;

	v = check_claims(o, alg, &f);
	if (v != want)
		fail_msg("%s: %s (%s)", edits, verdict_name(v), f.detail);
	if (v == VERDICT_ok) {
		/* Until then it is taken, and from then on it is not. */
		facts_free(&f);
		(void)check_claims(o, alg, &f);
		assert_true(f.until > NOW);
		assert_string_equal(f.issuer, ISSUER);
		assert_string_not_equal(f.name_id.value, "");
	}
	facts_free(&f);
	json_decref(o);
}

static void
id(const char *edits, enum verdict want)
{
	id_with("RS256", edits, want);
}

static void
good(void **state)
{
	json_t *o = edited(id_token, "sid=\"s1\"\njti=\"j1\"\nacr=\"mfa\"\n"
	    "auth_time=1767320000\ngroups=[\"a\",\"b\"]");
	struct facts f;

	(void)state;
	id("", VERDICT_ok);
	assert_int_equal(check_claims(o, "RS256", &f), VERDICT_ok);
	assert_string_equal(f.issuer, ISSUER);
	assert_string_equal(f.assertion_id, "j1");
	assert_string_equal(f.name_id.value, "user-1");
	assert_string_equal(f.name_id.format, "");
	assert_string_equal(f.session_index, "s1");
	assert_string_equal(f.authn_context, "mfa");
	assert_string_equal(f.detail, "");
	assert_int_equal(f.authn_instant, 1767320000);
	assert_int_equal(f.session_ends, 0);
	assert_int_equal(f.until, NOW + LIMIT_ISSUED + LIMIT_SKEW);
	facts_free(&f);
	json_decref(o);
	/* What need not be there. */
	o = edited(id_token, "exp=1767323076");
	assert_int_equal(check_claims(o, "RS256", &f), VERDICT_ok);
	assert_string_equal(f.assertion_id, "");
	assert_string_equal(f.session_index, "");
	assert_string_equal(f.authn_context, "");
	assert_int_equal(f.authn_instant, NOW);
	assert_int_equal(f.until, NOW + 1 + LIMIT_SKEW);
	facts_free(&f);
	json_decref(o);
}

struct row {
	const char *edits;
	enum verdict v;
};
#define ROWS(rows, fn) do {						\
	for (size_t i_ = 0; i_ < sizeof(rows) / sizeof(rows[0]); i_++)	\
		fn(rows[i_].edits, rows[i_].v);				\
} while (0)

static void
issuers(void **state)
{
	static const struct row rows[] = {
		{ "iss=" GONE, VERDICT_oidc_issuer },
		{ "iss=null", VERDICT_oidc_issuer },
		{ "iss=\"\"", VERDICT_oidc_issuer },
		{ "iss=1", VERDICT_oidc_issuer },
		{ "iss=true", VERDICT_oidc_issuer },
		{ "iss=[\"" ISSUER "\"]", VERDICT_oidc_issuer },
		{ "iss={\"a\":\"" ISSUER "\"}", VERDICT_oidc_issuer },
		{ "iss=\"" ISSUER "/\"", VERDICT_oidc_issuer },
		{ "iss=\"" ISSUER " \"", VERDICT_oidc_issuer },
		{ "iss=\"" ISSUER "2\"", VERDICT_oidc_issuer },
		{ "iss=\"https://op.example\"", VERDICT_oidc_issuer },
		{ "iss=\"https://OP.example/t\"", VERDICT_oidc_issuer },
		{ "iss=\"http://op.example/t\"", VERDICT_oidc_issuer },
		{ "iss=\"op.example/t\"", VERDICT_oidc_issuer },
		{ "iss=\"https://op.example/{tenantid}\"",
		    VERDICT_oidc_issuer }
	};

	(void)state;
	ROWS(rows, id);
	/* A rule that says nothing lets nothing in. */
	rules.issuer = "";
	id("", VERDICT_oidc_issuer);
	id("iss=\"\"", VERDICT_oidc_issuer);
	id("iss=" GONE, VERDICT_oidc_issuer);
}

static void
audiences(void **state)
{
	static const struct row rows[] = {
		{ "aud=[\"" CLIENT "\"]", VERDICT_ok },
		{ "aud=[\"" CLIENT "\",\"" CLIENT "\"]", VERDICT_ok },
		{ "azp=\"" CLIENT "\"", VERDICT_ok },
		{ "azp=null", VERDICT_ok },
		{ "aud=[\"x\",\"" CLIENT "\"]\nazp=\"" CLIENT "\"",
		    VERDICT_ok },
		{ "aud=" GONE, VERDICT_oidc_audience },
		{ "aud=null", VERDICT_oidc_audience },
		{ "aud=\"\"", VERDICT_oidc_audience },
		{ "aud=1", VERDICT_oidc_audience },
		{ "aud=true", VERDICT_oidc_audience },
		{ "aud={\"" CLIENT "\":1}", VERDICT_oidc_audience },
		{ "aud=[]", VERDICT_oidc_audience },
		{ "aud=[[\"" CLIENT "\"]]", VERDICT_oidc_audience },
		{ "aud=[\"" CLIENT "\",1]", VERDICT_oidc_audience },
		{ "aud=[null,\"" CLIENT "\"]", VERDICT_oidc_audience },
		{ "aud=\"client-2\"", VERDICT_oidc_audience },
		{ "aud=\"client-1 \"", VERDICT_oidc_audience },
		{ "aud=\"Client-1\"", VERDICT_oidc_audience },
		{ "aud=\"client-1,client-2\"", VERDICT_oidc_audience },
		{ "aud=\"client\"", VERDICT_oidc_audience },
		{ "aud=[\"client-2\"]", VERDICT_oidc_audience },
		{ "aud=[\"client-2\"]\nazp=\"" CLIENT "\"",
		    VERDICT_oidc_audience },
		{ "aud=[\"" CLIENT "\",\"client-2\"]",
		    VERDICT_oidc_audience },
		{ "aud=[\"" CLIENT "\",\"client-2\"]\nazp=\"client-2\"",
		    VERDICT_oidc_audience },
		{ "azp=\"client-2\"", VERDICT_oidc_audience },
		{ "azp=\"\"", VERDICT_oidc_claims },
		{ "azp=1", VERDICT_oidc_claims },
		{ "azp=[\"" CLIENT "\"]", VERDICT_oidc_claims }
	};

	(void)state;
	ROWS(rows, id);
	rules.client_id = "";
	id("aud=\"\"", VERDICT_oidc_audience);
	id("aud=[\"\"]", VERDICT_oidc_audience);
	id("aud=[]", VERDICT_oidc_audience);
}

static void
times(void **state)
{
	static const struct row rows[] = {
		{ "exp=" GONE, VERDICT_oidc_expired },
		{ "exp=null", VERDICT_oidc_expired },
		{ "exp=\"1767326675\"", VERDICT_oidc_claims },
		{ "exp=true", VERDICT_oidc_claims },
		{ "exp=[1767326675]", VERDICT_oidc_claims },
		{ "exp={}", VERDICT_oidc_claims },
		{ "exp=-1", VERDICT_oidc_claims },
		{ "exp=9223372036854775807", VERDICT_oidc_claims },
		{ "exp=1e300", VERDICT_oidc_claims },
		{ "exp=1099511627776", VERDICT_oidc_claims },
		{ "exp=1099511627775", VERDICT_ok },
		{ "exp=1767326675.5", VERDICT_ok },
		{ "exp=1.767326675e9", VERDICT_ok },
		{ "exp=0", VERDICT_oidc_expired },
		{ "exp=1767322896", VERDICT_ok },	/* skew: 1 s left */
		{ "exp=1767322895.9", VERDICT_oidc_expired },
		{ "exp=1767322895", VERDICT_oidc_expired },
		{ "exp=1767323075000", VERDICT_oidc_claims },
		{ "iat=" GONE, VERDICT_oidc_too_old },
		{ "iat=null", VERDICT_oidc_too_old },
		{ "iat=\"1767323075\"", VERDICT_oidc_claims },
		{ "iat=false", VERDICT_oidc_claims },
		{ "iat=-1767323075", VERDICT_oidc_claims },
		{ "iat=[]", VERDICT_oidc_claims },
		{ "iat=1e30", VERDICT_oidc_claims },
		{ "iat=0", VERDICT_oidc_too_old },
		{ "iat=1767323075.25", VERDICT_ok },
		{ "iat=1767322596", VERDICT_ok },	/* 300 + 180 - 1 */
		{ "iat=1767322595", VERDICT_oidc_too_old },
		{ "iat=1767323255", VERDICT_ok },
		{ "iat=1767323256", VERDICT_oidc_not_yet },
		{ "iat=1767326000", VERDICT_oidc_not_yet },
		{ "nbf=1767323255", VERDICT_ok },
		{ "nbf=null", VERDICT_ok }, { "nbf=0", VERDICT_ok },
		{ "nbf=1767323256", VERDICT_oidc_not_yet },
		{ "nbf=\"0\"", VERDICT_oidc_claims },
		{ "nbf=-1", VERDICT_oidc_claims },
		{ "nbf=[0]", VERDICT_oidc_claims }
	};

	(void)state;
	ROWS(rows, id);
}

static void
nonces(void **state)
{
	static const struct row rows[] = {
		{ "nonce=" GONE, VERDICT_oidc_nonce },
		{ "nonce=null", VERDICT_oidc_nonce },
		{ "nonce=\"\"", VERDICT_oidc_nonce },
		{ "nonce=\"other\"", VERDICT_oidc_nonce },
		{ "nonce=\"N0NCE\"", VERDICT_oidc_nonce },
		{ "nonce=\"n0nc\"", VERDICT_oidc_nonce },
		{ "nonce=\"n0ncee\"", VERDICT_oidc_nonce },
		{ "nonce=\"n0nce \"", VERDICT_oidc_nonce },
		{ "nonce=0", VERDICT_oidc_nonce },
		{ "nonce=true", VERDICT_oidc_nonce },
		{ "nonce=[\"n0nce\"]", VERDICT_oidc_nonce },
		{ "nonce={\"n0nce\":\"n0nce\"}", VERDICT_oidc_nonce }
	};

	(void)state;
	ROWS(rows, id);
	rules.nonce = "";
	id("", VERDICT_oidc_nonce);
	id("nonce=\"\"", VERDICT_oidc_nonce);
	id("nonce=" GONE, VERDICT_oidc_nonce);
}

static void
names(void **state)
{
	static const struct row rows[] = {
		{ "sub=" GONE, VERDICT_oidc_subject },
		{ "sub=null", VERDICT_oidc_subject },
		{ "sub=\"\"", VERDICT_oidc_subject },
		{ "sub=12345", VERDICT_oidc_subject },
		{ "sub=true", VERDICT_oidc_subject },
		{ "sub=[\"user-1\"]", VERDICT_oidc_subject },
		{ "sub={\"id\":\"user-1\"}", VERDICT_oidc_subject },
		{ "sub=\"a\\nb\"", VERDICT_oidc_subject },
		{ "sub=\"a\\u0001\"", VERDICT_oidc_subject },
		{ "sub=\"a\\u007f\"", VERDICT_oidc_subject },
		{ "sub=\"a\\u0085\"", VERDICT_oidc_subject },
		{ "sub=\"\\u00e9 \\u4e2d\"", VERDICT_ok },
		{ "sid=\"\"", VERDICT_oidc_claims },
		{ "sid=1", VERDICT_oidc_claims },
		{ "sid=[\"s\"]", VERDICT_oidc_claims },
		{ "sid=\"a\\tb\"", VERDICT_oidc_claims },
		{ "sid=null", VERDICT_ok }, { "jti=null", VERDICT_ok },
		{ "jti=\"\"", VERDICT_oidc_claims },
		{ "jti=1", VERDICT_oidc_claims },
		{ "jti=\"a\\n\"", VERDICT_oidc_claims },
		{ "events={}", VERDICT_oidc_claims },
		{ "events=null", VERDICT_oidc_claims },
		{ "events={\"" EVENT "\":{}}", VERDICT_oidc_claims }
	};
	char edit[LIMIT_SUBJECT + 16];

	(void)state;
	ROWS(rows, id);
	memset(edit, 'x', sizeof(edit));
	memcpy(edit, "sub=\"", 5);
	strlcpy(edit + 5 + LIMIT_SUBJECT, "\"", 2);
	id(edit, VERDICT_ok);
	memcpy(edit, "sid=\"", 5);
	id(edit, VERDICT_ok);
	strlcpy(edit + 6 + LIMIT_SUBJECT, "\"", 2);
	edit[5 + LIMIT_SUBJECT] = 'x';
	id(edit, VERDICT_oidc_claims);
	memcpy(edit, "jti=\"", 5);
	id(edit, VERDICT_oidc_claims);
	memcpy(edit, "acr=\"", 5);
	id(edit, VERDICT_oidc_claims);
	memcpy(edit, "sub=\"", 5);
	id(edit, VERDICT_oidc_subject);
}

static void
authentication(void **state)
{
	static const struct row any[] = {
		{ "auth_time=1", VERDICT_ok }, { "auth_time=null", VERDICT_ok },
		{ "auth_time=1767323255", VERDICT_ok },
		{ "auth_time=1767323256", VERDICT_oidc_authn },
		{ "auth_time=\"1\"", VERDICT_oidc_claims },
		{ "auth_time=-1", VERDICT_oidc_claims },
		{ "auth_time=[1]", VERDICT_oidc_claims },
		{ "acr=1", VERDICT_oidc_claims },
		{ "acr=[\"a\"]", VERDICT_oidc_claims },
		{ "acr=\"\"", VERDICT_oidc_claims },
		{ "acr=\"0\"", VERDICT_ok }
	};
	static const struct row aged[] = {	/* max age 1 hour */
		{ "", VERDICT_oidc_authn }, { "auth_time=null",
		    VERDICT_oidc_authn },
		{ "auth_time=1767319475", VERDICT_ok },
		{ "auth_time=1767319295", VERDICT_ok },
		{ "auth_time=1767319294", VERDICT_oidc_authn },
		{ "auth_time=0", VERDICT_oidc_authn },
		{ "auth_time=1767323256", VERDICT_oidc_authn },
		{ "auth_time=\"1767323075\"", VERDICT_oidc_claims }
	};
	static const struct row fresh[] = {	/* begun 30 seconds ago */
		{ "", VERDICT_oidc_authn },
		{ "auth_time=1767323045", VERDICT_ok },
		{ "auth_time=1767322865", VERDICT_ok },
		{ "auth_time=1767322864", VERDICT_oidc_authn },
		{ "auth_time=0", VERDICT_oidc_authn }
	};
	static const struct row contexts[] = {
		{ "", VERDICT_oidc_authn }, { "acr=null", VERDICT_oidc_authn },
		{ "acr=\"a\"", VERDICT_ok }, { "acr=\"b\"", VERDICT_ok },
		{ "acr=\"A\"", VERDICT_oidc_authn },
		{ "acr=\"c\"", VERDICT_oidc_authn },
		{ "acr=\"a b\"", VERDICT_oidc_authn },
		{ "acr=[\"a\"]", VERDICT_oidc_claims }
	};
	const char *list[] = { "a", "b" };
	struct strings acr = { 2, list };

	(void)state;
	ROWS(any, id);
	rules.max_age = 3600;
	ROWS(aged, id);
	rules.max_age = 0;
	id("auth_time=1767322895", VERDICT_ok);
	id("auth_time=1767322894", VERDICT_oidc_authn);
	rules.max_age = -1;
	rules.fresh = true;
	ROWS(fresh, id);
	rules.fresh = false;
	rules.acr = &acr;
	ROWS(contexts, id);
	rules.acr = NULL;
	id("", VERDICT_ok);
}

/* The left half of a hash, as a claim. */
static char *
half(const char *claim, const char *hash, const char *text)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	size_t len;
	char *b64, *out;

	assert_int_equal(EVP_Q_digest(NULL, hash, NULL, text, strlen(text), md,
	    &len), 1);
	b64 = base64url_encode(md, len / 2);
	assert_true(asprintf(&out, "%s=\"%s\"", claim, b64) > 0);
	free(b64);
	return out;
}

static void
hashes(void **state)
{
	static const struct {
		const char *alg;
		const char *hash;
	} rows[] = {
		{ "RS256", "SHA256" }, { "PS256", "SHA256" },
		{ "ES256", "SHA256" }, { "RS384", "SHA384" },
		{ "ES384", "SHA384" }, { "RS512", "SHA512" },
		{ "EdDSA", "SHA512" }, { "Ed25519", "SHA512" }
	};
	static const char *const bad[] = { "at_hash=1", "at_hash=\"\"",
	    "at_hash=[\"77QmUPtjPfzWtF2AnpK9RQ\"]", "c_hash=true",
	    "c_hash={}" };
	char *edit;
	size_t i, j;

	(void)state;
	/* The example of OpenID Connect Core, appendix A. */
	rules.access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
	id("at_hash=\"77QmUPtjPfzWtF2AnpK9RQ\"", VERDICT_ok);
	id("at_hash=\"77QmUPtjPfzWtF2AnpK9RQ==\"", VERDICT_oidc_hash);
	id("at_hash=\"77QmUPtjPfzWtF2AnpK9RR\"", VERDICT_oidc_hash);
	id("at_hash=\"77QmUPtjPfzWtF2AnpK9\"", VERDICT_oidc_hash);
	id("at_hash=\"77qmUPtjPfzWtF2AnpK9RQ\"", VERDICT_oidc_hash);
	id("at_hash=\"x\"", VERDICT_oidc_hash);
	id("c_hash=\"77QmUPtjPfzWtF2AnpK9RQ\"", VERDICT_ok);
	id_with("RS384", "at_hash=\"77QmUPtjPfzWtF2AnpK9RQ\"",
	    VERDICT_oidc_hash);
	id_with("none", "", VERDICT_jwt_header);
	rules.code = "the code";
	id("c_hash=\"77QmUPtjPfzWtF2AnpK9RQ\"", VERDICT_oidc_hash);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		id(bad[i], VERDICT_oidc_claims);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (j = 0; j < sizeof(rows) / sizeof(rows[0]); j++) {
			edit = half("c_hash", rows[j].hash, "the code");
			id_with(rows[i].alg, edit, strcmp(rows[i].hash,
			    rows[j].hash) == 0 ? VERDICT_ok :
			    VERDICT_oidc_hash);
			free(edit);
		}
	edit = half("c_hash", "SHA256", "another code");
	id(edit, VERDICT_oidc_hash);
	free(edit);
}

static void
too_many(void **state)
{
	json_t *o = edited(id_token, "");
	struct facts f;
	char name[16];
	size_t i;

	(void)state;
	for (i = json_object_size(o); i < LIMIT_CLAIMS; i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		json_object_set_new(o, name, json_true());
	}
	assert_int_equal(check_claims(o, "RS256", &f), VERDICT_ok);
	facts_free(&f);
	json_object_set_new(o, "more", json_true());
	assert_int_equal(check_claims(o, "RS256", &f), VERDICT_oidc_claims);
	facts_free(&f);
	json_decref(o);
}

/* --- logout tokens ----------------------------------------------------- */

static void
out(const char *edits, enum verdict want)
{
	json_t *o = edited(logout_token, edits);
	struct logout_facts_oidc f;
	enum verdict v;

	v = token_logout(ISSUER, CLIENT, o, NOW, &f);
	if (v != want)
		fail_msg("%s: %s (%s)", edits, verdict_name(v), f.detail);
	if (v == VERDICT_ok) {
		assert_true(f.until > NOW);
		assert_string_equal(f.detail, "");
		assert_string_not_equal(f.id, "");
		assert_true(f.subject[0] != '\0' || f.session[0] != '\0');
	} else
		assert_string_not_equal(f.detail, "");
	json_decref(o);
}

static void
logouts(void **state)
{
#define NO	VERDICT_logout_token
	static const struct row rows[] = {
		{ "", VERDICT_ok }, { "sub=" GONE, VERDICT_ok },
		{ "sid=" GONE, VERDICT_ok }, { "sub=null", VERDICT_ok },
		{ "exp=" GONE, VERDICT_ok }, { "aud=[\"" CLIENT "\"]",
		    VERDICT_ok }, { "aud=[\"x\",\"" CLIENT "\"]", VERDICT_ok },
		{ "events={\"" EVENT "\":{},\"x\":1}", VERDICT_ok },
		{ "events={\"" EVENT "\":{\"a\":1}}", VERDICT_ok },
		{ "iss=" GONE, NO }, { "iss=\"https://evil.example\"", NO },
		{ "iss=[\"" ISSUER "\"]", NO }, { "iss=\"" ISSUER "/\"", NO },
		{ "aud=" GONE, NO }, { "aud=\"client-2\"", NO },
		{ "aud=[\"client-2\"]", NO }, { "aud=[]", NO },
		{ "aud=[\"" CLIENT "\",1]", NO }, { "aud=1", NO },
		{ "iat=" GONE, NO }, { "iat=\"1767323075\"", NO },
		{ "iat=-1", NO }, { "iat=1767322595", NO },
		{ "iat=1767322596", VERDICT_ok }, { "iat=1767323256", NO },
		{ "iat=0", NO }, { "exp=1767322895", NO },
		{ "exp=1767322896", VERDICT_ok }, { "exp=\"1767326675\"", NO },
		{ "exp=-1", NO }, { "nbf=1767323256", NO },
		{ "jti=" GONE, NO }, { "jti=\"\"", NO }, { "jti=1", NO },
		{ "jti=null", NO }, { "jti=[\"j\"]", NO },
		{ "jti=\"a\\nb\"", NO },
		{ "events=" GONE, NO }, { "events=null", NO },
		{ "events={}", NO }, { "events=[]", NO },
		{ "events=\"" EVENT "\"", NO }, { "events=[\"" EVENT "\"]",
		    NO }, { "events={\"" EVENT "\":null}", NO },
		{ "events={\"" EVENT "\":true}", NO },
		{ "events={\"" EVENT "\":\"\"}", NO },
		{ "events={\"" EVENT "\":[]}", NO },
		{ "events={\"" EVENT "/\":{}}", NO },
		{ "events={\"backchannel-logout\":{}}", NO },
		{ "events={\"http://schemas.openid.net/secevent/risc/x\":{}}",
		    NO },
		{ "nonce=\"" NONCE "\"", NO }, { "nonce=null", NO },
		{ "nonce=\"\"", NO }, { "nonce=1", NO },
		{ "sub=" GONE "\nsid=" GONE, NO },
		{ "sub=null\nsid=null", NO }, { "sub=\"\"", NO },
		{ "sid=\"\"", NO }, { "sub=1", NO }, { "sid=1", NO },
		{ "sid=[\"s1\"]", NO }, { "sub={\"a\":\"b\"}", NO },
		{ "sid=\"a\\u0001\"", NO }, { "sub=\"a\\nb\"", NO }
	};
	json_t *o;
	struct logout_facts_oidc f;

	(void)state;
	ROWS(rows, out);
	o = edited(logout_token, "");
	assert_int_equal(token_logout(ISSUER, CLIENT, o, NOW, &f), VERDICT_ok);
	assert_string_equal(f.subject, "user-1");
	assert_string_equal(f.session, "s1");
	assert_string_equal(f.id, "j1");
	assert_int_equal(f.until, 1767323195 + LIMIT_SKEW);
	json_decref(o);
	/* One for the other. */
	o = edited(id_token, "");
	assert_int_equal(token_logout(ISSUER, CLIENT, o, NOW, &f), NO);
	json_decref(o);
	o = edited(id_token, "jti=\"j\"\nnonce=" GONE);
	assert_int_equal(token_logout(ISSUER, CLIENT, o, NOW, &f), NO);
	json_decref(o);
}

/* A logout token for an ID token, even with the right nonce. */
static void
confused(void **state)
{
	json_t *o = edited(logout_token, "nonce=\"" NONCE "\"");
	struct facts f;

	(void)state;
	assert_int_equal(check_claims(o, "RS256", &f), VERDICT_oidc_claims);
	facts_free(&f);
	json_decref(o);
	o = edited(logout_token, "");
	assert_int_equal(check_claims(o, "RS256", &f), VERDICT_oidc_nonce);
	facts_free(&f);
	json_decref(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good, token_setup),
		cmocka_unit_test_setup(issuers, token_setup),
		cmocka_unit_test_setup(audiences, token_setup),
		cmocka_unit_test_setup(times, token_setup),
		cmocka_unit_test_setup(nonces, token_setup),
		cmocka_unit_test_setup(names, token_setup),
		cmocka_unit_test_setup(authentication, token_setup),
		cmocka_unit_test_setup(hashes, token_setup),
		cmocka_unit_test_setup(too_many, token_setup),
		cmocka_unit_test_setup(logouts, token_setup),
		cmocka_unit_test_setup(confused, token_setup)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
