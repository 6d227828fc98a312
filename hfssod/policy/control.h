/*
 * What hfssoctl changes: sessions revoked, roles given.
 */
#ifndef POLICY_CONTROL_H
#define POLICY_CONTROL_H

#include "common/record.h"
#include "common/request.h"
#include "common/verdict.h"
#include "common/wire.h"

enum verdict	 session_revoke(struct request *, struct reader *,
		    struct writer *);
enum verdict	 member_role(struct request *, struct reader *,
		    struct writer *);

/*
 * Who asks and what; parent made sure of the first.  False, and a line in the
 * log, if it is malformed: it was passed on unread.
 */
bool		 control_question(struct reader *, const char **,
		    struct ctl_question *);

#endif
