/*
 * Membership of an organization: its role, its resource groups, and the
 * end of a member's sessions.
 */
#ifndef POLICY_MEMBER_H
#define POLICY_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/exchange.h"
#include "hfssod/policy/directory.h"
#include "hfssod/policy/jit.h"
#include "hfssod/policy/rolemap.h"
#include "hfssod/policy/session.h"

/* Why somebody has a role in a resource group; kept in the store. */
enum grant_source {
	GRANT_MANUAL = 1,
	GRANT_LOGIN = 2,
	GRANT_LINK = 3		/* of a SCIM group: computed, never stored */
};
/* "manual", "login map", "SCIM group"; "" for another number. */
const char	*grant_source_name(int);

/* What a login makes of a membership; decided before anything is written. */
struct member_change {
	bool			 member;	/* it is one already */
	bool			 suspended;	/* a login lifts it */
	enum role		 before;
	enum role		 role;
	enum role_source	 source_before;
	enum role_source	 source;
};
/*
 * Decide: ok, or no_role (or unavailable); *why, for the log, says more.
 * Nothing is written.
 */
enum verdict	 member_decide(struct member_change *,
		    const struct connection *, const struct found *,
		    const struct identity *, const char **);
/* Write it: membership, last login, grants, audit.  False on failure. */
bool		 member_login(const struct member_change *,
		    const struct connection *, const struct found *,
		    const struct identity *, const struct request *);

/*
 * Every session of that account that is signed in to the organization (or
 * any, with NULL) ends: a revocation.  How many there were.
 */
size_t		 member_sessions_end(int64_t, const struct organization *);
/*
 * Likewise, but a session that is signed in elsewhere too goes on there
 * without its stamp of the organization.
 */
size_t		 member_stamps_end(int64_t, const struct organization *);
/* One session ends, in the store and as an effect; revoke: see effect.h. */
void		 member_session_end(const uint8_t [SESSION_KEY], bool);

#endif
