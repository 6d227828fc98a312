/*
 * What hfssoctl is shown, from reader's own connection to the store.
 */
#ifndef POLICY_SHOW_H
#define POLICY_SHOW_H

#include "common/request.h"
#include "common/verdict.h"
#include "common/wire.h"

enum verdict	 show_organizations(struct request *, struct reader *,
		    struct writer *);
enum verdict	 show_members(struct request *, struct reader *,
		    struct writer *);
enum verdict	 show_member(struct request *, struct reader *,
		    struct writer *);
enum verdict	 show_sessions(struct request *, struct reader *,
		    struct writer *);
enum verdict	 show_connections(struct request *, struct reader *,
		    struct writer *);
/* show_group.c */
enum verdict	 show_groups(struct request *, struct reader *,
		    struct writer *);
enum verdict	 show_group(struct request *, struct reader *,
		    struct writer *);

#endif
