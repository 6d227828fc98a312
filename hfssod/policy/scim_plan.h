/*
 * How a SCIM list is found: which statements walk to it, in which order,
 * and what is left to look at in each row.
 */
#ifndef POLICY_SCIM_PLAN_H
#define POLICY_SCIM_PLAN_H

#include "hfssod/policy/scim.h"

enum scim_kind { PLAN_USERS, PLAN_INVITATIONS, PLAN_GROUPS, PLAN_KINDS };

#define PLAN_KEY	1536	/* octets of what lists are in order of */

/* One statement of statement.def's lists. */
struct scim_walk {
	enum statement	 statement;
	bool		 keyed;		/* in order of (key, row), else row */
	bool		 down;
};
struct scim_plan {
	enum scim_kind	 kind;
	/* One after the other: those with a value, those without, say. */
	size_t		 phases;
	struct scim_walk walks[2];
	enum statement	 skim;		/* ST_MAX: there is none */
	enum statement	 jump;		/* with a skim */
	enum statement	 back;		/* rows before one; or ST_MAX */
	struct value	 wanted;	/* the statement's ?2 */
	struct value	 member;	/* its ?3, if it is not keyed */
	const char	*from;		/* the key to begin at */
	bool		 whole;		/* no filter: a counter has the total */
	bool		 exact;		/* every row is one */
	bool		 empty;		/* there can be none */
	bool		 sorted;	/* to be put in order in memory */
};

/*
 * The plan of a question.  What it points to is in the pool.  False if the
 * store failed.
 */
bool	 scim_plan(struct scim *, const struct scim_list *,
	    struct scim_plan *);
/* The statement that brings one row of that kind by its number, as ?2. */
enum statement	 scim_plan_row(enum scim_kind);

#endif
