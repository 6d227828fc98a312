/*
 * Responses judged: the good ones that must pass, and those that are
 * signed rightly and still not for us, or not now.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "regress/unit/saml_judge.h"

/* What passes. */
static const struct row good[] = {
	{ E(ok), 0, { "assertion signed", .assertion = BY_RSA } },
	{ E(ok), 0, { "response signed", .response = BY_RSA } },
	{ E(ok), 0, { "both signed", .response = BY_RSA,
	    .assertion = BY_RSA } },
	{ E(ok), REQUIRE_BOTH, { "both signed, required", .response = BY_RSA,
	    .assertion = BY_RSA } },
	{ E(ok), REQUIRE_RESPONSE, { "response required", .response = BY_RSA } },
	{ E(ok), REQUIRE_ASSERTION, { "assertion required",
	    .assertion = BY_RSA } },
	{ E(ok), 0, { "second certificate", .assertion = BY_SECOND } },
	{ E(ok), 0, { "EC key", .assertion = BY_EC } },
	{ E(ok), 0, { "response EC, assertion RSA", .response = BY_EC,
	    .assertion = BY_SECOND } },
	{ E(ok), 0, { "GCM 128, signed inside", .assertion = BY_RSA,
	    .cipher = GCM128 } },
	{ E(ok), 0, { "GCM 256, signed inside", .assertion = BY_RSA,
	    .cipher = GCM256 } },
	{ E(ok), 0, { "GCM, response signed", .response = BY_RSA, .cipher = GCM128 } },
	{ E(ok), 0, { "CBC 128, response signed", .response = BY_RSA,
	    .cipher = CBC128 } },
	{ E(ok), 0, { "CBC 256, both signed", .response = BY_RSA,
	    .assertion = BY_RSA,
	    .cipher = CBC256 } },
	{ E(ok), 0, { "EncryptedKey beside the data", .response = BY_RSA,
	    .assertion = BY_RSA,
	    .cipher = GCM128, .beside = true } },
	{ E(ok), 0, { "no Issuer in the Response", .assertion = BY_RSA,
	    .outer = { { ISSUER "<samlp:Status>", "<samlp:Status>" } } } },
	{ E(ok), 0, { "Response names no place and no request",
	    .assertion = BY_RSA, .outer = {
	    { " Destination=\"" FIXTURE_ACS "\"", "" },
	    { " InResponseTo=\"" FIXTURE_REQUEST "\">" ISSUER
	    "<samlp:Status>", ">" ISSUER "<samlp:Status>" } } } },
	{ E(ok), 0, { "OneTimeUse, ProxyRestriction", .assertion = BY_RSA,
	    .inner = { { "</saml:AudienceRestriction>",
	    "</saml:AudienceRestriction><saml:OneTimeUse/>"
	    "<saml:ProxyRestriction Count=\"0\"/>" } } } },
	{ E(ok), 0, { "two audiences", .assertion = BY_RSA,
	    .inner = { { "<saml:Audience>", "<saml:Audience>other"
	    "</saml:Audience><saml:Audience>" } } } },
	{ E(ok), 0, { "a holder-of-key confirmation besides",
	    .assertion = BY_RSA, .inner = { { "<saml:SubjectConfirmation ",
	    "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:"
	    "cm:holder-of-key\"/><saml:SubjectConfirmation " } } } },
	{ E(ok), 0, { "XML declaration of another encoding", .assertion =
	    BY_RSA, .late = { { "<samlp:Response ", "<?xml version=\"1.0\" "
	    "encoding=\"windows-1252\"?><samlp:Response " } } } },
	{ E(ok), 0, { "two minutes ahead of us", .assertion = BY_RSA,
	    .inner = { { AT, "2026-01-02T03:06:30Z" } } } },
	{ E(ok), 0, { "fraction and zone", .assertion = BY_RSA,
	    .inner = { { ISSUED,
	    "IssueInstant=\"2026-01-02T05:04:05.123+02:00\"" } } } },
};

/* Signed, and still not for us, or not now. */
static const struct row conditions[] = {
	{ E(saml_issuer), 0, { "Issuer of the Response", .response = BY_RSA,
	    .outer = { { ISSUER "<samlp:Status>",
	    "<saml:Issuer>https://evil/</saml:Issuer><samlp:Status>" } } } },
	{ E(saml_issuer), 0, { "Issuer of the Assertion", .assertion = BY_RSA,
	    .inner = { { FIXTURE_IDP, FIXTURE_IDP "/" } } } },
	{ E(saml_issuer), 0, { "no Issuer", .response = BY_RSA,
	    .inner = { { ISSUER, "" } } } },
	{ E(saml_audience), 0, { "audience", .assertion = BY_RSA, .inner =
	    { { "<saml:Audience>" FIXTURE_SP, "<saml:Audience>"
	    FIXTURE_SP "/more" } } } },
	{ E(saml_audience), 0, { "one of two restrictions", .assertion =
	    BY_RSA, .inner = { { "</saml:AudienceRestriction>",
	    "</saml:AudienceRestriction><saml:AudienceRestriction>"
	    "<saml:Audience>other</saml:Audience>"
	    "</saml:AudienceRestriction>" } } } },
	{ E(saml_audience), 0, { "no audience", .assertion = BY_RSA, .inner =
	    { { "<saml:AudienceRestriction><saml:Audience>" FIXTURE_SP
	    "</saml:Audience></saml:AudienceRestriction>", "" } } } },
	{ E(saml_conditions), 0, { "no Conditions", .assertion = BY_RSA,
	    .inner = { { "saml:Conditions", "saml:Advice" } } } },
	{ E(saml_structure), 0, { "Conditions twice", .assertion = BY_RSA,
	    .inner = { { "<saml:Conditions ", "<saml:Conditions/>"
	    "<saml:Conditions " } } } },
	{ E(saml_conditions), 0, { "unknown condition", .assertion = BY_RSA,
	    .inner = { { "</saml:AudienceRestriction>",
	    "</saml:AudienceRestriction><saml:Condition/>" } } } },
	{ E(saml_conditions), 0, { "time that is none", .assertion = BY_RSA,
	    .inner = { { "NotBefore=\"2026-01-02T03:03:35Z\"",
	    "NotBefore=\"yesterday\"" } } } },
	{ E(saml_not_yet), 0, { "conditions not yet", .assertion = BY_RSA,
	    .inner = { { "NotBefore=\"2026-01-02T03:03:35Z\"",
	    "NotBefore=\"2026-01-02T03:08:00Z\"" } } } },
	{ E(saml_expired), 0, { "conditions expired", .assertion = BY_RSA,
	    .inner = { { END "\"><saml:Aud",
	    "2026-01-02T03:01:30Z\"><saml:Aud" } } } },
	{ E(saml_destination), 0, { "Destination", .assertion = BY_RSA,
	    .outer = { { "Destination=\"" FIXTURE_ACS,
	    "Destination=\"" FIXTURE_ACS "2" } } } },
	{ E(saml_destination), 0, { "no Destination, signed", .response = BY_RSA,
	    .assertion = BY_RSA,
	    .outer = { { " Destination=\"" FIXTURE_ACS "\"", "" } } } },
	{ E(saml_in_response_to), 0, { "InResponseTo of the Response",
	    .assertion = BY_RSA, .outer = { { "InResponseTo=\""
	    FIXTURE_REQUEST "\">" ISSUER "<samlp", "InResponseTo=\"_x\">" ISSUER
	    "<samlp" } } } },
	{ E(saml_in_response_to), 0, { "InResponseTo in the confirmation",
	    .assertion = BY_RSA, .inner = { { "InResponseTo=\""
	    FIXTURE_REQUEST, "InResponseTo=\"" FIXTURE_REQUEST "0" } } } },
	{ E(saml_in_response_to), 0, { "none in the confirmation", .assertion =
	    BY_RSA, .inner = { { " InResponseTo=\"" FIXTURE_REQUEST "\"", "" } }
	    } },
	{ E(saml_recipient), 0, { "Recipient", .assertion = BY_RSA, .inner =
	    { { "Recipient=\"https://hub", "Recipient=\"https://bub" } } } },
	{ E(saml_recipient), 0, { "no Recipient", .assertion = BY_RSA, .inner =
	    { { " Recipient=\"" FIXTURE_ACS "\"", "" } } } },
	{ E(saml_confirmation), 0, { "sender vouches", .assertion = BY_RSA,
	    .inner = { { BEARER,
	    "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches" } } } },
	{ E(saml_confirmation), 0, { "no confirmation", .assertion = BY_RSA,
	    .inner = { { "<saml:SubjectConfirmationData InResponseTo=\""
	    FIXTURE_REQUEST "\" NotOnOrAfter=\"" END "\" Recipient=\""
	    FIXTURE_ACS "\"/>", "" } } } },
	{ E(saml_confirmation), 0, { "NotBefore in the confirmation",
	    .assertion = BY_RSA, .inner = { { "SubjectConfirmationData ",
	    "SubjectConfirmationData NotBefore=\"" AT "\" " } } } },
	{ E(saml_expired), 0, { "confirmation expired", .assertion = BY_RSA,
	    .inner = { { "NotOnOrAfter=\"" END "\" Rec",
	    "NotOnOrAfter=\"2026-01-02T03:01:35Z\" Rec" } } } },
	{ E(saml_expired), 0, { "confirmation without end", .assertion = BY_RSA,
	    .inner = { { " NotOnOrAfter=\"" END "\" Rec", " Rec" } } } },
	{ E(saml_too_old), 0, { "Response too old", .assertion = BY_RSA,
	    .outer = { { "Version=\"2.0\" IssueInstant=\"" AT "\" Dest",
	    "Version=\"2.0\" IssueInstant=\"2026-01-02T02:56:35Z\" Dest" } } }
	    },
	{ E(saml_too_old), 0, { "Assertion too old", .assertion = BY_RSA,
	    .inner = { { ISSUED,
	    "IssueInstant=\"2026-01-02T02:56:35Z\"" } } } },
	{ E(saml_not_yet), 0, { "Assertion of the future", .assertion = BY_RSA,
	    .inner = { { ISSUED,
	    "IssueInstant=\"2026-01-02T03:07:36Z\"" } } } },
	{ E(saml_structure), 0, { "no IssueInstant", .assertion = BY_RSA,
	    .inner = { { " " ISSUED, "" } } } },
	{ E(saml_authn), 0, { "no AuthnStatement", .assertion = BY_RSA, .inner
	    = { { "saml:AuthnStatement", "saml:Statement" } } } },
	{ E(saml_authn), 0, { "session ended", .assertion = BY_RSA, .inner =
	    { { "2026-01-02T11:04:05Z", "2026-01-02T03:04:35Z" } } } },
	{ E(saml_not_yet), 0, { "authentication of the future", .assertion =
	    BY_RSA, .inner = { { "AuthnInstant=\"" AT,
	    "AuthnInstant=\"2026-01-02T03:44:05Z" } } } },
	{ E(saml_transient), 0, { "transient NameID", .assertion = BY_RSA,
	    .inner = { { PERSISTENT, TRANSIENT } } } },
	{ E(saml_subject), 0, { "no Subject", .assertion = BY_RSA, .inner =
	    { { "saml:Subject>", "saml:Advice>" } } } },
	{ E(saml_subject), 0, { "empty NameID", .assertion = BY_RSA, .inner =
	    { { "alice-id", "" } } } },
	{ E(saml_subject), 0, { "NameID with a line break", .assertion =
	    BY_RSA, .inner = { { "alice-id", "alice\nid" } } } },
	{ E(saml_subject), 0, { "element in NameID", .assertion = BY_RSA,
	    .inner = { { "alice-id", "alice<saml:x/>-id" } } } },
	{ E(saml_subject), 0, { "two NameIDs", .assertion = BY_RSA, .inner =
	    { { "<saml:SubjectConfirmation ", "<saml:NameID>bob</saml:NameID>"
	    "<saml:SubjectConfirmation " } } } },
};

static const struct strings none;

static const struct make plain = { "plain", .assertion = BY_RSA };

static void
facts(void **state)
{
	struct response_rules r = rules(REQUIRE_EITHER);
	const struct attribute *a;
	struct facts f;
	char *xml;

	(void)state;
	xml = fixture_make(&plain);
	assert_int_equal(judge(&r, FIXTURE_REQUEST, FIXTURE_NOW, xml,
	    strlen(xml), &f), VERDICT_ok);
	free(xml);
	assert_string_equal(f.issuer, FIXTURE_IDP);
	assert_string_equal(f.assertion_id, "_a1");
	assert_string_equal(f.name_id.value, "alice-id");
	assert_string_equal(f.name_id.format, PERSISTENT);
	assert_string_equal(f.name_id.name_qualifier, "nq");
	assert_string_equal(f.name_id.sp_name_qualifier, "");
	assert_string_equal(f.session_index, "_s1");
	assert_int_equal(f.authn_instant, FIXTURE_NOW - 30);
	assert_int_equal(f.session_ends, FIXTURE_NOW - 30 + 8 * 3600);
	assert_int_equal(f.until, FIXTURE_NOW - 30 + 300 + 180);
	a = attributes_find(&f.attributes, "groups");
	assert_int_equal(a->values.count, 2);
	assert_string_equal(a->values.list[1], "nlp & vision");
	facts_free(&f);
}

/* Cut anywhere, it is refused, and nothing is read beyond the end. */
static void
truncated(void **state)
{
	struct response_rules r = rules(REQUIRE_EITHER);
	struct facts f;
	char *xml, *part;
	size_t i, len;

	(void)state;
	xml = fixture_make(&plain);
	len = strlen(xml);
	for (i = 0; i < len; i += 13) {
		part = malloc(i + 1);
		memcpy(part, xml, i);
		assert_int_not_equal(judge(&r, FIXTURE_REQUEST, FIXTURE_NOW,
		    part, i, &f), VERDICT_ok);
		facts_free(&f);
		free(part);
	}
	free(xml);
}

/* Any octet of what is signed changed: refused. */
static void
mutated(void **state)
{
	struct response_rules r = rules(REQUIRE_EITHER);
	struct facts f;
	char *xml, *start;
	size_t i, len;

	(void)state;
	xml = fixture_make(&plain);
	len = strlen(xml);
	start = strstr(xml, "<saml:Subject>");
	for (i = (size_t)(start - xml); i < len; i += 7) {
		char old = xml[i];

		xml[i] ^= 0x01;
		assert_int_not_equal(judge(&r, FIXTURE_REQUEST, FIXTURE_NOW,
		    xml, len, &f), VERDICT_ok);
		facts_free(&f);
		xml[i] = old;
	}
	free(xml);
}

static void
times(void **state)
{
	struct response_rules r = rules(REQUIRE_EITHER);
	int64_t issued = FIXTURE_NOW - 30;

	(void)state;
	expect(&plain, &r, FIXTURE_REQUEST, issued - 181, VERDICT_saml_not_yet);
	expect(&plain, &r, FIXTURE_REQUEST, issued - 180, VERDICT_ok);
	expect(&plain, &r, FIXTURE_REQUEST, issued, VERDICT_ok);
	expect(&plain, &r, FIXTURE_REQUEST, issued + 479, VERDICT_ok);
	expect(&plain, &r, FIXTURE_REQUEST, issued + 480,
	    VERDICT_saml_too_old);
}

static void
unsolicited(void **state)
{
	static const struct make clean = { "unsolicited", .assertion = BY_RSA,
	    .inner = { { " InResponseTo=\"" FIXTURE_REQUEST "\"", "" } },
	    .outer = { { " InResponseTo=\"" FIXTURE_REQUEST "\"", "" } } };
	static const struct make named = { "names a request in the Response",
	    .assertion = BY_RSA,
	    .inner = { { " InResponseTo=\"" FIXTURE_REQUEST "\"", "" } } };
	static const struct make other = { "in another confirmation",
	    .assertion = BY_RSA,
	    .inner = { { " InResponseTo=\"" FIXTURE_REQUEST "\"", "" },
	    { "</saml:SubjectConfirmation>", "</saml:SubjectConfirmation>"
	    "<saml:SubjectConfirmation Method=\"x\"><saml:"
	    "SubjectConfirmationData InResponseTo=\"_x\"/>"
	    "</saml:SubjectConfirmation>" } },
	    .outer = { { " InResponseTo=\"" FIXTURE_REQUEST "\"", "" } } };
	struct response_rules r = rules(REQUIRE_EITHER);

	(void)state;
	expect(&clean, &r, "", FIXTURE_NOW, VERDICT_ok);
	expect(&clean, &r, FIXTURE_REQUEST, FIXTURE_NOW,
	    VERDICT_saml_in_response_to);
	expect(&plain, &r, "", FIXTURE_NOW, VERDICT_saml_in_response_to);
	expect(&named, &r, "", FIXTURE_NOW, VERDICT_saml_in_response_to);
	expect(&other, &r, "", FIXTURE_NOW, VERDICT_saml_in_response_to);
}

static void
asked(void **state)
{
	static const struct make transient = { "transient", .assertion = BY_RSA,
	    .inner = { { PERSISTENT, TRANSIENT } } };
	static const struct make stale = { "stale", .assertion = BY_RSA,
	    .inner = { { "AuthnInstant=\"" AT,
	    "AuthnInstant=\"2026-01-02T02:59:00Z" } } };
	struct response_rules r = rules(REQUIRE_EITHER);
	struct strings contexts = { 0, NULL };

	(void)state;
	r.nameid_format = "urn:oasis:names:tc:SAML:1.1:nameid-format:"
	    "emailAddress";
	expect(&plain, &r, FIXTURE_REQUEST, FIXTURE_NOW,
	    VERDICT_saml_nameid_format);
	r.nameid_format = PERSISTENT;
	expect(&plain, &r, FIXTURE_REQUEST, FIXTURE_NOW, VERDICT_ok);
	r.nameid_format = "";
	r.subject_attribute = true;
	expect(&transient, &r, FIXTURE_REQUEST, FIXTURE_NOW, VERDICT_ok);
	strings_add(&contexts, "urn:oasis:names:tc:SAML:2.0:ac:classes:X509");
	r.authn_contexts = &contexts;
	expect(&plain, &r, FIXTURE_REQUEST, FIXTURE_NOW, VERDICT_saml_authn);
	strings_add(&contexts,
	    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password");
	expect(&plain, &r, FIXTURE_REQUEST, FIXTURE_NOW, VERDICT_ok);
	strings_free(&contexts);
	r.authn_contexts = &none;
	expect(&stale, &r, FIXTURE_REQUEST, FIXTURE_NOW, VERDICT_ok);
	r.force_authn = true;
	expect(&plain, &r, FIXTURE_REQUEST, FIXTURE_NOW, VERDICT_ok);
	expect(&stale, &r, FIXTURE_REQUEST, FIXTURE_NOW, VERDICT_saml_authn);
}

/* Only a key of the other type is configured. */
static void
pinned(void **state)
{
	static const struct make ec = { "EC", .assertion = BY_EC };
	struct response_rules r = rules(REQUIRE_EITHER);
	struct public_keys one = { 1, fixture_keys()->list };

	(void)state;
	r.keys = &one;
	expect(&plain, &r, FIXTURE_REQUEST, FIXTURE_NOW, VERDICT_ok);
	expect(&ec, &r, FIXTURE_REQUEST, FIXTURE_NOW, VERDICT_saml_algorithm);
}

/* No key of ours that decrypts. */
static void
keyless(void **state)
{
	static const struct make gcm = { "GCM", .assertion = BY_RSA,
	    .cipher = GCM128 };
	struct response_rules r = rules(REQUIRE_EITHER);
	struct key_pairs no_pairs = { 0, NULL };

	(void)state;
	r.decrypt = &no_pairs;
	expect(&gcm, &r, FIXTURE_REQUEST, FIXTURE_NOW, VERDICT_saml_decryption);
}

int
main(void)
{
	static struct CMUnitTest tests[200];
	size_t n = 0;

	n = rows_add(tests, n, good, ROWS(good));
	n = rows_add(tests, n, conditions, ROWS(conditions));
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(facts);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(truncated);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(mutated);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(times);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(unsolicited);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(asked);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(pinned);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(keyless);
	fixture_start();
	return _cmocka_run_group_tests("saml_response", tests, n, NULL, NULL);
}
