/*
 * API requests that are whole, in http: what all of them need, then the
 * room of their place.
 */
#include <string.h>

#include "hfssod/http/scim_call.h"
#include "hfssod/http/scim_head.h"

#define WITH_BODY	(METHOD(METHOD_POST) | METHOD(METHOD_PUT) | \
			    METHOD(METHOD_PATCH))

/* What a place does, and whether its query says what is wanted. */
static const struct {
	call_fn	*fn;
	bool	 query;
} rooms[SCIM_PLACE_MAX] = {
	[SCIM_PLACE_CONFIG] = { scim_discover, false },
	[SCIM_PLACE_TYPES] = { scim_discover, false },
	[SCIM_PLACE_SCHEMAS] = { scim_discover, false },
	[SCIM_PLACE_ALL] = { scim_collection, true },
	[SCIM_PLACE_BASE] = { scim_collection, true },
	[SCIM_PLACE_ONE] = { scim_single, true },
	[SCIM_PLACE_SEARCH] = { scim_search, false },
	[SCIM_PLACE_BULK] = { scim_bulk, false },
	[SCIM_PLACE_ME] = { scim_me_show, true },
	[SCIM_PLACE_LINKS] = { scim_links, false }
};

/* Without an organization or an id nothing can be found. */
static bool
nowhere(const struct scim_target *t)
{
	return t->place == SCIM_PLACE_NONE || t->organization[0] == '\0' ||
	    ((t->place == SCIM_PLACE_ONE || t->place == SCIM_PLACE_LINKS) &&
	    t->id[0] == '\0');
}

static bool
begin(struct call *c, const struct incoming *in)
{
	struct scim_call	*s = c->own;
	const char		*why = NULL;
	enum verdict		 v;

	if (s->target.place == SCIM_PLACE_VERSION)
		return scim_turn_away(c, VERDICT_scim_invalid_version, NULL);
	if (nowhere(&s->target))
		return scim_turn_away(c, VERDICT_scim_not_found, NULL);
	if (s->target.place == SCIM_PLACE_ME &&
	    s->credential == CREDENTIAL_BEARER)
		return scim_turn_away(c, VERDICT_scim_no_me, NULL);
	if (!(scim_target_methods(&s->target) & METHOD(s->method)))
		return scim_turn_away_status(c, 405, NULL);
	if ((METHOD(s->method) & WITH_BODY) && !scim_head_json(in->head))
		return scim_turn_away_status(c, 415, NULL);
	if (!scim_head_condition(in->head, FIELD_IF_MATCH, &s->match) ||
	    !scim_head_condition(in->head, FIELD_IF_NONE_MATCH,
	    &s->none_match))
		return scim_turn_away_status(c, 400,
		    "A condition is no list of entity tags.");
	if (rooms[s->target.place].query) {
		v = scim_query_read(s->pool, s->target.resource,
		    in->head->query, &s->query, &why);
		if (v != VERDICT_ok)
			return scim_turn_away(c, v, why);
	}
	return rooms[s->target.place].fn(c, in);
}

bool
scim_request(struct call *c, const struct incoming *in)
{
	struct scim_call	*s = c->own;
	struct scim_next	 next;

	if (!s->prepared)
		return begin(c, in);
	next = s->next;
	return scim_send(c, &next);
}
