/*
 * PATCH paths from text (RFC 7644 3.5.2: attrPath, or valuePath with a
 * sub-attribute).  In http.  Pure: must never take a path for a shorter
 * one than it is.
 */
#include <string.h>

#include "common/limits.h"
#include "common/scim_exchange.h"
#include "hfssod/http/scim_filter_text.h"
#include "hfssod/http/scim_name.h"
#include "hfssod/http/scim_path_text.h"
#include "hfssod/http/scim_word.h"

/* A schema alone: the resource itself, or an extension as a whole. */
static bool
schema_alone(enum scim_resource resource, const char *text, size_t len,
    struct scim_path *path)
{
	const struct scim_attribute	*a;
	size_t				 rest;

	a = scim_schema_named(resource, text, len, &rest);
	if (a == NULL || rest != len || text[len - 1] == ':')
		return false;
	path->attribute = a->parent == SCIM_none ? SCIM_none : a->number;
	return true;
}

/* What follows an attribute: "[...]", and ".sub" behind it. */
static enum verdict
value_filter(struct scim_pool *pool, const struct scim_attribute *a,
    struct scim_text *t, struct scim_path *path, unsigned int *liberties)
{
	const struct scim_attribute	*sub;
	struct scim_text		 name;
	enum verdict			 v;
	size_t				 used;
	bool				 single;

	if (!scim_take(t, '[') || a->type != SCIM_TYPE_COMPLEX || !a->multi)
		return VERDICT_scim_invalid_path;
	v = scim_filter_parse_within(pool, a, t->at, t->len, &used, &single,
	    &path->filter);
	if (v != VERDICT_ok)
		return v;
	if (single)
		*liberties |= SCIM_LIBERTY_PATH;
	t->at += used;
	t->len -= used;
	if (!scim_take(t, ']'))
		return t->len > 0 ? VERDICT_scim_invalid_filter :
		    VERDICT_scim_invalid_path;
	if (!scim_take(t, '.'))
		return VERDICT_ok;
	name = scim_attribute_text(t);
	sub = scim_attribute_find(a->number, name.at, name.len);
	if (sub == NULL)
		return VERDICT_scim_invalid_path;
	path->sub = sub->number;
	return VERDICT_ok;
}

enum verdict
scim_path_parse(struct scim_pool *pool, enum scim_resource resource,
    const char *text, size_t len, struct scim_path *path,
    unsigned int *liberties)
{
	const struct scim_attribute	*a;
	struct scim_text		 t = { text, len }, name;
	enum verdict			 v;

	memset(path, 0, sizeof(*path));
	if (len == 0)
		return VERDICT_ok;
	if (len > LIMIT_SCIM_FILTER)
		return VERDICT_scim_invalid_path;
	if (scim_take(&t, '/'))
		*liberties |= SCIM_LIBERTY_PATH;
	if (t.len > 0 && schema_alone(resource, t.at, t.len, path)) {
		*liberties |= SCIM_LIBERTY_PATH;
		return VERDICT_ok;
	}
	name = scim_attribute_text(&t);
	a = scim_attribute_named(resource, name.at, name.len);
	if (a == NULL) {
		a = scim_attribute_extended(resource, name.at, name.len);
		if (a == NULL)
			return VERDICT_scim_invalid_path;
		*liberties |= SCIM_LIBERTY_PATH;
	}
	path->attribute = a->number;
	if (t.len == 0)
		return VERDICT_ok;
	v = value_filter(pool, a, &t, path, liberties);
	if (v == VERDICT_ok && t.len > 0)
		v = VERDICT_scim_invalid_path;
	if (v != VERDICT_ok)
		memset(path, 0, sizeof(*path));
	return v;
}
