/*
 * SCIM requests in policy and reader: what all of them share.
 */
#ifndef POLICY_SCIM_H
#define POLICY_SCIM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/scim_exchange.h"
#include "common/verdict.h"
#include "hfssod/policy/directory.h"
#include "hfssod/policy/store.h"
#include "hfssod/policy/token.h"

/*
 * Groups that a list has met, so that their names are read once and not for
 * every User in them.  Only where nothing changes meanwhile.
 */
#define SCIM_SEEN	64
struct scim_seen_group {
	int64_t			 row;		/* 0: none */
	int64_t			 edition;
	const char		*id;
	const char		*display;
	bool			 within;	/* another group, maybe */
};
struct scim_seen {
	struct scim_pool	*pool;		/* of their strings */
	struct scim_seen_group	 groups[SCIM_SEEN];	/* by row % SCIM_SEEN */
};

/* One request, from its beginning to its answer. */
struct scim {
	struct token		 token;
	const struct scim_where	*where;
	struct store		*store;		/* the copy in a dry run */
	int64_t			 organization;	/* row */
	int64_t			 connection;	/* row: whose Users it sees */
	bool			 basic;		/* invitations */
	/* Policy only; NULL in reader. */
	struct organization	*at;
	struct connection	*of;
	struct scim_pool	*pool;
	struct scim_seen	*seen;		/* NULL: none are kept */
	int64_t			 now;
	char			 by[TOKEN_NAME + 8]; /* for the audit */
	char			 detail[512];	/* for the client */
	uint32_t		 retry_after;	/* likewise, seconds */
	/* For the log: its userName or displayName ("" or NULL: its id). */
	const char		*name;
	char			 changed[256];	/* attributes */
};

/*
 * Begin: the token (that the dispatcher has resolved: state.token, or in
 * reader token_find) must be of this organization, the base must fit its
 * mode (else not_found), and it must have one of the rights (0: any).  The
 * caller has zeroed the struct; a pool that is in it (made to decode the
 * request) is used, else one is made.  scim_close frees the pool; call it
 * whatever this returned.
 */
enum verdict	 scim_open(struct scim *, const struct scim_where *,
		    struct store *, unsigned int);
void		 scim_close(struct scim *);
/* Refuse and say why, to the client: returns the verdict. */
enum verdict	 scim_refuse(struct scim *, enum verdict, const char *, ...)
		    __attribute__((__format__(printf, 3, 4)));

/*
 * If-Match and If-None-Match of a write, against the version that the
 * resource has: ok or scim_precondition.
 */
enum verdict	 scim_conditions(struct scim *, const struct scim_write *,
		    int64_t);
/*
 * An audit event of this request, by its token: its type, opaque id and
 * name of whom it is about ("" where there is none), a key and its value.
 */
void		 scim_tell(struct scim *, const char *, const char *,
		    const char *, const char *, const char *);

/* Handlers (turn.h). */
enum verdict	 scim_admit(struct request *, struct reader *,
		    struct writer *);
enum verdict	 scim_me(struct request *, struct reader *, struct writer *);
enum verdict	 scim_read(struct request *, struct reader *,
		    struct writer *);
enum verdict	 scim_write(struct request *, struct reader *,
		    struct writer *);
/* Their answer with a verdict alone. */
void		 scim_answer_refuse(struct writer *, enum verdict);

#endif
