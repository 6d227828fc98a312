/*
 * The bare work of accepting a SAML response, in regress only: parse it,
 * and let xmlsec verify the Assertion's signature with a bare public key
 * in a context that allows nothing else.  What hfssod does for a login is
 * measured against this.
 *
 *	saml_baseline key.pem documents seconds
 *
 * The documents are a list of records, length (32 bit, big endian) and
 * octets; they are verified in turn for so many CPU seconds.  Prints how
 * many, and the CPU time they took.
 */
#include <sys/types.h>
#include <sys/stat.h>

#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/valid.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/keys.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>

#define OPTIONS	(XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | \
		    XML_PARSE_NOERROR | XML_PARSE_NOWARNING | \
		    XML_PARSE_COMPACT)

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static xmlNode *
child(xmlNode *n, const char *name)
{
	for (n = n->children; n != NULL; n = n->next)
		if (n->type == XML_ELEMENT_NODE &&
		    strcmp((const char *)n->name, name) == 0)
			return n;
	return NULL;
}

static xmlSecDSigCtx *
context(void)
{
	xmlSecDSigCtx *c;

	if ((c = xmlSecDSigCtxCreate(NULL)) == NULL)
		errx(1, "xmlSecDSigCtxCreate");
	c->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
	c->flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
	if (xmlSecDSigCtxEnableSignatureTransform(c,
	    xmlSecTransformExclC14NId) != 0 ||
	    xmlSecDSigCtxEnableSignatureTransform(c,
	    xmlSecTransformRsaSha256Id) != 0 ||
	    xmlSecDSigCtxEnableReferenceTransform(c,
	    xmlSecTransformExclC14NId) != 0 ||
	    xmlSecDSigCtxEnableReferenceTransform(c,
	    xmlSecTransformEnvelopedId) != 0 ||
	    xmlSecDSigCtxEnableReferenceTransform(c,
	    xmlSecTransformSha256Id) != 0)
		errx(1, "xmlSecDSigCtxEnable");
	return c;
}

static bool
verify(const uint8_t *data, size_t len, xmlSecKey *key)
{
	xmlSecDSigReferenceCtx *ref;
	xmlSecDSigCtx *c;
	xmlNode *assertion, *sig;
	xmlAttr *id;
	xmlDoc *doc;
	bool ok = false;

	doc = xmlReadMemory((const char *)data, (int)len, "x", "UTF-8",
	    OPTIONS);
	if (doc == NULL || doc->intSubset != NULL)
		return false;
	assertion = child(xmlDocGetRootElement(doc), "Assertion");
	if (assertion == NULL || (sig = child(assertion, "Signature")) == NULL)
		return false;
	id = xmlHasProp(assertion, (const xmlChar *)"ID");
	if (id == NULL || id->children == NULL ||
	    xmlAddID(NULL, doc, id->children->content, id) == NULL)
		return false;
	c = context();
	if ((c->signKey = xmlSecKeyDuplicate(key)) == NULL)
		errx(1, "xmlSecKeyDuplicate");
	if (xmlSecDSigCtxVerify(c, sig) == 0 &&
	    c->status == xmlSecDSigStatusSucceeded &&
	    xmlSecPtrListGetSize(&c->signedInfoReferences) == 1) {
		ref = xmlSecPtrListGetItem(&c->signedInfoReferences, 0);
		ok = ref->uri[0] == '#' &&
		    xmlStrEqual(ref->uri + 1, id->children->content);
	}
	xmlSecDSigCtxDestroy(c);
	xmlFreeDoc(doc);
	return ok;
}

static uint8_t *
octets(const char *path, size_t *len)
{
	struct stat st;
	uint8_t *data;
	FILE *f;

	if ((f = fopen(path, "rb")) == NULL || fstat(fileno(f), &st) == -1)
		err(1, "%s", path);
	*len = (size_t)st.st_size;
	if ((data = malloc(*len + 1)) == NULL)
		err(1, "malloc");
	if (fread(data, 1, *len, f) != *len)
		err(1, "%s", path);
	fclose(f);
	return data;
}

int
main(int argc, char **argv)
{
	xmlSecKey *key;
	uint8_t *data;
	size_t len, at, one, count = 0;
	double seconds, began;

	if (argc != 4)
		errx(2, "usage: saml_baseline key documents seconds");
	seconds = strtod(argv[3], NULL);
	data = octets(argv[2], &len);
	xmlInitParser();
	if (xmlSecInit() != 0 || xmlSecCryptoAppInit(NULL) != 0 ||
	    xmlSecCryptoInit() != 0)
		errx(1, "xmlsec");
	key = xmlSecCryptoAppKeyLoad(argv[1], xmlSecKeyDataFormatPem, NULL,
	    NULL, NULL);
	if (key == NULL)
		errx(1, "%s: no key", argv[1]);
	began = cpu();
	do {
		for (at = 0; at + 4 <= len; at += 4 + one) {
			one = (size_t)data[at] << 24 |
			    (size_t)data[at + 1] << 16 |
			    (size_t)data[at + 2] << 8 | data[at + 3];
			if (!verify(data + at + 4, one, key))
				errx(1, "document %zu does not verify", count);
			count++;
		}
	} while (cpu() - began < seconds);
	printf("good %zu cpu %.3f\n", count, cpu() - began);
	return 0;
}
