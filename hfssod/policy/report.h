/*
 * What a connection test shows: what a login would have become, line by
 * line.  Nothing is made of it.
 */
#ifndef POLICY_REPORT_H
#define POLICY_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/exchange.h"
#include "hfssod/policy/directory.h"
#include "hfssod/policy/jit.h"
#include "hfssod/policy/member.h"

/* A test as it was decided. */
struct tested {
	const struct outcome	*outcome;
	const struct connection	*connection;
	enum verdict		 verdict;
	const char		*detail;	/* "" if there is none */
	const struct found	*found;
	const struct member_change *change;
	bool			 proved;	/* identity is the provider's */
	int64_t			 length;	/* of the session, seconds */
};

/*
 * Fill the report of an answer and write the one audit record.  At most
 * REPORT_MOST lines, which with the rest of the answer fit its message.
 * The lines live until the next call.
 */
void	 report_make(const struct tested *, struct login_answer *);
/* Forget the lines. */
void	 report_free(void);

#endif
