/*
 * Links of SCIM groups to resource groups, in http: a small API of our
 * own beside SCIM.
 */
#include <string.h>

#include "common/role.h"
#include "hfssod/http/scim_call.h"

static const struct {
	enum method	 method;
	enum link_change change;
} changes[] = {
	{ METHOD_GET, LINK_SHOW },
	{ METHOD_HEAD, LINK_SHOW },
	{ METHOD_PUT, LINK_PUT },
	{ METHOD_DELETE, LINK_REMOVE }
};

static void
changed(struct call *c, const struct link_answer *a)
{
	struct scim_call	*s = c->own;
	struct buffer		 text = { 0 };
	size_t			 i;

	if (a->verdict != VERDICT_ok) {
		scim_refuse(c, a->verdict, a->detail, 0);
		return;
	}
	if (s->method == METHOD_DELETE) {
		scim_reply_empty(c, 204);
		return;
	}
	buffer_string(&text, "{\"links\":[");
	for (i = 0; i < a->count; i++) {
		buffer_string(&text, i == 0 ? "{\"resourceGroup\":" :
		    ",{\"resourceGroup\":");
		json_quoted(&text, a->links[i].slug);
		buffer_string(&text, ",\"role\":");
		json_quoted(&text, role_name(a->links[i].role));
		buffer_string(&text, "}");
	}
	buffer_string(&text, "]}");
	scim_reply(c, 200, &text);
}

/* {"role": "write", "adopt": false}; why it is not that, or NULL. */
static const char *
body_read(struct scim_pool *pool, const struct incoming *in,
    struct link_request *q)
{
	const struct json	*j, *role, *adopt;
	const char		*why = NULL;

	if ((j = json_read(pool, in->body.data, in->body.len, &why)) == NULL)
		return why;
	role = json_member(j, "role");
	if (role == NULL || role->type != JSON_STRING ||
	    !role_parse(json_text(pool, role), &q->role))
		return "role is missing or none.";
	adopt = json_member(j, "adopt");
	q->adopt = adopt != NULL && adopt->type == JSON_TRUE;
	if (adopt != NULL && adopt->type != JSON_TRUE &&
	    adopt->type != JSON_FALSE)
		return "adopt is neither true nor false.";
	return NULL;
}

bool
scim_links(struct call *c, const struct incoming *in)
{
	static const struct scim_next	 next = { .links = changed };
	struct scim_call		*s = c->own;
	struct scim_pool		*pool;
	struct link_request		 q;
	const char			*why = NULL;
	size_t				 i;

	memset(&q, 0, sizeof(q));
	scim_where_of(c, &q.where);
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (changes[i].method == s->method)
			q.change = changes[i].change;
	q.group = s->target.id;
	q.slug = s->target.slug;
	if (q.change == LINK_PUT) {
		pool = scim_pool_new();
		why = body_read(pool, in, &q);
		scim_pool_free(pool);
	}
	if (why != NULL)
		return scim_turn_away(c, VERDICT_scim_invalid_syntax, why);
	link_request_put(scim_question(c, PROC_POLICY, MESSAGE_link_change),
	    &q);
	return scim_send(c, &next);
}
