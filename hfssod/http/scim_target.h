/*
 * What an address of the API names.  Pure.
 */
#ifndef HTTP_SCIM_TARGET_H
#define HTTP_SCIM_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/limits.h"
#include "common/scim_exchange.h"
#include "hfssod/http/parse.h"

enum scim_place {
	SCIM_PLACE_NONE,	/* nothing of ours: 404 to who may ask */
	SCIM_PLACE_VERSION,	/* another protocol version */
	SCIM_PLACE_CONFIG,	/* /ServiceProviderConfig */
	SCIM_PLACE_TYPES,	/* /ResourceTypes[/{id}] */
	SCIM_PLACE_SCHEMAS,	/* /Schemas[/{id}] */
	SCIM_PLACE_ALL,		/* /Users, /Groups */
	SCIM_PLACE_ONE,		/* /Users/{id}, /Groups/{id} */
	SCIM_PLACE_SEARCH,	/* /.search, /Users/.search, /Groups/.search */
	SCIM_PLACE_BASE,	/* the base itself: a search by GET */
	SCIM_PLACE_BULK,
	SCIM_PLACE_ME,
	SCIM_PLACE_LINKS,	/* scim-groups/{id}/links[/{slug}] */
	SCIM_PLACE_MAX
};

struct scim_target {
	enum scim_place		 place;
	enum scim_base		 base;
	enum scim_resource	 resource;	/* ANY where it is of no type */
	/* Decoded; "" where there is none, or none that could exist. */
	char			 organization[LIMIT_NAME + 1];
	char			 id[LIMIT_SCIM_ID + 1];
	char			 slug[LIMIT_SLUG + 1];
	char			 schema[256];	/* id of a schema or type */
};

/*
 * Take the path of a request apart, below /api/organizations/.  False if
 * it could be read in two ways (path_plain): 400.
 */
bool	 scim_target_parse(struct bytes, struct scim_target *);
/* The METHOD() set that a place answers to, with an id or without. */
unsigned int scim_target_methods(const struct scim_target *);
/*
 * The path of a resource below the base, as an operation of Bulk has it:
 * "/Users", "/Groups/2819c223".  False for anything else.
 */
bool	 scim_target_inner(const char *, size_t, struct scim_target *);

#endif
