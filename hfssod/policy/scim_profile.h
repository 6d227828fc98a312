/*
 * What the store keeps of a SCIM User in columns of its own, beside the
 * resource itself: for accounts and for invitations.
 */
#ifndef POLICY_SCIM_PROFILE_H
#define POLICY_SCIM_PROFILE_H

#include "hfssod/policy/scim.h"

struct profile {
	const char	*username;	/* as it was sent */
	const char	*external;
	const char	*email;		/* the primary one, or the first */
	const char	*display;
	const char	*given;
	const char	*family;
	char		*username_folded;
	char		*email_folded;
	char		*display_folded;
	bool		 active;	/* true where nothing is said */
	struct writer	 body;		/* the rest, as it is stored */
};

/*
 * Take it out of a resource.  Its strings are in the pool or folded;
 * profile_free frees these and the body, whatever this returned: ok, or
 * scim_invalid_value or scim_too_large with the reason said.
 */
enum verdict	 profile_take(struct scim *, const struct scim_value *,
		    struct profile *);
void		 profile_free(struct profile *);
/* Whether all of it is the same, octet for octet. */
bool		 profile_equal(const struct profile *, const struct profile *);

/*
 * Every further e-mail address of a resource, folded, to the function; the
 * first argument is passed on.
 */
void		 profile_emails(void *, const struct scim_value *,
		    void (*)(void *, const char *));
/* How many addresses there are. */
size_t		 profile_email_count(const struct scim_value *);

/*
 * Why the Hub would not have such a userName; NULL if it would.  Static.
 */
const char	*profile_username_fault(const char *);

/*
 * Say in the resource what only we know of it: id, active, schemas, when
 * it was made and changed, its version.
 */
struct profile_facts {
	const char	*id;
	bool		 active;
	int64_t		 created;
	int64_t		 modified;
	int64_t		 version;
};
void		 profile_dress(struct scim *, struct scim_value *,
		    const struct profile_facts *);

#endif
