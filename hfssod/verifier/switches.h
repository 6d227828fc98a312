/*
 * Connections that hfssoctl has switched off, as policy says.
 */
#ifndef VERIFIER_SWITCHES_H
#define VERIFIER_SWITCHES_H

#include <stdbool.h>

#include "common/child.h"

/* connection_switch: of policy, which says all that are off when it joins. */
handler_fn	 switches_set;
/* Policy has gone: what it said counts no more. */
void		 switches_forget(void);
/* Whether a connection is switched off. */
bool		 switches_off(const char *, const char *);

#endif
