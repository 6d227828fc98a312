/*
 * The brake: so many Users of an organization may be deactivated or
 * deleted by SCIM within a time, then an administrator has to say yes.
 */
#ifndef POLICY_BRAKE_H
#define POLICY_BRAKE_H

#include "hfssod/policy/scim.h"

/*
 * One more active User is to be deactivated or deleted: count it, or
 * refuse with scim_brake, detail and retry_after set.  Before any write of
 * the request but its own; what it writes is undone with a refused request.
 */
enum verdict	 brake_count(struct scim *);

#endif
