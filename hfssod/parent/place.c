/* The place where the daemon runs.  In parent, before the first child. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "hfssod/parent/place.h"

#define BACKLOG		1024

static const char *const binaries[] = {
	"hfssod-http", "hfssod-verifier", "hfssod-policy", "hfssod-fetch",
	NULL
};

static struct {
	int		*fds;
	unsigned int	 count;
} listening;

/* As root, what is executed must be root's alone. */
static void
check_binary(const char *path, bool folder, struct errors *e)
{
	struct stat	 st;

	if (stat(path, &st) == -1)
		errors_add(e, NULL, "%s: %s", path, strerror(errno));
	else if (folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
		errors_add(e, NULL, "%s: is not what it should be", path);
	else if (geteuid() == 0 && (st.st_uid != 0 ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0))
		errors_add(e, NULL, "%s: does not belong to root, or others "
		    "can write it", path);
	else if (!folder && access(path, X_OK) == -1)
		errors_add(e, NULL, "%s: %s", path, strerror(errno));
}

static void
check_users(const struct conf *c, struct errors *e)
{
	struct passwd	*pw;
	uid_t		 uids[USER_MAX];
	unsigned int	 i, k;

	for (i = 0; i < USER_MAX; i++) {
		uids[i] = 0;
		if ((pw = getpwnam(c->users[i])) == NULL) {
			errors_add(e, NULL, "user %s: there is no \"%s\"",
			    names_user[i], c->users[i]);
			continue;
		}
		if (pw->pw_uid == 0)
			errors_add(e, NULL, "user %s: \"%s\" is root",
			    names_user[i], c->users[i]);
		uids[i] = pw->pw_uid;
		for (k = 0; k < i; k++) {
			if (uids[i] != 0 && uids[k] == uids[i])
				errors_add(e, NULL, "user %s and user %s are "
				    "the same", names_user[k], names_user[i]);
		}
	}
}

static void
check_chroot(const char *path, struct errors *e)
{
	struct stat	 st;

	if (stat(path, &st) == -1 && errno == ENOENT)
		(void)mkdir(path, 0755);
	if (stat(path, &st) == -1)
		errors_add(e, NULL, "chroot %s: %s", path, strerror(errno));
	else if (!S_ISDIR(st.st_mode) || st.st_uid != 0 ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		errors_add(e, NULL, "chroot %s: is no folder that only root "
		    "can write", path);
}

static void
check_store(const struct conf *c, bool check, struct errors *e)
{
	struct passwd	*pw;
	struct stat	 st;
	uid_t		 uid;

	uid = geteuid();
	if (uid == 0) {
		if ((pw = getpwnam(c->users[USER_POLICY])) == NULL)
			return;		/* told already */
		uid = pw->pw_uid;
		if (!check && mkdir(c->store, 0700) == 0 &&
		    chown(c->store, pw->pw_uid, pw->pw_gid) == -1)
			errors_add(e, NULL, "store %s: %s", c->store,
			    strerror(errno));
	} else if (!check)
		(void)mkdir(c->store, 0700);
	if (lstat(c->store, &st) == -1) {
		if (!check || errno != ENOENT)
			errors_add(e, NULL, "store %s: %s", c->store,
			    strerror(errno));
	} else if (!S_ISDIR(st.st_mode))
		errors_add(e, NULL, "store %s: is not a folder", c->store);
	else if (st.st_uid != uid)
		errors_add(e, NULL, "store %s: does not belong to %s",
		    c->store, geteuid() == 0 ? c->users[USER_POLICY] :
		    "the user that hfssod runs as");
	else if ((st.st_mode & 07777) != 0700)
		errors_add(e, NULL, "store %s: others may open it: "
		    "chmod 700", c->store);
}

bool
place_ready(const struct options *o, const struct conf *c, struct errors *e)
{
	char		 path[4096];
	size_t		 before, i;

	before = e->count;
	check_binary(o->libexec, true, e);
	for (i = 0; binaries[i] != NULL; i++) {
		snprintf(path, sizeof(path), "%s/%s", o->libexec,
		    binaries[i]);
		check_binary(path, false, e);
	}
	if (geteuid() == 0) {
		check_users(c, e);
		check_chroot(c->chroot, e);
	}
	check_store(c, o->check, e);
	return e->count == before;
}

/* --- sockets ------------------------------------------------------------ */

static int
listen_open(const struct conf_listen *l)
{
	struct addrinfo	 hints, *res;
	char		 port[8];
	int		 fd, one, saved;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
	snprintf(port, sizeof(port), "%u", l->port);
	if (getaddrinfo(l->address, port, &hints, &res) != 0) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	one = 1;
	fd = socket(res->ai_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
	    sizeof(one)) == -1 || (res->ai_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
	    sizeof(one)) == -1) ||
	    bind(fd, res->ai_addr, res->ai_addrlen) == -1 ||
	    listen(fd, BACKLOG) == -1) {
		saved = errno;
		if (fd != -1)
			close(fd);
		freeaddrinfo(res);
		errno = saved;
		return -1;
	}
	freeaddrinfo(res);
	return fd;
}

bool
place_listen(const struct conf *c, struct errors *e)
{
	struct conf_listen	*l;
	size_t			 before;
	unsigned int		 n;
	int			 fd;

	before = e->count;
	n = 0;
	TAILQ_FOREACH(l, &c->listens, entry)
		n++;
	if ((listening.fds = calloc(n + 1, sizeof(*listening.fds))) == NULL)
		fatal("listen");
	TAILQ_FOREACH(l, &c->listens, entry) {
		if ((fd = listen_open(l)) == -1)
			errors_add(e, &l->at, "listen on %s port %u: %s",
			    l->address, l->port, strerror(errno));
		listening.fds[listening.count++] = fd;
	}
	return e->count == before;
}

int
place_socket(unsigned int line)
{
	int	 fd;

	if (line >= listening.count ||
	    (fd = fcntl(listening.fds[line], F_DUPFD_CLOEXEC, 3)) == -1)
		fatal("listen");
	return fd;
}

void
place_unlisten(void)
{
	while (listening.count > 0)
		close(listening.fds[--listening.count]);
	free(listening.fds);
	listening.fds = NULL;
}

int
place_syslog(void)
{
	struct sockaddr_un	 sun;
	int			 fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, "/dev/log", sizeof(sun.sun_path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd != -1 && connect(fd, (struct sockaddr *)&sun,
	    sizeof(sun)) == -1) {
		close(fd);
		fd = -1;
	}
	return fd;
}
