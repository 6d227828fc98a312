/*
 * The time of this turn: asked of the system once, however many requests
 * the turn has.
 */
#ifndef HTTP_NOW_H
#define HTTP_NOW_H

#include <stdint.h>

int64_t	 now_ms(void);		/* as clock_ms */
int64_t	 now_seconds(void);	/* as clock_now */
/* The turn is over: the next question is asked anew. */
void	 now_forget(void);

#endif
