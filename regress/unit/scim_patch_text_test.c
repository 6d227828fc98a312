/*
 * Bodies of SCIM PATCH requests to operations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "regress/unit/scim_text_fixture.h"

#define L(name)	SCIM_LIBERTY_##name
#define NONE	0u
#define ENT	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define P	"{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:" \
		"PatchOp\"],\"Operations\":["
#define E	"]}"
#define USER	SCIM_RESOURCE_USER
#define GROUP	SCIM_RESOURCE_GROUP

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

static const struct {
	enum scim_resource	 resource;
	const char		*text;
	const char		*operations;
	unsigned int		 liberties;
} goods[] = {
	/* As the RFC has it. */
	{ USER, P "{\"op\":\"add\",\"path\":\"title\",\"value\":\"x\"}" E,
	    "add title: title=x", NONE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"active\",\"value\":false}" E,
	    "replace active: active=false", NONE },
	{ USER, P "{\"op\":\"remove\",\"path\":\"title\"}" E,
	    "remove title", NONE },
	{ USER, P "{\"op\":\"add\",\"value\":{\"title\":\"x\",\"nickName\":"
	    "\"y\"}}" E, "add: nickName=y title=x", NONE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"name\",\"value\":"
	    "{\"givenName\":\"x\"}}" E,
	    "replace name: name{givenName=x}", NONE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"name.givenName\",\"value\":"
	    "\"x\"}" E, "replace name.givenName: givenName=x", NONE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"emails[type eq \\\"work\\\"]"
	    ".value\",\"value\":\"x\"}" E,
	    "replace emails(f).value: value=x", NONE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"emails[type eq \\\"work\\\"]"
	    "\",\"value\":{\"value\":\"x\"}}" E,
	    "replace emails(f): emails[{value=x}]", NONE },
	{ USER, P "{\"op\":\"remove\",\"path\":\"emails[type eq \\\"home\\\"]"
	    "\"}" E, "remove emails(f)", NONE },
	{ USER, P "{\"op\":\"add\",\"path\":\"emails\",\"value\":[{\"value\":"
	    "\"x\"}]}" E, "add emails: emails[{value=x}]", NONE },
	{ USER, P "{\"op\":\"add\",\"path\":\"" ENT ":department\","
	    "\"value\":\"d\"}" E, "add department: department=d", NONE },
	{ USER, P "{\"op\":\"add\",\"path\":\"" ENT ":manager.value\","
	    "\"value\":\"d\"}" E, "add manager.value: value=d", NONE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"title\",\"value\":null}" E,
	    "replace title: title=-", NONE },
	{ GROUP, P "{\"op\":\"remove\",\"path\":\"members[value eq \\\"x\\\"]"
	    "\"}" E, "remove members(f)", NONE },
	{ GROUP, P "{\"op\":\"remove\",\"path\":\"members\"}" E,
	    "remove members", NONE },
	{ GROUP, P "{\"op\":\"add\",\"path\":\"members\",\"value\":[{"
	    "\"value\":\"x\"},{\"value\":\"y\"}]},{\"op\":\"replace\","
	    "\"path\":\"displayName\",\"value\":\"g\"}" E,
	    "add members: members[{value=x}{value=y}]; "
	    "replace displayName: displayName=g", NONE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"id\",\"value\":\"x\"}" E,
	    "replace id: id=x", NONE },
	/* As Entra ID has it. */
	{ USER, "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:"
	    "PatchOp\"],\"operations\":[{\"OP\":\"Replace\",\"PATH\":"
	    "\"active\",\"VALUE\":\"False\"}" E,
	    "replace active: active=false", L(OP_CASE) | L(BOOLEAN) },
	{ USER, P "{\"op\":\"Add\",\"path\":\"" ENT ":manager\",\"value\":"
	    "\"m\"}" E, "add manager: manager{value=m}",
	    L(OP_CASE) | L(SINGLE) },
	{ USER, P "{\"op\":\"Add\",\"path\":\"" ENT ":manager\",\"value\":"
	    "[{\"value\":\"m\"}]}" E, "add manager: manager{value=m}",
	    L(OP_CASE) | L(SINGLE) },
	{ USER, P "{\"op\":\"Replace\",\"path\":\"displayName\",\"value\":"
	    "[{\"$ref\":null,\"value\":\"x\"}]}" E,
	    "replace displayName: displayName=x", L(OP_CASE) | L(SINGLE) },
	{ USER, P "{\"op\":\"Add\",\"value\":{\"name.givenName\":\"x\",\""
	    ENT ":department\":\"d\",\"name.familyName\":\"y\"}}" E,
	    "add: enterprise{department=d} name{familyName=y givenName=x}",
	    L(OP_CASE) | L(KEYS) },
	{ USER, P "{\"op\":\"add\",\"value\":{\"title\":\"x\",\"emails[type "
	    "eq \\\"work\\\"].value\":\"y\"}}" E,
	    "add: title=x; add emails(f).value: value=y", L(KEYS) },
	{ USER, P "{\"op\":\"replace\",\"value\":{\"emails.value\":\"y\"}}" E,
	    "replace: ; replace emails.value: value=y", L(KEYS) },
	{ GROUP, P "{\"op\":\"Remove\",\"path\":\"members\",\"value\":[{"
	    "\"value\":\"x\"}]}" E,
	    "remove members: members[{value=x}]", L(OP_CASE) | L(PATH) },
	{ GROUP, P "{\"op\":\"remove\",\"path\":\"members\",\"value\":{"
	    "\"value\":\"x\"}}" E,
	    "remove members: members[{value=x}]", L(SINGLE) | L(PATH) },
	{ GROUP, P "{\"op\":\"remove\",\"path\":\"members\",\"value\":\"x\"}"
	    E, "remove members: members[{value=x}]", L(SINGLE) | L(PATH) },
	/* These say that there is a value, and that it is none. */
	{ GROUP, P "{\"op\":\"remove\",\"path\":\"members\",\"value\":[]}" E,
	    "remove members: members=-", L(PATH) },
	{ GROUP, P "{\"op\":\"remove\",\"path\":\"members\",\"value\":null}"
	    E, "remove members: members=-", L(PATH) },
	{ GROUP, P "{\"op\":\"remove\",\"path\":\"members.value\",\"value\":"
	    "\"x\"}" E, "remove members.value: value=x", L(PATH) },
	/* What is removed whole needs no value. */
	{ USER, P "{\"op\":\"remove\",\"path\":\"title\",\"value\":\"x\"}" E,
	    "remove title", NONE },
	{ USER, P "{\"op\":\"remove\",\"path\":\"emails[type eq \\\"work\\\"]"
	    "\",\"value\":null}" E, "remove emails(f)", NONE },
	/* As Okta has it. */
	{ USER, P "{\"op\":\"replace\",\"value\":{\"active\":false}}" E,
	    "replace: active=false", NONE },
	{ GROUP, P "{\"op\":\"replace\",\"value\":{\"id\":\"x\","
	    "\"displayName\":\"g\"}}" E, "replace: displayName=g",
	    L(READ_ONLY) },
	{ USER, "{\"Operations\":[{\"op\":\"replace\",\"path\":\"\","
	    "\"value\":{\"active\":true}}" E, "replace: active=true",
	    L(SCHEMAS) | L(NULL) },
	/* As the validator of Microsoft's has it. */
	{ USER, P "]}", "add: ", L(NULL) },
	{ GROUP, "{\"Operations\":[]}", "add: ", L(NULL) | L(SCHEMAS) },
	/* As its pages have it. */
	{ USER, P "{\"op\":\"Add\",\"path\":\"manager\",\"value\":[{"
	    "\"$ref\":\"../Users/m\",\"value\":\"m\"}]}" E,
	    "add manager: manager{value=m $ref=../Users/m}",
	    L(OP_CASE) | L(SINGLE) | L(PATH) },
	/* Others. */
	{ USER, P "{\"op\":\"replace\",\"path\":\"active\",\"value\":"
	    "[false]}" E, "replace active: active=false", L(SINGLE) },
	{ USER, P "{\"op\":\"replace\",\"path\":\"emails[type eq 'work']"
	    ".value\",\"value\":\"x\"}" E,
	    "replace emails(f).value: value=x", L(PATH) },
	{ USER, "{\"schemas\":[],\"Operations\":[{\"op\":\"add\",\"path\":"
	    "null,\"value\":[{\"title\":\"x\"}]}" E, "add: title=x",
	    L(SCHEMAS) | L(SINGLE) },
	{ USER, P "{\"op\":\"add\",\"value\":{}}" E, "add: ", NONE },
	{ USER, P "{\"op\":\"add\",\"value\":{\"shoe\":1}}" E, "add: ",
	    L(UNKNOWN) },
	/* A password is forgotten before anybody sees it. */
	{ USER, P "{\"op\":\"replace\",\"path\":\"password\",\"value\":"
	    "\"hunter2\"}" E, "add: ", NONE },
	{ USER, P "{\"op\":\"replace\",\"value\":{\"password\":"
	    "\"hunter2\"}}" E, "replace: ", NONE }
};

static void
reads(void **state)
{
	enum verdict	 verdict;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		verdict = text_patch(&t, goods[i].resource, goods[i].text);
		if (verdict != VERDICT_ok)
			fail_msg("%s: %s: %s", goods[i].text,
			    verdict_name(verdict), t.fault.text);
		if (strcmp(text_operations(&t), goods[i].operations) != 0 ||
		    t.liberties != goods[i].liberties)
			fail_msg("%s: %s (%u)", goods[i].text,
			    text_operations(&t), t.liberties);
	}
}

#define SYNTAX	VERDICT_scim_invalid_syntax
#define VALUE	VERDICT_scim_invalid_value
#define PATH	VERDICT_scim_invalid_path
#define FILTER	VERDICT_scim_invalid_filter
static const struct {
	enum scim_resource	 resource;
	const char		*text;
	enum verdict		 verdict;
} bads[] = {
	{ USER, "[]", SYNTAX },
	{ USER, "null", SYNTAX },
	{ USER, "{}", SYNTAX },
	{ USER, "{\"Operations\":null}", SYNTAX },
	{ USER, "{\"Operations\":{}}", SYNTAX },
	{ USER, "{\"Operations\":\"add\"}", SYNTAX },
	{ USER, "{\"Operations\":[null]}", SYNTAX },
	{ USER, "{\"Operations\":[[]]}", SYNTAX },
	{ USER, "{\"Operations\":[\"add\"]}", SYNTAX },
	{ USER, P "{}" E, SYNTAX },
	{ USER, P "{\"op\":null,\"path\":\"title\",\"value\":\"x\"}" E,
	    SYNTAX },
	{ USER, P "{\"op\":1,\"path\":\"title\",\"value\":\"x\"}" E, SYNTAX },
	{ USER, P "{\"op\":\"\",\"path\":\"title\",\"value\":\"x\"}" E,
	    SYNTAX },
	{ USER, P "{\"op\":\"move\",\"path\":\"title\"}" E, SYNTAX },
	{ USER, P "{\"op\":\"add \",\"path\":\"title\",\"value\":\"x\"}" E,
	    SYNTAX },
	{ USER, P "{\"op\":\"delete\",\"path\":\"title\"}" E, SYNTAX },
	{ USER, P "{\"op\":\"add\",\"path\":1,\"value\":\"x\"}" E, PATH },
	{ USER, P "{\"op\":\"add\",\"path\":[\"title\"],\"value\":\"x\"}" E,
	    PATH },
	{ USER, P "{\"op\":\"add\",\"path\":\"shoe\",\"value\":\"x\"}" E,
	    PATH },
	{ USER, P "{\"op\":\"add\",\"path\":\"title..x\",\"value\":\"x\"}" E,
	    PATH },
	{ USER, P "{\"op\":\"add\",\"path\":\"emails[\",\"value\":\"x\"}" E,
	    FILTER },
	{ USER, P "{\"op\":\"add\",\"path\":\"members\",\"value\":\"x\"}" E,
	    PATH },
	{ GROUP, P "{\"op\":\"add\",\"path\":\"emails\",\"value\":\"x\"}" E,
	    PATH },
	{ USER, P "{\"op\":\"add\",\"path\":\"emails[shoe eq 1]\",\"value\":"
	    "{}}" E, FILTER },
	{ USER, P "{\"op\":\"add\",\"path\":\"title\"}" E, VALUE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"title\"}" E, VALUE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"members\"}" E, PATH },
	{ GROUP, P "{\"op\":\"replace\",\"path\":\"members\"}" E, VALUE },
	{ USER, P "{\"op\":\"add\"}" E, VALUE },
	{ USER, P "{\"op\":\"replace\"}" E, VALUE },
	{ USER, P "{\"op\":\"add\",\"value\":\"x\"}" E, VALUE },
	{ USER, P "{\"op\":\"add\",\"value\":null}" E, VALUE },
	{ USER, P "{\"op\":\"add\",\"value\":[]}" E, VALUE },
	{ USER, P "{\"op\":\"add\",\"value\":[{},{}]}" E, VALUE },
	{ USER, P "{\"op\":\"remove\"}" E, VERDICT_scim_no_target },
	{ USER, P "{\"op\":\"remove\",\"path\":\"\"}" E,
	    VERDICT_scim_no_target },
	{ USER, P "{\"op\":\"remove\",\"path\":null,\"value\":{\"title\":"
	    "\"x\"}}" E, VERDICT_scim_no_target },
	{ GROUP, P "{\"op\":\"remove\",\"value\":{\"members\":[{\"value\":"
	    "\"x\"}]}}" E, VERDICT_scim_no_target },
	{ USER, P "{\"op\":\"replace\",\"path\":\"active\",\"value\":1}" E,
	    VALUE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"active\",\"value\":"
	    "\"off\"}" E, VALUE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"name\",\"value\":\"x\"}" E,
	    VALUE },
	{ USER, P "{\"op\":\"replace\",\"path\":\"title\",\"value\":[\"a\","
	    "\"b\"]}" E, VALUE },
	{ USER, P "{\"op\":\"add\",\"value\":{\"title\":\"x\",\"emails[\":"
	    "\"y\"}}" E, FILTER },
	{ USER, P "{\"op\":\"add\",\"value\":{\"shoes[size eq 1].x\":1}}" E,
	    PATH },
	/* The second is as bad as the first would be. */
	{ USER, P "{\"op\":\"remove\",\"path\":\"title\"},{\"op\":\"x\"}" E,
	    SYNTAX },
	{ GROUP, P "{\"op\":\"add\",\"path\":\"members\",\"value\":[true]}" E,
	    VALUE },
	{ GROUP, P "{\"op\":\"remove\",\"path\":\"members\",\"value\":[[]]}"
	    E, VALUE },
	{ GROUP, P "{\"op\":\"remove\",\"path\":\"members\",\"value\":"
	    "\"\"}" E, VALUE },
	{ GROUP, P "{\"op\":\"replace\",\"path\":\"members\",\"value\":"
	    "[\"\"]}" E, VALUE },
	{ GROUP, P "{\"op\":\"add\",\"path\":\"members[value eq]\","
	    "\"value\":{}}" E, FILTER }
};

static void
refuses(void **state)
{
	enum verdict	 verdict;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		verdict = text_patch(&t, bads[i].resource, bads[i].text);
		if (verdict != bads[i].verdict)
			fail_msg("%s: %s: %s", bads[i].text,
			    verdict_name(verdict), t.fault.text);
	}
}

static void
too_many(void **state)
{
	struct buffer	 b = { 0 };
	size_t		 i, n;

	(void)state;
	for (n = LIMIT_SCIM_OPERATIONS; n <= LIMIT_SCIM_OPERATIONS + 1; n++) {
		buffer_string(&b, P);
		for (i = 0; i < n; i++)
			buffer_printf(&b, "%s{\"op\":\"remove\",\"path\":"
			    "\"title\"}", i > 0 ? "," : "");
		buffer_string(&b, E);
		assert_int_equal(text_patch(&t, USER, buffer_text(&b)),
		    n == LIMIT_SCIM_OPERATIONS ? VERDICT_ok :
		    VERDICT_scim_too_large);
		buffer_free(&b);
	}
	/* Members count over all operations. */
	buffer_string(&b, P "{\"op\":\"add\",\"value\":{\"members\":[\"a\"]}},"
	    "{\"op\":\"add\",\"path\":\"members\",\"value\":[\"x\"");
	for (i = 1; i < LIMIT_SCIM_PATCHED; i++)
		buffer_string(&b, ",\"x\"");
	buffer_string(&b, "]}" E);
	assert_int_equal(text_patch(&t, GROUP, buffer_text(&b)),
	    VERDICT_scim_too_large);
	buffer_free(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(too_many)
	};

	return cmocka_run_group_tests(tests, begin, end);
}
