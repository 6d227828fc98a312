/*
 * The planner of SCIM lists.  In policy and reader.  Must never choose
 * rows that leave out one that matches: what it finds is looked at again,
 * unless it is exact.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/policy/account.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/scim_compare.h"
#include "hfssod/policy/scim_plan.h"

/* --- what there is ----------------------------------------------------- */

static const struct {
	enum statement	 all, skim, jump, state, state_skim, state_jump, row;
	enum statement	 back;
} kinds[PLAN_KINDS] = {
	[PLAN_USERS] = { ST_list_users, ST_list_users_skim,
	    ST_list_users_jump, ST_list_users_state,
	    ST_list_users_state_skim, ST_list_users_state_jump,
	    ST_list_users_row, ST_list_users_back },
	[PLAN_INVITATIONS] = { ST_list_invitations, ST_list_invitations_skim,
	    ST_list_invitations_jump, ST_list_invitations_state,
	    ST_list_invitations_state_skim, ST_list_invitations_state_jump,
	    ST_list_invitations_row, ST_list_invitations_back },
	[PLAN_GROUPS] = { ST_list_groups, ST_list_groups_skim,
	    ST_list_groups_jump, ST_MAX, ST_MAX, ST_MAX, ST_list_groups_row,
	    ST_list_groups_back }
};

/*
 * attribute eq "text", by an index; the first that fits is the best.  A
 * display name is cut before it is folded: a shorter one is looked for.
 */
#define SHORT	128
static const struct lookup {
	enum scim_kind		 kind;
	enum scim_number	 attribute;
	enum statement		 statement;
	size_t			 most;	/* longer text is not in the index */
} lookups[] = {
	{ PLAN_USERS, SCIM_id, ST_list_users_id, PLAN_KEY },
	{ PLAN_USERS, SCIM_userName, ST_list_users_name, PLAN_KEY },
	{ PLAN_USERS, SCIM_externalId, ST_list_users_external, PLAN_KEY },
	{ PLAN_USERS, SCIM_emails_value, ST_list_users_email, LIMIT_EMAIL },
	{ PLAN_USERS, SCIM_displayName, ST_list_users_display, SHORT },
	{ PLAN_INVITATIONS, SCIM_id, ST_list_invitations_id, PLAN_KEY },
	{ PLAN_INVITATIONS, SCIM_userName, ST_list_invitations_name,
	    PLAN_KEY },
	{ PLAN_INVITATIONS, SCIM_externalId, ST_list_invitations_external,
	    PLAN_KEY },
	{ PLAN_INVITATIONS, SCIM_emails_value, ST_list_invitations_email,
	    LIMIT_EMAIL },
	{ PLAN_INVITATIONS, SCIM_displayName, ST_list_invitations_display,
	    SHORT },
	{ PLAN_GROUPS, SCIM_id, ST_list_groups_id, PLAN_KEY },
	{ PLAN_GROUPS, SCIM_group_displayName, ST_list_groups_display,
	    PLAN_KEY },
	{ PLAN_GROUPS, SCIM_externalId, ST_list_groups_external, PLAN_KEY },
	{ PLAN_GROUPS, SCIM_members_value, ST_list_groups_member, PLAN_KEY }
};

/*
 * Orders that an index has: with a value up and down, without a value.
 * prefix: sw can begin within; an attribute whose column may be another
 * one's where it has no value serves for that alone.
 */
static const struct order {
	enum scim_kind		 kind;
	enum scim_number	 attribute;
	bool			 prefix;
	enum statement		 up, down, without;
} orders[] = {
	{ PLAN_USERS, SCIM_id, true, ST_list_users_by_id,
	    ST_list_users_by_id_down, ST_MAX },
	{ PLAN_USERS, SCIM_userName, true, ST_list_users_by_name,
	    ST_list_users_by_name_down, ST_list_users_no_name },
	{ PLAN_USERS, SCIM_externalId, true, ST_list_users_by_external,
	    ST_list_users_by_external_down, ST_list_users_no_external },
	{ PLAN_USERS, SCIM_displayName, true, ST_list_users_by_display,
	    ST_MAX, ST_MAX },
	{ PLAN_INVITATIONS, SCIM_id, true, ST_list_invitations_by_id,
	    ST_list_invitations_by_id_down, ST_MAX },
	{ PLAN_INVITATIONS, SCIM_userName, true, ST_list_invitations_by_name,
	    ST_list_invitations_by_name_down, ST_MAX },
	{ PLAN_GROUPS, SCIM_id, true, ST_list_groups_by_id,
	    ST_list_groups_by_id_down, ST_MAX },
	{ PLAN_GROUPS, SCIM_group_displayName, true,
	    ST_list_groups_by_display, ST_list_groups_by_display_down,
	    ST_MAX },
	{ PLAN_GROUPS, SCIM_externalId, true, ST_list_groups_by_external,
	    ST_list_groups_by_external_down, ST_list_groups_no_external }
};
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

enum statement
scim_plan_row(enum scim_kind kind)
{
	return kinds[kind].row;
}

/* --- arms of the filter ------------------------------------------------ */

/*
 * A comparison that must be true of whatever matches: the filter itself or
 * an arm of its ands, also within a value.
 */
typedef bool	 arm_fn(const struct scim_filter *, const void *);

static const struct scim_filter *
find_arm(const struct scim_filter *f, arm_fn *is, const void *what)
{
	const struct scim_filter	*g;

	if (f == NULL)
		return NULL;
	if (f->op == SCIM_OP_AND) {
		if ((g = find_arm(f->left, is, what)) != NULL)
			return g;
		return find_arm(f->right, is, what);
	}
	if (f->op == SCIM_OP_WITHIN)
		return find_arm(f->left, is, what);
	return is(f, what) ? f : NULL;
}

static bool
is_lookup(const struct scim_filter *f, const void *what)
{
	const struct lookup	*l = what;

	return f->op == SCIM_OP_EQ && f->attribute == l->attribute &&
	    f->operand == SCIM_OPERAND_TEXT && strlen(f->text) <= l->most;
}

static bool
is_prefix(const struct scim_filter *f, const void *what)
{
	const struct order	*o = what;

	return f->op == SCIM_OP_SW && f->attribute == o->attribute &&
	    f->operand == SCIM_OPERAND_TEXT && f->text[0] != '\0' &&
	    strlen(f->text) <= SHORT;
}

static bool
is_active(const struct scim_filter *f, const void *what)
{
	(void)what;
	return f->attribute == SCIM_active && (f->op == SCIM_OP_EQ ||
	    f->op == SCIM_OP_NE) && (f->operand == SCIM_OPERAND_TRUE ||
	    f->operand == SCIM_OPERAND_FALSE);
}

static bool
is_never(const struct scim_filter *f, const void *what)
{
	(void)what;
	return f->op == SCIM_OP_NEVER;
}

/* The text as the index has it: folded or not, in the pool. */
static const char *
as_indexed(struct scim *s, enum scim_number n, const char *text)
{
	const char	*kept;
	char		*folded;

	if (scim_exact(scim_attribute(n)))
		return text;
	folded = fold_text(text);
	kept = scim_pool_string(s->pool, folded, strlen(folded));
	free(folded);
	return kept;
}

/* --- plans ------------------------------------------------------------- */

/* Larger than every text. */
static const struct value	 beyond = { VALUE_BLOB, 0, "\xff", 1 };

static void
use(struct scim_plan *p, enum statement st, bool keyed, bool down)
{
	p->walks[p->phases].statement = st;
	p->walks[p->phases].keyed = keyed;
	p->walks[p->phases++].down = down;
}

/* Whose groups: policy numbers its members. */
static bool
find_member(struct scim *s, const char *id, struct scim_plan *p)
{
	enum step	 step;

	step = store_run(s->store, ST_list_member, v_text(id));
	if (step == STEP_ROW) {
		p->member = v_int(store_integer(s->store, ST_list_member, 0));
		p->wanted = v_int(store_integer(s->store, ST_list_member, 1));
		store_end(s->store, ST_list_member);
	} else
		p->empty = true;
	return step != STEP_FAILED;
}

static bool
use_lookup(struct scim *s, const struct lookup *l,
    const struct scim_filter *f, struct scim_plan *p)
{
	use(p, l->statement, false, false);
	if (l->attribute == SCIM_members_value)
		return find_member(s, f->text, p);
	p->wanted = v_text(as_indexed(s, l->attribute, f->text));
	return true;
}

static void
use_active(const struct scim_filter *f, bool alone, struct scim_plan *p)
{
	bool	 active;

	active = (f->operand == SCIM_OPERAND_TRUE) == (f->op == SCIM_OP_EQ);
	use(p, kinds[p->kind].state, false, false);
	p->wanted = v_int(active ? ACCOUNT_ACTIVE : ACCOUNT_DEACTIVATED);
	p->exact = alone;
	if (!alone)
		return;
	p->skim = kinds[p->kind].state_skim;
	p->jump = kinds[p->kind].state_jump;
}

/* What begins with a prefix: up to the prefix and more than any letter. */
static void
use_prefix(struct scim *s, const struct order *o,
    const struct scim_filter *f, struct scim_plan *p)
{
	const char	*from = as_indexed(s, o->attribute, f->text);
	size_t		 len = strlen(from);
	char		*to;

	use(p, o->up, true, false);
	to = scim_pool_string(s->pool, from, len + 1);
	to[len] = '\xff';
	p->from = from;
	p->wanted = v_text(to);
}

static void
use_order(const struct order *o, bool down, struct scim_plan *p)
{
	if (!down)
		use(p, o->up, true, false);
	if (o->without != ST_MAX)
		use(p, o->without, false, false);
	if (down)
		use(p, o->down, true, true);
}

/* The rows, however they are in order. */
static bool
choose(struct scim *s, const struct scim_list *q, struct scim_plan *p)
{
	const struct scim_filter	*f;
	size_t				 i;

	for (i = 0; i < COUNT(lookups); i++)
		if (lookups[i].kind == p->kind && (f = find_arm(q->filter,
		    is_lookup, &lookups[i])) != NULL)
			return use_lookup(s, &lookups[i], f, p);
	/*
	 * A walk by cursors goes by row: a name may change under way, and
	 * then its bearer would be passed over or met twice.
	 */
	for (i = 0; i < COUNT(orders); i++)
		if (orders[i].kind == p->kind && orders[i].prefix &&
		    !q->cursored && (f = find_arm(q->filter, is_prefix,
		    &orders[i])) != NULL) {
			use_prefix(s, &orders[i], f, p);
			return true;
		}
	if (kinds[p->kind].state != ST_MAX &&
	    (f = find_arm(q->filter, is_active, NULL)) != NULL) {
		use_active(f, f == q->filter, p);
		return true;
	}
	use(p, kinds[p->kind].all, false, false);
	p->skim = p->whole ? kinds[p->kind].skim : ST_MAX;
	p->back = p->whole ? kinds[p->kind].back : ST_MAX;
	p->jump = kinds[p->kind].jump;
	return true;
}

/* A look-up is so small that it is sorted; else an index has the order. */
static bool
choose_sorted(struct scim *s, const struct scim_list *q, struct scim_plan *p)
{
	size_t	 i;

	for (i = 0; i < COUNT(lookups); i++)
		if (lookups[i].kind == p->kind &&
		    find_arm(q->filter, is_lookup, &lookups[i]) != NULL)
			break;
	if (i == COUNT(lookups))
		for (i = 0; i < COUNT(orders); i++)
			if (orders[i].kind == p->kind &&
			    orders[i].attribute == q->sort &&
			    orders[i].down != ST_MAX) {
				use_order(&orders[i], q->descending, p);
				return true;
			}
	p->sorted = true;
	if (!choose(s, q, p))
		return false;
	p->skim = p->back = ST_MAX;
	return true;
}

bool
scim_plan(struct scim *s, const struct scim_list *q, struct scim_plan *p)
{
	memset(p, 0, sizeof(*p));
	p->kind = q->resource == SCIM_RESOURCE_GROUP ? PLAN_GROUPS :
	    s->basic ? PLAN_INVITATIONS : PLAN_USERS;
	p->skim = p->back = ST_MAX;
	p->wanted = beyond;
	p->member = v_int(0);
	p->from = "";
	p->whole = p->exact = q->filter == NULL;
	p->empty = find_arm(q->filter, is_never, NULL) != NULL;
	if (q->sort != SCIM_none && !p->empty)
		return choose_sorted(s, q, p);
	return choose(s, q, p);
}
