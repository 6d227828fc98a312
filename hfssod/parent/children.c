/*
 * The table of children: starting, hearing, losing and starting again.  In
 * parent.  What a child says is checked against the message table; one
 * that breaks it is killed, since a taken-over child may not be able to
 * end the daemon.
 */
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/log.h"
#include "hfssod/parent/children.h"
#include "hfssod/parent/control.h"
#include "hfssod/parent/generation.h"
#include "hfssod/parent/joining.h"
#include "hfssod/parent/parent.h"
#include "hfssod/parent/spawn.h"

#define PATIENCE	30		/* seconds from start to up */

static uint64_t	 instances;	/* given so far */

static void	 seat_start(struct seat *);
static void	 seat_timer(int, short, void *);
static void	 seat_read(int, short, void *);
static void	 seat_write(int, short, void *);
static void	 heard_hello(struct seat *, const struct imsg *);
static void	 heard_sandboxed(struct seat *, const struct imsg *);
static void	 heard_prepared(struct seat *, const struct imsg *);
static void	 heard_joined(struct seat *, const struct imsg *);

static const struct {
	enum message	 message;
	void		(*fn)(struct seat *, const struct imsg *);
} handlers[] = {
	{ MESSAGE_hello,		heard_hello },
	{ MESSAGE_sandboxed,		heard_sandboxed },
	{ MESSAGE_config_prepared,	heard_prepared },
	{ MESSAGE_peer_joined,		heard_joined },
	{ MESSAGE_ctl_result,		control_answer },
	{ MESSAGE_ctl_records,		control_answer },
	{ MESSAGE_none,			NULL }
};

/* --- starting ---------------------------------------------------------- */

void
children_start(void)
{
	struct seat	*s;

	TAILQ_FOREACH(s, children_seats(), entry)
		seat_start(s);
}

static void
seat_start(struct seat *s)
{
	struct timeval	 patience = { PATIENCE, 0 };
	int		 fd;

	if (s->timer == NULL && (s->timer = evtimer_new(parent_base(),
	    seat_timer, s)) == NULL)
		fatalx("seat");
	fd = spawn(s->binary, s->name, parent_log_fd(), &s->pid);
	if (fd == -1) {
		/* No process, no memory: as if it had died at once. */
		log_warn("%s", s->name);
		s->pid = 0;
		patience.tv_sec = 1;
		evtimer_add(s->timer, &patience);
		return;
	}
	s->state = SEAT_HELLO;
	s->instance = ++instances;
	s->born = clock_ms();
	s->layers = 0;
	s->listening = s->doomed = false;
	s->asked = s->prepared = s->aborted = 0;
	s->buf = imsgbuf_new(fd, LIMIT_MESSAGE);
	s->read = event_new(parent_base(), fd, EV_READ | EV_PERSIST,
	    seat_read, s);
	s->write = event_new(parent_base(), fd, EV_WRITE, seat_write, s);
	if (s->read == NULL || s->write == NULL)
		fatalx("seat");
	event_add(s->read, NULL);
	evtimer_add(s->timer, &patience);
	log_debug("%s: pid %d, instance %llu", s->name, (int)s->pid,
	    (unsigned long long)s->instance);
}

/* Its time has come: to start again, or its start took too long. */
static void
seat_timer(int fd, short what, void *arg)
{
	struct seat	*s = arg;

	(void)fd;
	(void)what;
	if (s->state == SEAT_DOWN) {
		if (parent_stopping())
			return;
		s->restarts++;
		seat_start(s);
	} else if (s->state != SEAT_UP)
		seat_kill(s, "took too long to start");
}

/* --- hearing ----------------------------------------------------------- */

static const char *
message_wrong(const struct seat *s, const struct imsg *m)
{
	const struct message_info	*info;

	if ((info = message_info(m->type)) == NULL)
		return "sent an unknown message";
	if ((info->from & s->kinds) == 0 || (info->to & KIND_PARENT) == 0)
		return "sent a message that is not its to send";
	if (m->data.len < info->least || m->data.len > info->most)
		return "sent a message of the wrong size";
	if (info->fd != (m->fd != -1))
		return "sent a descriptor, or none";
	return NULL;
}

static void
seat_heard(struct seat *s, const struct imsg *m)
{
	const char	*why;
	size_t		 i;

	if ((why = message_wrong(s, m)) != NULL) {
		if (m->fd != -1)
			close(m->fd);
		seat_kill(s, why);
		return;
	}
	for (i = 0; handlers[i].fn != NULL; i++) {
		if (handlers[i].message == m->type) {
			handlers[i].fn(s, m);
			return;
		}
	}
	seat_kill(s, "sent a message that parent has no use for");
}

static void
seat_read(int fd, short what, void *arg)
{
	struct seat	*s = arg;
	struct imsg	 m;
	int		 n;

	(void)fd;
	(void)what;
	if (imsgbuf_read(s->buf) <= 0) {
		/* It ends or has gone mad; SIGCHLD says which. */
		event_del(s->read);
		kill(s->pid, SIGKILL);
		s->doomed = true;
		return;
	}
	while (!s->doomed && (n = imsgbuf_get(s->buf, &m)) != 0) {
		if (n == -1)
			seat_kill(s, "sent a malformed frame");
		else
			seat_heard(s, &m);
	}
}

static void
seat_write(int fd, short what, void *arg)
{
	struct seat	*s = arg;

	(void)fd;
	(void)what;
	if (s->doomed)
		return;
	/* That it is gone is heard from reading. */
	if (imsgbuf_write(s->buf) == 0 && imsgbuf_queued(s->buf) > 0)
		event_add(s->write, NULL);
}

static void
heard_hello(struct seat *s, const struct imsg *m)
{
	const struct conf	*c;
	struct setup		 setup;
	struct reader		 r;
	struct writer		 w;
	const char		*version;
	uint64_t		 hash;
	bool			 store;

	wire_read(&r, m->data.data, m->data.len);
	hash = wire_get_u64(&r);
	version = wire_get_string(&r, 64);
	if (s->state != SEAT_HELLO || !wire_end(&r)) {
		seat_kill(s, "sent a wrong hello");
		return;
	}
	if (hash != message_table_hash()) {
		parent_fail("half-upgraded: %s in %s is version %s and of "
		    "another build than hfssod, version %s", s->binary,
		    parent_options()->libexec, log_safe(version),
		    HFSSOD_VERSION);
		return;
	}
	c = generation_conf();
	store = (s->kinds & (KIND_POLICY | KIND_READER)) != 0 &&
	    !parent_options()->check;
	memset(&setup, 0, sizeof(setup));
	setup.kinds = s->kinds;
	setup.instance = s->instance;
	setup.name = s->name;
	setup.group = s->group;
	setup.user = geteuid() == 0 ? c->users[s->user] : "";
	setup.store = store ? c->store : "";
	setup.root = geteuid() != 0 ? "" : store ? c->store : c->chroot;
	setup.strict = c->strict;
	setup.verbose = parent_verbose();
	setup.syslog = !parent_options()->foreground &&
	    !parent_options()->check;
	setup.check = parent_options()->check;
	wire_init(&w, LIMIT_MESSAGE);
	setup_put(&w, &setup);
	seat_send(s, MESSAGE_setup, 0, -1, &w);
	wire_free(&w);
	s->state = SEAT_SANDBOX;
}

static void
heard_sandboxed(struct seat *s, const struct imsg *m)
{
	struct reader	 r;

	wire_read(&r, m->data.data, m->data.len);
	s->layers = wire_get_u32(&r);
	if (s->state != SEAT_SANDBOX || !wire_end(&r)) {
		seat_kill(s, "is in the sandbox at the wrong time");
		return;
	}
	s->state = SEAT_BOOT;
	generation_boot(s);
}

static void
heard_prepared(struct seat *s, const struct imsg *m)
{
	struct reader	 r;
	const char	*why;
	uint64_t	 number;
	bool		 ok;

	wire_read(&r, m->data.data, m->data.len);
	number = wire_get_u64(&r);
	ok = wire_get_bool(&r);
	why = wire_get_string(&r, 4096);
	/* It had not heard yet that somebody else refused. */
	if (s->state == SEAT_UP && wire_end(&r) && number != s->asked &&
	    number <= s->aborted && number > s->prepared)
		return;
	if ((s->state != SEAT_BOOT && s->state != SEAT_UP) ||
	    !wire_end(&r) || number != s->asked || s->prepared == number) {
		seat_kill(s, "prepared what it was not asked to");
		return;
	}
	generation_prepared(s, number, ok, why);
}

static void
heard_joined(struct seat *s, const struct imsg *m)
{
	struct reader	 r;
	uint64_t	 instance;

	wire_read(&r, m->data.data, m->data.len);
	instance = wire_get_u64(&r);
	if (!wire_end(&r) || s->state != SEAT_UP ||
	    !joining_said(s, instance))
		seat_kill(s, "joined a peer that it was not given");
}

/* --- speaking ---------------------------------------------------------- */

void
seat_send(struct seat *s, enum message message, uint64_t id, int fd,
    const struct writer *w)
{
	const struct message_info	*info;
	size_t				 len;

	info = message_info(message);
	len = w == NULL ? 0 : w->len;
	if ((w != NULL && w->bad) || len < info->least || len > info->most ||
	    (fd != -1) != info->fd || (info->to & s->kinds) == 0)
		fatalx("%s of %zu octets to %s", message_name(message), len,
		    s->name);
	if (s->buf == NULL || s->doomed) {
		if (fd != -1)
			close(fd);
		return;
	}
	imsgbuf_put(s->buf, message, id, fd, w == NULL ? NULL : w->data, len);
	event_add(s->write, NULL);
}

void
seat_send_u64(struct seat *s, enum message message, uint64_t n)
{
	struct writer	 w;

	wire_init(&w, 8);
	wire_put_u64(&w, n);
	seat_send(s, message, 0, -1, &w);
	wire_free(&w);
}

void
seat_flush(struct seat *s)
{
	if (s->buf != NULL)
		seat_write(-1, 0, s);
}

void
seat_up(struct seat *s)
{
	s->state = SEAT_UP;
	evtimer_del(s->timer);
	joining_up(s);
	parent_progress();
}

/* --- losing ------------------------------------------------------------ */

void
seat_kill(struct seat *s, const char *why)
{
	if (s->pid == 0 || s->doomed)
		return;
	log_warnx("%s %s: killed", s->name, why);
	event_del(s->read);
	kill(s->pid, SIGKILL);
	s->doomed = true;
}

/* Whether a loop of this one ends the daemon. */
static bool
seat_vital(const struct seat *s)
{
	const struct seat	*k;
	int64_t			 now;
	unsigned int		 kind;

	now = clock_ms();
	if (!falling_loop(&s->falling, now))
		return false;
	if (s->kinds & KIND_POLICY)
		return true;
	/* http: every one of a kind that it serves. */
	for (kind = 1; kind < KIND(PROC_MAX); kind <<= 1) {
		if ((s->kinds & kind & KIND_HTTP) == 0)
			continue;
		TAILQ_FOREACH(k, children_seats(), entry) {
			if ((k->kinds & kind) != 0 &&
			    !falling_loop(&k->falling, now))
				break;
		}
		if (k == NULL)
			return true;
	}
	return false;
}

static void
seat_died(struct seat *s, const char *how)
{
	struct timeval	 tv;
	bool		 was_up;
	int		 delay;

	was_up = s->state == SEAT_UP;
	s->state = SEAT_DOWN;
	s->pid = 0;
	evtimer_del(s->timer);
	event_free(s->read);
	event_free(s->write);
	imsgbuf_free(s->buf);
	s->read = s->write = NULL;
	s->buf = NULL;
	joining_lost(s);
	control_lost(s);
	if (parent_stopping()) {
		parent_child_gone();
		return;
	}
	log_warnx("%s: %s", s->name, how);
	/* May end everything: the first start has no second try. */
	generation_lost(s);
	if (parent_stopping())
		return;
	delay = falling_died(&s->falling, clock_ms(), s->born, was_up);
	if (seat_vital(s)) {
		parent_fail("%s dies again and again", s->name);
		return;
	}
	tv.tv_sec = delay / 1000;
	tv.tv_usec = delay % 1000 * 1000;
	evtimer_add(s->timer, &tv);
}

void
children_reap(void)
{
	struct seat	*s;
	char		 how[64];
	pid_t		 pid;
	int		 status;

	for (;;) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid <= 0)
			return;
		TAILQ_FOREACH(s, children_seats(), entry) {
			if (s->pid == pid)
				break;
		}
		if (s == NULL)
			continue;
		if (WIFSIGNALED(status))
			snprintf(how, sizeof(how), "ended by signal %d (%s)",
			    WTERMSIG(status), strsignal(WTERMSIG(status)));
		else
			snprintf(how, sizeof(how), "exited with %d",
			    WEXITSTATUS(status));
		seat_died(s, how);
	}
}

bool
children_kill(unsigned int kinds)
{
	struct seat	*s;
	bool		 any;

	any = false;
	TAILQ_FOREACH(s, children_seats(), entry) {
		if ((s->kinds & kinds) == 0 || s->pid == 0)
			continue;
		kill(s->pid, SIGKILL);
		s->doomed = true;
		any = true;
	}
	return any;
}

bool
children_drain(unsigned int kinds, uint64_t ms)
{
	struct seat	*s;
	bool		 any;

	any = false;
	TAILQ_FOREACH(s, children_seats(), entry) {
		if ((s->kinds & kinds) == 0 || s->pid == 0)
			continue;
		any = true;
		if (s->state == SEAT_UP) {
			seat_send_u64(s, MESSAGE_drain, ms);
			s->state = SEAT_DRAIN;
			evtimer_del(s->timer);
		} else if (s->state != SEAT_DRAIN) {
			kill(s->pid, SIGKILL);
			s->doomed = true;
		}
	}
	return any;
}

bool
children_alive(unsigned int kinds)
{
	struct seat	*s;

	TAILQ_FOREACH(s, children_seats(), entry) {
		if ((s->kinds & kinds) != 0 && s->pid != 0)
			return true;
	}
	return false;
}

void
children_end(void)
{
	children_kill(~0u);
	while (wait(NULL) > 0 || errno == EINTR)
		continue;
}
