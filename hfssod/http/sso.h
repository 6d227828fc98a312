/*
 * Single sign-on, as far as http goes: hand over whole, pass the answer
 * on.
 */
#ifndef HTTP_SSO_H
#define HTTP_SSO_H

#include "common/child.h"
#include "hfssod/http/call.h"

/* /organizations/{org}/saml/{login,consume,metadata,logout}[/{connection}] */
call_fn		 sso_login;
call_fn		 sso_consume;
call_fn		 sso_metadata;
call_fn		 sso_logout;

/* sso_started, sp_metadata, login_answer, logout_answer. */
handler_fn	 sso_started;
handler_fn	 sso_metadata_got;
handler_fn	 sso_answered;
handler_fn	 sso_logged_out;

#endif
