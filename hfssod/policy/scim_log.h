/*
 * The log of SCIM requests: every write, and every read that is refused.
 */
#ifndef POLICY_SCIM_LOG_H
#define POLICY_SCIM_LOG_H

#include "hfssod/policy/scim.h"

/* Monotonic microseconds. */
int64_t	 scim_log_clock(void);
/*
 * A line, in the caller's transaction: the method, the resource with the id
 * that was asked for (its name is the request's, if that is known), what
 * became of it, and when it began by the clock above.
 */
void	 scim_log_write(struct scim *, const char *, enum scim_resource,
	    const char *, enum verdict, int64_t);
/*
 * Once a minute and in a transaction of its own: lines older than the
 * organization keeps them go, so many at a time.  True: there are more.
 */
bool	 scim_log_sweep(void);

#endif
