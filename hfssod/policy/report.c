/*
 * Connection tests.  In policy.  Must never write anything but the audit
 * record that there was one, nor make a session.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/report.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/state.h"

/* Octets of all lines: what else is in the answer is less than the rest. */
#define OCTETS_MOST	(LIMIT_LOGIN_MESSAGE - 16384)
#define LINE_OVERHEAD	16		/* octets of a line beside its texts */
#define VALUE_MOST	LIMIT_VALUE

static struct {
	struct report_line	 lines[REPORT_MOST];
	size_t			 count;
	size_t			 octets;
	size_t			 left_out;
} report;

void
report_free(void)
{
	size_t	 i;

	for (i = 0; i < report.count; i++) {
		free((void *)(uintptr_t)report.lines[i].name);
		free((void *)(uintptr_t)report.lines[i].value);
	}
	report.count = report.octets = report.left_out = 0;
}

/* A copy of at most so many octets, which ends before a cut character. */
static char *
copy(const char *text)
{
	size_t	 len = strlen(text);
	char	*p;

	if (len > VALUE_MOST) {
		len = VALUE_MOST;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	if ((p = strndup(text, len)) == NULL)
		fatal("report");
	return p;
}

static void
put(enum report part, const char *name, const char *value)
{
	struct report_line	*line;
	char			*n = copy(name), *v = copy(value);
	size_t			 octets;

	octets = strlen(n) + strlen(v) + LINE_OVERHEAD;
	/* One line is kept for "and so many more". */
	if (report.count >= REPORT_MOST - 1 ||
	    report.octets + octets > OCTETS_MOST) {
		report.left_out++;
		free(n);
		free(v);
		return;
	}
	line = &report.lines[report.count++];
	line->part = part;
	line->name = n;
	line->value = v;
	report.octets += octets;
}

static void	 putf(enum report, const char *, const char *, ...)
		    __attribute__((__format__(printf, 3, 4)));

static void
putf(enum report part, const char *name, const char *format, ...)
{
	char	*value;
	va_list	 ap;
	int	 n;

	va_start(ap, format);
	n = vasprintf(&value, format, ap);
	va_end(ap);
	if (n == -1)
		fatal("report");
	put(part, name, value);
	free(value);
}

static void
put_unless_empty(enum report part, const char *name, const char *value)
{
	if (value[0] != '\0')
		put(part, name, value);
}

/* --- what would happen ------------------------------------------------- */

/* Seconds as the largest unit that counts them whole. */
static void
put_length(int64_t seconds)
{
	static const struct {
		int64_t		 seconds;
		const char	*name;
	} units[] = {
		{ 86400, "days" }, { 3600, "hours" }, { 60, "minutes" },
		{ 1, "seconds" }
	};
	size_t	 i = 0;

	while (seconds % units[i].seconds != 0)
		i++;
	putf(REPORT_RESULT, "Session length", "%lld %s",
	    (long long)(seconds / units[i].seconds), units[i].name);
}

static const char *
state_name(enum account_state is)
{
	return is == ACCOUNT_ACTIVE ? "active" :
	    is == ACCOUNT_DEACTIVATED ? "deactivated" : "deleted";
}

static void
put_account(const struct tested *r)
{
	const struct found	*f = r->found;
	struct found		 would;

	if (f->known) {
		putf(REPORT_RESULT, "Account", "%s, which is there (%s, %s)",
		    f->name, f->account, state_name(f->state));
		return;
	}
	if (r->verdict != VERDICT_ok)
		return;
	if (!jit_propose(&would, &r->outcome->identity))
		return;
	putf(REPORT_RESULT, "Account", "%s, which would be made", would.name);
}

static void
put_result(const struct tested *r)
{
	put(REPORT_RESULT, "Verdict", verdict_name(r->verdict));
	put(REPORT_RESULT, "Meaning", r->verdict == VERDICT_ok ?
	    "this login would be let in" : verdict_log(r->verdict));
	put_unless_empty(REPORT_RESULT, "Detail", r->detail);
	putf(REPORT_RESULT, "Connection", "%s of %s, %s",
	    r->connection->name, r->connection->organization->name,
	    protocol_name(r->connection->settings->protocol));
	if (!r->connection->settings->enabled)
		put(REPORT_RESULT, "State", "disabled in the configuration");
	else if (r->connection->off)
		put(REPORT_RESULT, "State", "switched off");
	else
		put(REPORT_RESULT, "State", "enabled");
	if (!r->proved)
		return;
	put_account(r);
	if (r->change->suspended)
		put(REPORT_RESULT, "Membership", "suspended, since the "
		    "provider no longer knew the account; this login would "
		    "lift it");
	if (r->verdict == VERDICT_ok)
		put_length(r->length);
}

/* --- who it is --------------------------------------------------------- */

/* Which line of the role map, or what else, gives the role. */
static void
put_role(const struct tested *r)
{
	const struct policy_organization *po;
	const struct view_role_line	*line = NULL;
	const struct identity		*id = &r->outcome->identity;
	const char			*from = "Role from";
	struct member_inputs		 inputs;

	po = r->connection->organization->settings;
	if (member_inputs(&inputs, r->connection->organization,
	    r->found->known ? r->found->row : 0, &id->roles))
		line = rolemap_line(po, &inputs.in);
	member_inputs_free(&inputs);
	put(REPORT_IDENTITY, "Role", r->change->role == ROLE_NONE ? "none" :
	    role_name(r->change->role));
	if (po->role_line_count == 0)
		put(REPORT_IDENTITY, from, r->change->member ?
		    "what the member has: there is no role map" :
		    "the default: there is no role map");
	else if (id->roles_overage)
		put(REPORT_IDENTITY, from, r->change->member ?
		    "the values of the last login: the provider says there "
		    "are too many" :
		    "nothing: the provider says there are too many values");
	else if (line != NULL)
		putf(REPORT_IDENTITY, from, "role map %s\"%s\" to %s",
		    role_line_name(line->kind), line->value,
		    role_name(line->role));
	else
		put(REPORT_IDENTITY, from, po->default_role == ROLE_NONE ?
		    "nothing: no line of the role map matches and the "
		    "default is deny" :
		    "the default: no line of the role map matches");
}

static void
put_groups(const struct tested *r)
{
	const struct policy_organization *po;
	const struct identity		*id = &r->outcome->identity;
	struct group_result		*list;
	size_t				 i, count;

	po = r->connection->organization->settings;
	if (id->groups_overage && po->group_line_count > 0) {
		put(REPORT_IDENTITY, "Resource groups", r->change->member ?
		    "those of the last login: the provider says there are "
		    "too many" :
		    "none: the provider says there are too many");
		return;
	}
	count = groupmap_match(po, &id->groups, &list);
	for (i = 0; i < count; i++)
		putf(REPORT_IDENTITY, "Resource group", "%s %s (\"%s\")",
		    list[i].group, role_name(list[i].role), list[i].value);
	free(list);
}

static void
put_identity(const struct tested *r)
{
	const struct identity	*id = &r->outcome->identity;
	char			 name[LIMIT_DISPLAY_NAME + 1];

	put(REPORT_IDENTITY, "Subject", id->subject);
	if (strcmp(id->name_id.value, id->subject) != 0)
		put_unless_empty(REPORT_IDENTITY, "Name at the provider",
		    id->name_id.value);
	put_unless_empty(REPORT_IDENTITY, "User name", id->username);
	put_unless_empty(REPORT_IDENTITY, "E-mail", id->email);
	if (id->email[0] != '\0')
		put(REPORT_IDENTITY, "E-mail vouched for",
		    id->email_vouched ? "yes" : "no");
	jit_display_name(id, name);
	put_unless_empty(REPORT_IDENTITY, "Display name", name);
	put_unless_empty(REPORT_IDENTITY, "Given name", id->given);
	put_unless_empty(REPORT_IDENTITY, "Family name", id->family);
	put_unless_empty(REPORT_IDENTITY, "Authentication context",
	    id->authn_context);
	put_role(r);
	put_groups(r);
}

/* --- what was received ------------------------------------------------- */

static void
put_received(const struct outcome *o)
{
	const struct received	*v;
	size_t			 i, j;

	for (i = 0; i < o->received_count; i++) {
		v = &o->received[i];
		for (j = 0; j < v->values.count; j++)
			put(REPORT_RECEIVED, v->name, v->values.list[j]);
		if (v->values.count == 0)
			put(REPORT_RECEIVED, v->name, "");
	}
}

static void
put_left_out(void)
{
	struct report_line	*line;
	char			 text[64];

	if (report.left_out == 0)
		return;
	snprintf(text, sizeof(text), "%zu lines do not fit", report.left_out);
	line = &report.lines[report.count++];
	line->part = REPORT_RECEIVED;
	line->name = copy("...");
	line->value = copy(text);
}

static void
tell(const struct tested *r)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = r->connection->organization->name;
	e.account = e.name = e.by = "";
	e.request = &r->outcome->request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "connection", r->connection->name);
	record_string(&state.audit.record, "verdict",
	    verdict_name(r->verdict));
	audit_end(&state.audit, state.store, "hfsso.connection_test");
}

void
report_make(const struct tested *r, struct login_answer *a)
{
	report_free();
	put_result(r);
	if (r->proved)
		put_identity(r);
	put_received(r->outcome);
	put_left_out();
	a->test = true;
	a->report_count = report.count;
	a->report = report.lines;
	tell(r);
}
