/*
 * Time.  Seconds since the epoch, UTC, as int64_t everywhere; monotonic
 * milliseconds for deadlines.  Shared by every process.
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

int64_t	 clock_now(void);		/* seconds, UTC */
int64_t	 clock_ms(void);		/* monotonic milliseconds */

/*
 * xs:dateTime in UTC as SAML core 1.3.3 wants it: "2026-11-21T10:00:00Z",
 * with an optional fraction, which is dropped.  A zone offset other than Z
 * is accepted when it is well-formed.  False for anything else.
 */
bool	 clock_parse(const char *, int64_t *);
/* The same, written; the buffer holds CLOCK_TEXT octets. */
#define CLOCK_TEXT	24
void	 clock_format(int64_t, char *);

#endif
