/*
 * Accepting in http.  Must never spin when descriptors run out, nor let
 * one address take all connections.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/child.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/config.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/forwarded.h"
#include "hfssod/http/listen.h"

#define SOCKETS		16
#define ACCEPT_ONCE	16	/* in one event: others listen as well */
#define BUCKETS		1024

struct place {
	struct place	*next;
	struct address	 address;
	unsigned int	 count;
};

static struct {
	int		 fd;
	struct event	 event;
} sockets[SOCKETS];
static int		 socket_count;
static bool		 accepting;
static bool		 paused;	/* full, or out of descriptors */
static struct place	*places[BUCKETS];
static uint32_t		 seed;

static struct place **
place_find(const struct address *a)
{
	struct place	**p;
	uint32_t	  h;
	size_t		  i;

	if (seed == 0)
		seed = arc4random() | 1;
	for (i = 0, h = seed; i < sizeof(a->octets); i++)
		h = (h ^ a->octets[i]) * 16777619u;
	for (p = &places[(h ^ h >> 16) % BUCKETS]; *p != NULL;
	    p = &(*p)->next)
		if (memcmp(&(*p)->address, a, sizeof(*a)) == 0)
			break;
	return p;
}

/* Count one more; false if the address has as many as it may. */
static bool
place_take(const struct address *a, unsigned int most)
{
	struct address	  n = address_counted(a);
	struct place	**p;

	p = place_find(&n);
	if (*p == NULL) {
		if ((*p = calloc(1, sizeof(**p))) == NULL)
			fatal("calloc");
		(*p)->address = n;
	}
	if ((*p)->count >= most)
		return false;
	(*p)->count++;
	return true;
}

static void
place_leave(const struct address *a)
{
	struct address	  n = address_counted(a);
	struct place	**p, *gone;

	p = place_find(&n);
	if (*p == NULL || --(*p)->count > 0)
		return;
	gone = *p;
	*p = gone->next;
	free(gone);
}

static void
switch_all(bool on)
{
	int	 i;

	for (i = 0; i < socket_count; i++)
		if (on)
			event_add(&sockets[i].event, NULL);
		else
			event_del(&sockets[i].event);
	paused = !on;
}

static void
admit(int fd, const struct sockaddr *sa)
{
	const struct http_view	*v = config_current()->view;
	struct address		 a;
	unsigned int		 most;
	bool			 counted;
	int			 on;

	on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	a = address_of(sa);
	counted = !forwarded_proxy(&a, v->proxies, v->proxy_count);
	most = v->connections_per_address == 0 ? LIMIT_CONNECTIONS_ADDR :
	    v->connections_per_address;
	if (counted && !place_take(&a, most)) {
		log_debug("too many connections of %s", address_text(&a));
		close(fd);
		return;
	}
	conn_new(fd, &a, counted);
}

static void
accept_some(int listener, short what, void *arg)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;
	int			 fd, i;

	(void)what;
	(void)arg;
	for (i = 0; i < ACCEPT_ONCE; i++) {
		if (conn_count() >= LIMIT_CONNECTIONS) {
			log_warnx("%d connections: no more for now",
			    LIMIT_CONNECTIONS);
			switch_all(false);
			return;
		}
		len = sizeof(ss);
		fd = accept4(listener, (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd != -1) {
			admit(fd, (struct sockaddr *)&ss);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM) {
			log_warn("accept");
			switch_all(false);
		}
		return;
	}
}

void
listen_add(int fd)
{
	if (socket_count == SOCKETS)
		fatalx("too many listen sockets");
	sockets[socket_count].fd = fd;
	if (event_assign(&sockets[socket_count].event, child_base(), fd,
	    EV_READ | EV_PERSIST, accept_some, NULL) == -1)
		fatalx("event_assign");
	if (accepting && !paused)
		event_add(&sockets[socket_count].event, NULL);
	socket_count++;
}

void
listen_start(void)
{
	if (accepting)
		return;
	accepting = true;
	switch_all(true);
}

void
listen_closed(const struct address *a, bool counted)
{
	if (counted)
		place_leave(a);
	if (accepting && paused && conn_count() < LIMIT_CONNECTIONS)
		switch_all(true);
}

void
listen_sweep(void)
{
	if (accepting && paused && conn_count() < LIMIT_CONNECTIONS)
		switch_all(true);
}

void
listen_stop(void)
{
	int	 i;

	accepting = false;
	for (i = 0; i < socket_count; i++) {
		event_del(&sockets[i].event);
		close(sockets[i].fd);
	}
	socket_count = 0;
}
