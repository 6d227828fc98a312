/*
 * Rows of the store to SCIM resources.  In policy and reader alike.
 */
#ifndef POLICY_SCIM_RESOURCE_H
#define POLICY_SCIM_RESOURCE_H

#include "hfssod/policy/scim.h"

/*
 * Every statement that brings Users (accounts or invitations) has these
 * columns first, in this order, and every statement that brings groups the
 * second list; further ones may follow.  statement.def has them as macros:
 * COLUMNS_ACCOUNT (of account AS a), COLUMNS_INVITATION (of invitation AS
 * i), COLUMNS_GROUP (of scim_group AS g).
 */
enum user_column { USER_ROW, USER_ID, USER_STATE, USER_USERNAME,
    USER_EXTERNAL, USER_EMAIL, USER_DISPLAY, USER_GIVEN, USER_FAMILY,
    USER_CREATED, USER_MODIFIED, USER_VERSION, USER_SCIM, USER_COLUMNS };
enum group_column { GROUP_ROW, GROUP_ID, GROUP_DISPLAY, GROUP_EXTERNAL,
    GROUP_EDITION, GROUP_MEMBERS, GROUP_CREATED, GROUP_MODIFIED,
    GROUP_VERSION, GROUP_SCIM, GROUP_COLUMNS };
/* And what brings members of a group. */
enum member_column { MEMBER_KIND, MEMBER_ROW, MEMBER_ID, MEMBER_DISPLAY,
    MEMBER_COLUMNS };

/*
 * The resource of the statement's row: what SCIM wrote (or what a login
 * made, as the User that it is), with id, externalId, active, meta.created,
 * meta.lastModified and schemas.  Strings are in the pool.  Without groups
 * and members.  False if what is stored is malformed, which is logged.
 */
bool	 scim_user_row(struct scim *, enum statement, struct scim_value *);
bool	 scim_group_row(struct scim *, enum statement, struct scim_value *);

/*
 * The version as meta.version has it, W/"12", in the pool.
 */
const char	*scim_version(struct scim_pool *, int64_t);

/* What follows after the statement has ended: */
/* A User's groups, direct and by way of others; true unless it failed. */
bool	 scim_user_groups(struct scim *, int64_t, struct scim_value *);
/* The statement's row as a value of the attribute members. */
void		 scim_member_row(struct scim *, enum statement,
		    struct scim_value *);
/*
 * The members of a group, up to that many, into the resource; false in
 * *all if there are more, and then none is put.
 */
bool	 scim_group_members(struct scim *, int64_t, size_t,
	    struct scim_value *, bool *);
/* The seconds since the epoch as a dateTime, in the pool. */
const char	*scim_time(struct scim_pool *, int64_t);

#endif
