/*
 * Accounts in memory, built from the store.  In policy.  Must never write.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/policy/account.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/remap.h"

#define TEXTS	3

uint64_t	 grants_epoch;

/*
 * Three statements in step: account, memberships, grants (its own and those
 * that links of its SCIM groups give).
 */
struct cursor {
	struct store		*store;
	struct directory	*directory;
	enum statement		 account;
	enum statement		 members;
	enum statement		 grants;
	enum step		 account_step;
	enum step		 member_step;
	enum step		 grant_step;
	/* what was read of the account at hand; kept from one to the next */
	struct member		*member;
	size_t			 member_count;
	size_t			 member_size;
	struct held		*held;
	size_t			 held_count;
	size_t			 held_size;
};

const struct member *
account_member(const struct account *a, const struct organization *o)
{
	uint32_t	 i;

	for (i = 0; i < a->member_count; i++)
		if (a->members[i].organization == o)
			return &a->members[i];
	return NULL;
}

static void *
grow(void *list, size_t count, size_t *size, size_t each)
{
	if (count < *size)
		return list;
	*size = *size == 0 ? 16 : *size * 2;
	if ((list = reallocarray(list, *size, each)) == NULL)
		fatal("account");
	return list;
}

static void
read_members(struct cursor *c, int64_t row)
{
	struct organization	*o;
	struct member		*m;

	c->member_count = 0;
	while (c->member_step == STEP_ROW &&
	    store_integer(c->store, c->members, 0) <= row) {
		o = directory_organization_id(c->directory,
		    store_integer(c->store, c->members, 1));
		if (o != NULL &&
		    store_integer(c->store, c->members, 0) == row) {
			c->member = grow(c->member, c->member_count,
			    &c->member_size, sizeof(*c->member));
			m = &c->member[c->member_count++];
			memset(m, 0, sizeof(*m));
			m->organization = o;
			m->role = (enum role)store_integer(c->store,
			    c->members, 2);
		}
		c->member_step = store_next(c->store, c->members);
	}
}

/* One more, or a higher role in one that is there, from that index on. */
static void
hold(struct cursor *c, size_t i, const struct group *g, enum role role)
{
	while (i < c->held_count && c->held[i].group != g)
		i++;
	if (i == c->held_count) {
		c->held = grow(c->held, c->held_count, &c->held_size,
		    sizeof(*c->held));
		c->held[c->held_count].group = g;
		c->held[c->held_count++].role = role;
	} else if (role > c->held[i].role)
		c->held[i].role = role;
}

/* Grants come in the order of their groups; of one group, any order. */
static void
read_grants(struct cursor *c, int64_t row)
{
	struct group	*g;
	enum role	 role;

	c->held_count = 0;
	while (c->grant_step == STEP_ROW &&
	    store_integer(c->store, c->grants, 0) <= row) {
		g = directory_group_id(c->directory,
		    store_integer(c->store, c->grants, 1));
		role = (enum role)store_integer(c->store, c->grants, 2);
		if (g != NULL && store_integer(c->store, c->grants, 0) == row &&
		    (store_integer(c->store, c->grants, 3) != GRANT_LOGIN ||
		    !remap_pending(g->organization, row)))
			hold(c, c->held_count == 0 ? 0 : c->held_count - 1, g,
			    role);
		c->grant_step = store_next(c->store, c->grants);
	}
}

/*
 * Where maps have changed and the store has not followed yet, they count.
 * A failure is the store's.
 */
static void
by_maps(struct cursor *c, int64_t row)
{
	struct facts	 want;
	struct group	*g;
	size_t		 i, j;

	for (i = 0; i < c->member_count; i++) {
		if (!remap_pending(c->member[i].organization, row))
			continue;
		if (!remap_look(c->member[i].organization, row,
		    &c->member[i].role, &want))
			c->member[i].role = ROLE_NONE;
		for (j = 0; j < want.count; j++) {
			g = directory_group_id(c->directory,
			    want.list[j].group);
			if (g != NULL)
				hold(c, 0, g, want.list[j].role);
		}
		facts_free(&want);
	}
}

static int
by_slug(const void *a, const void *b)
{
	return strcmp(((const struct held *)a)->group->slug,
	    ((const struct held *)b)->group->slug);
}

/* Lay members and groups into the account; a group lies with its own. */
static void
place(struct cursor *c, struct account *a, struct member *members,
    struct held *held)
{
	size_t	 i, j;

	a->members = members;
	a->member_count = (uint32_t)c->member_count;
	for (i = 0; i < c->member_count; i++) {
		members[i] = c->member[i];
		members[i].held = held;
		for (j = 0; j < c->held_count; j++)
			if (c->held[j].group->organization ==
			    members[i].organization)
				held[members[i].held_count++] = c->held[j];
		if (members[i].held_count > 1 && heapsort(held,
		    members[i].held_count, sizeof(*held), by_slug) == -1)
			fatal("account");
		held += members[i].held_count;
	}
}

static struct account *
build(struct cursor *c, int64_t row)
{
	struct account	*a;
	struct held	*held;
	struct member	*members;
	const char	*text[TEXTS];
	char		*p;
	size_t		 len[TEXTS], size, i;

	read_members(c, row);
	read_grants(c, row);
	by_maps(c, row);
	size = sizeof(*a) + c->held_count * sizeof(*held) +
	    c->member_count * sizeof(*members);
	for (i = 0; i < TEXTS; i++) {
		text[i] = store_text(c->store, c->account, (int)i + 3);
		len[i] = strlen(text[i]) + 1;
		size += len[i];
	}
	if ((a = malloc(size)) == NULL)
		fatal("account");
	memset(a, 0, sizeof(*a));
	a->row = row;
	a->epoch = grants_epoch;
	strlcpy(a->id, store_text(c->store, c->account, 1), sizeof(a->id));
	a->state = (enum account_state)store_integer(c->store, c->account, 2);
	held = (struct held *)(a + 1);
	members = (struct member *)(held + c->held_count);
	place(c, a, members, held);
	p = (char *)(members + c->member_count);
	for (i = 0; i < TEXTS; i++) {
		memcpy(p, text[i], len[i]);
		text[i] = p;
		p += len[i];
	}
	a->name = text[0];
	a->email = text[1];
	a->display_name = text[2];
	return a;
}

static void
finish(struct cursor *c)
{
	store_end(c->store, c->account);
	store_end(c->store, c->members);
	store_end(c->store, c->grants);
	free(c->member);
	free(c->held);
}

struct account *
account_load(struct store *s, struct directory *d, int64_t row)
{
	struct cursor	 c = { .store = s, .directory = d };
	struct account	*a = NULL;

	c.account = ST_account;
	c.members = ST_account_members;
	c.grants = ST_account_grants;
	c.account_step = store_run(s, c.account, v_int(row));
	c.member_step = store_run(s, c.members, v_int(row));
	c.grant_step = store_run(s, c.grants, v_int(row));
	if (c.account_step == STEP_ROW)
		a = build(&c, row);
	finish(&c);
	if (store_failed(s)) {
		free(a);
		return NULL;
	}
	return a;
}

bool
account_load_all(struct store *s, struct directory *d,
    void (*each)(struct account *, void *), void *arg)
{
	struct cursor	 c = { .store = s, .directory = d };

	c.account = ST_all_accounts;
	c.members = ST_all_members;
	c.grants = ST_all_grants;
	c.account_step = store_step(s, c.account, NULL, 0);
	c.member_step = store_step(s, c.members, NULL, 0);
	c.grant_step = store_step(s, c.grants, NULL, 0);
	while (c.account_step == STEP_ROW) {
		each(build(&c, store_integer(s, c.account, 0)), arg);
		c.account_step = store_next(s, c.account);
	}
	finish(&c);
	return !store_failed(s);
}
