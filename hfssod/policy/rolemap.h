/*
 * Role map and resource group map: what an identity provider's values
 * give.  Pure.
 */
#ifndef POLICY_ROLEMAP_H
#define POLICY_ROLEMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "common/role.h"
#include "common/view.h"
#include "common/wire.h"

/* Where somebody's organization role came from; kept in the store. */
enum role_source {
	ROLE_SOURCE_DEFAULT = 1,
	ROLE_SOURCE_MAP = 2,
	ROLE_SOURCE_MANUAL = 3
};
/* "default", "map", "manual"; "" for another number. */
const char	*role_source_name(int);

/*
 * What a role map looks at, by the kind of its lines: values of the last
 * login, names of SCIM groups of this moment, SCIM roles.  NULL: none.
 */
struct role_inputs {
	const struct strings	*of[ROLE_LINE_MAX];
};
/* "" , "group ", "scim-role ": how a line of that kind is written. */
const char	*role_line_name(enum role_line);
/* Whether the map has a line of that kind. */
bool		 rolemap_has(const struct policy_organization *,
		    enum role_line);
/* Whether a line names a SCIM group of that name. */
bool		 rolemap_names(const struct policy_organization *,
		    const char *);

/*
 * The role that the map's lines give for these values, first or highest as
 * the organization says; ROLE_NONE if no line matches.  Values compare
 * exactly.  A line that gives admin by what SCIM says counts only if it is
 * elevated.
 */
enum role	 rolemap_match(const struct policy_organization *,
		    const struct role_inputs *);
/* The line that gives it; NULL if no line matches. */
const struct view_role_line *rolemap_line(const struct policy_organization *,
		    const struct role_inputs *);

/* What is known of a member at a login or a change by SCIM. */
struct role_before {
	bool			 member;	/* else the first login */
	enum role		 role;
	enum role_source	 source;
	const struct strings	*values;	/* of the last login */
};
/*
 * The role that a login gives, or a change by SCIM.  Without map lines:
 * the default at first, later what it is.  With map lines: what matches,
 * else the default; with overage ("too many values") the values of the
 * last login count again, and a first login is refused.  False: no role,
 * refuse.
 */
bool		 rolemap_login(const struct policy_organization *,
		    const struct role_before *, const struct role_inputs *,
		    bool, enum role *, enum role_source *);

/* What a line of the resource group map gave, in the order of the lines. */
struct group_result {
	const char	*group;		/* slug, as the line has it */
	enum role	 role;
	const char	*value;
};
/*
 * All that the values give, without repeating a group and value; the
 * highest role of such a pair counts.  The array is the caller's to free,
 * NULL if it is empty; the strings are the organization's.
 */
size_t		 groupmap_match(const struct policy_organization *,
		    const struct strings *, struct group_result **);

#endif
