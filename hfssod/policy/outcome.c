/*
 * What all outcomes have in common.  In policy.  Must never trust a
 * verifier for an organization of another group, nor let a message count
 * twice.
 */
#include <stdio.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/outcome.h"
#include "hfssod/policy/state.h"

enum verdict
outcome_place(const char *organization, const char *connection,
    struct connection **found, const char **why)
{
	struct organization	*org;
	struct connection	*c;

	*found = NULL;
	org = directory_organization(state.directory, organization);
	if (org == NULL || org->settings == NULL)
		return VERDICT_unknown_organization;
	if (strcmp(org->settings->verifier_group, state.group) != 0)
		return VERDICT_wrong_group;
	c = directory_connection(state.directory, org, connection);
	if (c == NULL || c->settings == NULL)
		return VERDICT_unknown_organization;
	if (org->id == 0 || c->id == 0) {
		*why = "the configuration is not in the store yet";
		return VERDICT_unavailable;
	}
	*found = c;
	return VERDICT_ok;
}

struct connection *
outcome_connection(const char *what, const char *organization,
    const char *connection)
{
	struct connection	*c;
	const char		*why = "";
	enum verdict		 v;

	v = outcome_place(organization, connection, &c, &why);
	if (v != VERDICT_ok)
		log_warnx("%s of verifier %s for %.64s/%.64s ignored: %s", what,
		    state.group, log_safe(organization), log_safe(connection),
		    *why == '\0' ? verdict_log(v) : why);
	return c;
}

enum verdict
outcome_enabled(const struct connection *c)
{
	return c->settings->enabled && !c->off ? VERDICT_ok :
	    VERDICT_connection_disabled;
}

void
outcome_refused(const char *organization, const char *connection,
    enum verdict v, const struct address *from)
{
	struct organization	*o;
	struct connection	*c = NULL;
	char			 where[96];

	o = directory_organization(state.directory, organization);
	if (o != NULL)
		c = directory_connection(state.directory, o, connection);
	snprintf(where, sizeof(where), "%s/%s", organization,
	    c != NULL ? c->name : connection);
	refusal_count(&state.refusals, store_now(state.store), where, v, from);
}

enum verdict
outcome_once(const struct connection *c, const struct burn *b, int64_t now,
    const char **why)
{
	enum step	 step;

	/*
	 * What was burned is forgotten by the store's time, so what is too
	 * old by that time can't be let in, whatever the clock says now.
	 */
	if (b->until + 2 * LIMIT_SKEW < now) {
		*why = "too old by the store's time";
		return c->settings->protocol == PROTOCOL_OIDC ?
		    VERDICT_oidc_expired : VERDICT_saml_expired;
	}
	step = store_run(state.store, ST_burned,
	    v_blob(b->login.data, b->login.len),
	    v_blob(b->message.data, b->message.len));
	store_end(state.store, ST_burned);
	return step == STEP_ROW ? VERDICT_replayed :
	    step == STEP_DONE ? VERDICT_ok : VERDICT_unavailable;
}

enum verdict
outcome_burn(const struct burn *b, int64_t now)
{
	int64_t		 until = now + LIMIT_LOGIN_SECONDS;
	enum step	 step;

	if (b->until > until)
		until = b->until;
	step = store_run(state.store, ST_burn,
	    v_blob(b->login.data, b->login.len),
	    v_blob(b->message.data, b->message.len),
	    v_int(until + 2 * LIMIT_SKEW));
	return step == STEP_DONE ? VERDICT_ok :
	    step == STEP_CONFLICT ? VERDICT_replayed : VERDICT_unavailable;
}
