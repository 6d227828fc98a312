/*
 * Rows of lists: looked at, and made resources.  In policy and reader.
 * Must never write.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/scim_compare.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/scim_item.h"
#include "hfssod/policy/scim_patch.h"
#include "hfssod/policy/scim_resource.h"

/* --- what a filter needs ----------------------------------------------- */

static bool
add_named(struct scim *s, const char *id, struct scim_needs *n)
{
	enum step	 step;

	if (n->named == NULL)
		n->named = scim_pool_alloc(s->pool,
		    LIMIT_SCIM_FILTER_NODES * sizeof(*n->named));
	step = store_run(s->store, ST_list_member, v_text(id));
	if (step == STEP_ROW && n->count < LIMIT_SCIM_FILTER_NODES) {
		n->named[n->count].kind =
		    store_integer(s->store, ST_list_member, 0);
		n->named[n->count++].row =
		    store_integer(s->store, ST_list_member, 1);
	}
	store_end(s->store, ST_list_member);
	return step != STEP_FAILED;
}

/* Whether only a member with a certain id can make this true. */
static bool
names_one(const struct scim_filter *f)
{
	if (f->op == SCIM_OP_AND)
		return names_one(f->left) || names_one(f->right);
	return f->op == SCIM_OP_EQ && f->attribute == SCIM_members_value &&
	    f->operand == SCIM_OPERAND_TEXT;
}

/* The ids that a filter of members compares with. */
static bool
collect(struct scim *s, const struct scim_filter *f, struct scim_needs *n)
{
	if (f == NULL)
		return true;
	if (f->attribute == SCIM_members_value &&
	    f->operand == SCIM_OPERAND_TEXT)
		return add_named(s, f->text, n);
	return collect(s, f->left, n) && collect(s, f->right, n);
}

/* A comparison with a member's part, or a filter within members. */
static bool
need_members(struct scim *s, const struct scim_filter *f,
    struct scim_needs *n)
{
	if (f->op == SCIM_OP_WITHIN) {
		if (!names_one(f->left))
			n->all_members = true;
		return collect(s, f->left, n);
	}
	/* Of two one is another than whom ne names. */
	if (f->op == SCIM_OP_PR || f->operand == SCIM_OPERAND_NULL ||
	    (f->attribute == SCIM_members_value && f->op == SCIM_OP_NE)) {
		n->some_members = true;
		return true;
	}
	if (f->attribute == SCIM_members_value &&
	    f->operand == SCIM_OPERAND_TEXT && f->op == SCIM_OP_EQ)
		return add_named(s, f->text, n);
	n->all_members = true;
	return true;
}

static bool
need(struct scim *s, const struct scim_filter *f, struct scim_needs *n)
{
	const struct scim_attribute	*a = scim_attribute(f->attribute);

	if (a != NULL && (a->number == SCIM_members ||
	    a->parent == SCIM_members))
		return need_members(s, f, n);
	if (a != NULL && (a->number == SCIM_groups ||
	    a->parent == SCIM_groups))
		n->groups = true;
	if (a != NULL && (a->number == SCIM_meta || a->parent == SCIM_meta))
		n->type = true;
	return (f->left == NULL || need(s, f->left, n)) &&
	    (f->right == NULL || need(s, f->right, n));
}

bool
scim_item_needs(struct scim *s, const struct scim_filter *f,
    struct scim_needs *n)
{
	memset(n, 0, sizeof(*n));
	return f == NULL || need(s, f, n);
}

/* --- looking ------------------------------------------------------------ */

static bool
put_named(struct scim *s, int64_t row, const struct scim_needs *n,
    struct scim_value *v)
{
	enum statement		 st = ST_list_member_in;
	struct scim_field	*f;
	enum step		 step = STEP_DONE;
	size_t			 i;

	for (i = 0; i < n->count && step != STEP_FAILED; i++) {
		step = store_run(s->store, st, v_int(row),
		    v_int(n->named[i].kind), v_int(n->named[i].row));
		if (step != STEP_ROW)
			continue;
		f = scim_field_make(s->pool, v, SCIM_members);
		scim_member_row(s, st, scim_field_add(s->pool, f));
		store_end(s->store, st);
	}
	return step != STEP_FAILED;
}

static bool
put_members(struct scim *s, int64_t row, int64_t most, struct scim_value *v)
{
	enum statement		 st = ST_scim_group_members;
	struct scim_field	*f = scim_field_make(s->pool, v, SCIM_members);
	enum step		 step;

	for (step = store_run(s->store, st, v_int(row), v_int(0), v_int(0),
	    v_int(most)); step == STEP_ROW; step = store_next(s->store, st))
		scim_member_row(s, st, scim_field_add(s->pool, f));
	return step != STEP_FAILED;
}

/* What the filter looks at is put into the resource. */
static bool
complete(struct scim *s, enum scim_kind kind, enum statement st,
    const struct scim_needs *n, struct scim_value *v)
{
	int64_t	 row = store_integer(s->store, st, 0);

	if (n->type)
		scim_set_text(s->pool, v, SCIM_meta_resourceType,
		    kind == PLAN_GROUPS ? "Group" : "User");
	if (kind != PLAN_GROUPS)
		return !n->groups || scim_user_groups(s, row, v);
	if (n->all_members)
		return put_members(s, row, LIMIT_SCIM_VALUES, v);
	if (n->some_members && !put_members(s, row, 2, v))
		return false;
	return put_named(s, row, n, v);
}

static bool
build(struct scim *s, enum scim_kind kind, enum statement st,
    struct scim_value *v)
{
	return kind == PLAN_GROUPS ? scim_group_row(s, st, v) :
	    scim_user_row(s, st, v);
}

bool
scim_item_match(struct scim *s, enum scim_kind kind, enum statement st,
    const struct scim_filter *f, const struct scim_needs *n)
{
	struct scim_pool	*pool = s->pool;
	struct scim_value	 v;
	bool			 yes;

	/* Most rows are forgotten at once, and so is their memory. */
	s->pool = scim_pool_new();
	yes = build(s, kind, st, &v) && complete(s, kind, st, n, &v) &&
	    scim_match(f, &v);
	scim_pool_free(s->pool);
	s->pool = pool;
	return yes;
}

/* --- saying ------------------------------------------------------------- */

bool
scim_item_build(struct scim *s, enum scim_kind kind, enum statement st,
    bool members, struct scim_listed_item *item)
{
	int64_t	 row = store_integer(s->store, st, 0);
	bool	 all = true;

	memset(item, 0, sizeof(*item));
	if (!build(s, kind, st, &item->value))
		return false;
	item->version = store_integer(s->store, st, kind == PLAN_GROUPS ?
	    GROUP_VERSION : USER_VERSION);
	if (kind != PLAN_GROUPS)
		return scim_user_groups(s, row, &item->value);
	if (!members)
		return true;
	if (store_integer(s->store, st, GROUP_MEMBERS) > LIMIT_SCIM_INLINE)
		all = false;
	else if (!scim_group_members(s, row, LIMIT_SCIM_INLINE, &item->value,
	    &all))
		return false;
	item->members_follow = !all;
	return true;
}

size_t
scim_item_size(const struct scim_value *v)
{
	const struct scim_field	*f;
	size_t			 i, n = 16;

	if (v->fields == NULL)
		return v->text == NULL ? n : n + strlen(v->text);
	for (f = v->fields; f != NULL; f = f->next)
		for (i = 0; i < f->count; i++)
			n += 5 + scim_item_size(&f->values[i]);
	return n;
}

/* --- order -------------------------------------------------------------- */

/* Of a list the primary value, else the first. */
static const struct scim_value *
chosen(const struct scim_field *f)
{
	const struct scim_attribute	*a;
	const struct scim_field		*in;
	size_t				 i;

	a = scim_attribute_find(f->attribute->number, "primary", 7);
	for (i = 0; a != NULL && i < f->count; i++)
		if ((in = scim_field(&f->values[i], a->number)) != NULL &&
		    in->values[0].truth)
			return &f->values[i];
	return &f->values[0];
}

static const struct scim_value *
find(const struct scim_value *v, const struct scim_attribute *a)
{
	const struct scim_attribute	*up = scim_attribute(a->parent);
	const struct scim_field		*f;

	if (up != NULL && up->parent != SCIM_none &&
	    (v = find(v, up)) == NULL)
		return NULL;
	f = scim_field(v, a->number);
	return f == NULL || f->count == 0 ? NULL : chosen(f);
}

static void
make_key(const struct scim_value *v, const struct scim_attribute *a,
    char *key, size_t size)
{
	const struct scim_attribute	*sub;
	char				*folded;
	int64_t				 when;

	/* A list's own value stands for it (RFC 7643 2.4). */
	if (a->type == SCIM_TYPE_COMPLEX && (sub = scim_attribute_find(
	    a->number, "value", 5)) != NULL)
		a = sub;
	strlcpy(key, "2", size);
	if (a->type == SCIM_TYPE_COMPLEX || (v = find(v, a)) == NULL)
		return;
	if (a->type == SCIM_TYPE_BOOLEAN)
		strlcpy(key, v->truth ? "1t" : "1f", size);
	else if (a->type == SCIM_TYPE_DATETIME && clock_parse(v->text, &when))
		snprintf(key, size, "1%020lld", (long long)when);
	else if (v->text[0] != '\0') {
		folded = scim_exact(a) ? NULL : fold_text(v->text);
		snprintf(key, size, "1%s", folded == NULL ? v->text : folded);
		free(folded);
	}
}

void
scim_item_key(struct scim *s, enum scim_kind kind, enum statement st,
    enum scim_number n, char *key, size_t size)
{
	struct scim_pool	*pool = s->pool;
	struct scim_value	 v;

	s->pool = scim_pool_new();
	if (build(s, kind, st, &v))
		make_key(&v, scim_attribute(n), key, size);
	else
		strlcpy(key, "2", size);
	scim_pool_free(s->pool);
	s->pool = pool;
}
