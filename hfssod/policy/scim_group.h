/*
 * SCIM groups, their members, links to resource groups, and what follows
 * from them: grants and organization roles.
 */
#ifndef POLICY_SCIM_GROUP_H
#define POLICY_SCIM_GROUP_H

#include "hfssod/policy/rolemap.h"
#include "hfssod/policy/scim.h"

enum scim_member_kind {	/* kept in the store */
	MEMBER_ACCOUNT = 1,
	MEMBER_GROUP = 2,
	MEMBER_INVITATION = 3
};

/* As scim_user_write; the answer's more if it is not done yet. */
enum verdict	 scim_group_write(struct scim *, const struct scim_write *,
		    struct scim_answer *);
bool		 scim_group_show(struct scim *, const char *, bool,
		    struct scim_answer *);
/* Handlers (turn.h). */
enum verdict	 scim_stage(struct request *, struct reader *,
		    struct writer *);
enum verdict	 scim_continue(struct request *, struct reader *,
		    struct writer *);
enum verdict	 scim_members(struct request *, struct reader *,
		    struct writer *);
void		 scim_members_refuse(struct writer *, enum verdict);
enum verdict	 link_change(struct request *, struct reader *,
		    struct writer *);
void		 link_refuse(struct writer *, enum verdict);

/*
 * Somebody's values for the role map of an organization (their rows):
 * names of his SCIM groups there (also by way of others) and his SCIM
 * roles.  The texts are in the pool; strings_free both lists.
 */
bool		 member_scim_values(struct store *, int64_t, int64_t,
		    struct scim_pool *, struct strings *, struct strings *);
/*
 * His groups, SCIM roles or the map have changed: give the role that the
 * map gives now, and renew him in memory.  Nothing if he is no member.  by
 * is for the audit.
 */
enum verdict	 member_regrade(int64_t, struct organization *, const char *);
/* Somebody is deleted: out of every group of his. */
enum verdict	 member_leave_groups(int64_t, enum scim_member_kind);

#endif
