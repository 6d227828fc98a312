/*
 * SCIM filters and paths between processes.  In http, policy and reader.
 */
#include <string.h>

#include "common/limits.h"
#include "common/scim_filter.h"

static bool
has_left(enum scim_op op)
{
	return op <= SCIM_OP_WITHIN;
}

static bool
has_right(enum scim_op op)
{
	return op == SCIM_OP_AND || op == SCIM_OP_OR;
}

static void
number_put(struct writer *w, enum scim_number n)
{
	wire_put_u8(w, (uint8_t)n);
}

/* A number that is one, or none. */
static enum scim_number
number_get(struct reader *r)
{
	unsigned int	 n = wire_get_u8(r);

	if (n != SCIM_none && scim_attribute(n) == NULL) {
		r->bad = true;
		return SCIM_none;
	}
	return (enum scim_number)n;
}

static void
node_put(struct writer *w, const struct scim_filter *f)
{
	wire_put_u8(w, (uint8_t)f->op);
	number_put(w, f->attribute);
	wire_put_u8(w, (uint8_t)f->operand);
	wire_put_string(w, f->text);
	if (has_left(f->op))
		node_put(w, f->left);
	if (has_right(f->op))
		node_put(w, f->right);
}

void
scim_filter_put(struct writer *w, const struct scim_filter *f)
{
	wire_put_bool(w, f != NULL);
	if (f != NULL)
		node_put(w, f);
}

static struct scim_filter *
node_get(struct reader *r, struct scim_pool *p, unsigned int depth,
    unsigned int *left)
{
	struct scim_filter	*f = scim_pool_alloc(p, sizeof(*f));

	f->text = "";
	if (depth > LIMIT_SCIM_FILTER_DEPTH || *left == 0)
		r->bad = true;
	if (r->bad)
		return f;
	(*left)--;
	f->op = (enum scim_op)wire_get_enum(r, SCIM_OP_MAX);
	f->attribute = number_get(r);
	f->operand = (enum scim_operand)wire_get_enum(r, SCIM_OPERAND_MAX);
	f->text = wire_get_string(r, LIMIT_SCIM_FILTER);
	if (f->op >= SCIM_OP_PR || f->op == SCIM_OP_WITHIN)
		r->bad = r->bad || f->attribute == SCIM_none;
	if (!r->bad && has_left(f->op))
		f->left = node_get(r, p, depth + 1, left);
	if (!r->bad && has_right(f->op))
		f->right = node_get(r, p, depth + 1, left);
	return f;
}

struct scim_filter *
scim_filter_get(struct reader *r, struct scim_pool *p)
{
	struct scim_filter	*f;
	unsigned int		 left = LIMIT_SCIM_FILTER_NODES;

	if (!wire_get_bool(r))
		return NULL;
	f = node_get(r, p, 1, &left);
	return r->bad ? NULL : f;
}

enum scim_number
scim_path_target(const struct scim_path *path)
{
	return path->sub != SCIM_none ? path->sub : path->attribute;
}

void
scim_operation_put(struct writer *w, enum scim_resource resource,
    const struct scim_operation *o)
{
	wire_put_u8(w, (uint8_t)o->change);
	number_put(w, o->path.attribute);
	scim_filter_put(w, o->path.filter);
	number_put(w, o->path.sub);
	wire_put_bool(w, o->given);
	if (!o->given)
		return;
	if (o->path.attribute == SCIM_none)
		scim_resource_put(w, resource, &o->value);
	else
		scim_field_put(w, o->value.fields);
}

/* Without a path: a part of a resource; with one: the target's field. */
static void
value_get(struct reader *r, struct scim_pool *p, enum scim_resource resource,
    struct scim_operation *o)
{
	enum scim_number		 target = scim_path_target(&o->path);
	const struct scim_attribute	*in;

	if (target == SCIM_none) {
		in = scim_attribute(scim_resource_root(resource));
		scim_value_get(r, p, in, &o->value);
		return;
	}
	in = scim_attribute(scim_attribute(target)->parent);
	o->value.text = "";
	o->value.fields = scim_pool_alloc(p, sizeof(*o->value.fields));
	if (in == NULL)		/* an extension's root has none */
		r->bad = true;
	else
		scim_field_get(r, p, in, o->value.fields);
	if (r->bad || o->value.fields->attribute->number != target) {
		r->bad = true;
		o->value.fields = NULL;
	}
}

void
scim_operation_get(struct reader *r, struct scim_pool *p,
    enum scim_resource resource, struct scim_operation *o)
{
	memset(o, 0, sizeof(*o));
	o->change = (enum scim_change)wire_get_enum(r, SCIM_CHANGE_MAX);
	o->path.attribute = number_get(r);
	o->path.filter = scim_filter_get(r, p);
	o->path.sub = number_get(r);
	o->given = wire_get_bool(r);
	if (o->path.attribute == SCIM_none &&
	    (o->path.filter != NULL || o->path.sub != SCIM_none))
		r->bad = true;
	if (!r->bad && o->given)
		value_get(r, p, resource, o);
}
