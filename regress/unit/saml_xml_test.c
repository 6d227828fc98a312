/* The one safe parse: what is let in, what is refused and why. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/verifier/crypto.h"
#include "hfssod/verifier/xml.h"

static enum verdict
parse(const char *text, size_t len)
{
	struct xml x;
	enum verdict v;
	char *copy;

	/* Exactly so many octets, so that a read beyond them is seen. */
	copy = malloc(len == 0 ? 1 : len);
	memcpy(copy, text, len);
	v = xml_parse(&x, copy, len);
	free(copy);
	xml_free(&x);
	return v;
}

static const struct { const char *text; enum verdict verdict; } t[] = {
	{ "<a/>", VERDICT_ok },
	{ " \n<a/>\n", VERDICT_ok },
	{ "<a b='1'>x &amp; y</a>", VERDICT_ok },
	{ "<a b='&#65;&lt;'/>", VERDICT_ok },
	{ "<a xmlns=''/>", VERDICT_ok },
	{ "<?xml version='1.0'?><a/>", VERDICT_ok },
	{ "<?xml version='1.0' encoding='EBCDIC-US'?><a/>",
	    VERDICT_ok },
	{ "<?xml version='1.0' encoding='bogus'?><a/>", VERDICT_ok },
	{ "", VERDICT_saml_encoding },
	{ " ", VERDICT_saml_encoding },
	{ "a", VERDICT_saml_encoding },
	{ "<", VERDICT_saml_encoding },
	{ "<a", VERDICT_saml_encoding },
	{ "<a>", VERDICT_saml_encoding },
	{ "<a></b>", VERDICT_saml_encoding },
	{ "</a>", VERDICT_saml_encoding },
	{ "<a/><b/>", VERDICT_saml_encoding },
	{ "<a/>x", VERDICT_saml_encoding },
	{ "x<a/>", VERDICT_saml_encoding },
	{ "\xef\xbb\xbf<a/>", VERDICT_saml_encoding },
	{ "<a>\xff</a>", VERDICT_saml_encoding },
	{ "<a>\xed\xa0\x80</a>", VERDICT_saml_encoding },
	{ "<a>\x01</a>", VERDICT_saml_encoding },
	{ "<a b='1' b='2'/>", VERDICT_saml_encoding },
	{ "<p:a/>", VERDICT_saml_encoding },
	{ "<a p:b='1'/>", VERDICT_saml_encoding },
	{ "<a>&b;</a>", VERDICT_saml_encoding },
	{ "<a b='&c;'/>", VERDICT_saml_encoding },
	{ " <?xml version='1.0'?><a/>", VERDICT_saml_forbidden_xml },
	{ "<!DOCTYPE a><a/>", VERDICT_saml_forbidden_xml },
	{ "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
	    VERDICT_saml_forbidden_xml },
	{ "<a><!-- --></a>", VERDICT_saml_forbidden_xml },
	{ "<!-- --><a/>", VERDICT_saml_forbidden_xml },
	{ "<a/><!-- -->", VERDICT_saml_forbidden_xml },
	{ "<a><?b c?></a>", VERDICT_saml_forbidden_xml },
	{ "<a/><?b c?>", VERDICT_saml_forbidden_xml },
	{ "<?b c?><a/>", VERDICT_saml_forbidden_xml },
	{ "<a><![CDATA[x]]></a>", VERDICT_saml_forbidden_xml },
	{ "<a xmlns='b'/>", VERDICT_saml_forbidden_xml },
	{ "<a xmlns:b='./c'/>", VERDICT_saml_forbidden_xml },
	{ "<a xmlns:b='#c'/>", VERDICT_saml_forbidden_xml },
	{ "<a xmlns:b='1:c'/>", VERDICT_saml_encoding },
	{ "<a xmlns:b='/c:d'/>", VERDICT_saml_forbidden_xml },
	{ "<a xml:id='b'/>", VERDICT_saml_forbidden_xml },
	{ "<a ID='x'><b ID='x'/></a>", VERDICT_saml_id },
	{ "<a ID='x'><b Id='x'/></a>", VERDICT_saml_id },
	{ "<a ID='x'><b id='x'/></a>", VERDICT_saml_id },
	{ "<a ID=''/>", VERDICT_saml_id },
	{ "<a ID='1'/>", VERDICT_saml_id },
	{ "<a ID='a b'/>", VERDICT_saml_id },
	{ "<a ID='a:b'/>", VERDICT_saml_id },
	{ "<a ID=\"a'b\"/>", VERDICT_saml_id },
	{ "<a ID='\xc3\xa4'/>", VERDICT_saml_id },
	{ "<a ID='_a-b.c'/>", VERDICT_ok },
	/* What the parser would pass over on its way to something worse. */
	{ "<?xml version='1.0'><!DOCTYPE a><a/><?b ?>",
	    VERDICT_saml_forbidden_xml },
	{ "<?xml version='1.0' <!DOCTYPE a><a/>?>",
	    VERDICT_saml_forbidden_xml },
	{ "<?xml version='1.0' encoding='>?>'><!DOCTYPE a><a/>",
	    VERDICT_saml_forbidden_xml },
	{ "<?xml version='1.0'", VERDICT_saml_forbidden_xml },
	{ "<a b='<c/>'/>", VERDICT_saml_encoding },
	{ "<a><b c='<!DOCTYPE a>'/></a>", VERDICT_saml_encoding },
	{ "<a><b <c/></a>", VERDICT_saml_encoding },
};

static void
forms(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (parse(t[i].text, strlen(t[i].text)) != t[i].verdict)
			fail_msg("%s: %s", t[i].text, verdict_name(
			    parse(t[i].text, strlen(t[i].text))));
}

static void
encodings(void **state)
{
	static const char utf16le[] = "\xff\xfe<\0a\0/\0>\0";
	static const char utf16be[] = "\0<\0a\0/\0>";
	static const char utf32[] = "<\0\0\0a\0\0\0/\0\0\0>\0\0\0";
	static const char ebcdic[] = "\x4c\x6f\xa7\x94\x93";
	static const char utf7[] = "+ADw-a/+AD4-";

	(void)state;
	assert_int_not_equal(parse(utf16le, sizeof(utf16le) - 1), VERDICT_ok);
	assert_int_not_equal(parse(utf16be, sizeof(utf16be) - 1), VERDICT_ok);
	assert_int_not_equal(parse(utf32, sizeof(utf32) - 1), VERDICT_ok);
	assert_int_not_equal(parse(ebcdic, sizeof(ebcdic) - 1), VERDICT_ok);
	assert_int_not_equal(parse(utf7, sizeof(utf7) - 1), VERDICT_ok);
	assert_int_not_equal(parse("<a>\0</a>", 8), VERDICT_ok);
}

/* before, so many times each, between, so many times each, after */
static enum verdict
repeat(const char *before, const char *open, const char *close, size_t n,
    const char *after)
{
	enum verdict v;
	size_t i, len;
	char *out;
	FILE *f;

	f = open_memstream(&out, &len);
	fputs(before, f);
	for (i = 0; i < n; i++)
		fprintf(f, open, (int)i);
	for (i = 0; i < n; i++)
		fputs(close, f);
	fputs(after, f);
	fclose(f);
	v = parse(out, len);
	free(out);
	return v;
}

static void
limits(void **state)
{
	(void)state;
	assert_int_equal(repeat("", "<a>", "</a>", LIMIT_XML_DEPTH, ""),
	    VERDICT_ok);
	assert_int_equal(repeat("", "<a>", "</a>", LIMIT_XML_DEPTH + 1, ""),
	    VERDICT_saml_too_complex);
	assert_int_equal(repeat("", "<a>", "</a>", 30000, ""),
	    VERDICT_saml_too_complex);
	assert_int_equal(repeat("", "<a>", "", 30000, ""),
	    VERDICT_saml_too_complex);
	assert_int_equal(repeat("<a>", "<b/>", "", LIMIT_XML_NODES - 1,
	    "</a>"), VERDICT_ok);
	assert_int_equal(repeat("<a>", "<b/>", "", LIMIT_XML_NODES, "</a>"),
	    VERDICT_saml_too_complex);
	assert_int_equal(repeat("<a", " a%d='>'", "", LIMIT_XML_ATTRIBUTES,
	    "/>"), VERDICT_ok);
	assert_int_equal(repeat("<a", " a%d='>'", "",
	    LIMIT_XML_ATTRIBUTES + 1, "/>"), VERDICT_saml_too_complex);
	assert_int_equal(repeat("<a", " a%d=''", "", 20000, "/>"),
	    VERDICT_saml_too_complex);
	/* Not even where the parser would begin again after an error. */
	assert_int_equal(repeat("<?xml version='1.0'><a", " a%d=''", "", 20000,
	    "/><?b ?>"), VERDICT_saml_forbidden_xml);
	assert_int_equal(repeat("<?xml version='1.0'><!DOCTYPE a [<!ATTLIST a"
	    " b (", "b%d|", "", 20000, "c) 'c'>]><a/><?b ?>"),
	    VERDICT_saml_forbidden_xml);
	assert_int_equal(repeat("<a><b c='<d", " a%d=\"\"", "", 20000,
	    "/>'/></a>"), VERDICT_saml_encoding);
	assert_int_equal(repeat("<a><b c='<d", " a%d=\"\"", "", 20000, "/>"),
	    VERDICT_saml_encoding);
	assert_int_equal(repeat("", "<a xmlns:p%d='urn:x'"
	    " xmlns:q='urn:x' xmlns:r='urn:x'>", "</a>", 30, ""),
	    VERDICT_saml_too_complex);
	assert_int_equal(repeat("<a><a><a><a><a><a><a><a><a><a>", "<b/>", "", 40000,
	    "</a></a></a></a></a></a></a></a></a></a>"),
	    VERDICT_saml_too_complex);
	assert_int_equal(repeat("<a>", "<b xmlns:p%d='urn:x'/>", "", 1000,
	    "</a>"), VERDICT_ok);
	assert_int_equal(repeat("<a>", "0123456789abcdef%d", "", 20000,
	    "</a>"), VERDICT_too_large);
	assert_int_equal(repeat("<a ID='a", "a", "", LIMIT_SAML_ID - 1, "'/>"),
	    VERDICT_ok);
	assert_int_equal(repeat("<a ID='a", "a", "", LIMIT_SAML_ID, "'/>"),
	    VERDICT_saml_id);
}

static void
reading(void **state)
{
	static const char text[] = "<a xmlns='urn:x' t='true' u='&amp;'> <b>1"
	    "</b><c/><b>x&lt;y</b><d><e/></d></a>";
	struct xml x;
	xmlNode *b;

	(void)state;
	assert_int_equal(xml_parse(&x, text, strlen(text)), VERDICT_ok);
	assert_true(xml_is(x.root, "urn:x", "a"));
	assert_false(xml_is(x.root, "urn:y", "a"));
	assert_true(xml_true(x.root, "t"));
	assert_false(xml_true(x.root, "u"));
	assert_string_equal(xml_attribute(x.root, "u"), "&");
	assert_null(xml_attribute(x.root, "v"));
	assert_int_equal(xml_count(x.root, "urn:x", "b"), 2);
	assert_true(xml_only_elements(x.root));
	b = xml_first(x.root);
	assert_string_equal(xml_text(b), "1");
	assert_false(xml_only_elements(b));
	assert_string_equal(xml_text(xml_next(b)), "");
	assert_string_equal(xml_text(xml_next(xml_next(b))), "x<y");
	assert_null(xml_text(xml_child(x.root, "urn:x", "d")));
	assert_null(xml_child(x.root, "urn:x", "e"));
	assert_null(xml_text(NULL));
	assert_null(xml_first(NULL));
	xml_free(&x);
}

static void
counting(void **state)
{
	static const char text[] = "<a xmlns:x='urn:x'><Assertion/>"
	    "<x:EncryptedAssertion/><b><x:Signature/><SignedInfo/><Object/>"
	    "<Response/></b></a>";
	struct xml x;

	(void)state;
	assert_int_equal(xml_parse(&x, text, strlen(text)), VERDICT_ok);
	assert_int_equal(x.assertions, 2);
	assert_int_equal(x.signatures, 1);
	assert_int_equal(x.signed_infos, 1);
	assert_int_equal(x.objects, 1);
	assert_int_equal(x.responses, 1);
	xml_free(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(encodings),
		cmocka_unit_test(limits),
		cmocka_unit_test(reading),
		cmocka_unit_test(counting),
	};

	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
