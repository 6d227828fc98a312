/* The names of the roles.  Every process; pure. */
#include <stddef.h>
#include <string.h>

#include "common/role.h"

static const char *const names[ROLE_MAX] = {
	"", "no_access", "read", "contributor", "write", "admin"
};

const char *
role_name(enum role role)
{
	if ((unsigned int)role >= ROLE_MAX)
		return "";
	return names[role];
}

bool
role_parse(const char *name, enum role *role)
{
	unsigned int	 i;

	for (i = ROLE_NO_ACCESS; i < ROLE_MAX; i++) {
		if (strcmp(name, names[i]) == 0) {
			*role = (enum role)i;
			return true;
		}
	}
	return false;
}

const char *
role_names(void)
{
	return "no_access, read, contributor, write, admin";
}
