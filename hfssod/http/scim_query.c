/*
 * Query parameters of SCIM and the bodies of searches, by one table.  In
 * http.  Pure: must never guess what a parameter might have meant.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/form.h"
#include "common/limits.h"
#include "hfssod/http/scim_filter_text.h"
#include "hfssod/http/scim_query.h"
#include "hfssod/http/scim_word.h"

/* Being read. */
struct reading {
	struct scim_pool	*pool;
	enum scim_resource	 resource;
	struct scim_query	*query;
	struct scim_text	 attributes;
	struct scim_text	 excluded;
	bool			 excluding;
	const char		*why;
};

static bool
concerns(const struct reading *r, enum scim_resource resource)
{
	return r->resource == resource || r->resource == SCIM_RESOURCE_ANY;
}

/* --- parameters ------------------------------------------------------- */

/* A whole number, also a negative one; false also for what is too large. */
static bool
number(struct scim_text t, int64_t *n)
{
	bool	 minus;
	size_t	 i;

	minus = scim_take(&t, '-');
	if (t.len == 0)
		return false;
	for (i = 0, *n = 0; i < t.len; i++) {
		if (t.at[i] < '0' || t.at[i] > '9')
			return false;
		*n = *n * 10 + (t.at[i] - '0');
		if (*n > INT32_MAX)
			return false;
	}
	if (minus)
		*n = -*n;
	return true;
}

static enum verdict
read_start(struct reading *r, struct scim_text t)
{
	if (!number(t, &r->query->start)) {
		r->why = "startIndex is no number.";
		return VERDICT_scim_invalid_value;
	}
	if (r->query->start < 1)
		r->query->start = 1;
	return VERDICT_ok;
}

static enum verdict
read_count(struct reading *r, struct scim_text t)
{
	if (!number(t, &r->query->count)) {
		r->why = "count is no number.";
		return VERDICT_scim_invalid_count;
	}
	if (r->query->count < 0)
		r->query->count = 0;
	if (r->query->count > LIMIT_SCIM_PAGE)
		r->query->count = LIMIT_SCIM_PAGE;
	return VERDICT_ok;
}

static enum verdict
read_filter(struct reading *r, struct scim_text t)
{
	bool		 both = r->resource == SCIM_RESOURCE_ANY;
	enum verdict	 v;
	int		 i;

	r->query->filtered = true;
	for (i = SCIM_RESOURCE_USER; i <= SCIM_RESOURCE_GROUP; i++) {
		if (!concerns(r, (enum scim_resource)i))
			continue;
		v = scim_filter_parse(r->pool, (enum scim_resource)i, both,
		    t.at, t.len, &r->query->filter[i]);
		if (v != VERDICT_ok)
			return v;
	}
	return VERDICT_ok;
}

/*
 * What can be sorted by: something simple; of a complex attribute its
 * value.
 */
static const struct scim_attribute *
sortable(enum scim_resource resource, struct scim_text t)
{
	const struct scim_attribute	*a;

	a = scim_attribute_named(resource, t.at, t.len);
	if (a != NULL && a->type == SCIM_TYPE_COMPLEX)
		a = scim_attribute_find(a->number, "value", 5);
	return a == NULL || a->returned == SCIM_NEVER ? NULL : a;
}

static enum verdict
read_sort(struct reading *r, struct scim_text t)
{
	const struct scim_attribute	*a;
	bool				 found = false;
	int				 i;

	for (i = SCIM_RESOURCE_USER; i <= SCIM_RESOURCE_GROUP; i++) {
		if (!concerns(r, (enum scim_resource)i) ||
		    (a = sortable((enum scim_resource)i, t)) == NULL)
			continue;
		r->query->sort[i] = a->number;
		found = true;
	}
	if (found)
		return VERDICT_ok;
	r->why = "sortBy names nothing to sort by.";
	return VERDICT_scim_invalid_value;
}

static enum verdict
read_order(struct reading *r, struct scim_text t)
{
	r->query->descending = scim_text_is(t, "descending");
	if (r->query->descending || scim_text_is(t, "ascending"))
		return VERDICT_ok;
	r->why = "sortOrder is neither ascending nor descending.";
	return VERDICT_scim_invalid_value;
}

static enum verdict
read_cursor(struct reading *r, struct scim_text t)
{
	r->query->cursored = true;
	if (t.len > LIMIT_SCIM_CURSOR)
		return VERDICT_scim_invalid_cursor;
	r->query->cursor = scim_pool_string(r->pool, t.at, t.len);
	return VERDICT_ok;
}

static enum verdict
read_attributes(struct reading *r, struct scim_text t)
{
	r->query->selected = true;
	r->attributes = t;
	return VERDICT_ok;
}

static enum verdict
read_excluded(struct reading *r, struct scim_text t)
{
	r->excluding = true;
	r->excluded = t;
	return VERDICT_ok;
}

static const struct parameter {
	const char	*name;
	enum verdict	 (*read)(struct reading *, struct scim_text);
	bool		 list;		/* an array in a search */
	bool		 number;
} parameters[] = {
	{ "attributes", read_attributes, true, false },
	{ "excludedAttributes", read_excluded, true, false },
	{ "filter", read_filter, false, false },
	{ "sortBy", read_sort, false, false },
	{ "sortOrder", read_order, false, false },
	{ "startIndex", read_start, false, true },
	{ "count", read_count, false, true },
	{ "cursor", read_cursor, false, false }
};
#define PARAMETERS	(sizeof(parameters) / sizeof(parameters[0]))

/* --- which attributes ------------------------------------------------- */

/* A name that there is not selects nothing. */
static void
select_one(struct reading *r, struct scim_text name,
    void (*fn)(struct scim_selection *, enum scim_number))
{
	const struct scim_attribute	*a;
	int				 i;

	for (i = SCIM_RESOURCE_USER; i <= SCIM_RESOURCE_GROUP; i++) {
		if (!concerns(r, (enum scim_resource)i))
			continue;
		a = scim_attribute_named((enum scim_resource)i, name.at,
		    name.len);
		if (a != NULL)
			fn(&r->query->selection, a->number);
	}
}

/* Names with commas between them; false if there is anything else. */
static bool
select_names(struct reading *r, struct scim_text t,
    void (*fn)(struct scim_selection *, enum scim_number))
{
	do {
		(void)scim_space(&t);
		select_one(r, scim_attribute_text(&t), fn);
		(void)scim_space(&t);
	} while (scim_take(&t, ','));
	if (t.len == 0)
		return true;
	r->why = "A list of attributes is malformed.";
	return false;
}

static enum verdict
selection(struct reading *r)
{
	if (r->query->selected && r->excluding) {
		r->why = "attributes and excludedAttributes exclude "
		    "each other.";
		return VERDICT_scim_invalid_value;
	}
	if (r->query->selected)
		scim_select_least(&r->query->selection);
	else
		scim_select_all(&r->query->selection);
	if (!select_names(r, r->attributes, scim_select) ||
	    !select_names(r, r->excluded, scim_deselect))
		return VERDICT_scim_invalid_value;
	return VERDICT_ok;
}

static enum verdict
finish(struct reading *r, enum verdict v, const char **why)
{
	if (v == VERDICT_ok)
		v = selection(r);
	*why = r->why;
	return v;
}

static void
start(struct reading *r, struct scim_pool *pool, enum scim_resource resource,
    struct scim_query *q)
{
	memset(q, 0, sizeof(*q));
	memset(r, 0, sizeof(*r));
	q->cursor = "";
	q->start = 1;
	q->count = SCIM_COUNT;
	r->pool = pool;
	r->resource = resource;
	r->query = q;
	r->attributes.at = r->excluded.at = "";
}

/* --- a query ---------------------------------------------------------- */

static enum verdict
field(struct reading *r, const struct form *form, const struct parameter *p)
{
	const struct form_field	*f;
	struct scim_text	 t;
	bool			 twice;

	if ((f = form_find(form, p->name, &twice)) == NULL)
		return VERDICT_ok;
	if (twice) {
		r->why = "A parameter is there twice.";
		return VERDICT_scim_invalid_value;
	}
	/* An empty one is none, but a filter; and a cursor begins with it. */
	if (f->len == 0 && p->read != read_filter && p->read != read_cursor)
		return VERDICT_ok;
	t.at = f->value;
	t.len = f->len;
	return p->read(r, t);
}

enum verdict
scim_query_read(struct scim_pool *pool, enum scim_resource resource,
    struct bytes query, struct scim_query *q, const char **why)
{
	struct reading	 r;
	struct form	 form;
	enum verdict	 v;
	size_t		 i;

	start(&r, pool, resource, q);
	v = VERDICT_ok;
	if (!form_parse(&form, query.data, query.len)) {
		r.why = "The query is malformed.";
		v = VERDICT_scim_invalid_value;
	}
	for (i = 0; i < PARAMETERS && v == VERDICT_ok; i++)
		v = field(&r, &form, &parameters[i]);
	v = finish(&r, v, why);
	form_free(&form);
	return v;
}

/* --- a search --------------------------------------------------------- */

/* The strings of an array with commas between them. */
static bool
joined(struct reading *r, const struct json *j, struct scim_text *t)
{
	const struct json	*one;
	size_t			 len;
	char			*text, *to;

	for (len = 0, one = j->child; one != NULL; one = one->next) {
		if (one->type != JSON_STRING)
			return false;
		len += one->len + 1;
	}
	to = text = scim_pool_alloc(r->pool, len + 1);
	for (one = j->child; one != NULL; one = one->next) {
		memcpy(to, one->text, one->len);
		to += one->len;
		*to++ = ',';
	}
	t->at = text;
	t->len = len;
	return true;
}

static enum verdict
member(struct reading *r, const struct json *body, const struct parameter *p)
{
	const struct json	*j;
	struct scim_text	 t = { "", 0 };

	j = json_member(body, p->name);
	if (j == NULL || j->type == JSON_NULL)
		return VERDICT_ok;
	if (p->list && j->type == JSON_ARRAY && joined(r, j, &t))
		return p->read(r, t);
	if (j->type == JSON_STRING || (p->number && j->type == JSON_NUMBER)) {
		t.at = j->text;
		t.len = j->len;
		return p->read(r, t);
	}
	r->why = "A parameter of the search is of the wrong type.";
	return VERDICT_scim_invalid_syntax;
}

enum verdict
scim_query_search(struct scim_pool *pool, enum scim_resource resource,
    const struct json *body, struct scim_query *q, const char **why)
{
	struct reading	 r;
	enum verdict	 v;
	size_t		 i;

	start(&r, pool, resource, q);
	v = VERDICT_ok;
	if (body->type != JSON_OBJECT) {
		r.why = "The search is no object.";
		v = VERDICT_scim_invalid_syntax;
	}
	for (i = 0; i < PARAMETERS && v == VERDICT_ok; i++)
		v = member(&r, body, &parameters[i]);
	return finish(&r, v, why);
}

/* Whether it looks at each member of a group, which may be very many. */
static bool
looks_at_members(const struct scim_filter *f)
{
	const struct scim_attribute	*a;

	if (f == NULL)
		return false;
	if (f->attribute == SCIM_members_value && f->op == SCIM_OP_EQ)
		return false;
	a = scim_attribute(f->attribute);
	return f->attribute == SCIM_members ||
	    (a != NULL && a->parent == SCIM_members) ||
	    looks_at_members(f->left) || looks_at_members(f->right);
}

static bool
names_one(const struct scim_filter *f)
{
	if (f->op == SCIM_OP_AND)
		return names_one(f->left) || names_one(f->right);
	return f->op == SCIM_OP_EQ && f->operand == SCIM_OPERAND_TEXT &&
	    (f->attribute == SCIM_id || f->attribute == SCIM_userName ||
	    f->attribute == SCIM_externalId);
}

bool
scim_query_indexed(const struct scim_filter *f)
{
	return f != NULL && names_one(f) && !looks_at_members(f);
}
