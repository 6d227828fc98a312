/*
 * Dry runs.  In policy and reader.  Must never let a dry token's request
 * reach the live store.
 */
#include <stdlib.h>

#include "hfssod/policy/dryrun.h"

void
dryrun_start(const char *directory)
{
	(void)directory;
}

void
dryrun_stop(void)
{
}

void
dryrun_begin(void *unused, uint64_t row)
{
	(void)unused;
	(void)row;
}

void
dryrun_end(void *unused, uint64_t row)
{
	(void)unused;
	(void)row;
}

void
dryrun_due(void)
{
}

enum verdict
dryrun_enter(const struct token *token)
{
	(void)token;
	return VERDICT_token_not_ready;
}

enum verdict
dryrun_leave(enum verdict v)
{
	return v;
}

struct store *
dryrun_store(struct store *live, const struct token *token)
{
	return token->dry ? NULL : live;
}
