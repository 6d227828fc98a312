/*
 * The questions of the verifier: so many at once, so many that wait.
 */
#ifndef FETCH_DESK_H
#define FETCH_DESK_H

#include "common/child.h"

/* Handler of fetch_get. */
void	 desk_ask(struct peer *, uint64_t, struct reader *);
/* The one who asked is gone: so are its questions. */
void	 desk_lost(struct peer *);
/* Once in each turn: whose turn it is. */
void	 desk_turn(void);

#endif
