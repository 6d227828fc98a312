/* The roles of an organization and of a resource group, in their order. */
#ifndef COMMON_ROLE_H
#define COMMON_ROLE_H

#include <stdbool.h>

/* no_access < read < contributor < write < admin; none is "no member". */
enum role {
	ROLE_NONE,
	ROLE_NO_ACCESS,
	ROLE_READ,
	ROLE_CONTRIBUTOR,
	ROLE_WRITE,
	ROLE_ADMIN,
	ROLE_MAX
};

/* "no_access", "read" ...; "" for ROLE_NONE; static storage. */
const char	*role_name(enum role);
/* The role of that exact name; false (and no change) if there is none. */
bool		 role_parse(const char *, enum role *);
/* "no_access, read, contributor, write, admin", for error messages. */
const char	*role_names(void);

#endif
