/*
 * fork and exec of one child.  In parent.  Must never pass on anything but
 * three descriptors and the name: no arguments, and of our environment
 * only what sanitizers read.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "hfssod/parent/parent.h"
#include "hfssod/parent/spawn.h"

#define CHILD_FD	3		/* as common/child.c expects it */

/*
 * What every child has: the time zone, so that nobody looks it up; and, for
 * the C library that reads it, that many freed pieces of memory are at hand:
 * an XML tree has thousands of small ones, and is made anew at each login.
 */
static const char *const fixed[] = {
	"TZ=UTC0", "GLIBC_TUNABLES=glibc.malloc.tcache_count=2000", NULL
};
/* What a child keeps of our environment; sanitizers read theirs there. */
static const char *const kept[] = {
	"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", NULL
};

int
spawn_pair(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0, fds);
}

/* An environment of its own. */
static char **
environment(void)
{
	static char	*env[8];
	const char	*value;
	size_t		 i, n;

	for (n = 0; env[n] != NULL; n++)
		free(env[n]);
	n = 0;
	for (i = 0; fixed[i] != NULL; i++)
		if ((env[n++] = strdup(fixed[i])) == NULL)
			fatal("environment");
	for (i = 0; kept[i] != NULL; i++) {
		if ((value = getenv(kept[i])) == NULL)
			continue;
		if (asprintf(&env[n++], "%s=%s", kept[i], value) == -1)
			fatal("environment");
	}
	env[n] = NULL;
	return env;
}

/* Between fork and exec; does not return. */
static void
become(const char *path, char **argv, char **env, int fd, int log)
{
	static const int	 signals[] = {
		SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2
	};
	size_t			 i;
	int			 null;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	/* Keys of a terminal are for parent only. */
	setsid();
	/* Out of the way of 0 to 3 first. */
	if ((fd = fcntl(fd, F_DUPFD, 10)) == -1 ||
	    (log = fcntl(log, F_DUPFD, 10)) == -1 ||
	    (null = open("/dev/null", O_RDWR)) == -1 ||
	    dup2(null, STDIN_FILENO) == -1 ||
	    dup2(null, STDOUT_FILENO) == -1 ||
	    dup2(log, STDERR_FILENO) == -1 ||
	    dup2(fd, CHILD_FD) == -1)
		_exit(126);
	closefrom(CHILD_FD + 1);
	execve(path, argv, env);
	log_warn("%s", path);
	_exit(127);
}

int
spawn(const char *binary, const char *name, int log, pid_t *pid)
{
	char	 path[4096];
	char	*argv[3];
	char	**env;
	int	 fds[2], saved;

	snprintf(path, sizeof(path), "%s/%s", parent_options()->libexec,
	    binary);
	argv[0] = (char *)(uintptr_t)binary;
	argv[1] = (char *)(uintptr_t)name;
	argv[2] = NULL;
	env = environment();
	if (spawn_pair(fds) == -1)
		return -1;
	if ((*pid = fork()) == 0)
		become(path, argv, env, fds[1], log);
	saved = errno;
	close(fds[1]);
	if (*pid == -1) {
		close(fds[0]);
		errno = saved;
		return -1;
	}
	return fds[0];
}
