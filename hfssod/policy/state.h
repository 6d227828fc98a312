/*
 * What policy holds: the rooms that talk share this one value.  Pure rooms
 * never see it.
 */
#ifndef POLICY_STATE_H
#define POLICY_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/message.h"
#include "common/view.h"
#include "hfssod/policy/audit.h"
#include "hfssod/policy/directory.h"
#include "hfssod/policy/effect.h"
#include "hfssod/policy/pending.h"
#include "hfssod/policy/refusal.h"
#include "hfssod/policy/session.h"
#include "hfssod/policy/store.h"
#include "hfssod/policy/token.h"

struct state {
	struct store		*store;
	struct directory	*directory;
	struct policy_view	*view;		/* in force; or NULL */
	struct sessions		 sessions;
	struct effects		 effects;
	struct audit		 audit;
	struct refusals		 refusals;
	struct pending		 pending;
	struct tokens		 tokens;

	/* Of the request that is being run, set by its dispatcher: */
	struct session		*session;	/* who it is; or NULL */
	const struct token	*token;		/* or what it is; or NULL */
	const char		*group;		/* the peer's verifier group */
	uint64_t		 asker;		/* the peer's instance */
	size_t			 unsent;	/* octets that wait for it */
	/* and what its handler may add: */
	uint64_t		 origin;	/* instance to answer; or 0 */
	enum message		 also;		/* to tell another; or none, */
	uint64_t		 also_to;	/* its instance */
	struct writer		 also_octets;
	const char		*event;		/* to be logged; or NULL */
	char			 line[1024];	/* what to say of it */
};
extern struct state	 state;

/* Name the event of this request and what there is to say of it. */
void	 state_event(const char *, const char *, ...)
	    __attribute__((__format__(printf, 2, 3)));
/* Say more. */
void	 state_event_more(const char *, ...)
	    __attribute__((__format__(printf, 1, 2)));

/*
 * Reader: where its store is; it is opened when it is first needed.  Open
 * says whether it is open now, and says in the log why not.
 */
void	 state_reader(const char *);
bool	 state_open(void);
/*
 * Load what the store has into memory: directory, sessions, what was
 * pending.  The store must be open.  False on failure.
 */
bool	 state_load(void);
void	 state_free(void);
/* A view takes force; the one before is freed. */
void	 state_use(struct policy_view *);
/* Bring the store up to the view; false: try again. */
bool	 state_bind(void);

#endif
