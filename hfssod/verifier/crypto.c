/*
 * The libraries of verifier.  Must leave no way open by which a document
 * could make one of them open a file or a socket.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/xmlIO.h>
#include <libxml/xpath.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/templates.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>

#include "common/log.h"
#include "hfssod/verifier/crypto.h"
#include "hfssod/verifier/key.h"
#include "hfssod/verifier/seal.h"
#include "hfssod/verifier/signature.h"
#include "hfssod/verifier/xml.h"

static void
silent_xmlsec(const char *file, int line, const char *func, const char *object,
    const char *subject, int reason, const char *message)
{
	(void)file;
	(void)line;
	(void)func;
	(void)object;
	(void)subject;
	(void)reason;
	(void)message;
}

static void
silent_xml(void *arg, const char *format, ...)
{
	(void)arg;
	(void)format;
}

static xmlParserInput *
no_entity(const char *url, const char *id, xmlParserCtxt *ctxt)
{
	(void)url;
	(void)id;
	(void)ctxt;
	return NULL;
}

/* The signed document of the rehearsal, as a tree. */
static xmlDoc *
rehearsal_document(EVP_PKEY *key, struct public_keys *keys)
{
	static const char text[] = "<saml:Assertion xmlns:saml=\"" NS_SAML
	    "\" ID=\"_1\"/>";
	xmlSecDSigCtx *c;
	xmlNode *sig, *ref;
	struct xml x;

	if (EVP_PKEY_up_ref(key) != 1 || public_keys_add(keys, key) != NULL ||
	    xml_parse(&x, text, sizeof(text) - 1) != VERDICT_ok)
		fatalx("rehearsal: parse");
	sig = xmlSecTmplSignatureCreate(x.doc, xmlSecTransformExclC14NId,
	    xmlSecTransformEcdsaSha256Id, NULL);
	xmlAddChild(x.root, sig);
	ref = xmlSecTmplSignatureAddReference(sig, xmlSecTransformSha256Id,
	    NULL, (const xmlChar *)"#_1", NULL);
	if (ref == NULL ||
	    xmlSecTmplReferenceAddTransform(ref,
	    xmlSecTransformEnvelopedId) == NULL ||
	    xmlSecTmplReferenceAddTransform(ref,
	    xmlSecTransformExclC14NId) == NULL)
		fatalx("rehearsal: template");
	if ((c = xmlSecDSigCtxCreate(NULL)) == NULL)
		fatalx("rehearsal: context");
	c->signKey = keys->list[0].xmlsec;
	if (xmlSecDSigCtxSign(c, sig) != 0)
		fatalx("rehearsal: sign");
	c->signKey = NULL;
	xmlSecDSigCtxDestroy(c);
	return x.doc;
}

/*
 * Do once what every login does, with a throw-away key on P-256, which is
 * made in no time.
 */
static void
rehearse(void)
{
	struct public_keys keys = { 0, NULL };
	struct verified *v;
	EVP_PKEY *key;
	xmlNode *root;
	xmlDoc *doc;

	if ((key = EVP_EC_gen("P-256")) == NULL)
		fatalx("rehearsal: key");
	doc = rehearsal_document(key, &keys);
	root = xmlDocGetRootElement(doc);
	if (signature_verify(root, signature_find(root), &keys, &v) !=
	    VERDICT_ok)
		fatalx("rehearsal: verify");
	verified_free(v);
	xmlFreeDoc(doc);
	public_keys_free(&keys);
	EVP_PKEY_free(key);
}

static void
rehearse_seal(void)
{
	static const struct seal_context context = { "a", "b", "c", "d" };
	struct seal_keys keys;
	struct login_state state, opened;
	char *text;

	memset(&keys, 0, sizeof(keys));
	memset(&state, 0, sizeof(state));
	keys.id[0] = 1;
	arc4random_buf(keys.key[0], sizeof(keys.key[0]));
	seal_new_id(state.id);
	state.time = 1;
	text = seal_close(&keys, &context, &state);
	if (seal_open(&keys, &context, text, 1, &opened) != VERDICT_ok)
		fatalx("rehearsal: seal");
	free(text);
}

void
crypto_start(void)
{
	uint8_t octet;

	/* Else the first use of time opens a file. */
	if (setenv("TZ", "UTC0", 1) == -1)
		fatal("setenv");
	tzset();
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG |
	    OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_ADD_ALL_CIPHERS |
	    OPENSSL_INIT_ADD_ALL_DIGESTS, NULL) != 1 ||
	    RAND_bytes(&octet, 1) != 1)
		fatalx("libcrypto can't be used");
	xmlInitParser();
	xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE);
	xmlSetExternalEntityLoader(no_entity);
	xmlSetGenericErrorFunc(NULL, silent_xml);
	if (xmlSecInit() != 0 || xmlSecCheckVersion() != 1 ||
	    xmlSecCryptoAppInit(NULL) != 0 || xmlSecCryptoInit() != 0)
		fatalx("xmlsec can't be used");
	xmlSecErrorsSetCallback(silent_xmlsec);
	xmlSecIOCleanupCallbacks();
	xmlCleanupInputCallbacks();
	seal_start();
	rehearse();
	rehearse_seal();
}
