/*
 * Responses judged: the good ones that must pass, and everything that a
 * forger, a broken identity provider or a stranger's clock may send.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/verifier/response.h"
#include "regress/unit/saml_fixture.h"

#define E(x)		VERDICT_##x
#define SUCCESS		"urn:oasis:names:tc:SAML:2.0:status:Success"
#define PERSISTENT	"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
#define TRANSIENT	"urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
#define ISSUER		"<saml:Issuer>" FIXTURE_IDP "</saml:Issuer>"
#define AT		"2026-01-02T03:04:05Z"
#define ISSUED		"IssueInstant=\"" AT "\""
#define END		"2026-01-02T03:09:05Z"
#define BEARER		"urn:oasis:names:tc:SAML:2.0:cm:bearer"
#define C14N		"http://www.w3.org/2001/10/xml-exc-c14n#"
#define HERE		"<saml:Subject>"

struct row {
	enum verdict		 verdict;
	enum require_signed	 require;
	struct make		 make;
};

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

static struct strings none;

static struct response_rules
rules(enum require_signed require)
{
	struct response_rules r = { FIXTURE_IDP, fixture_keys(),
	    fixture_pairs(), FIXTURE_SP, FIXTURE_ACS, require, "", &none,
	    false, false };

	return r;
}

static enum verdict
judge(const struct response_rules *r, const char *id, int64_t now,
    const char *xml, size_t len, struct facts *f)
{
	struct response_asked asked = { id, FIXTURE_NOW - 60 };

	return response_check(r, &asked, now, xml, len, f);
}

static void
expect(const struct make *m, const struct response_rules *r, const char *id,
    int64_t now, enum verdict want)
{
	struct facts f;
	enum verdict v;
	char *xml;

	xml = fixture_make(m);
	v = judge(r, id, now, xml, strlen(xml), &f);
	if (v != want)
		fail_msg("%s: %s, not %s (%s)\n%s", m->name, verdict_name(v),
		    verdict_name(want), f.detail, xml);
	facts_free(&f);
	free(xml);
}

static void
row(void **state)
{
	const struct row *w = *state;
	struct response_rules r = rules(w->require);

	expect(&w->make, &r, FIXTURE_REQUEST, FIXTURE_NOW, w->verdict);
}

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

#define ROWS(table)	sizeof(table) / sizeof(table[0])

int
main(void)
{
	static const struct { const struct row *rows; size_t count; } all[] = {
		{ good, ROWS(good) }, { forms, ROWS(forms) },
		{ forged, ROWS(forged) }, { wrapped, ROWS(wrapped) },
		{ ciphers, ROWS(ciphers) }, { conditions, ROWS(conditions) },
	};
	static struct CMUnitTest tests[400];
	size_t i, j, n = 0;

	for (i = 0; i < ROWS(all); i++)
		for (j = 0; j < all[i].count; j++)
			tests[n++] = (struct CMUnitTest){
			    all[i].rows[j].make.name, row, NULL, NULL,
			    (void *)(uintptr_t)&all[i].rows[j] };
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
