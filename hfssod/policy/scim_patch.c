/*
 * One operation of a PATCH on a resource (RFC 7644 3.5.2).  In policy;
 * pure.  Must never change what the path does not name, nor pass in
 * silence over what it can't do: after a refusal the resource may be half
 * changed, and its copy is the caller's to drop.
 */
#include <stdio.h>
#include <string.h>

#include "hfssod/policy/scim_change.h"
#include "hfssod/policy/scim_compare.h"

/* One operation while it is carried out. */
struct patch {
	struct scim_pool		*pool;
	const struct scim_operation	*op;
	bool				 strict;
	struct scim_why			*why;
	const struct scim_attribute	*target;	/* of the path */
	const struct scim_attribute	*sub;		/* or NULL */
	const struct scim_field		*sent;		/* or NULL */
};

/* --- values of an attribute ------------------------------------------- */

/* Entra's: take out the values that are sent. */
static enum verdict
remove_values(struct patch *p, struct scim_value *in, struct scim_field *f)
{
	const struct scim_value	*sent;
	size_t			 i, j;

	if (p->strict)
		return scim_say(p->why, VERDICT_scim_invalid_value, p->target,
		    "is removed with a path that says which values, not with "
		    "a value");
	if (p->sent->count == 0)
		return scim_say(p->why, VERDICT_scim_invalid_value, p->target,
		    "is to be removed, but the value names none of it");
	for (i = 0; f != NULL && i < p->sent->count; i++) {
		sent = &p->sent->values[i];
		for (j = f->count; j-- > 0;)
			if (p->target->type == SCIM_TYPE_COMPLEX ?
			    scim_value_within(sent, &f->values[j]) :
			    scim_value_same(p->target, sent, &f->values[j]))
				scim_field_cut(f, j);
	}
	if (f != NULL && f->count == 0)
		scim_field_remove(in, p->target->number);
	return VERDICT_ok;
}

static enum verdict
remove_whole(struct patch *p, struct scim_value *in)
{
	struct scim_field	*f = scim_field(in, p->target->number);

	if (p->target->required && p->target->number != SCIM_schemas)
		return scim_say(p->why, VERDICT_scim_mutability, p->target,
		    "is required and can't be removed");
	if (p->target->multi && p->op->given)
		return remove_values(p, in, f);
	scim_field_remove(in, p->target->number);
	return VERDICT_ok;
}

static enum verdict
whole(struct patch *p, struct scim_value *in)
{
	if (p->op->change == SCIM_REMOVE)
		return remove_whole(p, in);
	return scim_change_field(p->pool, in, p->sent,
	    p->op->change == SCIM_ADD, p->why);
}

/* --- selected values --------------------------------------------------- */

/*
 * Make a value that a filter would find: possible where it is nothing but
 * "this is that" and more of the same.  Where there is none yet, what names
 * the value itself looks for it, and describes nothing.
 */
static bool
satisfy(struct patch *p, const struct scim_filter *f, bool anew,
    struct scim_value *v)
{
	const struct scim_attribute	*a;
	struct scim_value		*set;
	struct scim_field		*in;

	if (f->op == SCIM_OP_AND)
		return satisfy(p, f->left, anew, v) &&
		    satisfy(p, f->right, anew, v);
	a = scim_attribute(f->attribute);
	if (f->op != SCIM_OP_EQ || a == NULL ||
	    a->parent != p->op->path.attribute ||
	    a->mutability == SCIM_READ_ONLY ||
	    (anew && strcmp(a->name, "value") == 0))
		return false;
	in = scim_field_make(p->pool, v, a->number);
	if (in->count > 0)
		return false;
	set = scim_field_add(p->pool, in);
	if (f->operand == SCIM_OPERAND_TEXT)
		set->text = f->text;
	else if (f->operand == SCIM_OPERAND_TRUE)
		set->truth = true;
	else if (f->operand != SCIM_OPERAND_FALSE)
		return false;
	return true;
}

/* The filter selects nothing. */
static enum verdict
create(struct patch *p, struct scim_value *in,
    const struct scim_attribute *of)
{
	struct scim_value	 v = { .text = "" };
	struct scim_field	*f;
	enum verdict		 verdict;

	/* What is gone already is gone; clients ask again. */
	if (p->op->change == SCIM_REMOVE && !p->strict)
		return VERDICT_ok;
	if (p->op->change == SCIM_REMOVE ||
	    (p->op->change == SCIM_REPLACE && p->strict) ||
	    !satisfy(p, p->op->path.filter, true, &v))
		return scim_say(p->why, VERDICT_scim_no_target, of,
		    "has no value that the filter selects");
	if (p->sent->count == 0)
		return VERDICT_ok;
	if (p->sub != NULL)
		verdict = scim_change_field(p->pool, &v, p->sent, true,
		    p->why);
	else
		verdict = scim_change_fields(p->pool, &v, &p->sent->values[0],
		    false, p->why);
	if (verdict != VERDICT_ok)
		return verdict;
	f = scim_field_make(p->pool, in, of->number);
	if (!of->multi && f->count > 0)
		return scim_say(p->why, VERDICT_scim_no_target, of,
		    "is not what the filter says");
	*scim_field_add(p->pool, f) = v;
	scim_change_primary(f, f->count - 1);
	return VERDICT_ok;
}

/*
 * A selected value is replaced as a whole; what the filter said of it
 * stays true.
 */
static enum verdict
replace_selected(struct patch *p, struct scim_value *v)
{
	struct scim_value	 fresh = { .text = "" };
	enum verdict		 verdict = VERDICT_ok;

	if (p->sent->count > 0) {
		if (!satisfy(p, p->op->path.filter, false, &fresh))
			fresh.fields = NULL;
		verdict = scim_change_fields(p->pool, &fresh,
		    &p->sent->values[0], false, p->why);
	}
	*v = fresh;
	return verdict;
}

static enum verdict
change_selected(struct patch *p, struct scim_field *f, size_t at)
{
	struct scim_value	*v = &f->values[at];
	enum verdict		 verdict;

	if (p->sub != NULL) {
		if (p->op->change == SCIM_REMOVE) {
			scim_field_remove(v, p->sub->number);
			return VERDICT_ok;
		}
		verdict = scim_change_field(p->pool, v, p->sent,
		    p->op->change == SCIM_ADD, p->why);
	} else if (p->op->change == SCIM_REPLACE)
		verdict = replace_selected(p, v);
	else if (p->sent->count == 0)
		return VERDICT_ok;
	else
		verdict = scim_change_fields(p->pool, v, &p->sent->values[0],
		    true, p->why);
	scim_change_primary(f, at);
	return verdict;
}

static enum verdict
selected(struct patch *p, struct scim_value *in,
    const struct scim_attribute *of)
{
	struct scim_field	*f = scim_field(in, of->number);
	enum verdict		 v = VERDICT_ok;
	bool			 chosen[LIMIT_SCIM_MULTI + 1];
	size_t			 i, n = 0;

	if (p->sub == NULL && p->sent != NULL && p->sent->count > 1)
		return scim_say(p->why, VERDICT_scim_invalid_value, of,
		    "is selected by a filter, which takes one value");
	if (f != NULL && f->count > LIMIT_SCIM_MULTI)
		return scim_say(p->why, VERDICT_scim_too_large, of,
		    "has too many values");
	/* All are chosen before any is changed. */
	for (i = 0; f != NULL && i < f->count; i++)
		n += chosen[i] = scim_match_value(p->op->path.filter, of,
		    &f->values[i]);
	if (n == 0)
		return create(p, in, of);
	for (i = f->count; i-- > 0 && v == VERDICT_ok;)
		if (chosen[i] && p->op->change == SCIM_REMOVE &&
		    p->sub == NULL)
			scim_field_cut(f, i);
		else if (chosen[i])
			v = change_selected(p, f, i);
	if (f->count == 0)
		scim_field_remove(in, of->number);
	return v;
}

/* --- the way there ----------------------------------------------------- */

/*
 * Down to what holds the attribute; a is the one that the path names, or
 * one above it.  Where a value is missing on the way, add and replace make
 * it.
 */
static enum verdict
descend(struct patch *p, struct scim_value *root,
    const struct scim_attribute *a,
    enum verdict (*act)(struct patch *, struct scim_value *))
{
	const struct scim_attribute	*holder = scim_attribute(a->parent);
	const struct scim_attribute	*above;
	struct scim_value		*at = root;
	struct scim_field		*f;
	enum verdict			 v = VERDICT_ok;
	size_t				 i;

	if (holder->parent == SCIM_none)
		return act(p, root);
	above = scim_attribute(holder->parent);
	/* An extension's part of a part: manager.value. */
	if (above->parent != SCIM_none) {
		f = scim_field_make(p->pool, root, above->number);
		at = f->count > 0 ? &f->values[0] :
		    scim_field_add(p->pool, f);
	}
	f = scim_field_make(p->pool, at, holder->number);
	if (f->count == 0 && p->op->change != SCIM_REMOVE)
		scim_field_add(p->pool, f);
	for (i = 0; i < f->count && v == VERDICT_ok; i++)
		v = act(p, &f->values[i]);
	return v;
}

static enum verdict
act_selected(struct patch *p, struct scim_value *in)
{
	return selected(p, in, scim_attribute(p->op->path.attribute));
}

/* Nothing that the path goes through may be read-only. */
static enum verdict
may_change(const struct patch *p)
{
	const struct scim_attribute	*a;

	for (a = p->target; a != NULL; a = scim_attribute(a->parent))
		if (a->mutability == SCIM_READ_ONLY)
			return scim_say(p->why, VERDICT_scim_mutability,
			    p->target, "is read-only");
	return VERDICT_ok;
}

/* What the operation says must be there for what it does. */
static enum verdict
well_formed(const struct patch *p)
{
	const struct scim_operation	*op = p->op;

	if (op->change != SCIM_REMOVE && (!op->given ||
	    (op->path.attribute != SCIM_none && p->sent == NULL)))
		return scim_say(p->why, VERDICT_scim_invalid_value, p->target,
		    "is to be changed, but there is no value");
	if (op->path.attribute == SCIM_none)
		return op->change != SCIM_REMOVE ? VERDICT_ok :
		    scim_say(p->why, VERDICT_scim_no_target, NULL,
		    "remove needs a path");
	if (p->target == NULL || p->target->parent == SCIM_none ||
	    (p->sub != NULL && p->sub->parent != op->path.attribute))
		return scim_say(p->why, VERDICT_scim_invalid_path, p->target,
		    "is nothing that can be changed");
	return may_change(p);
}

/* --- what it costs ----------------------------------------------------- */

static size_t
nodes(const struct scim_filter *f)
{
	return f == NULL ? 0 : 1 + nodes(f->left) + nodes(f->right);
}

size_t
scim_filter_work(const struct scim_filter *f, size_t values)
{
	/* To have a value at hand is as much as to compare it some times. */
	return values * (nodes(f) + 4);
}

/* Each value that is sent with each that is there, and with each other. */
static size_t
field_work(const struct scim_value *v, const struct scim_field *sent)
{
	const struct scim_field	*f = scim_field(v, sent->attribute->number);

	return sent->count * ((f == NULL ? 0 : f->count) + sent->count);
}

size_t
scim_patch_work(const struct scim_value *v, const struct scim_operation *op)
{
	const struct scim_field	*f;
	size_t			 n = 1;

	if (op->path.filter != NULL) {
		f = scim_field(v, op->path.attribute);
		return scim_filter_work(op->path.filter, f == NULL ? 1 :
		    f->count);
	}
	for (f = op->given ? op->value.fields : NULL; f != NULL; f = f->next)
		n += field_work(v, f);
	return n;
}

enum verdict
scim_patch(struct scim_pool *pool, enum scim_resource resource,
    struct scim_value *v, const struct scim_operation *op,
    enum token_profile profile, struct scim_why *why)
{
	struct patch	 p = { .pool = pool, .op = op, .why = why };
	enum verdict	 verdict;

	p.strict = profile == PROFILE_STRICT;
	p.target = scim_attribute(scim_path_target(&op->path));
	if (op->path.sub != SCIM_none)
		p.sub = p.target;
	if (op->given && op->path.attribute != SCIM_none)
		p.sent = op->value.fields;
	if ((verdict = well_formed(&p)) != VERDICT_ok)
		return verdict;
	if (op->path.attribute == SCIM_none)
		return scim_change_fields(pool, v, &op->value,
		    op->change == SCIM_ADD, why);
	if (!scim_attribute_of(p.target, resource))
		return scim_say(why, VERDICT_scim_invalid_path, p.target,
		    "is not an attribute of this resource");
	if (op->path.filter != NULL)
		return descend(&p, v, scim_attribute(op->path.attribute),
		    act_selected);
	return descend(&p, v, p.target, whole);
}
