/*
 * Where pages of whole lists begin, remembered: a page by startIndex is
 * found without counting to it.
 */
#ifndef POLICY_SCIM_HINT_H
#define POLICY_SCIM_HINT_H

#include "hfssod/policy/scim_cursor.h"

/*
 * That many rows of the question's list, as often as it had moved by then,
 * come up to that place.
 */
void	 scim_hint_keep(uint64_t, int64_t, const struct scim_progress *);
/* The nearest place before a page that starts there, if any is known. */
void	 scim_hint_use(uint64_t, int64_t, int64_t, struct scim_progress *);

#endif
