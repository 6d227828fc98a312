/*
 * What identity providers say at the logout addresses of a connection.
 */
#ifndef HTTP_SIGNOUT_H
#define HTTP_SIGNOUT_H

#include "common/child.h"
#include "hfssod/http/call.h"

/* /organizations/{org}/saml/logout[/{connection}]: a SAML message. */
call_fn		 signout_message;
/*
 * /organizations/{org}/oidc/logout[/{connection}]: back from the provider's
 * own sign-out, or in a frame of its page (front-channel).
 */
call_fn		 signout_return;
/* /organizations/{org}/oidc/backchannel-logout[/{connection}] */
call_fn		 signout_backchannel;

handler_fn	 signout_answered;	/* logout_answer */

#endif
