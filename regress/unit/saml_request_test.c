/* AuthnRequest: what is written, and that its signatures verify. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "common/encode.h"
#include "common/form.h"
#include "hfssod/verifier/authn_request.h"
#include "hfssod/verifier/signature.h"
#include "hfssod/verifier/xml.h"
#include "regress/unit/saml_fixture.h"

static struct strings none;

static struct authn_request
request(void)
{
	struct authn_request q = { FIXTURE_REQUEST, FIXTURE_NOW,
	    "urn:us & <them>", FIXTURE_ACS, "https://idp/sso?a=\"b\"&c=d", "",
	    &none, false, NULL };

	return q;
}

static void
plain(void **state)
{
	struct authn_request q = request();
	struct xml x;
	char *text;

	(void)state;
	text = authn_request_write(&q, true);
	assert_int_equal(xml_parse(&x, text, strlen(text)), VERDICT_ok);
	assert_true(xml_is(x.root, NS_SAMLP, "AuthnRequest"));
	assert_string_equal(xml_attribute(x.root, "ID"), FIXTURE_REQUEST);
	assert_string_equal(xml_attribute(x.root, "Version"), "2.0");
	assert_string_equal(xml_attribute(x.root, "IssueInstant"),
	    "2026-01-02T03:04:35Z");
	assert_string_equal(xml_attribute(x.root, "Destination"),
	    q.destination);
	assert_string_equal(xml_attribute(x.root,
	    "AssertionConsumerServiceURL"), FIXTURE_ACS);
	assert_null(xml_attribute(x.root, "ForceAuthn"));
	assert_string_equal(xml_text(xml_first(x.root)), q.issuer);
	/* Nothing is asked for that was not configured. */
	assert_null(xml_next(xml_first(x.root)));
	xml_free(&x);
	free(text);
}

static void
asked(void **state)
{
	struct strings contexts = { 0, NULL };
	struct authn_request q = request();
	const xmlNode *n;
	struct xml x;
	char *text;

	(void)state;
	strings_add(&contexts, "urn:a");
	strings_add(&contexts, "urn:b");
	q.nameid_format = "urn:format";
	q.authn_contexts = &contexts;
	q.force_authn = true;
	text = authn_request_write(&q, true);
	assert_int_equal(xml_parse(&x, text, strlen(text)), VERDICT_ok);
	assert_true(xml_true(x.root, "ForceAuthn"));
	n = xml_next(xml_first(x.root));
	assert_true(xml_is(n, NS_SAMLP, "NameIDPolicy"));
	assert_string_equal(xml_attribute(n, "Format"), "urn:format");
	n = xml_next(n);
	assert_true(xml_is(n, NS_SAMLP, "RequestedAuthnContext"));
	assert_string_equal(xml_attribute(n, "Comparison"), "exact");
	assert_int_equal(xml_count(n, NS_SAML, "AuthnContextClassRef"), 2);
	xml_free(&x);
	free(text);
	strings_free(&contexts);
}

/* The enveloped signature verifies by the rules that we ourselves apply. */
static void
enveloped(void **state)
{
	struct strings contexts = { 0, NULL };
	struct public_keys keys = { 0, NULL };
	struct authn_request q = request();
	struct verified *v;
	struct xml x;
	uint8_t *data;
	char *text;
	size_t len;

	(void)state;
	strings_add(&contexts, "urn:a>\r\n\t\"");
	q.nameid_format = "urn:format\"<\t>";
	q.authn_contexts = &contexts;
	q.key = &fixture_pairs()->list[0];
	EVP_PKEY_up_ref(q.key->key);
	assert_null(public_keys_add(&keys, q.key->key));
	text = authn_request_post(&q);
	data = base64_decode(text, strlen(text), &len);
	assert_int_equal(xml_parse(&x, data, len), VERDICT_ok);
	assert_non_null(signature_find(x.root));
	assert_int_equal(signature_verify(x.root, signature_find(x.root),
	    &keys, &v), VERDICT_ok);
	assert_ptr_equal(verified_node(v), x.root);
	verified_free(v);
	public_keys_free(&keys);
	assert_int_equal(signature_verify(x.root, signature_find(x.root),
	    fixture_keys(), &v), VERDICT_saml_signature);
	assert_null(v);
	xml_free(&x);
	free(data);
	free(text);
	strings_free(&contexts);
}

static char *
inflated(const uint8_t *data, size_t len)
{
	static char out[65536];
	z_stream z;

	memset(&z, 0, sizeof(z));
	assert_int_equal(inflateInit2(&z, -15), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)out;
	z.avail_out = sizeof(out) - 1;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	out[z.total_out] = '\0';
	inflateEnd(&z);
	return out;
}

static void
redirect(void **state)
{
	struct authn_request q = request();
	const struct form_field *f;
	struct form form;
	uint8_t *data;
	char *url, *want, *query;
	size_t len;
	bool twice;

	(void)state;
	url = authn_request_redirect(&q);
	assert_int_equal(strncmp(url, q.destination, strlen(q.destination)), 0);
	/* It has a query already. */
	assert_int_equal(url[strlen(q.destination)], '&');
	query = url + strlen(q.destination) + 1;
	assert_true(form_parse(&form, query, strlen(query)));
	f = form_find(&form, "SAMLRequest", &twice);
	assert_false(twice);
	data = base64_decode(f->value, f->len, &len);
	want = authn_request_write(&q, false);
	assert_string_equal(inflated(data, len), want);
	assert_string_equal(form_find(&form, "RelayState", NULL)->value,
	    FIXTURE_REQUEST);
	assert_null(form_find(&form, "Signature", NULL));
	free(want);
	free(data);
	form_free(&form);
	free(url);
}

/* The query's signature, over the octets as they are sent. */
static void
detached(void **state)
{
	struct authn_request q = request();
	struct form form;
	EVP_MD_CTX *ctx;
	uint8_t *sig;
	char *url, *query, *end;
	size_t len;

	(void)state;
	q.destination = "https://idp/sso";
	q.key = &fixture_pairs()->list[0];
	url = authn_request_redirect(&q);
	query = strchr(url, '?') + 1;
	assert_true(form_parse(&form, query, strlen(query)));
	assert_string_equal(form_find(&form, "SigAlg", NULL)->value,
	    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
	sig = base64_decode(form_find(&form, "Signature", NULL)->value,
	    form_find(&form, "Signature", NULL)->len, &len);
	end = strstr(query, "&Signature=");
	ctx = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL,
	    q.key->key), 1);
	assert_int_equal(EVP_DigestVerify(ctx, sig, len,
	    (const unsigned char *)query, (size_t)(end - query)), 1);
	EVP_MD_CTX_free(ctx);
	form_free(&form);
	free(sig);
	free(url);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(asked),
		cmocka_unit_test(enveloped),
		cmocka_unit_test(redirect),
		cmocka_unit_test(detached),
	};

	fixture_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
