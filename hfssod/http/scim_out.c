/*
 * Answers of the API, short ones whole and long ones in pieces.  In http.
 * Must never hold more of an answer than a page and what the client is
 * just reading.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/response.h"
#include "hfssod/http/scim_call.h"
#include "hfssod/http/scim_reply.h"

/* A longer answer than this goes out before its end is known. */
#define WHOLE_MOST	(64 * 1024)

void
scim_out_init(struct scim_out *o)
{
	memset(o, 0, sizeof(*o));
	TAILQ_INIT(&o->pieces);
}

void
scim_out_drop(struct scim_out *o)
{
	struct scim_piece	*p;

	while ((p = TAILQ_FIRST(&o->pieces)) != NULL) {
		TAILQ_REMOVE(&o->pieces, p, entry);
		buffer_free(&p->text);
		free(p);
	}
}

void
scim_out_free(struct scim_out *o)
{
	scim_out_drop(o);
	buffer_free(&o->text);
	free(o->location);
}

static struct scim_piece *
last_piece(struct scim_out *o)
{
	struct scim_piece	*p = TAILQ_LAST(&o->pieces, scim_pieces);

	if (p != NULL && p->group[0] == '\0')
		return p;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		fatal("calloc");
	TAILQ_INSERT_TAIL(&o->pieces, p, entry);
	return p;
}

struct buffer *
scim_out_text(struct scim_out *o)
{
	return &last_piece(o)->text;
}

void
scim_out_group(struct scim_out *o, const char *id)
{
	struct scim_piece	*p = last_piece(o);

	if (strlcpy(p->group, id, sizeof(p->group)) >= sizeof(p->group))
		fatalx("a group's id is too long");
}

bool
scim_out_full(struct call *c)
{
	struct scim_call	*s = c->own;

	return s->out.begun &&
	    buffer_len(conn_answer_buffer(c)) >= CONN_OUT_MOST;
}

/* --- saying it -------------------------------------------------------- */

/* Octets of an answer that was begun. */
static void
chunk(struct call *c, struct buffer *text)
{
	struct scim_call	*s = c->own;
	struct buffer		*to = conn_answer_buffer(c);
	size_t			 len = buffer_len(text);

	if (len == 0)
		return;
	c->sent += len;
	if (s->out.chunked)
		buffer_printf(to, "%zx\r\n", len);
	buffer_add(to, buffer_at(text), len);
	if (s->out.chunked)
		buffer_string(to, "\r\n");
	buffer_free(text);
	conn_mark(c->conn);
	conn_alive(c->conn);
}

/*
 * The answer is too long to be held: begin it.  An old client reads until
 * the connection ends.  False: that was all, a HEAD.
 */
static bool
begin(struct call *c)
{
	struct scim_call	*s = c->own;

	s->out.begun = true;
	s->out.chunked = !c->http10;
	scim_reply_begin(c, s->out.status);
	if (s->out.chunked)
		response_header(c, "Transfer-Encoding", "chunked");
	buffer_string(c->to, "\r\n");
	if (c->head) {
		conn_answered(c);
		return false;
	}
	chunk(c, &s->out.text);
	return true;
}

/* Say text; false: the call is over. */
static bool
say(struct call *c, struct buffer *text)
{
	struct scim_call	*s = c->own;

	if (s->out.begun) {
		chunk(c, text);
		return true;
	}
	buffer_move(&s->out.text, text);
	return buffer_len(&s->out.text) <= WHOLE_MOST || begin(c);
}

static void
finish(struct call *c)
{
	struct scim_call	*s = c->own;

	if (!s->out.begun) {
		scim_reply_begin(c, s->out.status);
		response_body(c, NULL, &s->out.text);
		return;
	}
	if (s->out.chunked)
		buffer_string(conn_answer_buffer(c), "0\r\n\r\n");
	conn_answered(c);
}

/* --- members ---------------------------------------------------------- */

static void
members_json(struct call *c, struct scim_json *j)
{
	struct scim_call	*s = c->own;

	memset(j, 0, sizeof(*j));
	j->base = s->url;
	j->resource = SCIM_RESOURCE_GROUP;
	j->selection = &s->query.selection;
}

static void
members(struct call *c, const struct scim_members_page *page)
{
	struct scim_call	*s = c->own;
	struct scim_json	 j;
	struct buffer		 text = { 0 };

	if (page->verdict != VERDICT_ok &&
	    page->verdict != VERDICT_scim_not_found) {
		scim_refuse(c, page->verdict, "", 0);
		return;
	}
	members_json(c, &j);
	scim_json_members(&text, &j, page->members, page->count,
	    &s->pull.opened);
	strlcpy(s->pull.after, page->verdict == VERDICT_ok ? page->after : "",
	    sizeof(s->pull.after));
	if (s->pull.after[0] == '\0') {
		scim_json_end(&text, s->pull.opened);
		s->pull.group[0] = '\0';
	}
	if (say(c, &text))
		scim_out_run(c);
}

/* Ask for members: reader if it is there, for policy has more to do. */
static void
ask_members(struct call *c)
{
	static const struct scim_next	 next = { .members = members };
	struct scim_call		*s = c->own;
	struct scim_members		 m;

	scim_where_of(c, &m.where);
	m.id = s->pull.group;
	m.after = s->pull.after;
	scim_members_put(scim_question(c, child_peer(PROC_READER, NULL) ==
	    NULL ? PROC_POLICY : PROC_READER, MESSAGE_scim_members), &m);
	scim_follow(c, &next);
}

static void
pull(struct scim_call *s, const char *group)
{
	strlcpy(s->pull.group, group, sizeof(s->pull.group));
	s->pull.after[0] = '\0';
	s->pull.opened = false;
}

/* --- all of it -------------------------------------------------------- */

/* The next piece; false: the call is over. */
static bool
piece(struct call *c, struct scim_piece *p)
{
	struct scim_call	*s = c->own;
	bool			 more;

	TAILQ_REMOVE(&s->out.pieces, p, entry);
	if (p->group[0] != '\0')
		pull(s, p->group);
	more = say(c, &p->text);
	buffer_free(&p->text);
	free(p);
	return more;
}

void
scim_out_run(struct call *c)
{
	struct scim_call	*s = c->own;
	struct scim_piece	*p;
	struct buffer		 tail = { 0 };

	for (;;) {
		if (scim_out_full(c)) {
			scim_wait(c, scim_out_run);
			return;
		}
		if (s->pull.group[0] != '\0') {
			ask_members(c);
			return;
		}
		if ((p = TAILQ_FIRST(&s->out.pieces)) != NULL) {
			if (!piece(c, p))
				return;
			continue;
		}
		if (s->out.more != NULL && s->out.more(c, &tail))
			return;
		if (say(c, &tail))
			finish(c);
		return;
	}
}

void
scim_out_resource(struct call *c, const struct scim_answer *a, int status)
{
	struct scim_call	*s = c->own;
	struct scim_json	 j;
	struct buffer		 location = { 0 };
	const char		*id = scim_text(&a->value, SCIM_id);

	scim_out_drop(&s->out);
	s->out.status = status;
	s->out.version = a->version;
	buffer_printf(&location, "%s/%ss/%s", s->url,
	    scim_resource_name(a->resource), id);
	free(s->out.location);
	if ((s->out.location = strdup(buffer_text(&location))) == NULL)
		fatal("strdup");
	buffer_free(&location);
	members_json(c, &j);
	j.resource = a->resource;
	j.version = a->version;
	if (!a->members_follow ||
	    !scim_selected(&s->query.selection, SCIM_members)) {
		scim_json_resource(scim_out_text(&s->out), &j, &a->value);
		return;
	}
	scim_json_begin(scim_out_text(&s->out), &j, &a->value);
	scim_out_group(&s->out, id);
}
