/*
 * Value trees to JSON, what is selected of them, and errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hfssod/http/scim_error.h"
#include "hfssod/http/scim_json.h"
#include "regress/unit/json_judge.h"
#include "regress/unit/scim_text_fixture.h"

#define BASE	"https://h/api/organizations/o/scim/v2"
#define CORE	"urn:ietf:params:scim:schemas:core:2.0:"
#define ENT	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static struct text_fixture	 t;

static int
begin(void **state)
{
	(void)state;
	text_begin(&t);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	text_end(&t);
	return 0;
}

static void
say(struct buffer *b, enum scim_resource r, const struct scim_value *v,
    const struct scim_selection *s, int64_t version)
{
	struct scim_json	 as = { BASE, r, s, version };

	buffer_free(b);
	scim_json_resource(b, &as, v);
	if (!judge_reads(buffer_at(b), buffer_len(b)))
		fail_msg("no JSON: %s", buffer_text(b));
}

/* A User with a bit of everything. */
static void
user(struct scim_value *v)
{
	struct scim_value	*g;

	assert_int_equal(text_bind(&t, SCIM_RESOURCE_USER, "{\"schemas\":[\""
	    CORE "User\",\"" ENT "\"],\"userName\":\"a\\\"b\",\"externalId\":"
	    "\"e\",\"active\":false,\"name\":{\"givenName\":\"g\","
	    "\"familyName\":\"f\"},\"emails\":[{\"value\":\"m\",\"type\":"
	    "\"work\",\"primary\":true},{\"value\":\"n\"}],\"" ENT
	    "\":{\"department\":\"d\",\"manager\":{\"value\":\"w\"}}}"),
	    VERDICT_ok);
	*v = t.value;
	scim_set_text(t.pool, v, SCIM_id, "00ff");
	scim_set_text(t.pool, v, SCIM_meta_created, "C");
	scim_set_text(t.pool, v, SCIM_meta_lastModified, "M");
	scim_set_text(t.pool, v, SCIM_password, "hunter2");
	scim_set_text(t.pool, v, SCIM_meta_location, "http://elsewhere");
	scim_set_text(t.pool, v, SCIM_meta_version, "other");
	g = scim_field_add(t.pool, scim_field_make(t.pool, v, SCIM_groups));
	scim_set_text(t.pool, v, SCIM_title, "x");
	scim_field_add(t.pool, scim_field_make(t.pool, g,
	    SCIM_groups_value))->text = "77";
	scim_field_add(t.pool, scim_field_make(t.pool, g,
	    SCIM_groups_ref))->text = "http://elsewhere";
}

static void
whole(void **state)
{
	struct scim_value	 v;
	struct buffer		 b = { 0 };

	(void)state;
	user(&v);
	say(&b, SCIM_RESOURCE_USER, &v, NULL, 12);
	assert_string_equal(buffer_text(&b), "{\"schemas\":[\"" CORE "User\","
	    "\"" ENT "\"],\"" ENT "\":{\"department\":\"d\",\"manager\":"
	    "{\"value\":\"w\"}},\"id\":\"00ff\",\"externalId\":\"e\","
	    "\"userName\":\"a\\\"b\",\"name\":{\"familyName\":\"f\","
	    "\"givenName\":\"g\"},\"title\":\"x\",\"active\":false,"
	    "\"emails\":[{\"value\":\"m\",\"type\":\"work\",\"primary\":true},"
	    "{\"value\":\"n\"}],\"groups\":[{\"value\":\"77\",\"$ref\":\""
	    BASE "/Groups/77\"}],\"meta\":{\"resourceType\":\"User\","
	    "\"created\":\"C\",\"lastModified\":\"M\",\"location\":\"" BASE
	    "/Users/00ff\",\"version\":\"W/\\\"12\\\"\"}}");
	buffer_free(&b);
}

#define ALL	(-1)
/* What is asked for, or with ALL first what is not; what comes of it. */
static const struct {
	int		 numbers[4];
	const char	*is;		/* behind schemas and id */
} choices[] = {
	{ { 0 }, "" },
	{ { SCIM_userName }, ",\"userName\":\"a\\\"b\"" },
	{ { SCIM_name }, ",\"name\":{\"familyName\":\"f\",\"givenName\":"
	    "\"g\"}" },
	{ { SCIM_name_givenName }, ",\"name\":{\"givenName\":\"g\"}" },
	{ { SCIM_name_formatted }, "" },
	{ { SCIM_emails_value }, ",\"emails\":[{\"value\":\"m\"},{\"value\":"
	    "\"n\"}]" },
	{ { SCIM_emails_type }, ",\"emails\":[{\"type\":\"work\"}]" },
	{ { SCIM_nickName }, "" },
	{ { SCIM_password }, "" },
	{ { SCIM_id }, "" },
	{ { SCIM_groups_ref }, ",\"groups\":[{\"$ref\":\"" BASE
	    "/Groups/77\"}]" },
	{ { SCIM_groups_value }, ",\"groups\":[{\"value\":\"77\"}]" },
	{ { SCIM_meta_version }, ",\"meta\":{\"version\":\"W/\\\"3\\\"\"}" },
	{ { SCIM_manager_value }, "(ENT){\"manager\":{\"value\":\"w\"}}" },
	{ { ALL, SCIM_meta, SCIM_enterprise, SCIM_emails },
	    ",\"externalId\":\"e\",\"userName\":\"a\\\"b\",\"name\":{"
	    "\"familyName\":\"f\",\"givenName\":\"g\"},\"title\":\"x\","
	    "\"active\":false,\"groups\":[{\"value\":\"77\",\"$ref\":\"" BASE
	    "/Groups/77\"}]" }
};

static void
chosen(void **state)
{
	struct scim_value	 v;
	struct scim_selection	 s;
	struct buffer		 b = { 0 }, want = { 0 };
	const char		*is;
	size_t			 i, j;

	(void)state;
	user(&v);
	for (i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		j = 0;
		if (choices[i].numbers[0] == ALL) {
			scim_select_all(&s);
			for (j = 1; j < 4; j++)
				scim_deselect(&s, (enum scim_number)
				    choices[i].numbers[j]);
		} else {
			scim_select_least(&s);
			for (; j < 4 && choices[i].numbers[j] != 0; j++)
				scim_select(&s, (enum scim_number)
				    choices[i].numbers[j]);
		}
		say(&b, SCIM_RESOURCE_USER, &v, &s, 3);
		is = choices[i].is;
		buffer_string(&want, "{\"schemas\":[\"" CORE "User\",\"" ENT
		    "\"]");
		if (strncmp(is, "(ENT)", 5) == 0)
			buffer_printf(&want, ",\"" ENT "\":%s", is + 5);
		buffer_string(&want, ",\"id\":\"00ff\"");
		if (is[0] != '(')
			buffer_string(&want, is);
		buffer_string(&want, "}");
		assert_string_equal(buffer_text(&b), buffer_text(&want));
		buffer_free(&want);
	}
	buffer_free(&b);
}

/* Always returned is always returned; never is never. */
static void
always(void **state)
{
	struct scim_selection	 s;

	(void)state;
	scim_select_all(&s);
	assert_false(scim_selected(&s, SCIM_password));
	scim_select(&s, SCIM_password);
	scim_select(&s, SCIM_user);
	assert_false(scim_selected(&s, SCIM_password));
	scim_deselect(&s, SCIM_id);
	scim_deselect(&s, SCIM_schemas);
	scim_deselect(&s, SCIM_common);
	assert_true(scim_selected(&s, SCIM_id));
	assert_true(scim_selected(&s, SCIM_schemas));
	assert_false(scim_selected(&s, SCIM_externalId));
	scim_select_least(&s);
	assert_true(scim_selected(&s, SCIM_id));
	assert_false(scim_selected(&s, SCIM_userName));
}

static void
pieces(void **state)
{
	struct scim_json	 as = { BASE, SCIM_RESOURCE_GROUP, NULL, 1 };
	struct scim_value	 v, *members;
	struct buffer		 whole_text = { 0 }, b = { 0 };
	bool			 opened = false;

	(void)state;
	assert_int_equal(text_bind(&t, SCIM_RESOURCE_GROUP, "{\"displayName\":"
	    "\"g\",\"members\":[{\"value\":\"u\",\"type\":\"User\"},{"
	    "\"value\":\"s\",\"type\":\"Group\"},{\"value\":\"w\"}]}"),
	    VERDICT_ok);
	v = t.value;
	scim_set_text(t.pool, &v, SCIM_id, "1");
	say(&whole_text, SCIM_RESOURCE_GROUP, &v, NULL, 1);
	assert_non_null(strstr(buffer_text(&whole_text), "\"members\":[{"
	    "\"value\":\"u\",\"type\":\"User\",\"$ref\":\"" BASE "/Users/u\"},"
	    "{\"value\":\"s\",\"type\":\"Group\",\"$ref\":\"" BASE
	    "/Groups/s\"},{\"value\":\"w\",\"$ref\":\"" BASE "/Users/w\"}]}"));
	members = scim_field(&v, SCIM_members)->values;
	scim_json_begin(&b, &as, &v);
	scim_json_members(&b, &as, members, 0, &opened);
	assert_false(opened);
	scim_json_members(&b, &as, members, 2, &opened);
	scim_json_members(&b, &as, members + 2, 1, &opened);
	scim_json_members(&b, &as, members, 0, &opened);
	scim_json_end(&b, opened);
	assert_string_equal(buffer_text(&b), buffer_text(&whole_text));
	buffer_free(&b);
	/* Without any. */
	opened = false;
	scim_json_begin(&b, &as, &v);
	scim_json_end(&b, opened);
	assert_null(strstr(buffer_text(&b), "members"));
	buffer_free(&b);
	buffer_free(&whole_text);
}

static void
members_excluded(void **state)
{
	struct scim_selection	 s;
	struct scim_json	 as = { BASE, SCIM_RESOURCE_GROUP, &s, 1 };
	struct scim_value	 v;
	struct buffer		 b = { 0 };
	bool			 opened = false;

	(void)state;
	scim_select_all(&s);
	scim_deselect(&s, SCIM_members);
	assert_int_equal(text_bind(&t, SCIM_RESOURCE_GROUP,
	    "{\"displayName\":\"g\",\"members\":[\"u\"]}"), VERDICT_ok);
	v = t.value;
	say(&b, SCIM_RESOURCE_GROUP, &v, &s, 1);
	assert_null(strstr(buffer_text(&b), "members"));
	scim_json_members(&b, &as, scim_field(&v, SCIM_members)->values, 1,
	    &opened);
	assert_false(opened);
	buffer_free(&b);
}

/* --- any tree ---------------------------------------------------------- */

static uint32_t	 seed = 1;

static unsigned int
pick(unsigned int n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static const char *
any_text(void)
{
	static const char	*const texts[] = { "x", "\"", "\\", "a\nb",
		"\x01", "\xc3\xa9", "\xf0\x9f\x98\x80", "</script>", " ",
		"true", "null", "W/\"1\"", "\x7f", "\t", "[{}]" };

	return texts[pick(sizeof(texts) / sizeof(texts[0]))];
}

static void	any_fields(struct scim_value *, enum scim_number);

static void
any_value(struct scim_field *f)
{
	struct scim_value	*v = scim_field_add(t.pool, f);

	if (f->attribute->type == SCIM_TYPE_BOOLEAN)
		v->truth = pick(2) == 1;
	else if (f->attribute->type == SCIM_TYPE_BINARY)
		v->text = pick(2) == 1 ? "AAEC" : "/w==";
	else if (f->attribute->type != SCIM_TYPE_COMPLEX)
		v->text = any_text();
	else
		any_fields(v, f->attribute->number);
}

/* Some of what a client may write, at least one. */
static void
any_fields(struct scim_value *v, enum scim_number of)
{
	const struct scim_attribute	*a = NULL;
	struct scim_field		*f;
	unsigned int			 n;

	while ((a = scim_attribute_next(of, a)) != NULL) {
		if (a->mutability == SCIM_READ_ONLY ||
		    a->mutability == SCIM_WRITE_ONLY ||
		    a->number == SCIM_members_ref || (pick(3) > 0 &&
		    (v->fields != NULL || a->number == SCIM_enterprise)))
			continue;
		f = scim_field_make(t.pool, v, a->number);
		for (n = a->multi ? 1 + pick(3) : 1; n > 0; n--)
			any_value(f);
	}
}

static bool
same(const struct scim_value *a, const struct scim_value *b,
    enum scim_resource r)
{
	struct writer	 wa, wb;
	bool		 is;

	wire_init(&wa, LIMIT_SCIM_MESSAGE);
	wire_init(&wb, LIMIT_SCIM_MESSAGE);
	scim_resource_put(&wa, r, a);
	scim_resource_put(&wb, r, b);
	is = wa.len == wb.len && memcmp(wa.data, wb.data, wa.len) == 0;
	wire_free(&wa);
	wire_free(&wb);
	return is;
}

/* A tree becomes JSON and the same tree again, and so does what is got. */
static void
round_trip(void **state)
{
	struct scim_value	 v, back;
	struct buffer		 b = { 0 };
	struct json		*j;
	const char		*wrong;
	enum scim_resource	 r;
	unsigned int		 i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		text_again(&t);
		memset(&v, 0, sizeof(v));
		v.text = "";
		r = pick(2) == 0 ? SCIM_RESOURCE_USER : SCIM_RESOURCE_GROUP;
		any_fields(&v, scim_resource_root(r));
		scim_set_text(t.pool, &v, SCIM_externalId, any_text());
		say(&b, r, &v, NULL, (int64_t)i);
		j = json_read(t.pool, buffer_at(&b), buffer_len(&b), &wrong);
		if (j == NULL)
			fail_msg("%s: %s", wrong, buffer_text(&b));
		assert_int_equal(scim_bind(t.pool, r, j, &back, &t.liberties,
		    &t.fault), VERDICT_ok);
		if (!same(&v, &back, r))
			fail_msg("not the same: %s", buffer_text(&b));
		/* Only meta and the $ref of members are ours. */
		assert_int_equal(t.liberties & ~SCIM_LIBERTY_READ_ONLY, 0);
	}
	buffer_free(&b);
}

/* Whatever is chosen is JSON, and part of the whole. */
static void
any_choice(void **state)
{
	struct scim_selection	 s;
	struct scim_value	 v;
	struct buffer		 b = { 0 };
	unsigned int		 i, n, k;

	(void)state;
	user(&v);
	for (i = 0; i < 2000; i++) {
		scim_select_least(&s);
		if (pick(2) == 0)
			scim_select_all(&s);
		for (k = pick(6); k > 0; k--) {
			n = 1 + pick(SCIM_NUMBER_MAX - 1);
			if (scim_attribute(n) == NULL)
				continue;
			if (pick(2) == 0)
				scim_select(&s, (enum scim_number)n);
			else
				scim_deselect(&s, (enum scim_number)n);
		}
		say(&b, SCIM_RESOURCE_USER, &v, &s, 1);
		assert_null(strstr(buffer_text(&b), "hunter2"));
		assert_null(strstr(buffer_text(&b), "elsewhere"));
		assert_non_null(strstr(buffer_text(&b), "\"id\":\"00ff\""));
	}
	buffer_free(&b);
}

/* --- errors ------------------------------------------------------------ */

static void
errors(void **state)
{
	struct buffer	 b = { 0 };
	char		 status[8];
	int		 v;

	(void)state;
	scim_error(&b, VERDICT_scim_invalid_filter, "not \"that\"");
	assert_string_equal(buffer_text(&b), "{\"schemas\":[\"urn:ietf:params:"
	    "scim:api:messages:2.0:Error\"],\"status\":\"400\",\"scimType\":"
	    "\"invalidFilter\",\"detail\":\"not \\\"that\\\"\"}");
	for (v = 0; v < VERDICT_MAX; v++) {
		buffer_free(&b);
		scim_error(&b, (enum verdict)v, v % 2 == 0 ? NULL : "");
		snprintf(status, sizeof(status), "%d",
		    verdict_status((enum verdict)v));
		assert_true(judge_has(buffer_text(&b), "status", status));
		assert_true(judge_has(buffer_text(&b), "detail",
		    verdict_browser((enum verdict)v)));
	}
	assert_null(scim_error_type(VERDICT_scim_not_found));
	assert_null(scim_error_type(VERDICT_scim_precondition));
	assert_null(scim_error_type(VERDICT_internal));
	buffer_free(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(chosen),
		cmocka_unit_test(always),
		cmocka_unit_test(pieces),
		cmocka_unit_test(members_excluded),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(any_choice),
		cmocka_unit_test(errors)
	};

	return cmocka_run_group_tests(tests, begin, end);
}
