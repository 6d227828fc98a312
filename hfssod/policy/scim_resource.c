/*
 * Rows of the store to SCIM resources.  In policy and reader.  Must never
 * write, nor say anything that the row does not.
 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/account.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/scim_resource.h"

/* Octets of groups or members that are put into one resource. */
#define GROUPS_ROOM	(40 * 1024)
#define MEMBERS_ROOM	(16 * 1024)

const char *
scim_time(struct scim_pool *p, int64_t when)
{
	char	 text[CLOCK_TEXT];

	clock_format(when, text);
	return scim_pool_string(p, text, strlen(text));
}

const char *
scim_version(struct scim_pool *p, int64_t version)
{
	char	 text[32];
	int	 n;

	n = snprintf(text, sizeof(text), "W/\"%lld\"", (long long)version);
	return scim_pool_string(p, text, (size_t)n);
}

/* Strings of the store, copied. */
static const char *
keep(struct scim *s, enum statement st, int column)
{
	const char	*text = store_text(s->store, st, column);

	return text[0] == '\0' ? "" :
	    scim_pool_string(s->pool, text, strlen(text));
}

/* A singular attribute with text that is in the pool. */
static void
set(struct scim *s, struct scim_value *v, enum scim_number n,
    const char *text)
{
	struct scim_field	*f;

	if (text[0] == '\0') {
		scim_field_remove(v, n);
		return;
	}
	f = scim_field_make(s->pool, v, n);
	f->count = 0;
	scim_field_add(s->pool, f)->text = text;
}

/* What is stored, its strings in the pool; false if it is malformed. */
static bool
stored(struct scim *s, enum statement st, int column,
    enum scim_resource resource, struct scim_value *v)
{
	struct bytes	 b = store_blob(s->store, st, column);

	memset(v, 0, sizeof(*v));
	v->text = "";
	if (b.len == 0)
		return true;
	b.data = (const uint8_t *)scim_pool_string(s->pool,
	    (const char *)b.data, b.len);
	return scim_resource_get(b, s->pool, resource, v);
}

static void
set_schemas(struct scim *s, struct scim_value *v, enum scim_resource resource)
{
	struct scim_field	*f;

	f = scim_field_make(s->pool, v, SCIM_schemas);
	f->count = 0;
	scim_field_add(s->pool, f)->text =
	    scim_attribute(scim_resource_root(resource))->name;
	if (resource == SCIM_RESOURCE_USER &&
	    scim_field(v, SCIM_enterprise) != NULL)
		scim_field_add(s->pool, f)->text =
		    scim_attribute(SCIM_enterprise)->name;
}

static void
set_meta(struct scim *s, enum statement st, int created, int modified,
    int version, struct scim_value *v)
{
	struct scim_field	*f;
	struct scim_value	*m;

	f = scim_field_make(s->pool, v, SCIM_meta);
	f->count = 0;
	m = scim_field_add(s->pool, f);
	set(s, m, SCIM_meta_created, scim_time(s->pool,
	    store_integer(s->store, st, created)));
	set(s, m, SCIM_meta_lastModified, scim_time(s->pool,
	    store_integer(s->store, st, modified)));
	set(s, m, SCIM_meta_version, scim_version(s->pool,
	    store_integer(s->store, st, version)));
}

static void
set_active(struct scim *s, struct scim_value *v, bool active)
{
	struct scim_field	*f;

	f = scim_field_make(s->pool, v, SCIM_active);
	f->count = 0;
	scim_field_add(s->pool, f)->truth = active;
}

/* An account that only logins made, as the User that it is. */
static void
user_of_columns(struct scim *s, enum statement st, struct scim_value *v)
{
	struct scim_field	*f, *in;
	struct scim_value	*m;
	const char		*given, *family, *email;

	set(s, v, SCIM_userName, keep(s, st, USER_USERNAME));
	set(s, v, SCIM_displayName, keep(s, st, USER_DISPLAY));
	given = keep(s, st, USER_GIVEN);
	family = keep(s, st, USER_FAMILY);
	if (given[0] != '\0' || family[0] != '\0') {
		f = scim_field_make(s->pool, v, SCIM_name);
		m = scim_field_add(s->pool, f);
		set(s, m, SCIM_name_familyName, family);
		set(s, m, SCIM_name_givenName, given);
	}
	email = keep(s, st, USER_EMAIL);
	if (email[0] == '\0')
		return;
	f = scim_field_make(s->pool, v, SCIM_emails);
	m = scim_field_add(s->pool, f);
	set(s, m, SCIM_emails_value, email);
	set(s, m, SCIM_emails_type, "work");
	in = scim_field_make(s->pool, m, SCIM_emails_primary);
	scim_field_add(s->pool, in)->truth = true;
}

bool
scim_user_row(struct scim *s, enum statement st, struct scim_value *v)
{
	if (!stored(s, st, USER_SCIM, SCIM_RESOURCE_USER, v)) {
		log_warnx("store: what SCIM wrote of %s is malformed",
		    store_text(s->store, st, USER_ID));
		return false;
	}
	if (v->fields == NULL)
		user_of_columns(s, st, v);
	scim_field_remove(v, SCIM_groups);
	set(s, v, SCIM_id, keep(s, st, USER_ID));
	set(s, v, SCIM_externalId, keep(s, st, USER_EXTERNAL));
	set_active(s, v, store_integer(s->store, st, USER_STATE) ==
	    ACCOUNT_ACTIVE);
	set_meta(s, st, USER_CREATED, USER_MODIFIED, USER_VERSION, v);
	set_schemas(s, v, SCIM_RESOURCE_USER);
	return true;
}

bool
scim_group_row(struct scim *s, enum statement st, struct scim_value *v)
{
	if (!stored(s, st, GROUP_SCIM, SCIM_RESOURCE_GROUP, v)) {
		log_warnx("store: what SCIM wrote of group %s is malformed",
		    store_text(s->store, st, GROUP_ID));
		return false;
	}
	scim_field_remove(v, SCIM_members);
	set(s, v, SCIM_id, keep(s, st, GROUP_ID));
	set(s, v, SCIM_externalId, keep(s, st, GROUP_EXTERNAL));
	set(s, v, SCIM_group_displayName, keep(s, st, GROUP_DISPLAY));
	set_meta(s, st, GROUP_CREATED, GROUP_MODIFIED, GROUP_VERSION, v);
	set_schemas(s, v, SCIM_RESOURCE_GROUP);
	return true;
}

/* --- a User's groups ---------------------------------------------------- */

/* A group as its Users show it, from the list's memory or from the store. */
static const struct scim_seen_group *
seen(struct scim *s, int64_t row, struct scim_seen_group *own)
{
	enum statement		 st = ST_scim_group_seen;
	struct scim_pool	*pool = s->seen == NULL ? s->pool :
				    s->seen->pool;
	struct scim_seen_group	*g = s->seen == NULL ? own :
				    &s->seen->groups[(size_t)row % SCIM_SEEN];
	const char		*text;

	if (s->seen != NULL && g->row == row)
		return g;
	memset(g, 0, sizeof(*g));
	if (store_run(s->store, st, v_int(row)) == STEP_ROW) {
		g->row = row;
		text = store_text(s->store, st, 0);
		g->id = scim_pool_string(pool, text, strlen(text));
		text = store_text(s->store, st, 1);
		g->display = scim_pool_string(pool, text, strlen(text));
		g->edition = store_integer(s->store, st, 2);
		g->within = store_integer(s->store, st, 3) != 0;
	}
	store_end(s->store, st);
	return g;
}

/* False: there is no more room for it. */
static bool
put_group(struct scim *s, struct scim_value *v, size_t *room, const char *id,
    const char *display, bool direct)
{
	struct scim_value	*g;
	size_t			 len = strlen(display) + 64;

	if (len > *room)
		return false;
	*room -= len;
	g = scim_field_add(s->pool, scim_field_make(s->pool, v, SCIM_groups));
	set(s, g, SCIM_groups_value, id);
	set(s, g, SCIM_groups_display, display);
	set(s, g, SCIM_groups_type, direct ? "direct" : "indirect");
	return true;
}

/* False: one of them is in another group, so these are not all. */
static bool
own_groups(struct scim *s, struct value kind, int64_t row,
    struct scim_value *v)
{
	enum statement			 st = ST_scim_user_groups_own;
	const struct scim_seen_group	*g;
	struct scim_seen_group		 own;
	size_t				 room = GROUPS_ROOM;
	enum step			 step;
	bool				 all = true;

	for (step = store_run(s->store, st, kind, v_int(row));
	    step == STEP_ROW; step = store_next(s->store, st)) {
		g = seen(s, store_integer(s->store, st, 0), &own);
		/* A large change on its way, or what one has left. */
		if (g->row == 0 || g->edition != store_integer(s->store, st,
		    1))
			continue;
		if ((all = !g->within) == false ||
		    !put_group(s, v, &room, g->id, g->display, true))
			break;
	}
	store_end(s->store, st);
	return all;
}

bool
scim_user_groups(struct scim *s, int64_t row, struct scim_value *v)
{
	enum statement	 st = ST_scim_user_groups;
	struct value	 kind;
	size_t		 room = GROUPS_ROOM;
	enum step	 step;

	kind = v_int(s->basic ? MEMBER_INVITATION : MEMBER_ACCOUNT);
	scim_field_remove(v, SCIM_groups);
	if (own_groups(s, kind, row, v))
		return !store_failed(s->store);
	scim_field_remove(v, SCIM_groups);
	for (step = store_run(s->store, st, kind, v_int(row));
	    step == STEP_ROW; step = store_next(s->store, st))
		if (!put_group(s, v, &room, keep(s, st, 0), keep(s, st, 1),
		    store_integer(s->store, st, 2) != 0))
			break;
	store_end(s->store, st);
	return !store_failed(s->store);
}

/* --- members ------------------------------------------------------------ */

void
scim_member_row(struct scim *s, enum statement st, struct scim_value *v)
{
	memset(v, 0, sizeof(*v));
	v->text = "";
	set(s, v, SCIM_members_value, keep(s, st, MEMBER_ID));
	set(s, v, SCIM_members_type,
	    store_integer(s->store, st, MEMBER_KIND) == MEMBER_GROUP ?
	    "Group" : "User");
	set(s, v, SCIM_members_display, keep(s, st, MEMBER_DISPLAY));
}

bool
scim_group_members(struct scim *s, int64_t row, size_t most,
    struct scim_value *v, bool *all)
{
	enum statement		 st = ST_scim_group_members;
	struct scim_field	*f = NULL;
	size_t			 room = MEMBERS_ROOM, len;
	enum step		 step;

	*all = true;
	scim_field_remove(v, SCIM_members);
	for (step = store_run(s->store, st, v_int(row), v_int(0), v_int(0),
	    v_int((int64_t)most + 1)); step == STEP_ROW;
	    step = store_next(s->store, st)) {
		if (store_text(s->store, st, MEMBER_ID)[0] == '\0')
			continue;
		len = strlen(store_text(s->store, st, MEMBER_DISPLAY)) + 64;
		if (len > room || (f != NULL && f->count == most)) {
			*all = false;
			break;
		}
		room -= len;
		if (f == NULL)
			f = scim_field_make(s->pool, v, SCIM_members);
		scim_member_row(s, st, scim_field_add(s->pool, f));
	}
	store_end(s->store, st);
	if (!*all)
		scim_field_remove(v, SCIM_members);
	return step != STEP_FAILED;
}
