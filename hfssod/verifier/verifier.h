/*
 * What the rooms of verifier that talk share: the configuration that is in
 * force and the keys that seal.
 */
#ifndef VERIFIER_VERIFIER_H
#define VERIFIER_VERIFIER_H

#include <stdbool.h>

#include "hfssod/verifier/config.h"
#include "hfssod/verifier/seal.h"

/* NULL before the first commit; another one after each. */
const struct config	*verifier_config(void);
/* NULL before policy offered any. */
const struct seal_keys	*verifier_keys(void);
/*
 * Whether the connection may be used now: enabled in the configuration and
 * not switched off by hfssoctl.  A test may use it in any case.
 */
bool			 verifier_enabled(const struct connection *, bool);

/* Tell of every connection how it is, and warn of what ends. */
void			 verifier_look(void);

#endif
