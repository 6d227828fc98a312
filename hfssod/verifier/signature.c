/*
 * XML signatures, in verifier.  Decides by the form first, and hands to
 * xmlsec only a Signature that can mean nothing but "this element, by this
 * key".  Must never take a key or an algorithm on the message's word, nor
 * take any return value but the exact one for success.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/valid.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/buffer.h>
#include <xmlsec/crypto.h>
#include <xmlsec/keys.h>
#include <xmlsec/list.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/signature.h"
#include "hfssod/verifier/xml.h"

#define ENVELOPED	NS_DS "enveloped-signature"
#define XMLENC		NS_XENC
#define DSIG_MORE	"http://www.w3.org/2001/04/xmldsig-more#"
#define PREFIX_LIST	128	/* octets of an InclusiveNamespaces list */
#define PREFIXES	8	/* and how many in it */

struct verified {
	xmlNode	*node;
};

/* What may sign, and the type of key it needs. */
static const struct {
	const char	*uri;
	enum key_type	 type;
	const char	*digest;
} signature_methods[] = {
	{ DSIG_MORE "rsa-sha256",	KEY_RSA,	"SHA256" },
	{ DSIG_MORE "rsa-sha384",	KEY_RSA,	"SHA384" },
	{ DSIG_MORE "rsa-sha512",	KEY_RSA,	"SHA512" },
	{ DSIG_MORE "ecdsa-sha256",	KEY_EC,		"SHA256" },
	{ DSIG_MORE "ecdsa-sha384",	KEY_EC,		"SHA384" },
};
#define METHODS	(sizeof(signature_methods) / sizeof(signature_methods[0]))

static const char *const digest_methods[] = {
	XMLENC "sha256", DSIG_MORE "sha384", XMLENC "sha512", NULL
};

static struct verified *
verified_new(xmlNode *node)
{
	struct verified *v;

	if ((v = malloc(sizeof(*v))) == NULL)
		fatal("malloc");
	v->node = node;
	return v;
}

/* The number of a method; METHODS if there is no such. */
static size_t
find_method(const char *uri)
{
	size_t i;

	for (i = 0; i < METHODS; i++)
		if (strcmp(uri, signature_methods[i].uri) == 0)
			break;
	return i;
}

bool
signature_method(const char *uri, enum key_type *type, const char **digest)
{
	size_t i;

	if ((i = find_method(uri)) == METHODS)
		return false;
	*type = signature_methods[i].type;
	*digest = signature_methods[i].digest;
	return true;
}

xmlNode *
signature_find(const xmlNode *element)
{
	xmlNode *n;

	n = xml_first(element);
	if (xml_is(n, NS_SAML, "Issuer"))
		n = xml_next(n);
	return xml_is(n, NS_DS, "Signature") ? n : NULL;
}

/* No attributes but one of the given name; its value, or NULL. */
static const char *
only_attribute(const xmlNode *n, const char *name)
{
	if (n->properties == NULL || n->properties->next != NULL)
		return NULL;
	return xml_attribute(n, name);
}

/* An element with an Algorithm and nothing else. */
static const char *
algorithm(const xmlNode *n)
{
	if (n->children != NULL)
		return NULL;
	return only_attribute(n, "Algorithm");
}

/*
 * Exclusive canonicalization without comments, at most with a short
 * PrefixList: canonicalization looks each prefix up for each element.
 */
static enum verdict
form_c14n(const xmlNode *n)
{
	const xmlNode *list;
	const char *s, *p;
	unsigned int count = 0;

	if ((s = only_attribute(n, "Algorithm")) == NULL ||
	    !xml_only_elements(n))
		return VERDICT_saml_signature_form;
	if (strcmp(s, NS_EXC_C14N) != 0)
		return VERDICT_saml_algorithm;
	if ((list = xml_first(n)) == NULL)
		return VERDICT_ok;
	if (!xml_is(list, NS_EXC_C14N, "InclusiveNamespaces") ||
	    list->children != NULL || xml_next(list) != NULL ||
	    (s = only_attribute(list, "PrefixList")) == NULL ||
	    strlen(s) > PREFIX_LIST)
		return VERDICT_saml_signature_form;
	for (p = s; *p != '\0'; p++)
		if (*p == ' ' && ++count >= PREFIXES)
			return VERDICT_saml_signature_form;
	return VERDICT_ok;
}

/* Exactly enveloped-signature, then exclusive canonicalization. */
static enum verdict
form_transforms(const xmlNode *transforms)
{
	const xmlNode *n;
	const char *s;

	if (!xml_is(transforms, NS_DS, "Transforms") ||
	    transforms->properties != NULL || !xml_only_elements(transforms))
		return VERDICT_saml_signature_form;
	n = xml_first(transforms);
	if (!xml_is(n, NS_DS, "Transform"))
		return VERDICT_saml_signature_form;
	if ((s = algorithm(n)) == NULL || strcmp(s, ENVELOPED) != 0)
		return VERDICT_saml_algorithm;
	n = xml_next(n);
	if (!xml_is(n, NS_DS, "Transform") || xml_next(n) != NULL)
		return VERDICT_saml_signature_form;
	return form_c14n(n);
}

/* An element that holds base64 text and nothing else. */
static bool
form_value(const xmlNode *n, const char *name)
{
	const char *s;

	return xml_is(n, NS_DS, name) && (s = xml_text(n)) != NULL &&
	    *s != '\0';
}

/* The one Reference: "#ID" of the element that is signed. */
static enum verdict
form_reference(const xmlNode *ref, const char *id)
{
	const xmlNode *n;
	enum verdict v;
	const char *s;
	size_t i;

	if (!xml_is(ref, NS_DS, "Reference") || xml_next(ref) != NULL ||
	    !xml_only_elements(ref) ||
	    (s = only_attribute(ref, "URI")) == NULL ||
	    s[0] != '#' || strcmp(s + 1, id) != 0)
		return VERDICT_saml_signature_form;
	n = xml_first(ref);
	if ((v = form_transforms(n)) != VERDICT_ok)
		return v;
	n = xml_next(n);
	if (!xml_is(n, NS_DS, "DigestMethod") || (s = algorithm(n)) == NULL)
		return VERDICT_saml_signature_form;
	for (i = 0; digest_methods[i] != NULL; i++)
		if (strcmp(s, digest_methods[i]) == 0)
			break;
	if (digest_methods[i] == NULL)
		return VERDICT_saml_algorithm;
	n = xml_next(n);
	if (!form_value(n, "DigestValue") || xml_next(n) != NULL)
		return VERDICT_saml_signature_form;
	return VERDICT_ok;
}

static enum verdict
form_signed_info(const xmlNode *info, const char *id, size_t *method)
{
	const xmlNode *n;
	enum verdict v;
	const char *s;

	if (!xml_is(info, NS_DS, "SignedInfo") || !xml_only_elements(info))
		return VERDICT_saml_signature_form;
	n = xml_first(info);
	if (!xml_is(n, NS_DS, "CanonicalizationMethod"))
		return VERDICT_saml_signature_form;
	if ((v = form_c14n(n)) != VERDICT_ok)
		return v;
	n = xml_next(n);
	if (!xml_is(n, NS_DS, "SignatureMethod"))
		return VERDICT_saml_signature_form;
	if ((s = only_attribute(n, "Algorithm")) == NULL)
		return VERDICT_saml_signature_form;
	if ((*method = find_method(s)) == METHODS)
		return VERDICT_saml_algorithm;
	if (n->children != NULL)
		return VERDICT_saml_signature_form;
	return form_reference(xml_next(n), id);
}

/*
 * The whole Signature: SignedInfo, SignatureValue, at most one KeyInfo
 * (whose content is nobody's business), nothing else.
 */
static enum verdict
form_signature(const xmlNode *sig, const char *id, size_t *method)
{
	const xmlNode *n;
	enum verdict v;

	if (!xml_only_elements(sig))
		return VERDICT_saml_signature_form;
	n = xml_first(sig);
	if ((v = form_signed_info(n, id, method)) != VERDICT_ok)
		return v;
	n = xml_next(n);
	if (!form_value(n, "SignatureValue"))
		return VERDICT_saml_signature_form;
	n = xml_next(n);
	if (xml_is(n, NS_DS, "KeyInfo"))
		n = xml_next(n);
	return n == NULL ? VERDICT_ok : VERDICT_saml_signature_form;
}

/* A context that can do nothing but what the form allows; NULL: no memory. */
static xmlSecDSigCtx *
context_new(void)
{
	const xmlSecTransformId reference[] = { xmlSecTransformEnvelopedId,
	    xmlSecTransformExclC14NId, xmlSecTransformSha256Id,
	    xmlSecTransformSha384Id, xmlSecTransformSha512Id };
	const xmlSecTransformId signature[] = { xmlSecTransformExclC14NId,
	    xmlSecTransformRsaSha256Id, xmlSecTransformRsaSha384Id,
	    xmlSecTransformRsaSha512Id, xmlSecTransformEcdsaSha256Id,
	    xmlSecTransformEcdsaSha384Id };
	xmlSecDSigCtx *c;
	size_t i;

	if ((c = xmlSecDSigCtxCreate(NULL)) == NULL)
		fatalx("xmlSecDSigCtxCreate");
	c->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
	c->flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES |
	    XMLSEC_DSIG_FLAGS_STORE_SIGNATURE |
	    XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
	for (i = 0; i < sizeof(reference) / sizeof(reference[0]); i++)
		if (xmlSecDSigCtxEnableReferenceTransform(c, reference[i]) != 0)
			fatalx("xmlSecDSigCtxEnableReferenceTransform");
	for (i = 0; i < sizeof(signature) / sizeof(signature[0]); i++)
		if (xmlSecDSigCtxEnableSignatureTransform(c, signature[i]) != 0)
			fatalx("xmlSecDSigCtxEnableSignatureTransform");
	return c;
}

/* Whether what was digested begins as that element's canonical form does. */
static bool
digested(xmlSecBuffer *b, const xmlNode *n)
{
	char start[128];
	int len;

	if (b == NULL || xmlSecBufferGetData(b) == NULL)
		return false;
	if (n->ns != NULL && n->ns->prefix != NULL)
		len = snprintf(start, sizeof(start), "<%s:%s", n->ns->prefix,
		    n->name);
	else
		len = snprintf(start, sizeof(start), "<%s", n->name);
	return len > 0 && (size_t)len < sizeof(start) &&
	    xmlSecBufferGetSize(b) > (xmlSecSize)len &&
	    memcmp(xmlSecBufferGetData(b), start, (size_t)len) == 0;
}

/*
 * Whether that key made the Signature; its form has been checked.  *same
 * says whether the digest at least is right, which no other key changes.
 */
static bool
verify_one(xmlNode *element, xmlNode *sig, const char *id,
    const struct public_key *key, bool *same)
{
	xmlSecDSigReferenceCtx *ref = NULL;
	xmlSecDSigCtx *c;
	bool done, ok;

	c = context_new();
	/* Lent: taken back before the context is destroyed. */
	c->signKey = key->xmlsec;
	done = xmlSecDSigCtxVerify(c, sig) == 0;
	if (xmlSecPtrListGetSize(&c->signedInfoReferences) == 1)
		ref = xmlSecPtrListGetItem(&c->signedInfoReferences, 0);
	*same = ref != NULL && ref->status == xmlSecDSigStatusSucceeded;
	ok = done && *same && c->status == xmlSecDSigStatusSucceeded &&
	    ref->uri != NULL && ref->uri[0] == '#' &&
	    strcmp((const char *)ref->uri + 1, id) == 0 &&
	    digested(xmlSecDSigReferenceCtxGetPreDigestBuffer(ref), element) &&
	    digested(xmlSecDSigCtxGetPreSignBuffer(c), xml_first(sig));
	c->signKey = NULL;
	xmlSecDSigCtxDestroy(c);
	return ok;
}

enum verdict
signature_verify(xmlNode *element, xmlNode *sig, const struct public_keys *keys,
    struct verified **verified)
{
	const xmlAttr *attr;
	enum verdict v;
	const char *id;
	size_t i, method;
	bool fits = false, same = true;

	*verified = NULL;
	if (sig->parent != element)
		return VERDICT_saml_signature_form;
	if ((id = xml_attribute(element, "ID")) == NULL)
		return VERDICT_saml_id;
	/* "#ID" is this element and no other. */
	attr = xmlGetID(element->doc, (const xmlChar *)id);
	if (attr == NULL || attr->parent != element)
		return VERDICT_saml_id;
	if ((v = form_signature(sig, id, &method)) != VERDICT_ok)
		return v;
	for (i = 0; i < keys->count && same; i++) {
		if (keys->list[i].type != signature_methods[method].type)
			continue;
		fits = true;
		if (verify_one(element, sig, id, &keys->list[i], &same)) {
			*verified = verified_new(element);
			return VERDICT_ok;
		}
	}
	return fits ? VERDICT_saml_signature : VERDICT_saml_algorithm;
}

static bool
is_within(const struct verified *outer, const xmlNode *n)
{
	for (; n != NULL; n = n->parent)
		if (n == outer->node)
			return true;
	return false;
}

struct verified *
signature_within(const struct verified *outer, xmlNode *n)
{
	return is_within(outer, n) ? verified_new(n) : NULL;
}

struct verified *
signature_decrypted(const struct verified *outer, const xmlNode *encrypted,
    xmlNode *root)
{
	return is_within(outer, encrypted) ? verified_new(root) : NULL;
}

const xmlNode *
verified_node(const struct verified *v)
{
	return v->node;
}

void
verified_free(struct verified *v)
{
	free(v);
}
