/*
 * What parent tells a child: configuration, joining, log level, the end.
 * Every child.  Must never act on such a message from anybody else.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/child_self.h"
#include "common/generation.h"
#include "common/log.h"

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
	if (child_self.staged == NULL)
		child_self.staged = generation_new(number);
	if (generation_number(child_self.staged) != number)
		fatalx("parent mixes generations");
	return child_self.staged;
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
	if (child_self.ops->prepare != NULL)
		why = child_self.ops->prepare(&view,
		    generation_files(staged(number)));
	strlcpy(reason, why == NULL ? "" : why, sizeof(reason));
	wire_init(&w, 4096);
	wire_put_u64(&w, number);
	wire_put_bool(&w, why == NULL);
	wire_put_string(&w, reason);
	peer_send(NULL, MESSAGE_config_prepared, 0, &w);
	wire_free(&w);
	if (why != NULL) {
		generation_free(child_self.staged);
		child_self.staged = NULL;
	}
}

static void
on_config_commit(struct reader *r, int fd)
{
	struct generation	*old = child_self.current;
	uint64_t		 number = wire_get_u64(r);

	(void)fd;
	if (!wire_end(r) || child_self.staged == NULL ||
	    generation_number(child_self.staged) != number)
		fatalx("config_commit without its generation");
	child_self.current = child_self.staged;
	child_self.staged = NULL;
	if (child_self.ops->commit != NULL)
		child_self.ops->commit();
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
	if (child_self.staged == NULL)
		return;
	if (child_self.ops->abort != NULL)
		child_self.ops->abort();
	generation_free(child_self.staged);
	child_self.staged = NULL;
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
	for (p = child_self.peers; p != NULL; p = p->next) {
		if (p->instance == instance && !peer_dead(p))
			peer_ready(p);
	}
}

static void
on_listen_socket(struct reader *r, int fd)
{
	if (!wire_end(r))
		fatalx("listen_socket is malformed");
	if (child_self.ops->listening == NULL)
		close(fd);
	else
		child_self.ops->listening(fd);
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
	if (child_self.ops->drain == NULL)
		child_exit();
	child_self.ops->drain(ms);
}

static const struct {
	enum message	 message;
	void		(*fn)(struct reader *, int);
} orders[] = {
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

void
orders_message(const struct imsg *m)
{
	struct reader	 r;
	size_t		 i;

	for (i = 0; orders[i].fn != NULL; i++) {
		if ((unsigned int)orders[i].message != m->type)
			continue;
		wire_read(&r, m->data.data, m->data.len);
		orders[i].fn(&r, m->fd);
		return;
	}
	fatalx("no handler for %s", message_name(m->type));
}
