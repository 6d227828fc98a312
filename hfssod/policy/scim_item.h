/*
 * One row of a list: whether it matches, and the resource that is said.
 */
#ifndef POLICY_SCIM_ITEM_H
#define POLICY_SCIM_ITEM_H

#include "hfssod/policy/scim_plan.h"

/* What a filter needs of a row beyond its own columns. */
struct scim_needs {
	bool		 type;		/* meta.resourceType */
	bool		 groups;	/* of a User */
	bool		 some_members;	/* two of them, if there are */
	bool		 all_members;
	/* These, if they are members: kind and row of each. */
	size_t		 count;
	struct scim_named {
		int64_t	 kind;
		int64_t	 row;
	}		*named;
};

/* False if the store failed. */
bool		 scim_item_needs(struct scim *, const struct scim_filter *,
		    struct scim_needs *);
/* Whether the statement's row matches. */
bool		 scim_item_match(struct scim *, enum scim_kind, enum statement,
		    const struct scim_filter *, const struct scim_needs *);
/*
 * The resource of the statement's row, with a User's groups, with a
 * group's members if they are wanted and few.  False if it can't be made.
 */
bool		 scim_item_build(struct scim *, enum scim_kind,
		    enum statement, bool, struct scim_listed_item *);
/* About how many octets it takes on its way. */
size_t		 scim_item_size(const struct scim_value *);
/*
 * What the statement's row is put in order by: comparable octet by octet,
 * what has no value behind all others.  Cut to the size.
 */
void		 scim_item_key(struct scim *, enum scim_kind, enum statement,
		    enum scim_number, char *, size_t);

#endif
