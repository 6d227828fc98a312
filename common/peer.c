/*
 * The other ends of a child's pipes: reading, checking against the message
 * table, dispatching, writing.  Every child.  Must never believe what a
 * message says of its sender: who sent it is the pipe it came from.
 */
#include <sys/types.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/child_self.h"
#include "common/log.h"

struct peer_event {
	struct event	 read;
	struct event	 write;
	bool		 writing;	/* the write event is pending */
	bool		 readable;	/* pulled: there is something to read */
	bool		 more;		/* pulled: stopped at its limit */
	bool		 dead;		/* reaped at the end of the turn */
};

static void	 peer_read(int, short, void *);
static void	 peer_write(int, short, void *);

void
peer_attach(struct peer *p, int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		fatal("fcntl");
	p->buf = imsgbuf_new(fd, child_self.most);
	if ((p->event = calloc(1, sizeof(*p->event))) == NULL)
		fatal("calloc");
}

void
peer_watch(struct peer *p)
{
	struct event_base	*base = child_self.base;
	int			 fd = imsgbuf_fd(p->buf);

	if (event_assign(&p->event->read, base, fd, EV_READ | EV_PERSIST,
	    peer_read, p) == -1 ||
	    event_assign(&p->event->write, base, fd, EV_WRITE,
	    peer_write, p) == -1 || event_add(&p->event->read, NULL) == -1)
		fatalx("event");
}

struct peer *
peer_new(uint64_t instance, unsigned int kinds, const char *group, int fd)
{
	struct peer	*p;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		fatal("calloc");
	p->instance = instance;
	p->kinds = kinds;
	if ((p->group = strdup(group)) == NULL)
		fatal("strdup");
	peer_attach(p, fd);
	peer_watch(p);
	p->next = child_self.peers;
	child_self.peers = p;
	return p;
}

/* The other end is gone: whoever waits for it hears of it now. */
static void
peer_lost(struct peer *p)
{
	if (p == &child_self.parent) {
		log_debug("parent is gone");
		_exit(0);
	}
	if (p->event->dead)
		return;
	p->event->dead = true;
	event_del(&p->event->read);
	event_del(&p->event->write);
	log_debug("lost %s %llu", process_kinds_name(p->kinds),
	    (unsigned long long)p->instance);
	if (p->ready && child_self.ops->lost != NULL)
		child_self.ops->lost(p);
	p->ready = false;
}

void
peers_reap(void)
{
	struct peer	**pp, *p;

	for (pp = &child_self.peers; (p = *pp) != NULL; ) {
		if (!p->event->dead) {
			pp = &p->next;
			continue;
		}
		*pp = p->next;
		imsgbuf_free(p->buf);
		free(p->event);
		free((void *)(uintptr_t)p->group);
		free(p);
	}
}

static void
peer_flush(struct peer *p)
{
	if (p->event->dead || imsgbuf_queued(p->buf) == 0)
		return;
	/* An honest one asks no more than it reads: no memory for others. */
	if (imsgbuf_queued(p->buf) > LIMIT_UNREAD && p != &child_self.parent) {
		log_warnx("%s %llu does not read its answers: dropped",
		    process_kinds_name(p->kinds),
		    (unsigned long long)p->instance);
		peer_lost(p);
		return;
	}
	if (p->event->writing)
		return;
	if (imsgbuf_write(p->buf) == -1)
		peer_lost(p);
	else if (imsgbuf_queued(p->buf) > 0) {
		event_add(&p->event->write, NULL);
		p->event->writing = true;
	}
}

static void
peer_write(int fd, short what, void *arg)
{
	struct peer	*p = arg;

	(void)fd;
	(void)what;
	p->event->writing = false;
	peer_flush(p);
}

/* --- dispatch --------------------------------------------------------- */

/* Is this message in the table, from this peer to us, and of its size? */
static void
check(const struct peer *p, const struct imsg *m)
{
	const struct message_info	*info = message_info(m->type);
	const char			*why = NULL;

	if (info == NULL)
		why = "unknown";
	else if ((info->from & p->kinds) == 0 ||
	    (info->to & child_self.setup.kinds) == 0)
		why = "not allowed";
	else if (m->data.len < info->least || m->data.len > info->most)
		why = "of the wrong size";
	else if ((m->fd != -1) != info->fd)
		why = "with or without a descriptor";
	if (why != NULL)
		fatalx("%s %llu broke the protocol: message %s is %s",
		    process_kinds_name(p->kinds),
		    (unsigned long long)p->instance, message_name(m->type),
		    why);
}

/* Both ends have joined: it may be spoken to. */
void
peer_ready(struct peer *p)
{
	if (p->ready)
		return;
	p->ready = true;
	log_debug("joined %s %llu", process_kinds_name(p->kinds),
	    (unsigned long long)p->instance);
	if (child_self.ops->joined != NULL)
		child_self.ops->joined(p);
}

static void
dispatch(struct peer *p, struct imsg *m)
{
	struct reader	 r;
	handler_fn	*fn;

	check(p, m);
	/* It speaks: parent told it that we have joined. */
	peer_ready(p);
	if ((fn = child_self.handlers[m->type]) != NULL) {
		wire_read(&r, m->data.data, m->data.len);
		fn(p, m->id, &r);
	} else if (p == &child_self.parent)
		orders_message(m);
	else
		fatalx("no handler for %s", message_name(m->type));
}

/* What is buffered; false when the peer is gone or broke the framing. */
unsigned int
peer_dispatch(struct peer *p, unsigned int most)
{
	struct imsg	 m;
	unsigned int	 n = 0;
	int		 got;

	while (n < most && !p->event->dead) {
		if ((got = imsgbuf_get(p->buf, &m)) == 0)
			return n;
		if (got == -1)
			fatalx("%s %llu broke the framing",
			    process_kinds_name(p->kinds),
			    (unsigned long long)p->instance);
		dispatch(p, &m);
		n++;
	}
	p->event->more = true;
	return n;
}

static void
peer_read(int fd, short what, void *arg)
{
	struct peer	*p = arg;

	(void)fd;
	(void)what;
	if (child_self.ops->pulled && p != &child_self.parent) {
		p->event->readable = true;
		return;
	}
	if (imsgbuf_read(p->buf) <= 0) {
		peer_lost(p);
		return;
	}
	peer_dispatch(p, (unsigned int)-1);
}

unsigned int
child_dispatch(struct peer *p, unsigned int most)
{
	unsigned int	 n;
	int		 got;

	if (p->event->dead)
		return 0;
	p->event->more = false;
	n = peer_dispatch(p, most);
	if (n == most || !p->event->readable || p->event->dead)
		return n;
	p->event->readable = false;
	if ((got = imsgbuf_read(p->buf)) <= 0) {
		peer_lost(p);
		return n;
	}
	return n + peer_dispatch(p, most - n);
}

void
peer_send(struct peer *p, enum message type, uint64_t id,
    const struct writer *w)
{
	const struct message_info	*info = message_info(type);
	size_t				 len = w == NULL ? 0 : w->len;

	if (p == NULL)
		p = &child_self.parent;
	if (info == NULL || (info->from & child_self.setup.kinds) == 0 ||
	    (info->to & p->kinds) == 0 || info->fd)
		fatalx("%s may not go to %s", message_name(type),
		    process_kinds_name(p->kinds));
	if ((w != NULL && w->bad) || len < info->least || len > info->most)
		fatalx("%s of %zu octets", message_name(type), len);
	if (!p->event->dead)
		imsgbuf_put(p->buf, type, id, -1, w == NULL ? NULL : w->data,
		    len);
}

bool
peer_dead(const struct peer *p)
{
	return p->event->dead;
}

void
peers_flush(void)
{
	struct peer	*p;

	peer_flush(&child_self.parent);
	for (p = child_self.peers; p != NULL; p = p->next)
		peer_flush(p);
}

bool
peers_more(void)
{
	struct peer	*p;

	for (p = child_self.peers; p != NULL; p = p->next) {
		if (p->event->more && !p->event->dead)
			return true;
	}
	return false;
}

struct peer *
child_peer(enum process kind, const char *group)
{
	struct peer	*p;

	for (p = child_self.peers; p != NULL; p = p->next) {
		if (p->ready && (p->kinds & KIND(kind)) != 0 &&
		    (group == NULL || strcmp(p->group, group) == 0))
			return p;
	}
	return NULL;
}

struct peer *
child_instance(uint64_t instance)
{
	struct peer	*p;

	for (p = child_self.peers; p != NULL; p = p->next) {
		if (p->ready && p->instance == instance)
			return p;
	}
	return NULL;
}

struct peer *
child_peers(void)
{
	return child_self.peers;
}
