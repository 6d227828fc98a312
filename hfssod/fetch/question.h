/*
 * One question of the verifier: allowed, resolved, checked, connected,
 * asked, answered.  desk.c keeps the questions, question.c leads one.
 */
#ifndef FETCH_QUESTION_H
#define FETCH_QUESTION_H

#include <sys/queue.h>

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/companion.h"
#include "common/provider.h"
#include "hfssod/fetch/answer.h"
#include "hfssod/fetch/config.h"
#include "hfssod/fetch/link.h"
#include "hfssod/fetch/names.h"
#include "hfssod/fetch/resolver.h"

enum stage {
	STAGE_WAITING,		/* in the queue */
	STAGE_RESOLVING,
	STAGE_CONNECTING,	/* and TLS */
	STAGE_ASKED,
	STAGE_MAX
};

struct question {
	TAILQ_ENTRY(question)	 entry;
	/* Whose it is, and what. */
	uint64_t		 instance;
	uint64_t		 id;
	uint8_t			*octets;	/* what ask points into */
	size_t			 len;
	struct fetch_request	 ask;
	int64_t			 began;		/* clock_ms */
	int64_t			 until;
	struct event		 timer;		/* of until */
	/* Where it is going. */
	enum stage		 stage;
	struct config		*config;
	struct place		*place;
	char			 url[LIMIT_URL + 1];
	struct web_address	 to;
	unsigned int		 hops;
	/* How it gets there. */
	struct lookup		*lookup;
	struct address		 addresses[2 * NAMES_ADDRESSES];
	size_t			 count;
	size_t			 next;		/* to be tried */
	struct event		 attempt;	/* when to try it */
	struct link		*link;
	bool			 reused;	/* the link was kept alive */
	bool			 again;		/* on a new link: no more */
	struct answer		 answer;
	char			 trouble[128];	/* of the last address */
};

/*
 * Take a question of that peer; the octets are copied.  NULL if they are
 * malformed.  Its time begins now.
 */
struct question	*question_new(uint64_t, uint64_t, struct bytes);
/* Its turn has come: the configuration of now is its. */
void		 question_start(struct question *);
/* Clear and free all of it, whatever it is doing. */
void		 question_free(struct question *);

/*
 * desk.c: what came of it; the question is gone afterwards.  The answer's
 * strings are set, but for its organization and connection.
 */
void		 desk_answer(struct question *, struct fetch_answer *);

#endif
