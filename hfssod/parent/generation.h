/*
 * Generations of the configuration: views and files in sealed memory, and
 * prepare, commit or abort over all children.
 *
 * A child that starts gets the generation that is committed, whatever lies
 * on disk by now.  A reload goes to all children that are up; if one of
 * them refuses it, dies or does not answer, it is forgotten everywhere.
 * Children that are not up are waited for a little, then they get the new
 * generation when they come.
 */
#ifndef PARENT_GENERATION_H
#define PARENT_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "hfssod/parent/children.h"
#include "hfssod/parent/conf.h"
#include "hfssod/parent/errors.h"

/*
 * Make the next generation from a conf, which it takes over.  False after
 * messages: a file can't be read; the conf is freed.  parent_committed or
 * parent_aborted follows.
 */
bool	 generation_begin(struct conf *, struct errors *);
/* One is being prepared. */
bool	 generation_pending(void);
/* The conf that is committed; at the first start the one that will be. */
const struct conf	*generation_conf(void);

/* Told by children.c. */
void	 generation_boot(struct seat *);
void	 generation_prepared(struct seat *, uint64_t, bool, const char *);
void	 generation_lost(struct seat *);

#endif
