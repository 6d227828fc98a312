/*
 * The sandbox on OpenBSD: own user, chroot, pledge, unveil.  Every child.
 * Must never return without the walls that are always required.
 */
#include <sys/types.h>
#include <sys/resource.h>

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/log.h"
#include "common/sandbox.h"

/* Promises by kind; the first line that fits counts. */
static const struct {
	unsigned int	 kinds;
	const char	*promises;
} table[] = {
	/* recvfd: parent's configuration files and pipe ends */
	{ KIND_HTTP,	"stdio inet recvfd" },
	/* its resolver is evdns, over sockets of its own */
	{ KIND_FETCH,	"stdio inet recvfd" },
	{ KIND_POLICY,	"stdio rpath wpath cpath flock recvfd" },
	/* the shared memory file beside the store is written by readers too */
	{ KIND_READER,	"stdio rpath wpath cpath flock recvfd" },
	{ KIND_CHILD,	"stdio recvfd" }
};

static uint32_t
identity_and_root(const struct setup *s)
{
	struct passwd	*pw = NULL;
	uint32_t	 layers = 0;

	if (s->user[0] != '\0' && (pw = getpwnam(s->user)) == NULL)
		fatalx("no user %s", s->user);
	if (s->root[0] != '\0') {
		if (chroot(s->root) == -1 || chdir("/") == -1)
			fatal("chroot %s", s->root);
		layers |= LAYER_CHROOT;
	}
	if (pw != NULL) {
		if (setgroups(1, &pw->pw_gid) == -1 ||
		    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
		    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
			fatal("cannot become %s", pw->pw_name);
		layers |= LAYER_USER;
	}
	return layers;
}

static void
hide_files(const struct setup *s)
{
	const char	*path = s->root[0] != '\0' ? "/" : s->store;

	if ((s->kinds & (KIND_POLICY | KIND_READER)) && path[0] != '\0') {
		if (unveil(path, "rwc") == -1)
			fatal("unveil");
	} else if (unveil("/", "") == -1)
		fatal("unveil");
	if (unveil(NULL, NULL) == -1)
		fatal("unveil");
}

uint32_t
sandbox_enter(const struct setup *s)
{
	struct rlimit	 none = { 0, 0 };
	uint32_t	 layers;
	size_t		 i;

	layers = identity_and_root(s);
	if (setrlimit(RLIMIT_CORE, &none) == -1)
		fatal("setrlimit");
	hide_files(s);
	for (i = 0; (table[i].kinds & s->kinds) == 0; i++)
		continue;
	if (pledge(table[i].promises, NULL) == -1)
		fatal("pledge");
	return layers | LAYER_LIMITS | LAYER_UNVEIL | LAYER_PLEDGE |
	    LAYER_NO_NEW_PRIVS;
}
