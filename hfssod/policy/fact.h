/*
 * Facts of the resource group map: what values of a login have given, as
 * grants of the login map.
 */
#ifndef POLICY_FACT_H
#define POLICY_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hfssod/policy/directory.h"

struct fact {
	int64_t		 group;
	enum role	 role;
	char		*value;
};
/* In the order of group and value. */
struct facts {
	struct fact	*list;
	size_t		 count;
};

/* Those the store has of an account, in that organization. */
void	 facts_stored(const struct organization *, int64_t, struct facts *);
/* Those that the map in force makes of the values. */
void	 facts_wanted(const struct organization *, const struct strings *,
	    struct facts *);
/* Write what differs, from the first to the second; whether any does. */
bool	 facts_replace(int64_t, const struct facts *, const struct facts *);
void	 facts_free(struct facts *);

#endif
