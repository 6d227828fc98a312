/*
 * Who may do what: the one place where it is decided.  Pure: what is known
 * goes in, a verdict comes out; nothing is kept, nothing is asked.
 */
#ifndef POLICY_DECISION_H
#define POLICY_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/role.h"
#include "common/verdict.h"
#include "common/view.h"

/* A session's stamp for one organization, as of now. */
struct decision_stamp {
	const char	*organization;	/* name; "" : no longer configured */
	bool		 basic;		/* proves nothing outside of it */
	enum role	 role;		/* ROLE_NONE: no member */
	int64_t		 since;
	int64_t		 expires;	/* as stored */
	int64_t		 timeout;	/* absolute, as configured now */
	int64_t		 idle;		/* as configured now; 0: none */
};

struct decision_input {
	const struct policy_application	*application;	/* NULL: none */
	bool				 safe;		/* GET or HEAD */
	bool				 plain;
	const char			*path;
	bool				 session;	/* a cookie we know */
	bool				 active;	/* its account */
	int64_t				 used;		/* last use */
	int64_t				 now;
	size_t				 stamp_count;
	const struct decision_stamp	*stamps;
};

#define DECISION_NOBODY	SIZE_MAX
struct decision {
	enum verdict	 verdict;
	/* The stamp that counted; DECISION_NOBODY on a public path. */
	size_t		 stamp;
};
struct decision	 decision_access(const struct decision_input *);

/*
 * When a stamp ends at the latest: as stored, but not after the timeout
 * of now, so that a reload with a shorter one applies.
 */
int64_t		 decision_ends(const struct decision_stamp *);
/* Whether it counts at that time after that last use of the session. */
bool		 decision_live(const struct decision_stamp *, int64_t,
		    int64_t);
/*
 * Whether the path lies under the prefix, by whole segments: "/a" has "/a"
 * and "/a/b" but not "/ab"; "/a/" has what is below it only.
 */
bool		 decision_prefix(const char *, const char *);

#endif
