/*
 * Basic organizations: a SCIM User is an invitation of somebody who has an
 * account already, accepted by his first sign-in.
 */
#ifndef POLICY_SCIM_BASIC_H
#define POLICY_SCIM_BASIC_H

#include "hfssod/policy/scim_user.h"

/* hfssoctl's changes of the invitation of an account; as in scim_user.h. */
enum verdict	 basic_set_active(int64_t, const struct organization *, bool,
		    const char *);
enum verdict	 basic_remove(int64_t, const struct organization *,
		    const char *);
/* The id and the name of an account, for the audit. */
void		 basic_named(int64_t, char [ACCOUNT_ID + 1],
		    char [LIMIT_NAME + 1]);
/* His identity is gone: the invitation waits for a sign-in again. */
void		 basic_unlinked(int64_t, const struct organization *);

/* Whom a login accepts the invitation of; see user_claim. */
enum verdict	 basic_claim(struct found *, const struct connection *,
		    const struct identity *);
bool		 basic_claimed(struct found *, const struct connection *,
		    const struct identity *, const struct request *);

#endif
