/*
 * One's own session: what it is, and leaving it.
 */
#ifndef HTTP_ACCOUNT_H
#define HTTP_ACCOUNT_H

#include "common/child.h"
#include "hfssod/http/call.h"

call_fn		 account_page;		/* GET {prefix}/account */
call_fn		 account_leave;		/* GET {prefix}/logout */
call_fn		 account_left;		/* POST {prefix}/logout */
call_fn		 account_signed_out;	/* GET {prefix}/signed-out */

handler_fn	 account_shown;		/* session_shown */
handler_fn	 account_ended;		/* session_ended */

#endif
