/*
 * Units of hfssod/policy/scim_group.c, scim_group_patch.c: groups, on a
 * store, in turns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "group_fixture.h"

/* The members as the store counts and has them. */
static void
members_are(const char *id, const char *expected)
{
	char	 sql[256];

	works(group_get(id));
	assert_string_equal(group_has(), expected);
	snprintf(sql, sizeof(sql), "SELECT g.members - (SELECT count(*) FROM"
	    " scim_member AS m WHERE m.scim_group = g.id AND m.edition ="
	    " g.edition) FROM scim_group AS g WHERE scim_group = '%s'", id);
	assert_int_equal(query(sql), 0);
}

static const char *
two(const char *a, const char *b)
{
	static char	 text[2][64];
	static int	 n;
	char		*t = text[n++ % 2];

	snprintf(t, 64, "%s,%s", strcmp(a, b) < 0 ? a : b,
	    strcmp(a, b) < 0 ? b : a);
	return t;
}

/* --- making, reading, removing ------------------------------------------ */

static void
create(void **unused)
{
	const char	*ada, *id;
	char		 text[256];

	(void)unused;
	ada = made("userName=ada;externalId=x1");
	snprintf(text, sizeof(text), "displayName=ML Team;externalId=e1;%s",
	    with(2, ada, ada));
	id = group_made(text);
	assert_int_equal(reply.version, 1);
	assert_string_equal(has(SCIM_group_displayName), "ML Team");
	assert_string_equal(has(SCIM_externalId), "e1");
	assert_string_equal(has(SCIM_meta_version), "W/\"1\"");
	assert_string_equal(group_has(), ada);
	members_are(id, ada);
	assert_int_equal(audited("org.scim.group.create"), 1);
	assert_int_equal(query("SELECT scim_groups FROM connection WHERE"
	    " id = 1"), 1);
	assert_int_equal(query("SELECT count(*) FROM scim_job"), 0);
	/* Names are one in any case, in the whole organization. */
	fails(group_post("displayName=ml team"), VERDICT_scim_uniqueness);
	token = "entra";
	fails(group_post("displayName=ML TEAM"), VERDICT_scim_uniqueness);
	fails(group_get(id), VERDICT_scim_not_found);
	fails(group_delete(id), VERDICT_scim_not_found);
	fails(group_put(id, "displayName=x"), VERDICT_scim_not_found);
	token = "read";
	works(group_get(id));
	fails(group_post("displayName=x"), VERDICT_token_right);
	token = "okta";
	fails(group_post(""), VERDICT_scim_invalid_value);
	assert_int_equal(query("SELECT count(*) FROM scim_group"), 1);
	works(group_delete(id));
	fails(group_get(id), VERDICT_scim_not_found);
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 0);
	assert_int_equal(audited("org.scim.group.delete"), 1);
	works(group_post("displayName=ml team"));
}

/* A wrong member spoils all of it. */
static void
strangers(void **unused)
{
	const char	*ada, *eve, *id, *other;
	char		 text[256];

	(void)unused;
	ada = made("userName=ada;externalId=x1");
	token = "entra";
	eve = made("userName=eve;externalId=x1");
	other = group_made("displayName=theirs");
	token = "okta";
	snprintf(text, sizeof(text), "displayName=a;%s", with(2, ada, eve));
	fails(group_post(text), VERDICT_scim_invalid_value);
	snprintf(text, sizeof(text), "displayName=a;%s", with(1, other));
	fails(group_post(text), VERDICT_scim_invalid_value);
	assert_int_equal(query("SELECT count(*) FROM scim_group"), 1);
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 0);
	id = group_made("displayName=a");
	fails(group_members(id, SCIM_ADD, with(2, ada, eve)),
	    VERDICT_scim_invalid_value);
	fails(group_members(id, SCIM_ADD, "members[value=]"),
	    VERDICT_scim_invalid_value);
	fails(group_members(id, SCIM_ADD, "members[display=Ada]"),
	    VERDICT_scim_invalid_value);
	fails(group_members(id, SCIM_REPLACE,
	    with(1, "000000000000000000000000")), VERDICT_scim_invalid_value);
	assert_non_null(strstr(reply.detail, "000000000000000000000000"));
	snprintf(text, sizeof(text), "members[value=%s;type=Group]", ada);
	fails(group_members(id, SCIM_ADD, text), VERDICT_scim_invalid_value);
	snprintf(text, sizeof(text), "members[value=%s;type=Robot]", ada);
	fails(group_members(id, SCIM_ADD, text), VERDICT_scim_invalid_value);
	snprintf(text, sizeof(text), "members[value=%s;type=User]", ada);
	works(group_members(id, SCIM_ADD, text));
	members_are(id, ada);
	/* Who is deleted is nobody's member. */
	works(delete(ada));
	members_are(id, "");
	fails(group_members(id, SCIM_ADD, with(1, ada)),
	    VERDICT_scim_invalid_value);
}

/* --- PATCH -------------------------------------------------------------- */

static void
add_and_remove(void **unused)
{
	const char	*ada, *bob, *id;

	(void)unused;
	ada = made("userName=ada;externalId=x1");
	bob = made("userName=bob;externalId=x2");
	id = group_made("displayName=a");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_int_equal(reply.version, 2);
	works(group_members(id, SCIM_ADD, with(2, bob, ada)));
	assert_int_equal(reply.version, 3);
	members_are(id, two(ada, bob));
	/* It is so already: nothing has changed. */
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_int_equal(reply.version, 3);
	assert_int_equal(query("SELECT count(*) FROM scim_log WHERE changed ="
	    " 'members +1 -0'"), 2);
	works(group_select(id, compare(SCIM_members_value, SCIM_OP_EQ, ada)));
	members_are(id, bob);
	works(group_select(id, compare(SCIM_members_value, SCIM_OP_EQ, ada)));
	works(group_select(id, compare(SCIM_members_value, SCIM_OP_EQ,
	    "000000000000000000000000")));
	members_are(id, bob);
	assert_int_equal(reply.version, 4);
	/* Entra's: a value and no filter. */
	works(group_members(id, SCIM_ADD, with(1, ada)));
	works(group_members(id, SCIM_REMOVE, with(1, bob)));
	members_are(id, ada);
	works(group_members(id, SCIM_REMOVE,
	    with(1, "000000000000000000000000")));
	members_are(id, ada);
	/* A value that names nobody is not "all". */
	fails(group_members(id, SCIM_REMOVE, "members!"),
	    VERDICT_scim_invalid_value);
	fails(group_members(id, SCIM_REMOVE, "members[display=x]"),
	    VERDICT_scim_invalid_value);
	members_are(id, ada);
	/* The path alone is. */
	works(group_members(id, SCIM_REMOVE, NULL));
	members_are(id, "");
	token = "strict";
	fails(group_select(id, compare(SCIM_members_value, SCIM_OP_EQ, ada)),
	    VERDICT_scim_no_target);
}

static void
replaced(void **unused)
{
	const char	*ada, *bob, *cy, *id;
	char		 text[256];

	(void)unused;
	ada = made("userName=ada;externalId=x1");
	bob = made("userName=bob;externalId=x2");
	cy = made("userName=cy;externalId=x3");
	snprintf(text, sizeof(text), "displayName=a;%s", with(2, ada, bob));
	id = group_made(text);
	works(group_members(id, SCIM_REPLACE, with(2, cy, bob)));
	members_are(id, two(bob, cy));
	assert_int_equal(reply.version, 2);
	works(group_members(id, SCIM_REPLACE, with(2, bob, cy)));
	assert_int_equal(reply.version, 2);
	/* Without a path: members and more. */
	snprintf(text, sizeof(text), "displayName=b;%s", with(1, ada));
	works(group_patch(id, SCIM_ADD, NULL, text));
	assert_string_equal(has(SCIM_group_displayName), "b");
	works(group_get(id));
	assert_int_equal(scim_field(&reply.value, SCIM_members)->count, 3);
	works(group_patch(id, SCIM_REPLACE, NULL, with(1, ada)));
	members_are(id, ada);
	fails(group_patch(id, SCIM_REPLACE, NULL, "members!"),
	    VERDICT_scim_invalid_value);
	works(group_patch(id, SCIM_REPLACE, NULL, "externalId=e9"));
	members_are(id, ada);
	fails(group_patch(id, SCIM_REMOVE, NULL, NULL),
	    VERDICT_scim_no_target);
	/* With the path it may be all of them. */
	works(group_members(id, SCIM_REPLACE, "members!"));
	members_are(id, "");
	assert_string_equal(has(SCIM_group_displayName), "b");
	assert_string_equal(has(SCIM_externalId), "e9");
}

/* What a member is can't be changed, nor what a path can't reach. */
static void
wrong_paths(void **unused)
{
	struct scim_path	 p = { SCIM_members_value, NULL, SCIM_none };
	const char		*ada, *id;
	char			 text[256];

	(void)unused;
	ada = made("userName=ada;externalId=x1");
	snprintf(text, sizeof(text), "displayName=a;%s", with(1, ada));
	id = group_made(text);
	fails(group_patch(id, SCIM_REPLACE, &p, NULL),
	    VERDICT_scim_mutability);
	fails(group_patch(id, SCIM_REMOVE, &p, NULL),
	    VERDICT_scim_mutability);
	p.attribute = SCIM_members;
	p.filter = compare(SCIM_members_value, SCIM_OP_EQ, ada);
	fails(group_patch(id, SCIM_REPLACE, &p, with(1, ada)),
	    VERDICT_scim_mutability);
	p.sub = SCIM_members_display;
	fails(group_patch(id, SCIM_REMOVE, &p, NULL),
	    VERDICT_scim_mutability);
	p = (struct scim_path){ SCIM_group_displayName, NULL, SCIM_none };
	fails(group_patch(id, SCIM_REMOVE, &p, NULL),
	    VERDICT_scim_mutability);
	members_are(id, ada);
	assert_int_equal(reply.version, 1);
	fails(group_patch("nobody", SCIM_ADD, NULL, "displayName=x"),
	    VERDICT_scim_not_found);
}

static void
filters(void **unused)
{
	const char	*ada, *bob, *cy, *sub, *id;
	char		 text[512];

	(void)unused;
	ada = made("userName=ada;displayName=Ada;externalId=x1");
	bob = made("userName=bob;externalId=x2");
	cy = made("userName=cy;externalId=x3");
	sub = group_made("displayName=sub");
	snprintf(text, sizeof(text), "displayName=a;%s",
	    with(4, ada, bob, cy, sub));
	id = group_made(text);
	works(group_select(id, both(compare(SCIM_members_type, SCIM_OP_EQ,
	    "Group"), compare(SCIM_members_value, SCIM_OP_EQ, ada))));
	assert_int_equal(reply.version, 1);
	works(group_select(id, either(compare(SCIM_members_value, SCIM_OP_EQ,
	    ada), compare(SCIM_members_value, SCIM_OP_EQ, cy))));
	members_are(id, two(bob, sub));
	works(group_select(id, compare(SCIM_members_type, SCIM_OP_EQ,
	    "group")));
	members_are(id, bob);
	works(group_members(id, SCIM_ADD, with(1, ada)));
	works(group_select(id, compare(SCIM_members_display, SCIM_OP_SW,
	    "ad")));
	members_are(id, bob);
	works(group_select(id, no(compare(SCIM_members_value, SCIM_OP_EQ,
	    ada))));
	members_are(id, "");
}

/* One refused operation takes the ones before it back. */
static void
no_partial_effect(void **unused)
{
	struct scim_operation	 ops[2];
	struct scim_write	 q;
	const char		*ada, *id;

	(void)unused;
	ada = made("userName=ada;externalId=x1");
	id = group_made("displayName=a");
	memset(&q, 0, sizeof(q));
	memset(ops, 0, sizeof(ops));
	q.method = SCIM_PATCH;
	q.resource = SCIM_RESOURCE_GROUP;
	q.id = id;
	q.operation_count = 2;
	q.operations = ops;
	ops[0].change = SCIM_ADD;
	ops[0].path.attribute = SCIM_members;
	ops[0].given = true;
	ops[0].value = *group(with(1, ada));
	ops[1].change = SCIM_ADD;
	ops[1].path.attribute = SCIM_members;
	ops[1].given = true;
	ops[1].value = *group("members[value=nobody]");
	fails(ask_write(&q), VERDICT_scim_invalid_value);
	members_are(id, "");
	assert_int_equal(reply.version, 1);
	/* Both in one, the second of the resource itself. */
	ops[1].path.attribute = SCIM_group_displayName;
	ops[1].value = *group("displayName=b");
	works(ask_write(&q));
	assert_int_equal(reply.version, 2);
	members_are(id, ada);
	assert_string_equal(has(SCIM_group_displayName), "b");
	assert_int_equal(query("SELECT count(*) FROM scim_log WHERE changed ="
	    " 'displayName, members +1 -0'"), 1);
}

/* Two who read the same and change different things: both count. */
static void
concurrent(void **unused)
{
	static const struct verb	 verb = { MESSAGE_scim_write,
	    MESSAGE_scim_answer, scim_write, scim_answer_refuse,
	    VERB_REQUEST | VERB_WRITES };
	struct scim_operation	 op;
	struct scim_write	 q;
	struct writer		 w;
	const char		*who[8], *id;
	char			 name[32];
	size_t			 i;

	(void)unused;
	for (i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "userName=u%zu", i);
		who[i] = made(name);
	}
	id = group_made("displayName=a");
	works(group_members(id, SCIM_ADD, with(4, who[0], who[1], who[2],
	    who[3])));
	for (i = 0; i < 8; i++) {
		memset(&q, 0, sizeof(q));
		memset(&op, 0, sizeof(op));
		q.where = asked_where();
		q.method = SCIM_PATCH;
		q.resource = SCIM_RESOURCE_GROUP;
		q.id = id;
		q.value.text = "";
		q.operation_count = 1;
		q.operations = &op;
		op.change = i < 4 ? SCIM_REMOVE : SCIM_ADD;
		op.path.attribute = SCIM_members;
		op.given = true;
		op.value = *group(with(1, who[i]));
		wire_init(&w, LIMIT_SCIM_MESSAGE);
		scim_write_put(&w, &q);
		ask(&verb, &gate, &w);
	}
	end_turn();
	assert_int_equal(sent_count, 8);
	works(group_get(id));
	assert_int_equal(scim_field(&reply.value, SCIM_members)->count, 4);
	for (i = 4; i < 8; i++)
		assert_non_null(strstr(group_has(), who[i]));
	assert_int_equal(reply.version, 10);
}

/* --- PUT ---------------------------------------------------------------- */

static void
whole(void **unused)
{
	const char	*ada, *bob, *id;
	char		 text[256];

	(void)unused;
	ada = made("userName=ada;externalId=x1");
	bob = made("userName=bob;externalId=x2");
	id = group_made("displayName=a;externalId=e1");
	snprintf(text, sizeof(text), "displayName=a;externalId=e1;%s",
	    with(2, ada, bob));
	works(group_put(id, text));
	assert_int_equal(reply.version, 2);
	assert_string_equal(group_has(), two(ada, bob));
	works(group_put(id, text));
	assert_int_equal(reply.version, 2);
	/* No word of members: it has none. */
	fails(group_put(id, "members!"), VERDICT_scim_invalid_value);
	members_are(id, two(ada, bob));
	works(group_put(id, "displayName=b"));
	members_are(id, "");
	works(group_put(id, "displayName=b;members!"));
	assert_int_equal(reply.version, 3);
	if_match = (struct scim_condition){ true, false, 1, { 2 } };
	fails(group_put(id, "displayName=c"), VERDICT_scim_precondition);
	if_match = (struct scim_condition){ true, false, 1, { 3 } };
	works(group_put(id, "displayName=c"));
	group_made("displayName=d");
	fails(group_put(id, "displayName=D"), VERDICT_scim_uniqueness);
	fails(group_patch(id, SCIM_REPLACE, NULL, "displayName=D"),
	    VERDICT_scim_uniqueness);
	works(group_put(id, "displayName=C"));
}

/* --- nesting ------------------------------------------------------------ */

static void
circles(void **unused)
{
	const char	*a, *b, *c;

	(void)unused;
	a = group_made("displayName=a");
	b = group_made("displayName=b");
	c = group_made("displayName=c");
	fails(group_members(a, SCIM_ADD, with(1, a)),
	    VERDICT_scim_invalid_value);
	works(group_members(a, SCIM_ADD, with(1, b)));
	works(group_members(b, SCIM_ADD, with(1, c)));
	fails(group_members(c, SCIM_ADD, with(1, a)),
	    VERDICT_scim_invalid_value);
	fails(group_members(b, SCIM_REPLACE, with(1, a)),
	    VERDICT_scim_invalid_value);
	members_are(b, c);
	/* Two ways to the same are none. */
	works(group_members(a, SCIM_ADD, with(1, c)));
	members_are(a, two(b, c));
	works(group_delete(b));
	members_are(a, c);
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 1);
	works(group_delete(c));
	members_are(a, "");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, users_begin, users_end)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		TEST(create), TEST(strangers), TEST(add_and_remove),
		TEST(replaced), TEST(wrong_paths), TEST(filters),
		TEST(no_partial_effect), TEST(concurrent), TEST(whole),
		TEST(circles)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
