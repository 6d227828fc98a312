/*
 * PATCH bodies to operations, in http; pure.  Must never make of an
 * operation that says nothing clear one that takes something away.
 */
#include <string.h>

#include "common/scim_exchange.h"
#include "hfssod/http/scim_filter_text.h"
#include "hfssod/http/scim_patch_text.h"
#include "hfssod/http/scim_path_text.h"

#define PATCH_OP	"urn:ietf:params:scim:api:messages:2.0:PatchOp"

struct patch {
	struct scim_pool	*pool;
	enum scim_resource	 resource;
	unsigned int		*liberties;
	struct scim_fault	*fault;
	struct scim_patch_text	*out;
	size_t			 size;		/* of its array */
	size_t			 members;	/* named so far */
};

static enum verdict
refuse(struct patch *p, enum verdict verdict, const char *why)
{
	if (p->fault->text[0] == '\0')
		strlcpy(p->fault->text, why, sizeof(p->fault->text));
	return verdict;
}

/* One more operation, empty; NULL: too many. */
static struct scim_operation *
more(struct patch *p, enum scim_change change)
{
	struct scim_operation	*o;
	size_t			 size;

	if (p->out->count == LIMIT_SCIM_OPERATIONS)
		return NULL;
	if (p->out->count == p->size) {
		size = p->size == 0 ? 4 : p->size * 2;
		o = scim_pool_alloc(p->pool, size * sizeof(*o));
		if (p->out->count > 0)
			memcpy(o, p->out->operations,
			    p->out->count * sizeof(*o));
		p->out->operations = o;
		p->size = size;
	}
	o = &p->out->operations[p->out->count++];
	o->change = change;
	o->value.text = "";
	return o;
}

static enum verdict
count_members(struct patch *p, const struct scim_operation *o)
{
	const struct scim_field	*f = scim_field(&o->value, SCIM_members);

	if (f != NULL && (p->members += f->count) > LIMIT_SCIM_PATCHED)
		return refuse(p, VERDICT_scim_too_large,
		    "too many members for one PATCH");
	return VERDICT_ok;
}

/* --- with a path ------------------------------------------------------ */

/*
 * Whether what the path names is taken away whole, whatever the value.  Of
 * a multi-valued attribute a value may say which.
 */
static bool
removed_whole(const struct scim_operation *o)
{
	const struct scim_attribute	*a, *parent;

	a = scim_attribute(o->path.attribute);
	parent = scim_attribute(a->parent);
	return o->change == SCIM_REMOVE && (o->path.filter != NULL ||
	    (!a->multi && !parent->multi));
}

static enum verdict
at_path(struct patch *p, struct scim_operation *o, const struct json *value)
{
	const struct scim_attribute	*target;
	enum verdict			 verdict;

	target = scim_attribute(scim_path_target(&o->path));
	if (target->mutability == SCIM_WRITE_ONLY) {
		/* A password: forgotten, the operation changes nothing. */
		memset(&o->path, 0, sizeof(o->path));
		o->change = SCIM_ADD;
		o->given = true;
		return VERDICT_ok;
	}
	if (value == NULL && o->change != SCIM_REMOVE)
		return refuse(p, VERDICT_scim_invalid_value,
		    "an operation without its value");
	if (value == NULL || removed_whole(o))
		return VERDICT_ok;
	/* Of a multi-valued attribute the value says which: Entra ID's way. */
	if (o->change == SCIM_REMOVE)
		*p->liberties |= SCIM_LIBERTY_PATH;
	o->given = true;
	verdict = scim_bind_field(p->pool, target->number,
	    o->path.filter != NULL && o->path.sub == SCIM_none, value,
	    &o->value, p->liberties, p->fault);
	return verdict != VERDICT_ok ? verdict : count_members(p, o);
}

/* --- without one ------------------------------------------------------ */

/*
 * Whether a name within the value of an operation without a path is a path
 * itself: it says of which values of a multi-valued attribute.
 */
static bool
is_path(const struct patch *p, const struct json *j)
{
	const struct scim_attribute	*a;

	if (memchr(j->key, '[', j->key_len) != NULL)
		return true;
	if (memchr(j->key, '.', j->key_len) == NULL)
		return false;
	a = scim_attribute_named(p->resource, j->key, j->key_len);
	return a != NULL && scim_attribute(a->parent) != NULL &&
	    scim_attribute(a->parent)->multi;
}

/* The members of an object that are paths, or that are none. */
static struct json *
sieve(struct patch *p, const struct json *o, bool paths)
{
	struct json	*out = scim_pool_alloc(p->pool, sizeof(*out)), **next;
	const struct json *j;

	*out = *o;
	out->child = NULL;
	out->count = 0;
	next = &out->child;
	for (j = o->child; j != NULL; j = j->next)
		if (is_path(p, j) == paths) {
			*next = scim_pool_alloc(p->pool, sizeof(**next));
			**next = *j;
			next = &(*next)->next;
			*next = NULL;
			out->count++;
		}
	return out;
}

static enum verdict
whole(struct patch *p, struct scim_operation *o, const struct json *value)
{
	enum verdict	 verdict;

	o->given = true;
	verdict = scim_bind_part(p->pool, p->resource, value, &o->value,
	    p->liberties, p->fault);
	return verdict != VERDICT_ok ? verdict : count_members(p, o);
}

static enum verdict
pathless(struct patch *p, struct scim_operation *o, const struct json *value)
{
	const struct json	*rest, *paths, *j;
	enum scim_change	 change = o->change;
	enum verdict		 verdict;

	if (change == SCIM_REMOVE)
		return refuse(p, VERDICT_scim_no_target,
		    "remove needs a path");
	if (value != NULL && value->type == JSON_ARRAY && value->count == 1) {
		*p->liberties |= SCIM_LIBERTY_SINGLE;
		value = value->child;
	}
	if (value == NULL || value->type != JSON_OBJECT)
		return refuse(p, VERDICT_scim_invalid_value,
		    "without a path the value must be an object");
	paths = sieve(p, value, true);
	rest = paths->count == 0 ? value : sieve(p, value, false);
	verdict = whole(p, o, rest);
	for (j = paths->child; j != NULL && verdict == VERDICT_ok;
	    j = j->next) {
		*p->liberties |= SCIM_LIBERTY_KEYS;
		if ((o = more(p, change)) == NULL)
			return refuse(p, VERDICT_scim_too_large,
			    "too many operations");
		verdict = scim_path_parse(p->pool, p->resource, j->key,
		    j->key_len, &o->path, p->liberties);
		if (verdict == VERDICT_ok)
			verdict = at_path(p, o, j);
	}
	return verdict;
}

/* --- operations ------------------------------------------------------- */

static enum verdict
op_read(struct patch *p, const struct json *j, enum scim_change *change)
{
	static const char	*const names[SCIM_CHANGE_MAX] = {
		[SCIM_ADD] = "add", [SCIM_REPLACE] = "replace",
		[SCIM_REMOVE] = "remove"
	};
	int			 i;

	for (i = 0; i < SCIM_CHANGE_MAX; i++)
		if (json_is(j, names[i])) {
			if (memcmp(j->text, names[i], j->len) != 0)
				*p->liberties |= SCIM_LIBERTY_OP_CASE;
			*change = (enum scim_change)i;
			return VERDICT_ok;
		}
	return refuse(p, VERDICT_scim_invalid_syntax,
	    "op must be add, replace or remove");
}

static enum verdict
path_read(struct patch *p, const struct json *j, struct scim_path *path)
{
	if (j == NULL || j->type == JSON_NULL)
		return VERDICT_ok;
	if (j->type != JSON_STRING)
		return refuse(p, VERDICT_scim_invalid_path,
		    "a path must be a string");
	if (j->len == 0)
		*p->liberties |= SCIM_LIBERTY_NULL;
	return scim_path_parse(p->pool, p->resource, j->text, j->len, path,
	    p->liberties);
}

static enum verdict
operation(struct patch *p, const struct json *j)
{
	struct scim_operation	*o;
	enum scim_change	 change;
	enum verdict		 verdict;

	if (j->type != JSON_OBJECT)
		return refuse(p, VERDICT_scim_invalid_syntax,
		    "an operation must be an object");
	verdict = op_read(p, json_member(j, "op"), &change);
	if (verdict != VERDICT_ok)
		return verdict;
	if ((o = more(p, change)) == NULL)
		return refuse(p, VERDICT_scim_too_large,
		    "too many operations");
	verdict = path_read(p, json_member(j, "path"), &o->path);
	if (verdict != VERDICT_ok)
		return verdict;
	if (o->path.attribute == SCIM_none)
		return pathless(p, o, json_member(j, "value"));
	return at_path(p, o, json_member(j, "value"));
}

/* The validator of Microsoft's asks for nothing, and expects success. */
static void
nothing(struct patch *p)
{
	*p->liberties |= SCIM_LIBERTY_NULL;
	more(p, SCIM_ADD)->given = true;
}

static bool
says_patch(const struct json *schemas)
{
	const struct json	*j;

	if (schemas == NULL || schemas->type != JSON_ARRAY)
		return json_is(schemas, PATCH_OP);
	for (j = schemas->child; j != NULL; j = j->next)
		if (json_is(j, PATCH_OP))
			return true;
	return false;
}

enum verdict
scim_patch_read(struct scim_pool *pool, enum scim_resource resource,
    const struct json *body, struct scim_patch_text *out,
    unsigned int *liberties, struct scim_fault *fault)
{
	struct patch		 p = { pool, resource, liberties, fault, out,
	    0, 0 };
	const struct json	*j = json_member(body, "Operations");
	enum verdict		 verdict = VERDICT_ok;

	memset(out, 0, sizeof(*out));
	fault->text[0] = '\0';
	if (j == NULL || j->type != JSON_ARRAY)
		return refuse(&p, VERDICT_scim_invalid_syntax,
		    "Operations must be an array");
	if (j->count == 0)
		nothing(&p);
	if (j->count > LIMIT_SCIM_OPERATIONS)
		return refuse(&p, VERDICT_scim_too_large,
		    "too many operations");
	if (!says_patch(json_member(body, "schemas")))
		*liberties |= SCIM_LIBERTY_SCHEMAS;
	for (j = j->child; j != NULL && verdict == VERDICT_ok; j = j->next)
		verdict = operation(&p, j);
	return verdict;
}
