/*
 * A source from within: what source.c (who asks, who waits, when) and
 * source_read.c (what a document means) share, and nobody else.
 */
#ifndef VERIFIER_SOURCE_ROOM_H
#define VERIFIER_SOURCE_ROOM_H

#include <sys/queue.h>

#include "hfssod/verifier/config.h"
#include "hfssod/verifier/schedule.h"
#include "hfssod/verifier/source.h"

#define SOURCE_DIGEST	32
#define SOURCE_RESULT	320

struct event;

/* One of its documents. */
struct source_document {
	char		*url;		/* NULL: not known yet */
	char		*etag;		/* of the one in use; or NULL */
	int64_t		 fetched;	/* seconds: that one; 0: none */
	int64_t		 due;		/* clock_ms: to be fetched then */
	unsigned int	 failures;	/* in a row */
	bool		 tried;
	char		 result[SOURCE_RESULT]; /* of the last try */
	int64_t		 kept;		/* seconds: given to policy; 0: not */
	uint8_t		 digest[SOURCE_DIGEST];	/* of what it was given */
	int64_t		 replaced;	/* seconds: all keys were; 0: never */
};

struct source_waiter {
	TAILQ_ENTRY(source_waiter) entry;
	struct source	*source;
	source_fn	*fn;
	void		*arg;
	bool		 strict;	/* old documents are no success */
	struct event	*timer;
};
TAILQ_HEAD(source_waiters, source_waiter);

struct source {
	TAILQ_ENTRY(source)	 entry;
	const struct connection	*connection;	/* in force */
	uint8_t			 same[SOURCE_DIGEST]; /* of its settings */
	struct source_document	 documents[DOCUMENT_MAX];

	bool			 has_idp, has_discovery, has_keys;
	struct metadata_idp	 idp;
	struct discovery	 discovery;
	struct jwk_set		 keys;
	/* What shares no key with the above; to be said a second time. */
	bool			 doubt;
	struct metadata_idp	 doubt_idp;
	struct jwk_set		 doubt_keys;

	/* The questions of this moment. */
	uint64_t		 question;	/* 0: none */
	enum document_kind	 kind;		/* it is for */
	unsigned int		 wanted;	/* bits of kinds, to be asked */
	bool			 confirm;	/* settle a doubt at once */
	bool			 again;		/* that was done */
	int64_t			 deadline;	/* clock_ms, of all */
	enum verdict		 failure;	/* of this round, or ok */
	char			 detail[SOURCE_RESULT];
	int64_t			 failed;	/* clock_ms of the last; 0 */
	struct source_waiters	 waiters;
	struct throttle		 rekeys;	/* anybody may ask for */
	struct throttle		 rekeys_told;	/* the provider asked for */
	/* What policy kept is used first. */
	bool			 begun;
	bool			 keeping;
	enum document_kind	 kept_kind;
	struct event		*timer;
};

/* Whether a document of that kind is one of the source's. */
bool	 source_has(const struct source *, enum document_kind);
/* Whether there is a good one in use. */
bool	 source_holds(const struct source *, enum document_kind);

enum source_news {
	SOURCE_USELESS,		/* detail says why */
	SOURCE_DOUBTFUL,	/* waits for a second one like it */
	SOURCE_TAKEN,		/* in use now */
	SOURCE_REPLACED		/* and shares no key with the one before */
};
/*
 * Read a document and put it in the place of the one before.  The moment
 * is in seconds; *why (static or until the next call) says why it is of
 * no use.
 */
enum source_news source_read(struct source *, enum document_kind,
		    const void *, size_t, int64_t, const char **);
/* Forget all that was read. */
void	 source_forget(struct source *);
/* What the documents in use say of how long they are good. */
void	 source_hints(const struct source *, enum document_kind,
	    struct schedule_hints *);

#endif
