/* Responses made at test time.  See the header. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/keysmngr.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlenc.h>
#include <xmlsec/openssl/evp.h>

#include "common/encode.h"
#include "hfssod/verifier/crypto.h"
#include "hfssod/verifier/xml.h"
#include "regress/unit/saml_fixture.h"

static EVP_PKEY			*private[BY_MAX];
static EVP_PKEY			*elsewhere;
static struct public_keys	 keys;
static struct key_pairs		 pairs;

static const char response_text[] =
    "<samlp:Response xmlns:samlp=\"" NS_SAMLP "\" xmlns:saml=\"" NS_SAML "\""
    " ID=\"_r1\" Version=\"2.0\" IssueInstant=\"2026-01-02T03:04:05Z\""
    " Destination=\"" FIXTURE_ACS "\" InResponseTo=\"" FIXTURE_REQUEST "\">"
    "<saml:Issuer>" FIXTURE_IDP "</saml:Issuer>"
    "<samlp:Status><samlp:StatusCode"
    " Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>"
    "@@</samlp:Response>";

static const char assertion_text[] =
    "<saml:Assertion xmlns:saml=\"" NS_SAML "\" ID=\"_a1\" Version=\"2.0\""
    " IssueInstant=\"2026-01-02T03:04:05Z\">"
    "<saml:Issuer>" FIXTURE_IDP "</saml:Issuer>"
    "<saml:Subject><saml:NameID"
    " Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\""
    " NameQualifier=\"nq\">alice-id</saml:NameID>"
    "<saml:SubjectConfirmation"
    " Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
    "<saml:SubjectConfirmationData InResponseTo=\"" FIXTURE_REQUEST "\""
    " NotOnOrAfter=\"2026-01-02T03:09:05Z\" Recipient=\"" FIXTURE_ACS "\"/>"
    "</saml:SubjectConfirmation></saml:Subject>"
    "<saml:Conditions NotBefore=\"2026-01-02T03:03:35Z\""
    " NotOnOrAfter=\"2026-01-02T03:09:05Z\"><saml:AudienceRestriction>"
    "<saml:Audience>" FIXTURE_SP "</saml:Audience>"
    "</saml:AudienceRestriction></saml:Conditions>"
    "<saml:AuthnStatement AuthnInstant=\"2026-01-02T03:04:05Z\""
    " SessionNotOnOrAfter=\"2026-01-02T11:04:05Z\" SessionIndex=\"_s1\">"
    "<saml:AuthnContext><saml:AuthnContextClassRef>"
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
    "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
    "<saml:AttributeStatement><saml:Attribute Name=\"email\">"
    "<saml:AttributeValue>alice@example.org</saml:AttributeValue>"
    "</saml:Attribute><saml:Attribute Name=\"groups\">"
    "<saml:AttributeValue>staff</saml:AttributeValue>"
    "<saml:AttributeValue>nlp &amp; vision</saml:AttributeValue>"
    "</saml:Attribute></saml:AttributeStatement></saml:Assertion>";

static EVP_PKEY *
rsa(void)
{
	EVP_PKEY *k;

	k = EVP_RSA_gen(2048);
	assert_non_null(k);
	return k;
}

void
fixture_start(void)
{
	char *key, *certificate;

	if (keys.count > 0)
		return;
	crypto_start();
	private[BY_RSA] = rsa();
	private[BY_SECOND] = rsa();
	private[BY_STRANGER] = rsa();
	private[BY_EC] = EVP_EC_gen("P-256");
	elsewhere = rsa();
	for (int i = BY_RSA; i <= BY_EC; i++) {
		EVP_PKEY_up_ref(private[i]);
		assert_null(public_keys_add(&keys, private[i]));
	}
	for (int i = 0; i < 2; i++) {
		fixture_pair(2048, &key, &certificate);
		assert_null(key_pairs_add(&pairs, (uint8_t *)key, strlen(key),
		    (uint8_t *)certificate, strlen(certificate)));
		free(key);
		free(certificate);
	}
}

const struct public_keys *
fixture_keys(void)
{
	return &keys;
}

const struct key_pairs *
fixture_pairs(void)
{
	return &pairs;
}

static char *
drain(BIO *b)
{
	char *data, *s;
	long len;

	len = BIO_get_mem_data(b, &data);
	s = strndup(data, (size_t)len);
	BIO_free(b);
	return s;
}

/* A self-signed certificate of a key, in PEM. */
static char *
certify(EVP_PKEY *k)
{
	X509 *x = X509_new();
	BIO *b = BIO_new(BIO_s_mem());

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, k);
	assert_true(X509_sign(x, k, EVP_sha256()) > 0);
	PEM_write_bio_X509(b, x);
	X509_free(x);
	return drain(b);
}

void
fixture_pair(unsigned int bits, char **key, char **certificate)
{
	EVP_PKEY *k = EVP_RSA_gen(bits);
	BIO *b = BIO_new(BIO_s_mem());

	PEM_write_bio_PrivateKey(b, k, NULL, NULL, 0, NULL, NULL);
	*key = drain(b);
	*certificate = certify(k);
	EVP_PKEY_free(k);
}

char *
fixture_metadata(const char *entity_id)
{
	char *out, *pem, *start;
	size_t len;
	FILE *f;

	f = open_memstream(&out, &len);
	fprintf(f, "<md:EntityDescriptor xmlns:md=\"" NS_MD "\" entityID=\"%s\">"
	    "<md:IDPSSODescriptor protocolSupportEnumeration=\""
	    NS_SAMLP "\">", entity_id);
	for (int i = BY_RSA; i <= BY_EC; i++) {
		pem = certify(private[i]);
		start = strchr(pem, '\n') + 1;
		fprintf(f, "<md:KeyDescriptor><ds:KeyInfo xmlns:ds=\"" NS_DS
		    "\"><ds:X509Data><ds:X509Certificate>%.*s"
		    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
		    "</md:KeyDescriptor>",
		    (int)(strstr(start, "-----END") - start), start);
		free(pem);
	}
	fputs("<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:"
	    "bindings:HTTP-Redirect\" Location=\"https://idp/sso\"/>"
	    "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:"
	    "bindings:HTTP-POST\" Location=\"https://idp/post\"/>"
	    "</md:IDPSSODescriptor></md:EntityDescriptor>", f);
	fclose(f);
	return out;
}

static char *
replace(char *text, const char *from, const char *to)
{
	char *out = NULL, *p, *at = text;
	size_t size;
	FILE *f;

	f = open_memstream(&out, &size);
	while ((p = strstr(at, from)) != NULL) {
		fwrite(at, 1, (size_t)(p - at), f);
		fputs(to, f);
		at = p + strlen(from);
	}
	fputs(at, f);
	fclose(f);
	free(text);
	return out;
}

char *
fixture_edit(char *text, const struct edit *e)
{
	for (int i = 0; i < 4 && e[i].from != NULL; i++) {
		/* An edit that finds nothing tests nothing. */
		if (strstr(text, e[i].from) == NULL)
			fail_msg("nothing to edit: %s", e[i].from);
		text = replace(text, e[i].from, e[i].to);
	}
	return text;
}

static xmlSecKey *
adopt(EVP_PKEY *k)
{
	xmlSecKey *key = xmlSecKeyCreate();

	EVP_PKEY_up_ref(k);
	assert_int_equal(xmlSecKeySetValue(key, xmlSecOpenSSLEvpKeyAdopt(k)),
	    0);
	return key;
}

/* The provider's public key as a shared secret. */
static xmlSecKey *
hmac_key(void)
{
	BIO *b = BIO_new(BIO_s_mem());
	xmlSecKey *key;
	char *pem;

	PEM_write_bio_PUBKEY(b, private[BY_RSA]);
	pem = drain(b);
	key = xmlSecKeyReadMemory(xmlSecKeyDataHmacId, (xmlSecByte *)pem,
	    (xmlSecSize)strlen(pem));
	free(pem);
	assert_non_null(key);
	return key;
}

static xmlSecTransformId
method(const struct make *m, enum fixture_key by)
{
	if (by == BY_HMAC)
		return xmlSecTransformHmacSha256Id;
	if (by == BY_EC)
		return xmlSecTransformEcdsaSha256Id;
	return m->sha1 ? xmlSecTransformRsaSha1Id : xmlSecTransformRsaSha256Id;
}

/* Put a Signature after the first child of an element, and sign. */
static void
sign(const struct make *m, xmlDoc *doc, xmlNode *element, enum fixture_key by)
{
	xmlSecDSigCtx *c = xmlSecDSigCtxCreate(NULL);
	xmlNode *sig, *ref;
	xmlChar *id;
	char uri[300];

	id = xmlGetProp(element, (const xmlChar *)"ID");
	snprintf(uri, sizeof(uri), "#%s", id);
	xmlAddID(NULL, doc, id, xmlHasProp(element, (const xmlChar *)"ID"));
	xmlFree(id);
	sig = xmlSecTmplSignatureCreateNsPref(doc, xmlSecTransformExclC14NId,
	    method(m, by), NULL, (const xmlChar *)"ds");
	/* After Issuer; metadata has none. */
	if (strcmp((const char *)element->ns->href, NS_MD) == 0)
		xmlAddPrevSibling(xml_first(element), sig);
	else
		xmlAddNextSibling(xml_first(element), sig);
	ref = xmlSecTmplSignatureAddReference(sig, m->sha1 ?
	    xmlSecTransformSha1Id : xmlSecTransformSha256Id, NULL,
	    (const xmlChar *)uri, NULL);
	xmlSecTmplReferenceAddTransform(ref, xmlSecTransformEnvelopedId);
	xmlSecTmplReferenceAddTransform(ref, m->inclusive ?
	    xmlSecTransformInclC14NId : xmlSecTransformExclC14NId);
	c->signKey = by == BY_HMAC ? hmac_key() : adopt(private[by]);
	assert_int_equal(xmlSecDSigCtxSign(c, sig), 0);
	xmlSecDSigCtxDestroy(c);
}

/* Parse, sign that element, write out; the old text is freed. */
static char *
sign_text(const struct make *m, char *text, const char *name,
    enum fixture_key by)
{
	xmlNode *n;
	xmlDoc *doc;
	xmlChar *out;
	char *copy;
	int len;

	if (by == BY_NONE)
		return text;
	doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
	    XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	assert_non_null(doc);
	n = xmlDocGetRootElement(doc);
	if (!xml_is(n, NS_SAMLP, name) && !xml_is(n, NS_SAML, name) &&
	    !xml_is(n, NS_MD, name))
		n = xml_child(n, NS_SAML, name);
	assert_non_null(n);
	sign(m, doc, n, by);
	xmlDocDumpMemory(doc, &out, &len);
	copy = strdup((char *)out);
	xmlFree(out);
	xmlFreeDoc(doc);
	free(text);
	if (strncmp(copy, "<?xml", 5) == 0) {
		char *start = strchr(copy, '>') + 1;

		start += strspn(start, "\n");
		memmove(copy, start, strlen(start) + 1);
	}
	while (copy[strlen(copy) - 1] == '\n')
		copy[strlen(copy) - 1] = '\0';
	return copy;
}

static xmlSecTransformId
cipher(enum fixture_cipher c, int *bits)
{
	*bits = c == GCM256 || c == CBC256 ? 256 : 128;
	switch (c) {
	case GCM128:
		return xmlSecTransformAes128GcmId;
	case GCM256:
		return xmlSecTransformAes256GcmId;
	case CBC128:
		return xmlSecTransformAes128CbcId;
	case CBC256:
		return xmlSecTransformAes256CbcId;
	default:
		*bits = 192;
		return xmlSecTransformDes3CbcId;
	}
}

/* EncryptedKey after EncryptedData instead of in its KeyInfo. */
static void
move_key(xmlNode *wrapper, xmlNode *data)
{
	xmlNode *info, *key;

	info = xml_child(data, NS_DS, "KeyInfo");
	key = xml_child(info, NS_XENC, "EncryptedKey");
	xmlUnlinkNode(key);
	xmlAddChild(wrapper, key);
	xmlUnlinkNode(info);
	xmlFreeNode(info);
	xmlReconciliateNs(wrapper->doc, wrapper);
}

static char *
encrypt(const struct make *m, char *text)
{
	static const char empty[] = "<saml:EncryptedAssertion xmlns:saml=\""
	    NS_SAML "\"/>";
	xmlSecKeysMngr *mngr;
	xmlNode *data, *info, *key;
	xmlSecTransformId id;
	xmlSecEncCtx *c;
	xmlBuffer *b;
	xmlDoc *doc;
	char *out;
	int bits;

	if (m->cipher == PLAIN)
		return text;
	id = cipher(m->cipher, &bits);
	mngr = xmlSecKeysMngrCreate();
	xmlSecCryptoAppDefaultKeysMngrInit(mngr);
	xmlSecCryptoAppDefaultKeysMngrAdoptKey(mngr,
	    adopt(m->other_key ? elsewhere : pairs.list[1].key));
	doc = xmlReadMemory(empty, sizeof(empty) - 1, NULL, NULL, 0);
	data = xmlSecTmplEncDataCreate(doc, id, NULL, xmlSecTypeEncElement,
	    NULL, NULL);
	xmlSecTmplEncDataEnsureCipherValue(data);
	info = xmlSecTmplEncDataEnsureKeyInfo(data, NULL);
	key = xmlSecTmplKeyInfoAddEncryptedKey(info, m->rsa15 ?
	    xmlSecTransformRsaPkcs1Id : xmlSecTransformRsaOaepId, NULL, NULL,
	    NULL);
	xmlSecTmplEncDataEnsureCipherValue(key);
	xmlAddChild(xmlDocGetRootElement(doc), data);
	c = xmlSecEncCtxCreate(mngr);
	c->encKey = xmlSecKeyGenerate(m->cipher == DES3 ? xmlSecKeyDataDesId :
	    xmlSecKeyDataAesId, (xmlSecSize)bits, xmlSecKeyDataTypeSession);
	assert_int_equal(xmlSecEncCtxBinaryEncrypt(c, data,
	    (const xmlSecByte *)text, (xmlSecSize)strlen(text)), 0);
	xmlSecEncCtxDestroy(c);
	xmlSecKeysMngrDestroy(mngr);
	if (m->beside)
		move_key(xmlDocGetRootElement(doc), data);
	b = xmlBufferCreate();
	xmlNodeDump(b, doc, xmlDocGetRootElement(doc), 0, 0);
	out = strdup((const char *)xmlBufferContent(b));
	xmlBufferFree(b);
	xmlFreeDoc(doc);
	free(text);
	return out;
}

/* From the first to behind the second; allocated, "" if it isn't there. */
static char *
between(const char *text, const char *from, const char *to)
{
	const char *a, *b;

	a = strstr(text, from);
	b = a == NULL ? NULL : strstr(a, to);
	return b == NULL ? strdup("") :
	    strndup(a, (size_t)(b - a) + strlen(to));
}

/* Fill in a shape of signature wrapping. */
static char *
shape(const char *wrap, const char *original)
{
	char *sig, *bare, *evil, *same, *out;

	sig = between(original, "<ds:Signature", "</ds:Signature>");
	bare = replace(strdup(original), *sig == '\0' ? "\001" : sig, "");
	same = replace(strdup(bare), "alice", "mallory");
	evil = replace(strdup(same), "\"_a1\"", "\"_evil\"");
	out = strdup(wrap);
	out = replace(out, "%O", original);
	out = replace(out, "%N", bare);
	out = replace(out, "%S", sig);
	out = replace(out, "%E", evil);
	out = replace(out, "%F", same);
	free(sig);
	free(bare);
	free(evil);
	free(same);
	return out;
}

/* Change a character in the middle of the last CipherValue or signature. */
static void
flip(char *text)
{
	char *p, *last = NULL;

	for (p = text; (p = strstr(p, "CipherValue>")) != NULL; p++)
		if (p[-1] != '/' && p[-1] != ':')
			last = p;
		else if (p[-1] == ':' && p[-6] == '<')
			last = p;
	if (last == NULL)
		last = strstr(text, "SignatureValue>");
	assert_non_null(last);
	last += 40;
	*last = *last == 'A' ? 'B' : 'A';
}

char *
fixture_make(const struct make *m)
{
	char *a, *r, *original, *s, *wrapped;

	a = fixture_edit(strdup(assertion_text), m->inner);
	a = sign_text(m, a, "Assertion", m->assertion);
	a = fixture_edit(a, m->sealed);
	a = encrypt(m, a);
	r = replace(strdup(response_text), "@@", a);
	r = fixture_edit(r, m->outer);
	r = sign_text(m, r, "Response", m->response);
	original = between(r, "<saml:Assertion", "</saml:Assertion>");
	if (m->wrap != NULL) {
		wrapped = shape(m->wrap, original);
		r = replace(r, original, wrapped);
		free(wrapped);
	}
	if (m->extensions != NULL) {
		s = shape(m->extensions, original);
		if (asprintf(&wrapped, "<samlp:Extensions>%s"
		    "</samlp:Extensions><samlp:Status>", s) == -1)
			abort();
		r = replace(r, "<samlp:Status>", wrapped);
		free(wrapped);
		free(s);
	}
	free(original);
	free(a);
	r = fixture_edit(r, m->late);
	if (m->flip)
		flip(r);
	return r;
}

char *
fixture_sign(char *text, const char *name, enum fixture_key by, bool sha1)
{
	struct make m = { "sign", .sha1 = sha1 };

	return sign_text(&m, text, name, by);
}

/* ECDSA in DER to the two numbers, each of 32 octets. */
static size_t
from_der(uint8_t *out, size_t len)
{
	const unsigned char *p = out;
	ECDSA_SIG *sig;

	assert_non_null(sig = d2i_ECDSA_SIG(NULL, &p, (long)len));
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32);
	ECDSA_SIG_free(sig);
	return 64;
}

char *
fixture_octets(enum fixture_key by, const char *digest, const char *text)
{
	EVP_PKEY *key = private[by];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t out[1024];
	size_t len = sizeof(out);
	char *pem;
	BIO *b;

	if (by == BY_HMAC) {
		b = BIO_new(BIO_s_mem());
		PEM_write_bio_PUBKEY(b, private[BY_RSA]);
		pem = drain(b);
		key = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL,
		    (uint8_t *)pem, strlen(pem));
		free(pem);
	}
	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL,
	    key, NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, out, &len,
	    (const uint8_t *)text, strlen(text)), 1);
	EVP_MD_CTX_free(ctx);
	if (by == BY_HMAC)
		EVP_PKEY_free(key);
	if (by == BY_EC)
		len = from_der(out, len);
	return base64_encode(out, len);
}

char *
fixture_encrypt_id(const char *text)
{
	struct make m = { "encrypt", .cipher = GCM128 };

	return replace(encrypt(&m, strdup(text)), "EncryptedAssertion",
	    "EncryptedID");
}
