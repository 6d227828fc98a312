/*
 * SCIM Users of managed organizations, which are accounts; scim_basic.c
 * has those of basic ones, which are invitations.
 */
#ifndef POLICY_SCIM_USER_H
#define POLICY_SCIM_USER_H

#include "hfssod/policy/account.h"
#include "hfssod/policy/jit.h"
#include "hfssod/policy/scim.h"

/*
 * A write to a User, within the caller's transaction: audit, sessions,
 * role and grants follow.  Fills the answer's resource (but for DELETE).
 */
enum verdict	 scim_user_write(struct scim *, const struct scim_write *,
		    struct scim_answer *);
enum verdict	 scim_basic_write(struct scim *, const struct scim_write *,
		    struct scim_answer *);
/* By id; false if there is none that the token may see. */
bool		 scim_user_show(struct scim *, const char *,
		    struct scim_answer *);
/* The User that an account with this row is in the organization. */
bool		 scim_user_me(struct scim *, int64_t, struct scim_answer *);
/* Those two for invitations. */
bool		 scim_basic_show(struct scim *, const char *,
		    struct scim_answer *);
bool		 scim_basic_me(struct scim *, int64_t, struct scim_answer *);

/*
 * What hfssoctl does as well, within the caller's transaction; by is for
 * the audit: "uid 0".  The row is an account's; in a basic organization
 * they change its invitation there.  ok, already, no_member_named if it is
 * not the organization's, taken if somebody else has its names now,
 * account_ended if it was deleted too long ago to be restored, unavailable.
 */
enum verdict	 user_deactivate(int64_t, const struct organization *,
		    const char *);
enum verdict	 user_reactivate(int64_t, const struct organization *,
		    const char *);
enum verdict	 user_delete(int64_t, const struct organization *,
		    const char *);
enum verdict	 user_restore(int64_t, const struct organization *,
		    const char *);
/*
 * Identities of this connection (NULL: of every one of the organization):
 * unlink ends his sessions.  no_identity_named if there is none.
 */
enum verdict	 user_unlink(int64_t, const struct organization *,
		    const struct connection *, const char *);

/*
 * A login by somebody who has no identity: the account that SCIM made for
 * him through this connection.  Nothing is written: ok with found filled
 * and its claim set, account_unknown if there is none, or why not.
 */
enum verdict	 user_claim(struct found *, const struct connection *,
		    const struct identity *);
/* Write it: the account is linked from now on.  False on failure. */
bool		 user_claimed(struct found *, const struct connection *,
		    const struct identity *, const struct request *);
/*
 * Basic organizations: may somebody with an identity still sign in to it?
 * ok, account_ended or unavailable.
 */
enum verdict	 basic_allowed(const struct found *,
		    const struct connection *);

#endif
