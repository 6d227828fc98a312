/*
 * Names to addresses, over DNS, without waiting.
 */
#ifndef FETCH_RESOLVER_H
#define FETCH_RESOLVER_H

#include <stddef.h>

#include "common/request.h"
#include "hfssod/fetch/config.h"

struct lookup;

/*
 * What came of it: addresses (of IPv4 first), which live as long as the
 * call; or none, and why (static).
 */
typedef void	 lookup_fn(void *, const struct address *, size_t,
		    const char *);

/* Once, before the sandbox. */
void		 resolver_init(struct event_base *);
/* Ask these name servers from now on. */
void		 resolver_servers(const struct config *);
/*
 * Look a name up: a literal address is itself, a name of the hosts file
 * has the addresses there and no others, everything else is asked for.
 * The function is called once, always later, and not after
 * lookup_cancel.  The lookup is gone then.
 */
struct lookup	*lookup_start(const struct config *, const char *, lookup_fn *,
		    void *);
void		 lookup_cancel(struct lookup *);

#endif
