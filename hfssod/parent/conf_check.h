/*
 * The cross checks of a connection, in two parts.  Each adds messages for
 * what is wrong.  Pure.
 */
#ifndef PARENT_CONF_CHECK_H
#define PARENT_CONF_CHECK_H

#include "hfssod/parent/conf.h"
#include "hfssod/parent/errors.h"

/* A copy in lower case, which is how hosts and domains are compared. */
const char	*conf_folded(struct conf *, const char *);

/* Leave out what became the same as one before. */
void		 conf_unique(struct strings *);

/* conf_check_connection.c: names, domains, what SAML asks for. */
void		 check_connection(struct conf *, struct conf_organization *,
		    struct conf_connection *, struct errors *);

/*
 * conf_check_provider.c: the addresses of the identity provider, what
 * fetch may do for it, and the client that we are there.  Fills what
 * conf_check makes of a connection.
 */
void		 check_provider(struct conf *, struct conf_organization *,
		    struct conf_connection *, struct errors *);
/* The settings of fetch for all, and the files it needs. */
void		 check_fetch(struct conf *, struct errors *);

#endif
