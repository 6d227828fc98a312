/*
 * Logout messages of ours, in verifier; pure.  Written in canonical form,
 * as outgoing.h needs it.  Must never leave unsigned.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/verifier/logout_message.h"
#include "hfssod/verifier/markup.h"
#include "hfssod/verifier/outgoing.h"
#include "hfssod/verifier/xml.h"

#define SUCCESS		"urn:oasis:names:tc:SAML:2.0:status:Success"

static bool
is_request(const struct logout_message *m)
{
	return m->in_response_to[0] == '\0';
}

const char *
logout_message_parameter(const struct logout_message *m)
{
	return is_request(m) ? "SAMLRequest" : "SAMLResponse";
}

static void
write_head(struct writer *w, const struct logout_message *m)
{
	char when[CLOCK_TEXT];

	clock_format(m->time, when);
	markup_put(w, is_request(m) ? "<samlp:LogoutRequest" :
	    "<samlp:LogoutResponse");
	markup_put(w, " xmlns:samlp=\"" NS_SAMLP "\"");
	/* In the order of canonical XML. */
	markup_attribute(w, "Destination", m->destination);
	markup_attribute(w, "ID", m->id);
	if (!is_request(m))
		markup_attribute(w, "InResponseTo", m->in_response_to);
	markup_attribute(w, "IssueInstant", when);
	markup_attribute(w, "Version", "2.0");
	markup_put(w, "><saml:Issuer xmlns:saml=\"" NS_SAML "\">");
	markup_text(w, m->issuer);
	markup_put(w, "</saml:Issuer>");
}

static void
write_optional(struct writer *w, const char *name, const char *value)
{
	if (value[0] != '\0')
		markup_attribute(w, name, value);
}

static void
write_tail(struct writer *w, const struct logout_message *m)
{
	const struct name_id *n = &m->name_id;

	if (!is_request(m)) {
		markup_put(w, "<samlp:Status><samlp:StatusCode");
		markup_attribute(w, "Value", SUCCESS);
		markup_put(w, "></samlp:StatusCode></samlp:Status>"
		    "</samlp:LogoutResponse>");
		return;
	}
	markup_put(w, "<saml:NameID xmlns:saml=\"" NS_SAML "\"");
	write_optional(w, "Format", n->format);
	write_optional(w, "NameQualifier", n->name_qualifier);
	write_optional(w, "SPNameQualifier", n->sp_name_qualifier);
	write_optional(w, "SPProvidedID", n->sp_provided_id);
	markup_put(w, ">");
	markup_text(w, n->value);
	markup_put(w, "</saml:NameID>");
	if (m->session_index[0] != '\0') {
		markup_put(w, "<samlp:SessionIndex>");
		markup_text(w, m->session_index);
		markup_put(w, "</samlp:SessionIndex>");
	}
	markup_put(w, "</samlp:LogoutRequest>");
}

char *
logout_message_write(const struct logout_message *m, bool enveloped)
{
	struct writer w;
	char *text, *signature;

	wire_init(&w, LIMIT_SAML_MESSAGE);
	write_head(&w, m);
	write_tail(&w, m);
	text = markup_string(&w);
	if (enveloped) {
		signature = outgoing_signature(m->key, m->id, text);
		free(text);
		wire_reset(&w);
		write_head(&w, m);
		markup_put(&w, signature);
		write_tail(&w, m);
		text = markup_string(&w);
		free(signature);
	}
	wire_free(&w);
	return text;
}

char *
logout_message_redirect(const struct logout_message *m, const char *relay)
{
	struct outgoing o = { logout_message_parameter(m), relay,
	    m->destination, m->key };
	char *text, *url;

	text = logout_message_write(m, false);
	url = outgoing_redirect(&o, text);
	free(text);
	return url;
}

char *
logout_message_post(const struct logout_message *m)
{
	char *text, *encoded;

	text = logout_message_write(m, true);
	encoded = base64_encode(text, strlen(text));
	free(text);
	return encoded;
}
