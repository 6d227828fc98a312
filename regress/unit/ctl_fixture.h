/*
 * For units of hfssoctl's changes: a question with options, in a turn of
 * its own.  With user_fixture.h.
 */
#ifndef UNIT_CTL_FIXTURE_H
#define UNIT_CTL_FIXTURE_H

#include "user_fixture.h"

struct ctl {
	const char	*organization;	/* NULL: "acme" */
	const char	*name;
	const char	*value;
	bool		 force;
	/* "connection=okta connection=..": blanks between. */
	const char	*options;
	/* Of several pages, which; NULL: there is but one. */
	const char	*after;
};
/* The answer's verdict; its detail and records are below. */
enum verdict	 ctl(const struct verb *, const struct ctl *);
extern char	 ctl_detail[2048];
extern char	 ctl_after[256];	/* what the next page begins after */
/* Text of the first record with that name; "" if there is none.  Static. */
const char	*ctl_text(const char *);
int64_t		 ctl_number(const char *);

#define CTL(verb, ...)	ctl(&verb_##verb, &(const struct ctl){ __VA_ARGS__ })

/* A request with a bearer of these octets, resolved by the dispatcher. */
enum verdict	 bearer(const void *, size_t, const char *);

#endif
