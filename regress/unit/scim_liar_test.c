/*
 * SCIM as an api process that was taken over may speak it, with a token
 * that a client has shown: messages that are whole, but that no binder
 * makes.  Whatever it says, what is stored stays whole, and nobody becomes
 * an admin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "group_fixture.h"

#define ROUNDS	12000
#define IDS	24

static const char *const texts[] = { "", "a", "b", "A", "true", "User",
    "Group", "work", "9999", "-1", "admin", "power", "Writers",
    "urn:ietf:params:scim:schemas:core:2.0:User", "a@b.example",
    "\xff\xfe", "\xc3", "\xed\xa0\x80", "a\r\nb", "\x01", " a ", "\xc2\x85",
    "2026-01-01T00:00:00Z", "W/\"1\"", "000000000000000000000000" };
#define TEXTS	(sizeof(texts) / sizeof(texts[0]))

static char	 ids[IDS][LIMIT_SCIM_ID + 1];
static char	 huge[LIMIT_SCIM_TEXT + 1];

static const char *
any_id(void)
{
	return chance(12) == 0 ? texts[chance(TEXTS)] : ids[chance(IDS)];
}

static const char *
any_text(enum scim_number n)
{
	if (n == SCIM_members_value || n == SCIM_id)
		return any_id();
	if (chance(40) == 0)
		return &huge[chance(sizeof(huge))];
	return texts[chance(TEXTS)];
}

static bool
belongs(const struct scim_attribute *a, enum scim_number in)
{
	return a != NULL && (a->parent == in || (a->parent == SCIM_common &&
	    (in == SCIM_user || in == SCIM_group)));
}

/* Whatever may stand in it, read-only or not, as often as it may. */
static void
any_tree(enum scim_number in, unsigned int odds, struct scim_value *v)
{
	const struct scim_attribute	*a;
	struct scim_field		*f;
	struct scim_value		*new;
	unsigned int			 n, count;

	v->text = "";
	for (n = 1; n < SCIM_NUMBER_MAX; n++) {
		a = scim_attribute((enum scim_number)n);
		if (!belongs(a, in) || chance(odds) != 0)
			continue;
		f = scim_field_make(pool, v, a->number);
		for (count = chance(a->multi ? 4 : 2); count > 0 &&
		    chance(6) != 0; count--) {
			new = scim_field_add(pool, f);
			if (a->type == SCIM_TYPE_COMPLEX)
				any_tree(a->number, 3, new);
			else if (a->type == SCIM_TYPE_BOOLEAN)
				new->truth = chance(2) != 0;
			else
				new->text = any_text(a->number);
			if (!a->multi)
				break;
		}
	}
}

/* A field of that number alone, as an operation with a path has it. */
static void
any_field(enum scim_number n, struct scim_operation *op)
{
	const struct scim_attribute	*a = scim_attribute(n);
	struct scim_value		 v, *new;
	struct scim_field		*f;
	unsigned int			 count;

	memset(&v, 0, sizeof(v));
	op->given = a->parent != SCIM_none;
	if (!op->given)
		return;
	f = scim_field_make(pool, &v, n);
	for (count = chance(a->multi ? 4 : 2); count > 0; count--) {
		new = scim_field_add(pool, f);
		if (a->type == SCIM_TYPE_COMPLEX)
			any_tree(n, 3, new);
		else if (a->type == SCIM_TYPE_BOOLEAN)
			new->truth = chance(2) != 0;
		else
			new->text = any_text(n);
	}
	op->value.text = "";
	op->value.fields = f;
}

static void
any_operation(enum scim_number root, struct scim_operation *op)
{
	memset(op, 0, sizeof(*op));
	op->change = (enum scim_change)chance(SCIM_CHANGE_MAX);
	op->value.text = "";
	if (chance(3) == 0) {
		if ((op->given = chance(3) != 0))
			any_tree(root, 6, &op->value);
		return;
	}
	do
		op->path.attribute =
		    (enum scim_number)chance(SCIM_NUMBER_MAX);
	while (scim_attribute(op->path.attribute) == NULL);
	if (chance(2))
		op->path.filter = any_filter(chance(4));
	while (chance(2) != 0) {
		op->path.sub = (enum scim_number)chance(SCIM_NUMBER_MAX);
		if (scim_attribute(op->path.sub) != NULL)
			break;
		op->path.sub = SCIM_none;
	}
	if (chance(3) != 0)
		any_field(scim_path_target(&op->path), op);
}

static void
any_write(void)
{
	struct scim_operation	 ops[4];
	struct scim_write	 q;
	enum scim_number	 root;
	char			 name[16];

	memset(&q, 0, sizeof(q));
	q.method = (enum scim_method)chance(chance(9) == 0 ?
	    SCIM_METHOD_MAX : SCIM_DELETE);
	q.resource = chance(2) ? SCIM_RESOURCE_USER : SCIM_RESOURCE_GROUP;
	root = scim_resource_root(q.resource);
	q.id = any_id();
	any_tree(root, 5, &q.value);
	snprintf(name, sizeof(name), "n%u", chance(200));
	if (chance(6) != 0)
		scim_set_text(pool, &q.value, root == SCIM_user ?
		    SCIM_userName : SCIM_group_displayName, name);
	if (chance(2) && root == SCIM_user)
		scim_set_text(pool, &q.value, SCIM_externalId, &name[1]);
	q.stage = chance(4) == 0 ? chance(40) : 0;
	q.operations = ops;
	q.operation_count = chance(5);
	for (size_t i = 0; i < q.operation_count; i++)
		any_operation(root, &ops[i]);
	if (ask_write(&q) == VERDICT_ok && reply.value.fields != NULL)
		strlcpy(ids[chance(IDS)], scim_text(&reply.value, SCIM_id),
		    sizeof(ids[0]));
}

static void
any_other(void)
{
	const char	*list[8];
	size_t		 i;

	for (i = 0; i < 8; i++)
		list[i] = any_id();
	switch (chance(4)) {
	case 0:
		stage(chance(2) ? chance(40) : 0, any_id(), list, chance(8));
		break;
	case 1:
		go_on_once(chance(60));
		break;
	case 2:
		get(any_id());
		break;
	default:
		group_get(any_id());
		break;
	}
}

static void
whole(void)
{
	assert_int_equal(query("SELECT count(*) FROM pragma_integrity_check"
	    " WHERE integrity_check <> 'ok'"), 0);
	assert_int_equal(query("SELECT count(*) FROM membership WHERE"
	    " role = 5"), 0);
	assert_int_equal(query("SELECT count(*) FROM scim_group AS g WHERE"
	    " members <> (SELECT count(*) FROM scim_member AS m WHERE"
	    "  m.scim_group = g.id AND m.edition = g.edition)"), 0);
	assert_int_equal(query("SELECT count(*) FROM scim_member AS m"
	    " JOIN scim_group AS g ON g.id = m.scim_group"
	    "  AND g.edition = m.edition"
	    " LEFT JOIN account AS a ON a.id = m.member AND a.deleted = 0"
	    "  AND a.connection = g.connection"
	    " LEFT JOIN scim_group AS h ON h.id = m.member"
	    "  AND h.connection = g.connection"
	    " WHERE CASE m.kind WHEN 1 THEN a.id ELSE h.id END IS NULL"), 0);
	assert_int_equal(query("SELECT count(*) FROM connection AS c WHERE"
	    " users <> (SELECT count(*) FROM account AS a"
	    "  WHERE a.connection = c.id AND a.state <> 3)"), 0);
	/* Texts that a page, a header or a log could not bear. */
	assert_int_equal(query("SELECT count(*) FROM account WHERE"
	    " username GLOB '*[' || char(1) || '-' || char(31) || ']*' OR"
	    " display_name GLOB '*[' || char(1) || '-' || char(31) || ']*' OR"
	    " email GLOB '*[' || char(1) || '-' || char(31) || ']*' OR"
	    " external_id GLOB '*[' || char(1) || '-' || char(31) || ']*'"),
	    0);
	assert_int_equal(query("SELECT count(*) FROM scim_group WHERE"
	    " display_name GLOB '*[' || char(1) || '-' || char(8) || ']*'"),
	    0);
	assert_int_equal(query("SELECT count(*) FROM account WHERE"
	    " instr(CAST(username AS BLOB), x'fffe') OR"
	    " instr(CAST(email AS BLOB), x'fffe') OR"
	    " instr(scim, x'fffe') OR instr(scim, x'eda080')"), 0);
}

static void
lies(void **unused)
{
	static const char *const tokens[] = { "okta", "entra", "relink",
	    "strict" };
	int	 i;

	(void)unused;
	memset(huge, 'x', sizeof(huge) - 1);
	for (i = 0; i < ROUNDS; i++) {
		token = tokens[chance(4)];
		base = chance(20) == 0 ? SCIM_BASE_BASIC : SCIM_BASE_MANAGED;
		liberties = chance(3) == 0 ? 1u << chance(12) : 0;
		if (chance(4) == 0)
			any_other();
		else
			any_write();
		if (i % 500 == 0)
			whole();
	}
	base = SCIM_BASE_MANAGED;
	whole();
	assert_true(query("SELECT count(*) FROM account") > 5);
	assert_true(query("SELECT count(*) FROM scim_group") > 1);
	assert_true(query("SELECT count(*) FROM scim_member") > 1);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test_setup_teardown(lies, groups_begin, users_end)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
