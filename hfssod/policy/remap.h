/*
 * Members looked at again, by maps that have changed: role map, resource
 * group map, default role.  What memory holds counts by the new ones at
 * once; the store follows in slices, which go on where they were after a
 * restart.
 */
#ifndef POLICY_REMAP_H
#define POLICY_REMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "hfssod/policy/fact.h"

/* A view took force: see which organizations have other maps than before. */
void	 remap_use(void);
/* Whether the store has not yet what the maps give to that account. */
bool	 remap_pending(const struct organization *, int64_t);
/*
 * What they give to a member: its role, and the facts of the resource
 * group map, the caller's to free.  False on failure: nothing is known.
 */
bool	 remap_look(const struct organization *, int64_t, enum role *,
	    struct facts *);
/*
 * A little of it, in a transaction of its own; whether there is more.
 */
bool	 remap_sweep(void);

#endif
