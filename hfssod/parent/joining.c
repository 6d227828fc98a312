/* Who talks to whom.  In parent. */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "hfssod/parent/joining.h"
#include "hfssod/parent/parent.h"
#include "hfssod/parent/spawn.h"

enum join_state {
	JOIN_APART,
	JOIN_ASKED,
	JOIN_DONE
};

struct join {
	struct seat	*end[2];
	bool		 said[2];
	enum join_state	 state;
	TAILQ_ENTRY(join) entry;
};

static TAILQ_HEAD(, join) joins = TAILQ_HEAD_INITIALIZER(joins);

/* Which kinds talk; with group set only where the group is the same. */
static const struct {
	unsigned int	 a;
	unsigned int	 b;
	bool		 group;
} edges[] = {
	{ KIND_HTTP,		KIND_POLICY,	false },
	{ KIND_API,		KIND_READER,	false },
	{ KIND_BROWSER,		KIND_VERIFIER,	false },
	{ KIND_VERIFIER,	KIND_POLICY,	false },
	{ KIND_VERIFIER,	KIND_FETCH,	true }
};

void
joining_init(void)
{
	struct seat	*a, *b;
	struct join	*j;
	size_t		 i;

	for (i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		TAILQ_FOREACH(a, children_seats(), entry) {
			TAILQ_FOREACH(b, children_seats(), entry) {
				if ((a->kinds & edges[i].a) == 0 ||
				    (b->kinds & edges[i].b) == 0 ||
				    (edges[i].group &&
				    strcmp(a->group, b->group) != 0))
					continue;
				if ((j = calloc(1, sizeof(*j))) == NULL)
					fatal("joining");
				j->end[0] = a;
				j->end[1] = b;
				TAILQ_INSERT_TAIL(&joins, j, entry);
			}
		}
	}
}

static void
join_ask(struct join *j, int fds[2])
{
	struct writer	 w;
	unsigned int	 i;

	for (i = 0; i < 2; i++) {
		wire_init(&w, 256);
		wire_put_u64(&w, j->end[!i]->instance);
		wire_put_u32(&w, j->end[!i]->kinds);
		wire_put_string(&w, j->end[!i]->group);
		seat_send(j->end[i], MESSAGE_peer_join, 0, fds[i], &w);
		wire_free(&w);
		j->said[i] = false;
	}
	j->state = JOIN_ASKED;
}

void
joining_up(struct seat *s)
{
	struct join	*j;
	int		 fds[2];

	TAILQ_FOREACH(j, &joins, entry) {
		if ((j->end[0] != s && j->end[1] != s) ||
		    j->state != JOIN_APART ||
		    j->end[0]->state != SEAT_UP ||
		    j->end[1]->state != SEAT_UP)
			continue;
		if (spawn_pair(fds) == -1)
			fatal("joining");
		join_ask(j, fds);
	}
}

void
joining_lost(struct seat *s)
{
	struct join	*j;

	TAILQ_FOREACH(j, &joins, entry) {
		if (j->end[0] == s || j->end[1] == s)
			j->state = JOIN_APART;
	}
}

bool
joining_said(struct seat *s, uint64_t instance)
{
	struct join	*j;
	unsigned int	 i;

	TAILQ_FOREACH(j, &joins, entry) {
		for (i = 0; i < 2; i++) {
			if (j->end[i] != s || j->state != JOIN_ASKED ||
			    j->end[!i]->instance != instance || j->said[i])
				continue;
			j->said[i] = true;
			if (!j->said[!i])
				return true;
			j->state = JOIN_DONE;
			seat_send_u64(j->end[0], MESSAGE_peer_go,
			    j->end[1]->instance);
			seat_send_u64(j->end[1], MESSAGE_peer_go,
			    j->end[0]->instance);
			parent_progress();
			return true;
		}
	}
	/* The other end may have died while it was saying so. */
	return instance != 0;
}

bool
joining_done(const struct seat *s, unsigned int kinds)
{
	const struct join	*j;
	unsigned int		 i;

	TAILQ_FOREACH(j, &joins, entry) {
		for (i = 0; i < 2; i++) {
			if (j->end[i] == s &&
			    (j->end[!i]->kinds & kinds) != 0 &&
			    j->state != JOIN_DONE)
				return false;
		}
	}
	return true;
}
