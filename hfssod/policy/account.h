/*
 * An account as it is kept in memory while it has a live session: what
 * decisions and answers need, in one piece of memory, never changed but
 * replaced by a new one.
 */
#ifndef POLICY_ACCOUNT_H
#define POLICY_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/role.h"
#include "hfssod/policy/directory.h"
#include "hfssod/policy/name.h"

enum account_state {	/* kept in the store */
	ACCOUNT_ACTIVE = 1,
	ACCOUNT_DEACTIVATED = 2,
	ACCOUNT_DELETED = 3
};

/* A resource group with the effective role: the highest of all grants. */
struct held {
	const struct group	*group;
	enum role		 role;
};
struct member {
	const struct organization *organization;
	enum role		 role;
	uint32_t		 held_count;
	const struct held	*held;		/* sorted by slug */
};
struct account {
	int64_t			 row;
	uint64_t		 epoch;		/* what it was built of */
	enum account_state	 state;
	uint32_t		 member_count;
	const struct member	*members;
	const char		*name;
	const char		*email;
	const char		*display_name;
	char			 id[ACCOUNT_ID + 1];
};

/*
 * How many times what many accounts hold has changed: an account in memory
 * of another epoch is loaded again before it counts.
 */
extern uint64_t		 grants_epoch;

/* Of that organization; NULL if it is no member. */
const struct member *account_member(const struct account *,
		    const struct organization *);

/*
 * One account from the store; NULL if there is none or on failure.  Freed
 * by free.
 */
struct account	*account_load(struct store *, struct directory *, int64_t);
/*
 * Every account that has a session, in turn to the function, which owns
 * it; false on failure.
 */
bool		 account_load_all(struct store *, struct directory *,
		    void (*)(struct account *, void *), void *);

#endif
