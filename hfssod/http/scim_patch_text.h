/*
 * The body of a SCIM PATCH (RFC 7644 3.5.2) and of what identity providers
 * send in its place, to operations.  Pure.
 */
#ifndef HTTP_SCIM_PATCH_TEXT_H
#define HTTP_SCIM_PATCH_TEXT_H

#include "common/scim_filter.h"
#include "hfssod/http/scim_bind.h"

struct scim_patch_text {
	size_t			 count;
	struct scim_operation	*operations;	/* in the pool */
};

/*
 * USER or GROUP; the liberties and refusals of scim_bind.h, and those of
 * paths (scim_path_text.h).  One operation of the body may become several:
 * without a path, each member of the value whose name is itself a path
 * with a filter is one.  At most LIMIT_SCIM_OPERATIONS, and
 * LIMIT_SCIM_PATCHED members in all of them, else scim_too_large.
 */
enum verdict	 scim_patch_read(struct scim_pool *, enum scim_resource,
		    const struct json *, struct scim_patch_text *,
		    unsigned int *, struct scim_fault *);

#endif
