/*
 * The sign-in page: which organization?
 */
#ifndef HTTP_LOGIN_H
#define HTTP_LOGIN_H

#include "hfssod/http/call.h"

/*
 * GET {prefix}/login, with ?organization=X[&connection=Y] or ?email=a@b
 * and ?return=.
 */
call_fn	 login_page;

#endif
