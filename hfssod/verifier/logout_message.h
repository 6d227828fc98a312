/*
 * A LogoutRequest (SAML core 3.7.1) or LogoutResponse (3.7.2) of ours.
 * Pure.
 */
#ifndef VERIFIER_LOGOUT_MESSAGE_H
#define VERIFIER_LOGOUT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/exchange.h"
#include "hfssod/verifier/key.h"

struct logout_message {
	const char		*id;
	int64_t			 time;
	const char		*issuer;	/* our entityID */
	const char		*destination;
	const struct key_pair	*key;		/* signs, always */
	/* A response, which is always of success: what it answers. */
	const char		*in_response_to; /* "" : it is a request */
	/* A request: whose session. */
	struct name_id		 name_id;
	const char		*session_index;	/* "" : none */
};

/* The document, signed within itself or not.  Allocated. */
char	*logout_message_write(const struct logout_message *, bool);
/* The address with the message in its query, signed.  Allocated. */
char	*logout_message_redirect(const struct logout_message *, const char *);
/* The value of the parameter in a form: base64.  Allocated. */
char	*logout_message_post(const struct logout_message *);
/* The name of the parameter. */
const char *logout_message_parameter(const struct logout_message *);

#endif
