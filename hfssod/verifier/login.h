/*
 * The start of a login: our request, and the sealed state that will know
 * the answer.  Pure but for randomness.
 */
#ifndef VERIFIER_LOGIN_H
#define VERIFIER_LOGIN_H

#include <stdint.h>

#include "common/exchange.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/seal.h"

/* The answer to http, and what its strings point into. */
struct login {
	struct sso_started	 started;
	struct login_state	 state;
	char			*url;
	char			*request;
	char			*cookie;
	char			 cookie_name[9];
};

/*
 * Begin a login at the given moment.  keys is NULL before policy offered
 * any.  The verdict is in started, provider_unreachable where the
 * provider's documents are not there yet; login_free must follow.
 */
void	 login_begin(const struct config *, const struct seal_keys *,
	    const struct sso_request *, int64_t, struct login *);
void	 login_free(struct login *);

/* The connection that a request is for; NULL: none of that protocol. */
const struct connection	*login_connection(const struct config *,
		    const struct sso_request *);
/* What a connection's login, logout or test state is sealed for. */
struct seal_context login_context(const struct connection *, const char *);
/*
 * The state that a RelayState of our form names, by the cookies of a
 * request: ok, login_unknown, login_elsewhere or login_expired.  The name
 * is that of the cookie if it is of no more use, else "".
 */
enum verdict	 login_find(const struct seal_keys *,
		    const struct seal_context *, const struct sso_request *,
		    const char *, int64_t, struct login_state *,
		    const char **);
/*
 * Make the state: a random id, the time, a random secret, and the cookie
 * that seals it.
 */
void		 login_seal(const struct seal_keys *,
		    const struct seal_context *, int64_t, struct login *);

#endif
