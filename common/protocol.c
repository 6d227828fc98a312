/* Names of protocols.  Shared; pure. */
#include "common/protocol.h"

const char *
protocol_name(enum protocol p)
{
	static const char *const	 names[PROTOCOL_MAX] = {
		"saml", "oidc"
	};

	return (unsigned int)p < PROTOCOL_MAX ? names[p] : "unknown";
}
