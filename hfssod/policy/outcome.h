/*
 * What every outcome of a verifier has to pass, whatever it says: it is of
 * a connection that this verifier may speak for, and counts once.
 */
#ifndef POLICY_OUTCOME_H
#define POLICY_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/request.h"
#include "common/verdict.h"
#include "common/wire.h"
#include "hfssod/policy/directory.h"

/* The hashes that make it count once; either may be empty. */
struct burn {
	struct bytes	 login;		/* of our own request */
	struct bytes	 message;	/* of the provider's */
	int64_t		 until;		/* it could be accepted till then */
};

/*
 * The connection with these names, for state.group: ok,
 * unknown_organization, wrong_group, or unavailable while the store does
 * not know it yet.  *why, for the log, says more.  It may be disabled.
 */
enum verdict	 outcome_place(const char *, const char *,
		    struct connection **, const char **);
/* Likewise, for what is no outcome: NULL with a warning that names this. */
struct connection *outcome_connection(const char *, const char *,
		    const char *);
/* Whether it may be signed in with: ok, or connection_disabled. */
enum verdict	 outcome_enabled(const struct connection *);
/*
 * Count a refusal of what names this organization and connection ("" : its
 * first) and comes from there.
 */
void		 outcome_refused(const char *, const char *, enum verdict,
		    const struct address *);
/*
 * Whether it may still count now: ok, replayed, saml_expired or
 * oidc_expired, unavailable.
 */
enum verdict	 outcome_once(const struct connection *, const struct burn *,
		    int64_t, const char **);
/* Make sure that it can't count again: ok, replayed or unavailable. */
enum verdict	 outcome_burn(const struct burn *, int64_t);

#endif
