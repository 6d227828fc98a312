/*
 * scim brake: so many of an organization's Users may be deactivated or
 * deleted within a time; whatever comes then is refused until somebody
 * releases it.
 */
#ifndef POLICY_BRAKE_H
#define POLICY_BRAKE_H

#include "hfssod/policy/scim.h"

/*
 * Somebody is about to be deactivated or deleted: count it in the caller's
 * transaction, unless he was not active any more; while the brake holds that
 * is refused as well.  ok, scim_brake (retry_after and detail are set,
 * nothing is written), or unavailable.
 */
enum verdict	 brake_count(struct scim *, bool);
/*
 * After a request that the brake refused, outside of what was undone: it
 * holds from now on, and audit says so once.
 */
void		 brake_hold(struct scim *);

/* The handler of `hfssoctl scim release` (turn.h). */
enum verdict	 scim_release(struct request *, struct reader *,
		    struct writer *);

#endif
