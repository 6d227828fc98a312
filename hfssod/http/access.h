/*
 * Forward-auth: a reverse proxy asks whether a request may pass.
 */
#ifndef HTTP_ACCESS_H
#define HTTP_ACCESS_H

#include "common/child.h"
#include "hfssod/http/call.h"

call_fn		 access_request;	/* /auth/request: nginx */
call_fn		 access_forward;	/* /auth/forward: Caddy, Traefik */

handler_fn	 access_answered;	/* access_answer */

#endif
