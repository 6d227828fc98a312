/*
 * The tables, and how an older store becomes one of today.
 */
#ifndef POLICY_SCHEMA_H
#define POLICY_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

struct sqlite3;

/*
 * See that the database is ours and of today's schema; for policy, make
 * or upgrade it.  False with a sentence that says why not, valid until
 * the next call.
 */
bool	 schema_check(struct sqlite3 *, bool, const char **);

/*
 * The work of the above with other steps: step i makes version i + 1 of
 * version i.  All that is missing happens in one transaction.
 */
bool	 schema_upgrade(struct sqlite3 *, const char *const *, size_t,
	    const char **);

#endif
