/*
 * Single logout in verifier, without the processes: what a provider sends
 * by redirect and by form, forged in every way, and what we send.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "common/encode.h"
#include "common/view.h"
#include "hfssod/verifier/logout.h"
#include "hfssod/verifier/xml.h"
#include "regress/unit/saml_fixture.h"

#define NOW	FIXTURE_NOW
#define SLO	"https://hub.example.com/organizations/acme/saml/logout"
#define MORE	"http://www.w3.org/2001/04/xmldsig-more#"
#define BINDING	"urn:oasis:names:tc:SAML:2.0:bindings:"
#define STATUS	"urn:oasis:names:tc:SAML:2.0:status:"
#define SERVICES "<md:SingleLogoutService Binding=\"" BINDING "HTTP-POST\" " \
    "Location=\"https://idp/slo-post\"/><md:SingleLogoutService Binding=\"" \
    BINDING "HTTP-Redirect\" Location=\"https://idp/slo\" " \
    "ResponseLocation=\"https://idp/slo-answer?x=y\"/>"

static struct verifier_connection	 connections[2];
static struct verifier_organization	 organizations[2];
static struct view_key			 key_name = { "sp.key", "sp.crt" };
static struct view_file			 file[3];
static struct view_files		 files = { 3, file };
static struct verifier_view		 view;
static struct writer			 octets;
static struct config			*config;
static struct seal_keys			 keys;
static struct login_cookie		 cookie;
static char				 cookie_name[9];
static char				*cookie_value;
static char				 request_id[SEAL_ID + 1];

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
connection(struct verifier_connection *c)
{
	memset(c, 0, sizeof(*c));
	c->name = "okta";
	c->enabled = c->first = true;
	c->metadata = "idp.xml";
	c->entity_id = c->idp_entity_id = c->nameid_format = "";
	c->subject_attribute = c->role_attribute = c->group_attribute = "";
}

static void
build(void)
{
	struct reader r;

	config_free(config);
	wire_free(&octets);
	wire_init(&octets, LIMIT_VIEW);
	verifier_view_put(&octets, &view);
	wire_read(&r, octets.data, octets.len);
	assert_null(config_build(&config, &r, &files));
}

/* Metadata with these services of logout. */
static void
services(const char *text)
{
	const struct edit e[] = { { "</md:IDPSSODescriptor>", text },
	    { NULL, NULL } };
	char *metadata;

	free((void *)(uintptr_t)file[0].data);
	metadata = fixture_metadata(FIXTURE_IDP);
	metadata = fixture_edit(metadata, e);
	file[0] = (struct view_file){ "idp.xml", (uint8_t *)metadata,
	    strlen(metadata) };
	build();
}

static int
setup(void **state)
{
	char *key, *certificate;
	int i;

	(void)state;
	fixture_start();
	memset(&keys, 7, sizeof(keys));
	memset(organizations, 0, sizeof(organizations));
	for (i = 0; i < 2; i++) {
		connection(&connections[i]);
		organizations[i].name = i == 0 ? "acme" : "other";
		organizations[i].connection_count = 1;
		organizations[i].connections = &connections[i];
		organizations[i].sign_count = 1;
		organizations[i].sign = &key_name;
	}
	view.public_url = "https://hub.example.com";
	view.group = "default";
	view.organization_count = 2;
	view.organizations = organizations;
	if (file[1].data == NULL) {
		fixture_pair(2048, &key, &certificate);
		file[1] = (struct view_file){ "sp.key", (uint8_t *)key,
		    strlen(key) };
		file[2] = (struct view_file){ "sp.crt",
		    (uint8_t *)certificate, strlen(certificate) };
	}
	services(SERVICES "</md:IDPSSODescriptor>");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(cookie_value);
	cookie_value = NULL;
	memset(&cookie, 0, sizeof(cookie));
	config_free(config);
	config = NULL;
	wire_free(&octets);
	return 0;
}

/* --- what a provider sends ------------------------------------------------ */

static const char request_text[] =
    "<samlp:LogoutRequest xmlns:samlp=\"" NS_SAMLP "\" xmlns:saml=\"" NS_SAML
    "\" ID=\"_q1\" Version=\"2.0\" IssueInstant=\"2026-01-02T03:04:05Z\""
    " Destination=\"" SLO "\" NotOnOrAfter=\"2026-01-02T03:09:05Z\">"
    "<saml:Issuer>" FIXTURE_IDP "</saml:Issuer>"
    "<saml:NameID NameQualifier=\"nq\">alice-id</saml:NameID>"
    "<samlp:SessionIndex>_s1</samlp:SessionIndex></samlp:LogoutRequest>";

static const char response_text[] =
    "<samlp:LogoutResponse xmlns:samlp=\"" NS_SAMLP "\" xmlns:saml=\""
    NS_SAML "\" ID=\"_r1\" Version=\"2.0\""
    " IssueInstant=\"2026-01-02T03:04:05Z\" Destination=\"" SLO "\""
    " InResponseTo=\"@@\"><saml:Issuer>" FIXTURE_IDP "</saml:Issuer>"
    "<samlp:Status><samlp:StatusCode Value=\"" STATUS "Success\"/>"
    "</samlp:Status></samlp:LogoutResponse>";

/* How one is made: what is wrong with it. */
struct lie {
	enum verdict	 verdict;
	enum fixture_key by;
	const char	*algorithm;	/* of a redirect; NULL: right */
	const char	*digest;
	bool		 sha1;		/* of a form */
	struct edit	 before[4];	/* signing */
	struct edit	 after[4];	/* in the form's text, or the query */
};

/* "from" is put out of the way where a response is made. */
static char *
document(bool response, const struct lie *lie)
{
	const struct edit id[] = { { "@@", request_id }, { NULL, NULL } };
	char *text;

	text = strdup(response ? response_text : request_text);
	if (response)
		text = fixture_edit(text, id);
	return fixture_edit(text, lie->before);
}

static char *
deflated(const char *text)
{
	z_stream z;
	uint8_t *out;
	char *encoded, *escaped;

	memset(&z, 0, sizeof(z));
	deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
	out = malloc(deflateBound(&z, strlen(text)));
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)strlen(text);
	z.next_out = out;
	z.avail_out = (uInt)deflateBound(&z, strlen(text));
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	encoded = base64_encode(out, z.total_out);
	escaped = percent_encode(encoded, "");
	deflateEnd(&z);
	free(out);
	free(encoded);
	return escaped;
}

/* The query of a redirect; relay "" : none.  Allocated. */
static char *
query(bool response, const char *relay, const struct lie *lie)
{
	const char *algorithm = lie->algorithm;
	char *text, *value, *signature, *q, *s, *alg;

	if (algorithm == NULL)
		algorithm = lie->by == BY_EC ? MORE "ecdsa-sha256" :
		    lie->by == BY_HMAC ? MORE "hmac-sha256" :
		    MORE "rsa-sha256";
	text = document(response, lie);
	value = deflated(text);
	alg = percent_encode(algorithm, "");
	if (asprintf(&q, "%s=%s%s%s&SigAlg=%s", response ? "SAMLResponse" :
	    "SAMLRequest", value, relay[0] == '\0' ? "" : "&RelayState=",
	    relay, alg) == -1)
		abort();
	free(text);
	free(value);
	free(alg);
	if (lie->by != BY_NONE) {
		value = fixture_octets(lie->by, lie->digest == NULL ?
		    "SHA256" : lie->digest, q);
		signature = percent_encode(value, "");
		if (asprintf(&s, "%s&Signature=%s", q, signature) == -1)
			abort();
		free(value);
		free(signature);
		free(q);
		q = s;
	}
	return fixture_edit(q, lie->after);
}

/* The body of a form. */
static char *
body(bool response, const char *relay, const struct lie *lie)
{
	char *text, *encoded, *escaped, *b;

	text = fixture_sign(document(response, lie),
	    response ? "LogoutResponse" : "LogoutRequest", lie->by,
	    lie->sha1);
	text = fixture_edit(text, lie->after);
	encoded = base64_encode(text, strlen(text));
	escaped = percent_encode(encoded, "");
	if (asprintf(&b, "%s=%s%s%s", response ? "SAMLResponse" :
	    "SAMLRequest", escaped, relay[0] == '\0' ? "" : "&RelayState=",
	    relay) == -1)
		abort();
	free(text);
	free(encoded);
	free(escaped);
	return b;
}

/* Hand it over; logout_free follows. */
static enum verdict
receive_at(const char *org, bool post, const char *text, int64_t now,
    struct logout *l)
{
	struct sso_request q;
	struct bytes b = { (const uint8_t *)text, strlen(text) };

	memset(&q, 0, sizeof(q));
	q.request.id = 4711;
	q.request.host = "hub.example.com";
	q.organization = org;
	q.connection = q.return_to = "";
	q.post = post;
	if (post)
		q.body = b;
	else
		q.query = b;
	if (cookie.name != NULL) {
		q.cookies[0] = cookie;
		q.cookie_count = 1;
	}
	logout_receive(config, &keys, &q, 99, now, l);
	assert_int_equal(l->outcome.origin, 99);
	if (l->outcome.verdict != VERDICT_ok) {
		assert_null(l->outcome.name_id.value);
		assert_int_equal(l->outcome.message_key.len, 0);
		assert_null(l->outcome.started.url);
	}
	return l->outcome.verdict;
}

/* Hand it over and forget it; the text is freed. */
static void
expect_at(enum verdict want, const char *org, bool post, char *text,
    int64_t now)
{
	struct logout l;

	if (receive_at(org, post, text, now, &l) != want)
		fail_msg("%s, not %s: %.300s", verdict_name(l.outcome.verdict),
		    verdict_name(want), text);
	logout_free(&l);
	free(text);
}

static void
expect(enum verdict want, bool post, char *text)
{
	expect_at(want, "acme", post, text, NOW);
}

/* A request of ours, whose cookie is kept. */
static void
begin(struct login *login)
{
	struct logout_start start;

	memset(&start, 0, sizeof(start));
	start.organization = "acme";
	start.connection = "okta";
	start.name_id = (struct name_id){ "alice & <id>", "urn:f", "nq", "",
	    "pid" };
	start.session_index = "_s1";
	logout_begin(config, &keys, &start, NOW, login);
	assert_int_equal(login->started.verdict, VERDICT_ok);
	if (login->started.set_cookie.name == NULL)
		return;
	free(cookie_value);
	strlcpy(cookie_name, login->cookie_name, sizeof(cookie_name));
	cookie_value = strdup(login->cookie);
	cookie = (struct login_cookie){ cookie_name, cookie_value };
	strlcpy(request_id, login->state.id, sizeof(request_id));
}

/* --- tests ------------------------------------------------------------------ */

static const struct lie good = { .verdict = VERDICT_ok, .by = BY_RSA };

static void
takes_requests(void **state)
{
	const struct lie ec = { .verdict = VERDICT_ok, .by = BY_EC };
	const struct lie second = { .verdict = VERDICT_ok, .by = BY_SECOND,
	    .algorithm = MORE "rsa-sha512", .digest = "SHA512" };
	const struct lie *const lies[] = { &good, &ec, &second };
	struct logout l;
	struct logout_outcome o;
	struct writer w;
	struct reader r;
	char *text;
	size_t i;
	int post;

	(void)state;
	for (i = 0; i < 6; i++) {
		post = i % 2;
		text = post ? body(false, "a+b%26", lies[i / 2]) :
		    query(false, "a+b%26", lies[i / 2]);
		assert_int_equal(receive_at("acme", post, text, NOW, &l),
		    VERDICT_ok);
		wire_init(&w, LIMIT_LOGIN_MESSAGE);
		logout_outcome_put(&w, &l.outcome);
		wire_read(&r, w.data, w.len);
		assert_true(logout_outcome_get(&r, &o));
		assert_false(o.response);
		assert_string_equal(o.connection, "okta");
		assert_string_equal(o.name_id.value, "alice-id");
		assert_string_equal(o.name_id.name_qualifier, "nq");
		assert_int_equal(o.session_indexes.count, 1);
		assert_string_equal(o.session_indexes.list[0], "_s1");
		assert_int_equal(o.message_key.len, BURN_KEY);
		assert_int_equal(o.login_key.len, 0);
		assert_int_equal(o.message_until, NOW - 30 + 300 + 180 + 360);
		/* The answer is ready: where, and with the RelayState. */
		assert_false(o.started.post);
		assert_ptr_equal(strstr(o.started.url,
		    "https://idp/slo-answer?x=y&SAMLResponse="), o.started.url);
		assert_non_null(strstr(o.started.url,
		    "&RelayState=a%20b%26&SigAlg="));
		logout_outcome_free(&o);
		wire_free(&w);
		logout_free(&l);
		free(text);
	}
}

static void
answers_by_form(void **state)
{
	struct logout l;
	uint8_t *xml;
	size_t len;
	char *text;

	(void)state;
	services("<md:SingleLogoutService Binding=\"" BINDING "HTTP-POST\" "
	    "Location=\"https://idp/slo-post\"/></md:IDPSSODescriptor>");
	text = query(false, "rs", &good);
	assert_int_equal(receive_at("acme", false, text, NOW, &l), VERDICT_ok);
	assert_true(l.outcome.started.post);
	assert_string_equal(l.outcome.started.url, "https://idp/slo-post");
	assert_string_equal(l.outcome.started.fields[0].name, "SAMLResponse");
	assert_string_equal(l.outcome.started.fields[1].value, "rs");
	xml = base64_decode(l.outcome.started.fields[0].value,
	    strlen(l.outcome.started.fields[0].value), &len);
	assert_non_null(memmem(xml, len, "InResponseTo=\"_q1\"", 18));
	assert_non_null(memmem(xml, len, "<ds:SignatureValue>", 19));
	free(xml);
	logout_free(&l);
	free(text);
	/* Nothing published: it counts, and nothing is sent. */
	services("</md:IDPSSODescriptor>");
	text = query(false, "rs", &good);
	assert_int_equal(receive_at("acme", false, text, NOW, &l), VERDICT_ok);
	assert_null(l.outcome.started.url);
	assert_string_equal(l.outcome.name_id.value, "alice-id");
	logout_free(&l);
	free(text);
}

#define DOC(from, to)	.before = { { from, to } }

/* The same lies in both bindings. */
static const struct lie both[] = {
	{ .verdict = VERDICT_saml_unsigned, .by = BY_NONE },
	{ .verdict = VERDICT_saml_signature, .by = BY_STRANGER },
	{ .verdict = VERDICT_saml_algorithm, .by = BY_HMAC },
	{ .verdict = VERDICT_saml_algorithm, .by = BY_RSA,
	    .algorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
	    .digest = "SHA1", .sha1 = true },
	{ .verdict = VERDICT_saml_destination, .by = BY_RSA,
	    DOC("/acme/", "/other/") },
	{ .verdict = VERDICT_saml_destination, .by = BY_RSA,
	    DOC(" Destination=\"" SLO "\"", "") },
	{ .verdict = VERDICT_saml_destination, .by = BY_RSA,
	    DOC("saml/logout", "saml/consume") },
	{ .verdict = VERDICT_saml_issuer, .by = BY_RSA,
	    DOC(FIXTURE_IDP, "https://entra/") },
	{ .verdict = VERDICT_saml_issuer, .by = BY_RSA,
	    DOC("<saml:Issuer>" FIXTURE_IDP "</saml:Issuer>", "") },
	{ .verdict = VERDICT_saml_too_old, .by = BY_RSA,
	    DOC("IssueInstant=\"2026-01-02T03:04:05Z", "IssueInstant=\""
	    "2026-01-02T02:56:05Z") },
	{ .verdict = VERDICT_saml_not_yet, .by = BY_RSA,
	    DOC("IssueInstant=\"2026-01-02T03:04:05Z", "IssueInstant=\""
	    "2026-01-02T03:09:05Z") },
	{ .verdict = VERDICT_saml_structure, .by = BY_RSA,
	    DOC(" IssueInstant=\"2026-01-02T03:04:05Z\"", "") },
	{ .verdict = VERDICT_saml_version, .by = BY_RSA, DOC("\"2.0\"", "\"1.1\"") },
	{ .verdict = VERDICT_logout_structure, .by = BY_RSA,
	    DOC("</saml:Issuer>", "</saml:Issuer><samlp:Extensions>"
	    "<saml:Assertion/></samlp:Extensions>") },
};

/* Of requests alone. */
static const struct lie requests[] = {
	{ .verdict = VERDICT_saml_expired, .by = BY_RSA,
	    DOC("NotOnOrAfter=\"2026-01-02T03:09:05Z",
	    "NotOnOrAfter=\"2026-01-02T03:01:05Z") },
	{ .verdict = VERDICT_saml_expired, .by = BY_RSA,
	    DOC("NotOnOrAfter=\"2026-01-02T03:09:05Z",
	    "NotOnOrAfter=\"tomorrow") },
	{ .verdict = VERDICT_saml_subject, .by = BY_RSA,
	    DOC("<saml:NameID NameQualifier=\"nq\">alice-id</saml:NameID>",
	    "") },
	{ .verdict = VERDICT_saml_subject, .by = BY_RSA, DOC(">alice-id<", "> <") },
	{ .verdict = VERDICT_logout_structure, .by = BY_RSA,
	    DOC("<samlp:SessionIndex>", "<saml:NameID>bob</saml:NameID>"
	    "<samlp:SessionIndex>") },
	{ .verdict = VERDICT_logout_structure, .by = BY_RSA, DOC(">_s1<", "><") },
	{ .verdict = VERDICT_logout_structure, .by = BY_RSA,
	    DOC("LogoutRequest", "ManageNameIDRequest") },
};

static void
refuses(void **state)
{
	const size_t n = sizeof(both) / sizeof(both[0]);
	const size_t m = sizeof(requests) / sizeof(requests[0]);
	struct login login;
	size_t i;

	(void)state;
	begin(&login);
	for (i = 0; i < n; i++) {
		expect(both[i].verdict, false, query(false, "", &both[i]));
		expect(both[i].verdict, true, body(false, "", &both[i]));
		expect(both[i].verdict, false,
		    query(true, request_id, &both[i]));
		expect(both[i].verdict, true,
		    body(true, request_id, &both[i]));
	}
	for (i = 0; i < m; i++) {
		expect(requests[i].verdict, false,
		    query(false, "", &requests[i]));
		if (i + 1 < m)
			expect(requests[i].verdict, true,
			    body(false, "", &requests[i]));
	}
	/* At another organization, whose provider it is too. */
	expect_at(VERDICT_saml_destination, "other", false,
	    query(false, "", &good), NOW);
	expect_at(VERDICT_unknown_organization, "nobody", false,
	    query(false, "", &good), NOW);
	expect_at(VERDICT_saml_too_old, "acme", true, body(false, "", &good),
	    NOW + 600);
	login_free(&login);
}

/* Whatever is done to a query after it was signed. */
static const struct {
	enum verdict	 verdict;
	struct edit	 edit;
} spoiled[] = {
	{ VERDICT_saml_signature, { "&RelayState=rs", "&RelayState=rt" } },
	{ VERDICT_saml_signature, { "&RelayState=rs", "" } },
	{ VERDICT_saml_signature, { "&RelayState=rs", "&RelayState=%72s" } },
	{ VERDICT_saml_signature, { "xmldsig-more", "xmldsi%67-more" } },
	{ VERDICT_saml_signature, { "%3A", "%3a" } },
	{ VERDICT_saml_signature, { "sha256", "sha384" } },
	{ VERDICT_saml_signature, { "&SigAlg", "&&SigAlg" } },
	{ VERDICT_saml_signature, { "&RelayState=rs", "&RelayState=" } },
	{ VERDICT_saml_algorithm, { "rsa-sha256", "rsa-sha1" } },
	{ VERDICT_saml_algorithm, { "rsa-sha256", "hmac-sha256" } },
	{ VERDICT_saml_algorithm, { "rsa-sha256", "dsa-sha256" } },
	{ VERDICT_saml_algorithm, { "rsa-sha256", "" } },
	{ VERDICT_saml_signature_form, { "&Signature=", "&Signature=%21" } },
	{ VERDICT_saml_signature_form, { "&SigAlg=", "&SigAlgo=" } },
	{ VERDICT_saml_signature_form, { "&SigAlg=", "&x=y&SigAlg=" } },
	{ VERDICT_saml_signature_form, { "SigAlg=", "Sig%41lg=" } },
	{ VERDICT_saml_unsigned, { "&Signature=", "&Signatur=" } },
	{ VERDICT_saml_unsigned, { "&Signature=", "#" } },
	{ VERDICT_duplicate_parameter,
	    { "&Signature=", "&Signature=x&Signature=" } },
	{ VERDICT_duplicate_parameter, { "&SigAlg=", "&SigAlg=x&SigAlg=" } },
	{ VERDICT_duplicate_parameter,
	    { "&RelayState=rs", "&RelayState=rs&RelayState=rs" } },
	{ VERDICT_duplicate_parameter,
	    { "SAMLRequest=", "SAMLRequest=x&SAMLRequest=" } },
	{ VERDICT_duplicate_parameter,
	    { "&RelayState=rs", "&RelayState=rs&SAML%52equest=x" } },
	{ VERDICT_duplicate_parameter,
	    { "&RelayState=rs", "&RelayState=rs&SAMLResponse=x" } },
	{ VERDICT_bad_request, { "SAMLRequest=", "SAML%52equest=" } },
	{ VERDICT_bad_request, { "SAMLRequest=", "a=b&SAMLRequest=" } },
	{ VERDICT_bad_request, { "&RelayState=rs", "&RelayState=%00" } },
	{ VERDICT_bad_request, { "&RelayState=rs", "&RelayState=%ff" } },
	{ VERDICT_saml_encoding,
	    { "SAMLRequest=", "SAMLEncoding=gzip&SAMLRequest=" } },
};

static void
raw_octets(void **state)
{
	const struct lie moved = { .verdict = VERDICT_ok, .by = BY_RSA };
	char *q, *copy, *relay, *alg, *sig;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(spoiled) / sizeof(spoiled[0]); i++) {
		struct lie lie = { .verdict = spoiled[i].verdict,
		    .by = BY_RSA };

		lie.after[0] = spoiled[i].edit;
		if (strcmp(spoiled[i].edit.from, "&Signature=") == 0 &&
		    strcmp(spoiled[i].edit.to, "#") == 0) {
			/* Cut off there. */
			q = query(false, "rs", &moved);
			*strstr(q, "&Signature=") = '\0';
			expect(lie.verdict, false, q);
			continue;
		}
		expect(lie.verdict, false, query(false, "rs", &lie));
	}
	/* The same parameters in another order. */
	q = query(false, "rs", &moved);
	relay = strstr(q, "&RelayState=");
	alg = strstr(q, "&SigAlg=");
	sig = strstr(q, "&Signature=");
	assert_int_not_equal(asprintf(&copy, "%.*s%.*s%.*s%s",
	    (int)(relay - q), q, (int)(sig - alg), alg, (int)(alg - relay),
	    relay, sig), -1);
	expect(VERDICT_saml_signature_form, false, copy);
	assert_int_not_equal(asprintf(&copy, "%s&%.*s", relay + 1,
	    (int)(relay - q), q), -1);
	expect(VERDICT_bad_request, false, copy);
	/* What comes behind means nothing. */
	assert_int_not_equal(asprintf(&copy, "%s&lc=1033", q), -1);
	expect(VERDICT_ok, false, copy);
	free(q);
	expect(VERDICT_bad_request, false, strdup(""));
	expect(VERDICT_bad_request, false, strdup("RelayState=x"));
	expect(VERDICT_bad_request, true, strdup("RelayState=x"));
	expect(VERDICT_duplicate_parameter, true,
	    strdup("SAMLRequest=x&SAMLResponse=x"));
	expect(VERDICT_saml_encoding, true, strdup("SAMLRequest=!"));
}

/* Sign a query around any value. */
static char *
around(const char *value)
{
	char *q, *s, *signature, *escaped;

	if (asprintf(&q, "SAMLRequest=%s&SigAlg=%s", value,
	    "http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256")
	    == -1)
		abort();
	signature = fixture_octets(BY_RSA, "SHA256", q);
	escaped = percent_encode(signature, "");
	if (asprintf(&s, "%s&Signature=%s", q, escaped) == -1)
		abort();
	free(q);
	free(signature);
	free(escaped);
	return s;
}

static void
octets_of_the_provider(void **state)
{
	char *text, *value;
	size_t len;

	(void)state;
	/* A bomb: much more than may be, of very little. */
	len = 64 * 1024 * 1024;
	assert_non_null(text = malloc(len + 1));
	memset(text, ' ', len);
	text[len] = '\0';
	value = deflated(text);
	expect(VERDICT_too_large, false, around(value));
	free(value);
	/* Exactly as much as may be. */
	text[LIMIT_SAML_MESSAGE] = '\0';
	value = deflated(text);
	expect(VERDICT_saml_encoding, false, around(value));
	free(value);
	free(text);
	/* Cut off, or followed by more. */
	value = deflated(request_text);
	value[strlen(value) / 2 / 4 * 4] = '\0';
	expect(VERDICT_saml_encoding, false, around(value));
	free(value);
	expect(VERDICT_saml_encoding, false, around("AAAA"));
	expect(VERDICT_saml_encoding, false, around("%21%21"));
	expect(VERDICT_saml_encoding, false, around(""));
	/* What rule 1 forbids. */
	value = deflated("<!DOCTYPE a><samlp:LogoutRequest/>");
	expect(VERDICT_saml_forbidden_xml, false, around(value));
	free(value);
	value = deflated("<a><!-- --></a>");
	expect(VERDICT_saml_forbidden_xml, false, around(value));
	free(value);
	value = deflated("<a><![CDATA[x]]></a>");
	expect(VERDICT_saml_forbidden_xml, false, around(value));
	free(value);
	value = deflated("<?xml version='1.0'?><?pi x?><a/>");
	expect(VERDICT_saml_forbidden_xml, false, around(value));
	free(value);
}

static void
forms(void **state)
{
	struct lie lie = { .verdict = VERDICT_saml_signature, .by = BY_RSA };
	char *text, *signed_text, *q;

	(void)state;
	/* Changed after it was signed. */
	lie.after[0] = (struct edit){ "alice-id", "mallory" };
	expect(VERDICT_saml_signature, true, body(false, "", &lie));
	lie.after[0] = (struct edit){ "alice-id", "alice<!-- -->-id" };
	expect(VERDICT_saml_forbidden_xml, true, body(false, "", &lie));
	lie.after[0] = (struct edit){ "<samlp:SessionIndex>",
	    "<ds:Object xmlns:ds=\"" NS_DS "\"/><samlp:SessionIndex>" };
	expect(VERDICT_saml_signature_form, true, body(false, "", &lie));
	lie.after[0] = (struct edit){ "URI=\"#_q1\"", "URI=\"\"" };
	expect(VERDICT_saml_signature_form, true, body(false, "", &lie));
	/* The Signature elsewhere: signed, wrapped, stripped. */
	lie.after[0] = (struct edit){ "<saml:NameID", "</samlp:LogoutRequest>"
	    "<saml:NameID" };
	expect(VERDICT_saml_encoding, true, body(false, "", &lie));
	signed_text = fixture_sign(strdup(request_text), "LogoutRequest",
	    BY_RSA, false);
	if (asprintf(&text, "<samlp:LogoutRequest xmlns:samlp=\"" NS_SAMLP
	    "\" xmlns:saml=\"" NS_SAML "\" ID=\"_evil\" Version=\"2.0\" "
	    "IssueInstant=\"2026-01-02T03:04:05Z\" Destination=\"" SLO "\">"
	    "<saml:Issuer>" FIXTURE_IDP "</saml:Issuer><samlp:Extensions>%s"
	    "</samlp:Extensions><saml:NameID>mallory</saml:NameID>"
	    "</samlp:LogoutRequest>", signed_text) == -1)
		abort();
	q = base64_encode(text, strlen(text));
	free(text);
	text = percent_encode(q, "");
	free(q);
	if (asprintf(&q, "SAMLRequest=%s", text) == -1)
		abort();
	free(text);
	expect(VERDICT_saml_signature_form, true, q);
	/* Signed within, in a redirect. */
	text = deflated(signed_text);
	expect(VERDICT_saml_signature_form, false, around(text));
	free(text);
	free(signed_text);
}

static void
encrypted_id(void **state)
{
	static const char name[] = "<saml:NameID xmlns:saml=\"" NS_SAML "\""
	    " NameQualifier=\"nq\">alice-id</saml:NameID>";
	struct lie lie = { .verdict = VERDICT_saml_decryption, .by = BY_RSA };
	struct organization *o;
	char *id, *text;
	struct logout l;

	(void)state;
	id = fixture_encrypt_id(name);
	lie.before[0] = (struct edit){
	    "<saml:NameID NameQualifier=\"nq\">alice-id</saml:NameID>", id };
	/* Without the key. */
	expect(VERDICT_saml_decryption, false, query(false, "", &lie));
	o = (struct organization *)(uintptr_t)config_find(config, "acme",
	    "")->organization;
	o->decrypt = *fixture_pairs();
	text = query(false, "", &lie);
	assert_int_equal(receive_at("acme", false, text, NOW, &l), VERDICT_ok);
	assert_string_equal(l.outcome.name_id.value, "alice-id");
	assert_string_equal(l.outcome.name_id.name_qualifier, "nq");
	logout_free(&l);
	free(text);
	free(id);
	id = fixture_encrypt_id("<saml:BaseID xmlns:saml=\"" NS_SAML "\"/>");
	lie.before[0].to = id;
	expect(VERDICT_saml_subject, true, body(false, "", &lie));
	free(id);
	memset(&o->decrypt, 0, sizeof(o->decrypt));
}

static void
many_indexes(void **state)
{
	struct lie lie = { .verdict = VERDICT_ok, .by = BY_RSA };
	char text[LIMIT_SESSION_INDEXES * 64] = "";
	struct logout l;
	char *q;
	int i;

	(void)state;
	for (i = 0; i < LIMIT_SESSION_INDEXES; i++)
		strlcat(text, "<samlp:SessionIndex>x</samlp:SessionIndex>",
		    sizeof(text));
	lie.before[0] = (struct edit){
	    "<samlp:SessionIndex>_s1</samlp:SessionIndex>", text };
	q = query(false, "", &lie);
	assert_int_equal(receive_at("acme", false, q, NOW, &l), VERDICT_ok);
	assert_int_equal(l.outcome.session_indexes.count,
	    LIMIT_SESSION_INDEXES);
	logout_free(&l);
	free(q);
	strlcat(text, "<samlp:SessionIndex>x</samlp:SessionIndex>",
	    sizeof(text));
	expect(VERDICT_saml_too_complex, false, query(false, "", &lie));
	/* And none at all. */
	lie.before[0].to = "";
	q = query(false, "", &lie);
	assert_int_equal(receive_at("acme", false, q, NOW, &l), VERDICT_ok);
	assert_int_equal(l.outcome.session_indexes.count, 0);
	logout_free(&l);
	free(q);
}

static void
asks(void **state)
{
	struct login login;
	uint8_t *xml;
	size_t len;

	(void)state;
	begin(&login);
	assert_ptr_equal(strstr(login.started.url,
	    "https://idp/slo?SAMLRequest="), login.started.url);
	assert_non_null(strstr(login.started.url, login.state.id));
	assert_non_null(strstr(login.started.url, "&SigAlg="));
	login_free(&login);
	services("<md:SingleLogoutService Binding=\"" BINDING "HTTP-POST\" "
	    "Location=\"https://idp/slo-post\"/></md:IDPSSODescriptor>");
	begin(&login);
	assert_true(login.started.post);
	assert_string_equal(login.started.url, "https://idp/slo-post");
	assert_string_equal(login.started.fields[1].value, login.state.id);
	xml = base64_decode(login.request, strlen(login.request), &len);
	/* The NameID whole, in canonical form. */
	assert_non_null(memmem(xml, len, " Format=\"urn:f\" NameQualifier="
	    "\"nq\" SPProvidedID=\"pid\">alice &amp; &lt;id&gt;</saml:NameID>"
	    "<samlp:SessionIndex>_s1</samlp:SessionIndex>", 117));
	free(xml);
	login_free(&login);
	/* Here only: no service, no key, switched off, no keys yet. */
	services("</md:IDPSSODescriptor>");
	begin(&login);
	assert_null(login.started.url);
	login_free(&login);
	organizations[0].sign_count = 0;
	services(SERVICES "</md:IDPSSODescriptor>");
	begin(&login);
	assert_null(login.started.url);
	login_free(&login);
	organizations[0].sign_count = 1;
	connections[0].enabled = false;
	build();
	begin(&login);
	assert_null(login.started.url);
	login_free(&login);
	expect(VERDICT_connection_disabled, false, query(false, "", &good));
}

/* What a response says of the result. */
static void
result(enum logout_result want, const char *status)
{
	struct lie lie = { .verdict = VERDICT_ok, .by = BY_RSA };
	struct logout l;
	char *text;

	lie.before[0] = (struct edit){ "<samlp:StatusCode Value=\"" STATUS
	    "Success\"/>", status };
	text = query(true, request_id, &lie);
	assert_int_equal(receive_at("acme", false, text, NOW, &l), VERDICT_ok);
	assert_true(l.outcome.response);
	assert_int_equal(l.outcome.result, want);
	assert_int_equal(l.outcome.login_key.len, BURN_KEY);
	assert_int_equal(l.outcome.message_key.len, BURN_KEY);
	assert_null(l.outcome.name_id.value);
	assert_int_equal(l.outcome.started.clear.count, 1);
	logout_free(&l);
	free(text);
}

static void
takes_responses(void **state)
{
	struct lie lie = { .verdict = VERDICT_ok, .by = BY_RSA };
	struct login login;

	(void)state;
	begin(&login);
	result(LOGOUT_DONE, "<samlp:StatusCode Value=\"" STATUS "Success\"/>");
	result(LOGOUT_PARTIAL, "<samlp:StatusCode Value=\"" STATUS "Success\">"
	    "<samlp:StatusCode Value=\"" STATUS "PartialLogout\"/>"
	    "</samlp:StatusCode>");
	result(LOGOUT_PARTIAL, "<samlp:StatusCode Value=\"" STATUS
	    "PartialLogout\"/>");
	result(LOGOUT_FAILED, "<samlp:StatusCode Value=\"" STATUS
	    "Responder\"/>");
	expect(VERDICT_ok, true, body(true, request_id, &good));
	/* Not the request of this browser, or of nobody. */
	expect(VERDICT_login_unknown, false, query(true, FIXTURE_REQUEST,
	    &good));
	expect(VERDICT_login_unknown, false, query(true, "", &good));
	expect(VERDICT_login_unknown, false, query(true, "x", &good));
	expect_at(VERDICT_login_elsewhere, "other", false,
	    query(true, request_id, &good), NOW);
	expect_at(VERDICT_login_expired, "acme", false,
	    query(true, request_id, &good), NOW + LIMIT_LOGIN_SECONDS);
	lie.before[0] = (struct edit){ request_id, FIXTURE_REQUEST };
	expect(VERDICT_saml_in_response_to, false,
	    query(true, request_id, &lie));
	lie.before[0] = (struct edit){ "<samlp:Status>",
	    "<samlp:Status/><samlp:Status>" };
	expect(VERDICT_logout_structure, false,
	    query(true, request_id, &lie));
	/* A request in the place of a response. */
	lie.before[0] = (struct edit){ "LogoutResponse", "LogoutRequest" };
	expect(VERDICT_logout_structure, false,
	    query(true, request_id, &lie));
	cookie.name = NULL;
	expect(VERDICT_login_unknown, true, body(true, request_id, &good));
	login_free(&login);
}

/* The state of a login is none of a logout, and the other way round. */
static void
purposes(void **state)
{
	const struct connection *c = config_find(config, "acme", "");
	struct seal_context context = login_context(c, "login");
	struct login login, out;

	(void)state;
	begin(&out);
	memset(&login, 0, sizeof(login));
	login_seal(&keys, &context, NOW, &login);
	strlcpy(cookie_name, login.cookie_name, sizeof(cookie_name));
	cookie.value = login.cookie;
	strlcpy(request_id, login.state.id, sizeof(request_id));
	expect(VERDICT_login_elsewhere, false,
	    query(true, request_id, &good));
	login_free(&login);
	login_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_requests, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(answers_by_form, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(raw_octets, setup, teardown),
		cmocka_unit_test_setup_teardown(octets_of_the_provider, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(forms, setup, teardown),
		cmocka_unit_test_setup_teardown(encrypted_id, setup, teardown),
		cmocka_unit_test_setup_teardown(many_indexes, setup, teardown),
		cmocka_unit_test_setup_teardown(asks, setup, teardown),
		cmocka_unit_test_setup_teardown(takes_responses, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(purposes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
