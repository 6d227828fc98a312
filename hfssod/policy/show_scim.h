/*
 * What hfssoctl is shown of SCIM, from reader's own connection to the
 * store (turn.h).
 */
#ifndef POLICY_SHOW_SCIM_H
#define POLICY_SHOW_SCIM_H

#include "common/request.h"
#include "common/verdict.h"
#include "common/wire.h"

/* The log, the newest first. */
enum verdict	 show_scim_log(struct request *, struct reader *,
		    struct writer *);
/*
 * Where provisioning and sign-ins disagree: an array of what, member or
 * group, detail and a time.
 */
enum verdict	 show_drift(struct request *, struct reader *,
		    struct writer *);

#endif
