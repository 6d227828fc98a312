/*
 * The life of a child.  Every child.  Must never believe what a message
 * says of its sender: who sent it is the pipe it came from.
 */
#include <sys/types.h>
#include <sys/queue.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/child.h"
#include "common/generation.h"
#include "common/log.h"
#include "common/sandbox.h"

#define PARENT_FD	3
#define FLUSH_MS	1000		/* at the very end */

struct peer_event {
	struct event	 read;
	struct event	 write;
	bool		 writing;	/* the write event is pending */
	bool		 readable;	/* pulled: there is something to read */
	bool		 more;		/* pulled: stopped at its limit */
	bool		 dead;		/* reaped at the end of the turn */
};

static struct {
	const struct child	*ops;
	struct event_base	*base;
	struct setup		 setup;
	uint8_t			*setup_octets;	/* what setup points into */
	size_t			 setup_len;
	handler_fn		*handlers[MESSAGE_MAX];
	struct peer		 parent;
	struct peer		*peers;
	size_t			 most;		/* largest message we may get */
	struct generation	*staged;
	struct generation	*current;
} self;

static void	 peer_read(int, short, void *);
static void	 peer_write(int, short, void *);

/* --- peers ------------------------------------------------------------ */

static void
peer_attach(struct peer *p, int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		fatal("fcntl");
	p->buf = imsgbuf_new(fd, self.most);
	if ((p->event = calloc(1, sizeof(*p->event))) == NULL)
		fatal("calloc");
}

static void
peer_watch(struct peer *p)
{
	int	 fd = imsgbuf_fd(p->buf);

	if (event_assign(&p->event->read, self.base, fd, EV_READ | EV_PERSIST,
	    peer_read, p) == -1 ||
	    event_assign(&p->event->write, self.base, fd, EV_WRITE,
	    peer_write, p) == -1 || event_add(&p->event->read, NULL) == -1)
		fatalx("event");
}

static struct peer *
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
	p->next = self.peers;
	self.peers = p;
	return p;
}

/* The other end is gone: whoever waits for it hears of it now. */
static void
peer_lost(struct peer *p)
{
	if (p == &self.parent) {
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
	if (p->ready && self.ops->lost != NULL)
		self.ops->lost(p);
	p->ready = false;
}

static void
peers_reap(void)
{
	struct peer	**pp, *p;

	for (pp = &self.peers; (p = *pp) != NULL; ) {
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
	if (p->event->dead || p->event->writing ||
	    imsgbuf_queued(p->buf) == 0)
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
	    (info->to & self.setup.kinds) == 0)
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
static void
peer_ready(struct peer *p)
{
	if (p->ready)
		return;
	p->ready = true;
	log_debug("joined %s %llu", process_kinds_name(p->kinds),
	    (unsigned long long)p->instance);
	if (self.ops->joined != NULL)
		self.ops->joined(p);
}

static void	 parent_message(const struct imsg *);

static void
dispatch(struct peer *p, struct imsg *m)
{
	struct reader	 r;
	handler_fn	*fn;

	check(p, m);
	/* It speaks: parent told it that we have joined. */
	peer_ready(p);
	if ((fn = self.handlers[m->type]) != NULL) {
		wire_read(&r, m->data.data, m->data.len);
		fn(p, m->id, &r);
	} else if (p == &self.parent)
		parent_message(m);
	else
		fatalx("no handler for %s", message_name(m->type));
}

/* What is buffered; false when the peer is gone or broke the framing. */
static unsigned int
dispatch_buffered(struct peer *p, unsigned int most)
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
	if (self.ops->pulled && p != &self.parent) {
		p->event->readable = true;
		return;
	}
	if (imsgbuf_read(p->buf) <= 0) {
		peer_lost(p);
		return;
	}
	dispatch_buffered(p, (unsigned int)-1);
}

unsigned int
child_dispatch(struct peer *p, unsigned int most)
{
	unsigned int	 n;
	int		 got;

	if (p->event->dead)
		return 0;
	p->event->more = false;
	n = dispatch_buffered(p, most);
	if (n == most || !p->event->readable || p->event->dead)
		return n;
	p->event->readable = false;
	if ((got = imsgbuf_read(p->buf)) <= 0) {
		peer_lost(p);
		return n;
	}
	return n + dispatch_buffered(p, most - n);
}

void
peer_send(struct peer *p, enum message type, uint64_t id,
    const struct writer *w)
{
	const struct message_info	*info = message_info(type);
	size_t				 len = w == NULL ? 0 : w->len;

	if (p == NULL)
		p = &self.parent;
	if (info == NULL || (info->from & self.setup.kinds) == 0 ||
	    (info->to & p->kinds) == 0 || info->fd)
		fatalx("%s may not go to %s", message_name(type),
		    process_kinds_name(p->kinds));
	if ((w != NULL && w->bad) || len < info->least || len > info->most)
		fatalx("%s of %zu octets", message_name(type), len);
	if (!p->event->dead)
		imsgbuf_put(p->buf, type, id, -1, w == NULL ? NULL : w->data,
		    len);
}

/* --- what parent says ------------------------------------------------- */

static void
parent_send_u64(enum message type, uint64_t value)
{
	struct writer	 w;

	wire_init(&w, 8);
	wire_put_u64(&w, value);
	peer_send(NULL, type, 0, &w);
	wire_free(&w);
}

static struct generation *
staged(uint64_t number)
{
	if (self.staged == NULL)
		self.staged = generation_new(number);
	if (generation_number(self.staged) != number)
		fatalx("parent mixes generations");
	return self.staged;
}

static void
on_config_view(struct reader *r, int fd)
{
	uint64_t	 number = wire_get_u64(r);

	if (!wire_end(r))
		fatalx("config_view is malformed");
	generation_view(staged(number), fd);
}

static void
on_config_file(struct reader *r, int fd)
{
	uint64_t	 number = wire_get_u64(r);
	const char	*name = wire_get_string(r, 4096);

	if (!wire_end(r))
		fatalx("config_file is malformed");
	generation_file(staged(number), name, fd);
}

static void
on_config_prepare(struct reader *r, int fd)
{
	uint64_t	 number = wire_get_u64(r);
	struct writer	 w;
	struct reader	 view;
	const char	*why = NULL;
	char		 reason[1024];

	(void)fd;
	if (!wire_end(r))
		fatalx("config_prepare is malformed");
	wire_read(&view, generation_octets(staged(number)).data,
	    generation_octets(staged(number)).len);
	if (self.ops->prepare != NULL)
		why = self.ops->prepare(&view,
		    generation_files(staged(number)));
	strlcpy(reason, why == NULL ? "" : why, sizeof(reason));
	wire_init(&w, 4096);
	wire_put_u64(&w, number);
	wire_put_bool(&w, why == NULL);
	wire_put_string(&w, reason);
	peer_send(NULL, MESSAGE_config_prepared, 0, &w);
	wire_free(&w);
	if (why != NULL) {
		generation_free(self.staged);
		self.staged = NULL;
	}
}

static void
on_config_commit(struct reader *r, int fd)
{
	struct generation	*old = self.current;
	uint64_t		 number = wire_get_u64(r);

	(void)fd;
	if (!wire_end(r) || self.staged == NULL ||
	    generation_number(self.staged) != number)
		fatalx("config_commit without its generation");
	self.current = self.staged;
	self.staged = NULL;
	if (self.ops->commit != NULL)
		self.ops->commit();
	generation_free(old);
}

static void
on_config_abort(struct reader *r, int fd)
{
	(void)fd;
	(void)wire_get_u64(r);
	if (!wire_end(r))
		fatalx("config_abort is malformed");
	/* Nothing is staged where this child was the one that refused. */
	if (self.staged == NULL)
		return;
	if (self.ops->abort != NULL)
		self.ops->abort();
	generation_free(self.staged);
	self.staged = NULL;
}

static void
on_peer_join(struct reader *r, int fd)
{
	uint64_t	 instance = wire_get_u64(r);
	unsigned int	 kinds = wire_get_u32(r);
	const char	*group = wire_get_string(r, 256);

	if (!wire_end(r))
		fatalx("peer_join is malformed");
	peer_new(instance, kinds, group, fd);
	parent_send_u64(MESSAGE_peer_joined, instance);
}

static void
on_peer_go(struct reader *r, int fd)
{
	uint64_t	 instance = wire_get_u64(r);
	struct peer	*p;

	(void)fd;
	if (!wire_end(r))
		fatalx("peer_go is malformed");
	for (p = self.peers; p != NULL; p = p->next) {
		if (p->instance == instance && !p->event->dead)
			peer_ready(p);
	}
}

static void
on_listen_socket(struct reader *r, int fd)
{
	if (!wire_end(r))
		fatalx("listen_socket is malformed");
	if (self.ops->listening == NULL)
		close(fd);
	else
		self.ops->listening(fd);
}

static void
on_log_level(struct reader *r, int fd)
{
	bool	 verbose = wire_get_bool(r);

	(void)fd;
	if (!wire_end(r))
		fatalx("log_level is malformed");
	log_setverbose(verbose);
}

static void
on_drain(struct reader *r, int fd)
{
	uint64_t	 ms = wire_get_u64(r);

	(void)fd;
	if (!wire_end(r))
		fatalx("drain is malformed");
	if (self.ops->drain == NULL)
		child_exit();
	self.ops->drain(ms);
}

static const struct {
	enum message	 message;
	void		(*fn)(struct reader *, int);
} parent_messages[] = {
	{ MESSAGE_config_view,		on_config_view },
	{ MESSAGE_config_file,		on_config_file },
	{ MESSAGE_config_prepare,	on_config_prepare },
	{ MESSAGE_config_commit,	on_config_commit },
	{ MESSAGE_config_abort,		on_config_abort },
	{ MESSAGE_peer_join,		on_peer_join },
	{ MESSAGE_peer_go,		on_peer_go },
	{ MESSAGE_listen_socket,	on_listen_socket },
	{ MESSAGE_log_level,		on_log_level },
	{ MESSAGE_drain,		on_drain },
	{ MESSAGE_none,			NULL }
};

static void
parent_message(const struct imsg *m)
{
	struct reader	 r;
	size_t		 i;

	for (i = 0; parent_messages[i].fn != NULL; i++) {
		if ((unsigned int)parent_messages[i].message != m->type)
			continue;
		wire_read(&r, m->data.data, m->data.len);
		parent_messages[i].fn(&r, m->fd);
		return;
	}
	fatalx("no handler for %s", message_name(m->type));
}

/* --- beginning, loop, end --------------------------------------------- */

static size_t
largest_message(void)
{
	const struct message_info	*info;
	unsigned int			 i;
	size_t				 most = 0;

	for (i = 1; i < MESSAGE_MAX; i++) {
		info = message_info(i);
		if (info->most > most)
			most = info->most;
	}
	return most;
}

/* Blocking: wait until the socket is ready for what is said. */
static void
wait_for(short events, int ms)
{
	struct pollfd	 pfd = { PARENT_FD, events, 0 };

	if (poll(&pfd, 1, ms) == -1 && errno != EINTR)
		fatal("poll");
}

static void
say_hello(void)
{
	struct writer	 w;

	wire_init(&w, 256);
	wire_put_u64(&w, message_table_hash());
	wire_put_string(&w, HFSSOD_VERSION);
	imsgbuf_put(self.parent.buf, MESSAGE_hello, 0, -1, w.data, w.len);
	wire_free(&w);
	while (imsgbuf_queued(self.parent.buf) > 0) {
		if (imsgbuf_write(self.parent.buf) == -1)
			exit(0);
		wait_for(POLLOUT, 100);
	}
}

/* The first message must be setup; it is kept, since setup points into it. */
static void
hear_setup(void)
{
	struct imsg	 m;
	struct reader	 r;
	int		 got;

	while ((got = imsgbuf_get(self.parent.buf, &m)) == 0) {
		wait_for(POLLIN, -1);
		if (imsgbuf_read(self.parent.buf) <= 0)
			exit(0);
	}
	if (got == -1 || m.type != MESSAGE_setup)
		fatalx("parent did not begin with setup");
	if ((self.setup_octets = malloc(m.data.len)) == NULL)
		fatal("malloc");
	memcpy(self.setup_octets, m.data.data, m.data.len);
	self.setup_len = m.data.len;
	wire_read(&r, self.setup_octets, self.setup_len);
	if (!setup_get(&r, &self.setup))
		fatalx("setup is malformed");
}

static void
signals(void)
{
	static const int	 ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE,
				    SIGUSR1, SIGUSR2 };
	size_t			 i;

	/* Parent ends its children, in its order, whoever signals a group. */
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
}

static void
begin(const struct child *ops)
{
	struct event_config	*config;
	const struct handler	*h;
	struct writer		 w;

	self.ops = ops;
	self.most = largest_message();
	for (h = ops->handlers; h->message != MESSAGE_none; h++)
		self.handlers[h->message] = h->fn;
	self.parent.kinds = KIND_PARENT;
	self.parent.group = "";
	self.parent.ready = true;
	peer_attach(&self.parent, PARENT_FD);
	say_hello();
	hear_setup();
	log_init(self.setup.name, STDERR_FILENO, self.setup.syslog ?
	    LOG_FORM_SYSLOG : LOG_FORM_PLAIN);
	log_setverbose(self.setup.verbose);
	if ((config = event_config_new()) == NULL ||
	    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK |
	    EVENT_BASE_FLAG_IGNORE_ENV) == -1 ||
	    (self.base = event_base_new_with_config(config)) == NULL)
		fatalx("event base");
	event_config_free(config);
	peer_watch(&self.parent);
	/* The first use of the time zone looks for a file. */
	tzset();
	if (ops->start != NULL)
		ops->start(&self.setup);
	wire_init(&w, 4);
	wire_put_u32(&w, sandbox_enter(&self.setup));
	if (ops->begin != NULL)
		ops->begin(&self.setup);
	peer_send(NULL, MESSAGE_sandboxed, 0, &w);
	wire_free(&w);
}

static void
flush(void)
{
	struct peer	*p;

	peer_flush(&self.parent);
	for (p = self.peers; p != NULL; p = p->next)
		peer_flush(p);
}

static bool
anything_left(void)
{
	struct peer	*p;

	for (p = self.peers; p != NULL; p = p->next) {
		if (p->event->more && !p->event->dead)
			return true;
	}
	return false;
}

void
child_main(int argc, char **argv, const struct child *ops)
{
	log_init(argc > 1 ? argv[1] : getprogname(), STDERR_FILENO,
	    LOG_FORM_PLAIN);
	signals();
	begin(ops);
	flush();
	/* What came with setup is already buffered. */
	dispatch_buffered(&self.parent, (unsigned int)-1);
	for (;;) {
		flush();
		peers_reap();
		if (event_base_loop(self.base, EVLOOP_ONCE |
		    (anything_left() ? EVLOOP_NONBLOCK : 0)) == -1)
			fatalx("event loop");
		if (ops->turn != NULL)
			ops->turn();
	}
}

void
child_exit(void)
{
	struct pollfd	 pfd;
	struct peer	*p;

	/* What was answered is worth a moment's wait. */
	for (p = self.peers; p != NULL; p = p->next) {
		if (p->event->dead || imsgbuf_write(p->buf) == -1)
			continue;
		while (imsgbuf_queued(p->buf) > 0) {
			pfd.fd = imsgbuf_fd(p->buf);
			pfd.events = POLLOUT;
			if (poll(&pfd, 1, FLUSH_MS) <= 0 ||
			    imsgbuf_write(p->buf) == -1)
				break;
		}
	}
	(void)imsgbuf_write(self.parent.buf);
	generation_free(self.staged);
	generation_free(self.current);
	exit(0);
}

struct event_base *
child_base(void)
{
	return self.base;
}

const struct setup *
child_setup(void)
{
	return &self.setup;
}

struct peer *
child_peer(enum process kind, const char *group)
{
	struct peer	*p;

	for (p = self.peers; p != NULL; p = p->next) {
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

	for (p = self.peers; p != NULL; p = p->next) {
		if (p->ready && p->instance == instance)
			return p;
	}
	return NULL;
}

struct peer *
child_peers(void)
{
	return self.peers;
}
