/*
 * SCIM requests: whose they are, what they may, and that one that is
 * refused leaves nothing but its line in the log.  In policy; scim_open
 * and its like in reader, too.  Must never say whether another
 * organization has something.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/brake.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/scim_job.h"
#include "hfssod/policy/scim_log.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/scim_user.h"
#include "hfssod/policy/state.h"

/* --- beginning and ending ---------------------------------------------- */

/* Policy: what the configuration in force says. */
static enum verdict
place(struct scim *s)
{
	const char	*name = s->where->organization;

	s->at = directory_organization_id(state.directory, s->organization);
	s->of = directory_connection_id(state.directory, s->connection);
	if (s->at == NULL || s->of == NULL || s->at->settings == NULL ||
	    s->of->settings == NULL || strcmp(s->at->name, name) != 0)
		return VERDICT_not_found;
	s->basic = s->at->settings->mode == MODE_BASIC;
	return VERDICT_ok;
}

/* Reader: what the store has of it. */
static enum verdict
place_stored(struct scim *s)
{
	struct store	*st = s->store;
	enum step	 step;
	bool		 is = false;

	step = store_run(st, ST_scim_organization, v_int(s->organization));
	if (step == STEP_FAILED)
		return VERDICT_unavailable;
	if (step == STEP_ROW) {
		is = strcmp(store_text(st, ST_scim_organization, 0),
		    s->where->organization) == 0 &&
		    store_integer(st, ST_scim_organization, 2) != 0;
		s->basic = strcmp(store_text(st, ST_scim_organization, 1),
		    "basic") == 0;
		store_end(st, ST_scim_organization);
	}
	return is ? VERDICT_ok : VERDICT_not_found;
}

static void
begin(struct scim *s, const struct scim_where *where, struct store *store)
{
	s->where = where;
	s->store = store;
	if (s->pool == NULL)
		s->pool = scim_pool_new();
	s->now = store_now(store);
}

enum verdict
scim_open(struct scim *s, const struct scim_where *where, struct store *store,
    unsigned int rights)
{
	enum verdict	 v = VERDICT_ok;

	begin(s, where, store);
	if (state.token != NULL)
		s->token = *state.token;
	else
		v = token_find(store, &where->request, s->now, &s->token);
	if (v != VERDICT_ok)
		return v;
	s->organization = s->token.organization;
	s->connection = s->token.connection;
	v = state.directory != NULL ? place(s) : place_stored(s);
	if (v != VERDICT_ok)
		return v;
	if (s->basic != (where->base == SCIM_BASE_BASIC))
		return VERDICT_not_found;
	strlcpy(s->by, "token ", sizeof(s->by));
	strlcat(s->by, s->token.name[0] != '\0' ? s->token.name : s->token.id,
	    sizeof(s->by));
	if (rights != 0 && (s->token.rights & rights) == 0)
		return VERDICT_token_right;
	return VERDICT_ok;
}

void
scim_close(struct scim *s)
{
	scim_pool_free(s->pool);
	s->pool = NULL;
}

/* How many octets the character at p takes, if it is whole; else 0. */
static size_t
character(const unsigned char *p)
{
	size_t	 i, n;

	n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 :
	    p[0] >= 0xe0 && p[0] < 0xf0 ? 3 :
	    p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

enum verdict
scim_refuse(struct scim *s, enum verdict v, const char *format, ...)
{
	unsigned char	*p;
	va_list		 ap;
	size_t		 n;

	va_start(ap, format);
	vsnprintf(s->detail, sizeof(s->detail), format, ap);
	va_end(ap);
	/* A value may have been cut within a character. */
	for (p = (unsigned char *)s->detail; *p != '\0'; p += n)
		if ((n = character(p)) == 0) {
			*p = '?';
			n = 1;
		}
	return v;
}

static bool
has_version(const struct scim_condition *c, int64_t version)
{
	size_t	 i;

	for (i = 0; i < c->count; i++)
		if (c->versions[i] == version)
			return true;
	return c->any;
}

enum verdict
scim_conditions(struct scim *s, const struct scim_write *w, int64_t version)
{
	if ((w->match.given && !has_version(&w->match, version)) ||
	    (w->none_match.given && has_version(&w->none_match, version)))
		return scim_refuse(s, VERDICT_scim_precondition,
		    "The resource has version W/\"%lld\".",
		    (long long)version);
	return VERDICT_ok;
}

void
scim_tell(struct scim *s, const char *type, const char *id, const char *name,
    const char *key, const char *value)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = s->at->name;
	e.account = id;
	e.name = name;
	e.by = s->by;
	/* None where hfssoctl does what a client could have. */
	if (s->token.row != 0)
		e.request = &s->where->request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "connection", s->of->name);
	if (key[0] != '\0')
		record_string(&state.audit.record, key, value);
	audit_end(&state.audit, s->store, type);
}

/* --- what there is to say of it ------------------------------------------- */

static void
describe(const struct scim *s, const char *method,
    enum scim_resource resource, const char *id, enum verdict v)
{
	if (v == VERDICT_ok || v == VERDICT_scim_not_modified)
		return;
	state_event("scim", "%s %s %.64s organization %.64s %s request %s "
	    "client %s detail %s", method, scim_resource_name(resource),
	    log_safe(id), log_safe(s->where->organization), s->by,
	    log_id(s->where->request.id),
	    address_text(&s->where->request.client), log_safe(s->detail));
}

/* --- answers ------------------------------------------------------------ */

void
scim_answer_refuse(struct writer *w, enum verdict v)
{
	struct scim_answer	 a;

	memset(&a, 0, sizeof(a));
	a.verdict = v;
	a.detail = "";
	a.value.text = "";
	scim_answer_put(w, &a);
}

static void
answer(struct scim *s, struct writer *w, enum verdict v,
    struct scim_answer *a)
{
	int64_t	 version = v == VERDICT_scim_not_modified ? a->version : 0;

	if (v != VERDICT_ok) {
		memset(a, 0, sizeof(*a));
		a->value.text = "";
		a->version = version;
	}
	a->verdict = v;
	a->detail = s->detail;
	a->retry_after = s->retry_after;
	a->dry = s->token.dry;
	scim_answer_put(w, a);
}

/* The end of a handler. */
static enum verdict
finish(struct scim *s, struct writer *w, enum verdict v,
    struct scim_answer *a)
{
	if (store_failed(state.store))
		v = VERDICT_unavailable;
	if (v != VERDICT_unavailable)
		answer(s, w, v, a);
	scim_close(s);
	return v;
}

/* --- reading ------------------------------------------------------------ */

enum verdict
scim_admit(struct request *request, struct reader *r, struct writer *w)
{
	struct scim_where	 where;
	struct scim_answer	 a;
	struct scim		 s;

	(void)request;
	memset(&s, 0, sizeof(s));
	memset(&a, 0, sizeof(a));
	a.value.text = "";
	if (!scim_where_get(r, &where))
		fatalx("scim_admit is malformed");
	return finish(&s, w, scim_open(&s, &where, state.store, 0), &a);
}

static enum verdict
show(struct scim *s, const struct scim_read *q, struct scim_answer *a)
{
	bool	 found;

	found = q->resource == SCIM_RESOURCE_GROUP ?
	    scim_group_show(s, q->id, q->members, a) :
	    scim_user_show(s, q->id, a);
	if (store_failed(s->store))
		return VERDICT_unavailable;
	if (!found)
		return VERDICT_scim_not_found;
	if (q->none_match.given && has_version(&q->none_match, a->version))
		return VERDICT_scim_not_modified;
	return VERDICT_ok;
}

enum verdict
scim_read(struct request *request, struct reader *r, struct writer *w)
{
	struct scim_answer	 a;
	struct scim_read	 q;
	struct scim		 s;
	enum verdict		 v;
	int64_t			 began = scim_log_clock();

	(void)request;
	memset(&s, 0, sizeof(s));
	memset(&a, 0, sizeof(a));
	if (!scim_read_get(r, &q))
		fatalx("scim_read is malformed");
	a.resource = q.resource;
	a.value.text = "";
	v = scim_open(&s, &q.where, state.store, RIGHT_READ);
	if (v == VERDICT_ok)
		v = show(&s, &q, &a);
	if (s.by[0] != '\0' && v != VERDICT_ok && v != VERDICT_unavailable &&
	    v != VERDICT_scim_not_modified)
		scim_log_write(&s, "GET", q.resource, q.id, v, began);
	describe(&s, "GET", q.resource, q.id, v);
	return finish(&s, w, v, &a);
}

/* The organization that the address names, as one that he is in. */
static enum verdict
my_place(struct scim *s)
{
	const struct session	*me = state.session;
	size_t			 i;

	s->at = directory_organization(state.directory,
	    s->where->organization);
	for (i = 0; i < me->stamp_count; i++)
		if (me->stamps[i].organization == s->at &&
		    session_stamp_live(me, &me->stamps[i], s->now))
			s->of = me->stamps[i].connection;
	if (s->at == NULL || s->of == NULL || s->at->settings == NULL)
		return VERDICT_not_found;
	s->basic = s->at->settings->mode == MODE_BASIC;
	if (s->basic != (s->where->base == SCIM_BASE_BASIC))
		return VERDICT_not_found;
	s->organization = s->at->id;
	s->connection = s->of->id;
	return me->person->account->state == ACCOUNT_ACTIVE ? VERDICT_ok :
	    VERDICT_account_ended;
}

enum verdict
scim_me(struct request *request, struct reader *r, struct writer *w)
{
	struct scim_where	 where;
	struct scim_answer	 a;
	struct scim		 s;
	enum verdict		 v;

	(void)request;
	memset(&s, 0, sizeof(s));
	memset(&a, 0, sizeof(a));
	a.value.text = "";
	if (!scim_where_get(r, &where))
		fatalx("scim_me is malformed");
	begin(&s, &where, state.store);
	v = my_place(&s);
	if (v == VERDICT_ok && !scim_user_me(&s, state.session->person->row,
	    &a))
		v = VERDICT_scim_not_found;
	return finish(&s, w, v, &a);
}

/* --- writing ------------------------------------------------------------ */

/* All of these are needed: to delete is a change, too. */
static const unsigned int	 rights[SCIM_RESOURCE_ANY][SCIM_METHOD_MAX] = {
	[SCIM_RESOURCE_USER] = { RIGHT_USERS, RIGHT_USERS, RIGHT_USERS,
	    RIGHT_USERS | RIGHT_DELETE },
	[SCIM_RESOURCE_GROUP] = { RIGHT_GROUPS, RIGHT_GROUPS, RIGHT_GROUPS,
	    RIGHT_GROUPS | RIGHT_DELETE }
};
static const char *const	 methods[SCIM_METHOD_MAX] = { "POST", "PUT",
    "PATCH", "DELETE" };

typedef enum verdict write_fn(struct scim *, const struct scim_write *,
		    struct scim_answer *);
static write_fn *const		 writes[SCIM_RESOURCE_ANY][SCIM_BASE_MAX] = {
	[SCIM_RESOURCE_USER] = { scim_user_write, scim_basic_write },
	[SCIM_RESOURCE_GROUP] = { scim_group_write, scim_group_write }
};

/*
 * What a client of that kind may send.  What can't be mistaken is refused
 * by the strict one alone.  To remove members with a value can: Entra ID
 * means those, the RFC all.
 */
static const unsigned int	 granted[PROFILE_MAX] = {
	[PROFILE_TOLERANT] = SCIM_LIBERTY_ALL,
	[PROFILE_STRICT] = SCIM_LIBERTY_READ_ONLY | SCIM_LIBERTY_UNKNOWN,
	[PROFILE_ENTRA] = SCIM_LIBERTY_ALL,
	[PROFILE_OKTA] = SCIM_LIBERTY_ALL & ~SCIM_LIBERTY_PATH
};

static const struct {
	unsigned int	 liberty;
	enum verdict	 verdict;
	const char	*what;
} liberties[] = {
	{ SCIM_LIBERTY_SCHEMAS, VERDICT_scim_invalid_syntax,
	    "schemas is missing or names another schema" },
	{ SCIM_LIBERTY_BOOLEAN, VERDICT_scim_invalid_value,
	    "a boolean is written as text" },
	{ SCIM_LIBERTY_OP_CASE, VERDICT_scim_invalid_syntax,
	    "an op is not written in small letters" },
	{ SCIM_LIBERTY_KEYS, VERDICT_scim_invalid_syntax,
	    "an attribute is named by a path where its name belongs" },
	{ SCIM_LIBERTY_UNKNOWN, VERDICT_scim_invalid_syntax,
	    "an attribute is unknown" },
	{ SCIM_LIBERTY_READ_ONLY, VERDICT_scim_mutability,
	    "an attribute is read-only" },
	{ SCIM_LIBERTY_SINGLE, VERDICT_scim_invalid_value,
	    "one value stands where an array belongs, or an array where one "
	    "value does" },
	{ SCIM_LIBERTY_NUMBER, VERDICT_scim_invalid_value,
	    "a number stands where text belongs" },
	{ SCIM_LIBERTY_NULL, VERDICT_scim_invalid_value,
	    "an empty value stands where none is allowed" },
	{ SCIM_LIBERTY_PATH, VERDICT_scim_invalid_path,
	    "a path is not one of RFC 7644, or a value says what to remove" }
};

static enum verdict
check_liberties(struct scim *s, const struct scim_write *w)
{
	unsigned int	 taken = w->liberties & ~granted[s->token.profile];
	size_t		 i;

	for (i = 0; i < sizeof(liberties) / sizeof(liberties[0]); i++)
		if (taken & liberties[i].liberty)
			return scim_refuse(s, liberties[i].verdict,
			    "The profile of the token does not allow this: "
			    "%s.", liberties[i].what);
	return VERDICT_ok;
}

/*
 * The write as a part of its own, so that a refused one can be taken back
 * and still leave its line in the log.
 */
static enum verdict
write_marked(struct scim *s, const struct scim_write *w,
    struct scim_answer *a)
{
	enum verdict	 v;
	size_t		 mark = state.effects.count;

	store_step(s->store, ST_scim_mark, NULL, 0);
	v = writes[w->resource][s->basic ? SCIM_BASE_BASIC :
	    SCIM_BASE_MANAGED](s, w, a);
	if (v == VERDICT_unavailable || store_failed(s->store))
		return VERDICT_unavailable;
	if (v != VERDICT_ok) {
		s->changed[0] = '\0';
		effects_refuse(&state.effects, mark);
		audit_forget(&state.audit);
		store_step(s->store, ST_scim_undo, NULL, 0);
	}
	store_step(s->store, ST_scim_keep, NULL, 0);
	if (v == VERDICT_scim_brake)
		brake_hold(s);
	return store_failed(s->store) ? VERDICT_unavailable : v;
}

enum verdict
scim_write(struct request *request, struct reader *r, struct writer *w)
{
	struct scim_answer	 a;
	struct scim_write	 q;
	struct scim		 s;
	enum verdict		 v;
	int64_t			 began = scim_log_clock();

	(void)request;
	memset(&s, 0, sizeof(s));
	memset(&a, 0, sizeof(a));
	memset(&q, 0, sizeof(q));
	s.pool = scim_pool_new();
	if (!scim_write_get(r, s.pool, &q))
		fatalx("scim_write is malformed");
	a.resource = q.resource;
	a.value.text = "";
	v = scim_open(&s, &q.where, state.store, 0);
	if (v == VERDICT_ok && (rights[q.resource][q.method] &
	    ~s.token.rights) != 0)
		v = VERDICT_token_right;
	if (v == VERDICT_ok)
		v = check_liberties(&s, &q);
	if (v == VERDICT_ok)
		v = write_marked(&s, &q, &a);
	if (v != VERDICT_ok && v != VERDICT_unavailable && q.stage != 0)
		job_give_up(&s, q.stage);
	if (s.by[0] != '\0' && v != VERDICT_unavailable)
		scim_log_write(&s, methods[q.method], q.resource, q.id, v,
		    began);
	describe(&s, methods[q.method], q.resource, q.id, v);
	return finish(&s, w, v, &a);
}
