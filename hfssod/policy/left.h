/*
 * Whom a provider has signed out of late, for logins that are under way:
 * one that was begun to be judged before that must not outlive it.
 */
#ifndef POLICY_LEFT_H
#define POLICY_LEFT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/exchange.h"
#include "hfssod/policy/directory.h"

/*
 * A logout of this connection that was verified, now: of a person, of
 * sessions of his, or of one session whoever has it.
 */
void	 left_note(const struct connection *, const char *,
	    const struct strings *);
/*
 * Whether the one with this identity was signed out after that moment, in
 * monotonic milliseconds.  What is longer ago than a minute is forgotten.
 */
bool	 left_since(const struct connection *, const struct identity *,
	    int64_t);

#endif
