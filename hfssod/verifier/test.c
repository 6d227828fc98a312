/*
 * hfssoctl's questions, in verifier; parent passes them on.  Must never do
 * anything without saying in the log who asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/verifier/login.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/test.h"
#include "hfssod/verifier/verifier.h"

static void
answer(uint64_t id, enum verdict v, const char *detail)
{
	struct result result = { v, detail };
	struct writer w;

	wire_init(&w, LIMIT_MESSAGE);
	result_put(&w, &result);
	peer_send(NULL, MESSAGE_ctl_result, id, &w);
	wire_free(&w);
}

/*
 * Who asks, and for which connection.  A question comes unread from
 * hfssoctl: one that is malformed is refused and no more.
 */
static enum verdict
question(struct reader *r, const char *what, const struct connection **c)
{
	const struct config *config = verifier_config();
	struct ctl_question q;
	const char *by;

	*c = NULL;
	by = wire_get_string(r, CTL_BY);
	if (!ctl_question_get(r, &q)) {
		log_warnx("a question of %s is malformed", log_safe(by));
		return VERDICT_bad_request;
	}
	log_info("%s by %s: organization \"%.64s\" connection \"%.64s\"", what,
	    log_safe(by), log_safe(q.organization), log_safe(q.name));
	if (config == NULL)
		return VERDICT_unavailable;
	if (q.name[0] != '\0')
		*c = config_find(config, q.organization, q.name);
	return *c == NULL ? VERDICT_no_connection_named : VERDICT_ok;
}

/* The address, and until when it is good. */
static void
put_address(struct writer *w, const struct connection *c,
    const struct seal_keys *keys)
{
	struct seal_context context = login_context(c, "test");
	struct login_state state;
	char *token, *url;

	memset(&state, 0, sizeof(state));
	seal_new_id(state.id);
	state.time = clock_now();
	state.test = true;
	token = seal_close(keys, &context, &state);
	if (asprintf(&url, "%s?test=%s", c->login, token) == -1)
		fatal("asprintf");
	record_object(w, "");
	record_string(w, "url", url);
	record_time(w, "expires", state.time + LIMIT_TEST_SECONDS);
	record_end(w);
	freezero(token, strlen(token));
	freezero(url, strlen(url));
}

void
test_start(struct peer *peer, uint64_t id, struct reader *r)
{
	const struct seal_keys *keys = verifier_keys();
	struct result result = { VERDICT_ok, "" };
	const struct connection *c;
	struct writer w;

	(void)peer;
	result.verdict = question(r, "connection test", &c);
	if (c != NULL && keys == NULL)
		result.verdict = VERDICT_unavailable;
	wire_init(&w, LIMIT_MESSAGE);
	result_put(&w, &result);
	wire_put_string(&w, "");
	if (result.verdict == VERDICT_ok)
		put_address(&w, c, keys);
	else
		record_null(&w, "");
	peer_send(NULL, MESSAGE_ctl_records, id, &w);
	wire_free(&w);
}

static void
refreshed(void *arg, enum verdict v, const char *detail)
{
	uint64_t *id = arg;

	answer(*id, v, v == VERDICT_ok ? "every document was fetched" :
	    detail);
	free(id);
}

void
test_refresh(struct peer *peer, uint64_t id, struct reader *r)
{
	const struct connection *c;
	enum verdict v;
	uint64_t *waits;

	(void)peer;
	if ((v = question(r, "connection refresh", &c)) != VERDICT_ok) {
		answer(id, v, "");
		return;
	}
	if (c->source == NULL) {
		answer(id, VERDICT_bad_request, "its metadata is a file, which "
		    "a reload reads");
		return;
	}
	if ((waits = malloc(sizeof(*waits))) == NULL)
		fatal("malloc");
	*waits = id;
	source_refresh(c->source, refreshed, waits);
}
