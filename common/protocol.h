/* How a connection speaks with its identity provider. */
#ifndef COMMON_PROTOCOL_H
#define COMMON_PROTOCOL_H

enum protocol {
	PROTOCOL_SAML,		/* SAML 2.0 */
	PROTOCOL_OIDC,		/* OpenID Connect */
	PROTOCOL_MAX
};

/* As in addresses and the configuration: "saml", "oidc".  Static. */
const char	*protocol_name(enum protocol);

#endif
