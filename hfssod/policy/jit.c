/*
 * Accounts made at login, just in time.  In policy.  Must never take an
 * e-mail address for an identity, nor bring back who has ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/jit.h"
#include "hfssod/policy/state.h"

#define NAME_ID_MOST	(5 * (LIMIT_SUBJECT + 8))

void
jit_name_id(const struct name_id *n, struct writer *w)
{
	wire_init(w, NAME_ID_MOST);
	name_id_put(w, n);
}

/* FNV-1a: only to see whether a NameID changed. */
static uint64_t
mix(const uint8_t *p, size_t len)
{
	uint64_t	 h = 14695981039346656037u;

	while (len-- > 0)
		h = (h ^ *p++) * 1099511628211u;
	return h;
}

static void
column(char *to, size_t size, int n)
{
	strlcpy(to, store_text(state.store, ST_identity_account, n), size);
}

bool
jit_find(struct found *f, const struct connection *c,
    const struct identity *id)
{
	struct store	*s = state.store;
	struct bytes	 b;
	enum step	 step;

	memset(f, 0, sizeof(*f));
	step = store_run(s, ST_identity_account, v_int(c->id),
	    v_text(id->subject));
	if (step != STEP_ROW)
		return step == STEP_DONE;
	f->known = true;
	f->row = store_integer(s, ST_identity_account, 0);
	column(f->account, sizeof(f->account), 1);
	f->state = (enum account_state)store_integer(s, ST_identity_account, 2);
	column(f->name, sizeof(f->name), 3);
	column(f->email, sizeof(f->email), 4);
	column(f->display_name, sizeof(f->display_name), 5);
	column(f->given, sizeof(f->given), 6);
	column(f->family, sizeof(f->family), 7);
	column(f->username, sizeof(f->username), 8);
	f->identity = store_integer(s, ST_identity_account, 9);
	b = store_blob(s, ST_identity_account, 10);
	f->name_id = mix(b.data, b.len);
	f->own = store_integer(s, ST_identity_account, 11) != 0;
	store_end(s, ST_identity_account);
	return true;
}

/* Whether an account of the organization has this identifier: its state. */
static enum step
taken(enum statement st, int64_t owner, const char *value, int64_t *row,
    enum account_state *is)
{
	struct store	*s = state.store;
	enum step	 step;

	if (value[0] == '\0')
		return STEP_DONE;
	step = store_run(s, st, v_int(owner), v_text(value));
	if (step == STEP_ROW) {
		*row = store_integer(s, st, 0);
		*is = (enum account_state)store_integer(s, st, 1);
		store_end(s, st);
	}
	return step;
}

enum verdict
jit_allowed(const struct connection *c, const struct identity *id,
    const char **what)
{
	static const struct {
		enum statement	 st;
		const char	*what;
	} keys[] = {
		{ ST_account_external, "externalId" },
		{ ST_account_username_ever, "userName" },
		{ ST_account_email, "e-mail" }
	};
	enum account_state	 is = ACCOUNT_ACTIVE;
	enum verdict		 v = VERDICT_ok;
	enum step		 step;
	const char		*value[3];
	char			*username, *email;
	int64_t			 row;
	size_t			 i;

	if (c->organization->settings->mode == MODE_BASIC)
		return VERDICT_account_unknown;
	value[0] = id->subject;
	value[1] = username = fold_text(id->username);
	value[2] = email = fold_text(id->email);
	for (i = 0; i < 3; i++) {
		step = taken(keys[i].st, c->organization->id, value[i], &row,
		    &is);
		if (step == STEP_DONE)
			continue;
		*what = keys[i].what;
		v = step != STEP_ROW ? VERDICT_unavailable :
		    is == ACCOUNT_ACTIVE ? VERDICT_account_conflict :
		    VERDICT_account_ended;
		/* An ended account counts more than a mere conflict. */
		if (v != VERDICT_account_conflict)
			break;
	}
	free(username);
	free(email);
	if (v == VERDICT_ok && !c->settings->jit)
		v = VERDICT_account_unknown;
	return v;
}

enum verdict
jit_name_allowed(const char *name, int64_t row, const char **why)
{
	char		*folded = fold_text(name);
	enum verdict	 v = VERDICT_ok;
	enum step	 step;

	if (!name_legal(name)) {
		*why = "a name has 2 to 42 letters, digits and single dashes "
		    "within, is no number and no account id";
		v = VERDICT_bad_request;
	} else if (name_reserved(name, &state.view->reserved) ||
	    directory_has_name(state.directory, folded)) {
		*why = "the name is reserved";
		v = VERDICT_taken;
	} else {
		step = store_run(state.store, ST_name_used, v_text(folded));
		if (step == STEP_ROW &&
		    store_integer(state.store, ST_name_used, 0) != row) {
			*why = "the name is or was somebody else's";
			v = VERDICT_taken;
		} else if (step == STEP_FAILED)
			v = VERDICT_unavailable;
		store_end(state.store, ST_name_used);
	}
	free(folded);
	return v;
}

/* Whether nobody has or had the name, and anybody may. */
static bool
name_free(const char *name, bool *failed)
{
	const char	*why;
	enum verdict	 v = jit_name_allowed(name, 0, &why);

	*failed = v == VERDICT_unavailable;
	return v == VERDICT_ok;
}

/* The rules of design section 7; false if the store failed. */
static bool
choose_name(struct found *f, const struct identity *id)
{
	struct name_wish	 wish;
	struct name_proposal	 p;
	unsigned int		 try;
	bool			 failed = false;

	wish.username = id->username;
	wish.email = id->email;
	wish.display_name = f->display_name;
	name_propose(&wish, &p);
	strlcpy(f->name, p.name, sizeof(f->name));
	if (p.exact && name_free(f->name, &failed))
		return true;
	for (try = 0; !failed && name_suffix(p.name, f->account, try, f->name);
	    try++)
		if (name_free(f->name, &failed))
			return true;
	return false;
}

void
jit_display_name(const struct identity *id, char out[LIMIT_DISPLAY_NAME + 1])
{
	if (id->name[0] != '\0')
		strlcpy(out, id->name, LIMIT_DISPLAY_NAME + 1);
	else
		snprintf(out, LIMIT_DISPLAY_NAME + 1, "%s%s%s", id->given,
		    id->given[0] != '\0' && id->family[0] != '\0' ? " " : "",
		    id->family);
}

static bool
insert(struct found *f, const struct connection *c,
    const struct identity *id, int64_t now)
{
	struct store	*s = state.store;
	struct writer	 w;
	char		*folded, *email, *username, *display;
	bool		 ok;

	folded = fold_text(f->name);
	email = fold_text(id->email);
	username = fold_text(id->username);
	display = fold_text(f->display_name);
	ok = store_run(s, ST_account_add, v_text(f->account), v_text(f->name),
	    v_text(folded), v_int(c->organization->id), v_text(id->email),
	    v_text_or_null(email), v_text(f->display_name), v_text(id->given),
	    v_text(id->family), v_text(id->username), v_text_or_null(username),
	    v_text(id->subject), v_int(now), v_int(c->id),
	    v_text(display)) == STEP_DONE;
	f->row = store_last_row(s);
	jit_name_id(&id->name_id, &w);
	ok = ok && store_run(s, ST_identity_add, v_int(c->id),
	    v_text(id->subject), v_int(f->row), v_blob(w.data, w.len),
	    v_int(now)) == STEP_DONE;
	f->identity = store_last_row(s);
	wire_free(&w);
	free(folded);
	free(email);
	free(username);
	free(display);
	return ok;
}

void
jit_id(char out[ACCOUNT_ID + 1])
{
	uint8_t	 octets[ACCOUNT_ID / 2];
	int64_t	 now = store_now(state.store);

	arc4random_buf(octets, sizeof(octets));
	octets[0] = (uint8_t)(now >> 24);
	octets[1] = (uint8_t)(now >> 16);
	octets[2] = (uint8_t)(now >> 8);
	octets[3] = (uint8_t)now;
	hex_encode(octets, sizeof(octets), out);
}

bool
jit_propose(struct found *f, const struct identity *id)
{
	memset(f, 0, sizeof(*f));
	jit_id(f->account);
	f->state = ACCOUNT_ACTIVE;
	jit_display_name(id, f->display_name);
	return choose_name(f, id);
}

bool
jit_make(struct found *f, const struct connection *c,
    const struct identity *id, const struct request *request)
{
	struct audit_event	 e;

	if (!jit_propose(f, id) || !insert(f, c, id, store_now(state.store)))
		return false;
	memset(&e, 0, sizeof(e));
	e.organization = c->organization->name;
	e.account = f->account;
	e.name = f->name;
	e.by = "login";
	e.request = request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "connection", c->name);
	record_string(&state.audit.record, "subject", id->subject);
	audit_end(&state.audit, state.store, "hfsso.account_create");
	return !store_failed(state.store);
}

/* The userName follows the provider unless another account has it. */
static bool
refresh_username(const struct found *f, const struct connection *c,
    const char *username)
{
	enum account_state	 is;
	enum step		 step;
	int64_t			 row = 0;
	char			*folded = fold_text(username);
	bool			 ok = true;

	step = taken(ST_account_username, c->organization->id, folded, &row,
	    &is);
	if (step == STEP_DONE || (step == STEP_ROW && row == f->row))
		ok = store_run(state.store, ST_account_set_username,
		    v_int(f->row), v_text(username), v_text(folded),
		    v_int(store_now(state.store))) == STEP_DONE;
	free(folded);
	return ok && step != STEP_FAILED;
}

/* What the provider says, or what is known where it says nothing. */
static const char *
said(const char *now, const char *before)
{
	return now[0] != '\0' ? now : before;
}

static void
refresh_profile(const struct found *f, const struct identity *id)
{
	const char	*email, *given, *family;
	char		 name[LIMIT_DISPLAY_NAME + 1];
	char		*folded, *display;

	jit_display_name(id, name);
	if (name[0] == '\0')
		strlcpy(name, f->display_name, sizeof(name));
	email = said(id->email, f->email);
	given = said(id->given, f->given);
	family = said(id->family, f->family);
	if (strcmp(f->email, email) == 0 &&
	    strcmp(f->display_name, name) == 0 &&
	    strcmp(f->given, given) == 0 && strcmp(f->family, family) == 0)
		return;
	folded = fold_text(email);
	display = fold_text(name);
	store_run(state.store, ST_account_profile, v_int(f->row),
	    v_text(email), v_text_or_null(folded), v_text(name),
	    v_text(given), v_text(family), v_text(display),
	    v_int(store_now(state.store)));
	free(folded);
	free(display);
}

bool
jit_refresh(struct found *f, const struct connection *c,
    const struct identity *id)
{
	struct store	*s = state.store;
	struct writer	 w;

	if (!f->own) {
		refresh_profile(f, id);
		if (id->username[0] != '\0' &&
		    strcmp(f->username, id->username) != 0)
			refresh_username(f, c, id->username);
	}
	jit_name_id(&id->name_id, &w);
	if (mix(w.data, w.len) != f->name_id)
		store_run(s, ST_identity_name_id, v_int(f->identity),
		    v_blob(w.data, w.len));
	wire_free(&w);
	return !store_failed(s);
}

int64_t
jit_check_since(const struct connection *c, int64_t now)
{
	int64_t	 every = c->settings == NULL ? 0 : c->settings->check_every;

	return now - arc4random_uniform((uint32_t)(every / 10) + 1);
}

void
jit_check_keep(const struct connection *c, int64_t identity,
    struct bytes token)
{
	if (token.len == 0 || c->settings->check_every <= 0)
		return;
	store_run(state.store, ST_check_keep, v_int(identity), v_int(c->id),
	    v_blob(token.data, token.len),
	    v_int(jit_check_since(c, store_now(state.store))));
}
