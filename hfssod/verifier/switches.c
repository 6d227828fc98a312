/*
 * What is switched off, in verifier.  Must never be the last word: policy
 * refuses the outcome, too.
 */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/provider.h"
#include "hfssod/verifier/switches.h"

/* A connection that is off. */
struct off {
	TAILQ_ENTRY(off)	 entry;
	char			*organization;
	char			*connection;
};
static TAILQ_HEAD(, off)	 offs = TAILQ_HEAD_INITIALIZER(offs);

static struct off *
find(const char *organization, const char *connection)
{
	struct off *o;

	TAILQ_FOREACH(o, &offs, entry)
		if (strcmp(o->organization, organization) == 0 &&
		    strcmp(o->connection, connection) == 0)
			break;
	return o;
}

bool
switches_off(const char *organization, const char *connection)
{
	return find(organization, connection) != NULL;
}

static void
off_free(struct off *o)
{
	TAILQ_REMOVE(&offs, o, entry);
	free(o->organization);
	free(o->connection);
	free(o);
}

/* It may have switched one on and gone before it could say so. */
void
switches_forget(void)
{
	struct off *o;

	while ((o = TAILQ_FIRST(&offs)) != NULL)
		off_free(o);
}

void
switches_set(struct peer *peer, uint64_t id, struct reader *r)
{
	struct connection_switch s;
	struct off *o;

	(void)peer;
	(void)id;
	if (!connection_switch_get(r, &s))
		fatalx("connection_switch is malformed");
	o = find(s.organization, s.connection);
	if (s.off && o == NULL) {
		if ((o = calloc(1, sizeof(*o))) == NULL ||
		    (o->organization = strdup(s.organization)) == NULL ||
		    (o->connection = strdup(s.connection)) == NULL)
			fatal("malloc");
		TAILQ_INSERT_TAIL(&offs, o, entry);
	} else if (!s.off && o != NULL)
		off_free(o);
}
