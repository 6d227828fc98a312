/*
 * How often something has fallen: when to start it again, and when to give
 * up.  Pure; times are monotonic milliseconds.
 */
#ifndef PARENT_FALLING_H
#define PARENT_FALLING_H

#include <stdbool.h>
#include <stdint.h>

#define FALLING_KEEP		10	/* deaths in FALLING_WINDOW: a loop */
#define FALLING_WINDOW		60000
#define FALLING_EARLY		3	/* deaths before ready: a loop */
#define FALLING_LIFE		10000	/* after that it starts at 0 again */
#define FALLING_DELAY_MOST	5000

struct falling {
	int64_t		 deaths[FALLING_KEEP];	/* a ring */
	unsigned int	 next;
	unsigned int	 early;		/* in a row, without being ready */
	int		 delay;		/* of the next start */
};

/*
 * It died now, was born then, and was or was not ready in between.
 * Returns how long to wait before the next start: 0, 100, 200 ... 5000.
 */
int	 falling_died(struct falling *, int64_t, int64_t, bool);
/* Whether it dies too often, as seen now. */
bool	 falling_loop(const struct falling *, int64_t);

#endif
