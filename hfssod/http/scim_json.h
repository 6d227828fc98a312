/*
 * SCIM resources to JSON, and which attributes of them are wanted (RFC 7644
 * 3.9).  Pure.
 */
#ifndef HTTP_SCIM_JSON_H
#define HTTP_SCIM_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "common/scim_tree.h"
#include "hfssod/http/buffer.h"

#define SCIM_JSON_TYPE	"application/scim+json;charset=utf-8"

/* A bit for every attribute's number. */
struct scim_selection {
	uint64_t	 bits[(SCIM_NUMBER_MAX + 63) / 64];
};
/* All but what is never returned. */
void	 scim_select_all(struct scim_selection *);
/* What is always returned; with attributes=, scim_select adds the others. */
void	 scim_select_least(struct scim_selection *);
/* This attribute with its sub-attributes, and what it is a part of. */
void	 scim_select(struct scim_selection *, enum scim_number);
/* excludedAttributes=: not this one nor its parts, unless always returned. */
void	 scim_deselect(struct scim_selection *, enum scim_number);
bool	 scim_selected(const struct scim_selection *, enum scim_number);

/* How a resource is to be said. */
struct scim_json {
	/*
	 * Where SCIM is, without a slash at the end:
	 * "https://hub.example.com/api/organizations/acme/scim/v2".
	 */
	const char			*base;
	enum scim_resource		 resource;	/* USER or GROUP */
	const struct scim_selection	*selection;	/* NULL: all */
	int64_t				 version;	/* 0: not said */
};

/*
 * One resource as an object.  schemas, meta.resourceType, meta.location,
 * meta.version and the $ref of groups and members are made here, whatever
 * the tree says of them.
 */
void	 scim_json_resource(struct buffer *, const struct scim_json *,
	    const struct scim_value *);
/*
 * The same in pieces, for a group whose members follow: the object without
 * its end; then values of members, as many times as they come (if members
 * are selected; opened is false before the first time, and begun after);
 * then the end.
 */
void	 scim_json_begin(struct buffer *, const struct scim_json *,
	    const struct scim_value *);
void	 scim_json_members(struct buffer *, const struct scim_json *,
	    const struct scim_value *, size_t, bool *);
void	 scim_json_end(struct buffer *, bool);
/* The address of a resource, escaped for JSON, without quotes. */
void	 scim_json_location(struct buffer *, const char *,
	    enum scim_resource, const char *);

#endif
