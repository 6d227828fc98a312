/*
 * Single sign-on, as far as http goes: hand over whole, pass the answer
 * on.
 */
#ifndef HTTP_SSO_H
#define HTTP_SSO_H

#include <stdbool.h>
#include <stdint.h>

#include "common/child.h"
#include "common/exchange.h"
#include "hfssod/http/call.h"

/* /organizations/{org}/{saml,oidc}/{login,consume}[/{connection}] */
call_fn		 sso_login;
call_fn		 sso_consume;
/* /organizations/{org}/saml/metadata[/{connection}] */
call_fn		 sso_metadata;

/* sso_started, sp_metadata, login_answer. */
handler_fn	 sso_started;
handler_fn	 sso_metadata_got;
handler_fn	 sso_answered;

/*
 * Hand a request of a connection's address to its verifier: which endpoint
 * it is, in which message, and where to return to.  As a call_fn.
 */
bool		 sso_hand_over(struct call *, const struct incoming *,
		    enum endpoint, enum message, const char *);
/*
 * On to the identity provider.  leave: at the end of a session, whose
 * cookie goes.  form: what came from our own form gets a page instead of a
 * redirect, as in login.c.
 */
void		 sso_go(struct call *, const struct sso_started *, bool leave,
		    bool form);
/* In a begun answer, a login cookie; nothing if the name is "". */
void		 sso_login_cookie(struct call *, const char *, const char *,
		    int64_t);

#endif
