/*
 * Changed maps.  In policy.  Must never keep for a member what the maps in
 * force do not give, nor take what was given by hand; nor hold up a turn.
 */
#include <sys/types.h>

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/remap.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/state.h"

#define SLICE_MS	(LIMIT_SCIM_SLICE_MS / 2) /* the commit comes too */
#define BATCH		64
#define BY		"configuration"

_Static_assert(MAPS_HASH == SHA256_DIGEST_LENGTH, "a hash of maps");

/* --- which maps -------------------------------------------------------- */

/* All that a role and the grants of the login map follow from. */
static void
hash(const struct policy_organization *po, uint8_t out[MAPS_HASH])
{
	struct writer	 w;
	SHA2_CTX	 ctx;
	size_t		 i;

	wire_init(&w, LIMIT_VIEW);
	wire_put_u32(&w, (uint32_t)po->default_role);
	wire_put_u32(&w, (uint32_t)po->role_match);
	wire_put_u32(&w, (uint32_t)po->role_line_count);
	for (i = 0; i < po->role_line_count; i++) {
		wire_put_u32(&w, (uint32_t)po->role_lines[i].kind);
		wire_put_string(&w, po->role_lines[i].value);
		wire_put_u32(&w, (uint32_t)po->role_lines[i].role);
		wire_put_u8(&w, po->role_lines[i].elevated);
	}
	for (i = 0; i < po->group_line_count; i++) {
		wire_put_string(&w, po->group_lines[i].value);
		wire_put_string(&w, po->group_lines[i].group);
		wire_put_u32(&w, (uint32_t)po->group_lines[i].role);
	}
	SHA256Init(&ctx);
	SHA256Update(&ctx, w.data, w.len);
	SHA256Final(out, &ctx);
	wire_free(&w);
}

void
remap_use(void)
{
	struct organization	*o;
	uint8_t			 now[MAPS_HASH];
	size_t			 next = 0;

	/* Who is in memory is loaded again before he counts. */
	grants_epoch++;
	while ((o = directory_organizations(state.directory, &next)) != NULL) {
		if (o->settings == NULL)
			continue;
		hash(o->settings, now);
		if (o->maps.known && memcmp(now, o->maps.hash,
		    sizeof(now)) == 0)
			continue;
		if (o->maps.known)
			log_info("organization %s: its maps have changed, "
			    "members are looked at again", o->name);
		memset(&o->maps, 0, sizeof(o->maps));
		memcpy(o->maps.hash, now, sizeof(now));
		o->maps.known = o->maps.unwritten = true;
		/* A new one has nobody. */
		o->maps.step = o->id == 0 ? MAPS_DONE : MAPS_MEMBERS;
	}
}

/* --- one member -------------------------------------------------------- */

bool
remap_pending(const struct organization *o, int64_t row)
{
	return o->settings != NULL && o->maps.step == MAPS_MEMBERS &&
	    row > o->maps.account;
}

/*
 * The facts as they should be.  Of a login before its groups were kept,
 * what is known is the values that gave something.
 */
static bool
want_facts(const struct organization *o, int64_t row,
    const struct facts *have, struct facts *want)
{
	struct store	*s = state.store;
	struct strings	 values = { 0, NULL };
	struct reader	 r;
	struct bytes	 b = { NULL, 0 };
	size_t		 i;

	if (store_run(s, ST_membership, v_int(o->id), v_int(row)) == STEP_ROW)
		b = store_blob(s, ST_membership, 5);
	if (b.len > 0) {
		wire_read(&r, b.data, b.len);
		values = wire_get_strings(&r, LIMIT_VALUES, LIMIT_VALUE);
	} else
		for (i = 0; i < have->count; i++)
			strings_add(&values, have->list[i].value);
	facts_wanted(o, &values, want);
	strings_free(&values);
	store_end(s, ST_membership);
	return !store_failed(s);
}

bool
remap_look(const struct organization *o, int64_t row, enum role *role,
    struct facts *want)
{
	struct facts	 have;
	bool		 ok;

	memset(want, 0, sizeof(*want));
	if (!member_mapped(row, o, role))
		return false;
	facts_stored(o, row, &have);
	ok = want_facts(o, row, &have, want);
	facts_free(&have);
	return ok;
}

static void
tell(const struct organization *o, int64_t row)
{
	struct audit_event	 e;
	struct store		*s = state.store;
	char			 account[ACCOUNT_ID + 1] = "";
	char			 name[LIMIT_NAME + 1] = "";

	if (store_run(s, ST_scim_account, v_int(row)) == STEP_ROW) {
		strlcpy(account, store_text(s, ST_scim_account, 0),
		    sizeof(account));
		strlcpy(name, store_text(s, ST_scim_account, 1), sizeof(name));
	}
	store_end(s, ST_scim_account);
	memset(&e, 0, sizeof(e));
	e.organization = o->name;
	e.account = account;
	e.name = name;
	e.by = BY;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "source",
	    grant_source_name(GRANT_LOGIN));
	audit_end(&state.audit, s, "resource_group.change_role");
}

/* Memory is as it will be already; the store follows. */
static bool
write_member(const struct organization *o, int64_t row)
{
	struct facts	 have, want;
	bool		 ok;

	if (!member_remap(row, o, BY))
		return false;
	facts_stored(o, row, &have);
	ok = want_facts(o, row, &have, &want);
	if (ok && facts_replace(row, &have, &want))
		tell(o, row);
	facts_free(&have);
	facts_free(&want);
	return ok && !store_failed(state.store);
}

/* --- a slice ----------------------------------------------------------- */

/* Some of the members; *m goes on behind them. */
static bool
members(const struct organization *o, struct maps *m, int64_t until)
{
	struct store	*s = state.store;
	enum step	 step;
	int64_t		 rows[BATCH];
	size_t		 i, n = 0;

	for (step = store_run(s, ST_remap_members, v_int(o->id),
	    v_int(m->account), v_int(BATCH)); step == STEP_ROW;
	    step = store_next(s, ST_remap_members))
		rows[n++] = store_integer(s, ST_remap_members, 0);
	if (step == STEP_FAILED)
		return false;
	for (i = 0; i < n; i++) {
		if (i > 0 && clock_ms() >= until)
			return true;
		if (!write_member(o, rows[i]))
			return false;
		m->account = rows[i];
	}
	if (n == BATCH)
		return true;
	/* In a basic one, nobody is a member before he signs in. */
	m->step = o->settings->mode == MODE_MANAGED ? MAPS_ACCOUNTS :
	    MAPS_DONE;
	m->connection = m->account = 0;
	return true;
}

/* The connection behind; 0: there is none. */
static bool
next_connection(const struct organization *o, struct maps *m)
{
	struct store	*s = state.store;

	m->account = 0;
	if (store_run(s, ST_remap_connection, v_int(o->id),
	    v_int(m->connection)) == STEP_ROW)
		m->connection = store_integer(s, ST_remap_connection, 0);
	store_end(s, ST_remap_connection);
	if (m->connection == 0)
		m->step = MAPS_DONE;
	return !store_failed(s);
}

/*
 * Some of those whom SCIM has made: who had no role by the maps before is
 * no member yet.
 */
static bool
accounts(struct organization *o, struct maps *m, int64_t until)
{
	struct store	*s = state.store;
	enum step	 step;
	int64_t		 rows[BATCH];
	bool		 member[BATCH];
	size_t		 i, n = 0;

	if (m->connection == 0 && !next_connection(o, m))
		return false;
	for (step = store_run(s, ST_remap_accounts, v_int(o->id),
	    v_int(m->connection), v_int(m->account), v_int(BATCH));
	    step == STEP_ROW; step = store_next(s, ST_remap_accounts)) {
		rows[n] = store_integer(s, ST_remap_accounts, 0);
		member[n++] = store_integer(s, ST_remap_accounts, 1) != 0;
	}
	if (step == STEP_FAILED)
		return false;
	for (i = 0; i < n; i++) {
		if (i > 0 && clock_ms() >= until)
			return true;
		if (!member[i] && member_regrade(rows[i], o, BY) !=
		    VERDICT_ok)
			return false;
		m->account = rows[i];
	}
	return n == BATCH || next_connection(o, m);
}

static bool
slice(struct organization *o, struct maps *m)
{
	struct store	*s = state.store;
	int64_t		 until = clock_ms() + SLICE_MS;
	bool		 ok = store_begin(s);

	while (ok && m->step != MAPS_DONE && clock_ms() < until)
		ok = m->step == MAPS_MEMBERS ? members(o, m, until) :
		    accounts(o, m, until);
	if (!ok) {
		store_rollback(s);
		return false;
	}
	directory_maps_write(o, m, s);
	return store_commit(s);
}

static struct organization *
due(void)
{
	struct organization	*o;
	size_t			 next = 0;

	while ((o = directory_organizations(state.directory, &next)) != NULL)
		if (o->settings != NULL && o->id != 0 && !o->maps.unwritten &&
		    o->maps.step != MAPS_DONE)
			return o;
	return NULL;
}

static void
revoked(const struct session *s, const struct organization *o)
{
	pending_add(&state.pending, s, o);
}

bool
remap_sweep(void)
{
	struct organization	*o = due();
	struct maps		 m;
	bool			 ok;

	if (o == NULL)
		return false;
	m = o->maps;
	if ((ok = slice(o, &m)))
		o->maps = m;
	else {
		log_debug("maps: %s", store_error(state.store));
		audit_forget(&state.audit);
		effects_back(&state.effects, 0);
	}
	store_forget(state.store);
	effects_apply(&state.effects, &state.sessions, revoked);
	pending_note(&state.pending);
	if (ok && m.step == MAPS_DONE) {
		/* Also where the store could not take a group at first. */
		grants_epoch++;
		log_info("organization %s: members are as its maps say",
		    o->name);
	}
	return ok;
}
