/*
 * Connections that hfssoctl has switched off, as policy says.
 */
#ifndef VERIFIER_SWITCHES_H
#define VERIFIER_SWITCHES_H

#include <stdbool.h>

#include "common/child.h"

/* connection_switch. */
handler_fn	 switches_set;
/* Whether a connection is switched off. */
bool		 switches_off(const char *, const char *);

#endif
