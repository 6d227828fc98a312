/*
 * Bearer tokens: whose a request is.  In policy and reader.  Must never
 * keep or log a token's octets, nor say to a client why it is refused.
 */
#include <sys/types.h>

#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/token.h"

#define NETWORKS_MOST	64
#define NETWORK_TEXT	64
#define USED_SECONDS	60	/* between writes of last uses */
#define KEPT_SECONDS	(365 * 86400)	/* rows of those that have ended */
#define LINES_MOST	20	/* of refusals, in a minute */
#define BURST_MS	2000	/* so much of its rate at once */

/* --- names -------------------------------------------------------------- */

static const char *const	 profiles[PROFILE_MAX] = {
	"tolerant", "strict", "entra", "okta"
};

static const struct {
	unsigned int	 right;
	const char	*name;
} rights[] = {
	{ RIGHT_USERS,	"users" },
	{ RIGHT_GROUPS,	"groups" },
	{ RIGHT_READ,	"read" },
	{ RIGHT_DELETE,	"delete" },
	{ RIGHT_RELINK,	"relink" },
	{ RIGHT_LINKS,	"links" }
};
#define RIGHTS	(sizeof(rights) / sizeof(rights[0]))

const char *
token_profile_name(enum token_profile p)
{
	return (unsigned int)p < PROFILE_MAX ? profiles[p] : "";
}

bool
token_profile_parse(const char *name, enum token_profile *p)
{
	size_t	 i;

	for (i = 0; i < PROFILE_MAX; i++)
		if (strcmp(profiles[i], name) == 0) {
			*p = (enum token_profile)i;
			return true;
		}
	return false;
}

/* The next of a list with commas; its length, or 0 at the end. */
static size_t
element(const char **at, const char **begin)
{
	size_t	 len = strcspn(*at, ",");

	*begin = *at;
	*at += len;
	if (**at == ',')
		(*at)++;
	return len;
}

bool
token_rights_parse(const char *list, unsigned int *out)
{
	const char	*begin;
	size_t		 i, len;

	*out = 0;
	while (list[0] != '\0') {
		len = element(&list, &begin);
		for (i = 0; i < RIGHTS; i++)
			if (strlen(rights[i].name) == len &&
			    memcmp(rights[i].name, begin, len) == 0)
				break;
		if (i == RIGHTS)
			return false;
		*out |= rights[i].right;
	}
	return *out != 0;
}

void
token_rights_text(unsigned int set, char text[64])
{
	size_t	 i;

	text[0] = '\0';
	for (i = 0; i < RIGHTS; i++) {
		if ((set & rights[i].right) == 0)
			continue;
		if (text[0] != '\0')
			strlcat(text, ",", 64);
		strlcat(text, rights[i].name, 64);
	}
}

static bool
next_network(const char **list, struct network *n)
{
	char		 text[NETWORK_TEXT];
	const char	*begin;
	size_t		 len = element(list, &begin);

	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, begin, len);
	text[len] = '\0';
	return network_parse(text, n);
}

bool
token_networks_valid(const char *list)
{
	struct network	 n;
	size_t		 count = 0;

	while (list[0] != '\0')
		if (!next_network(&list, &n) || ++count > NETWORKS_MOST)
			return false;
	return true;
}

bool
token_networks_have(const char *list, const struct address *a)
{
	struct network	 n;

	if (list[0] == '\0')
		return true;
	while (list[0] != '\0') {
		if (!next_network(&list, &n))
			return false;
		if (network_has(&n, a))
			return true;
	}
	return false;
}

/* --- octets ------------------------------------------------------------- */

static bool
is_token(const uint8_t *p, size_t len)
{
	static const char	 letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t			 i, prefix = sizeof(TOKEN_PREFIX) - 1;

	if (len != TOKEN_TEXT - 1 || memcmp(p, TOKEN_PREFIX, prefix) != 0)
		return false;
	for (i = prefix; i < len; i++)
		if (p[i] == '\0' || strchr(letters, p[i]) == NULL)
			return false;
	return true;
}

bool
token_hash(struct bytes secret, uint8_t hash[TOKEN_HASH])
{
	SHA2_CTX	 ctx;
	uint8_t		*decoded = NULL;
	size_t		 len = 0;
	bool		 ok;

	if (secret.len == 0 || secret.len > LIMIT_BEARER)
		return false;
	if ((ok = is_token(secret.data, secret.len))) {
		SHA256Init(&ctx);
		SHA256Update(&ctx, secret.data, secret.len);
		SHA256Final(hash, &ctx);
		explicit_bzero(&ctx, sizeof(ctx));
		return true;
	}
	decoded = base64_decode((const char *)secret.data, secret.len, &len);
	if (decoded == NULL)
		decoded = base64url_decode((const char *)secret.data,
		    secret.len, &len);
	if (decoded != NULL && (ok = is_token(decoded, len))) {
		SHA256Init(&ctx);
		SHA256Update(&ctx, decoded, len);
		SHA256Final(hash, &ctx);
		explicit_bzero(&ctx, sizeof(ctx));
	}
	if (decoded != NULL)
		freezero(decoded, len);
	return ok;
}

/* --- looking up --------------------------------------------------------- */

/* A token as it is kept while it is in use. */
struct known {
	uint8_t		 hash[TOKEN_HASH];	/* the key of the table */
	struct token	 token;
	char		*networks;
	char		 where[2 * LIMIT_NAME + 2]; /* see tokens_find */
	bool		 gone;		/* revoked, or its connection is */
	bool		 revoked;
	bool		 stale;
	uint32_t	 rate;		/* requests in a second; 0: any */
	int64_t		 room;		/* thousandths of requests */
	int64_t		 at_ms;		/* as of then */
	int64_t		 used;
	int64_t		 written;	/* of that, what the store has */
	struct address	 from;
	int64_t		 told;		/* the last line about it */
};

/* Whether a line of a refusal may be written: so many in a minute. */
static bool
may_tell(int64_t now)
{
	static int64_t	 minute;
	static unsigned int count, more;

	if (now / 60 != minute) {
		if (more > 0)
			log_warnx("token: %u more refusals were not told",
			    more);
		minute = now / 60;
		count = more = 0;
	}
	if (count < LINES_MOST) {
		count++;
		return true;
	}
	more++;
	return false;
}

static void
tell(const struct request *request, const struct known *k, int64_t now,
    enum verdict v)
{
	const char	*from = address_text(&request->client);
	char		 when[CLOCK_TEXT];

	if (!may_tell(now))
		return;
	if (k == NULL || k->token.id[0] == '\0') {
		log_warnx("token unknown: from %s, request %s", from,
		    log_id(request->id));
		return;
	}
	clock_format(k->token.expires, when);
	log_warnx("token %s (%s) of %s %s%s: from %s, request %s",
	    k->token.id, log_safe(k->token.name), log_safe(k->where),
	    v == VERDICT_token_expired ? "expired on " :
	    v == VERDICT_token_elsewhere ? "may not be used from there" :
	    v == VERDICT_too_many ? "asks too often" :
	    k->revoked ? "is revoked" : "is of a connection that is not "
	    "configured any more",
	    v == VERDICT_token_expired ? when : "", from, log_id(request->id));
}

/* Fill from the row; what is only in memory stays. */
static void
fill(struct known *k, struct store *s)
{
	enum statement	 st = ST_token_hash;

	k->token.row = store_integer(s, st, 0);
	strlcpy(k->token.id, store_text(s, st, 1), sizeof(k->token.id));
	strlcpy(k->token.name, store_text(s, st, 2), sizeof(k->token.name));
	k->token.organization = store_integer(s, st, 3);
	k->token.connection = store_integer(s, st, 4);
	k->token.profile = (enum token_profile)store_integer(s, st, 5);
	k->token.rights = (unsigned int)store_integer(s, st, 6);
	free(k->networks);
	if ((k->networks = strdup(store_text(s, st, 7))) == NULL)
		fatal("token");
	k->token.expires = store_integer(s, st, 8);
	k->revoked = store_integer(s, st, 9) != 0;
	k->gone = k->revoked || store_integer(s, st, 12) == 0;
	k->token.dry = store_integer(s, st, 10) != 0;
	k->rate = (uint32_t)store_integer(s, st, 11);
	snprintf(k->where, sizeof(k->where), "%s/%s", store_text(s, st, 13),
	    store_text(s, st, 14));
	if (k->written == 0)
		k->written = store_integer(s, st, 15);
	k->stale = false;
}

/* ok, token_unknown if there is no such row, or unavailable. */
static enum verdict
load(struct known *k, struct store *s)
{
	enum step	 step;

	step = store_run(s, ST_token_hash, v_blob(k->hash, TOKEN_HASH));
	if (step == STEP_ROW) {
		fill(k, s);
		store_end(s, ST_token_hash);
	}
	return step == STEP_ROW ? VERDICT_ok : step == STEP_DONE ?
	    VERDICT_token_unknown : VERDICT_unavailable;
}

static enum verdict
judge(const struct known *k, const struct request *request, int64_t now)
{
	if (k->gone)
		return VERDICT_token_unknown;
	if (k->token.expires <= now)
		return VERDICT_token_expired;
	if (!token_networks_have(k->networks, &request->client))
		return VERDICT_token_elsewhere;
	return VERDICT_ok;
}

/* The hash of what is shown; ok, token_missing or token_unknown. */
static enum verdict
shown(const struct request *request, uint8_t hash[TOKEN_HASH])
{
	if (request->credential != CREDENTIAL_BEARER ||
	    request->secret.len == 0)
		return VERDICT_token_missing;
	return token_hash(request->secret, hash) ? VERDICT_ok :
	    VERDICT_token_unknown;
}

enum verdict
token_find(struct store *s, const struct request *request, int64_t now,
    struct token *token)
{
	struct known	 k;
	enum verdict	 v;

	memset(&k, 0, sizeof(k));
	memset(token, 0, sizeof(*token));
	if ((v = shown(request, k.hash)) == VERDICT_ok)
		v = load(&k, s);
	if (v == VERDICT_ok && (v = judge(&k, request, now)) == VERDICT_ok)
		*token = k.token;
	else if (v != VERDICT_token_missing && v != VERDICT_unavailable)
		tell(request, &k, now, v);
	free(k.networks);
	return v;
}

/* --- in use ------------------------------------------------------------- */

void
tokens_init(struct tokens *t)
{
	memset(t, 0, sizeof(*t));
	table_init(&t->table, TOKEN_HASH);
}

void
tokens_free(struct tokens *t)
{
	struct known	*k;
	size_t		 i;

	for (i = 0; i < t->table.size; i++) {
		if ((k = t->table.slots[i]) == NULL)
			continue;
		free(k->networks);
		free(k);
	}
	table_free(&t->table);
}

void
tokens_stale(struct tokens *t, int64_t row)
{
	struct known	*k;
	size_t		 i;

	for (i = 0; i < t->table.size; i++) {
		k = t->table.slots[i];
		if (k != NULL && (row == 0 || k->token.row == row))
			k->stale = true;
	}
}

/* A bucket that fills with time: a burst, then the rate. */
static bool
within_rate(struct known *k)
{
	int64_t	 now = clock_ms();

	if (k->rate == 0)
		return true;
	if (k->at_ms == 0)
		k->room = (int64_t)k->rate * BURST_MS;
	else if (now > k->at_ms)
		k->room += (now - k->at_ms) * k->rate;
	k->at_ms = now;
	if (k->room > (int64_t)k->rate * BURST_MS)
		k->room = (int64_t)k->rate * BURST_MS;
	if (k->room < 1000)
		return false;
	k->room -= 1000;
	return true;
}

/* From memory, else from the store, which is kept from now on. */
static enum verdict
get(struct tokens *t, struct store *s, const uint8_t hash[TOKEN_HASH],
    struct known **out)
{
	struct known	*k = table_find(&t->table, hash);
	enum verdict	 v;

	*out = k;
	if (k != NULL && !k->stale)
		return VERDICT_ok;
	if (k != NULL)
		return load(k, s);
	if ((k = calloc(1, sizeof(*k))) == NULL)
		fatal("token");
	memcpy(k->hash, hash, TOKEN_HASH);
	if ((v = load(k, s)) != VERDICT_ok) {
		free(k);
		return v;
	}
	table_add(&t->table, k);
	*out = k;
	return VERDICT_ok;
}

enum verdict
tokens_find(struct tokens *t, struct store *s, const struct request *request,
    const struct token **token)
{
	struct known	*k = NULL;
	uint8_t		 hash[TOKEN_HASH];
	int64_t		 now = store_now(s);
	enum verdict	 v;

	if ((v = shown(request, hash)) == VERDICT_ok)
		v = get(t, s, hash, &k);
	t->where = k == NULL ? "" : k->where;
	if (v == VERDICT_ok)
		v = judge(k, request, now);
	if (v == VERDICT_ok && !within_rate(k))
		v = VERDICT_too_many;
	if (v == VERDICT_ok) {
		*token = &k->token;
		k->used = now;
		k->from = request->client;
		t->any = true;
		/* That it works at all is seen at once. */
		if (k->written == 0)
			t->write_next = now;
		return v;
	}
	if (v == VERDICT_token_missing || v == VERDICT_unavailable)
		return v;
	if (k == NULL || now >= k->told + USED_SECONDS) {
		tell(request, k, now, v);
		if (k != NULL)
			k->told = now;
	}
	return v;
}

bool
tokens_due(const struct tokens *t, int64_t now, bool all)
{
	return t->any && (all || now >= t->write_next);
}

void
tokens_write(struct tokens *t, struct store *s)
{
	struct known	*k;
	size_t		 i;

	for (i = 0; i < t->table.size; i++) {
		k = t->table.slots[i];
		if (k != NULL && k->used > k->written)
			store_run(s, ST_token_used, v_int(k->token.row),
			    v_int(k->used), v_text(address_text(&k->from)));
	}
	store_run(s, ST_tokens_old, v_int(store_now(s) - KEPT_SECONDS));
}

void
tokens_written(struct tokens *t, int64_t now)
{
	struct known	*k;
	size_t		 i;

	for (i = 0; i < t->table.size; i++)
		if ((k = t->table.slots[i]) != NULL)
			k->written = k->used;
	t->any = false;
	t->write_next = now + USED_SECONDS;
}
