/*
 * SCIM filters and paths as text again, for tests: every bracket is
 * written.  Cut to the size.
 */
#ifndef REGRESS_SCIM_FILTER_PRINT_H
#define REGRESS_SCIM_FILTER_PRINT_H

#include <stddef.h>

#include "common/scim_filter.h"

void	 scim_filter_print(const struct scim_filter *, char *, size_t);
void	 scim_path_print(const struct scim_path *, char *, size_t);

#endif
