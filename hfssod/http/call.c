/*
 * Making and ending calls in http.  Ended ones are used again.  Must never
 * leave anything of one call to the next.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/http/call.h"
#include "hfssod/http/pending.h"

#define SPARE_MOST	64

static TAILQ_HEAD(, call)	 spare = TAILQ_HEAD_INITIALIZER(spare);
static unsigned int		 spare_count;
static uint64_t			 next_id;

struct call *
call_new(struct conn *conn)
{
	struct call	*c;

	if (next_id == 0)
		arc4random_buf(&next_id, sizeof(next_id));
	if ((c = TAILQ_FIRST(&spare)) != NULL) {
		TAILQ_REMOVE(&spare, c, entry);
		spare_count--;
	} else if ((c = calloc(1, sizeof(*c))) == NULL)
		fatal("calloc");
	c->conn = conn;
	c->id = next_id++;
	if (c->id == 0)
		c->id = next_id++;
	return c;
}

void
call_free(struct call *c)
{
	pending_cancel(c);
	if (c->owner != NULL)
		c->owner->end(c->own);
	buffer_free(&c->out);
	free(c->line);
	if (c->kept != NULL)
		freezero(c->kept, strlen(c->kept));
	memset(c, 0, sizeof(*c));
	if (spare_count == SPARE_MOST) {
		free(c);
		return;
	}
	TAILQ_INSERT_HEAD(&spare, c, entry);
	spare_count++;
}

void
call_keep(struct call *c, const char *text)
{
	if (c->kept != NULL)
		freezero(c->kept, strlen(c->kept));
	if ((c->kept = strdup(text)) == NULL)
		fatal("strdup");
}
