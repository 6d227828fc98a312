/*
 * Forged Responses: what is no SAML message at all, signatures that are
 * not what they seem, wrapping, and encryption.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "regress/unit/saml_judge.h"

/* What is no SAML message at all, or one that nobody sends. */
static const struct row forms[] = {
	{ E(saml_forbidden_xml), 0, { "DTD", .assertion = BY_RSA, .late = {
	    { "<samlp:Response ", "<!DOCTYPE x><samlp:Response " } } } },
	{ E(saml_forbidden_xml), 0, { "entity bomb", .assertion = BY_RSA,
	    .late = { { "<samlp:Response ", "<!DOCTYPE x [<!ENTITY a \"aaaa\">"
	    "<!ENTITY b \"&a;&a;&a;\">]><samlp:Response " },
	    { "alice-id", "&b;" } } } },
	{ E(saml_forbidden_xml), 0, { "comment in NameID", .assertion =
	    BY_RSA, .late = { { "alice-id", "alice<!-- -->-id" } } } },
	{ E(saml_forbidden_xml), 0, { "signed comment", .assertion = BY_RSA,
	    .inner = { { "alice-id", "alice<!-- -->-id" } } } },
	{ E(saml_forbidden_xml), 0, { "processing instruction", .assertion =
	    BY_RSA, .inner = { { "alice-id", "alice<?x y?>-id" } } } },
	{ E(saml_forbidden_xml), 0, { "CDATA", .assertion = BY_RSA, .late =
	    { { "alice-id", "<![CDATA[alice-id]]>" } } } },
	{ E(saml_encoding), 0, { "unknown entity", .assertion = BY_RSA, .late =
	    { { "alice-id", "&alice;" } } } },
	{ E(saml_encoding), 0, { "unbound prefix", .assertion = BY_RSA, .late =
	    { { "<samlp:Status>", "<evil:x/><samlp:Status>" } } } },
	{ E(saml_forbidden_xml), 0, { "relative namespace", .assertion =
	    BY_RSA, .late = { { HERE, "<x xmlns=\"relative\"/>" HERE } } } },
	{ E(saml_encoding), 0, { "namespace with a space", .assertion =
	    BY_RSA, .late = { { "<samlp:Status>",
	    "<a:x xmlns:a=\"urn:a b\"/><samlp:Status>" } } } },
	{ E(saml_forbidden_xml), 0, { "xml:id", .assertion = BY_RSA, .late =
	    { { "<samlp:Status>", "<samlp:Status xml:id=\"_z\">" } } } },
	{ E(saml_encoding), 0, { "cut off", .assertion = BY_RSA, .late =
	    { { "</samlp:Response>", "" } } } },
	{ E(saml_encoding), 0, { "byte order mark", .assertion = BY_RSA,
	    .late = { { "<samlp:Response ", "\xef\xbb\xbf<samlp:Response " } }
	    } },
	{ E(saml_encoding), 0, { "malformed UTF-8", .assertion = BY_RSA,
	    .late = { { "alice-id", "alice\xc0\x80" } } } },
	{ E(saml_structure), 0, { "another root", .assertion = BY_RSA, .late =
	    { { "samlp:Response", "samlp:LogoutResponse" } } } },
	{ E(saml_structure), 0, { "root of another namespace", .assertion =
	    BY_RSA, .late = { { "xmlns:samlp=\"" NS_SAMLP "\"",
	    "xmlns:samlp=\"urn:x\"" } } } },
	{ E(saml_version), 0, { "version of the Response", .response = BY_RSA,
	    .outer = { { "ID=\"_r1\" Version=\"2.0\"",
	    "ID=\"_r1\" Version=\"1.1\"" } } } },
	{ E(saml_version), 0, { "version of the Assertion", .assertion =
	    BY_RSA, .inner = { { "Version=\"2.0\"", "Version=\"1.1\"" } } } },
	{ E(saml_id), 0, { "Response without ID", .assertion = BY_RSA, .late =
	    { { " ID=\"_r1\"", "" } } } },
	{ E(saml_id), 0, { "ID twice", .assertion = BY_RSA, .outer =
	    { { "\"_r1\"", "\"_a1\"" } } } },
	{ E(saml_id), 0, { "Id beside ID", .assertion = BY_RSA, .late =
	    { { "<samlp:Status>", "<samlp:Status Id=\"_a1\">" } } } },
	{ E(saml_id), 0, { "ID with a quote", .assertion = BY_RSA, .late =
	    { { "\"_r1\"", "\"_r1'\"" } } } },
	{ E(saml_structure), 0, { "no Status", .assertion = BY_RSA, .outer =
	    { { "<samlp:Status><samlp:StatusCode Value=\"" SUCCESS "\"/>"
	    "</samlp:Status>", "" } } } },
	{ E(saml_structure), 0, { "two Status", .assertion = BY_RSA, .outer =
	    { { "</samlp:Status>", "</samlp:Status><samlp:Status>"
	    "<samlp:StatusCode Value=\"" SUCCESS "\"/></samlp:Status>" } } } },
	{ E(saml_status), 0, { "signed error with an Assertion", .response = BY_RSA,
	    .assertion = BY_RSA,
	    .outer = { { ":status:Success", ":status:Responder" } } } },
	{ E(saml_status), 0, { "status nearly right", .response = BY_RSA,
	    .assertion = BY_RSA,
	    .outer = { { ":status:Success", ":status:success" } } } },
	{ E(saml_structure), 0, { "no Assertion", .response = BY_RSA,
	    .wrap = "" } },
	{ E(saml_structure), 0, { "encrypted attribute", .assertion = BY_RSA,
	    .inner = { { "<saml:AttributeStatement>",
	    "<saml:AttributeStatement><saml:EncryptedAttribute/>" } } } },
	{ E(saml_subject), 0, { "encrypted NameID", .assertion = BY_RSA,
	    .inner = { { "<saml:NameID", "<saml:EncryptedID/><saml:NameID" }
	    } } },
};

/* Signatures. */
static const struct row forged[] = {
	{ E(saml_unsigned), 0, { "no signature", .response = BY_NONE } },
	{ E(saml_unsigned), 0, { "signature stripped", .assertion = BY_RSA,
	    .wrap = "%N" } },
	{ E(saml_unsigned), REQUIRE_RESPONSE, { "response must be signed",
	    .assertion = BY_RSA } },
	{ E(saml_unsigned), REQUIRE_ASSERTION, { "assertion must be signed",
	    .response = BY_RSA } },
	{ E(saml_unsigned), REQUIRE_BOTH, { "both must, only one is",
	    .response = BY_RSA } },
	{ E(saml_signature), 0, { "other key", .assertion = BY_STRANGER } },
	{ E(saml_signature), 0, { "response good, assertion by other key",
	    .response = BY_RSA,
	    .assertion = BY_STRANGER } },
	{ E(saml_signature), 0, { "response by other key, assertion good",
	    .response = BY_STRANGER,
	    .assertion = BY_RSA } },
	{ E(saml_signature), 0, { "name changed", .assertion = BY_RSA, .late =
	    { { "alice-id", "admin-id" } } } },
	{ E(saml_signature), 0, { "attribute changed, response signed",
	    .response = BY_RSA, .late = { { ">staff<", ">admin<" } } } },
	{ E(saml_signature), 0, { "value of the signature changed", .assertion =
	    BY_RSA, .flip = true } },
	{ E(saml_algorithm), 0, { "HMAC with the public key", .assertion =
	    BY_HMAC } },
	{ E(saml_algorithm), 0, { "SHA-1", .assertion = BY_RSA, .sha1 = true }
	    },
	{ E(saml_algorithm), 0, { "inclusive canonicalization", .assertion =
	    BY_RSA, .inclusive = true } },
	{ E(saml_algorithm), 0, { "canonicalization with comments", .assertion
	    = BY_RSA, .late = { { C14N "\"/>\n</ds:Transforms>",
	    C14N "WithComments\"/></ds:Transforms>" } } } },
	{ E(saml_algorithm), 0, { "digest MD5", .assertion = BY_RSA, .late =
	    { { "DigestMethod Algorithm=\"http://www.w3.org/2001/04/"
	    "xmlenc#sha256", "DigestMethod Algorithm=\""
	    "http://www.w3.org/2001/04/xmldsig-more#md5" } } } },
	{ E(saml_algorithm), 0, { "method none", .assertion = BY_RSA, .late =
	    { { "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "" } } }
	    },
	{ E(saml_signature), 0, { "ECDSA claimed over RSA", .assertion = BY_RSA,
	    .late = { { "#rsa-sha256", "#ecdsa-sha256" } } } },
	{ E(saml_algorithm), 0, { "XSLT in place of enveloped", .assertion =
	    BY_RSA, .late = { { "http://www.w3.org/2000/09/xmldsig#"
	    "enveloped-signature", "http://www.w3.org/TR/1999/"
	    "REC-xslt-19991116" } } } },
	{ E(saml_algorithm), 0, { "no enveloped transform", .assertion = BY_RSA,
	    .late = { { "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/"
	    "xmldsig#enveloped-signature\"/>", "" } } } },
	{ E(saml_signature_form), 0, { "a third transform", .assertion =
	    BY_RSA, .late = { { "</ds:Transforms>", "<ds:Transform Algorithm=\""
	    C14N "\"/></ds:Transforms>" } } } },
	{ E(saml_signature_form), 0, { "two References", .assertion = BY_RSA,
	    .late = { { "</ds:SignedInfo>", "<ds:Reference URI=\"#_r1\"/>"
	    "</ds:SignedInfo>" } } } },
	{ E(saml_signature_form), 0, { "Reference to all", .assertion = BY_RSA,
	    .late = { { "URI=\"#_a1\"", "URI=\"\"" } } } },
	{ E(saml_signature_form), 0, { "Reference to the Response", .assertion
	    = BY_RSA, .late = { { "URI=\"#_a1\"", "URI=\"#_r1\"" } } } },
	{ E(saml_signature_form), 0, { "Reference by xpointer", .assertion =
	    BY_RSA, .late = { { "URI=\"#_a1\"",
	    "URI=\"#xpointer(id('_a1'))\"" } } } },
	{ E(saml_signature_form), 0, { "Reference to a file", .assertion =
	    BY_RSA, .late = { { "URI=\"#_a1\"",
	    "URI=\"file:///etc/passwd\"" } } } },
	{ E(saml_signature_form), 0, { "Reference without URI", .assertion =
	    BY_RSA, .late = { { " URI=\"#_a1\"", "" } } } },
	{ E(saml_signature_form), 0, { "second SignedInfo", .assertion = BY_RSA,
	    .late = { { "<ds:SignatureValue>", "<ds:SignedInfo/>"
	    "<ds:SignatureValue>" } } } },
	{ E(saml_signature_form), 0, { "second DigestValue", .assertion =
	    BY_RSA, .late = { { "</ds:Reference>",
	    "<ds:DigestValue>AA==</ds:DigestValue></ds:Reference>" } } } },
	{ E(saml_signature_form), 0, { "element in DigestValue", .assertion =
	    BY_RSA, .late = { { "</ds:DigestValue>",
	    "<x/></ds:DigestValue>" } } } },
	{ E(saml_signature_form), 0, { "text in SignedInfo", .assertion =
	    BY_RSA, .late = { { "</ds:SignedInfo>",
	    "x</ds:SignedInfo>" } } } },
	{ E(saml_signature_form), 0, { "HMACOutputLength", .assertion = BY_RSA,
	    .late = { { "xmldsig-more#rsa-sha256\"/>", "xmldsig-more#"
	    "rsa-sha256\"><ds:HMACOutputLength>0</ds:HMACOutputLength>"
	    "</ds:SignatureMethod>" } } } },
	{ E(saml_signature_form), 0, { "long PrefixList", .assertion = BY_RSA,
	    .late = { { C14N "\"/>\n</ds:Transforms>", C14N "\">"
	    "<ec:InclusiveNamespaces xmlns:ec=\"" C14N "\" PrefixList=\""
	    "a b c d e f g h i j k l m n o p q r s t u v w x y z\"/>"
	    "</ds:Transform></ds:Transforms>" } } } },
	{ E(saml_signature_form), 0, { "Object", .assertion = BY_RSA, .late =
	    { { "</ds:Signature>", "<ds:Object>x</ds:Object>"
	    "</ds:Signature>" } } } },
	{ E(saml_signature_form), 0, { "Manifest in an Object", .assertion =
	    BY_RSA, .late = { { "</ds:Signature>", "<ds:Object><ds:Manifest/>"
	    "</ds:Object></ds:Signature>" } } } },
	{ E(saml_signature_form), 0, { "Signature twice", .assertion = BY_RSA,
	    .late = { { "</ds:Signature>", "</ds:Signature>"
	    "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>" }
	    } } },
	{ E(saml_signature_form), 0, { "Signature at the end", .assertion =
	    BY_RSA, .wrap = "%N", .late = { { "</saml:Assertion>",
	    "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>"
	    "</saml:Assertion>" } } } },
	{ E(saml_signature_form), 0, { "Signature in an attribute value",
	    .response = BY_RSA, .inner = { { "staff", "<ds:Signature xmlns:ds=\""
	    "http://www.w3.org/2000/09/xmldsig#\"/>" } } } },
};

/* Signature wrapping: the signed Assertion goes elsewhere. */
static const struct row wrapped[] = {
	{ E(saml_structure), 0, { "evil before", .assertion = BY_RSA,
	    .wrap = "%E%O" } },
	{ E(saml_structure), 0, { "evil after", .assertion = BY_RSA,
	    .wrap = "%O%E" } },
	{ E(saml_id), 0, { "evil before, same ID", .assertion = BY_RSA,
	    .wrap = "%F%O" } },
	{ E(saml_id), 0, { "evil after, same ID", .assertion = BY_RSA,
	    .wrap = "%O%F" } },
	{ E(saml_structure), 0, { "original in Extensions", .assertion =
	    BY_RSA, .wrap = "%E", .extensions = "%O" } },
	{ E(saml_structure), 0, { "original bare in Extensions", .assertion =
	    BY_RSA, .wrap = "%E%S", .extensions = "%N" } },
	{ E(saml_structure), 0, { "evil in Extensions", .assertion = BY_RSA,
	    .wrap = "%O", .extensions = "%E" } },
	{ E(saml_structure), 0, { "original in Advice of evil", .assertion =
	    BY_RSA, .wrap = "%E", .late = { { "</saml:Assertion>",
	    "<saml:Advice><saml:Assertion xmlns:saml=\"" NS_SAML "\" "
	    "ID=\"_b\"/></saml:Advice></saml:Assertion>" } } } },
	{ E(saml_signature_form), 0, { "original in Object of evil's Signature",
	    .assertion = BY_RSA, .wrap = "%E", .late = { { "</saml:Assertion>",
	    "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">"
	    "<ds:Object/></ds:Signature></saml:Assertion>" } } } },
	{ E(saml_structure), 0, { "evil Response around the original",
	    .response = BY_RSA, .extensions = "<samlp:Response ID=\"_in\"/>" }
	    },
	{ E(saml_structure), 0, { "evil among signed and encrypted",
	    .response = BY_RSA, .cipher = GCM128,
	    .extensions = "<saml:Assertion/>" } },
	{ E(saml_structure), 0, { "Assertion of another namespace", .assertion
	    = BY_RSA, .extensions = "<x:Assertion xmlns:x=\"urn:x\"/>" } },
	{ E(saml_signature_form), 0, { "signature of the original on evil",
	    .assertion = BY_RSA, .wrap = "%E", .late = { { ISSUER
	    "<saml:Subject>", ISSUER "<ds:Signature xmlns:ds=\""
	    "http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo/>"
	    "</ds:Signature><saml:Subject>" } } } },
	{ E(saml_structure), 0, { "an element in between", .assertion = BY_RSA,
	    .wrap = "<samlp:X/>%O" } },
	{ E(saml_structure), 0, { "wrapped in a new element", .assertion =
	    BY_RSA, .wrap = "<samlp:X>%O</samlp:X>" } },
};

/* Encryption. */
static const struct row ciphers[] = {
	{ E(saml_unsigned), 0, { "GCM, nothing signed", .cipher = GCM128 } },
	{ E(saml_algorithm), 0, { "CBC, signed inside only", .assertion =
	    BY_RSA, .cipher = CBC128 } },
	{ E(saml_algorithm), 0, { "CBC, nothing signed", .cipher = CBC256 } },
	{ E(saml_algorithm), 0, { "triple DES", .response = BY_RSA,
	    .assertion = BY_RSA,
	    .cipher = DES3 } },
	{ E(saml_algorithm), 0, { "RSA 1.5", .response = BY_RSA,
	    .assertion = BY_RSA, .cipher = GCM128,
	    .rsa15 = true } },
	{ E(saml_decryption), 0, { "for somebody else", .response = BY_RSA,
	    .assertion = BY_RSA,
	    .cipher = GCM128, .other_key = true } },
	{ E(saml_decryption), 0, { "CBC for somebody else", .response = BY_RSA,
	    .assertion = BY_RSA,
	    .cipher = CBC128, .other_key = true } },
	{ E(saml_decryption), 0, { "ciphertext changed", .assertion = BY_RSA,
	    .cipher = GCM128, .flip = true } },
	{ E(saml_signature), 0, { "ciphertext changed, response signed",
	    .response = BY_RSA,
	    .cipher = CBC128, .flip = true } },
	{ E(saml_structure), 0, { "no EncryptedKey", .assertion = BY_RSA,
	    .cipher = GCM128, .late = { { "EncryptedKey", "EncryptedKex" } } }
	    },
	{ E(saml_structure), 0, { "content, not element", .assertion = BY_RSA,
	    .cipher = GCM128, .late = { { "xmlenc#Element",
	    "xmlenc#Content" } } } },
	{ E(saml_algorithm), 0, { "GCM called CBC", .assertion = BY_RSA,
	    .cipher = GCM128, .late = { { "2009/xmlenc11#aes128-gcm",
	    "2001/04/xmlenc#aes128-cbc" } } } },
	{ E(saml_decryption), 0, { "key of another size", .assertion = BY_RSA,
	    .cipher = GCM128, .late = { { "aes128-gcm", "aes256-gcm" } } } },
	{ E(saml_signature), 0, { "changed inside, then encrypted", .assertion =
	    BY_RSA, .cipher = GCM128, .sealed = { { "alice-id", "admin-id" } }
	    } },
	{ E(saml_signature), 0, { "signed inside by another, response signed",
	    .response = BY_RSA,
	    .assertion = BY_STRANGER, .cipher = GCM128 } },
	{ E(saml_forbidden_xml), 0, { "comment inside", .assertion = BY_RSA,
	    .cipher = GCM128, .sealed = { { "alice-id", "alice<!---->-id" } } }
	    },
	{ E(saml_structure), 0, { "Response inside", .response = BY_RSA,
	    .cipher = GCM128,
	    .sealed = { { "saml:Assertion", "saml:Response" } } } },
	{ E(saml_structure), 0, { "two inside", .response = BY_RSA, .cipher = GCM128,
	    .sealed = { { "</saml:Assertion>", "<saml:Assertion/>"
	    "</saml:Assertion>" } } } },
	{ E(saml_decryption), 0, { "prefix declared outside", .response = BY_RSA,
	    .cipher = GCM128, .sealed = { { " xmlns:saml=\"" NS_SAML "\"", "" }
	    } } },
	{ E(saml_unsigned), REQUIRE_ASSERTION, { "assertion must be signed",
	    .response = BY_RSA, .cipher = GCM128 } },
	{ E(saml_structure), 0, { "EncryptedAssertion twice", .assertion =
	    BY_RSA, .cipher = GCM128, .late = { { "</samlp:Response>",
	    "<saml:EncryptedAssertion/></samlp:Response>" } } } },
	{ E(saml_structure), 0, { "empty EncryptedAssertion", .assertion =
	    BY_RSA, .wrap = "<saml:EncryptedAssertion/>" } },
};

int
main(void)
{
	static struct CMUnitTest tests[200];
	size_t n = 0;

	n = rows_add(tests, n, forms, ROWS(forms));
	n = rows_add(tests, n, forged, ROWS(forged));
	n = rows_add(tests, n, wrapped, ROWS(wrapped));
	n = rows_add(tests, n, ciphers, ROWS(ciphers));
	fixture_start();
	return _cmocka_run_group_tests("saml_forgery", tests, n, NULL, NULL);
}
