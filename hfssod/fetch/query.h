/*
 * One question of DNS to one server: by UDP, and again by TCP where the
 * answer was too long.
 */
#ifndef FETCH_QUERY_H
#define FETCH_QUERY_H

#include <stddef.h>

#include "hfssod/fetch/dns.h"
#include "hfssod/fetch/names.h"

struct query;

/* What came of it: never DNS_TRUNCATED or DNS_FOREIGN. */
typedef void	 query_fn(void *, enum dns_answer, const struct address *,
		    size_t);

/*
 * Ask a server.  The function is called once, later, if anything comes of
 * it; the caller limits the time.  NULL if it can't be asked at all.
 */
struct query	*query_start(const struct server *, const char *,
		    enum dns_type, query_fn *, void *);
/* Forget it, also within its function. */
void		 query_free(struct query *);

#endif
