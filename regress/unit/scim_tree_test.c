/*
 * Units of common/scim_*.c: the schema's tables, trees, filters and every
 * message; what goes in comes out, anything else is bad.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/scim_exchange.h"
#include "hfssod/policy/scim_compare.h"

static struct scim_pool	*pool;

static int
set_up(void **state)
{
	(void)state;
	pool = scim_pool_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	scim_pool_free(pool);
	return 0;
}

/* --- schema ----------------------------------------------------------- */

static void
numbers_are_sound(void **state)
{
	const struct scim_attribute	*a, *p;
	unsigned int			 n, known = 0;

	(void)state;
	for (n = 0; n < SCIM_NUMBER_MAX + 10; n++) {
		if ((a = scim_attribute(n)) == NULL)
			continue;
		known++;
		assert_int_equal(a->number, n);
		if (a->parent == SCIM_none)
			continue;
		p = scim_attribute(a->parent);
		assert_non_null(p);
		assert_int_equal(p->type, SCIM_TYPE_COMPLEX);
		assert_ptr_equal(scim_attribute_find(p->number, a->name,
		    strlen(a->name)), a);
		if (a->parent == SCIM_common)
			assert_ptr_equal(scim_attribute_find(SCIM_group,
			    a->name, strlen(a->name)), a);
	}
	assert_true(known > 90);
	assert_null(scim_attribute(SCIM_none));
	assert_null(scim_attribute(SCIM_NUMBER_MAX));
	assert_null(scim_attribute(255));
}

static void
names(void **state)
{
	const struct scim_attribute	*a;

	(void)state;
	a = scim_attribute_find(SCIM_user, "USERNAME", 8);
	assert_int_equal(a->number, SCIM_userName);
	a = scim_attribute_find(SCIM_user, "externalid", 10);
	assert_int_equal(a->number, SCIM_externalId);
	a = scim_attribute_find(SCIM_user, "urn:ietf:params:scim:schemas:"
	    "extension:enterprise:2.0:user", 58);
	assert_int_equal(a->number, SCIM_enterprise);
	assert_null(scim_attribute_find(SCIM_user, "userNam", 7));
	assert_null(scim_attribute_find(SCIM_user, "userName ", 9));
	assert_null(scim_attribute_find(SCIM_user, "userName\0", 9));
	assert_null(scim_attribute_find(SCIM_user, "", 0));
	assert_null(scim_attribute_find(SCIM_user, "members", 7));
	assert_null(scim_attribute_find(SCIM_group, "userName", 8));
	assert_null(scim_attribute_find(SCIM_emails, "id", 2));
	assert_true(scim_attribute_of(scim_attribute(SCIM_manager_value),
	    SCIM_RESOURCE_USER));
	assert_false(scim_attribute_of(scim_attribute(SCIM_manager_value),
	    SCIM_RESOURCE_GROUP));
	assert_true(scim_attribute_of(scim_attribute(SCIM_id),
	    SCIM_RESOURCE_GROUP));
	assert_string_equal(scim_resource_name(SCIM_RESOURCE_MAX), "");
}

/* --- trees ------------------------------------------------------------ */

/* A User with something of every shape. */
static void
somebody(struct scim_value *v)
{
	struct scim_field	*f;
	struct scim_value	*e;

	memset(v, 0, sizeof(*v));
	v->text = "";
	f = scim_field_make(pool, v, SCIM_emails);
	e = scim_field_add(pool, f);
	scim_set_own_text(pool, e, SCIM_emails_value, "ada@example.com");
	scim_field_add(pool, scim_field_make(pool, e,
	    SCIM_emails_primary))->truth = true;
	e = scim_field_add(pool, f);
	scim_set_own_text(pool, e, SCIM_emails_value, "ada@example.org");
	scim_set_text(pool, v, SCIM_userName, "Ada");
	scim_set_text(pool, v, SCIM_name_givenName, "Ada");
	scim_set_text(pool, v, SCIM_name_familyName, "L\xc3\xb6velace");
	scim_set_text(pool, v, SCIM_externalId, "00u1");
	scim_field_add(pool, scim_field_make(pool, v, SCIM_active))->truth =
	    true;
	scim_set_text(pool, v, SCIM_costCenter, "7");
	scim_set_text(pool, v, SCIM_manager_value, "0123456789");
	/* Explicitly nothing. */
	scim_field_make(pool, v, SCIM_nickName);
}

static void
fields_stand_in_order(void **state)
{
	const struct scim_field	*f;
	struct scim_value	 v;
	unsigned int		 last = 0;

	(void)state;
	somebody(&v);
	for (f = v.fields; f != NULL; f = f->next) {
		assert_true(f->attribute->number > last);
		last = f->attribute->number;
	}
	assert_string_equal(scim_text(&v, SCIM_userName), "Ada");
	assert_string_equal(scim_text(&v, SCIM_name_givenName), "Ada");
	assert_string_equal(scim_text(&v, SCIM_name_formatted), "");
	assert_string_equal(scim_text(&v, SCIM_title), "");
	assert_string_equal(scim_text(&v, SCIM_manager_value), "0123456789");
	assert_string_equal(scim_text(&v, SCIM_manager_displayName), "");
	scim_set_text(pool, &v, SCIM_userName, "");
	assert_null(scim_field(&v, SCIM_userName));
	scim_set_text(pool, &v, SCIM_name_givenName, "");
	assert_string_equal(scim_text(&v, SCIM_name_givenName), "");
	assert_string_not_equal(scim_text(&v, SCIM_name_familyName), "");
	scim_field_remove(&v, SCIM_title);
	scim_field_remove(&v, SCIM_emails);
	assert_null(scim_field(&v, SCIM_emails));
}

static void
tree_round_trip(void **state)
{
	struct scim_value	 in, copy, out;
	struct writer		 w, again;
	struct bytes		 b;

	(void)state;
	somebody(&in);
	scim_value_copy(pool, &copy, &in);
	assert_true(scim_value_same(scim_attribute(SCIM_user), &in, &copy));
	wire_init(&w, LIMIT_MESSAGE);
	wire_init(&again, LIMIT_MESSAGE);
	scim_resource_put(&w, SCIM_RESOURCE_USER, &copy);
	b.data = w.data;
	b.len = w.len;
	assert_true(scim_resource_get(b, pool, SCIM_RESOURCE_USER, &out));
	assert_true(scim_value_same(scim_attribute(SCIM_user), &in, &out));
	scim_resource_put(&again, SCIM_RESOURCE_USER, &out);
	assert_int_equal(again.len, w.len);
	assert_memory_equal(again.data, w.data, w.len);
	wire_free(&w);
	wire_free(&again);
}

/* Cut anywhere, or with any octet changed: refused, or still a tree. */
static void
tree_damaged(void **state)
{
	struct scim_value	 in, out;
	struct writer		 w;
	struct bytes		 b;
	size_t			 i;

	(void)state;
	somebody(&in);
	wire_init(&w, LIMIT_MESSAGE);
	scim_resource_put(&w, SCIM_RESOURCE_USER, &in);
	b.data = w.data;
	for (i = 0; i < w.len; i++) {
		b.len = i;
		assert_false(scim_resource_get(b, pool, SCIM_RESOURCE_USER,
		    &out));
		assert_null(out.fields);
	}
	b.len = w.len;
	for (i = 0; i < w.len; i++) {
		w.data[i] ^= 0x15;
		(void)scim_resource_get(b, pool, SCIM_RESOURCE_USER, &out);
		w.data[i] ^= 0x15;
	}
	/* A User is no Group. */
	assert_false(scim_resource_get(b, pool, SCIM_RESOURCE_GROUP, &out));
	wire_free(&w);
}

static void
bad_tree(const uint8_t *data, size_t len)
{
	struct bytes		 b = { data, len };
	struct scim_value	 v;

	assert_false(scim_resource_get(b, pool, SCIM_RESOURCE_USER, &v));
}
#define BAD_TREE(...) \
	bad_tree((const uint8_t[]){ __VA_ARGS__ }, \
	    sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void
trees_that_are_none(void **state)
{
	(void)state;
	/* userName twice; out of order; with two values. */
	BAD_TREE(2, 30, 0, 0, 0, 0, 30, 0, 0, 0, 0);
	BAD_TREE(2, 46, 0, 0, 0, 0, 30, 0, 0, 0, 0);
	BAD_TREE(1, 30, 0, 0, 0, 2, 0, 0, 0, 1, 'a', 0, 0, 0, 0, 1, 'b', 0);
	/* A number that is none; one of a group; a sub-attribute. */
	BAD_TREE(1, 200, 0, 0, 0, 0);
	BAD_TREE(1, 180, 0, 0, 0, 0);
	BAD_TREE(1, 34, 0, 0, 0, 0);
	/* More values than octets; a truth that is none; a NUL within. */
	BAD_TREE(1, 60, 0, 1, 0, 0, 0);
	BAD_TREE(1, 46, 0, 0, 0, 1, 2);
	BAD_TREE(1, 30, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0);
	/* Something behind it. */
	BAD_TREE(0, 0);
}

static void
equality(void **state)
{
	struct scim_value	 a, b, *e;
	struct scim_field	*f;

	(void)state;
	somebody(&a);
	somebody(&b);
	f = scim_field(&b, SCIM_emails);
	/* The order of values does not matter, the case of names neither. */
	e = scim_field_add(pool, f);
	*e = f->values[0];
	scim_field_cut(f, 0);
	scim_set_text(pool, &b, SCIM_userName, "ADA");
	assert_true(scim_value_same(scim_attribute(SCIM_user), &a, &b));
	scim_set_text(pool, &b, SCIM_externalId, "00U1");
	assert_false(scim_value_same(scim_attribute(SCIM_user), &a, &b));
	scim_set_text(pool, &b, SCIM_externalId, "00u1");
	scim_field_cut(f, 1);
	assert_false(scim_value_same(scim_attribute(SCIM_user), &a, &b));
}

static void
pool_holds(void **state)
{
	char	*small[300], *large;
	size_t	 i;

	(void)state;
	for (i = 0; i < 300; i++) {
		small[i] = scim_pool_string(pool, "0123456789012345", i % 17);
		large = scim_pool_alloc(pool, 5000);
		assert_int_equal((uintptr_t)large % 16, 0);
		memset(large, 'x', 5000);
	}
	for (i = 0; i < 300; i++)
		assert_int_equal(strlen(small[i]), i % 17);
}

/* --- filters and operations ------------------------------------------- */

static struct scim_filter *
node(enum scim_op op, enum scim_number n, const char *text)
{
	struct scim_filter	*f = scim_pool_alloc(pool, sizeof(*f));

	f->op = op;
	f->attribute = n;
	f->operand = SCIM_OPERAND_TEXT;
	f->text = text;
	return f;
}

static void
filter_round_trip(void **state)
{
	struct scim_filter	*f, *g;
	struct writer		 w;
	struct reader		 r;
	size_t			 i;

	(void)state;
	f = node(SCIM_OP_AND, SCIM_none, "");
	f->left = node(SCIM_OP_EQ, SCIM_userName, "ada");
	f->right = node(SCIM_OP_WITHIN, SCIM_emails, "");
	f->right->left = node(SCIM_OP_NOT, SCIM_none, "");
	f->right->left->left = node(SCIM_OP_CO, SCIM_emails_value, "@");
	wire_init(&w, LIMIT_MESSAGE);
	scim_filter_put(&w, f);
	wire_read(&r, w.data, w.len);
	g = scim_filter_get(&r, pool);
	assert_true(wire_end(&r));
	assert_int_equal(g->op, SCIM_OP_AND);
	assert_string_equal(g->left->text, "ada");
	assert_int_equal(g->right->left->left->attribute, SCIM_emails_value);
	for (i = 1; i < w.len; i++) {
		wire_read(&r, w.data, i);
		(void)scim_filter_get(&r, pool);
		assert_true(r.bad);
	}
	wire_free(&w);
}

static void
filter_bounds(void **state)
{
	struct scim_filter	*f = node(SCIM_OP_PR, SCIM_userName, ""), *up;
	struct writer		 w;
	struct reader		 r;
	int			 i;

	(void)state;
	for (i = 0; i < LIMIT_SCIM_FILTER_DEPTH; i++) {
		up = node(SCIM_OP_NOT, SCIM_none, "");
		up->left = f;
		f = up;
	}
	wire_init(&w, LIMIT_MESSAGE);
	scim_filter_put(&w, f);
	wire_read(&r, w.data, w.len);
	assert_null(scim_filter_get(&r, pool));
	assert_true(r.bad);
	/* One level less is fine; a comparison of nothing is not. */
	wire_reset(&w);
	scim_filter_put(&w, f->left);
	wire_read(&r, w.data, w.len);
	assert_non_null(scim_filter_get(&r, pool));
	wire_reset(&w);
	scim_filter_put(&w, node(SCIM_OP_EQ, SCIM_none, "a"));
	wire_read(&r, w.data, w.len);
	assert_null(scim_filter_get(&r, pool));
	assert_true(r.bad);
	wire_free(&w);
}

static void
operation_round_trip(void **state)
{
	struct scim_operation	 in, out;
	struct writer		 w;
	struct reader		 r;

	(void)state;
	memset(&in, 0, sizeof(in));
	in.change = SCIM_REPLACE;
	in.path.attribute = SCIM_emails;
	in.path.filter = node(SCIM_OP_EQ, SCIM_emails_type, "work");
	in.path.sub = SCIM_emails_value;
	in.given = true;
	in.value.text = "";
	scim_field_add(pool, scim_field_make(pool, &in.value,
	    SCIM_emails_value))->text = "a@b.example";
	wire_init(&w, LIMIT_MESSAGE);
	scim_operation_put(&w, SCIM_RESOURCE_USER, &in);
	wire_read(&r, w.data, w.len);
	scim_operation_get(&r, pool, SCIM_RESOURCE_USER, &out);
	assert_true(wire_end(&r));
	assert_int_equal(scim_path_target(&out.path), SCIM_emails_value);
	assert_string_equal(out.value.fields->values[0].text, "a@b.example");

	/* A value of something else than the path's target. */
	in.path.sub = SCIM_emails_display;
	wire_reset(&w);
	scim_operation_put(&w, SCIM_RESOURCE_USER, &in);
	wire_read(&r, w.data, w.len);
	scim_operation_get(&r, pool, SCIM_RESOURCE_USER, &out);
	assert_true(r.bad);

	/* A filter without a path. */
	in.given = false;
	in.path.attribute = SCIM_none;
	wire_reset(&w);
	scim_operation_put(&w, SCIM_RESOURCE_USER, &in);
	wire_read(&r, w.data, w.len);
	scim_operation_get(&r, pool, SCIM_RESOURCE_USER, &out);
	assert_true(r.bad);
	wire_free(&w);
}

/* --- messages --------------------------------------------------------- */

static void
where(struct scim_where *p)
{
	memset(p, 0, sizeof(*p));
	p->request.id = 7;
	p->request.host = "hub.example.com";
	p->request.credential = CREDENTIAL_BEARER;
	p->request.secret.data = (const uint8_t *)"secret";
	p->request.secret.len = 6;
	p->organization = "acme";
	p->base = SCIM_BASE_BASIC;
}

static void
write_round_trip(void **state)
{
	struct scim_write	 in, out;
	struct writer		 w;
	struct reader		 r;
	size_t			 i;

	(void)state;
	memset(&in, 0, sizeof(in));
	where(&in.where);
	in.method = SCIM_PUT;
	in.resource = SCIM_RESOURCE_USER;
	in.id = "0123456789abcdef01234567";
	in.match.given = true;
	in.match.count = 2;
	in.match.versions[1] = 9;
	in.liberties = SCIM_LIBERTY_NULL;
	in.stage = 5;
	somebody(&in.value);
	wire_init(&w, LIMIT_SCIM_MESSAGE);
	scim_write_put(&w, &in);
	wire_read(&r, w.data, w.len);
	assert_true(scim_write_get(&r, pool, &out));
	assert_int_equal(out.where.base, SCIM_BASE_BASIC);
	assert_int_equal(out.match.versions[1], 9);
	assert_int_equal(out.stage, 5);
	assert_true(scim_value_same(scim_attribute(SCIM_user), &in.value,
	    &out.value));
	for (i = 0; i < w.len; i++) {
		wire_read(&r, w.data, i);
		assert_false(scim_write_get(&r, pool, &out));
	}
	wire_free(&w);
}

static void
answers_round_trip(void **state)
{
	struct scim_listed	 in, out;
	struct scim_listed_item	 items[2];
	struct scim_answer	 a, b;
	struct writer		 w;
	struct reader		 r;

	(void)state;
	memset(&in, 0, sizeof(in));
	memset(items, 0, sizeof(items));
	in.detail = "";
	in.after = "x";
	in.next = in.previous = "";
	in.total = 12;
	in.count = 2;
	in.items = items;
	items[0].version = 3;
	somebody(&items[0].value);
	somebody(&items[1].value);
	wire_init(&w, LIMIT_MESSAGE);
	scim_listed_put(&w, &in);
	wire_read(&r, w.data, w.len);
	assert_true(scim_listed_get(&r, pool, &out));
	assert_int_equal(out.total, 12);
	assert_int_equal(out.items[0].version, 3);
	assert_string_equal(scim_text(&out.items[1].value, SCIM_userName),
	    "Ada");

	memset(&a, 0, sizeof(a));
	a.verdict = VERDICT_scim_uniqueness;
	a.detail = "userName is taken";
	a.retry_after = 4;
	wire_reset(&w);
	scim_answer_put(&w, &a);
	wire_read(&r, w.data, w.len);
	assert_true(scim_answer_get(&r, pool, &b));
	assert_int_equal(b.verdict, VERDICT_scim_uniqueness);
	assert_string_equal(b.detail, "userName is taken");
	assert_int_equal(b.retry_after, 4);
	/* An answer is of a User or of a Group. */
	wire_reset(&w);
	a.resource = SCIM_RESOURCE_ANY;
	a.detail = "";
	wire_put_u32(&w, VERDICT_ok);
	wire_read(&r, w.data, w.len);
	assert_false(scim_answer_get(&r, pool, &b));
	wire_free(&w);
}

/*
 * Rooms that compare each value with each other must not get more of them
 * than a client's JSON may have, whoever says so.
 */
static void
too_many_values(void **state)
{
	static const enum scim_number	 of[] = { SCIM_emails, SCIM_roles,
	    SCIM_photos };
	struct scim_field	*f;
	struct scim_value	 v, got;
	struct writer		 w;
	struct reader		 r;
	size_t			 i, n;

	(void)state;
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		memset(&v, 0, sizeof(v));
		v.text = "";
		f = scim_field_make(pool, &v, of[i]);
		for (n = 1; n <= LIMIT_SCIM_MULTI + 1; n++) {
			scim_field_add(pool, f)->text = "";
			if (n < LIMIT_SCIM_MULTI)
				continue;
			wire_init(&w, LIMIT_SCIM_MESSAGE);
			scim_resource_put(&w, SCIM_RESOURCE_USER, &v);
			wire_read(&r, w.data, w.len);
			scim_value_get(&r, pool, scim_attribute(SCIM_user),
			    &got);
			assert_true(wire_end(&r) == (n <= LIMIT_SCIM_MULTI));
			wire_free(&w);
		}
	}
}

/* A page begins with the first, and holds no fewer than none. */
static void
list_bounds(void **state)
{
	static const struct { int64_t start, count; bool good; } all[] = {
		{ 1, 0, true }, { INT64_MAX, 1000, true }, { 0, 1, false },
		{ INT64_MIN, 1, false }, { 1, -1, false },
		{ 1, INT64_MIN, false }
	};
	struct scim_list	 in, out;
	struct writer		 w;
	struct reader		 r;
	size_t			 i;

	(void)state;
	memset(&in, 0, sizeof(in));
	where(&in.where);
	in.cursor = in.after = "";
	wire_init(&w, LIMIT_MESSAGE);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		in.start = all[i].start;
		in.count = all[i].count;
		wire_reset(&w);
		scim_list_put(&w, &in);
		wire_read(&r, w.data, w.len);
		assert_int_equal(scim_list_get(&r, pool, &out), all[i].good);
	}
	wire_free(&w);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest	 tests[] = {
		TEST(numbers_are_sound),
		TEST(names),
		TEST(fields_stand_in_order),
		TEST(tree_round_trip),
		TEST(tree_damaged),
		TEST(trees_that_are_none),
		TEST(equality),
		TEST(pool_holds),
		TEST(filter_round_trip),
		TEST(filter_bounds),
		TEST(operation_round_trip),
		TEST(write_round_trip),
		TEST(list_bounds),
		TEST(answers_round_trip),
		TEST(too_many_values)
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
