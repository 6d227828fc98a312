/*
 * The state of an unfinished login, sealed into a cookie (design section
 * 6): what we asked, when, and where the browser wants to go.  Pure.
 *
 * base64url of: version (1 octet), key id (8), time (8), salt (24),
 * ciphertext, tag (16).  AES-256-GCM; its key and nonce are derived by
 * HKDF-SHA256 from the daily key and the random salt, so each is used
 * once.  What stands before the salt and the context are associated data.
 */
#ifndef VERIFIER_SEAL_H
#define VERIFIER_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/exchange.h"
#include "common/limits.h"
#include "common/verdict.h"

#define SEAL_ID		41	/* "_" and 40 hex digits */
#define SEAL_SECRET	32	/* octets */

/* What the state is good for; no other context opens it. */
struct seal_context {
	const char	*organization;
	const char	*connection;
	const char	*protocol;	/* "saml", "oidc" */
	const char	*purpose;	/* "login", "logout", "test" */
};

struct login_state {
	char		 id[SEAL_ID + 1];	/* of the request */
	int64_t		 time;			/* it was made, seconds */
	/* Random: nonce and PKCE verifier are derived from it. */
	uint8_t		 secret[SEAL_SECRET];
	bool		 test;			/* a connection test */
	char		 return_to[LIMIT_RETURN_TO + 1];
};

/* The keys, as policy offered them; owned octets. */
struct seal_keys {
	uint64_t	 id[2];			/* 0: none */
	uint8_t		 key[2][LOGIN_KEY];
};

/* Load what is loaded once: before the sandbox. */
void		 seal_start(void);
/* A new request id: random. */
void		 seal_new_id(char id[SEAL_ID + 1]);
/* Whether the text has the form of a request id of ours. */
bool		 seal_is_id(const char *);

/*
 * Seal with the current key, which must be there.  Allocated text, the
 * caller frees it.
 */
char		*seal_close(const struct seal_keys *,
		    const struct seal_context *, const struct login_state *);
/*
 * Open.  ok; login_unknown: malformed or of a key we don't have;
 * login_elsewhere: of another context, or not ours; login_expired: older
 * than LIMIT_LOGIN_SECONDS at the given moment.
 */
enum verdict	 seal_open(const struct seal_keys *,
		    const struct seal_context *, const char *, int64_t,
		    struct login_state *);
/*
 * The time a value claims to be of, without opening it: good enough to
 * choose which cookie goes first.  0 if unreadable.
 */
int64_t		 seal_time(const struct seal_keys *, const char *);

#endif
