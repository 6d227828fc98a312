/*
 * What SCIM clients find out about us (RFC 7644 4, RFC 7643 5 to 7): JSON
 * made of the table of attributes.  Pure.  A filter on any of these is
 * refused by who calls: scim_forbidden.
 */
#ifndef HTTP_SCIM_DISCOVERY_H
#define HTTP_SCIM_DISCOVERY_H

#include <stdbool.h>

#include "common/scim_exchange.h"
#include "hfssod/http/buffer.h"

struct scim_service {
	const char	*url;		/* as in struct scim_json */
	enum scim_base	 base;
	bool		 dry;		/* the token is of a dry run */
};

void	 scim_discovery_config(struct buffer *, const struct scim_service *);
/* All of them, a ListResponse. */
void	 scim_discovery_types(struct buffer *, const struct scim_service *);
void	 scim_discovery_schemas(struct buffer *, const struct scim_service *);
/* The one with this id ("User"; a URN); false: there is none. */
bool	 scim_discovery_type(struct buffer *, const struct scim_service *,
	    const char *);
bool	 scim_discovery_schema(struct buffer *, const struct scim_service *,
	    const char *);

#endif
