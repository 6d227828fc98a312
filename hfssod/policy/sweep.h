/*
 * Housekeeping, a little each second: what has ended leaves, what waits is
 * written.
 */
#ifndef POLICY_SWEEP_H
#define POLICY_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

/* Begin the clock; once, after the event base is there. */
void	 sweep_start(void);
/* If a second has passed, do a second's work in its own transaction. */
void	 sweep_due(void);
/* Do it with this turn: there is something new. */
void	 sweep_now(void);
/* Whether there is more to do than a second's work: come again soon. */
bool	 sweep_soon(void);
/*
 * A second's work, also at the end of the process (true: everything that
 * waits is written).  False if the store could not take it.
 */
bool	 sweep_run(bool);

#endif
