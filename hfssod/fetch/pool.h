/*
 * Links kept alive between questions.  One serves the same connection
 * (of the same configuration) and origin as before, and no other.
 */
#ifndef FETCH_POOL_H
#define FETCH_POOL_H

#include <stdbool.h>

#include "hfssod/fetch/config.h"
#include "hfssod/fetch/link.h"

/*
 * A link that stands and is quiet, the freshest; NULL if there is none.
 * The last says that it must not have rested for long, for a request that
 * can't be repeated.  The caller uses it with link_use.
 */
struct link	*pool_take(const struct place *, const char *, bool);
/* Keep a link whose answer has ended.  The origin is copied. */
void		 pool_keep(struct link *, const struct place *, const char *);
/* Close all of them: the configuration is another. */
void		 pool_clear(void);

#endif
