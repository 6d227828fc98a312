/*
 * Telling the service manager.  In parent.  A plain datagram over a Unix
 * socket, as systemd's sd_notify(3) documents it; no library.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "hfssod/parent/notify.h"

static struct sockaddr_un	 manager;
static socklen_t		 manager_len;

void
notify_init(void)
{
	const char	*path;
	size_t		 len;

	path = getenv("NOTIFY_SOCKET");
	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	len = strlen(path);
	if (len >= sizeof(manager.sun_path))
		return;
	manager.sun_family = AF_UNIX;
	memcpy(manager.sun_path, path, len + 1);
	manager_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    len);
	/* An abstract name begins with a NUL and has no end but its length. */
	if (path[0] == '@')
		manager.sun_path[0] = '\0';
	else
		manager_len++;
	unsetenv("NOTIFY_SOCKET");
}

void
notify_send(const char *text)
{
	int	 fd;

	if (manager_len == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || sendto(fd, text, strlen(text), 0,
	    (struct sockaddr *)&manager, manager_len) == -1)
		log_warn("notify");
	if (fd != -1)
		close(fd);
}

void
notify_reloading(void)
{
	char	 text[80];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_ms() * 1000);
	notify_send(text);
}
