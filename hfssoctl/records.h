/* Records as they travel, to a JSON tree.  Pure. */
#ifndef HFSSOCTL_RECORDS_H
#define HFSSOCTL_RECORDS_H

#include <stdbool.h>

#include <jansson.h>

#include "common/wire.h"

/*
 * The one value that is left in the reader; NULL if it is malformed.  Times
 * become strings: in UTC as "2026-11-21T10:00:00Z", or with local set as
 * local time "2026-11-21 11:00:00"; zero becomes null.  The caller frees
 * it with json_decref.
 */
json_t	*records_json(struct reader *, bool);

#endif
