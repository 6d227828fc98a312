/*
 * What the files about Users share.
 */
#ifndef POLICY_SCIM_USER_PARTS_H
#define POLICY_SCIM_USER_PARTS_H

#include "hfssod/policy/scim_patch.h"
#include "hfssod/policy/scim_profile.h"
#include "hfssod/policy/scim_user.h"

/* An account as it is before a change; strings are in the pool. */
struct user {
	int64_t			 row;
	const char		*id;
	const char		*name;
	enum account_state	 state;
	int64_t			 created;
	int64_t			 version;
	int64_t			 linked;
	int64_t			 ended;
	bool			 was_admin;	/* see schema.c */
	struct scim_value	 value;		/* the User that it is */
	struct profile		 was;
};

/*
 * The row that the statement (one of those with USER_ACCOUNT) is at, which
 * ends.  user_free frees it, whatever this returned.
 */
bool		 user_take(struct scim *, enum statement, struct user *);
void		 user_free(struct user *);

/*
 * Make of it what the tree says: states, columns, links, role, sessions,
 * audit.  A deleted one comes back.  type names the event, NULL: by what
 * changed.
 */
enum verdict	 user_change(struct scim *, struct user *,
		    struct scim_value *, const char *, struct scim_answer *);
enum verdict	 user_create(struct scim *, const struct scim_write *,
		    struct scim_answer *);
/*
 * A PUT or PATCH upon the tree; what was POSTed, without what is read-only
 * and ours.  Checked as it would be stored; a refusal has its reason.
 */
enum verdict	 user_apply(struct scim *, const struct scim_write *,
		    struct scim_value *);
enum verdict	 user_check(struct scim *, struct scim_value *);
/* A verdict of the pure rooms, refused with their reason if it is none. */
enum verdict	 user_because(struct scim *, enum verdict,
		    const struct scim_why *);
/* Put the resource, as it is now, into the answer. */
bool		 user_answer(struct scim *, struct scim_value *, int64_t,
		    const struct profile_facts *, struct scim_answer *);
/* Ends: state, grants, membership, groups, but not the identities. */
void		 user_remove(int64_t, const struct organization *, int64_t,
		    int64_t);
/* A member from now on, by the role map or the default. */
enum verdict	 user_join(struct organization *, int64_t, bool, int64_t,
		    const char *);
/* Identities go: of that connection. */
void		 user_drop_identities(int64_t, const struct connection *);
/* Further e-mail addresses: those that were go, these come. */
void		 user_emails(struct store *, int64_t, const struct scim_value *,
		    bool);
/* The strict names of the Hub, where the organization wants them. */
enum verdict	 user_check_name(struct scim *, const struct profile *);

#endif
