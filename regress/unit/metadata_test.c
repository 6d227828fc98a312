/* Metadata: an identity provider's, read; and ours, written. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/verifier/metadata_idp.h"
#include "hfssod/verifier/metadata_sp.h"
#include "hfssod/verifier/xml.h"
#include "regress/unit/saml_fixture.h"

#define REDIRECT "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:" \
    "2.0:bindings:HTTP-Redirect\" Location=\"https://idp/sso?a=b\"/>"
#define POST "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:" \
    "2.0:bindings:HTTP-POST\" Location=\"https://idp/post\"/>"
#define SOAP "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:" \
    "2.0:bindings:SOAP\" Location=\"https://idp/soap\"/>"

static char	*certificates[3];	/* base64 */

static int
setup(void **state)
{
	char *key, *pem, *p, *q;
	int i;

	(void)state;
	fixture_start();
	for (i = 0; i < 3; i++) {
		/* The last one is too weak. */
		fixture_pair(i == 2 ? 1024 : 2048, &key, &pem);
		p = strchr(pem, '\n') + 1;
		q = strstr(p, "-----END");
		certificates[i] = strndup(p, (size_t)(q - p));
		free(key);
		free(pem);
	}
	return 0;
}

static int
teardown(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		free(certificates[i]);
	return 0;
}

/* A KeyDescriptor; allocated. */
static char *
key(const char *use, const char *certificate)
{
	char *s;

	if (asprintf(&s, "<md:KeyDescriptor%s><ds:KeyInfo xmlns:ds=\"" NS_DS
	    "\"><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate>"
	    "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>", use,
	    certificate) == -1)
		abort();
	return s;
}

/* An entity; the keys are freed. */
static char *
entity(const char *id, const char *attributes, char *keys, const char *rest)
{
	char *s;

	if (asprintf(&s, "<md:EntityDescriptor xmlns:md=\"" NS_MD "\" "
	    "entityID=\"%s\"><!-- by hand --><md:IDPSSODescriptor %s "
	    "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol"
	    " urn:oasis:names:tc:SAML:2.0:protocol\">%s%s"
	    "</md:IDPSSODescriptor></md:EntityDescriptor>", id, attributes,
	    keys, rest) == -1)
		abort();
	free(keys);
	return s;
}

static const char *
parse(struct metadata_idp *m, const char *text, const char *name)
{
	return metadata_idp_parse(m, text, strlen(text), name, NULL);
}

/* Refused, with that in the reason; the text is freed. */
static void
refused(char *text, const char *name, const char *reason)
{
	struct metadata_idp m;
	const char *why;

	why = parse(&m, text, name);
	if (why == NULL || strstr(why, reason) == NULL)
		fail_msg("%s, not %s", why == NULL ? "taken" : why, reason);
	metadata_idp_free(&m);
	free(text);
}

static void
reads(void **state)
{
	struct metadata_idp m;
	char *text, *keys, *a, *b, *c;

	(void)state;
	a = key(" use=\"signing\"", certificates[0]);
	b = key("", certificates[1]);
	c = key(" use=\"encryption\"", certificates[1]);
	if (asprintf(&keys, "%s%s%s%s", a, b, a, c) == -1)
		abort();
	free(a);
	free(b);
	free(c);
	text = entity("https://idp", "WantAuthnRequestsSigned=\"true\" "
	    "validUntil=\"2030-01-01T00:00:00Z\"", keys, SOAP REDIRECT POST);
	assert_null(parse(&m, text, ""));
	assert_string_equal(m.entity_id, "https://idp");
	assert_string_equal(m.sso[BINDING_REDIRECT], "https://idp/sso?a=b");
	assert_string_equal(m.sso[BINDING_POST], "https://idp/post");
	assert_true(m.wants_signed);
	assert_int_equal(m.valid_until, INT64_C(1893456000));
	/* Two keys, none twice, none that only encrypts. */
	assert_int_equal(m.keys.count, 2);
	metadata_idp_free(&m);
	assert_null(parse(&m, text, "https://idp"));
	metadata_idp_free(&m);
	free(text);
}

static void
refuses(void **state)
{
	(void)state;
	refused(strdup(""), "", "not well-formed");
	refused(strdup("<a/>"), "", "no SAML 2.0 metadata");
	refused(strdup("<md:EntityDescriptor/>"), "", "not well-formed");
	refused(strdup("\xff\xfe<\x01"), "", "not UTF-8");
	refused(strdup("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"), "",
	    "document type");
	refused(strdup("<md:EntityDescriptor xmlns:md=\"" NS_MD "\"/>"), "",
	    "no identity provider");
	refused(entity("https://idp", "", key("", certificates[0]), REDIRECT),
	    "https://other", "does not have that");
	refused(entity("https://idp", "", strdup(""), REDIRECT), "",
	    "no signing certificate");
	refused(entity("https://idp", "", key(" use=\"encryption\"",
	    certificates[0]), REDIRECT), "", "no signing certificate");
	refused(entity("https://idp", "", key("", certificates[2]), REDIRECT),
	    "", "shorter than 2048");
	refused(entity("https://idp", "", key("", "AAAA"), REDIRECT), "",
	    "not a certificate");
	refused(entity("https://idp", "", key("", "%"), REDIRECT), "",
	    "not a certificate");
	refused(entity("https://idp", "", key("", certificates[0]), SOAP), "",
	    "no SingleSignOnService");
	refused(entity("https://idp", "", key("", certificates[0]),
	    "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:"
	    "bindings:HTTP-POST\" Location=\"javascript:alert(1)\"/>"), "",
	    "malformed SingleSignOnService");
	refused(entity("", "", key("", certificates[0]), REDIRECT), "",
	    "malformed entityID");
}

static void
chooses(void **state)
{
	struct metadata_idp m;
	char *a, *b, *text;

	(void)state;
	a = entity("https://a", "", key("", certificates[0]), REDIRECT);
	b = entity("https://b", "", key("", certificates[1]), POST);
	if (asprintf(&text, "\xef\xbb\xbf<?xml version=\"1.0\"?>"
	    "<md:EntitiesDescriptor xmlns:md=\"" NS_MD "\">%s"
	    "<md:EntitiesDescriptor>%s</md:EntitiesDescriptor>"
	    "</md:EntitiesDescriptor>", a, b) == -1)
		abort();
	assert_null(parse(&m, text, "https://b"));
	assert_string_equal(m.entity_id, "https://b");
	assert_null(m.sso[BINDING_REDIRECT]);
	metadata_idp_free(&m);
	refused(strdup(text), "", "several");
	refused(text, "https://c", "does not have that");
	if (asprintf(&text, "<md:EntitiesDescriptor xmlns:md=\"" NS_MD "\">"
	    "%s%s</md:EntitiesDescriptor>", a, a) == -1)
		abort();
	refused(text, "https://a", "twice");
	free(a);
	free(b);
}

/* One bad certificate does not spoil the good one. */
static void
rollover(void **state)
{
	struct metadata_idp m;
	char *a, *b, *keys, *text;

	(void)state;
	a = key("", certificates[2]);
	b = key("", certificates[0]);
	if (asprintf(&keys, "%s%s", a, b) == -1)
		abort();
	free(a);
	free(b);
	text = entity("https://idp", "", keys, POST);
	assert_null(parse(&m, text, ""));
	assert_int_equal(m.keys.count, 1);
	metadata_idp_free(&m);
	free(text);
}

static void
writes(void **state)
{
	static const char *const methods[] = { "aes256-gcm", "aes128-gcm",
	    "aes256-cbc", "aes128-cbc", "rsa-oaep-mgf1p" };
	struct metadata_sp sp = { FIXTURE_SP, FIXTURE_ACS "?a=b&c=\"d\"",
	    "urn:x", true, true, fixture_pairs(), fixture_pairs(), NULL };
	const xmlNode *role, *n;
	struct xml x;
	char *text;
	size_t i;

	(void)state;
	text = metadata_sp_write(&sp);
	assert_int_equal(xml_parse(&x, text, strlen(text)), VERDICT_ok);
	assert_true(xml_is(x.root, NS_MD, "EntityDescriptor"));
	assert_string_equal(xml_attribute(x.root, "entityID"), FIXTURE_SP);
	role = xml_first(x.root);
	assert_true(xml_is(role, NS_MD, "SPSSODescriptor"));
	assert_true(xml_true(role, "AuthnRequestsSigned"));
	assert_true(xml_true(role, "WantAssertionsSigned"));
	assert_int_equal(xml_count(role, NS_MD, "KeyDescriptor"), 4);
	/* In the order of the schema. */
	n = xml_first(role);
	assert_string_equal(xml_attribute(n, "use"), "signing");
	n = xml_next(xml_next(n));
	assert_string_equal(xml_attribute(n, "use"), "encryption");
	assert_int_equal(xml_count(n, NS_MD, "EncryptionMethod"), 5);
	for (i = 0; i < 5; i++)
		assert_non_null(strstr(text, methods[i]));
	n = xml_next(xml_next(n));
	assert_string_equal(xml_text(n), "urn:x");
	n = xml_next(n);
	assert_true(xml_is(n, NS_MD, "AssertionConsumerService"));
	assert_string_equal(xml_attribute(n, "Location"), sp.acs);
	assert_null(xml_next(n));
	/* Nothing private. */
	assert_null(strstr(text, "PRIVATE"));
	assert_null(strstr(text, "SingleLogoutService"));
	xml_free(&x);
	free(text);
	/* Both bindings of logout, before NameIDFormat. */
	sp.slo = "https://hub.example.com/logout";
	text = metadata_sp_write(&sp);
	assert_int_equal(xml_parse(&x, text, strlen(text)), VERDICT_ok);
	role = xml_first(x.root);
	n = xml_child(role, NS_MD, "SingleLogoutService");
	assert_non_null(strstr(xml_attribute(n, "Binding"), "Redirect"));
	assert_string_equal(xml_attribute(n, "Location"), sp.slo);
	n = xml_next(n);
	assert_true(xml_is(n, NS_MD, "SingleLogoutService"));
	assert_non_null(strstr(xml_attribute(n, "Binding"), "POST"));
	assert_true(xml_is(xml_next(n), NS_MD, "NameIDFormat"));
	xml_free(&x);
	free(text);
}

/* Whether a document is taken with a signer; the text is freed. */
static const char *
signed_by(char *text, const struct public_keys *signer)
{
	struct metadata_idp m;
	const char *why;

	why = metadata_idp_parse(&m, text, strlen(text), "", signer);
	metadata_idp_free(&m);
	free(text);
	return why;
}

/* The good one with an ID, edited, and signed by a key or none. */
static char *
document(const char *from, const char *to, enum fixture_key by)
{
	const struct edit e[] = { { " entityID=", " ID=\"_m\" entityID=" },
	    { NULL, NULL } };
	const struct edit late[] = { { from, to }, { NULL, NULL } };
	char *text;

	text = fixture_edit(fixture_metadata(FIXTURE_IDP), e);
	if (by != BY_NONE)
		text = fixture_sign(text, "EntityDescriptor", by, false);
	return from == NULL ? text : fixture_edit(text, late);
}

static void
signatures(void **state)
{
	const struct public_keys *all = fixture_keys();
	struct public_keys first = { 1, all->list };
	char *text, *within;

	(void)state;
	assert_null(signed_by(document(NULL, NULL, BY_RSA), &first));
	/* One that nobody asks for is not looked at. */
	assert_null(signed_by(document(NULL, NULL, BY_STRANGER), NULL));
	assert_non_null(strstr(signed_by(document(NULL, NULL, BY_STRANGER),
	    &first), "configured signer"));
	assert_non_null(strstr(signed_by(document(NULL, NULL, BY_SECOND),
	    &first), "configured signer"));
	assert_non_null(strstr(signed_by(document(NULL, NULL, BY_EC),
	    &first), "another type of key"));
	assert_non_null(strstr(signed_by(document(NULL, NULL, BY_NONE),
	    &first), "not signed"));
	assert_non_null(strstr(signed_by(fixture_metadata(FIXTURE_IDP),
	    &first), "no ID"));
	/* Changed afterwards, anywhere. */
	assert_non_null(strstr(signed_by(document("https://idp/sso",
	    "https://evil/sso", BY_RSA), &first), "configured signer"));
	assert_non_null(strstr(signed_by(document("ID=\"_m\"", "ID=\"_n\"",
	    BY_RSA), &first), "form"));
	assert_non_null(signed_by(document("URI=\"#_m\"", "URI=\"\"", BY_RSA),
	    &first));
	/* The signed one within another. */
	within = document(NULL, NULL, BY_RSA);
	if (asprintf(&text, "<md:EntitiesDescriptor xmlns:md=\"" NS_MD "\" "
	    "ID=\"_o\">%s</md:EntitiesDescriptor>", within) == -1)
		abort();
	free(within);
	assert_non_null(strstr(signed_by(text, &first), "not signed"));
}

static void
times(void **state)
{
	static const struct {
		const char	*text;
		int64_t		 seconds;
	} t[] = {
		{ "PT10M", 600 }, { "P1D", 86400 }, { "PT6H", 21600 },
		{ "P1DT12H", 129600 }, { "P1M", 2592000 }, { "P1Y", 31536000 },
		{ "P1Y2M3DT4H5M6S", 36993906 }, { "PT0S", 0 }, { "P", 0 },
		{ "", 0 }, { "10", 0 }, { "-P1D", 0 }, { "P1.5D", 0 },
		{ "P1DT", 86400 }, { "PT1D", 0 }, { "P1D ", 0 },
		{ "P9999999999D", 0 }, { "P1D1D", 0 },
	};
	struct metadata_idp m;
	char *text, *attributes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (asprintf(&attributes, "cacheDuration=\"%s\"",
		    t[i].text) == -1)
			abort();
		text = entity("https://idp", attributes,
		    key("", certificates[0]), REDIRECT);
		assert_null(parse(&m, text, ""));
		if (m.cache != t[i].seconds)
			fail_msg("%s: %lld", t[i].text, (long long)m.cache);
		/* And when its certificate ends. */
		assert_true(metadata_idp_expires(&m) > 1700000000);
		metadata_idp_free(&m);
		free(attributes);
		free(text);
	}
}

/* How long metadata is good: the earliest word of all that holds it. */
static void
valid_until(void **state)
{
	static const struct {
		const char	*group;
		const char	*entity;
		int64_t		 seconds;	/* 0: refused */
	} t[] = {
		{ "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z", 1893456000 },
		{ "2031-01-01T00:00:00Z", "2030-01-01T00:00:00Z", 1893456000 },
		{ "2030-01-01T01:00:00.5+01:00", "2031-01-01T00:00:00Z",
		    1893456000 },
		/* Long over, and not for ever. */
		{ "1970-01-01T00:00:00Z", "2031-01-01T00:00:00Z", 1 },
		{ "1969-01-01T00:00:00Z", "2031-01-01T00:00:00Z", 1 },
		{ "2031-01-01T00:00:00Z", "", 0 },
		{ "2031-01-01T00:00:00Z", "never", 0 },
		{ "2031-01-01T00:00:00Z", "2030-01-01", 0 },
		{ "2031-01-01T00:00:00Z", "2030-01-01T00:00:00", 0 },
		{ "2030-02-30T00:00:00Z", "2031-01-01T00:00:00Z", 0 },
	};
	struct metadata_idp m;
	char *text, *one, *attributes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (asprintf(&attributes, "validUntil=\"%s\"",
		    t[i].entity) == -1)
			abort();
		one = entity("https://idp", attributes,
		    key("", certificates[0]), REDIRECT);
		/* A group within a group. */
		if (asprintf(&text, "<md:EntitiesDescriptor xmlns:md=\"" NS_MD
		    "\"><md:EntitiesDescriptor validUntil=\"%s\">%s"
		    "</md:EntitiesDescriptor></md:EntitiesDescriptor>",
		    t[i].group, one) == -1)
			abort();
		if (t[i].seconds == 0)
			refused(text, "", "malformed validUntil");
		else {
			assert_null(parse(&m, text, ""));
			assert_int_equal(m.valid_until, t[i].seconds);
			metadata_idp_free(&m);
			free(text);
		}
		free(one);
		free(attributes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(chooses),
		cmocka_unit_test(rollover),
		cmocka_unit_test(signatures),
		cmocka_unit_test(times),
		cmocka_unit_test(valid_until),
		cmocka_unit_test(writes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
