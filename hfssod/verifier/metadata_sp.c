/*
 * Our metadata, in verifier; pure.  Must show certificates only, and every
 * one that is in use, so that a key can be rolled over.
 */
#include "common/limits.h"
#include "hfssod/verifier/markup.h"
#include "hfssod/verifier/metadata_sp.h"
#include "hfssod/verifier/xml.h"

#define REDIRECT "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
#define POST	"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
#define XMLENC11	"http://www.w3.org/2009/xmlenc11#"

/* What we decrypt, best first; CBC only within a signed Response. */
static const char *const encryption_methods[] = {
	XMLENC11 "aes256-gcm", XMLENC11 "aes128-gcm", NS_XENC "aes256-cbc",
	NS_XENC "aes128-cbc", NS_XENC "rsa-oaep-mgf1p",
};

static void
write_key(struct writer *w, const char *use, const struct key_pair *pair,
    bool encryption)
{
	size_t i, count;

	markup_put(w, "    <md:KeyDescriptor");
	markup_attribute(w, "use", use);
	markup_put(w, ">\n      <ds:KeyInfo xmlns:ds=\"" NS_DS "\">"
	    "<ds:X509Data><ds:X509Certificate>");
	markup_text(w, pair->certificate);
	markup_put(w, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n");
	count = sizeof(encryption_methods) / sizeof(encryption_methods[0]);
	for (i = 0; encryption && i < count; i++) {
		markup_put(w, "      <md:EncryptionMethod");
		markup_attribute(w, "Algorithm", encryption_methods[i]);
		markup_put(w, "/>\n");
	}
	markup_put(w, "    </md:KeyDescriptor>\n");
}

static void
write_logout(struct writer *w, const char *binding, const char *address)
{
	markup_put(w, "    <md:SingleLogoutService");
	markup_attribute(w, "Binding", binding);
	markup_attribute(w, "Location", address);
	markup_put(w, "/>\n");
}

char *
metadata_sp_write(const struct metadata_sp *m)
{
	struct writer w;
	char *text;
	size_t i;

	wire_init(&w, LIMIT_FILE);
	markup_put(&w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<md:EntityDescriptor xmlns:md=\"" NS_MD "\"");
	markup_attribute(&w, "entityID", m->entity_id);
	markup_put(&w, ">\n  <md:SPSSODescriptor");
	markup_attribute(&w, "AuthnRequestsSigned",
	    m->requests_signed ? "true" : "false");
	markup_attribute(&w, "WantAssertionsSigned",
	    m->assertions_signed ? "true" : "false");
	markup_attribute(&w, "protocolSupportEnumeration", NS_SAMLP);
	markup_put(&w, ">\n");
	for (i = 0; i < m->sign->count; i++)
		write_key(&w, "signing", &m->sign->list[i], false);
	for (i = 0; i < m->decrypt->count; i++)
		write_key(&w, "encryption", &m->decrypt->list[i], true);
	if (m->slo != NULL) {
		write_logout(&w, REDIRECT, m->slo);
		write_logout(&w, POST, m->slo);
	}
	if (m->nameid_format[0] != '\0') {
		markup_put(&w, "    <md:NameIDFormat>");
		markup_text(&w, m->nameid_format);
		markup_put(&w, "</md:NameIDFormat>\n");
	}
	markup_put(&w, "    <md:AssertionConsumerService");
	markup_attribute(&w, "Binding", POST);
	markup_attribute(&w, "Location", m->acs);
	markup_attribute(&w, "index", "0");
	markup_attribute(&w, "isDefault", "true");
	markup_put(&w, "/>\n  </md:SPSSODescriptor>\n"
	    "</md:EntityDescriptor>\n");
	text = markup_string(&w);
	wire_free(&w);
	return text;
}
