/*
 * What first sign-ins of managed and of basic organizations share.
 */
#ifndef POLICY_SCIM_CLAIM_H
#define POLICY_SCIM_CLAIM_H

#include "hfssod/policy/jit.h"

/*
 * The account of the row that one of the statements claim_* is at, as one
 * to be claimed; returns when it was linked.  The statement goes on.
 */
int64_t	 claim_take(struct found *, enum statement);
/*
 * Nobody of that connection (its row) has the subject any more: a deleted
 * account is no more linked to it.
 */
void	 claim_free(int64_t, const char *);
/* The identity is his from now on, and the audit says so by this event. */
bool	 claim_identity(struct found *, const struct connection *,
	    const struct identity *, const struct request *, const char *);

#endif
