/*
 * The control socket: hfssoctl's questions.  Some are parent's own; the
 * rest goes as it came to reader, policy or a verifier, and their answer
 * back.
 */
#ifndef PARENT_CONTROL_H
#define PARENT_CONTROL_H

#include <stdbool.h>

#include "common/imsg.h"
#include "common/limits.h"
#include "hfssod/parent/children.h"
#include "hfssod/parent/conf.h"
#include "hfssod/parent/errors.h"

#define CONTROL_CLIENTS	16
#define CONTROL_ASK	10		/* seconds to ask, or to be answered */
/* Seconds when many people are linked anew. */
#define CONTROL_RELINK	LIMIT_SCIM_SECONDS
/* Seconds to be answered when documents are fetched anew. */
#define CONTROL_REFRESH	(LIMIT_FETCH_SLOW_MS / 1000 + 5)

/* Bind and listen; false after a message. */
bool	 control_open(const struct conf *, struct errors *);
void	 control_close(void);
/* A child answers; or is gone, and answers nothing any more. */
void	 control_answer(struct seat *, const struct imsg *);
void	 control_lost(struct seat *);
/* The reload that was asked for is done: NULL, or why not. */
void	 control_reloaded(const char *);

#endif
