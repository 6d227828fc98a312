/*
 * Decisions.  In policy; pure.  Must never look anything up: what is not
 * in the input does not count.
 */
#include <string.h>

#include "hfssod/policy/decision.h"

bool
decision_prefix(const char *prefix, const char *path)
{
	size_t	 len = strlen(prefix);

	if (len == 0 || strncmp(prefix, path, len) != 0)
		return false;
	return prefix[len - 1] == '/' || path[len] == '\0' ||
	    path[len] == '/';
}

int64_t
decision_ends(const struct decision_stamp *s)
{
	int64_t	 ends = s->expires;

	if (s->since + s->timeout < ends)
		ends = s->since + s->timeout;
	return ends;
}

bool
decision_live(const struct decision_stamp *s, int64_t used, int64_t now)
{
	if (s->organization[0] == '\0' || decision_ends(s) <= now)
		return false;
	return s->idle == 0 || used + s->idle > now;
}

static bool
public_path(const struct decision_input *in)
{
	const struct strings	*p = &in->application->public_prefixes;
	size_t			 i;

	if (!in->safe || !in->plain)
		return false;
	for (i = 0; i < p->count; i++)
		if (decision_prefix(p->list[i], in->path))
			return true;
	return false;
}

/*
 * Of the stamps that the application takes, the best: live before ended,
 * then by role.
 */
static size_t
best_stamp(const struct decision_input *in, bool *live)
{
	const struct decision_stamp	*s;
	const char			*wanted;
	size_t				 i, best = DECISION_NOBODY;
	bool				 l;

	*live = false;
	wanted = in->application->organization;
	for (i = 0; i < in->stamp_count; i++) {
		s = &in->stamps[i];
		if (s->organization[0] == '\0' || s->role == ROLE_NONE ||
		    (wanted[0] == '\0' && s->basic) ||
		    (wanted[0] != '\0' && strcmp(wanted, s->organization) != 0))
			continue;
		l = decision_live(s, in->used, in->now);
		if (best != DECISION_NOBODY && (l < *live ||
		    (l == *live && s->role <= in->stamps[best].role)))
			continue;
		best = i;
		*live = l;
	}
	return best;
}

/* Somebody who is known: may he pass? */
static struct decision
member_access(const struct decision_input *in)
{
	struct decision	 d = { VERDICT_ok, DECISION_NOBODY };
	bool		 live;

	if (!in->session) {
		d.verdict = VERDICT_signin_required;
		return d;
	}
	if (!in->active) {
		d.verdict = VERDICT_account_ended;
		return d;
	}
	d.stamp = best_stamp(in, &live);
	if (d.stamp == DECISION_NOBODY)
		d.verdict = VERDICT_no_organization;
	else if (!live)
		d.verdict = VERDICT_session_expired;
	else if (in->stamps[d.stamp].role < in->application->least_role)
		d.verdict = VERDICT_role_too_low;
	return d;
}

struct decision
decision_access(const struct decision_input *in)
{
	struct decision	 d = { VERDICT_ok, DECISION_NOBODY };

	if (in->application == NULL) {
		d.verdict = VERDICT_unknown_application;
		return d;
	}
	if (in->path[0] != '/') {
		d.verdict = VERDICT_ambiguous_path;
		return d;
	}
	d = member_access(in);
	if (d.verdict != VERDICT_ok && public_path(in)) {
		d.verdict = VERDICT_ok;
		d.stamp = DECISION_NOBODY;
	}
	return d;
}
