/*
 * Live sessions, in memory: found by the SHA-256 of the cookie, each with
 * its account.  The store has the same; this is what is asked.
 */
#ifndef POLICY_SESSION_H
#define POLICY_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire.h"
#include "hfssod/policy/account.h"
#include "hfssod/policy/table.h"

#define SESSION_KEY	32	/* octets: SHA-256 of the cookie's text */
#define SESSION_COOKIE_TEXT 43	/* 32 random octets as base64url */
#define SESSION_HANDLE	17	/* 16 hex digits and a NUL */

/* Signed in to one organization. */
struct stamp {
	struct organization	*organization;
	struct connection	*connection;
	int64_t			 since;
	int64_t			 expires;	/* as stored */
};
struct session;
/* An account with its sessions; the account in it is replaced whole. */
struct person {
	uint64_t		 hash;		/* of row: the key */
	int64_t			 row;
	struct account		*account;
	struct session		*sessions;
};
struct session {
	uint8_t			 key[SESSION_KEY];
	int64_t			 row;
	uint64_t		 handle;	/* public */
	struct person		*person;
	struct session		*next;		/* of the same person */
	int64_t			 created;
	int64_t			 used;		/* last use */
	int64_t			 written;	/* what the store has of it */
	size_t			 stamp_count;
	struct stamp		 stamps[];
};

struct sessions {
	struct table	 by_key;
	struct table	 persons;
	size_t		 sweep;		/* next slot to look at */
};
void	 sessions_init(struct sessions *);
void	 sessions_free(struct sessions *);

/* With room for so many stamps, all zero; owned by the caller. */
struct session	*session_new(size_t);
/* What a cookie's octets are known by; false if they can't be a cookie. */
bool	 session_key(struct bytes, uint8_t [SESSION_KEY]);
/* NULL if there is none. */
struct session	*session_find(const struct sessions *,
		    const uint8_t [SESSION_KEY]);
struct session	*session_by_handle(const struct sessions *, const char *);
struct person	*session_person(const struct sessions *, int64_t);
/*
 * Add a session of the account with that number: both are owned by the
 * table from now on.  The account replaces the one that is known.
 */
void	 session_add(struct sessions *, struct session *, struct account *);
/*
 * At the start: an account that sessions will be added to; owned by the
 * table, which keeps it as long as it has one.
 */
void	 session_expect(struct sessions *, struct account *);
/* Remove and free; a person without sessions goes too. */
void	 session_drop(struct sessions *, struct session *);
/* Likewise one stamp, and with the last one the session. */
void		 session_stamp_drop(struct sessions *, struct session *,
		    const struct organization *);
/* Replace an account; freed if nobody has a session of it. */
void	 session_account(struct sessions *, struct account *);
/* The public handle as text. */
void	 session_handle(const struct session *, char [SESSION_HANDLE]);
/*
 * Whether the stamp counts now: its organization and connection are
 * configured, it has not ended and, if the organization says so, the
 * session was used lately enough.
 */
bool	 session_stamp_live(const struct session *, const struct stamp *,
	    int64_t);
bool	 session_live(const struct session *, int64_t);

/*
 * A part of a round over all sessions: calls the function for at most so
 * many slots.  It must not add or drop; it is told every session once in a
 * round that nothing is dropped in.
 */
void	 sessions_some(struct sessions *, size_t,
	    void (*)(struct session *, void *), void *);

#endif
