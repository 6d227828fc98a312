/*
 * The table of children: which seats there are.  In parent.  Made once from
 * the configuration; what happens on them is in children.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/parent/children.h"

static struct seats	 seats = TAILQ_HEAD_INITIALIZER(seats);
static unsigned int	 count;

static const char *const state_names[] = {
	"down", "starting", "starting", "preparing", "up", "stopping"
};

static struct seat *
seat_new(const char *name, const char *binary, unsigned int kinds,
    const char *group, unsigned int user)
{
	struct seat	*s;

	if ((s = calloc(1, sizeof(*s))) == NULL ||
	    (s->name = strdup(name)) == NULL ||
	    (s->group = strdup(group)) == NULL)
		fatal("seat");
	s->binary = binary;
	s->kinds = kinds;
	s->user = user;
	s->index = count++;
	TAILQ_INSERT_TAIL(&seats, s, entry);
	return s;
}

/* "browser" if there is one of them, else "browser/1", "browser/2". */
static void
http_name(const struct conf *c, const struct conf_listen *l,
    unsigned int process, char *name, size_t size)
{
	struct conf_listen	*k;
	unsigned int		 before, all;

	before = all = 0;
	TAILQ_FOREACH(k, &c->listens, entry) {
		if (k == l)
			before = all;
		if (strcmp(process_kinds_name(k->kinds),
		    process_kinds_name(l->kinds)) == 0)
			all += k->processes;
	}
	if (all == 1)
		snprintf(name, size, "%s", process_kinds_name(l->kinds));
	else
		snprintf(name, size, "%s/%u", process_kinds_name(l->kinds),
		    before + process + 1);
}

static void
group_seats(const struct conf *c)
{
	struct conf_organization	*o, *k;
	char				 name[64];

	TAILQ_FOREACH(o, &c->organizations, entry) {
		for (k = TAILQ_FIRST(&c->organizations); k != o;
		    k = TAILQ_NEXT(k, entry)) {
			if (strcmp(k->group, o->group) == 0)
				break;
		}
		if (k != o)
			continue;
		snprintf(name, sizeof(name), "verifier/%s", o->group);
		seat_new(name, "hfssod-verifier", KIND_VERIFIER, o->group,
		    USER_VERIFIER);
		snprintf(name, sizeof(name), "fetch/%s", o->group);
		seat_new(name, "hfssod-fetch", KIND_FETCH, o->group,
		    USER_FETCH);
	}
}

void
children_init(const struct conf *c, bool check)
{
	struct conf_listen	*l;
	struct seat		*s;
	char			 name[64];
	unsigned int		 i, line;

	seat_new("policy", "hfssod-policy", KIND_POLICY, "", USER_POLICY);
	/* It reads the store, which a check must not touch. */
	if (!check)
		seat_new("reader", "hfssod-policy", KIND_READER, "",
		    USER_POLICY);
	group_seats(c);
	line = 0;
	TAILQ_FOREACH(l, &c->listens, entry) {
		for (i = 0; i < (check ? 1 : l->processes); i++) {
			http_name(c, l, i, name, sizeof(name));
			s = seat_new(name, "hfssod-http", l->kinds, "",
			    USER_HTTP);
			s->listen = line;
		}
		line++;
	}
}

struct seats *
children_seats(void)
{
	return &seats;
}

struct seat *
children_up(unsigned int kinds)
{
	struct seat	*s;

	TAILQ_FOREACH(s, &seats, entry) {
		if ((s->kinds & kinds) != 0 && s->state == SEAT_UP)
			return s;
	}
	return NULL;
}

struct seat *
children_up_group(unsigned int kinds, const char *group)
{
	struct seat	*s;

	TAILQ_FOREACH(s, &seats, entry) {
		if ((s->kinds & kinds) != 0 && s->state == SEAT_UP &&
		    strcmp(s->group, group) == 0)
			return s;
	}
	return NULL;
}

const char *
seat_state_name(enum seat_state state)
{
	return state < SEAT_MAX ? state_names[state] : "unknown";
}
