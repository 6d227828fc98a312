/*
 * Refusals before anything was proved: counted per connection, verdict,
 * address and minute, and written once in a minute, so that strangers
 * can't fill the disk.
 */
#ifndef POLICY_REFUSAL_H
#define POLICY_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/request.h"
#include "common/verdict.h"
#include "hfssod/policy/store.h"
#include "hfssod/policy/table.h"

/* Different ones in a minute; all further are counted as of address ::. */
#define REFUSALS_MOST	128
#define REFUSALS_KEPT	(7 * 86400)	/* seconds in the store */

struct refusals {
	struct table	 table;
	int64_t		 minute;
};
void	 refusals_init(struct refusals *);
void	 refusals_free(struct refusals *);
/* connection: "organization/connection", as named in the outcome. */
void	 refusal_count(struct refusals *, int64_t, const char *, enum verdict,
	    const struct address *);
/* Whether a minute is over and has to be written. */
bool	 refusals_due(const struct refusals *, int64_t);
/*
 * Write all, within the caller's transaction; refusals_written once that
 * is committed.
 */
void	 refusals_write(struct refusals *, struct store *);
void	 refusals_written(struct refusals *);

#endif
