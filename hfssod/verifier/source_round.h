/*
 * Fetching the documents of a source, one after the other, and what
 * becomes of each answer.
 */
#ifndef VERIFIER_SOURCE_ROUND_H
#define VERIFIER_SOURCE_ROUND_H

#include "hfssod/verifier/source_room.h"

/* Beside bits of kinds: */
#define SOURCE_MISSING	(1u << 30)	/* those without a usable one */
#define SOURCE_DUE	(1u << 29)	/* those whose time has come */
#define SOURCE_ALL	(~0u)

/*
 * Fetch these, or those too if something is being fetched already; where
 * fetch is away, when it comes back.  confirm: settle a doubt at once.
 */
void	 source_round(struct source *, unsigned int, bool);
/* Forget the question of this moment. */
void	 source_round_drop(struct source *);
/*
 * A document was read and is in use: its entity tag and octets, and that
 * it is of this moment.
 */
void	 source_took(struct source *, enum document_kind, const char *,
	    struct bytes);
/* A document in use turned out to be of none. */
void	 source_round_refused(struct source *, enum document_kind,
	    const char *);

/* Of source.c: nothing more is to be fetched now. */
void	 source_round_ended(struct source *);

#endif
