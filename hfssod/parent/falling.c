/* When to start again, and when to give up.  In parent.  Pure. */
#include "hfssod/parent/falling.h"

int
falling_died(struct falling *f, int64_t now, int64_t born, bool ready)
{
	int	 delay;

	f->deaths[f->next] = now;
	f->next = (f->next + 1) % FALLING_KEEP;
	f->early = ready ? 0 : f->early + 1;
	if (now - born >= FALLING_LIFE)
		f->delay = 0;
	delay = f->delay;
	if (delay == 0)
		f->delay = 100;
	else if (delay * 2 < FALLING_DELAY_MOST)
		f->delay = delay * 2;
	else
		f->delay = FALLING_DELAY_MOST;
	return delay;
}

bool
falling_loop(const struct falling *f, int64_t now)
{
	int64_t	 oldest;

	/* The next place to write is the oldest entry; 0 was never used. */
	oldest = f->deaths[f->next];
	return f->early >= FALLING_EARLY ||
	    (oldest != 0 && now - oldest < FALLING_WINDOW);
}
