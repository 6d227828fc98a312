/*
 * Accounts as logins find, make and keep them: the rows behind an
 * identity.
 */
#ifndef POLICY_JIT_H
#define POLICY_JIT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/exchange.h"
#include "hfssod/policy/account.h"

/* What the store has of who signs in. */
struct found {
	bool		 known;		/* else there is no such account */
	bool		 own;		/* profile is no login's to change */
	bool		 claim;		/* no identity yet: user_claimed */
	int64_t		 invitation;	/* row of the one he accepts; or 0 */
	int64_t		 row;
	int64_t		 identity;
	enum account_state state;
	char		 account[ACCOUNT_ID + 1];
	char		 name[LIMIT_NAME + 1];
	char		 email[LIMIT_EMAIL + 1];
	char		 display_name[LIMIT_DISPLAY_NAME + 1];
	char		 given[LIMIT_DISPLAY_NAME + 1];
	char		 family[LIMIT_DISPLAY_NAME + 1];
	char		 username[LIMIT_VALUE + 1];
	uint64_t	 name_id;	/* hash of the whole NameID */
};

/* By connection and subject; false on failure of the store. */
bool		 jit_find(struct found *, const struct connection *,
		    const struct identity *);
/*
 * May an account be made for somebody who is not known?  ok, or
 * account_conflict, account_ended, account_unknown (or unavailable).
 * *what, for the log, is the identifier that another account has.  Never
 * in a basic organization.
 */
enum verdict	 jit_allowed(const struct connection *,
		    const struct identity *, const char **);
/*
 * A new opaque id: the time and 64 random bits, so that what is made at
 * one time lies together in the store's index.
 */
void		 jit_id(char [ACCOUNT_ID + 1]);
/*
 * Whether the account of that row (0: a new one) may have the name: ok,
 * bad_request, taken (or unavailable); *why says why not.
 */
enum verdict	 jit_name_allowed(const char *, int64_t, const char **);
/*
 * The id, name and name to show that an account made now would have; id
 * and a suffix made of it are others each time.  False if the store failed.
 */
bool		 jit_propose(struct found *, const struct identity *);
/* Make account, name and identity, and tell audit; fills found. */
bool		 jit_make(struct found *, const struct connection *,
		    const struct identity *, const struct request *);
/*
 * Bring a known account up to what the provider says now; where SCIM or
 * the person has written the profile, it stays.
 */
bool		 jit_refresh(struct found *, const struct connection *,
		    const struct identity *);
/*
 * Keep what a login left for "still there?" (check.h), if the connection
 * asks that; none leaves the one of an earlier login.
 */
void		 jit_check_keep(const struct connection *, int64_t,
		    struct bytes);
/* From when a check counts, made now: a little earlier, by chance. */
int64_t		 jit_check_since(const struct connection *, int64_t);
/* The name to show: as sent, else made of its parts. */
void		 jit_display_name(const struct identity *,
		    char [LIMIT_DISPLAY_NAME + 1]);
/* The whole NameID as it is stored; wire_free it. */
void		 jit_name_id(const struct name_id *, struct writer *);

#endif
