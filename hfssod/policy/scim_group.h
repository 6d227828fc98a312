/*
 * SCIM groups, their members, links to resource groups, and what follows
 * from them: grants and organization roles.
 */
#ifndef POLICY_SCIM_GROUP_H
#define POLICY_SCIM_GROUP_H

#include "hfssod/policy/rolemap.h"
#include "hfssod/policy/scim.h"
#include "hfssod/policy/session.h"

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
 * The same beside the values of his last login, as the role map takes them;
 * nothing is read if the map does not look at it, or the row is 0.  Free
 * it, also when this was false.
 */
struct member_inputs {
	struct scim_pool	*pool;
	struct strings		 groups;
	struct strings		 roles;
	struct role_inputs	 in;
};
bool		 member_inputs(struct member_inputs *,
		    const struct organization *, int64_t,
		    const struct strings *);
void		 member_inputs_free(struct member_inputs *);
/*
 * His groups, SCIM roles or the map have changed: give the role that the
 * map gives now, and renew him in memory.  Somebody whom SCIM made for this
 * organization becomes a member when he gets a role first; a member who
 * gets none any more (default deny) is signed out of it.  by is for the
 * audit.  ok or unavailable.
 */
enum verdict	 member_regrade(int64_t, struct organization *, const char *);
/*
 * The role that a changed map gives a member by what is stored of him, for
 * memory, or written (with by, for the audit).  One that was given by hand
 * stays, and without a role map every one.  False on failure.
 */
bool		 member_mapped(int64_t, const struct organization *,
		    enum role *);
bool		 member_remap(int64_t, const struct organization *,
		    const char *);
/*
 * Whether the account (row) is an admin of the organization, or would be one
 * by nothing but what his last login said: what SCIM says may hide that for
 * a while.  False: the store can't be read.
 */
bool		 member_is_admin(int64_t, const struct organization *,
		    bool *);
/*
 * Before the account of a session counts: look it up again if what many
 * hold has changed since; false if that can't be done, and then it must not
 * count.
 */
bool		 member_fresh(const struct session *);
/* What many hold has changed: all in memory are looked up again. */
void		 member_renew_all(void);
/* What he holds has changed: memory gets him anew; false on failure. */
bool		 member_renew(int64_t);
/* Somebody is deleted: out of every group of his. */
enum verdict	 member_leave_groups(int64_t, enum scim_member_kind);

#endif
