/*
 * A login from its start to its outcome, without the processes: view and
 * files to a configuration, a request, a cookie, an answer.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/encode.h"
#include "common/view.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/consume.h"
#include "hfssod/verifier/login.h"
#include "regress/unit/saml_fixture.h"

#define NOW	FIXTURE_NOW

static struct verifier_connection	 connections[3];
static struct verifier_organization	 organizations[2];
static struct view_key			 key_name = { "sp.key", "sp.crt" };
static struct view_file			 file[4];
static struct view_files		 files = { 4, file };
static struct verifier_view		 view;
static struct writer			 octets;
static struct config			*config;
static struct seal_keys			 keys;

/* What the browser holds. */
static struct login_cookie		 jar[16];
static size_t				 jar_count;

const struct view_file *
view_file(const struct view_files *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (strcmp(f->list[i].name, name) == 0)
			return &f->list[i];
	return NULL;
}

static void
connection(struct verifier_connection *c, const char *name)
{
	memset(c, 0, sizeof(*c));
	c->name = name;
	c->enabled = true;
	c->metadata = "idp.xml";
	c->entity_id = c->idp_entity_id = c->nameid_format = "";
	c->subject_attribute = c->role_attribute = "";
	c->group_attribute = "groups";
}

static const char *
build(void)
{
	struct reader r;
	const char *why;

	config_free(config);
	wire_free(&octets);
	wire_init(&octets, LIMIT_VIEW);
	verifier_view_put(&octets, &view);
	wire_read(&r, octets.data, octets.len);
	why = config_build(&config, &r, &files);
	return why;
}

static int
setup(void **state)
{
	char *key, *certificate, *metadata;

	(void)state;
	fixture_start();
	jar_count = 0;
	memset(&keys, 7, sizeof(keys));
	connection(&connections[0], "okta");
	connections[0].first = true;
	connection(&connections[1], "entra");
	connections[1].metadata = "entra.xml";
	connection(&connections[2], "okta");
	connections[2].first = true;
	memset(organizations, 0, sizeof(organizations));
	organizations[0].name = "acme";
	organizations[0].connection_count = 2;
	organizations[0].connections = connections;
	organizations[0].sign = organizations[0].decrypt = &key_name;
	organizations[1].name = "other";
	organizations[1].connection_count = 1;
	organizations[1].connections = &connections[2];
	view.public_url = "https://hub.example.com";
	view.group = "default";
	view.organization_count = 2;
	view.organizations = organizations;
	if (file[0].data == NULL) {
		fixture_pair(2048, &key, &certificate);
		metadata = fixture_metadata(FIXTURE_IDP);
		file[0] = (struct view_file){ "idp.xml", (uint8_t *)metadata,
		    strlen(metadata) };
		file[1] = (struct view_file){ "sp.key", (uint8_t *)key,
		    strlen(key) };
		file[2] = (struct view_file){ "sp.crt", (uint8_t *)certificate,
		    strlen(certificate) };
		metadata = fixture_metadata("https://entra.example/");
		file[3] = (struct view_file){ "entra.xml", (uint8_t *)metadata,
		    strlen(metadata) };
	}
	assert_null(build());
	return 0;
}

static int
teardown(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < jar_count; i++) {
		free((void *)(uintptr_t)jar[i].name);
		free((void *)(uintptr_t)jar[i].value);
	}
	config_free(config);
	config = NULL;
	wire_free(&octets);
	return 0;
}

static struct sso_request
request(const char *org, const char *conn)
{
	struct sso_request q;

	memset(&q, 0, sizeof(q));
	q.request.id = 4711;
	q.request.host = "hub.example.com";
	q.organization = org;
	q.connection = conn;
	q.return_to = "";
	q.cookie_count = jar_count;
	memcpy(q.cookies, jar, sizeof(jar));
	return q;
}

/* Begin a login; its cookie goes into the jar.  The id is allocated. */
static char *
begin(const char *org, const char *conn, int64_t now)
{
	struct sso_request q = request(org, conn);
	struct login login;
	char *id;

	q.return_to = "/back";
	login_begin(config, &keys, &q, now, &login);
	assert_int_equal(login.started.verdict, VERDICT_ok);
	jar[jar_count].name = strdup(login.started.set_cookie.name);
	jar[jar_count++].value = strdup(login.started.set_cookie.value);
	id = strdup(login.state.id);
	login_free(&login);
	return id;
}

/* A form with an answer; id NULL: unsolicited.  Allocated. */
static char *
answer(const char *id, const char *relay, const char *more)
{
	struct make m = { "answer", .assertion = BY_RSA };
	char *xml, *encoded, *escaped, *body, *wanted;

	if (asprintf(&wanted, " InResponseTo=\"%s\"", id) == -1)
		abort();
	m.inner[0].from = m.outer[0].from =
	    " InResponseTo=\"" FIXTURE_REQUEST "\"";
	m.inner[0].to = m.outer[0].to = id == NULL ? "" : wanted;
	xml = fixture_make(&m);
	encoded = base64_encode(xml, strlen(xml));
	escaped = percent_encode(encoded, "");
	if (asprintf(&body, "SAMLResponse=%s&RelayState=%s%s", escaped, relay,
	    more) == -1)
		abort();
	free(wanted);
	free(xml);
	free(encoded);
	free(escaped);
	return body;
}

static enum verdict
post(const char *org, const char *conn, const char *body, int64_t now,
    struct consumed *c)
{
	struct sso_request q = request(org, conn);

	q.post = true;
	q.body = (struct bytes){ (const uint8_t *)body, strlen(body) };
	consume(config, &keys, &q, 99, now, c);
	assert_int_equal(c->outcome.origin, 99);
	assert_int_equal(c->outcome.request.id, 4711);
	if (c->outcome.verdict != VERDICT_ok) {
		assert_null(c->outcome.identity.subject);
		assert_int_equal(c->outcome.message_key.len, 0);
		assert_int_equal(c->outcome.login_key.len, 0);
	}
	return c->outcome.verdict;
}

/* Post and forget; the body is freed. */
static void
expect(enum verdict want, const char *org, const char *conn, char *body,
    int64_t now)
{
	struct consumed c;

	if (post(org, conn, body, now, &c) != want)
		fail_msg("%s, not %s", verdict_name(c.outcome.verdict),
		    verdict_name(want));
	consume_free(&c);
	free(body);
}

static void
signs_in(void **state)
{
	struct consumed c;
	struct writer w;
	struct reader r;
	struct outcome o;
	char *id, *body;

	(void)state;
	id = begin("acme", "", NOW);
	body = answer(id, id, "");
	assert_int_equal(post("acme", "", body, NOW, &c), VERDICT_ok);
	assert_string_equal(c.outcome.organization, "acme");
	assert_string_equal(c.outcome.connection, "okta");
	assert_string_equal(c.outcome.identity.subject, "alice-id");
	assert_string_equal(c.outcome.identity.email, "alice@example.org");
	assert_string_equal(c.outcome.return_to, "/back");
	assert_string_equal(c.outcome.login_cookie, jar[0].name);
	assert_int_equal(c.outcome.login_key.len, BURN_KEY);
	assert_int_equal(c.outcome.message_key.len, BURN_KEY);
	assert_int_equal(c.outcome.message_until, NOW - 30 + 300 + 180 + 360);
	assert_int_equal(c.outcome.identity.groups.count, 2);
	/* It goes over the wire. */
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	outcome_put(&w, &c.outcome);
	wire_read(&r, w.data, w.len);
	assert_true(outcome_get(&r, &o));
	assert_string_equal(o.identity.subject, "alice-id");
	outcome_free(&o);
	wire_free(&w);
	consume_free(&c);
	free(body);
	free(id);
}

static void
refuses(void **state)
{
	char *id, *other, *body;

	(void)state;
	id = begin("acme", "", NOW);
	other = begin("acme", "", NOW);
	/* Another login of the same browser. */
	expect(VERDICT_saml_in_response_to, "acme", "", answer(id, other, ""),
	    NOW);
	/* At another address: of the connection, of the organization. */
	expect(VERDICT_login_elsewhere, "acme", "entra", answer(id, id, ""),
	    NOW);
	expect(VERDICT_login_elsewhere, "other", "", answer(id, id, ""), NOW);
	expect(VERDICT_unknown_organization, "nobody", "", answer(id, id, ""),
	    NOW);
	expect(VERDICT_unknown_organization, "acme", "nobody",
	    answer(id, id, ""), NOW);
	/* No cookie of that name. */
	expect(VERDICT_login_unknown, "acme", "",
	    answer(id, FIXTURE_REQUEST, ""), NOW);
	expect(VERDICT_login_expired, "acme", "", answer(id, id, ""),
	    NOW + LIMIT_LOGIN_SECONDS);
	expect(VERDICT_duplicate_parameter, "acme", "",
	    answer(id, id, "&SAMLResponse=x"), NOW);
	expect(VERDICT_duplicate_parameter, "acme", "",
	    answer(id, id, "&RelayState=x"), NOW);
	expect(VERDICT_duplicate_parameter, "acme", "",
	    answer(id, id, "&SAML%52esponse=x"), NOW);
	expect(VERDICT_bad_request, "acme", "", strdup(""), NOW);
	expect(VERDICT_bad_request, "acme", "", strdup("RelayState=x"), NOW);
	expect(VERDICT_bad_request, "acme", "", strdup("SAMLResponse=%"),
	    NOW);
	if (asprintf(&body, "SAMLResponse=!!!&RelayState=%s", id) == -1)
		abort();
	expect(VERDICT_saml_encoding, "acme", "", body, NOW);
	expect(VERDICT_unsolicited, "acme", "", answer(id, "", ""), NOW);
	expect(VERDICT_unsolicited, "acme", "", answer(NULL, "/x", ""), NOW);
	/* None of this burnt it. */
	expect(VERDICT_ok, "acme", "", answer(id, id, ""), NOW);
	free(id);
	free(other);
}

static void
disabled(void **state)
{
	struct sso_request q = request("acme", "");
	struct login login;
	char *id;

	(void)state;
	id = begin("acme", "", NOW);
	connections[0].enabled = false;
	assert_null(build());
	expect(VERDICT_connection_disabled, "acme", "", answer(id, id, ""),
	    NOW);
	login_begin(config, &keys, &q, NOW, &login);
	assert_int_equal(login.started.verdict, VERDICT_connection_disabled);
	login_free(&login);
	free(id);
}

static void
keyless(void **state)
{
	struct sso_request q = request("acme", "");
	struct consumed c;
	struct login login;
	char *body;

	(void)state;
	login_begin(config, NULL, &q, NOW, &login);
	assert_int_equal(login.started.verdict, VERDICT_unavailable);
	login_free(&login);
	body = answer(FIXTURE_REQUEST, FIXTURE_REQUEST, "");
	q.post = true;
	q.body = (struct bytes){ (const uint8_t *)body, strlen(body) };
	consume(config, NULL, &q, 1, NOW, &c);
	assert_int_equal(c.outcome.verdict, VERDICT_unavailable);
	consume_free(&c);
	q.post = false;
	consume(config, &keys, &q, 1, NOW, &c);
	assert_int_equal(c.outcome.verdict, VERDICT_method_not_allowed);
	consume_free(&c);
	free(body);
}

static void
unsolicited(void **state)
{
	struct consumed c;
	char *body;

	(void)state;
	connections[0].idp_initiated = IDP_INITIATED_RESTART;
	assert_null(build());
	/* Whatever it is. */
	assert_int_equal(post("acme", "", "SAMLResponse=x", NOW, &c),
	    VERDICT_ok);
	assert_true(c.outcome.restart);
	assert_null(c.outcome.identity.subject);
	assert_int_equal(c.outcome.message_key.len, 0);
	consume_free(&c);
	/* An answer to a login that is not there starts nothing. */
	expect(VERDICT_login_unknown, "acme", "",
	    answer(FIXTURE_REQUEST, FIXTURE_REQUEST, ""), NOW);
	connections[0].idp_initiated = IDP_INITIATED_ACCEPT;
	assert_null(build());
	body = answer(NULL, "", "");
	assert_int_equal(post("acme", "", body, NOW, &c), VERDICT_ok);
	assert_false(c.outcome.restart);
	assert_string_equal(c.outcome.identity.subject, "alice-id");
	assert_int_equal(c.outcome.message_key.len, BURN_KEY);
	assert_int_equal(c.outcome.login_key.len, 0);
	consume_free(&c);
	free(body);
	expect(VERDICT_saml_in_response_to, "acme", "",
	    answer(FIXTURE_REQUEST, "", ""), NOW);
}

static void
starts(void **state)
{
	struct sso_request q = request("acme", "entra");
	struct login login;

	(void)state;
	login_begin(config, &keys, &q, NOW, &login);
	assert_int_equal(login.started.verdict, VERDICT_ok);
	assert_int_equal(strncmp(login.started.url,
	    "https://idp/sso?SAMLRequest=", 28), 0);
	assert_false(login.started.post);
	assert_null(strstr(login.started.url, "Signature="));
	assert_int_equal(strlen(login.started.set_cookie.name), 8);
	login_free(&login);
	connections[1].binding = BINDING_POST;
	organizations[0].sign_count = 1;
	connections[1].sign_requests = true;
	assert_null(build());
	login_begin(config, &keys, &q, NOW, &login);
	assert_string_equal(login.started.url, "https://idp/post");
	assert_true(login.started.post);
	assert_int_equal(login.started.field_count, 2);
	assert_string_equal(login.started.fields[0].name, "SAMLRequest");
	assert_string_equal(login.started.fields[1].name, "RelayState");
	assert_string_equal(login.started.fields[1].value, login.state.id);
	login_free(&login);
	q.connection = "nobody";
	login_begin(config, &keys, &q, NOW, &login);
	assert_int_equal(login.started.verdict, VERDICT_unknown_organization);
	login_free(&login);
	login_begin(NULL, &keys, &q, NOW, &login);
	assert_int_equal(login.started.verdict, VERDICT_unknown_organization);
	login_free(&login);
}

/* With four unfinished logins, one goes: unreadable ones first. */
static void
clears(void **state)
{
	struct sso_request q;
	struct login login;
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		free(begin("acme", i % 2 == 0 ? "" : "entra", NOW + 10 - i));
	q = request("acme", "");
	login_begin(config, &keys, &q, NOW + 20, &login);
	assert_int_equal(login.started.clear.count, 0);
	login_free(&login);
	free(begin("acme", "", NOW + 5));
	q = request("acme", "");
	login_begin(config, &keys, &q, NOW + 20, &login);
	assert_int_equal(login.started.clear.count, 1);
	assert_string_equal(login.started.clear.list[0], jar[3].name);
	login_free(&login);
	jar[jar_count].name = strdup("00000000");
	jar[jar_count++].value = strdup("garbage");
	q = request("acme", "");
	login_begin(config, &keys, &q, NOW + 20, &login);
	assert_int_equal(login.started.clear.count, 2);
	assert_string_equal(login.started.clear.list[0], "00000000");
	assert_string_equal(login.started.clear.list[1], jar[3].name);
	login_free(&login);
}

/* A test's address, as hfssoctl gets it; the query, allocated. */
static char *
test_query(const char *conn, const char *purpose, bool test, int64_t now)
{
	struct seal_context context;
	struct login_state state;
	char *token, *query;

	context = login_context(config_find(config, "acme", conn), purpose);
	memset(&state, 0, sizeof(state));
	seal_new_id(state.id);
	state.time = now;
	state.test = test;
	token = seal_close(&keys, &context, &state);
	if (asprintf(&query, "test=%s", token) == -1)
		abort();
	free(token);
	return query;
}

/* Begin with a query, which is freed. */
static enum verdict
begin_with(const char *conn, char *query, struct login *login)
{
	struct sso_request q = request("acme", conn);

	q.query = (struct bytes){ (const uint8_t *)query, strlen(query) };
	login_begin(config, &keys, &q, NOW, login);
	free(query);
	return login->started.verdict;
}

static void
refuse_test(enum verdict want, const char *conn, char *query)
{
	struct login login;

	assert_int_equal(begin_with(conn, query, &login), want);
	assert_null(login.cookie);
	login_free(&login);
}

static void
tests_refused(void **state)
{
	char *query, *twice;

	(void)state;
	connections[0].enabled = false;
	assert_null(build());
	refuse_test(VERDICT_connection_disabled, "", strdup("a=b"));
	refuse_test(VERDICT_login_unknown, "", strdup("test="));
	refuse_test(VERDICT_login_unknown, "", strdup("test=x"));
	refuse_test(VERDICT_bad_request, "", strdup("test=%"));
	/* Too old, another connection's, another purpose, no test at all. */
	refuse_test(VERDICT_login_unknown, "",
	    test_query("", "test", true, NOW - LIMIT_TEST_SECONDS));
	refuse_test(VERDICT_login_unknown, "",
	    test_query("entra", "test", true, NOW));
	refuse_test(VERDICT_login_unknown, "",
	    test_query("", "login", true, NOW));
	refuse_test(VERDICT_login_unknown, "",
	    test_query("", "test", false, NOW));
	query = test_query("", "test", true, NOW);
	if (asprintf(&twice, "%s&test=x", query) == -1)
		abort();
	free(query);
	refuse_test(VERDICT_duplicate_parameter, "", twice);
}

static void
tested(void **state)
{
	struct view_require hd = { "hd", { 0, NULL } };
	struct consumed c;
	struct login login;
	char *id, *body;

	(void)state;
	connections[0].enabled = false;
	connections[0].require_count = 1;
	connections[0].requires = &hd;
	strings_add(&hd.values, "acme.com");
	assert_null(build());
	assert_int_equal(begin_with("", test_query("", "test", true, NOW),
	    &login), VERDICT_ok);
	jar[jar_count].name = strdup(login.started.set_cookie.name);
	jar[jar_count++].value = strdup(login.started.set_cookie.value);
	id = strdup(login.state.id);
	login_free(&login);
	/* Refused at the end: what was proved is there all the same. */
	body = answer(id, id, "");
	assert_int_equal(post("acme", "", body, NOW, &c),
	    VERDICT_attribute_required);
	assert_true(c.outcome.test);
	assert_true(c.outcome.received_count > 0);
	consume_free(&c);
	free(body);
	/* Refused before anything was proved: nothing is. */
	if (asprintf(&body, "SAMLResponse=PHgvPg&RelayState=%s", id) == -1)
		abort();
	assert_int_not_equal(post("acme", "", body, NOW, &c), VERDICT_ok);
	assert_true(c.outcome.test);
	assert_int_equal(c.outcome.received_count, 0);
	consume_free(&c);
	free(body);
	connections[0].require_count = 0;
	assert_null(build());
	body = answer(id, id, "");
	assert_int_equal(post("acme", "", body, NOW, &c), VERDICT_ok);
	assert_true(c.outcome.test);
	assert_int_equal(c.outcome.login_key.len, BURN_KEY);
	consume_free(&c);
	free(body);
	free(id);
	strings_free(&hd.values);
}

static void
protocols(void **state)
{
	struct sso_request q;
	struct consumed c;
	struct login login;
	char *id, *body;

	(void)state;
	id = begin("acme", "", NOW);
	body = answer(id, id, "");
	q = request("acme", "");
	q.post = true;
	q.body = (struct bytes){ (const uint8_t *)body, strlen(body) };
	q.protocol = PROTOCOL_OIDC;
	consume(config, &keys, &q, 99, NOW, &c);
	assert_int_equal(c.outcome.verdict, VERDICT_unknown_organization);
	consume_free(&c);
	login_begin(config, &keys, &q, NOW, &login);
	assert_int_equal(login.started.verdict, VERDICT_unknown_organization);
	login_free(&login);
	free(body);
	free(id);
}

/* Metadata by address, which nobody has fetched. */
static void
unknown_provider(void **state)
{
	struct sso_request q;
	struct login login;
	char *id, *body;

	(void)state;
	id = begin("acme", "", NOW);
	connections[0].metadata = "";
	connections[0].metadata_url = "https://idp.example.org/metadata";
	assert_null(build());
	q = request("acme", "");
	login_begin(config, &keys, &q, NOW, &login);
	assert_int_equal(login.started.verdict, VERDICT_provider_unreachable);
	assert_null(login.cookie);
	login_free(&login);
	body = answer(id, id, "");
	expect(VERDICT_provider_unreachable, "acme", "", body, NOW);
	free(id);
}

/* OpenID Connect: what the configuration is refused for. */
static void
oidc_reasons(void **state)
{
	struct verifier_connection *c = &connections[1], kept = *c;
	const struct view_file was = file[3];
	char secret[LIMIT_SECRET + 2];
	const struct connection *built;

	(void)state;
	memset(c, 0, sizeof(*c));
	c->name = "op";
	c->protocol = PROTOCOL_OIDC;
	c->enabled = true;
	c->issuer = "https://op.example";
	c->client_id = "client";
	c->client_secret = "entra.xml";
	file[3] = (struct view_file){ "entra.xml", (uint8_t *)secret, 0 };
	assert_string_equal(build(), "organization \"acme\" connection "
	    "\"op\": client secret's file is empty");
	strlcpy(secret, "\n", sizeof(secret));
	file[3].len = 1;
	assert_non_null(strstr(build(), "is empty"));
	strlcpy(secret, "one\ntwo\n", sizeof(secret));
	file[3].len = 8;
	assert_non_null(strstr(build(), "second line"));
	memset(secret, 'x', sizeof(secret));
	file[3].len = LIMIT_SECRET + 1;
	assert_non_null(strstr(build(), "too long"));
	secret[LIMIT_SECRET] = '\n';
	assert_null(build());
	built = config_find(config, "acme", "op");
	assert_int_equal(built->secret.len, LIMIT_SECRET);
	assert_string_equal(built->acs, "https://hub.example.com/organizations/"
	    "acme/oidc/consume/op");
	assert_string_equal(built->backchannel, "https://hub.example.com/"
	    "organizations/acme/oidc/backchannel-logout/op");
	assert_false(connection_known(built));
	c->client_auth = CLIENT_AUTH_PRIVATE_KEY_JWT;
	assert_non_null(strstr(build(), "there is no key"));
	c->client_secret = "";
	c->client_auth = CLIENT_AUTH_BASIC;
	assert_non_null(strstr(build(), "by a secret"));
	c->client_auth = CLIENT_AUTH_OFFERED;
	c->check_every = 60;
	assert_non_null(strstr(build(), "check needs"));
	c->check_every = 0;
	c->client_key = "idp.xml";
	assert_non_null(strstr(build(), "client key \"idp.xml\": "));
	c->client_key = "";
	c->jwks = "idp.xml";
	assert_non_null(strstr(build(), "jwks file \"idp.xml\": "));
	c->jwks = "";
	connections[0] = *c;
	connections[0].name = "first";
	connections[0].first = true;
	assert_string_equal(build(), "organization \"acme\" connection "
	    "\"op\": has the identity provider of \"first\", their messages "
	    "could be confused");
	file[3] = was;
	*c = kept;
}

static void
reasons(void **state)
{
	const struct view_file *kept = &file[0];
	struct view_file old = *kept;

	(void)state;
	connections[1].metadata = "missing.xml";
	assert_string_equal(build(), "organization \"acme\" connection "
	    "\"entra\": metadata file is missing");
	assert_null(config);
	connections[1].metadata = "idp.xml";
	assert_string_equal(build(), "organization \"acme\" connection "
	    "\"entra\": has the identity provider of \"okta\", their messages "
	    "could be confused");
	connections[1].metadata = "entra.xml";
	file[0].data = (const uint8_t *)"<a/>";
	file[0].len = 4;
	assert_string_equal(build(), "organization \"acme\" connection "
	    "\"okta\": file is no SAML 2.0 metadata");
	file[0] = old;
	connections[1].sign_requests = true;
	assert_string_equal(build(), "organization \"acme\" connection "
	    "\"entra\": requests are to be signed, but there is no key");
	connections[1].sign_requests = false;
	organizations[0].decrypt_count = 1;
	key_name.certificate = "idp.xml";
	assert_string_equal(build(), "organization \"acme\": decryption key "
	    "\"sp.key\": certificate is not PEM, or is not the key's");
	key_name.certificate = "sp.crt";
	key_name.key = "sp.crt";
	assert_string_equal(build(), "organization \"acme\": decryption key "
	    "\"sp.crt\": no private key in PEM without a passphrase");
	key_name.key = "sp.key";
	assert_null(build());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(signs_in),
		TEST(refuses),
		TEST(disabled),
		TEST(keyless),
		TEST(unsolicited),
		TEST(starts),
		TEST(clears),
		TEST(tests_refused),
		TEST(tested),
		TEST(protocols),
		TEST(unknown_provider),
		TEST(oidc_reasons),
		TEST(reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
