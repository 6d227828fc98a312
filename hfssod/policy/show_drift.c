/*
 * Drift: where provisioning and sign-ins disagree.  In reader.  Must never
 * write, nor stay away from the loop for longer than a slice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/account.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/show_scim.h"
#include "hfssod/policy/state.h"

#define DAYS	90		/* not seen for so long */
#define EACH	64		/* rows between two looks at the clock */
#define NAMES	256		/* octets of the names of groups */

struct drift {
	struct page	 p;
	int64_t		 organization;
	int64_t		 unseen;	/* not seen since */
	int64_t		 deadline;	/* monotonic milliseconds */
	unsigned int	 pass;
	int64_t		 key[3];
};

static void
put(struct drift *d, const char *what, const char *member, const char *group,
    const char *detail, const char *when, int64_t at)
{
	struct writer	*w = &d->p.body;

	record_object(w, "");
	record_string(w, "what", what);
	record_string(w, "member", member);
	record_string(w, "group", group);
	record_string(w, "detail", detail);
	record_string(w, "when", when);
	page_time(w, "at", at);
	record_end(w);
}

/* --- groups -------------------------------------------------------------- */

static bool
names_group(const struct drift *d, const char *value)
{
	struct store	*s = state.store;
	char		*folded = fold_text(value);
	bool		 is;

	is = store_run(s, ST_drift_group_named, v_int(d->organization),
	    v_text(folded)) == STEP_ROW;
	store_end(s, ST_drift_group_named);
	free(folded);
	return is;
}

/* A copy of the text. */
static void
add(struct strings *list, const char *text)
{
	char	*copy;

	if ((copy = strdup(text)) == NULL)
		fatal("drift");
	strings_add(list, copy);
}

/* Copies of the texts that a statement gives. */
static void
collect(enum statement st, int64_t account, int64_t organization,
    struct strings *list)
{
	struct store	*s = state.store;
	enum step	 step;

	for (step = store_run(s, st, v_int(account), v_int(organization));
	    step == STEP_ROW; step = store_next(s, st))
		add(list, store_text(s, st, 0));
}

static void
collect_free(struct strings *list)
{
	size_t	 i;

	for (i = 0; i < list->count; i++)
		free((char *)(uintptr_t)list->list[i]);
	strings_free(list);
}

static bool
has(const struct strings *list, const char *name)
{
	char	*a, *b = fold_text(name);
	bool	 is = false;
	size_t	 i;

	for (i = 0; i < list->count && !is; i++) {
		a = fold_text(list->list[i]);
		is = strcmp(a, b) == 0;
		free(a);
	}
	free(b);
	return is;
}

static void
name_it(char *names, const char *name)
{
	if (names[0] != '\0')
		strlcat(names, ", ", NAMES);
	strlcat(names, name, NAMES);
}

/*
 * What the last login said of groups that SCIM knows, and which of them it
 * has him in.  A login that speaks of none of them speaks of other things.
 */
static void
compare_groups(struct drift *d, const char *member, int64_t account,
    const struct strings *said, int64_t login_at)
{
	struct strings	 in = { 0, NULL };
	char		 not_in[NAMES] = "", not_said[NAMES] = "";
	bool		 speaks = false;
	size_t		 i;

	collect(ST_scim_group_names, account, d->organization, &in);
	for (i = 0; i < said->count; i++) {
		if (has(&in, said->list[i]))
			speaks = true;
		else if (names_group(d, said->list[i])) {
			speaks = true;
			name_it(not_in, said->list[i]);
		}
	}
	for (i = 0; speaks && i < in.count; i++)
		if (!has(said, in.list[i]))
			name_it(not_said, in.list[i]);
	if (not_in[0] != '\0')
		put(d, "groups", member, not_in,
		    "the last sign-in has them, SCIM does not",
		    "last sign-in", login_at);
	if (not_said[0] != '\0')
		put(d, "groups", member, not_said,
		    "SCIM has them, the last sign-in did not",
		    "last sign-in", login_at);
	collect_free(&in);
}

/* Role values of his last login, and why it gave resource groups. */
static void
look_at_groups(struct drift *d, const char *member, int64_t account,
    struct bytes values, int64_t login_at)
{
	struct strings	 stored = { 0, NULL }, said = { 0, NULL };
	struct reader	 r;
	size_t		 i;

	if (values.len > 0) {
		wire_read(&r, values.data, values.len);
		stored = wire_get_strings(&r, LIMIT_VALUES, LIMIT_VALUE);
		for (i = 0; i < stored.count; i++)
			add(&said, stored.list[i]);
		strings_free(&stored);
	}
	collect(ST_drift_values, account, d->organization, &said);
	if (said.count > 0)
		compare_groups(d, member, account, &said, login_at);
	collect_free(&said);
}

/* --- rows ---------------------------------------------------------------- */

static void
look_at_member(struct drift *d)
{
	struct store	*s = state.store;
	enum statement	 st = ST_drift_members;
	const char	*name = store_text(s, st, 3);
	int64_t		 login_at = store_integer(s, st, 4);
	int64_t		 created = store_integer(s, st, 5);
	bool		 provisioned = store_integer(s, st, 8) != 0;

	if (store_integer(s, st, 7) != 0)	/* of a program */
		return;
	if (!provisioned) {
		if (login_at != 0)
			put(d, "not provisioned", name, "",
			    "signed in, but SCIM does not know him",
			    "last sign-in", login_at);
		return;
	}
	if (store_integer(s, st, 6) == ACCOUNT_ACTIVE &&
	    (login_at != 0 ? login_at : created) < d->unseen)
		put(d, "unseen", name, "", login_at == 0 ?
		    "provisioned, but never signed in" :
		    "provisioned, but not seen for long",
		    login_at == 0 ? "created" : "last sign-in",
		    login_at == 0 ? created : login_at);
	if (login_at != 0)
		look_at_groups(d, name, store_integer(s, st, 0),
		    store_blob(s, st, 9), login_at);
}

static void
put_gone(struct drift *d, const char *what, const char *name,
    const char *connection, int64_t created)
{
	char	 detail[160];

	snprintf(detail, sizeof(detail), "%s of connection %s, which is not "
	    "configured any more", what, connection);
	put(d, "orphan", name, "", detail, "created", created);
}

static void
look_at_account(struct drift *d)
{
	struct store	*s = state.store;
	enum statement	 st = ST_drift_accounts;

	if (store_integer(s, st, 5) != 0)
		put(d, "orphan", store_text(s, st, 3), "",
		    "the account is no member: no role matches", "created",
		    store_integer(s, st, 4));
	if (store_integer(s, st, 6) != 0)
		put_gone(d, "a User", store_text(s, st, 3),
		    store_text(s, st, 7), store_integer(s, st, 4));
}

/* Invited to a basic organization, and not there yet. */
static void
look_at_invitation(struct drift *d)
{
	struct store	*s = state.store;
	enum statement	 st = ST_drift_invitations;
	const char	*name = store_text(s, st, 3);
	int64_t		 created = store_integer(s, st, 4);

	if (store_integer(s, st, 5) == 0)
		return;
	if (store_integer(s, st, 6) == 0)
		put(d, "orphan", name, "", "invited, but there is no account "
		    "of that name", "created", created);
	else if (created < d->unseen)
		put(d, "unseen", name, "", "invited, but never signed in",
		    "created", created);
}

static void
look_at_group_member(struct drift *d)
{
	struct store	*s = state.store;
	enum statement	 st = ST_drift_group_members;

	if (store_integer(s, st, 4) != 0)
		put(d, "orphan", "", store_text(s, st, 3),
		    "the group has a member that is gone", "", 0);
}

static void
look_at_identity(struct drift *d)
{
	struct store	*s = state.store;
	enum statement	 st = ST_drift_identities;

	if (store_integer(s, st, 6) != 0)
		put_gone(d, "an identity", store_text(s, st, 3),
		    store_text(s, st, 4), store_integer(s, st, 5));
}

static const struct {
	enum statement	 statement;
	void		(*look)(struct drift *);
} passes[] = {
	{ ST_drift_members, look_at_member },
	{ ST_drift_accounts, look_at_account },
	{ ST_drift_invitations, look_at_invitation },
	{ ST_drift_group_members, look_at_group_member },
	{ ST_drift_identities, look_at_identity }
};
#define PASSES	(sizeof(passes) / sizeof(passes[0]))

/* --- the page ------------------------------------------------------------ */

/* False: the page is full, or its time is over. */
static bool
run_pass(struct drift *d)
{
	struct store	*s = state.store;
	enum statement	 st = passes[d->pass].statement;
	enum step	 step;
	unsigned int	 rows = 0;
	int		 i;

	for (step = store_run(s, st, v_int(d->organization),
	    v_int(d->key[0]), v_int(d->key[1]), v_int(d->key[2]));
	    step == STEP_ROW; step = store_next(s, st)) {
		if (d->p.body.len > PAGE || (++rows % EACH == 0 &&
		    clock_ms() >= d->deadline))
			break;
		passes[d->pass].look(d);
		for (i = 0; i < 3; i++)
			d->key[i] = store_integer(s, st, i);
	}
	store_end(s, st);
	return step == STEP_DONE;
}

/* "pass a b c": behind what was looked at last. */
static void
resume(struct drift *d)
{
	char	 text[sizeof(d->p.after)], *p = text, *word;
	int	 i;

	strlcpy(text, d->p.q.after, sizeof(text));
	if ((word = strsep(&p, " ")) != NULL)
		d->pass = (unsigned int)page_number(word);
	for (i = 0; i < 3 && (word = strsep(&p, " ")) != NULL; i++)
		d->key[i] = page_number(word);
}

static void
run(struct drift *d)
{
	record_array(&d->p.body, "");
	while (d->pass < PASSES && run_pass(d)) {
		d->pass++;
		memset(d->key, 0, sizeof(d->key));
	}
	record_end(&d->p.body);
	if (d->pass < PASSES)
		snprintf(d->p.after, sizeof(d->p.after),
		    "%u %lld %lld %lld", d->pass, (long long)d->key[0],
		    (long long)d->key[1], (long long)d->key[2]);
}

enum verdict
show_drift(struct request *request, struct reader *r, struct writer *w)
{
	struct drift	 d;
	enum verdict	 v;
	int64_t		 days;

	(void)request;
	memset(&d, 0, sizeof(d));
	if ((v = page_begin(&d.p, r)) != VERDICT_ok ||
	    (v = page_organization(&d.p, &d.organization)) != VERDICT_ok)
		return page_end(&d.p, v, w);
	days = page_number(ctl_option(&d.p.q, "days"));
	if (days <= 0 || days > 36500)
		days = DAYS;
	d.unseen = store_now(state.store) - days * 86400;
	d.deadline = clock_ms() + LIMIT_SCIM_SLICE_MS;
	resume(&d);
	run(&d);
	return page_end(&d.p, v, w);
}
