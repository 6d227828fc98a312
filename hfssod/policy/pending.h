/*
 * Revocations that could not be committed.  They hold in memory at once
 * and are repeated until written.  So that they also hold over a restart,
 * the numbers of their organizations are kept in a small file beside the
 * database, made in full beforehand and overwritten in place, which works
 * on a full disk; a policy that begins and finds organizations in it lets
 * all their stamps end.  A file that can't be understood stands for all.
 */
#ifndef POLICY_PENDING_H
#define POLICY_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hfssod/policy/session.h"
#include "hfssod/policy/store.h"

#define PENDING_FILE		4096	/* octets of the file */
#define PENDING_MOST		500	/* organizations in it */

/* A session that was revoked, or one stamp of it. */
struct pending_key {
	uint8_t		 key[SESSION_KEY];
	int64_t		 organization;	/* 0: all of it */
};
struct pending {
	int		 fd;
	bool		 all;		/* of every organization */
	bool		 dirty;		/* the file must be written again */
	size_t		 organization_count;
	int64_t		 organizations[PENDING_MOST];
	/* Of these the first so many, or all, are of the time before. */
	size_t		 before;
	bool		 before_all;
	int64_t		 last_session;	/* row of the last session then */
	size_t		 key_count;
	struct pending_key *keys;
};

/*
 * Open or make the file and lock it: one policy to a store.  What it holds
 * is of the time before.  False with errno.
 */
bool	 pending_open(struct pending *, const char *);
void	 pending_close(struct pending *);
/* Whether a stamp of that organization ended with the time before. */
bool	 pending_has(const struct pending *, int64_t);
/*
 * This session was revoked, or its stamp of that organization, and the
 * store does not know it yet.
 */
void	 pending_add(struct pending *, const struct session *,
	    const struct organization *);
/* Note in the file what was added; again if it failed. */
void	 pending_note(struct pending *);
/*
 * Whether there is anything to repeat; write it in the caller's
 * transaction; it is committed.
 */
bool	 pending_due(const struct pending *);
void	 pending_write(const struct pending *, struct store *);
void	 pending_written(struct pending *);

#endif
