/*
 * One resource at a time, in http: GET, and what becomes of the answers to
 * POST, PUT, PATCH and DELETE; the discovery of RFC 7644 4; /Me.
 */
#include <string.h>

#include "hfssod/http/scim_call.h"
#include "hfssod/http/scim_discovery.h"
#include "hfssod/http/scim_write.h"

/* --- reading ---------------------------------------------------------- */

static void
read_answered(struct call *c, const struct scim_answer *a)
{
	struct scim_call	*s = c->own;

	if (a->verdict != VERDICT_ok) {
		s->out.version = a->version;
		scim_refuse(c, a->verdict, a->detail, a->retry_after);
		return;
	}
	scim_out_resource(c, a, 200);
	scim_out_run(c);
}

static bool
read_one(struct call *c)
{
	static const struct scim_next	 next = { .answer = read_answered };
	struct scim_call		*s = c->own;
	struct scim_read		 r;

	memset(&r, 0, sizeof(r));
	scim_where_of(c, &r.where);
	r.resource = s->target.resource;
	r.id = s->target.id;
	r.none_match = s->none_match;
	r.members = r.resource == SCIM_RESOURCE_GROUP &&
	    scim_selected(&s->query.selection, SCIM_members);
	scim_read_put(scim_question(c, PROC_POLICY, MESSAGE_scim_read), &r);
	return scim_send(c, &next);
}

bool
scim_me_show(struct call *c, const struct incoming *in)
{
	static const struct scim_next	 next = { .answer = read_answered };
	struct scim_call		*s = c->own;

	(void)in;
	/* What a session may, its owner may undo; SCIM is not for that. */
	if (s->method != METHOD_GET && s->method != METHOD_HEAD) {
		scim_refuse(c, VERDICT_scim_forbidden, "", 0);
		return true;
	}
	scim_question_where(c, PROC_POLICY, MESSAGE_scim_me);
	return scim_send(c, &next);
}

/* --- writing ---------------------------------------------------------- */

static const enum scim_method	 methods[METHOD_OTHER] = {
	[METHOD_POST] = SCIM_CREATE,
	[METHOD_PUT] = SCIM_PUT,
	[METHOD_PATCH] = SCIM_PATCH,
	[METHOD_DELETE] = SCIM_DELETE
};

/* A group that was patched is not said, unless it is asked for. */
static bool
unsaid(const struct scim_call *s)
{
	return s->method == METHOD_DELETE || (s->method == METHOD_PATCH &&
	    s->target.resource == SCIM_RESOURCE_GROUP && !s->query.selected);
}

static void
written(struct call *c, const struct scim_answer *a)
{
	struct scim_call	*s = c->own;

	if (a->verdict != VERDICT_ok)
		scim_refuse(c, a->verdict, a->detail, a->retry_after);
	else if (unsaid(s))
		scim_reply_empty(c, 204);
	else
		scim_out_run(c);
}

/* The first answer to a write has the resource, or a later one. */
static void
seen(struct call *c, const struct scim_answer *a)
{
	struct scim_call	*s = c->own;

	/* Those that only go on with it say none. */
	if (a->version == 0)
		return;
	s->out.version = a->version;
	if (!unsaid(s))
		scim_out_resource(c, a,
		    s->method == METHOD_POST ? 201 : 200);
}

/* The JSON of a body; NULL when it was refused. */
static struct json *
body_read(struct call *c, struct scim_pool *pool, const struct incoming *in,
    bool *done)
{
	const char	*why = NULL;
	struct json	*j;

	j = json_read(pool, in->body.data, in->body.len, &why);
	if (j == NULL)
		*done = scim_turn_away(c, VERDICT_scim_invalid_syntax, why);
	return j;
}

static bool
write_one(struct call *c, const struct incoming *in)
{
	static const struct scim_writer	 writer = { seen, written };
	struct scim_call		*s = c->own;
	struct scim_pool		*pool = scim_pool_new();
	struct scim_order		 o;
	bool				 done;

	memset(&o, 0, sizeof(o));
	o.method = methods[s->method];
	o.resource = s->target.resource;
	o.id = s->target.id;
	o.match = s->match;
	o.none_match = s->none_match;
	if (o.method == SCIM_DELETE ||
	    (o.body = body_read(c, pool, in, &done)) != NULL)
		done = scim_write_begin(c, pool, &o, &writer);
	scim_pool_free(pool);
	return done;
}

bool
scim_single(struct call *c, const struct incoming *in)
{
	struct scim_call	*s = c->own;

	if (s->method == METHOD_GET || s->method == METHOD_HEAD)
		return read_one(c);
	return write_one(c, in);
}

bool
scim_collection(struct call *c, const struct incoming *in)
{
	struct scim_call	*s = c->own;

	if (s->method == METHOD_POST)
		return write_one(c, in);
	return scim_list_begin(c);
}

bool
scim_search(struct call *c, const struct incoming *in)
{
	struct scim_call	*s = c->own;
	struct scim_pool	*pool = scim_pool_new();
	const char		*why = NULL;
	struct json		*j;
	enum verdict		 v;
	bool			 done;

	if ((j = body_read(c, pool, in, &done)) != NULL) {
		v = scim_query_search(s->pool, s->target.resource, j,
		    &s->query, &why);
		done = v == VERDICT_ok ? scim_list_begin(c) :
		    scim_turn_away(c, v, why);
	}
	scim_pool_free(pool);
	return done;
}

/* --- discovery -------------------------------------------------------- */

static void
discovered(struct call *c, const struct scim_answer *a)
{
	struct scim_call	*s = c->own;
	struct scim_service	 service;
	struct buffer		 text = { 0 };
	bool			 found = true;

	if (a->verdict != VERDICT_ok) {
		scim_refuse(c, a->verdict, a->detail, a->retry_after);
		return;
	}
	service.url = s->url;
	service.base = s->target.base;
	service.dry = a->dry;
	if (s->target.place == SCIM_PLACE_CONFIG)
		scim_discovery_config(&text, &service);
	else if (s->target.place == SCIM_PLACE_TYPES)
		if (s->target.schema[0] == '\0')
			scim_discovery_types(&text, &service);
		else
			found = scim_discovery_type(&text, &service,
			    s->target.schema);
	else if (s->target.schema[0] == '\0')
		scim_discovery_schemas(&text, &service);
	else
		found = scim_discovery_schema(&text, &service,
		    s->target.schema);
	if (found)
		scim_reply(c, 200, &text);
	else {
		buffer_free(&text);
		scim_refuse(c, VERDICT_scim_not_found, "", 0);
	}
}

bool
scim_discover(struct call *c, const struct incoming *in)
{
	static const struct scim_next	 next = { .answer = discovered };
	struct scim_pool		*pool = scim_pool_new();
	struct scim_query		 q;
	const char			*why;
	enum verdict			 v;

	/* RFC 7644 4: a filter is forbidden, other parameters are ignored. */
	v = scim_query_read(pool, SCIM_RESOURCE_ANY, in->head->query, &q,
	    &why);
	scim_pool_free(pool);
	if (q.filtered || v == VERDICT_scim_invalid_filter)
		return scim_turn_away(c, VERDICT_scim_forbidden,
		    "There is nothing to filter here.");
	scim_question_where(c, PROC_POLICY, MESSAGE_scim_admit);
	return scim_send(c, &next);
}
