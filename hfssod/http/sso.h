/*
 * Single sign-on, as far as http goes: hand over whole, pass the answer
 * on.
 */
#ifndef HTTP_SSO_H
#define HTTP_SSO_H

#include "common/child.h"
#include "hfssod/http/call.h"

/* /organizations/{org}/saml/{login,consume,metadata}[/{connection}] */
call_fn		 sso_login;
call_fn		 sso_consume;
call_fn		 sso_metadata;

/* sso_started, sp_metadata, login_answer. */
handler_fn	 sso_started;
handler_fn	 sso_metadata_got;
handler_fn	 sso_answered;

#endif
