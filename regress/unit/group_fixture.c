/* For units of SCIM groups; see group_fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/record.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/link.h"
#include "hfssod/policy/member.h"
#include "group_fixture.h"

struct view_role_line	 group_roles[6] = {
	{ ROLE_LINE_GROUP, "writers", ROLE_WRITE, false },
	{ ROLE_LINE_VALUE, "dev", ROLE_CONTRIBUTOR, false },
	{ ROLE_LINE_SCIM_ROLE, "editor", ROLE_WRITE, false },
	{ ROLE_LINE_GROUP, "root", ROLE_ADMIN, false },
	{ ROLE_LINE_GROUP, "chiefs", ROLE_ADMIN, true },
	{ ROLE_LINE_VALUE, "staff", ROLE_READ, false }
};
char			 links[512];

int
groups_begin(void **unused)
{
	users_begin(unused);
	acme.role_lines = group_roles;
	acme.role_line_count = 6;
	acme.role_match = ROLE_MATCH_HIGHEST;
	fixture_use();
	token = "relink";
	return 0;
}

/* --- requests ----------------------------------------------------------- */

static enum verdict
send(enum scim_method method, const char *id, const char *text,
    uint64_t staged)
{
	struct scim_write	 q;

	memset(&q, 0, sizeof(q));
	q.method = method;
	q.resource = SCIM_RESOURCE_GROUP;
	q.id = id;
	q.stage = staged;
	if (text != NULL)
		q.value = *group(text);
	return ask_write(&q);
}

enum verdict
group_post(const char *text)
{
	return send(SCIM_CREATE, "", text, 0);
}

enum verdict
group_put(const char *id, const char *text)
{
	return send(SCIM_PUT, id, text, 0);
}

enum verdict
group_delete(const char *id)
{
	return send(SCIM_DELETE, id, NULL, 0);
}

enum verdict
group_write_staged(const char *id, const char *text, uint64_t staged)
{
	return send(id[0] == '\0' ? SCIM_CREATE : SCIM_PUT, id, text, staged);
}

enum verdict
group_patch(const char *id, enum scim_change change,
    const struct scim_path *path, const char *text)
{
	struct scim_operation	 op;
	struct scim_write	 q;

	memset(&q, 0, sizeof(q));
	memset(&op, 0, sizeof(op));
	q.method = SCIM_PATCH;
	q.resource = SCIM_RESOURCE_GROUP;
	q.id = id;
	q.operation_count = 1;
	q.operations = &op;
	op.change = change;
	if (path != NULL)
		op.path = *path;
	op.given = text != NULL;
	op.value = *group(text != NULL ? text : "");
	return ask_write(&q);
}

enum verdict
group_members(const char *id, enum scim_change change, const char *text)
{
	struct scim_path	 p = { SCIM_members, NULL, SCIM_none };

	return group_patch(id, change, &p, text);
}

enum verdict
group_select(const char *id, struct scim_filter *f)
{
	struct scim_path	 p = { SCIM_members, f, SCIM_none };

	return group_patch(id, SCIM_REMOVE, &p, NULL);
}

enum verdict
group_get(const char *id)
{
	static const struct verb	 verb = { MESSAGE_scim_read,
	    MESSAGE_scim_answer, scim_read, scim_answer_refuse,
	    VERB_REQUEST | VERB_WRITES };
	struct scim_read		 q;
	struct writer			 w;

	memset(&q, 0, sizeof(q));
	q.where = asked_where();
	q.resource = SCIM_RESOURCE_GROUP;
	q.id = id;
	q.members = true;
	wire_init(&w, LIMIT_MESSAGE);
	scim_read_put(&w, &q);
	return ask_scim(&verb, &w);
}

const char *
group_made(const char *text)
{
	static char	 ids[16][LIMIT_SCIM_ID + 1];
	static size_t	 next;
	char		*id = ids[next++ % 16];
	enum verdict	 v = group_post(text);

	if (v != VERDICT_ok)
		print_message("%s: %s\n", verdict_name(v), reply.detail);
	assert_int_equal(v, VERDICT_ok);
	strlcpy(id, has(SCIM_id), LIMIT_SCIM_ID + 1);
	assert_int_equal(strlen(id), 24);
	return id;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *
group_has(void)
{
	static char		 texts[4][4096];
	static int		 next;
	char			*text = texts[next++ % 4];
	const struct scim_field	*f = scim_field(&reply.value, SCIM_members);
	const char		*ids[128];
	size_t			 i;

	text[0] = '\0';
	if (f == NULL)
		return text;
	assert_true(f->count < 128);
	for (i = 0; i < f->count; i++)
		ids[i] = scim_own_text(&f->values[i], SCIM_members_value);
	qsort(ids, f->count, sizeof(ids[0]), by_text);
	for (i = 0; i < f->count; i++) {
		if (i > 0)
			strlcat(text, ",", 4096);
		strlcat(text, ids[i], 4096);
	}
	return text;
}

const char *
with(size_t count, ...)
{
	static char	 texts[4][16384];
	static int	 next;
	char		*text = texts[next++ % 4];
	va_list		 ap;
	size_t		 i;

	text[0] = '\0';
	va_start(ap, count);
	for (i = 0; i < count; i++) {
		strlcat(text, i > 0 ? ";members[value=" : "members[value=",
		    16384);
		strlcat(text, va_arg(ap, const char *), 16384);
		strlcat(text, "]", 16384);
	}
	va_end(ap);
	return text;
}

/* --- more than one message ---------------------------------------------- */

uint64_t
stage(uint64_t n, const char *group, const char **ids, size_t count)
{
	static const struct verb	 verb = { MESSAGE_scim_stage,
	    MESSAGE_scim_answer, scim_stage, scim_answer_refuse,
	    VERB_REQUEST | VERB_WRITES };
	struct scim_stage		 q;
	struct writer			 w;

	memset(&q, 0, sizeof(q));
	q.where = asked_where();
	q.id = group;
	q.stage = n;
	q.members.list = ids;
	q.members.count = count;
	wire_init(&w, LIMIT_MESSAGE);
	scim_stage_put(&w, &q);
	return ask_scim(&verb, &w) == VERDICT_ok ? reply.more : 0;
}

enum verdict
go_on_once(uint64_t job)
{
	static const struct verb	 verb = { MESSAGE_scim_continue,
	    MESSAGE_scim_answer, scim_continue, scim_answer_refuse,
	    VERB_REQUEST | VERB_WRITES };
	struct scim_continue		 q;
	struct writer			 w;

	memset(&q, 0, sizeof(q));
	q.where = asked_where();
	q.job = job;
	wire_init(&w, LIMIT_MESSAGE);
	scim_continue_put(&w, &q);
	return ask_scim(&verb, &w);
}

int
go_on(void)
{
	int	 n;

	for (n = 0; reply.more != 0; n++)
		assert_int_equal(go_on_once(reply.more), VERDICT_ok);
	return n;
}

size_t
group_pages(const char *id, char (*out)[LIMIT_SCIM_ID + 1], size_t most)
{
	static const struct verb	 verb = { MESSAGE_scim_members,
	    MESSAGE_scim_members_page, scim_members, scim_members_refuse,
	    VERB_REQUEST | VERB_STORE };
	struct scim_members		 q;
	struct scim_members_page	 p;
	struct writer			 w;
	struct reader			 r;
	char				 after[64] = "";
	size_t				 i, n = 0;

	do {
		memset(&q, 0, sizeof(q));
		memset(&p, 0, sizeof(p));
		q.where = asked_where();
		q.id = id;
		q.after = after;
		wire_init(&w, LIMIT_MESSAGE);
		scim_members_put(&w, &q);
		ask(&verb, &gate, &w);
		end_turn();
		assert_int_equal(sent_count, 1);
		wire_read(&r, sent[0].data, sent[0].len);
		assert_true(scim_members_page_get(&r, pool, &p));
		if (p.verdict != VERDICT_ok)
			return SIZE_MAX;
		for (i = 0; i < p.count; i++) {
			assert_true(n < most);
			strlcpy(out[n++], scim_own_text(&p.members[i],
			    SCIM_members_value), LIMIT_SCIM_ID + 1);
		}
		strlcpy(after, p.after, sizeof(after));
	} while (after[0] != '\0');
	return n;
}

/* --- links -------------------------------------------------------------- */

static enum verdict
change_link(enum link_change change, const char *group, const char *slug,
    enum role role, bool adopt)
{
	static const struct verb	 verb = { MESSAGE_link_change,
	    MESSAGE_link_changed, link_change, link_refuse,
	    VERB_REQUEST | VERB_WRITES };
	struct link_request		 q;
	struct link_answer		 a;
	struct writer			 w;
	struct reader			 r;
	enum verdict			 v;
	size_t				 i;

	memset(&q, 0, sizeof(q));
	q.where = asked_where();
	q.change = change;
	q.group = group;
	q.slug = slug;
	q.role = role;
	q.adopt = adopt;
	wire_init(&w, LIMIT_MESSAGE);
	link_request_put(&w, &q);
	ask(&verb, &gate, &w);
	end_turn();
	assert_int_equal(sent_count, 1);
	wire_read(&r, sent[0].data, sent[0].len);
	memset(&a, 0, sizeof(a));
	assert_true(link_answer_get(&r, &a));
	links[0] = '\0';
	for (i = 0; i < a.count; i++) {
		strlcat(links, a.links[i].slug, sizeof(links));
		strlcat(links, " ", sizeof(links));
		strlcat(links, role_name(a.links[i].role), sizeof(links));
		strlcat(links, ",", sizeof(links));
	}
	v = a.verdict;
	link_answer_free(&a);
	return v;
}

enum verdict
link_to(const char *group, const char *slug, enum role role, bool adopt)
{
	return change_link(LINK_PUT, group, slug, role, adopt);
}

enum verdict
unlink_from(const char *group, const char *slug)
{
	return change_link(LINK_REMOVE, group, slug, ROLE_NONE, false);
}

enum verdict
ctl_ask(enum message m, const char *name, const char *value,
    const char *role, const char *option)
{
	static const struct verb	 verbs[] = {
		{ MESSAGE_scim_link, MESSAGE_ctl_result, scim_link,
		    result_refuse, VERB_WRITES },
		{ MESSAGE_scim_unlink, MESSAGE_ctl_result, scim_unlink,
		    result_refuse, VERB_WRITES },
		{ MESSAGE_member_grant, MESSAGE_ctl_result, member_grant,
		    result_refuse, VERB_WRITES },
		{ MESSAGE_member_ungrant, MESSAGE_ctl_result, member_ungrant,
		    result_refuse, VERB_WRITES }
	};
	struct ctl_question	 q;
	struct result		 result;
	struct writer		 w;
	struct reader		 r;
	size_t			 i;

	memset(&q, 0, sizeof(q));
	q.organization = "acme";
	q.name = name;
	q.value = value;
	q.role = role;
	q.after = "";
	if (option[0] != '\0')
		strings_add(&q.options, option);
	wire_init(&w, LIMIT_MESSAGE);
	wire_put_string(&w, "uid 0");
	ctl_question_put(&w, &q);
	strings_free(&q.options);
	for (i = 0; verbs[i].message != m; i++)
		;
	ask(&verbs[i], &parent, &w);
	end_turn();
	assert_int_equal(sent_count, 1);
	wire_read(&r, sent[0].data, sent[0].len);
	assert_true(result_get(&r, &result));
	return result.verdict;
}

/* --- what memory has ---------------------------------------------------- */

/* Somebody with that id who has a session; as an answer would have it. */
static const struct account *
fresh(const char *id)
{
	struct account	*a = account_of(id);

	if (a == NULL)
		return NULL;
	assert_true(member_fresh(session_person(&state.sessions,
	    a->row)->sessions));
	return account_of(id);
}

const char *
held_by(const char *id)
{
	static char		 text[1024];
	const struct account	*a = fresh(id);
	const struct member	*m;
	uint32_t		 i;

	text[0] = '\0';
	m = a == NULL ? NULL : account_member(a,
	    directory_organization(state.directory, "acme"));
	for (i = 0; m != NULL && i < m->held_count; i++) {
		strlcat(text, m->held[i].group->slug, sizeof(text));
		strlcat(text, " ", sizeof(text));
		strlcat(text, role_name(m->held[i].role), sizeof(text));
		strlcat(text, ",", sizeof(text));
	}
	return text;
}

enum role
role_in(const char *id)
{
	const struct account	*a = fresh(id);
	const struct member	*m;

	m = a == NULL ? NULL : account_member(a,
	    directory_organization(state.directory, "acme"));
	return m == NULL ? ROLE_NONE : m->role;
}
