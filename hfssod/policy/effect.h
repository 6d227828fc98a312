/*
 * What a turn will change in memory once the store has committed it.
 * Handlers only add to the list; applying can't fail.
 */
#ifndef POLICY_EFFECT_H
#define POLICY_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hfssod/policy/session.h"

struct effect {
	enum { EFFECT_ADD, EFFECT_DROP, EFFECT_STAMP, EFFECT_ACCOUNT,
	    EFFECT_CALL } type;
	bool		 revoke;	/* counts whether committed or not */
	bool		 unwritten;	/* a revocation the store has not */
	uint8_t		 key[SESSION_KEY];
	const struct organization *organization;	/* EFFECT_STAMP */
	struct session	*session;	/* owned */
	struct account	*account;	/* owned */
	void		(*call)(void *, uint64_t);	/* EFFECT_CALL */
	void		*with;		/* not owned */
	uint64_t	 number;
};
struct effects {
	struct effect	*list;
	size_t		 count;
	size_t		 size;
};

/* A new session and its account, both owned by the list from now on. */
void	 effect_add(struct effects *, struct session *, struct account *);
/*
 * A session ends.  A revocation also when the store can't be written: then
 * it holds in memory at once and is repeated (pending.h).  It must be put
 * before the first write of its handler.
 */
void	 effect_drop(struct effects *, const uint8_t [SESSION_KEY], bool);
/* The stamp of one organization ends: a revocation, as above. */
void	 effect_stamp(struct effects *, const uint8_t [SESSION_KEY],
	    const struct organization *);
/*
 * Whether the stamp of that organization, or the whole session, ends with
 * this turn: memory and, if it can't be written, the store have it still.
 */
bool	 effects_end(const struct effects *, const uint8_t [SESSION_KEY],
	    const struct organization *);
/* An account has changed; owned. */
void	 effect_account(struct effects *, struct account *);

/* Call the function with these once it is committed, and only then. */
void	 effect_call(struct effects *, void (*)(void *, uint64_t), void *,
	    uint64_t);

/* Forget what came after so many; revocations stay, as unwritten. */
void	 effects_back(struct effects *, size_t);
/* A request is refused: nothing that came after so many counts. */
void	 effects_refuse(struct effects *, size_t);
/*
 * Do them, in order, and empty the list.  The function is told every
 * session that is dropped although the store has it still, or which stamp
 * of it (else NULL).
 */
typedef void	 effects_unwritten_fn(const struct session *,
		    const struct organization *);
void	 effects_apply(struct effects *, struct sessions *,
	    effects_unwritten_fn *);
void	 effects_free(struct effects *);

#endif
