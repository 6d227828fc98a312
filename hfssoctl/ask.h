/* The conversation with hfssod over its control socket. */
#ifndef HFSSOCTL_ASK_H
#define HFSSOCTL_ASK_H

#include <stdbool.h>

#include "common/imsg.h"
#include "common/message.h"
#include "common/wire.h"

/*
 * Connect and say hello.  NULL after a message on stderr: it is not
 * reachable.
 */
struct imsgbuf	*ask_open(const char *);
/*
 * Ask, and wait for the answer (at most so many seconds), which is good
 * until the next call.  False after a message on stderr.
 */
bool	 ask(struct imsgbuf *, enum message, const struct writer *, int,
	    struct imsg *);
/* Wait until it closes the connection, because it has ended. */
void	 ask_until_end(struct imsgbuf *);

#endif
