/*
 * Sockets of fetch.  Must never listen, nor resolve anything.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "hfssod/fetch/socket.h"

static const struct network mapped = {
	{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0 } }, 96
};

socklen_t
socket_address(const struct address *a, unsigned int port,
    struct sockaddr_storage *ss)
{
	struct sockaddr_in6	*in6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in	*in = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (network_has(&mapped, a)) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		memcpy(&in->sin_addr, a->octets + 12, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)port);
	memcpy(&in6->sin6_addr, a->octets, 16);
	return sizeof(*in6);
}

int
socket_connect(const struct address *a, unsigned int port)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len = socket_address(a, port, &ss);
	int			 fd, saved, on = 1;

	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd == -1)
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&ss, len) == -1 &&
	    errno != EINPROGRESS) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int
socket_error(int fd)
{
	socklen_t	 len = sizeof(int);
	int		 error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return errno;
	return error;
}
