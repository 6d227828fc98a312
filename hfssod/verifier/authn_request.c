/*
 * AuthnRequest, in verifier; pure.  Written in the very form that
 * exclusive canonicalization gives, so that it is digested as it stands.
 * Must never sign anything but what is written here.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/authn_request.h"
#include "hfssod/verifier/markup.h"
#include "hfssod/verifier/xml.h"

#define POST		"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
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
		fatalx("authn_request: EVP_DigestSign");
	EVP_MD_CTX_free(ctx);
	return base64_encode(out, n);
}

static char *
digest(const void *data, size_t len)
{
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned int n;

	if (EVP_Digest(data, len, out, &n, EVP_sha256(), NULL) != 1)
		fatalx("authn_request: EVP_Digest");
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

/* The Signature of a canonical document; allocated. */
static char *
make_signature(const struct authn_request *q, const char *document)
{
	struct writer info, w;
	char *value, *text;

	value = digest(document, strlen(document));
	wire_init(&info, LIMIT_MESSAGE);
	write_signed_info(&info, q->id, value);
	free(value);
	value = sign(q->key, info.data, info.len);
	wire_init(&w, LIMIT_MESSAGE);
	markup_put(&w, "<ds:Signature xmlns:ds=\"" NS_DS "\">");
	wire_put_raw(&w, info.data, info.len);
	markup_put(&w, "<ds:SignatureValue>");
	markup_put(&w, value);
	markup_put(&w, "</ds:SignatureValue><ds:KeyInfo><ds:X509Data>"
	    "<ds:X509Certificate>");
	markup_put(&w, q->key->certificate);
	markup_put(&w, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
	    "</ds:Signature>");
	text = markup_string(&w);
	wire_free(&info);
	wire_free(&w);
	free(value);
	return text;
}

static void
write_head(struct writer *w, const struct authn_request *q)
{
	char when[CLOCK_TEXT];

	clock_format(q->time, when);
	markup_put(w, "<samlp:AuthnRequest xmlns:samlp=\"" NS_SAMLP "\"");
	/* In the order of canonical XML. */
	markup_attribute(w, "AssertionConsumerServiceURL", q->acs);
	markup_attribute(w, "Destination", q->destination);
	if (q->force_authn)
		markup_attribute(w, "ForceAuthn", "true");
	markup_attribute(w, "ID", q->id);
	markup_attribute(w, "IssueInstant", when);
	markup_attribute(w, "ProtocolBinding", POST);
	markup_attribute(w, "Version", "2.0");
	markup_put(w, "><saml:Issuer xmlns:saml=\"" NS_SAML "\">");
	markup_text(w, q->issuer);
	markup_put(w, "</saml:Issuer>");
}

static void
write_tail(struct writer *w, const struct authn_request *q)
{
	size_t i;

	if (q->nameid_format[0] != '\0') {
		markup_put(w, "<samlp:NameIDPolicy");
		markup_attribute(w, "AllowCreate", "true");
		markup_attribute(w, "Format", q->nameid_format);
		markup_put(w, "></samlp:NameIDPolicy>");
	}
	if (q->authn_contexts->count > 0) {
		markup_put(w, "<samlp:RequestedAuthnContext");
		markup_attribute(w, "Comparison", "exact");
		markup_put(w, ">");
		for (i = 0; i < q->authn_contexts->count; i++) {
			markup_put(w, "<saml:AuthnContextClassRef xmlns:saml=\""
			    NS_SAML "\">");
			markup_text(w, q->authn_contexts->list[i]);
			markup_put(w, "</saml:AuthnContextClassRef>");
		}
		markup_put(w, "</samlp:RequestedAuthnContext>");
	}
	markup_put(w, "</samlp:AuthnRequest>");
}

char *
authn_request_write(const struct authn_request *q, bool enveloped)
{
	struct writer w;
	char *text, *signature;

	wire_init(&w, LIMIT_MESSAGE);
	write_head(&w, q);
	write_tail(&w, q);
	text = markup_string(&w);
	if (enveloped && q->key != NULL) {
		signature = make_signature(q, text);
		free(text);
		wire_reset(&w);
		write_head(&w, q);
		markup_put(&w, signature);
		write_tail(&w, q);
		text = markup_string(&w);
		free(signature);
	}
	wire_free(&w);
	return text;
}

char *
authn_request_post(const struct authn_request *q)
{
	char *text, *encoded;

	text = authn_request_write(q, true);
	encoded = base64_encode(text, strlen(text));
	free(text);
	return encoded;
}

/* Raw DEFLATE, then base64; allocated. */
static char *
deflated(char *text)
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
	z.next_in = (Bytef *)text;
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
authn_request_redirect(const struct authn_request *q)
{
	struct writer query, url;
	char *text, *value;

	text = authn_request_write(q, false);
	value = deflated(text);
	wire_init(&query, LIMIT_MESSAGE);
	put_parameter(&query, "SAMLRequest=", value);
	put_parameter(&query, "&RelayState=", q->id);
	free(text);
	free(value);
	if (q->key != NULL) {
		/* These octets, and no others (bindings 3.4.4.1). */
		put_parameter(&query, "&SigAlg=", RSA_SHA256);
		value = sign(q->key, query.data, query.len);
		put_parameter(&query, "&Signature=", value);
		free(value);
	}
	wire_init(&url, LIMIT_MESSAGE);
	markup_put(&url, q->destination);
	markup_put(&url, strchr(q->destination, '?') == NULL ? "?" : "&");
	wire_put_raw(&url, query.data, query.len);
	text = markup_string(&url);
	wire_free(&query);
	wire_free(&url);
	return text;
}
