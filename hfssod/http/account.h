/*
 * One's own session: what it is, and leaving it.
 */
#ifndef HTTP_ACCOUNT_H
#define HTTP_ACCOUNT_H

#include <stdbool.h>

#include "common/child.h"
#include "common/exchange.h"
#include "hfssod/http/call.h"

call_fn		 account_page;		/* GET {prefix}/account */
call_fn		 account_leave;		/* GET {prefix}/logout */
call_fn		 account_left;		/* POST {prefix}/logout */
call_fn		 account_signed_out;	/* GET {prefix}/signed-out */

handler_fn	 account_shown;		/* session_shown */
handler_fn	 account_ended;		/* session_ended */

/* Whether a call is about to end its session, or has done so. */
bool		 account_leaving(const struct call *);
/* To the page that says so; the session cookie goes. */
void		 account_gone(struct call *);
/* Its address, which also says what the identity provider has done. */
void		 account_address_gone(struct buffer *, enum logout_result);
/*
 * No answer will come.  True if the session had ended before, and the call
 * was answered so.
 */
bool		 account_lost(struct call *);

#endif
