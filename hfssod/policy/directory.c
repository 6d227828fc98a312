/*
 * What the configuration names.  In policy.  Must never forget a number
 * of the store: identities and grants hang on it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/directory.h"
#include "hfssod/policy/fold.h"

/*
 * The configuration names some hundred of each: lists in the order of
 * their making, and a table from number to entry for the store's rows.
 */
struct list {
	void		**entry;
	size_t		  count;
	void		**by_id;
	size_t		  ids;
};

struct directory {
	struct list	 organizations;
	struct list	 connections;
	struct list	 groups;
	bool		 bound;
	int64_t		 count_next;	/* logins are counted then */
};

#define COUNT_SECONDS	60

static void
list_add(struct list *l, void *entry)
{
	l->entry = reallocarray(l->entry, l->count + 1, sizeof(*l->entry));
	if (l->entry == NULL)
		fatal("directory");
	l->entry[l->count++] = entry;
}

static void
list_number(struct list *l, int64_t id, void *entry)
{
	size_t	 n = (size_t)id + 1;

	if (n > l->ids) {
		l->by_id = recallocarray(l->by_id, l->ids, n,
		    sizeof(*l->by_id));
		if (l->by_id == NULL)
			fatal("directory");
		l->ids = n;
	}
	l->by_id[id] = entry;
}

static void *
list_by_id(const struct list *l, int64_t id)
{
	if (id <= 0 || (size_t)id >= l->ids)
		return NULL;
	return l->by_id[id];
}

static char *
copy(const char *text)
{
	char	*p;

	if ((p = strdup(text)) == NULL)
		fatal("directory");
	return p;
}

static struct organization *
organization_new(struct directory *d, int64_t id, const char *name)
{
	struct organization	*o;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		fatal("directory");
	o->id = id;
	o->name = copy(name);
	o->folded = fold_text(name);
	list_add(&d->organizations, o);
	if (id != 0)
		list_number(&d->organizations, id, o);
	return o;
}

static struct connection *
connection_new(struct directory *d, int64_t id, struct organization *o,
    const char *name)
{
	struct connection	*c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		fatal("directory");
	c->id = id;
	c->organization = o;
	c->name = copy(name);
	list_add(&d->connections, c);
	if (id != 0)
		list_number(&d->connections, id, c);
	return c;
}

static struct group *
group_new(struct directory *d, int64_t id, struct organization *o,
    const char *slug)
{
	struct group	*g;

	if ((g = calloc(1, sizeof(*g))) == NULL)
		fatal("directory");
	g->id = id;
	g->organization = o;
	g->slug = copy(slug);
	g->folded = fold_text(slug);
	list_add(&d->groups, g);
	if (id != 0)
		list_number(&d->groups, id, g);
	return g;
}

static void
read_maps(struct store *s, struct maps *m)
{
	struct bytes	 hash = store_blob(s, ST_organizations, 2);

	if (hash.len != sizeof(m->hash))
		return;
	memcpy(m->hash, hash.data, sizeof(m->hash));
	m->known = true;
	m->step = (enum maps_step)store_integer(s, ST_organizations, 3);
	m->connection = store_integer(s, ST_organizations, 4);
	m->account = store_integer(s, ST_organizations, 5);
}

struct directory *
directory_load(struct store *s)
{
	struct directory	*d;
	struct organization	*o;
	struct connection	*c;
	enum step		 step;

	if ((d = calloc(1, sizeof(*d))) == NULL)
		fatal("directory");
	for (step = store_step(s, ST_organizations, NULL, 0);
	    step == STEP_ROW; step = store_next(s, ST_organizations)) {
		o = organization_new(d, store_integer(s, ST_organizations, 0),
		    store_text(s, ST_organizations, 1));
		read_maps(s, &o->maps);
	}
	for (step = store_step(s, ST_connections, NULL, 0);
	    step == STEP_ROW; step = store_next(s, ST_connections)) {
		o = directory_organization_id(d,
		    store_integer(s, ST_connections, 1));
		if (o == NULL)
			continue;
		c = connection_new(d, store_integer(s, ST_connections, 0), o,
		    store_text(s, ST_connections, 2));
		c->off = store_integer(s, ST_connections, 3) != 0;
	}
	for (step = store_step(s, ST_groups, NULL, 0); step == STEP_ROW;
	    step = store_next(s, ST_groups)) {
		o = directory_organization_id(d,
		    store_integer(s, ST_groups, 1));
		if (o != NULL)
			group_new(d, store_integer(s, ST_groups, 0), o,
			    store_text(s, ST_groups, 2));
	}
	if (!store_failed(s))
		return d;
	directory_free(d);
	return NULL;
}

void
directory_free(struct directory *d)
{
	struct organization	*o;
	struct connection	*c;
	struct group		*g;
	size_t			 i;

	if (d == NULL)
		return;
	for (i = 0; i < d->organizations.count; i++) {
		o = d->organizations.entry[i];
		free(o->name);
		free(o->folded);
		free(o);
	}
	for (i = 0; i < d->connections.count; i++) {
		c = d->connections.entry[i];
		free(c->name);
		free(c);
	}
	for (i = 0; i < d->groups.count; i++) {
		g = d->groups.entry[i];
		free(g->slug);
		free(g->folded);
		free(g);
	}
	free(d->organizations.entry);
	free(d->organizations.by_id);
	free(d->connections.entry);
	free(d->connections.by_id);
	free(d->groups.entry);
	free(d->groups.by_id);
	free(d);
}

/* Found by folded name, so that a change of case is no new organization. */
static struct organization *
organization_folded(struct directory *d, const char *folded)
{
	struct organization	*o;
	size_t			 i;

	for (i = 0; i < d->organizations.count; i++) {
		o = d->organizations.entry[i];
		if (strcmp(o->folded, folded) == 0)
			return o;
	}
	return NULL;
}

static void
use_connections(struct directory *d, struct organization *o)
{
	const struct policy_connection	*pc;
	struct connection		*c;
	size_t				 i;

	for (i = 0; i < o->settings->connection_count; i++) {
		pc = &o->settings->connections[i];
		if ((c = directory_connection(d, o, pc->name)) == NULL)
			c = connection_new(d, 0, o, pc->name);
		c->settings = pc;
	}
}

void
directory_use(struct directory *d, const struct policy_view *v)
{
	const struct policy_organization	*po;
	struct organization			*o;
	char					*folded;
	size_t					 i, j;

	for (i = 0; i < d->organizations.count; i++)
		((struct organization *)d->organizations.entry[i])->settings =
		    NULL;
	for (i = 0; i < d->connections.count; i++)
		((struct connection *)d->connections.entry[i])->settings = NULL;
	for (i = 0; i < v->organization_count; i++) {
		po = &v->organizations[i];
		folded = fold_text(po->name);
		if ((o = organization_folded(d, folded)) == NULL)
			o = organization_new(d, 0, po->name);
		free(folded);
		if (strcmp(o->name, po->name) != 0) {
			free(o->name);
			o->name = copy(po->name);
		}
		o->settings = po;
		use_connections(d, o);
		for (j = 0; j < po->group_line_count; j++)
			if (directory_group(d, o, po->group_lines[j].group) ==
			    NULL)
				group_new(d, 0, o, po->group_lines[j].group);
		for (j = 0; j < po->groups.count; j++)
			if (directory_group(d, o, po->groups.list[j]) == NULL)
				group_new(d, 0, o, po->groups.list[j]);
	}
	d->bound = false;
}

/* How the store says it. */
static const char *
mode_name(const struct policy_organization *po)
{
	return po->mode == MODE_BASIC ? "basic" : "managed";
}

const char *
directory_refuses(struct directory *d, struct store *s,
    const struct policy_view *v)
{
	static char			 why[LIMIT_NAME + 128];
	const struct policy_organization *po;
	const struct organization	*o;
	bool				 changed;
	char				*folded;
	size_t				 i;

	for (i = 0; i < v->organization_count; i++) {
		po = &v->organizations[i];
		folded = fold_text(po->name);
		o = organization_folded(d, folded);
		free(folded);
		if (o == NULL || store_run(s, ST_organization_mode,
		    v_int(o->id)) != STEP_ROW)
			continue;
		changed = strcmp(store_text(s, ST_organization_mode, 0),
		    mode_name(po)) != 0;
		store_end(s, ST_organization_mode);
		if (!changed)
			continue;
		snprintf(why, sizeof(why), "organization \"%.*s\" has people:"
		    " its mode can't change", LIMIT_NAME, po->name);
		return why;
	}
	return NULL;
}

void
directory_maps_write(const struct organization *o, const struct maps *m,
    struct store *s)
{
	store_run(s, ST_organization_maps, v_int(o->id),
	    v_blob(m->hash, sizeof(m->hash)), v_int(m->step),
	    v_int(m->connection), v_int(m->account));
}

static void
bind_organizations(struct directory *d, struct store *s)
{
	struct organization	*o;
	size_t			 i;

	store_step(s, ST_organizations_absent, NULL, 0);
	store_step(s, ST_connections_absent, NULL, 0);
	for (i = 0; i < d->organizations.count; i++) {
		o = d->organizations.entry[i];
		if (o->settings == NULL)
			continue;
		if (directory_organization_id(d, o->id) != NULL)
			store_run(s, ST_organization_present, v_int(o->id),
			    v_text(o->name), v_text(mode_name(o->settings)));
		else if (store_run(s, ST_organization_add, v_text(o->name),
		    v_text(o->folded), v_text(mode_name(o->settings)),
		    v_int(store_now(s))) == STEP_DONE)
			o->id = store_last_row(s);
		if (o->maps.unwritten)
			directory_maps_write(o, &o->maps, s);
	}
}

static void
bind_rest(struct directory *d, struct store *s)
{
	struct connection	*c;
	struct group		*g;
	size_t			 i;

	for (i = 0; i < d->connections.count; i++) {
		c = d->connections.entry[i];
		if (c->settings == NULL)
			continue;
		if (directory_connection_id(d, c->id) != NULL)
			store_run(s, ST_connection_present, v_int(c->id),
			    v_text(protocol_name(c->settings->protocol)),
			    v_int(c->settings->enabled));
		else if (store_run(s, ST_connection_add,
		    v_int(c->organization->id), v_text(c->name),
		    v_int(store_now(s)),
		    v_text(protocol_name(c->settings->protocol)),
		    v_int(c->settings->enabled)) == STEP_DONE)
			c->id = store_last_row(s);
	}
	for (i = 0; i < d->groups.count; i++) {
		g = d->groups.entry[i];
		if (g->id == 0 && store_run(s, ST_group_add,
		    v_int(g->organization->id), v_text(g->slug),
		    v_text(g->folded), v_int(store_now(s))) == STEP_DONE)
			g->id = store_last_row(s);
	}
}

/* Numbers count once they are committed; else they are taken back. */
static void
numbers(struct directory *d, bool committed)
{
	struct organization	*o;
	struct connection	*c;
	struct group		*g;
	size_t			 i;

	for (i = 0; i < d->organizations.count; i++) {
		o = d->organizations.entry[i];
		if (committed && o->settings != NULL)
			o->maps.unwritten = false;
		if (committed && o->id != 0)
			list_number(&d->organizations, o->id, o);
		else if (directory_organization_id(d, o->id) == NULL)
			o->id = 0;
	}
	for (i = 0; i < d->connections.count; i++) {
		c = d->connections.entry[i];
		if (committed && c->id != 0)
			list_number(&d->connections, c->id, c);
		else if (directory_connection_id(d, c->id) == NULL)
			c->id = 0;
	}
	for (i = 0; i < d->groups.count; i++) {
		g = d->groups.entry[i];
		if (committed && g->id != 0)
			list_number(&d->groups, g->id, g);
		else if (directory_group_id(d, g->id) == NULL)
			g->id = 0;
	}
}

bool
directory_bind(struct directory *d, struct store *s)
{
	if (d->bound)
		return true;
	if (store_begin(s)) {
		bind_organizations(d, s);
		bind_rest(d, s);
	}
	d->bound = store_commit(s);
	numbers(d, d->bound);
	return d->bound;
}

struct organization *
directory_organization(struct directory *d, const char *name)
{
	struct organization	*o;
	size_t			 i;

	for (i = 0; i < d->organizations.count; i++) {
		o = d->organizations.entry[i];
		if (strcmp(o->name, name) == 0)
			return o;
	}
	return NULL;
}

struct connection *
directory_connection(struct directory *d, const struct organization *o,
    const char *name)
{
	struct connection	*c;
	size_t			 i;

	if (name[0] == '\0') {
		if (o->settings == NULL || o->settings->connection_count == 0)
			return NULL;
		name = o->settings->connections[0].name;
	}
	for (i = 0; i < d->connections.count; i++) {
		c = d->connections.entry[i];
		if (c->organization == o && strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

void
directory_rename(struct directory *d, struct connection *c, const char *name)
{
	const struct policy_connection	*settings;
	struct connection		*other;
	char				*before;

	other = directory_connection(d, c->organization, name);
	before = c->name;
	if (other == NULL || other == c) {
		c->name = copy(name);
		free(before);
		return;
	}
	/* The configuration means them by name. */
	c->name = other->name;
	other->name = before;
	settings = c->settings;
	c->settings = other->settings;
	other->settings = settings;
	d->bound = false;
}

struct group *
directory_group(struct directory *d, const struct organization *o,
    const char *slug)
{
	struct group	*g, *found = NULL;
	char		*folded = fold_text(slug);
	size_t		 i;

	for (i = 0; i < d->groups.count && found == NULL; i++) {
		g = d->groups.entry[i];
		if (g->organization == o && strcmp(g->folded, folded) == 0)
			found = g;
	}
	free(folded);
	return found;
}

struct organization *
directory_organization_id(struct directory *d, int64_t id)
{
	return list_by_id(&d->organizations, id);
}

struct connection *
directory_connection_id(struct directory *d, int64_t id)
{
	return list_by_id(&d->connections, id);
}

struct group *
directory_group_id(struct directory *d, int64_t id)
{
	return list_by_id(&d->groups, id);
}

struct connection *
directory_connections(struct directory *d, size_t *next)
{
	if (d == NULL || *next >= d->connections.count)
		return NULL;
	return d->connections.entry[(*next)++];
}

struct organization *
directory_organizations(struct directory *d, size_t *next)
{
	if (d == NULL || *next >= d->organizations.count)
		return NULL;
	return d->organizations.entry[(*next)++];
}

bool
directory_logins_due(struct directory *d, int64_t now, bool all)
{
	const struct connection	*c;
	size_t			 i;

	if (!all && now < d->count_next)
		return false;
	for (i = 0; i < d->connections.count; i++) {
		c = d->connections.entry[i];
		if (c->logins > 0)
			return true;
	}
	return false;
}

void
directory_logins_write(struct directory *d, struct store *s)
{
	const struct connection	*c;
	size_t			 i;

	for (i = 0; i < d->connections.count; i++) {
		c = d->connections.entry[i];
		if (c->logins > 0)
			store_run(s, ST_connection_logins, v_int(c->id),
			    v_int(c->logins), v_int(c->login_at));
	}
}

void
directory_logins_written(struct directory *d, int64_t now)
{
	size_t	 i;

	for (i = 0; i < d->connections.count; i++)
		((struct connection *)d->connections.entry[i])->logins = 0;
	d->count_next = now + COUNT_SECONDS;
}

bool
directory_has_name(struct directory *d, const char *folded)
{
	return organization_folded(d, folded) != NULL;
}
