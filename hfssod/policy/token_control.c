/*
 * Tokens, made and ended by hfssoctl.  In policy.  Must never keep what it
 * shows, nor make a token for what the configuration does not name.
 */
#include <sys/types.h>

#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/dryrun.h"
#include "hfssod/policy/state.h"
#include "hfssod/policy/token_control.h"

#define LIFETIME	(365 * 86400)
#define LIFETIME_LEAST	1
#define LIFETIME_MOST	(10LL * 365 * 86400)
#define OVERLAP		86400
#define OVERLAP_MOST	(90 * 86400)
#define NETWORKS	2048	/* octets of the list */
#define DRY_RUNS	8	/* at a time */
#define RATE_MOST	1000000

/* What a new row is made of, and what is shown of it once. */
struct fresh {
	struct organization	*organization;
	struct connection	*connection;
	const char		*by;
	char			 name[TOKEN_NAME + 1];
	enum token_profile	 profile;
	unsigned int		 rights;
	char			 networks[NETWORKS];
	int64_t			 lifetime;
	int64_t			 rate;
	bool			 dry;
	/* made */
	int64_t			 row;
	int64_t			 expires;
	char			 id[TOKEN_ID];
	char			 text[TOKEN_TEXT];
};

/* --- what is asked ------------------------------------------------------ */

/* A number among the options; false if it is out of its range. */
static bool
option_number(const struct ctl_question *q, const char *name, int64_t least,
    int64_t most, int64_t otherwise, int64_t *out)
{
	const char	*text = ctl_option(q, name), *error = NULL;

	*out = text[0] == '\0' ? otherwise :
	    strtonum(text, least, most, &error);
	return error == NULL;
}

static bool
option_networks(const struct ctl_question *q, char out[NETWORKS])
{
	const char	*text;
	size_t		 i;

	out[0] = '\0';
	for (i = 0; i < q->options.count; i++) {
		text = q->options.list[i];
		if (strncmp(text, "from=", 5) != 0)
			continue;
		if (out[0] != '\0')
			strlcat(out, ",", NETWORKS);
		if (text[5] == '\0' || strchr(text, ',') != NULL ||
		    strlcat(out, text + 5, NETWORKS) >= NETWORKS)
			return false;
	}
	return token_networks_valid(out);
}

/* The connection that is named, or the only one there is. */
static enum verdict
find_connection(struct fresh *f, const char *name)
{
	const struct policy_organization	*po = f->organization->settings;

	if (name[0] == '\0' && po->connection_count > 1)
		return VERDICT_ambiguous;
	f->connection = directory_connection(state.directory, f->organization,
	    name);
	if (f->connection == NULL || f->connection->settings == NULL)
		return VERDICT_no_connection_named;
	return f->connection->id == 0 ? VERDICT_unavailable : VERDICT_ok;
}

static enum verdict
find_organization(struct fresh *f, const struct ctl_question *q)
{
	f->organization = directory_organization(state.directory,
	    q->organization);
	if (f->organization == NULL || f->organization->settings == NULL)
		return VERDICT_no_organization_named;
	return f->organization->id == 0 ? VERDICT_unavailable : VERDICT_ok;
}

/* Why an option is no good, or NULL. */
static const char *
options(struct fresh *f, const struct ctl_question *q)
{
	const char	*text = ctl_option(q, "name");
	int64_t		 most;

	f->dry = ctl_option(q, "dry-run")[0] == '1';
	most = f->dry ? LIMIT_DRY_RUN_SECONDS : LIFETIME_MOST;
	if (strlen(text) > TOKEN_NAME || !utf8_plain(text, strlen(text)))
		return "the name is too long, or not plain text";
	strlcpy(f->name, text, sizeof(f->name));
	if (!option_number(q, "expires", LIFETIME_LEAST, most,
	    f->dry ? LIMIT_DRY_RUN_SECONDS : LIFETIME, &f->lifetime))
		return f->dry ? "a dry run takes 7 days at most" :
		    "expires is out of range";
	if (!option_number(q, "rate", 0, RATE_MOST, LIMIT_SCIM_RATE,
	    &f->rate))
		return "rate is out of range";
	text = ctl_option(q, "profile");
	if (text[0] != '\0' && !token_profile_parse(text, &f->profile))
		return "profiles are tolerant, strict, entra and okta";
	text = ctl_option(q, "rights");
	f->rights = RIGHT_DEFAULT;
	if (text[0] != '\0' && !token_rights_parse(text, &f->rights))
		return "rights are users, groups, read, delete, relink and "
		    "links";
	if (!option_networks(q, f->networks))
		return "a network is malformed, or there are too many";
	return NULL;
}

/* --- making one --------------------------------------------------------- */

static void
tell(const struct fresh *f, const char *type, const char *id,
    const char *before)
{
	struct audit_event	 e;
	char			 rights[64];

	memset(&e, 0, sizeof(e));
	e.organization = f->organization->name;
	e.account = e.name = "";
	e.by = f->by;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "token", id);
	if (before[0] != '\0')
		record_string(&state.audit.record, "replaces", before);
	if (f->connection != NULL) {
		token_rights_text(f->rights, rights);
		record_string(&state.audit.record, "connection",
		    f->connection->name);
		record_string(&state.audit.record, "token_name", f->name);
		record_string(&state.audit.record, "rights", rights);
		record_string(&state.audit.record, "from", f->networks);
		record_time(&state.audit.record, "expires", f->expires);
		record_boolean(&state.audit.record, "dry_run", f->dry);
	}
	audit_end(&state.audit, state.store, type);
}

/* Random octets, as text; the hash is all that is kept. */
static void
make_secret(struct fresh *f, uint8_t hash[TOKEN_HASH])
{
	SHA2_CTX	 ctx;
	uint8_t		 secret[TOKEN_SECRET], id[(TOKEN_ID - 1) / 2];
	char		*text;

	arc4random_buf(id, sizeof(id));
	hex_encode(id, sizeof(id), f->id);
	arc4random_buf(secret, sizeof(secret));
	text = base64url_encode(secret, sizeof(secret));
	strlcpy(f->text, TOKEN_PREFIX, sizeof(f->text));
	strlcat(f->text, text, sizeof(f->text));
	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)f->text, strlen(f->text));
	SHA256Final(hash, &ctx);
	freezero(text, strlen(text));
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(&ctx, sizeof(ctx));
}

/* Each is a whole store on the disk. */
static int64_t
dry_runs(int64_t now)
{
	struct store	*s = state.store;
	int64_t		 n = 0;

	if (store_run(s, ST_dry_runs_live, v_int(now)) == STEP_ROW) {
		n = store_integer(s, ST_dry_runs_live, 0);
		store_end(s, ST_dry_runs_live);
	}
	return n;
}

static enum verdict
make(struct fresh *f)
{
	struct store	*s = state.store;
	uint8_t		 hash[TOKEN_HASH];
	int64_t		 now = store_now(s), live = 0;

	if (store_run(s, ST_tokens_live, v_int(f->organization->id),
	    v_int(now)) == STEP_ROW) {
		live = store_integer(s, ST_tokens_live, 0);
		store_end(s, ST_tokens_live);
	}
	if (live >= LIMIT_TOKENS || (f->dry && dry_runs(now) >= DRY_RUNS))
		return VERDICT_too_many;
	make_secret(f, hash);
	f->expires = now + f->lifetime;
	store_run(s, ST_token_add, v_text(f->id), v_blob(hash, sizeof(hash)),
	    v_int(f->organization->id), v_int(f->connection->id),
	    v_text(f->name), v_int(f->profile), v_int(f->rights),
	    v_text(f->networks), v_text(f->text + TOKEN_TEXT - 5), v_int(now),
	    v_int(f->expires), v_int(f->dry), v_int(f->rate),
	    v_int(f->lifetime));
	f->row = store_last_row(s);
	return store_failed(s) ? VERDICT_unavailable : VERDICT_ok;
}

static void
put(const struct fresh *f, struct writer *w)
{
	bool	 basic = f->organization->settings->mode == MODE_BASIC;
	char	 url[LIMIT_URL];

	snprintf(url, sizeof(url), "%s/api/organizations/%s/%s/v2",
	    state.view->public_url, f->organization->name,
	    basic ? "scim-provisioning" : "scim");
	record_object(w, "");
	record_string(w, "token", f->text);
	record_string(w, "url", url);
	record_string(w, "id", f->id);
	record_string(w, "organization", f->organization->name);
	record_string(w, "connection", f->connection->name);
	record_time(w, "expires", f->expires);
	record_boolean(w, "dry_run", f->dry);
	record_end(w);
}

/* The answer of both; forgets the secret. */
static enum verdict
finish(struct fresh *f, struct ctl_question *q, struct writer *w,
    enum verdict v, const char *detail)
{
	struct writer	 body;

	wire_init(&body, LIMIT_MESSAGE);
	if (v == VERDICT_ok)
		put(f, &body);
	v = control_records(q, w, v, detail, &body);
	wire_free(&body);
	explicit_bzero(f->text, sizeof(f->text));
	return v;
}

enum verdict
token_create(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	struct fresh		 f;
	enum verdict		 v;
	const char		*why = "";

	(void)request;
	memset(&f, 0, sizeof(f));
	if (!control_question(r, &f.by, &q))
		return control_records(&q, w, VERDICT_bad_request, "", NULL);
	state_event("token create", "by %s organization %.64s name %.64s",
	    f.by, log_safe(q.organization), log_safe(ctl_option(&q, "name")));
	if ((v = find_organization(&f, &q)) == VERDICT_ok)
		v = find_connection(&f, ctl_option(&q, "connection"));
	if (v == VERDICT_ok && (why = options(&f, &q)) != NULL)
		v = VERDICT_bad_request;
	if (v == VERDICT_ok)
		v = make(&f);
	if (v == VERDICT_ok) {
		tell(&f, "hfsso.token_create", f.id, "");
		if (f.dry)
			effect_call(&state.effects, dryrun_begin, NULL,
			    (uint64_t)f.row);
		state_event_more(" token %s", f.id);
	}
	if (v == VERDICT_too_many)
		why = f.dry ? "there are 8 dry runs already" :
		    "the organization has too many tokens";
	return finish(&f, &q, w, v, v == VERDICT_bad_request ||
	    v == VERDICT_too_many ? why : "");
}

/* --- one that there is -------------------------------------------------- */

static void
stale(void *unused, uint64_t row)
{
	(void)unused;
	tokens_stale(&state.tokens, (int64_t)row);
}

struct old {
	int64_t		 row;
	int64_t		 connection;
	bool		 revoked;
	int64_t		 lifetime;
};

/* The token of the question, with what a new one takes from it. */
static enum verdict
find_token(struct fresh *f, const struct ctl_question *q, struct old *old)
{
	struct store	*s = state.store;
	enum statement	 st = ST_token_get;
	enum step	 step;
	enum verdict	 v;

	memset(old, 0, sizeof(*old));
	if ((v = find_organization(f, q)) != VERDICT_ok)
		return v;
	step = store_run(s, st, v_text(q->name), v_int(f->organization->id));
	if (step != STEP_ROW)
		return step == STEP_DONE ? VERDICT_no_token_named :
		    VERDICT_unavailable;
	old->row = store_integer(s, st, 0);
	old->connection = store_integer(s, st, 1);
	strlcpy(f->name, store_text(s, st, 2), sizeof(f->name));
	f->profile = (enum token_profile)store_integer(s, st, 3);
	f->rights = (unsigned int)store_integer(s, st, 4);
	strlcpy(f->networks, store_text(s, st, 5), sizeof(f->networks));
	old->revoked = store_integer(s, st, 6) != 0;
	f->dry = store_integer(s, st, 7) != 0;
	f->rate = store_integer(s, st, 8);
	old->lifetime = store_integer(s, st, 9);
	store_end(s, st);
	return VERDICT_ok;
}

static enum verdict
rotate(struct fresh *f, const struct ctl_question *q, const char **why)
{
	struct old	 old;
	int64_t		 overlap, now = store_now(state.store);
	enum verdict	 v;

	if ((v = find_token(f, q, &old)) != VERDICT_ok)
		return v;
	if (old.revoked) {
		*why = "it is revoked";
		return VERDICT_no_token_named;
	}
	if (f->dry || !option_number(q, "overlap", 0, OVERLAP_MOST, OVERLAP,
	    &overlap) || !option_number(q, "expires", LIFETIME_LEAST,
	    LIFETIME_MOST, old.lifetime, &f->lifetime)) {
		*why = f->dry ? "a dry run's token is not rotated" :
		    "overlap or expires is out of range";
		return VERDICT_bad_request;
	}
	f->connection = directory_connection_id(state.directory,
	    old.connection);
	if (f->connection == NULL || f->connection->settings == NULL)
		return VERDICT_no_connection_named;
	if ((v = make(f)) != VERDICT_ok)
		return v;
	store_run(state.store, ST_token_expires, v_int(old.row),
	    v_int(now + overlap));
	tell(f, "hfsso.token_rotate", f->id, q->name);
	effect_call(&state.effects, stale, NULL, (uint64_t)old.row);
	return VERDICT_ok;
}

enum verdict
token_rotate(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	struct fresh		 f;
	enum verdict		 v;
	const char		*why = "";

	(void)request;
	memset(&f, 0, sizeof(f));
	if (!control_question(r, &f.by, &q))
		return control_records(&q, w, VERDICT_bad_request, "", NULL);
	state_event("token rotate", "by %s organization %.64s token %.64s",
	    f.by, log_safe(q.organization), log_safe(q.name));
	v = rotate(&f, &q, &why);
	if (v == VERDICT_ok)
		state_event_more(" new %s", f.id);
	return finish(&f, &q, w, v, why);
}

enum verdict
token_revoke(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	struct fresh		 f;
	struct old		 old;
	enum verdict		 v;
	char			 detail[256] = "";

	(void)request;
	memset(&f, 0, sizeof(f));
	if (!control_question(r, &f.by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event("token revoke", "by %s organization %.64s token %.64s",
	    f.by, log_safe(q.organization), log_safe(q.name));
	v = find_token(&f, &q, &old);
	if (v == VERDICT_ok && old.revoked)
		v = VERDICT_already;
	if (v == VERDICT_ok) {
		store_run(state.store, ST_token_revoke, v_int(old.row),
		    v_int(store_now(state.store)));
		tell(&f, "hfsso.token_revoke", q.name, "");
		effect_call(&state.effects, stale, NULL, (uint64_t)old.row);
		if (f.dry)
			effect_call(&state.effects, dryrun_end, NULL,
			    (uint64_t)old.row);
		snprintf(detail, sizeof(detail), "token %.32s is revoked",
		    log_safe(q.name));
	}
	return control_answer(&q, w, v, detail);
}
