/*
 * The control socket.  In parent.  A wrong message closes its client and
 * nothing else.  Must never open what a client names, nor read more of a
 * question that is passed on than whose verifier it is for.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <event2/event.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/message.h"
#include "common/record.h"
#include "hfssod/parent/control.h"
#include "hfssod/parent/control_answer.h"
#include "hfssod/parent/generation.h"
#include "hfssod/parent/parent.h"

struct client {
	struct imsgbuf	*buf;
	struct event	*read;
	struct event	*write;
	struct event	*timer;
	uid_t		 uid;
	bool		 hello;
	/* One question at a time. */
	bool		 asked;
	uint64_t	 id;		/* the client's */
	uint64_t	 passed;	/* ours; 0: not passed on */
	uint64_t	 instance;	/* who answers */
	bool		 reload;
	TAILQ_ENTRY(client) entry;
};

static struct {
	int		 fd;
	char		*path;
	gid_t		 group;		/* members may ask */
	bool		 has_group;
	struct event	*accept;
	TAILQ_HEAD(, client) clients;
	unsigned int	 count;
	uint64_t	 last;		/* id given */
} control = { .fd = -1, .clients = TAILQ_HEAD_INITIALIZER(control.clients) };

static void	 control_accept(int, short, void *);
static void	 client_read(int, short, void *);
static void	 client_write(int, short, void *);
static void	 client_timer(int, short, void *);

/* --- the socket --------------------------------------------------------- */

/* Whether another daemon answers there. */
static bool
answers(const struct sockaddr_un *sun)
{
	bool	 yes;
	int	 fd;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return false;
	yes = connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == 0;
	close(fd);
	return yes;
}

static bool
bound(const struct sockaddr_un *sun)
{
	struct stat	 st;
	mode_t		 old;
	bool		 ok;

	/* Only ever remove a socket, never a file. */
	if (lstat(sun->sun_path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(sun->sun_path);
	control.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (control.fd == -1)
		return false;
	old = umask(0177);
	ok = bind(control.fd, (const struct sockaddr *)sun,
	    sizeof(*sun)) == 0;
	umask(old);
	return ok;
}

bool
control_open(const struct conf *c, struct errors *e)
{
	struct sockaddr_un	 sun;
	struct group		*gr;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlcpy(sun.sun_path, c->control_socket, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path)) {
		errors_add(e, &c->at, "control socket: name too long");
		return false;
	}
	if (c->control_group[0] != '\0') {
		if ((gr = getgrnam(c->control_group)) == NULL) {
			errors_add(e, &c->at, "control socket: no group %s",
			    c->control_group);
			return false;
		}
		control.group = gr->gr_gid;
		control.has_group = true;
	}
	if (answers(&sun)) {
		errors_add(e, NULL, "%s: another hfssod is running",
		    sun.sun_path);
		return false;
	}
	if (!bound(&sun) || (control.has_group &&
	    chown(sun.sun_path, (uid_t)-1, control.group) == -1) ||
	    chmod(sun.sun_path, 0660) == -1 || listen(control.fd, 16) == -1) {
		errors_add(e, NULL, "%s: %s", sun.sun_path, strerror(errno));
		return false;
	}
	if ((control.path = strdup(sun.sun_path)) == NULL)
		fatal("control");
	control.accept = event_new(parent_base(), control.fd,
	    EV_READ | EV_PERSIST, control_accept, NULL);
	if (control.accept == NULL)
		fatalx("control");
	event_add(control.accept, NULL);
	return true;
}

void
control_close(void)
{
	if (control.fd == -1 || control.path == NULL)
		return;
	(void)unlink(control.path);
	event_free(control.accept);
	close(control.fd);
	control.fd = -1;
}

/* --- clients ------------------------------------------------------------ */

static bool
trusted(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

/* root, whoever the daemon runs as, and members of the socket's group. */
static bool
may_ask(uid_t uid, gid_t gid)
{
	struct passwd	*pw;
	gid_t		 groups[256];
	int		 i, n;

	if (trusted(uid))
		return true;
	if (!control.has_group)
		return false;
	if (gid == control.group)
		return true;
	n = 256;
	if ((pw = getpwuid(uid)) == NULL ||
	    getgrouplist(pw->pw_name, pw->pw_gid, groups, &n) == -1)
		return false;
	for (i = 0; i < n; i++) {
		if (groups[i] == control.group)
			return true;
	}
	return false;
}

static void
client_free(struct client *c)
{
	TAILQ_REMOVE(&control.clients, c, entry);
	control.count--;
	event_free(c->read);
	event_free(c->write);
	event_free(c->timer);
	imsgbuf_free(c->buf);
	free(c);
}

static void
client_patience(struct client *c, time_t seconds)
{
	struct timeval	 tv = { seconds, 0 };

	evtimer_add(c->timer, &tv);
}

static void
control_accept(int fd, short what, void *arg)
{
	struct client	*c;
	uid_t		 uid;
	gid_t		 gid;
	int		 s;

	(void)what;
	(void)arg;
	s = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (s == -1)
		return;
	if (getpeereid(s, &uid, &gid) == -1 || !may_ask(uid, gid) ||
	    control.count == CONTROL_CLIENTS) {
		close(s);
		return;
	}
	if ((c = calloc(1, sizeof(*c))) == NULL)
		fatal("control");
	c->uid = uid;
	/* One message is long, and it is no member's of the group. */
	c->buf = imsgbuf_new(s, trusted(uid) ? LIMIT_SCIM_MESSAGE :
	    LIMIT_MESSAGE);
	c->read = event_new(parent_base(), s, EV_READ | EV_PERSIST,
	    client_read, c);
	c->write = event_new(parent_base(), s, EV_WRITE, client_write, c);
	c->timer = evtimer_new(parent_base(), client_timer, c);
	if (c->read == NULL || c->write == NULL || c->timer == NULL)
		fatalx("control");
	event_add(c->read, NULL);
	client_patience(c, CONTROL_ASK);
	TAILQ_INSERT_TAIL(&control.clients, c, entry);
	control.count++;
}

static void
client_send(struct client *c, enum message message, const void *data,
    size_t len)
{
	imsgbuf_put(c->buf, message, c->id, -1, data, len);
	event_add(c->write, NULL);
	c->asked = c->reload = false;
	c->passed = 0;
	client_patience(c, CONTROL_ASK);
}

static void
client_result(struct client *c, enum verdict verdict, const char *detail)
{
	struct writer	 w;

	control_result(&w, verdict, detail);
	client_send(c, MESSAGE_ctl_result, w.data, w.len);
	wire_free(&w);
}

static void
client_write(int fd, short what, void *arg)
{
	struct client	*c = arg;

	(void)fd;
	(void)what;
	if (imsgbuf_write(c->buf) == -1)
		client_free(c);
	else if (imsgbuf_queued(c->buf) > 0)
		event_add(c->write, NULL);
}

/* It asks nothing, or nobody answers it. */
static void
client_timer(int fd, short what, void *arg)
{
	struct client	*c = arg;

	(void)fd;
	(void)what;
	if (c->passed != 0)
		client_result(c, VERDICT_unavailable, "no answer in time");
	else if (c->asked || parent_stopping())
		client_patience(c, CONTROL_ASK);
	else
		client_free(c);
}

/* --- questions ---------------------------------------------------------- */

static void
ask_reload(struct client *c, struct reader *r)
{
	char	*why;

	(void)r;
	log_info("reload asked for by uid %u", (unsigned int)c->uid);
	if ((why = parent_reload()) != NULL) {
		client_result(c, VERDICT_config_refused, why);
		free(why);
	} else
		c->reload = true;
}

static void
ask_stop(struct client *c, struct reader *r)
{
	(void)r;
	log_info("stop asked for by uid %u", (unsigned int)c->uid);
	client_result(c, VERDICT_ok, "");
	if (!parent_stopping())
		parent_stop();
}

static void
ask_log(struct client *c, struct reader *r)
{
	struct seat	*s;
	struct writer	 w;
	uint8_t		 level;

	if ((level = wire_get_u8(r)) > 1) {
		client_result(c, VERDICT_bad_request, "");
		return;
	}
	parent_set_verbose(level == 1);
	wire_init(&w, 1);
	wire_put_u8(&w, level);
	TAILQ_FOREACH(s, children_seats(), entry) {
		/* One that is asked for its hello will be told with setup. */
		if (s->state != SEAT_DOWN && s->state != SEAT_HELLO)
			seat_send(s, MESSAGE_log_level, 0, -1, &w);
	}
	wire_free(&w);
	client_result(c, VERDICT_ok, "");
}

static void
ask_processes(struct client *c, struct reader *r)
{
	struct writer	 w;

	(void)r;
	control_processes(&w);
	client_send(c, MESSAGE_ctl_records, w.data, w.len);
	wire_free(&w);
}

static const struct {
	enum message	 message;
	void		(*fn)(struct client *, struct reader *);
} questions[] = {
	{ MESSAGE_ctl_reload,		ask_reload },
	{ MESSAGE_ctl_stop,		ask_stop },
	{ MESSAGE_ctl_log,		ask_log },
	{ MESSAGE_ctl_processes,	ask_processes },
	{ MESSAGE_none,			NULL }
};

/*
 * The verifier that has the organization that is asked about, or another
 * child that knows; NULL after the client was told why not.
 */
static struct seat *
who_knows(struct client *c, const struct imsg *m)
{
	struct ctl_question	 q;
	struct reader		 r;
	struct seat		*s;
	const char		*group;
	unsigned int		 kinds;

	kinds = message_info(m->type)->to & ~KIND_PARENT;
	if (kinds == KIND_VERIFIER) {
		wire_read(&r, m->data.data, m->data.len);
		if (!ctl_question_get(&r, &q)) {
			client_result(c, VERDICT_bad_request, "");
			return NULL;
		}
		group = conf_group(generation_conf(), q.organization);
		if (group == NULL) {
			client_result(c, VERDICT_no_organization_named, "");
			return NULL;
		}
		s = children_up_group(kinds, group);
	} else
		s = children_up(kinds);
	if (s == NULL)
		client_result(c, VERDICT_unavailable,
		    "the process that knows is not running");
	return s;
}

static time_t
patience(enum message message)
{
	return message == MESSAGE_connection_refresh ? CONTROL_REFRESH :
	    message == MESSAGE_member_relink ? CONTROL_RELINK : CONTROL_ASK;
}

/* To a child: who asks, then the question as it came. */
static void
ask_child(struct client *c, const struct imsg *m)
{
	struct seat	*s;
	struct writer	 w;
	char		 by[CTL_BY];

	if ((s = who_knows(c, m)) == NULL)
		return;
	snprintf(by, sizeof(by), "uid %u", (unsigned int)c->uid);
	log_debug("%s asked for by %s", message_name(m->type), by);
	wire_init(&w, message_info(m->type)->most);
	wire_put_string(&w, by);
	wire_put_raw(&w, m->data.data, m->data.len);
	if (w.bad)
		client_result(c, VERDICT_too_large, "");
	else {
		c->passed = ++control.last;
		c->instance = s->instance;
		client_patience(c, patience(m->type));
		seat_send(s, m->type, c->passed, -1, &w);
	}
	wire_free(&w);
}

/*
 * False: this client is not of our kind.  One that asks before it has read
 * the answer to what it asked before is none: answers would pile up here.
 */
static bool
client_heard(struct client *c, const struct imsg *m)
{
	const struct message_info	*info;
	struct reader			 r;
	size_t				 i;

	info = message_info(m->type);
	if (info == NULL || (info->from & KIND_CTL) == 0 || m->fd != -1 ||
	    m->data.len < info->least || m->data.len > info->most ||
	    c->asked || imsgbuf_queued(c->buf) > 0)
		return false;
	wire_read(&r, m->data.data, m->data.len);
	if (m->type == MESSAGE_hello) {
		c->hello = wire_get_u64(&r) == message_table_hash();
		return c->hello;
	}
	if (!c->hello)
		return false;
	c->asked = true;
	c->id = m->id;
	for (i = 0; questions[i].fn != NULL; i++) {
		if (questions[i].message == m->type) {
			questions[i].fn(c, &r);
			return true;
		}
	}
	ask_child(c, m);
	return true;
}

static void
client_read(int fd, short what, void *arg)
{
	struct client	*c = arg;
	struct imsg	 m;
	int		 n;

	(void)fd;
	(void)what;
	if (imsgbuf_read(c->buf) <= 0) {
		client_free(c);
		return;
	}
	while ((n = imsgbuf_get(c->buf, &m)) != 0) {
		if (n == -1 || !client_heard(c, &m)) {
			if (n == 1 && m.fd != -1)
				close(m.fd);
			log_warnx("control: uid %u sent something wrong",
			    (unsigned int)c->uid);
			client_free(c);
			return;
		}
	}
}

/* --- answers ------------------------------------------------------------ */

void
control_answer(struct seat *s, const struct imsg *m)
{
	struct client	*c;

	TAILQ_FOREACH(c, &control.clients, entry) {
		if (c->passed != 0 && c->passed == m->id &&
		    c->instance == s->instance) {
			client_send(c, m->type, m->data.data, m->data.len);
			return;
		}
	}
	log_debug("%s: answer that nobody waits for", s->name);
}

void
control_lost(struct seat *s)
{
	struct client	*c;

	TAILQ_FOREACH(c, &control.clients, entry) {
		if (c->passed != 0 && c->instance == s->instance)
			client_result(c, VERDICT_unavailable,
			    "the process that knows has ended");
	}
}

void
control_reloaded(const char *why)
{
	struct client	*c;

	TAILQ_FOREACH(c, &control.clients, entry) {
		if (c->reload)
			client_result(c, why == NULL ? VERDICT_ok :
			    VERDICT_config_refused, why == NULL ? "" : why);
	}
}
