/*
 * Fuzzer of Responses: the octets as they are, which mostly end at the
 * signature; and the same document signed by the key that is believed, so
 * that everything behind the signature is reached too.  What passes must
 * have a subject or nothing.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>

#include <libxml/tree.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>

#include "hfssod/verifier/crypto.h"
#include "hfssod/verifier/identity.h"
#include "hfssod/verifier/response.h"

#define NOW	INT64_C(1767323075)	/* 2026-01-02T03:04:35Z */
#define BASE	"https://hub.example.com/organizations/acme/saml/"

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct public_keys	 keys;
static struct key_pairs		 pairs;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	crypto_start();
	if (public_keys_add(&keys, EVP_EC_gen("P-256")) != NULL)
		abort();
	return 0;
}

static void
judge(const void *data, size_t len)
{
	static const struct strings none;
	const struct response_rules rules = {
		"https://idp.example.org/metadata", &keys, &pairs,
		BASE "metadata", BASE "consume", REQUIRE_EITHER, "", &none,
		false, false
	};
	const struct response_asked asked = {
		"_0123456789abcdef0123456789abcdef01234567", NOW - 60
	};
	struct verifier_connection c;
	struct identity id;
	struct facts facts;

	memset(&c, 0, sizeof(c));
	c.subject_attribute = "";
	c.role_attribute = "user.role";
	c.group_attribute = "groups";
	if (response_check(&rules, &asked, NOW, data, len, &facts) ==
	    VERDICT_ok) {
		if (facts.name_id.value[0] == '\0' ||
		    facts.assertion_id[0] == '\0')
			abort();
		identity_make(&c, &facts, NULL, &id);
		identity_free(&id);
	}
	facts_free(&facts);
}

/* Sign the Assertion where a Signature belongs; false if there is none. */
static bool
sign(struct xml *x)
{
	xmlNode *a, *issuer, *sig, *ref;
	xmlSecDSigCtx *c;
	const char *id;
	char uri[300];
	bool ok;

	a = xml_child(x->root, NS_SAML, "Assertion");
	issuer = xml_first(a);
	if (a == NULL || !xml_is(issuer, NS_SAML, "Issuer") ||
	    (id = xml_attribute(a, "ID")) == NULL)
		return false;
	uri[0] = '#';
	strlcpy(uri + 1, id, sizeof(uri) - 1);
	sig = xmlSecTmplSignatureCreate(x->doc, xmlSecTransformExclC14NId,
	    xmlSecTransformEcdsaSha256Id, NULL);
	xmlAddNextSibling(issuer, sig);
	ref = xmlSecTmplSignatureAddReference(sig, xmlSecTransformSha256Id,
	    NULL, (const xmlChar *)uri, NULL);
	xmlSecTmplReferenceAddTransform(ref, xmlSecTransformEnvelopedId);
	xmlSecTmplReferenceAddTransform(ref, xmlSecTransformExclC14NId);
	c = xmlSecDSigCtxCreate(NULL);
	c->signKey = keys.list[0].xmlsec;
	ok = xmlSecDSigCtxSign(c, sig) == 0;
	c->signKey = NULL;
	xmlSecDSigCtxDestroy(c);
	return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xml x;
	xmlChar *out;
	int len;

	judge(data, size);
	if (xml_parse(&x, data, size) != VERDICT_ok)
		return 0;
	if (sign(&x)) {
		xmlDocDumpMemory(x.doc, &out, &len);
		if (out != NULL)
			judge(out, (size_t)len);
		xmlFree(out);
	}
	xml_free(&x);
	return 0;
}
