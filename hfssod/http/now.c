/*
 * The clocks of http, read once a turn.  Must never be used across a wait
 * for events without now_forget.
 */
#include "common/clock.h"
#include "hfssod/http/now.h"

static int64_t	 ms = -1;
static int64_t	 seconds = -1;

int64_t
now_ms(void)
{
	if (ms == -1)
		ms = clock_ms();
	return ms;
}

int64_t
now_seconds(void)
{
	if (seconds == -1)
		seconds = clock_now();
	return seconds;
}

void
now_forget(void)
{
	ms = seconds = -1;
}
