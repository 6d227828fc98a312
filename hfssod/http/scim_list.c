/*
 * Lists of http (RFC 7644 3.4.2, RFC 9865): of one type or, at the base, of
 * Users and then Groups.  Policy answers what an index finds at once, reader
 * everything else.  Must never ask for a page before the client has read
 * most of the one before it.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/http/scim_call.h"

/* Before the cursor of a search at the base: whose it is. */
#define CURSOR_USERS	'u'
#define CURSOR_GROUPS	'g'

/* A list on its way. */
struct listing {
	bool			 both;
	bool			 items;		/* of this type are wanted */
	enum scim_resource	 now;		/* the type that is asked for */
	int64_t			 start;		/* of this type */
	int64_t			 count;
	const char		*cursor;
	char			 after[LIMIT_SCIM_AFTER + 1];
	int64_t			 total;
	int64_t			 said;
	char			 next[LIMIT_SCIM_CURSOR + 2];
	char			 previous[LIMIT_SCIM_CURSOR + 2];
};

static void	 listed(struct call *, const struct scim_listed *);
static bool	 more(struct call *, struct buffer *);

static const struct scim_next	 next_page = { .listed = listed };

/* --- asking ----------------------------------------------------------- */

static void
question(struct call *c)
{
	struct scim_call	*s = c->own;
	struct listing		*l = s->room;
	struct scim_list	 q;

	memset(&q, 0, sizeof(q));
	scim_where_of(c, &q.where);
	q.resource = l->now;
	q.filter = s->query.filter[l->now];
	q.sort = s->query.sort[l->now];
	q.descending = s->query.descending;
	q.cursored = s->query.cursored && l->items;
	q.cursor = l->cursor;
	q.start = l->start;
	q.count = l->count;
	q.members = l->now == SCIM_RESOURCE_GROUP &&
	    scim_selected(&s->query.selection, SCIM_members);
	q.after = l->after;
	scim_list_put(scim_question(c, scim_query_indexed(q.filter) ?
	    PROC_POLICY : PROC_READER, MESSAGE_scim_list), &q);
}

/* --- the answer's text ------------------------------------------------ */

static void
item(struct call *c, const struct scim_listed_item *i)
{
	struct scim_call	*s = c->own;
	struct listing		*l = s->room;
	struct scim_json	 j;
	struct buffer		*text = scim_out_text(&s->out);

	if (l->said++ > 0)
		buffer_string(text, ",");
	memset(&j, 0, sizeof(j));
	j.base = s->url;
	j.resource = l->now;
	j.selection = &s->query.selection;
	j.version = i->version;
	if (!i->members_follow || !scim_selected(j.selection, SCIM_members)) {
		scim_json_resource(text, &j, &i->value);
		return;
	}
	scim_json_begin(text, &j, &i->value);
	scim_out_group(&s->out, scim_text(&i->value, SCIM_id));
}

static void
cursor_text(struct buffer *b, const char *name, const char *cursor)
{
	if (cursor[0] == '\0')
		return;
	buffer_printf(b, ",\"%s\":", name);
	json_quoted(b, cursor);
}

static void
tail(struct call *c, struct buffer *b)
{
	struct scim_call	*s = c->own;
	struct listing		*l = s->room;

	buffer_printf(b, "],\"totalResults\":%lld", (long long)l->total);
	if (!s->query.cursored)
		buffer_printf(b, ",\"startIndex\":%lld",
		    (long long)s->query.start);
	buffer_printf(b, ",\"itemsPerPage\":%lld", (long long)l->said);
	cursor_text(b, "nextCursor", l->next);
	cursor_text(b, "previousCursor", l->previous);
	buffer_string(b, "}");
}

/* --- pages ------------------------------------------------------------ */

/* A cursor of this type, as the client gets it; "" stays that. */
static void
cursor_keep(struct listing *l, char *to, size_t size, const char *cursor)
{
	to[0] = '\0';
	if (cursor[0] == '\0')
		return;
	if (l->both) {
		to[0] = l->now == SCIM_RESOURCE_USER ? CURSOR_USERS :
		    CURSOR_GROUPS;
		to[1] = '\0';
	}
	strlcat(to, cursor, size);
}

/*
 * All of a type has been said: on to Groups.  False: that was all.  What
 * is counted from the beginning goes on where Users end.
 */
static bool
go_on(struct scim_call *s, const struct scim_listed *a)
{
	struct listing	*l = s->room;
	bool		 was = l->items;

	l->total += a->total;
	if (was) {
		cursor_keep(l, l->next, sizeof(l->next), a->next);
		cursor_keep(l, l->previous, sizeof(l->previous),
		    a->previous);
	}
	if (!l->both || l->now == SCIM_RESOURCE_GROUP)
		return false;
	l->now = SCIM_RESOURCE_GROUP;
	l->cursor = "";
	if (s->query.cursored) {
		/* A page has one type; behind the last User begin Groups. */
		l->items = !was;
		if (l->items)
			l->cursor = s->query.cursor + 1;
		l->count = l->items ? s->query.count : 0;
		if (was && l->next[0] == '\0')
			strlcpy(l->next, "g", sizeof(l->next));
		return true;
	}
	l->start = s->query.start > a->total ? s->query.start - a->total : 1;
	l->count = s->query.count - l->said;
	return true;
}

static void
listed(struct call *c, const struct scim_listed *a)
{
	struct scim_call	*s = c->own;
	struct listing		*l = s->room;
	size_t			 i;

	if (a->verdict != VERDICT_ok) {
		scim_refuse(c, a->verdict, a->detail, a->retry_after);
		return;
	}
	if (a->resource != l->now)
		fatalx("a list of another type");
	for (i = 0; i < a->count; i++)
		item(c, &a->items[i]);
	strlcpy(l->after, a->after, sizeof(l->after));
	if (a->after[0] == '\0' && !go_on(s, a))
		l->now = SCIM_RESOURCE_MAX;
	scim_out_run(c);
}

/* All that came is said: the next page, or the end. */
static bool
more(struct call *c, struct buffer *text)
{
	struct scim_call	*s = c->own;
	struct listing		*l = s->room;

	if (l->now == SCIM_RESOURCE_MAX) {
		tail(c, text);
		return false;
	}
	question(c);
	scim_follow(c, &next_page);
	return true;
}

/* --- beginning -------------------------------------------------------- */

static void
start(struct call *c)
{
	struct scim_call	*s = c->own;

	s->out.status = 200;
	s->out.more = more;
	buffer_string(scim_out_text(&s->out), "{\"schemas\":[\"urn:ietf:"
	    "params:scim:api:messages:2.0:ListResponse\"],\"Resources\":[");
}

static void
admitted(struct call *c, const struct scim_answer *a)
{
	struct scim_call	*s = c->own;

	if (a->verdict != VERDICT_ok) {
		scim_refuse(c, a->verdict, a->detail, a->retry_after);
		return;
	}
	s->admitted = true;
	question(c);
	scim_follow(c, &next_page);
}

/*
 * Where a list begins.  False: the cursor is none of ours.  One of Groups,
 * at the base, still has Users counted before it.
 */
static bool
place(struct scim_call *s)
{
	struct listing	*l = s->room;

	l->both = s->target.resource == SCIM_RESOURCE_ANY;
	l->now = l->both ? SCIM_RESOURCE_USER : s->target.resource;
	l->items = true;
	l->start = s->query.start;
	l->count = s->query.count;
	l->cursor = s->query.cursor;
	if (!l->both || !s->query.cursored || l->cursor[0] == '\0')
		return true;
	if (l->cursor[0] == CURSOR_GROUPS) {
		l->items = false;
		l->count = 0;
		l->cursor = "";
		return true;
	}
	l->cursor++;
	return s->query.cursor[0] == CURSOR_USERS && l->cursor[0] != '\0';
}

bool
scim_list_begin(struct call *c)
{
	static const struct scim_next	 next = { .answer = admitted };
	struct scim_call		*s = c->own;

	s->room = scim_pool_alloc(s->pool, sizeof(struct listing));
	if (!place(s))
		return scim_turn_away(c, VERDICT_scim_invalid_cursor, NULL);
	start(c);
	if (scim_query_indexed(s->query.filter[((struct listing *)
	    s->room)->now])) {
		question(c);
		return scim_send(c, &next_page);
	}
	if (s->admitted) {
		question(c);
		return scim_send(c, &next_page);
	}
	scim_question_where(c, PROC_POLICY, MESSAGE_scim_admit);
	return scim_send(c, &next);
}
