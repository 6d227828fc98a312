/*
 * For units of policy's rooms: a store in a temporary directory, one
 * organization "acme" with connections "okta" and "entra", and logins.
 * state is hfssod/policy/state.h's.
 */
#ifndef UNIT_POLICY_FIXTURE_H
#define UNIT_POLICY_FIXTURE_H

#include <stdbool.h>

#include "common/exchange.h"
#include "hfssod/policy/state.h"

extern struct policy_organization	 acme;		/* change, then use */
extern struct policy_connection		 acme_connections[2];
extern struct view_role_line		 acme_roles[3];
extern struct view_group_line		 acme_groups[3];
extern char				 store_path[];

/* What the clock says; 0: the real one.  Linked with --wrap=clock_now. */
extern int64_t				 fixture_time;

int	 fixture_begin(void **);
int	 fixture_end(void **);
/* Close and load again, as after kill -9. */
void	 fixture_restart(void);
/* Likewise with another database, made of this file of SQL. */
void	 fixture_replace(const char *);
/* Put acme, as it is now, in force. */
void	 fixture_use(void);

/* An outcome of okta for a subject; keys are made of the numbers. */
struct outcome	 an_outcome(const char *, unsigned int, unsigned int);
/* In a transaction of its own, effects applied.  The answer is static. */
const struct login_answer *run_login(const struct outcome *);
/* As above; returns the verdict. */
enum verdict	 login_as(const char *);
/* The session of an answer; NULL if there is none. */
struct session	*session_of(const struct login_answer *);
/* The one number that a query gives, on a connection of its own. */
int64_t		 query(const char *);
void		 execute(const char *);

#endif
