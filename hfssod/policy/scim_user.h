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

/* What hfssoctl does as well; by is for the audit: "uid 0". */
enum verdict	 user_deactivate(int64_t, const struct organization *,
		    const char *);
enum verdict	 user_reactivate(int64_t, const struct organization *,
		    const char *);
enum verdict	 user_delete(int64_t, const struct organization *,
		    const char *);
enum verdict	 user_restore(int64_t, const struct organization *,
		    const char *);
/* Identities: unlink ends his sessions. */
enum verdict	 user_unlink(int64_t, const struct organization *,
		    const char *);
/*
 * A login by somebody who has no identity: the account that SCIM made for
 * him through this connection, linked from now on.  ok with found filled,
 * account_unknown if there is none, or why not.
 */
enum verdict	 user_claim(struct found *, const struct connection *,
		    const struct identity *, const struct request *);

#endif
