/*
 * People, as hfssoctl makes, changes and ends them: handlers of policy
 * (turn.h).
 */
#ifndef POLICY_MEMBER_CONTROL_H
#define POLICY_MEMBER_CONTROL_H

#include "common/record.h"
#include "common/request.h"
#include "common/role.h"
#include "common/verdict.h"
#include "hfssod/policy/directory.h"
#include "hfssod/policy/name.h"

enum verdict	 member_add(struct request *, struct reader *,
		    struct writer *);
enum verdict	 member_deactivate(struct request *, struct reader *,
		    struct writer *);
enum verdict	 member_reactivate(struct request *, struct reader *,
		    struct writer *);
enum verdict	 member_delete(struct request *, struct reader *,
		    struct writer *);
enum verdict	 member_restore(struct request *, struct reader *,
		    struct writer *);
enum verdict	 member_unlink(struct request *, struct reader *,
		    struct writer *);
enum verdict	 member_rename(struct request *, struct reader *,
		    struct writer *);
enum verdict	 account_add(struct request *, struct reader *,
		    struct writer *);
/* In relink.c. */
enum verdict	 member_relink(struct request *, struct reader *,
		    struct writer *);
/* In connection_rename.c. */
enum verdict	 connection_rename(struct request *, struct reader *,
		    struct writer *);

/* Who is meant by an organization and an account name. */
struct person_found {
	struct organization	*organization;
	int64_t			 row;
	char			 account[ACCOUNT_ID + 1];
	char			 name[LIMIT_NAME + 1];
	int			 state;
	enum role		 role;	/* ROLE_NONE: no member now */
	struct connection	*connection; /* SCIM's, or NULL */
};
/* An account of the organization, also one that has ended. */
enum verdict	 person_find(const struct ctl_question *,
		    struct person_found *);
/* The connection that is named, or the only one that is configured. */
enum verdict	 person_connection(struct organization *, const char *,
		    struct connection **);
/* An audit event about somebody, with up to two values of its own. */
void		 person_tell(const struct person_found *, const char *,
		    const char *, const char *, const char *, const char *,
		    const char *);

#endif
