/*
 * `hfssoctl member relink`: people get other subjects, at their connection
 * or at another one.  In policy.  Must never move a part of a list, nor
 * give one account the subject of another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/member_control.h"
#include "hfssod/policy/scim_user.h"
#include "hfssod/policy/state.h"

#define FAULTS	10		/* that are told */

/* Somebody, and what he is to be. */
struct move {
	const char	*old;		/* "" : he has no identity there */
	const char	*new;
	int64_t		 row;		/* account; 0: nobody was found */
	int64_t		 identity;	/* row; 0: he has none yet */
	int64_t		 invitation;	/* row; 0: the old invites nobody */
	bool		 links;		/* he is to have one */
	bool		 external;	/* externalId is the old subject */
	bool		 owned;		/* the connection sees him in SCIM */
	char		 account[ACCOUNT_ID + 1];
	char		 name[LIMIT_NAME + 1];
};

struct relink {
	struct organization	*organization;
	struct connection	*from;
	struct connection	*to;
	const char		*by;
	struct move		*moves;
	size_t			 count;
	int64_t			*rows;		/* accounts, sorted */
	int64_t			*invitations;	/* rows, sorted */
	bool			 one;		/* said by name */
	size_t			 faults;
	enum verdict		 verdict;	/* of the first fault */
	size_t			 sessions;
	int64_t			 groups;	/* that moved, too */
	char			 detail[1024];
};

static void
fault(struct relink *l, const struct move *m, enum verdict v,
    const char *text)
{
	size_t	 len = strlen(l->detail);

	if (l->faults++ == 0)
		l->verdict = v;
	if (l->faults <= FAULTS)
		snprintf(l->detail + len, sizeof(l->detail) - len,
		    "%s%.64s: %s", len == 0 ? "" : "; ",
		    log_safe(l->one ? m->new : m->old),
		    text);
}

/* --- looking ------------------------------------------------------------ */

/* Whom the statement is at; its columns are those of relink_identity. */
static void
take(struct move *m, enum statement st, int64_t connection)
{
	struct store	*s = state.store;

	m->identity = store_integer(s, st, 0);
	m->row = store_integer(s, st, 1);
	strlcpy(m->account, store_text(s, st, 2), sizeof(m->account));
	strlcpy(m->name, store_text(s, st, 3), sizeof(m->name));
	m->external = strcmp(store_text(s, st, 4), m->old) == 0;
	m->owned = store_integer(s, st, 5) == connection;
	m->links = m->identity != 0;
	store_end(s, st);
}

/* Who has that subject, by the statement: as identity, or as externalId. */
static enum step
holder(enum statement st, const struct connection *c, const char *subject,
    struct move *m)
{
	enum step	 step;

	step = store_run(state.store, st, v_int(c->id), v_text(subject));
	if (step == STEP_ROW)
		take(m, st, c->id);
	return step;
}

/* Which invitation is by that subject; 0: none. */
static enum step
invitation(const struct connection *c, const char *subject, int64_t *row)
{
	struct store	*s = state.store;
	enum step	 step;

	*row = 0;
	step = store_run(s, ST_relink_invited, v_int(c->id), v_text(subject));
	if (step == STEP_ROW) {
		*row = store_integer(s, ST_relink_invited, 0);
		store_end(s, ST_relink_invited);
	}
	return step;
}

static int
by_number(const void *a, const void *b)
{
	int64_t	 x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Whether that one, of rows, gives its old subject away with this list. */
static bool
moves_away(const struct relink *l, const int64_t *rows, int64_t row)
{
	return l->from == l->to && bsearch(&row, rows, l->count,
	    sizeof(row), by_number) != NULL;
}

static bool
look_old(struct relink *l)
{
	struct move	*m;
	enum step	 step;
	size_t		 i;

	l->rows = calloc(l->count, sizeof(*l->rows));
	l->invitations = calloc(l->count, sizeof(*l->invitations));
	if (l->rows == NULL || l->invitations == NULL)
		fatal("relink");
	for (i = 0; i < l->count; i++) {
		m = &l->moves[i];
		if (m->row == 0) {
			step = holder(ST_relink_identity, l->from, m->old, m);
			if (step == STEP_DONE)
				step = holder(ST_relink_external, l->from,
				    m->old, m);
			if (step == STEP_FAILED)
				return false;
			if (step == STEP_DONE)
				fault(l, m, VERDICT_no_identity_named,
				    "nobody has it");
		}
		if (m->old[0] != '\0' && invitation(l->from, m->old,
		    &m->invitation) == STEP_FAILED)
			return false;
		l->rows[i] = m->row;
		l->invitations[i] = m->invitation;
	}
	qsort(l->rows, l->count, sizeof(*l->rows), by_number);
	qsort(l->invitations, l->count, sizeof(*l->invitations), by_number);
	return true;
}

/* Whether somebody else has the new subject, who does not give it away. */
static enum step
taken(const struct relink *l, const struct move *m, enum statement st)
{
	struct move	 other;
	enum step	 step;

	memset(&other, 0, sizeof(other));
	other.old = m->new;
	step = holder(st, l->to, m->new, &other);
	return step == STEP_ROW && (other.row == m->row ||
	    moves_away(l, l->rows, other.row)) ? STEP_DONE : step;
}

/* Whether somebody is invited by it, and stays so. */
static enum step
invited(const struct relink *l, const struct move *m)
{
	enum step	 step;
	int64_t		 row;

	step = invitation(l->to, m->new, &row);
	return step == STEP_ROW && (row == m->invitation ||
	    moves_away(l, l->invitations, row)) ? STEP_DONE : step;
}

static bool
look_new(struct relink *l)
{
	const struct move	*m;
	enum step		 step;
	size_t			 i;

	for (i = 0; i < l->count; i++) {
		m = &l->moves[i];
		if (m->row == 0)
			continue;
		step = taken(l, m, ST_relink_identity);
		if (step == STEP_DONE)
			step = taken(l, m, ST_relink_external);
		if (step == STEP_DONE && m->invitation != 0)
			step = invited(l, m);
		if (step == STEP_FAILED)
			return false;
		if (step == STEP_ROW)
			fault(l, m, VERDICT_taken,
			    l->one ? "it is somebody else's" :
			    "the new subject is somebody else's");
	}
	return true;
}

/* --- moving ------------------------------------------------------------- */

/* Everybody lets go before anybody takes: subjects may change places. */
static void
let_go(const struct move *m)
{
	struct store	*s = state.store;

	if (m->identity != 0) {
		store_run(s, ST_check_remove, v_int(m->identity));
		store_run(s, ST_identity_remove, v_int(m->identity));
	}
	if (m->external && m->owned)
		store_run(s, ST_user_set_external, v_int(m->row),
		    v_text_or_null(""));
	if (m->invitation != 0)
		store_run(s, ST_relink_uninvite, v_int(m->invitation));
}

/* False where it is somebody else's, which was looked at. */
static bool
take_new(const struct relink *l, const struct move *m)
{
	struct store		*s = state.store;
	struct person_found	 p;
	int64_t			 now = store_now(s);
	bool			 external, whole = true;

	if (m->links)
		whole = store_run(s, ST_identity_add, v_int(l->to->id),
		    v_text(m->new), v_int(m->row), v_blob(NULL, 0),
		    v_int(now)) == STEP_DONE;
	/* At another provider the old externalId means nothing. */
	external = m->external || l->from != l->to;
	if (m->owned && external)
		whole &= store_run(s, ST_relink_account, v_int(m->row),
		    v_int(l->to->id), v_text(m->new),
		    v_int(m->links ? now : 0), v_int(now)) == STEP_DONE;
	if (m->invitation != 0)
		whole &= store_run(s, ST_relink_invitation,
		    v_int(m->invitation), v_int(l->to->id), v_text(m->new),
		    v_int(now)) == STEP_DONE;
	memset(&p, 0, sizeof(p));
	p.organization = l->organization;
	strlcpy(p.account, m->account, sizeof(p.account));
	strlcpy(p.name, m->name, sizeof(p.name));
	person_tell(&p, l->by, "hfsso.relink", "subject", m->new,
	    "connection", l->to->name);
	return whole;
}

/*
 * The last one has gone to another provider: groups and what they give go
 * along, or the new one could not name its own like them.
 */
static void
move_groups(struct relink *l)
{
	struct store	*s = state.store;
	int64_t		 left = 1;

	if (l->from == l->to)
		return;
	if (store_run(s, ST_relink_left, v_int(l->from->id)) == STEP_ROW) {
		left = store_integer(s, ST_relink_left, 0);
		l->groups = store_integer(s, ST_relink_left, 1);
		store_end(s, ST_relink_left);
	}
	if (left != 0)
		l->groups = 0;
	else
		store_run(s, ST_relink_groups, v_int(l->from->id),
		    v_int(l->to->id));
}

static enum verdict
move_all(struct relink *l)
{
	size_t	 i;
	bool	 whole = true;

	/* Revocations come before the first write. */
	for (i = 0; i < l->count; i++)
		l->sessions += member_stamps_end(l->moves[i].row,
		    l->organization);
	for (i = 0; i < l->count; i++)
		let_go(&l->moves[i]);
	for (i = 0; i < l->count; i++)
		whole &= take_new(l, &l->moves[i]);
	move_groups(l);
	/* All of it is taken back then. */
	return !whole || store_failed(state.store) ? VERDICT_unavailable :
	    VERDICT_ok;
}

/* --- the question ------------------------------------------------------- */

static bool
subject_valid(const char *text)
{
	return text[0] != '\0' && strlen(text) <= LIMIT_SUBJECT &&
	    utf8_plain(text, strlen(text));
}

/* "old=a", "new=b", in turn; false if they are not, or are malformed. */
static bool
read_pairs(struct relink *l, const struct ctl_question *q)
{
	const char	*text;
	struct move	*m;
	size_t		 i;
	bool		 half = false;

	l->moves = calloc(q->options.count / 2 + 1, sizeof(*l->moves));
	if (l->moves == NULL)
		fatal("relink");
	for (i = 0; i < q->options.count; i++) {
		text = q->options.list[i];
		if (strncmp(text, "old=", 4) != 0 &&
		    strncmp(text, "new=", 4) != 0)
			continue;
		if ((text[0] == 'n') != half || !subject_valid(text + 4))
			return false;
		m = &l->moves[l->count];
		if (half) {
			m->new = text + 4;
			l->count++;
		} else
			m->old = text + 4;
		half = !half;
	}
	return !half && l->count > 0;
}

static int
by_old(const void *a, const void *b)
{
	return strcmp((*(const struct move *const *)a)->old,
	    (*(const struct move *const *)b)->old);
}

static int
by_new(const void *a, const void *b)
{
	return strcmp((*(const struct move *const *)a)->new,
	    (*(const struct move *const *)b)->new);
}

/* No subject stands there twice, on either side. */
static void
look_twice(struct relink *l, int (*order)(const void *, const void *))
{
	struct move	**sorted;
	size_t		  i;

	if ((sorted = calloc(l->count, sizeof(struct move *))) == NULL)
		fatal("relink");
	for (i = 0; i < l->count; i++)
		sorted[i] = &l->moves[i];
	qsort(sorted, l->count, sizeof(struct move *), order);
	for (i = 1; i < l->count; i++)
		if (order(&sorted[i - 1], &sorted[i]) == 0)
			fault(l, sorted[i], VERDICT_bad_request,
			    "a subject is there twice");
	free(sorted);
}

/* One person by name: what he has there, if anything. */
static enum verdict
read_one(struct relink *l, const struct ctl_question *q)
{
	struct store		*s = state.store;
	enum statement		 st = ST_relink_person;
	struct person_found	 p;
	struct move		*m;
	enum verdict		 v;
	static char		 old[LIMIT_SUBJECT + 1];

	if (!subject_valid(q->value))
		return VERDICT_bad_request;
	if ((v = person_find(q, &p)) != VERDICT_ok)
		return v;
	if (l->from == NULL && p.connection == NULL)
		return VERDICT_ambiguous;
	if (l->from == NULL)
		l->from = p.connection;
	if (l->to == NULL)
		l->to = l->from;
	if ((l->moves = calloc(1, sizeof(*l->moves))) == NULL)
		fatal("relink");
	l->count = 1;
	l->one = true;
	m = l->moves;
	m->new = q->value;
	old[0] = '\0';
	m->old = old;
	if (store_run(s, st, v_int(p.row), v_int(l->from->id)) != STEP_ROW)
		return store_failed(s) ? VERDICT_unavailable :
		    VERDICT_no_member_named;
	strlcpy(old, store_text(s, st, 6), sizeof(old));
	take(m, st, l->from->id);
	/* He has it from now on, whether he signed in before or not. */
	m->links = true;
	m->external = m->external || old[0] == '\0';
	return strcmp(old, m->new) == 0 ? VERDICT_already : VERDICT_ok;
}

static enum verdict
prepare(struct relink *l, const struct ctl_question *q)
{
	struct organization	*o;
	enum verdict		 v;
	const char		*to = ctl_option(q, "to");

	o = directory_organization(state.directory, q->organization);
	if (o == NULL || o->id == 0)
		return VERDICT_no_organization_named;
	l->organization = o;
	v = person_connection(o, ctl_option(q, "connection"), &l->from);
	/* One person is looked for where he is. */
	if (v == VERDICT_ambiguous && q->name[0] != '\0')
		v = VERDICT_ok;
	l->to = l->from;
	if (v == VERDICT_ok && to[0] != '\0')
		v = person_connection(o, to, &l->to);
	if (v != VERDICT_ok)
		return v;
	if (q->name[0] != '\0')
		return read_one(l, q);
	if (!read_pairs(l, q))
		return VERDICT_bad_request;
	look_twice(l, by_old);
	look_twice(l, by_new);
	return VERDICT_ok;
}

static enum verdict
relink(struct relink *l, const struct ctl_question *q)
{
	enum verdict	 v;

	if ((v = prepare(l, q)) != VERDICT_ok)
		return v;
	if (!look_old(l) || !look_new(l))
		return VERDICT_unavailable;
	if (l->faults > FAULTS)
		snprintf(l->detail + strlen(l->detail), sizeof(l->detail) -
		    strlen(l->detail), "; and %zu more",
		    l->faults - FAULTS);
	if (l->faults > 0)
		return l->verdict;
	return ctl_option(q, "check")[0] == '1' ? VERDICT_ok : move_all(l);
}

static void
put(const struct relink *l, bool check, struct writer *w)
{
	record_object(w, "");
	record_string(w, "organization", l->organization->name);
	record_string(w, "connection", l->from->name);
	record_string(w, "to", l->to->name);
	record_boolean(w, "checked_only", check);
	record_integer(w, "pairs", (int64_t)l->count);
	record_integer(w, "sessions_ended", (int64_t)l->sessions);
	record_integer(w, "groups_moved", l->groups);
	record_end(w);
}

enum verdict
member_relink(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	struct relink		 l;
	struct writer		 body;
	enum verdict		 v;

	(void)request;
	memset(&l, 0, sizeof(l));
	if (!control_question(r, &l.by, &q))
		return control_records(&q, w, VERDICT_bad_request, "", NULL);
	state_event("member relink", "by %s organization %.64s name %.64s",
	    l.by, log_safe(q.organization), log_safe(q.name));
	v = relink(&l, &q);
	state_event_more(" pairs %zu", l.count);
	wire_init(&body, LIMIT_MESSAGE);
	if (v == VERDICT_ok)
		put(&l, ctl_option(&q, "check")[0] == '1', &body);
	v = control_records(&q, w, v, l.detail, &body);
	wire_free(&body);
	free(l.moves);
	free(l.rows);
	free(l.invitations);
	return v;
}
