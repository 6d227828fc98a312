/*
 * Messages of ours on their way, in verifier; pure.  They are written in
 * the very form that exclusive canonicalization gives, so that they are
 * digested as they stand.  Must never sign anything but what verifier has
 * written itself.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/markup.h"
#include "hfssod/verifier/outgoing.h"
#include "hfssod/verifier/xml.h"

#define RSA_SHA256	"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#define SHA256		NS_XENC "sha256"
#define ENVELOPED	NS_DS "enveloped-signature"

/* RSA-SHA256 of some octets, in base64; allocated. */
static char *
sign(const struct key_pair *pair, const void *data, size_t len)
{
	EVP_MD_CTX *ctx;
	uint8_t out[1024];
	size_t n = sizeof(out);

	if ((ctx = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, pair->key) != 1 ||
	    EVP_DigestSign(ctx, out, &n, data, len) != 1)
		fatalx("outgoing: EVP_DigestSign");
	EVP_MD_CTX_free(ctx);
	return base64_encode(out, n);
}

static char *
digest(const void *data, size_t len)
{
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned int n;

	if (EVP_Digest(data, len, out, &n, EVP_sha256(), NULL) != 1)
		fatalx("outgoing: EVP_Digest");
	return base64_encode(out, n);
}

static void
write_algorithm(struct writer *w, const char *name, const char *uri)
{
	markup_put(w, "<ds:");
	markup_put(w, name);
	markup_attribute(w, "Algorithm", uri);
	markup_put(w, "></ds:");
	markup_put(w, name);
	markup_put(w, ">");
}

/* SignedInfo over a canonical document with that ID; canonical itself. */
static void
write_signed_info(struct writer *w, const char *id, const char *value)
{
	markup_put(w, "<ds:SignedInfo xmlns:ds=\"" NS_DS "\">");
	write_algorithm(w, "CanonicalizationMethod", NS_EXC_C14N);
	write_algorithm(w, "SignatureMethod", RSA_SHA256);
	markup_put(w, "<ds:Reference URI=\"#");
	markup_put(w, id);
	markup_put(w, "\"><ds:Transforms>");
	write_algorithm(w, "Transform", ENVELOPED);
	write_algorithm(w, "Transform", NS_EXC_C14N);
	markup_put(w, "</ds:Transforms>");
	write_algorithm(w, "DigestMethod", SHA256);
	markup_put(w, "<ds:DigestValue>");
	markup_put(w, value);
	markup_put(w, "</ds:DigestValue></ds:Reference></ds:SignedInfo>");
}

char *
outgoing_signature(const struct key_pair *key, const char *id,
    const char *document)
{
	struct writer info, w;
	char *value, *text;

	value = digest(document, strlen(document));
	wire_init(&info, LIMIT_MESSAGE);
	write_signed_info(&info, id, value);
	free(value);
	value = sign(key, info.data, info.len);
	wire_init(&w, LIMIT_MESSAGE);
	markup_put(&w, "<ds:Signature xmlns:ds=\"" NS_DS "\">");
	wire_put_raw(&w, info.data, info.len);
	markup_put(&w, "<ds:SignatureValue>");
	markup_put(&w, value);
	markup_put(&w, "</ds:SignatureValue><ds:KeyInfo><ds:X509Data>"
	    "<ds:X509Certificate>");
	markup_put(&w, key->certificate);
	markup_put(&w, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
	    "</ds:Signature>");
	text = markup_string(&w);
	wire_free(&info);
	wire_free(&w);
	free(value);
	return text;
}

/* Raw DEFLATE, then base64; allocated. */
static char *
deflated(const char *text)
{
	z_stream z;
	uint8_t *out;
	uLong size;
	char *encoded;

	memset(&z, 0, sizeof(z));
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -12, 4,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		fatalx("deflateInit2");
	size = deflateBound(&z, strlen(text));
	if ((out = malloc(size)) == NULL)
		fatal("malloc");
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)strlen(text);
	z.next_out = out;
	z.avail_out = (uInt)size;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		fatalx("deflate");
	encoded = base64_encode(out, z.total_out);
	deflateEnd(&z);
	free(out);
	return encoded;
}

static void
put_parameter(struct writer *w, const char *name, const char *value)
{
	char *encoded;

	encoded = percent_encode(value, "");
	markup_put(w, name);
	markup_put(w, encoded);
	free(encoded);
}

char *
outgoing_redirect(const struct outgoing *m, const char *document)
{
	struct writer query, url;
	char *text, *value;

	value = deflated(document);
	wire_init(&query, LIMIT_MESSAGE);
	markup_put(&query, m->parameter);
	put_parameter(&query, "=", value);
	if (m->relay_state[0] != '\0')
		put_parameter(&query, "&RelayState=", m->relay_state);
	free(value);
	if (m->key != NULL) {
		/* These octets, and no others (bindings 3.4.4.1). */
		put_parameter(&query, "&SigAlg=", RSA_SHA256);
		value = sign(m->key, query.data, query.len);
		put_parameter(&query, "&Signature=", value);
		free(value);
	}
	wire_init(&url, LIMIT_MESSAGE);
	markup_put(&url, m->destination);
	markup_put(&url, strchr(m->destination, '?') == NULL ? "?" : "&");
	wire_put_raw(&url, query.data, query.len);
	text = markup_string(&url);
	wire_free(&query);
	wire_free(&url);
	return text;
}
