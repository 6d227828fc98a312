/*
 * For units of SCIM Users and groups: requests with a token, as http would
 * send them.  With policy_fixture.h, turn_fixture.h and scim_fixture.h.
 */
#ifndef UNIT_USER_FIXTURE_H
#define UNIT_USER_FIXTURE_H

#include "common/scim_exchange.h"
#include "hfssod/policy/token.h"
#include "scim_fixture.h"
#include "turn_fixture.h"

/* policy_fixture's, with tombstones kept for 1000 s, and tokens. */
int	 users_begin(void **);
int	 users_end(void **);
/* The same, the organization being a basic one. */
int	 basics_begin(void **);

/*
 * Which token asks: "okta" and "entra" are for those connections; "relink"
 * is okta's with every right; "read" okta's that may only read; "groups"
 * okta's that may not change Users; "strict" okta's with that profile.
 */
extern const char	*token;
/* The octets of the token "secret". */
void	 use_secret(const char *);
extern enum scim_base	 base;
/* Of the next write only. */
extern struct scim_condition if_match;
extern unsigned int	 liberties;

/* The last answer; its tree lives until the next request. */
extern struct scim_answer reply;
/* That it is ok; that it is that other one, with nothing of a resource. */
void		 works(enum verdict);
void		 fails(enum verdict, enum verdict);

enum verdict	 post(const char *);
enum verdict	 put(const char *, const char *);
/* One operation with the value that a resource has; path: or SCIM_none. */
enum verdict	 patch(const char *, enum scim_change, enum scim_number,
		    const char *);
enum verdict	 delete(const char *);
enum verdict	 get(const char *);
enum verdict	 me(const char *);
/* A User's id; static. */
const char	*made(const char *);
/* What reply has of an attribute; active as "true" and "false". */
const char	*has(enum scim_number);
bool		 active(void);

/* A login by okta (or the other one), with userName and e-mail. */
enum verdict	 sign_in(const char *, const char *, const char *);
extern const char *sign_in_by;		/* connection */
/* Live sessions of the account with that id. */
size_t		 sessions_of(const char *);
struct account	*account_of(const char *);
/* How many audit records have this type. */
int64_t		 audited(const char *);

/* What other requests begin with; a write; what is answered by scim_answer. */
struct scim_where asked_where(void);
enum verdict	 ask_write(struct scim_write *);
enum verdict	 ask_scim(const struct verb *, struct writer *);

#endif
