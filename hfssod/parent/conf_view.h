/*
 * What each kind of process is told of the configuration, and no more than
 * it needs.  Pure.  The names of the files that a view uses are added to
 * the list; they belong to the conf.
 */
#ifndef PARENT_CONF_VIEW_H
#define PARENT_CONF_VIEW_H

#include "common/wire.h"
#include "hfssod/parent/conf.h"

void	 conf_view_http(const struct conf *, const struct conf_listen *,
	    struct writer *, struct strings *);
/* The named verifier group's organizations. */
void	 conf_view_verifier(const struct conf *, const char *,
	    struct writer *, struct strings *);
/* Where the named group's connections may fetch from. */
void	 conf_view_fetch(const struct conf *, const char *,
	    struct writer *, struct strings *);
void	 conf_view_policy(const struct conf *, struct writer *);

#endif
