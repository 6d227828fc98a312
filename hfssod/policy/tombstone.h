/*
 * Tombstones: what is left of deleted accounts.
 */
#ifndef POLICY_TOMBSTONE_H
#define POLICY_TOMBSTONE_H

#include <stdbool.h>

/*
 * Once a minute, in transactions of its own and so many at a time: the
 * profile of those who were deleted longer ago than their organization
 * restores them is cleared.  Id, name, userName, externalId and identities
 * stay: nobody gets them, and who ended stays ended.  True: there are more.
 */
bool	 tombstone_sweep(void);

#endif
