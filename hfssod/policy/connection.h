/*
 * Connections as hfssoctl sees and switches them, beside what the
 * configuration says.
 */
#ifndef POLICY_CONNECTION_H
#define POLICY_CONNECTION_H

#include "common/child.h"
#include "common/request.h"
#include "common/verdict.h"
#include "common/wire.h"

#define STATUS_MOST	40960	/* octets of a connection_status's records */
#define STATUS_DEPTH	6
#define STATUS_ITEMS	2000

/* hfssoctl's. */
enum verdict	 connection_enable(struct request *, struct reader *,
		    struct writer *);
enum verdict	 connection_disable(struct request *, struct reader *,
		    struct writer *);
/* verifier's; there is no answer. */
enum verdict	 connection_status(struct request *, struct reader *,
		    struct writer *);
/*
 * Tell a verifier which connections of its group are switched off: when it
 * joins, and when a view takes force.
 */
void		 connection_tell(struct peer *);

#endif
