/*
 * Which resource groups a SCIM group gives, by the API and by hfssoctl; and
 * grants made by hand beside them.
 */
#ifndef POLICY_LINK_H
#define POLICY_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/request.h"
#include "common/role.h"
#include "common/verdict.h"
#include "common/wire.h"
#include "hfssod/policy/directory.h"

/* A SCIM group and who asks, for what follows. */
struct linking {
	struct organization	*organization;
	int64_t			 row;		/* of the SCIM group */
	const char		*id;
	const char		*name;		/* displayName */
	const char		*by;		/* for the audit */
	const struct request	*request;	/* or NULL */
};
/*
 * The group gives a role in the resource group from now on: ok,
 * no_group_named, group_not_empty (and not adopted: somebody has it
 * otherwise), too_large.
 */
enum verdict	 link_put(const struct linking *, const char *, enum role,
		    bool);
/* Or gives none: ok, or no_group_named if there is no such link. */
enum verdict	 link_remove(const struct linking *, const char *);
/* Whether a SCIM group gives this resource group: people are not edited. */
bool		 link_any(struct store *, int64_t);

/* Handlers of hfssoctl's questions (turn.h); link_change: scim_group.h. */
enum verdict	 scim_link(struct request *, struct reader *,
		    struct writer *);
enum verdict	 scim_unlink(struct request *, struct reader *,
		    struct writer *);
enum verdict	 member_grant(struct request *, struct reader *,
		    struct writer *);
enum verdict	 member_ungrant(struct request *, struct reader *,
		    struct writer *);

#endif
