/*
 * AuthnRequest, in verifier; pure.  Written in the very form that
 * exclusive canonicalization gives, so that it is digested as it stands.
 * Must never sign anything but what is written here.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/verifier/authn_request.h"
#include "hfssod/verifier/markup.h"
#include "hfssod/verifier/outgoing.h"
#include "hfssod/verifier/xml.h"

#define POST		"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

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
		signature = outgoing_signature(q->key, q->id, text);
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

char *
authn_request_redirect(const struct authn_request *q)
{
	struct outgoing m = { "SAMLRequest", q->id, q->destination, q->key };
	char *text, *url;

	text = authn_request_write(q, false);
	url = outgoing_redirect(&m, text);
	free(text);
	return url;
}
