/*
 * An OpenID provider for the bench: answers that were prepared beforehand,
 * so that it is never what is measured.
 *
 *	provider PORT FILE
 *
 * FILE has entries: two lengths of 4 octets each, big endian, a name and a
 * body.  A name is the path of a GET, or "code " and the authorization code
 * of a token request.  Prints "ready" once it listens; lives until its
 * standard input ends.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUEST		65536
#define EVENTS		64

struct entry {
	const char	*name;
	size_t		 name_len;
	const char	*body;
	size_t		 body_len;
};

struct client {
	int		 fd;
	size_t		 len;
	char		 data[REQUEST];
};

static struct entry	*table;
static size_t		 slots;		/* a power of two */

static size_t
hash(const char *name, size_t len)
{
	uint64_t	 h = 14695981039346656037u;
	size_t		 i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 1099511628211u;
	return (size_t)(h >> 7);
}

static struct entry *
slot(const char *name, size_t len)
{
	size_t	 at = hash(name, len) & (slots - 1);

	while (table[at].name != NULL && (table[at].name_len != len ||
	    memcmp(table[at].name, name, len) != 0))
		at = (at + 1) & (slots - 1);
	return &table[at];
}

static uint32_t
number(const char *at)
{
	uint32_t	 n;

	memcpy(&n, at, sizeof(n));
	return ntohl(n);
}

static void
load(const char *path)
{
	struct entry	*e;
	struct stat	 st;
	char		*data;
	size_t		 at, count, size;
	FILE		*f;

	if ((f = fopen(path, "r")) == NULL || fstat(fileno(f), &st) == -1)
		err(1, "%s", path);
	size = (size_t)st.st_size;
	if ((data = malloc(size + 1)) == NULL ||
	    fread(data, 1, size, f) != size)
		err(1, "%s", path);
	fclose(f);
	for (at = count = 0; at + 8 <= size; count++)
		at += 8 + number(data + at) + number(data + at + 4);
	if (at != size)
		errx(1, "%s is malformed", path);
	for (slots = 16; slots < count * 2; slots *= 2)
		continue;
	if ((table = calloc(slots, sizeof(*table))) == NULL)
		err(1, "calloc");
	for (at = 0; at < size;) {
		e = slot(data + at + 8, number(data + at));
		e->name_len = number(data + at);
		e->body_len = number(data + at + 4);
		e->name = data + at + 8;
		e->body = e->name + e->name_len;
		at += 8 + e->name_len + e->body_len;
	}
}

static void
answer(int fd, int status, const char *body, size_t len)
{
	static char	 out[REQUEST * 2];
	int		 n;

	if (len > REQUEST)
		errx(1, "a body of %zu octets", len);
	n = snprintf(out, sizeof(out), "HTTP/1.1 %d %s\r\n"
	    "Content-Type: application/json\r\nCache-Control: no-store\r\n"
	    "Content-Length: %zu\r\n\r\n", status,
	    status == 200 ? "OK" : "Bad Request", len);
	memcpy(out + n, body, len);
	if (send(fd, out, (size_t)n + len, MSG_NOSIGNAL) == -1)
		warn("send");
}

/* The value of "code" in a form; codes need no decoding. */
static const struct entry *
token(const char *body, const char *end)
{
	static char	 name[256] = "code ";
	const char	*at;
	size_t		 len;

	for (at = body; at < end; at++) {
		if ((at != body && at[-1] != '&') ||
		    strncmp(at, "code=", 5) != 0)
			continue;
		len = strcspn(at + 5, "&");
		if (len > sizeof(name) - 6)
			return NULL;
		memcpy(name + 5, at + 5, len);
		return slot(name, len + 5);
	}
	return NULL;
}

/* One whole request at the beginning of the buffer; its length, or 0. */
static size_t
serve(struct client *c)
{
	static const char	 nothing[] = "{\"error\":\"invalid_grant\"}";
	const struct entry	*e;
	const char		*head, *at;
	size_t			 length = 0;

	c->data[c->len] = '\0';
	if ((head = strstr(c->data, "\r\n\r\n")) == NULL)
		return 0;
	head += 4;
	if ((at = strcasestr(c->data, "\r\nContent-Length:")) != NULL &&
	    at < head)
		length = strtoul(at + 17, NULL, 10);
	if ((size_t)(head - c->data) + length > c->len)
		return 0;
	if (strncmp(c->data, "GET ", 4) == 0)
		e = slot(c->data + 4, strcspn(c->data + 4, " ?"));
	else
		e = token(head, head + length);
	if (e != NULL && e->name != NULL)
		answer(c->fd, 200, e->body, e->body_len);
	else
		answer(c->fd, 400, nothing, sizeof(nothing) - 1);
	return (size_t)(head - c->data) + length;
}

/* False: it is gone. */
static int
hear(struct client *c)
{
	ssize_t	 n;
	size_t	 done;

	n = recv(c->fd, c->data + c->len, REQUEST - 1 - c->len, 0);
	if (n <= 0)
		return 0;
	c->len += (size_t)n;
	while ((done = serve(c)) > 0) {
		memmove(c->data, c->data + done, c->len - done);
		c->len -= done;
	}
	return c->len < REQUEST - 1;
}

static int
listener(const char *port)
{
	struct sockaddr_in	 sin;
	int			 fd, on = 1;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_port = htons((uint16_t)atoi(port));
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on)) == -1 || bind(fd, (struct sockaddr *)&sin,
	    sizeof(sin)) == -1 || listen(fd, 128) == -1)
		err(1, "port %s", port);
	return fd;
}

static void
watch(int epoll, int fd, void *what)
{
	struct epoll_event	 ev;

	memset(&ev, 0, sizeof(ev));
	ev.events = EPOLLIN;
	ev.data.ptr = what;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) == -1)
		err(1, "epoll_ctl");
}

static void
greet(int epoll, int fd)
{
	struct client	*c;
	int		 on = 1;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		err(1, "calloc");
	if ((c->fd = accept(fd, NULL, NULL)) == -1) {
		free(c);
		return;
	}
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	watch(epoll, c->fd, c);
}

int
main(int argc, char **argv)
{
	struct epoll_event	 list[EVENTS];
	struct client		*c;
	int			 epoll, fd, i, n;

	if (argc != 3)
		errx(2, "usage: provider port file");
	load(argv[2]);
	fd = listener(argv[1]);
	if ((epoll = epoll_create1(0)) == -1)
		err(1, "epoll_create1");
	watch(epoll, fd, &fd);
	watch(epoll, STDIN_FILENO, NULL);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		if ((n = epoll_wait(epoll, list, EVENTS, -1)) == -1)
			err(1, "epoll_wait");
		for (i = 0; i < n; i++) {
			c = list[i].data.ptr;
			if (c == NULL)
				return 0;
			if ((void *)c == (void *)&fd)
				greet(epoll, fd);
			else if (!hear(c)) {
				close(c->fd);
				free(c);
			}
		}
	}
}
