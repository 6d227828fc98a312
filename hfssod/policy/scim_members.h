/*
 * Members of SCIM groups: sets of rows, changed one by one or, when they
 * are many, as a new edition that takes force at once.
 */
#ifndef POLICY_SCIM_MEMBERS_H
#define POLICY_SCIM_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hfssod/policy/account.h"
#include "hfssod/policy/scim_group.h"

struct member_key {
	enum scim_member_kind	 kind;
	int64_t			 row;
};
/* Freed by member_list_free. */
struct member_list {
	struct member_key	*list;
	size_t			 count;
	size_t			 size;
};
void	 member_list_add(struct member_list *, enum scim_member_kind, int64_t);
void	 member_list_free(struct member_list *);
/* Sorted by kind and row, each once. */
void	 member_list_sort(struct member_list *);

/* A group while it is written. */
struct group_write {
	struct scim		*s;
	int64_t			 row;
	char			 id[ACCOUNT_ID + 1];
	int64_t			 edition;
	int64_t			 count;		/* of members */
	int64_t			 version;
	struct scim_value	 before;	/* without members */
	struct scim_value	 now;
	size_t			 named;		/* members, by a PATCH */
	size_t			 work;		/* comparisons, likewise */
	struct member_list	 above;		/* it and groups above it, */
	bool			 above_known;	/* when they were asked for */
	bool			 profile;	/* the resource has changed */
	/* What has become of the members: */
	size_t			 added;
	size_t			 removed;
	struct member_list	 touched;	/* unless there is */
	bool			 flipped;	/* a new edition, */
	int64_t			 old;		/* and this one before it */
	uint64_t		 job;		/* that is left to do */
	bool			 wait;		/* and to be waited for */
};

/* The members field of a PATCH's operation (scim_group_patch.c). */
enum verdict	 patch_group(struct group_write *, const struct scim_write *);

/* The ids of the attribute's values; scim_invalid_value names a wrong one. */
enum verdict	 members_find(struct scim *, const struct scim_field *,
		    struct member_list *);
/* One, by id; type is "User", "Group" or "". */
enum verdict	 member_find(struct scim *, const char *, const char *,
		    struct member_key *);
/* Set operations; what is so already is left so. */
enum verdict	 members_add(struct group_write *, const struct member_list *);
enum verdict	 members_remove(struct group_write *,
		    const struct member_list *);
/* The list, which gets sorted, is all members from now on. */
enum verdict	 members_replace(struct group_write *, struct member_list *);
/*
 * Whether somebody is in no more groups than he may be, and so many; the
 * rows of stages count.
 */
enum verdict	 members_held(struct scim *, const struct member_key *, int);
/* Fill above, which no change of members changes.  False: store. */
bool		 members_above(struct group_write *);
/* What a stage has brought is all members from now on. */
enum verdict	 members_take(struct group_write *, uint64_t);
/* None is left. */
enum verdict	 members_clear(struct group_write *);
bool		 members_has(struct store *, int64_t, int64_t,
		    const struct member_key *);
/*
 * A member (no group) is looked at again: his role in the organization, or
 * with NULL what he holds only.
 */
enum verdict	 member_look(struct store *, const struct member_key *,
		    struct organization *, const char *);
/* The members of an edition behind a key, so many at most, in order. */
bool		 members_walk(struct store *, int64_t, int64_t,
		    const struct member_key *, size_t, struct member_list *);

#endif
