/*
 * Account names: what is legal, and what is made of what an identity
 * provider wishes.  Pure.
 *
 * A name has 2 to 42 ASCII letters, digits and single dashes within, is
 * not all digits, and is not 24 hex digits (that would look like an
 * account id).
 */
#ifndef POLICY_NAME_H
#define POLICY_NAME_H

#include <stdbool.h>

#include "common/limits.h"
#include "common/wire.h"

#define ACCOUNT_ID	24		/* hex digits of an account id */

bool	 name_legal(const char *);
/*
 * Whether nobody may have this name, in any case: a route of ours or of a
 * hub, or a word of the list.
 */
bool	 name_reserved(const char *, const struct strings *);

/* What there is to make a name of; "" where there is nothing. */
struct name_wish {
	const char	*username;
	const char	*email;
	const char	*display_name;
};

/*
 * A proposal: from the username, else the local part of the e-mail, else
 * the display name, else "user".  The letters keep their case.  exact says
 * that nothing but dots, underscores and the @domain was changed; else,
 * and if the name is taken, it needs a suffix.
 */
struct name_proposal {
	char	 name[LIMIT_NAME + 1];
	bool	 exact;
};
void	 name_propose(const struct name_wish *, struct name_proposal *);

/*
 * The name with a suffix from the end of the account id (24 hex digits):
 * the first try takes 6 digits, each further one 2 more, the last all 24.
 * Returns false when there is nothing further to try.
 */
bool	 name_suffix(const char *, const char *, unsigned int,
	    char [LIMIT_NAME + 1]);

#endif
