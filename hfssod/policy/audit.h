/*
 * The audit log: every identity event, in order, each record chained to
 * the one before by SHA-256, so that nothing can be taken out or changed
 * without its showing in all that follow.
 */
#ifndef POLICY_AUDIT_H
#define POLICY_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/request.h"
#include "common/wire.h"
#include "hfssod/policy/store.h"

#define AUDIT_HASH	32

struct audit {
	bool		 known;		/* id and hash are the last record's */
	int64_t		 id;
	uint8_t		 hash[AUDIT_HASH];
	struct writer	 record;	/* the one being written */
};

/* What every event has; "" and NULL where there is none. */
struct audit_event {
	const char	*organization;
	const char	*account;	/* opaque id */
	const char	*name;		/* account name */
	const char	*by;		/* who did it; "" : the account */
	const struct request *request;
};

void	 audit_init(struct audit *);
void	 audit_free(struct audit *);
/*
 * Begin an event; the caller adds what is its own to audit.record with
 * record_string and the like, then ends it with its type
 * ("org.sso_login").  End writes it into the caller's transaction; a
 * failure is the store's (store_failed).
 */
void	 audit_begin(struct audit *, const struct audit_event *);
void	 audit_end(struct audit *, struct store *, const char *);
/* Something was undone: look at the store again before the next one. */
void	 audit_forget(struct audit *);

/*
 * Check the chain from this record on (the first is 1).  Returns 0 if it
 * holds, the number of the first record that doesn't, or -1 if the store
 * can't be read.  *count, when not NULL, is how many were checked.
 */
int64_t	 audit_verify(struct store *, int64_t, int64_t *);

#endif
