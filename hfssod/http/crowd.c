/*
 * Who waits at which door of http.  A door is known by its names, since
 * the configuration may change meanwhile.  Must never let the calls of one
 * door fill the room of all.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/crowd.h"
#include "hfssod/http/now.h"

/* A peer that only has much to do has answered by then; milliseconds. */
#define SLOW_MS		1000

struct crowd {
	TAILQ_ENTRY(crowd)	 entry;
	char			*organization;
	char			*connection;
	size_t			 count;
	size_t			 octets;
	TAILQ_HEAD(, call)	 calls;		/* in the order of asking */
};

/* Only those with somebody in them: few, unless much is stuck. */
static TAILQ_HEAD(, crowd)	 crowds = TAILQ_HEAD_INITIALIZER(crowds);

static struct crowd *
crowd_find(const struct http_door *d)
{
	struct crowd	*w;

	TAILQ_FOREACH(w, &crowds, entry)
		if (strcmp(w->organization, d->organization) == 0 &&
		    strcmp(w->connection, d->connection) == 0)
			return w;
	return NULL;
}

enum crowd_room
crowd_room(const struct http_door *d, size_t octets, struct pending_left left)
{
	const struct crowd	*w;
	int64_t			 since;

	if ((w = crowd_find(d)) == NULL ||
	    (w->count < LIMIT_OUTSTANDING_DOOR && w->count < left.count &&
	    w->octets + octets <= LIMIT_OUTSTANDING_BYTES / 2 &&
	    w->octets + octets <= left.octets))
		return CROWD_ROOM;
	since = TAILQ_FIRST(&w->calls)->waiting.until -
	    LIMIT_PEER_WAIT * 1000;
	return now_ms() - since < SLOW_MS ? CROWD_FULL : CROWD_STUCK;
}

void
crowd_join(const struct http_door *d, struct call *c)
{
	struct crowd	*w;

	if ((w = crowd_find(d)) == NULL) {
		if ((w = calloc(1, sizeof(*w))) == NULL ||
		    (w->organization = strdup(d->organization)) == NULL ||
		    (w->connection = strdup(d->connection)) == NULL)
			fatal("calloc");
		TAILQ_INIT(&w->calls);
		TAILQ_INSERT_TAIL(&crowds, w, entry);
	}
	w->count++;
	w->octets += c->waiting.octets;
	c->waiting.crowd = w;
	TAILQ_INSERT_TAIL(&w->calls, c, waiting.crowd_entry);
}

void
crowd_leave(struct call *c)
{
	struct crowd	*w;

	if ((w = c->waiting.crowd) == NULL)
		return;
	c->waiting.crowd = NULL;
	TAILQ_REMOVE(&w->calls, c, waiting.crowd_entry);
	w->octets -= c->waiting.octets;
	if (--w->count > 0)
		return;
	TAILQ_REMOVE(&crowds, w, entry);
	free(w->organization);
	free(w->connection);
	free(w);
}

void
crowd_replace(struct call *c, struct call *by)
{
	struct crowd	*w;

	if ((w = c->waiting.crowd) == NULL)
		return;
	TAILQ_INSERT_AFTER(&w->calls, c, by, waiting.crowd_entry);
	TAILQ_REMOVE(&w->calls, c, waiting.crowd_entry);
	c->waiting.crowd = NULL;
}
