/*
 * PATCH of groups (RFC 7644 3.5.2): what is about members works on rows,
 * the rest on the resource.  In policy.  Must never remove all members
 * unless the path is members and nothing else is said.
 */
#include <string.h>

#include "common/limits.h"
#include "hfssod/policy/scim_change.h"
#include "hfssod/policy/scim_members.h"
#include "hfssod/policy/scim_patch.h"
#include "hfssod/policy/scim_resource.h"

/* Members that operations name, all together. */
static enum verdict
count_named(struct group_write *g, size_t n)
{
	g->named += n;
	if (g->named <= LIMIT_SCIM_PATCHED)
		return VERDICT_ok;
	return scim_refuse(g->s, VERDICT_scim_too_large,
	    "A PATCH can name %d members at most.", LIMIT_SCIM_PATCHED);
}

/* Comparisons of all operations, together. */
static enum verdict
count_work(struct group_write *g, size_t n)
{
	g->work += n;
	if (g->work <= LIMIT_SCIM_WORK)
		return VERDICT_ok;
	return scim_refuse(g->s, VERDICT_scim_too_large,
	    "The filters look at too many members.");
}

/* --- members[...] ------------------------------------------------------ */

/*
 * The ids that a filter can be true of, where it says "value eq" on every
 * way through it; false if it does not.
 */
static bool
candidates(struct scim_pool *pool, const struct scim_filter *f,
    struct strings *out)
{
	size_t	 mark = out->count;

	if (f == NULL)
		return false;
	switch (f->op) {
	case SCIM_OP_EQ:
		if (f->attribute != SCIM_members_value ||
		    f->operand != SCIM_OPERAND_TEXT)
			return false;
		strings_add(out, f->text);
		return true;
	case SCIM_OP_OR:
		return candidates(pool, f->left, out) &&
		    candidates(pool, f->right, out);
	case SCIM_OP_AND:
		if (candidates(pool, f->left, out))
			return true;
		out->count = mark;
		return candidates(pool, f->right, out);
	default:
		return false;
	}
}

/* The statement's row, if the filter is true of it. */
static void
pick(struct group_write *g, const struct scim_filter *f,
    struct member_list *out)
{
	struct store		*s = g->s->store;
	enum statement		 st = ST_scim_group_members;
	struct scim_value	 v;

	scim_member_row(g->s, st, &v);
	if (scim_match_value(f, scim_attribute(SCIM_members), &v))
		member_list_add(out, (enum scim_member_kind)
		    store_integer(s, st, MEMBER_KIND),
		    store_integer(s, st, MEMBER_ROW));
}

/* One after another of the members behind a key. */
static bool
scan(struct group_write *g, const struct scim_filter *f,
    const struct member_key *after, int64_t most, struct member_list *out)
{
	struct store	*s = g->s->store;
	enum statement	 st = ST_scim_group_members;
	enum step	 step;

	for (step = store_run(s, st, v_int(g->row), v_int(after->kind),
	    v_int(after->row), v_int(most)); step == STEP_ROW;
	    step = store_next(s, st))
		pick(g, f, out);
	return step == STEP_DONE;
}

/* Each of the ids that is a member and of which the filter is true. */
static enum verdict
choose_named(struct group_write *g, const struct scim_filter *f,
    const struct strings *ids, struct member_list *out)
{
	struct scim		*s = g->s;
	struct member_key	 key;
	enum verdict		 v;
	size_t			 i;

	if ((v = count_named(g, ids->count)) != VERDICT_ok ||
	    (v = count_work(g, scim_filter_work(f, ids->count))) !=
	    VERDICT_ok)
		return v;
	for (i = 0; i < ids->count; i++) {
		v = member_find(s, ids->list[i], "", &key);
		if (v == VERDICT_unavailable)
			return v;
		/* Who is unknown is no member, whatever else. */
		if (v != VERDICT_ok ||
		    !members_has(s->store, g->row, g->edition, &key))
			continue;
		if (f->op == SCIM_OP_EQ) {
			member_list_add(out, key.kind, key.row);
			continue;
		}
		key.row--;
		if (!scan(g, f, &key, 1, out))
			return VERDICT_unavailable;
	}
	s->detail[0] = '\0';
	return VERDICT_ok;
}

static enum verdict
choose(struct group_write *g, const struct scim_filter *f,
    struct member_list *out)
{
	static const struct member_key	 first = { 0, 0 };
	struct strings	 ids = { 0, NULL };
	enum verdict	 v;

	if (candidates(g->s->pool, f, &ids))
		v = choose_named(g, f, &ids, out);
	else if (g->count > LIMIT_SCIM_PATCHED)
		v = scim_refuse(g->s, VERDICT_scim_too_large,
		    "The group has too many members for a filter that does "
		    "not name them by value.");
	else if ((v = count_work(g, scim_filter_work(f,
	    (size_t)g->count))) == VERDICT_ok)
		v = scan(g, f, &first, LIMIT_SCIM_PATCHED, out) ?
		    VERDICT_ok : VERDICT_unavailable;
	strings_free(&ids);
	return v;
}

static enum verdict
remove_selected(struct group_write *g, const struct scim_filter *f)
{
	struct member_list	 list = { NULL, 0, 0 };
	enum verdict		 v;

	v = choose(g, f, &list);
	/* Somebody who is no member has left already. */
	if (v == VERDICT_ok && list.count == 0 &&
	    g->s->token.profile == PROFILE_STRICT)
		v = scim_refuse(g->s, VERDICT_scim_no_target,
		    "The filter selects no member.");
	if (v == VERDICT_ok)
		v = members_remove(g, &list);
	member_list_free(&list);
	return v;
}

/* --- members ----------------------------------------------------------- */

/* What a remove names beside the path: Entra's form. */
static enum verdict
remove_values(struct group_write *g, const struct scim_field *sent)
{
	struct member_list	 list = { NULL, 0, 0 };
	struct member_key	 key;
	enum verdict		 v = VERDICT_ok;
	const char		*id;
	size_t			 i;

	if (sent == NULL || sent->count == 0)
		return scim_refuse(g->s, VERDICT_scim_invalid_value,
		    "Members are to be removed, but the value names none: "
		    "to remove all, say no value.");
	for (i = 0; i < sent->count && v == VERDICT_ok; i++) {
		id = scim_own_text(&sent->values[i], SCIM_members_value);
		if (id[0] == '\0')
			v = scim_refuse(g->s, VERDICT_scim_invalid_value,
			    "A member has no value.");
		else if ((v = member_find(g->s, id, "", &key)) ==
		    VERDICT_ok)
			member_list_add(&list, key.kind, key.row);
		else if (v == VERDICT_scim_invalid_value) {
			/* No member any more, whoever that was. */
			g->s->detail[0] = '\0';
			v = VERDICT_ok;
		}
	}
	if (v == VERDICT_ok)
		v = members_remove(g, &list);
	member_list_free(&list);
	return v;
}

static enum verdict
add_values(struct group_write *g, const struct scim_field *sent)
{
	struct member_list	 list = { NULL, 0, 0 };
	enum verdict		 v;

	v = members_find(g->s, sent, &list);
	if (v == VERDICT_ok)
		v = members_add(g, &list);
	member_list_free(&list);
	return v;
}

static enum verdict
replace_values(struct group_write *g, const struct scim_field *sent)
{
	struct member_list	 list = { NULL, 0, 0 };
	enum verdict		 v;

	v = members_find(g->s, sent, &list);
	if (v == VERDICT_ok)
		v = members_replace(g, &list);
	member_list_free(&list);
	return v;
}

/* The path is members, with or without a filter. */
static enum verdict
change_members(struct group_write *g, const struct scim_operation *op)
{
	const struct scim_field	*sent;
	enum verdict		 v;

	sent = op->given ? scim_field(&op->value, SCIM_members) : NULL;
	if (op->path.filter != NULL && (op->change != SCIM_REMOVE ||
	    op->path.sub != SCIM_none))
		return scim_refuse(g->s, VERDICT_scim_mutability,
		    "A member can be added or removed, not changed.");
	if (op->path.filter != NULL)
		return remove_selected(g, op->path.filter);
	if (op->change != SCIM_REMOVE && sent == NULL)
		return scim_refuse(g->s, VERDICT_scim_invalid_value,
		    "members is to be changed, but there is no value.");
	if (sent != NULL &&
	    (v = count_named(g, sent->count)) != VERDICT_ok)
		return v;
	if (op->change == SCIM_ADD)
		return add_values(g, sent);
	if (op->change == SCIM_REPLACE)
		return replace_values(g, sent);
	return op->given ? remove_values(g, sent) : members_clear(g);
}

/* --- operations -------------------------------------------------------- */

static enum verdict
change_rest(struct group_write *g, const struct scim_operation *op)
{
	struct scim_why	 y = { "" };
	enum verdict	 v;

	if ((v = count_work(g, scim_patch_work(&g->now, op))) != VERDICT_ok)
		return v;
	v = scim_patch(g->s->pool, SCIM_RESOURCE_GROUP, &g->now, op,
	    g->s->token.profile, &y);
	return v == VERDICT_ok || y.text[0] == '\0' ? v :
	    scim_refuse(g->s, v, "%s", y.text);
}

/* Without a path: members are a part of the value, maybe the only one. */
static enum verdict
change_whole(struct group_write *g, const struct scim_operation *op)
{
	struct scim_operation	 rest = *op;
	const struct scim_field	*sent;
	enum verdict		 v;

	sent = op->given ? scim_field(&op->value, SCIM_members) : NULL;
	if (sent == NULL || op->change == SCIM_REMOVE)
		return change_rest(g, op);
	if (op->change == SCIM_REPLACE && sent->count == 0)
		return scim_refuse(g->s, VERDICT_scim_invalid_value,
		    "Removing all members needs the path members.");
	if ((v = count_named(g, sent->count)) != VERDICT_ok)
		return v;
	memset(&rest.value, 0, sizeof(rest.value));
	scim_value_copy(g->s->pool, &rest.value, &op->value);
	scim_field_remove(&rest.value, SCIM_members);
	if (rest.value.fields != NULL &&
	    (v = change_rest(g, &rest)) != VERDICT_ok)
		return v;
	return op->change == SCIM_ADD ? add_values(g, sent) :
	    replace_values(g, sent);
}

static enum verdict
change_one(struct group_write *g, const struct scim_operation *op)
{
	const struct scim_attribute	*a;

	if (op->path.attribute == SCIM_none)
		return change_whole(g, op);
	if (op->path.attribute == SCIM_members)
		return change_members(g, op);
	a = scim_attribute(op->path.attribute);
	if (a != NULL && a->parent == SCIM_members)
		return scim_refuse(g->s, VERDICT_scim_mutability,
		    "A member can be added or removed, not changed.");
	return change_rest(g, op);
}

enum verdict
patch_group(struct group_write *g, const struct scim_write *w)
{
	enum verdict	 v = VERDICT_ok;
	size_t		 i;

	for (i = 0; i < w->operation_count && v == VERDICT_ok; i++)
		v = change_one(g, &w->operations[i]);
	return v;
}
