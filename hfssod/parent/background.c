/* Going into the background.  In parent. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "hfssod/parent/background.h"

static int	 waiting = -1;		/* pipe to the process that waits */

/* Until a NUL: ready.  Anything else is the reason why not. */
static void
wait_for_it(int fd)
{
	char	 text[4096];
	size_t	 len;
	ssize_t	 n;

	for (len = 0; len < sizeof(text) - 1; len += (size_t)n) {
		n = read(fd, text + len, sizeof(text) - 1 - len);
		if (n <= 0)
			break;
	}
	if (len == 1 && text[0] == '\0')
		_exit(0);
	text[len] = '\0';
	fprintf(stderr, "hfssod: %s\n", len > 0 ? text :
	    "ended before it was ready; the log says why");
	_exit(1);
}

void
background_enter(void)
{
	int	 fds[2], null;
	pid_t	 pid;

	if (pipe2(fds, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		fatal("background");
	if (pid != 0) {
		close(fds[1]);
		wait_for_it(fds[0]);
	}
	close(fds[0]);
	waiting = fds[1];
	if (setsid() == -1 || chdir("/") == -1 ||
	    (null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1 ||
	    dup2(null, STDIN_FILENO) == -1 ||
	    dup2(null, STDOUT_FILENO) == -1 ||
	    dup2(null, STDERR_FILENO) == -1)
		fatal("background");
	if (null > STDERR_FILENO)
		close(null);
}

static void
tell(const char *text, size_t len)
{
	if (waiting == -1)
		return;
	if (write(waiting, text, len) == -1)
		log_debug("nobody waited");
	close(waiting);
	waiting = -1;
}

void
background_ready(void)
{
	tell("", 1);
}

void
background_failed(const char *text)
{
	tell(text, strlen(text));
}
