/*
 * JSON of SCIM requests to value trees, and the JSON reader below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "regress/unit/scim_text_fixture.h"

#define L(name)	SCIM_LIBERTY_##name
#define NONE	0u
#define U	"\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"]"
#define G	"\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"]"
#define ENT	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define CORE	"urn:ietf:params:scim:schemas:core:2.0:User"

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

/* --- the reader -------------------------------------------------------- */

static bool
reads(const char *text, size_t len)
{
	const char	*wrong;
	struct json	*j;

	text_again(&t);
	j = json_read(t.pool, text, len, &wrong);
	assert_int_equal(j == NULL, wrong != NULL);
	return j != NULL;
}

static void
reader_takes(void **state)
{
	static const char	*const good[] = {
		"{}", "[]", " { } ", "null", "true", "false", "0", "-0", "1",
		"-12", "0.5", "1e9", "1E+9", "1e-9", "123456789012345678901",
		"\"\"", "\"a\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		"\"\\u0041\"", "\"\\ud83d\\ude00\"", "\"\xc3\xa9\"",
		"\"\x7f\"", "[1,2,3]", "[[[]]]", "{\"a\":{\"a\":1}}",
		"{\"a\":1,\"b\":2}", "{\"\":1}", "\t[\n1\r,2 ]\n"
	};
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!reads(good[i], strlen(good[i])))
			fail_msg("refused: %s", good[i]);
}

static void
reader_refuses(void **state)
{
	static const char	*const bad[] = {
		"", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]",
		"{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}",
		"{a:1}", "{'a':1}", "{1:1}", "nul", "nulls", "True", "NULL",
		"+1", "01", "-", "1.", ".5", "1e", "1e+", "0x10", "NaN",
		"Infinity", "-Infinity", "1 2", "{} {}", "{}x", "[]]",
		"\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
		"\"\\u0000\"", "\"\\ud83d\"", "\"\\ud83dx\"",
		"\"\\ud83d\\n\"", "\"\\ud83d\\u0041\"", "\"\\ude00\"",
		"\"\n\"", "\"\t\"", "\"\x01\"", "\"\x1f\"", "\"\x80\"",
		"\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"",
		"\"\xf4\x90\x80\x80\"", "\"\\\xc3\xa9\"",
		"\xef\xbb\xbf{}", "\xc3\xa9", "// x\n1", "/* x */ 1", "1 #",
		"{\"a\":1,\"a\":2}", "{\"a\":1,\"A\":2}",
		"{\"a\":1,\"\\u0041\":2}", "{\"x\":{\"b\":1,\"B\":1}}",
		"{\"active\":true,\"Active\":false}", "{\"\":1,\"\":1}"
	};
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (reads(bad[i], strlen(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_false(reads("\"a\0b\"", 5));
	assert_false(reads("{}\0", 3));
	assert_false(reads("\0", 1));
}

/* Every beginning of a good document is a bad one. */
static void
reader_cut(void **state)
{
	static const char	 text[] = "{\"a\":[1,true,{\"b\":\"x\\u00e9"
	    "\\ud83d\\ude00\xc3\xa9\"}],\"c\":null}";
	char			*copy;
	size_t			 i;

	(void)state;
	assert_true(reads(text, strlen(text)));
	for (i = 0; i < strlen(text); i++) {
		assert_non_null(copy = malloc(i + 1));
		memcpy(copy, text, i);
		if (reads(copy, i))
			fail_msg("taken: %.*s", (int)i, text);
		free(copy);
	}
}

static char *
nested(const char *open, const char *close, size_t depth)
{
	char	*text = calloc(depth * 16 + 2, 1);
	size_t	 i;

	assert_non_null(text);
	for (i = 0; i < depth; i++)
		strcat(text, open);
	strcat(text, "1");
	for (i = 0; i < depth; i++)
		strcat(text, close);
	return text;
}

static void
reader_depth(void **state)
{
	char	*text;

	(void)state;
	text = nested("[", "]", LIMIT_SCIM_DEPTH);
	assert_true(reads(text, strlen(text)));
	free(text);
	text = nested("[", "]", LIMIT_SCIM_DEPTH + 1);
	assert_false(reads(text, strlen(text)));
	free(text);
	text = nested("{\"a\":", "}", LIMIT_SCIM_DEPTH + 1);
	assert_false(reads(text, strlen(text)));
	free(text);
	text = nested("[", "", 4000);
	assert_false(reads(text, strlen(text)));
	free(text);
}

static void
reader_many(void **state)
{
	struct buffer	 b = { 0 };
	size_t		 i, n;

	(void)state;
	for (n = LIMIT_SCIM_KEYS; n <= LIMIT_SCIM_KEYS + 1; n++) {
		buffer_string(&b, "{");
		for (i = 0; i < n; i++)
			buffer_printf(&b, "%s\"k%zu\":1", i > 0 ? "," : "", i);
		buffer_string(&b, "}");
		assert_int_equal(reads((const char *)buffer_at(&b),
		    buffer_len(&b)), n == LIMIT_SCIM_KEYS);
		buffer_free(&b);
	}
	buffer_string(&b, "[0");
	for (i = 0; i < LIMIT_SCIM_JSON; i++)
		buffer_string(&b, ",0");
	buffer_string(&b, "]");
	assert_false(reads((const char *)buffer_at(&b), buffer_len(&b)));
	buffer_free(&b);
}

/* What is written is read as what it was. */
static void
writer_escapes(void **state)
{
	struct buffer	 b = { 0 };
	const char	*wrong;
	struct json	*j;
	char		 text[4] = "x";
	int		 c;

	(void)state;
	for (c = 1; c < 0x80; c++) {
		text[1] = (char)c;
		json_quoted(&b, text);
		j = json_read(t.pool, buffer_at(&b), buffer_len(&b), &wrong);
		assert_non_null(j);
		assert_string_equal(json_text(t.pool, j), text);
		buffer_free(&b);
	}
	json_quoted(&b, "\"\\/\b\f\n\r\t\x01\x1f</\xc3\xa9\xf0\x9f\x98\x80");
	assert_string_equal(buffer_text(&b), "\"\\\"\\\\/\\b\\f\\n\\r\\t"
	    "\\u0001\\u001f</\xc3\xa9\xf0\x9f\x98\x80\"");
	buffer_free(&b);
}

/* --- binding ----------------------------------------------------------- */

struct good {
	enum scim_resource	 resource;
	const char		*text;
	const char		*tree;
	unsigned int		 liberties;
};
#define USER	SCIM_RESOURCE_USER
#define GROUP	SCIM_RESOURCE_GROUP
static const struct good	 goods[] = {
	{ USER, "{" U "}", "", NONE },
	{ USER, "{}", "", L(SCHEMAS) },
	{ USER, "{\"schemas\":null}", "", L(SCHEMAS) },
	{ USER, "{\"schemas\":[]}", "", L(SCHEMAS) },
	{ USER, "{\"schemas\":\"" CORE "\"}", "", NONE },
	{ USER, "{\"schemas\":[\"URN:IETF:params:scim:schemas:core:2.0:"
	    "user\",\"" ENT "\"]}", "", NONE },
	{ USER, "{" G "}", "", L(SCHEMAS) },
	{ USER, "{\"schemas\":[\"" CORE "\",\"urn:acme:x\"]}", "",
	    L(UNKNOWN) },
	{ USER, "{\"SCHEMAS\":[\"" CORE "\"],\"USERNAME\":\"Ann\"}",
	    "userName=Ann", NONE },
	{ USER, "{" U ",\"userName\":\"ann\",\"active\":true,"
	    "\"name\":{\"givenName\":\"A\",\"familyName\":\"B\"}}",
	    "userName=ann name{familyName=B givenName=A} active=true", NONE },
	{ USER, "{" U ",\"active\":\"False\"}", "active=false", L(BOOLEAN) },
	{ USER, "{" U ",\"active\":\"true\"}", "active=true", L(BOOLEAN) },
	{ USER, "{" U ",\"active\":null}", "active=-", NONE },
	{ USER, "{" U ",\"active\":\"\"}", "active=-", L(NULL) },
	{ USER, "{" U ",\"title\":null}", "title=-", NONE },
	{ USER, "{" U ",\"title\":\"\"}", "title=-", L(NULL) },
	{ USER, "{" U ",\"title\":[{\"value\":\"x\"}]}", "title=x",
	    L(SINGLE) },
	{ USER, "{" U ",\"title\":[\"x\"]}", "title=x", L(SINGLE) },
	{ USER, "{" U ",\"active\":[false]}", "active=false", L(SINGLE) },
	{ USER, "{" U ",\"title\":12}", "title=12", L(NUMBER) },
	{ USER, "{" U ",\"title\":-1.50e3}", "title=-1.50e3", L(NUMBER) },
	{ USER, "{" U ",\"externalId\":4711}", "externalId=4711", L(NUMBER) },
	{ USER, "{" U ",\"id\":\"x\",\"meta\":{\"created\":\"y\"},"
	    "\"groups\":[{\"value\":\"admins\"}],\"title\":\"z\"}",
	    "title=z", L(READ_ONLY) },
	{ USER, "{" U ",\"id\":null}", "", L(READ_ONLY) },
	{ USER, "{" U ",\"password\":\"secret\",\"title\":\"x\"}",
	    "title=x", NONE },
	{ USER, "{" U ",\"shoe\":44,\"hat\":{\"userName\":\"x\"}}", "",
	    L(UNKNOWN) },
	{ USER, "{" U ",\"name\":{\"nick\":\"x\"}}", "name{}", L(UNKNOWN) },
	{ USER, "{" U ",\"members\":[{\"value\":\"x\"}]}", "", L(UNKNOWN) },
	{ USER, "{" U ",\"name\":null}", "name=-", NONE },
	{ USER, "{" U ",\"name\":{}}", "name{}", NONE },
	{ USER, "{" U ",\"name.givenName\":\"x\"}", "name{givenName=x}",
	    L(KEYS) },
	{ USER, "{" U ",\"name\":{\"familyName\":\"y\"},"
	    "\"name.givenName\":\"x\"}", "name{familyName=y givenName=x}",
	    L(KEYS) },
	{ USER, "{" U ",\"name.givenName\":\"x\","
	    "\"name\":{\"familyName\":\"y\"}}",
	    "name{familyName=y givenName=x}", L(KEYS) },
	{ USER, "{" U ",\"" CORE ":userName\":\"x\"}", "userName=x",
	    L(KEYS) },
	{ USER, "{" U ",\"" CORE ":name.givenName\":\"x\"}",
	    "name{givenName=x}", L(KEYS) },
	{ USER, "{" U ",\"" CORE "\":{\"userName\":\"x\"}}", "userName=x",
	    L(KEYS) },
	{ USER, "{" U ",\"" ENT "\":{\"department\":\"d\"}}",
	    "enterprise{department=d}", NONE },
	{ USER, "{" U ",\"" ENT ":department\":\"d\",\"" ENT
	    "\":{\"division\":\"e\"}}", "enterprise{division=e department=d}",
	    L(KEYS) },
	{ USER, "{" U ",\"" ENT ":manager\":\"m\"}",
	    "enterprise{manager{value=m}}", L(KEYS) | L(SINGLE) },
	{ USER, "{" U ",\"" ENT ":manager.value\":\"m\"}",
	    "enterprise{manager{value=m}}", L(KEYS) },
	{ USER, "{" U ",\"" ENT "\":{\"manager.value\":\"m\"}}",
	    "enterprise{manager{value=m}}", L(KEYS) },
	{ USER, "{" U ",\"" ENT "\":{\"manager\":[{\"value\":\"m\","
	    "\"displayName\":\"M\",\"$ref\":\"../Users/m\"}]}}",
	    "enterprise{manager{value=m $ref=../Users/m}}",
	    L(SINGLE) | L(READ_ONLY) },
	{ USER, "{" U ",\"emails\":[{\"value\":\"a@b\",\"primary\":\"True\","
	    "\"type\":\"work\"},{\"value\":\"c@d\"}]}",
	    "emails[{value=a@b type=work primary=true}{value=c@d}]",
	    L(BOOLEAN) },
	{ USER, "{" U ",\"emails\":{\"value\":\"a@b\"}}",
	    "emails[{value=a@b}]", L(SINGLE) },
	{ USER, "{" U ",\"emails\":[]}", "emails=-", NONE },
	{ USER, "{" U ",\"emails\":null}", "emails=-", NONE },
	{ USER, "{" U ",\"emails\":[null,{\"value\":\"a@b\"}]}",
	    "emails[{value=a@b}]", L(NULL) },
	{ USER, "{" U ",\"emails\":[{\"value\":\"\",\"type\":\"work\"}]}",
	    "emails[{value=- type=work}]", L(NULL) },
	{ USER, "{" U ",\"x509Certificates\":[{\"value\":\"AAEC\"}]}",
	    "x509Certificates[{value=AAEC}]", NONE },
	{ GROUP, "{" G ",\"displayName\":\"g\",\"members\":[{\"value\":"
	    "\"u\",\"display\":\"U\",\"$ref\":\"x\",\"type\":\"User\"}]}",
	    "displayName=g members[{value=u type=User}]", L(READ_ONLY) },
	{ GROUP, "{" G ",\"members\":[\"u\",\"v\"]}",
	    "members[{value=u}{value=v}]", L(SINGLE) },
	{ GROUP, "{" G ",\"members\":[]}", "members=-", NONE },
	{ GROUP, "{" G ",\"userName\":\"x\"}", "", L(UNKNOWN) }
};

static void
binds(void **state)
{
	const struct good	*g;
	enum verdict		 verdict;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		g = &goods[i];
		verdict = text_bind(&t, g->resource, g->text);
		if (verdict != VERDICT_ok)
			fail_msg("%s: %s: %s", g->text, verdict_name(verdict),
			    t.fault.text);
		if (strcmp(text_tree(&t, &t.value), g->tree) != 0 ||
		    t.liberties != g->liberties)
			fail_msg("%s: %s (%u)", g->text,
			    text_tree(&t, &t.value), t.liberties);
	}
}

struct bad {
	enum scim_resource	 resource;
	const char		*text;
	enum verdict		 verdict;
	const char		*about;		/* what the fault names */
};
#define VALUE	VERDICT_scim_invalid_value
#define SYNTAX	VERDICT_scim_invalid_syntax
static const struct bad	 bads[] = {
	{ USER, "[]", SYNTAX, "object" },
	{ USER, "null", SYNTAX, "object" },
	{ USER, "\"x\"", SYNTAX, "object" },
	{ USER, "1", SYNTAX, "object" },
	{ USER, "{\"schemas\":1}", VALUE, "schemas" },
	{ USER, "{\"schemas\":{}}", VALUE, "schemas" },
	{ USER, "{\"schemas\":[1]}", VALUE, "schemas" },
	{ USER, "{\"schemas\":[null]}", VALUE, "schemas" },
	{ USER, "{\"userName\":true}", VALUE, "userName" },
	{ USER, "{\"userName\":{}}", VALUE, "userName" },
	{ USER, "{\"userName\":{\"givenName\":\"x\"}}", VALUE, "userName" },
	{ USER, "{\"userName\":{\"value\":{}}}", VALUE, "userName" },
	{ USER, "{\"userName\":{\"value\":[]}}", VALUE, "userName" },
	{ USER, "{\"userName\":[\"a\",\"b\"]}", VALUE, "userName" },
	{ USER, "{\"userName\":[[\"a\"]]}", VALUE, "userName" },
	{ USER, "{\"active\":1}", VALUE, "active" },
	{ USER, "{\"active\":0}", VALUE, "active" },
	{ USER, "{\"active\":\"yes\"}", VALUE, "active" },
	{ USER, "{\"active\":\"true \"}", VALUE, "active" },
	{ USER, "{\"active\":{}}", VALUE, "active" },
	{ USER, "{\"active\":{\"value\":true}}", VALUE, "active" },
	{ USER, "{\"active\":[]}", VALUE, "active" },
	{ USER, "{\"active\":[null]}", VALUE, "active" },
	{ USER, "{\"active\":[{}]}", VALUE, "active" },
	{ USER, "{\"title\":[]}", VALUE, "title" },
	{ USER, "{\"title\":{\"value\":\"x\"}}", VALUE, "title" },
	{ USER, "{\"title\":[{\"value\":{}}]}", VALUE, "title" },
	{ USER, "{\"title\":[{\"value\":[]}]}", VALUE, "title" },
	{ USER, "{\"emails\":\"a@b\"}", VALUE, "emails" },
	{ USER, "{\"emails\":[\"a@b\"]}", VALUE, "emails" },
	{ USER, "{\"emails\":[5]}", VALUE, "emails" },
	{ USER, "{\"roles\":[\"x\"]}", VALUE, "roles" },
	{ USER, "{\"active\":[true,false]}", VALUE, "active" },
	{ USER, "{\"name\":\"Ann\"}", VALUE, "name" },
	{ USER, "{\"name\":1}", VALUE, "name" },
	{ USER, "{\"name\":true}", VALUE, "name" },
	{ USER, "{\"name\":[{},{}]}", VALUE, "name" },
	{ USER, "{\"name\":{\"givenName\":true}}", VALUE, "name.givenName" },
	{ USER, "{\"name\":{\"givenName\":{}}}", VALUE, "name.givenName" },
	{ USER, "{\"emails\":true}", VALUE, "emails" },
	{ USER, "{\"emails\":[true]}", VALUE, "emails" },
	{ USER, "{\"emails\":[[]]}", VALUE, "emails" },
	{ USER, "{\"emails\":[[\"a@b\"]]}", VALUE, "emails" },
	{ USER, "{\"emails\":[{\"value\":false}]}", VALUE, "emails.value" },
	{ USER, "{\"emails\":[{\"primary\":\"maybe\"}]}", VALUE,
	    "emails.primary" },
	{ USER, "{\"emails\":[{\"value\":\"a\"},{\"value\":[1,2]}]}", VALUE,
	    "emails.value" },
	{ USER, "{\"emails.value\":\"a@b\"}", VALUE, "emails.value" },
	{ USER, "{\"addresses\":\"Main St\"}", VALUE, "addresses" },
	{ USER, "{\"addresses\":[\"Main St\"]}", VALUE, "addresses" },
	{ USER, "{\"x509Certificates\":[{\"value\":\"a\"}]}", VALUE,
	    "x509Certificates.value" },
	{ USER, "{\"x509Certificates\":[{\"value\":\"----\"}]}", VALUE,
	    "x509Certificates.value" },
	{ USER, "{\"" ENT "\":\"x\"}", VALUE, "enterprise" },
	{ USER, "{\"" ENT "\":{\"manager\":[[]]}}", VALUE, "manager" },
	{ USER, "{\"" ENT "\":{\"manager\":true}}", VALUE, "manager" },
	{ USER, "{\"" ENT "\":{\"department\":[\"a\",\"b\"]}}", VALUE,
	    "department" },
	/* Said twice, by two names of one attribute. */
	{ USER, "{\"userName\":\"a\",\"" CORE ":userName\":\"b\"}", SYNTAX,
	    "userName" },
	{ USER, "{\"name\":{\"givenName\":\"a\"},\"name.givenName\":\"b\"}",
	    SYNTAX, "name.givenName" },
	{ USER, "{\"name.givenName\":\"b\",\"name\":{\"givenName\":\"a\"}}",
	    SYNTAX, "name.givenName" },
	{ USER, "{\"name\":null,\"name.givenName\":\"b\"}", SYNTAX, "name" },
	{ USER, "{\"name.givenName\":\"b\",\"name\":null}", SYNTAX, "name" },
	{ USER, "{\"active\":true,\"" CORE "\":{\"active\":false}}", SYNTAX,
	    "active" },
	{ USER, "{\"" ENT "\":{\"department\":\"a\"},\"" ENT
	    ":department\":\"b\"}", SYNTAX, "department" },
	{ GROUP, "{\"members\":true}", VALUE, "members" },
	{ GROUP, "{\"members\":[[]]}", VALUE, "members" },
	{ GROUP, "{\"members\":[5]}", VALUE, "members" },
	/* A member without an id is not no member. */
	{ GROUP, "{\"members\":[\"\"]}", VALUE, "members" },
	{ GROUP, "{\"members\":\"\"}", VALUE, "members" },
	{ GROUP, "{\"members\":[null]}", VALUE, "members" },
	{ GROUP, "{\"members\":[{\"value\":\"u\"},null]}", VALUE,
	    "members" },
	{ GROUP, "{\"members\":[{\"value\":{}}]}", VALUE, "members.value" },
	{ GROUP, "{\"members.value\":\"x\"}", VALUE, "members.value" },
	{ GROUP, "{\"members\":[{\"value\":\"0123456789012345678901234567"
	    "890123456789012345678901234567890123456789\"}]}", VALUE,
	    "members.value" },
	{ GROUP, "{\"displayName\":{}}", VALUE, "displayName" }
};

static void
refuses(void **state)
{
	const struct bad	*b;
	enum verdict		 verdict;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		b = &bads[i];
		verdict = text_bind(&t, b->resource, b->text);
		if (verdict != b->verdict ||
		    strstr(t.fault.text, b->about) == NULL)
			fail_msg("%s: %s: %s", b->text, verdict_name(verdict),
			    t.fault.text);
	}
}

/* The fault never repeats a value. */
static void
says_no_value(void **state)
{
	(void)state;
	text_bind(&t, USER, "{\"password\":true,\"active\":\"hunter2\"}");
	assert_null(strstr(t.fault.text, "hunter2"));
}

static void
limits(void **state)
{
	struct buffer	 b = { 0 };
	size_t		 i, n;

	(void)state;
	for (n = LIMIT_SCIM_MULTI; n <= LIMIT_SCIM_MULTI + 1; n++) {
		buffer_string(&b, "{" U ",\"roles\":[{}");
		for (i = 1; i < n; i++)
			buffer_string(&b, ",{\"value\":\"x\"}");
		buffer_string(&b, "]}");
		assert_int_equal(text_bind(&t, USER, buffer_text(&b)),
		    n == LIMIT_SCIM_MULTI ? VERDICT_ok :
		    VERDICT_scim_too_large);
		buffer_free(&b);
	}
	for (n = LIMIT_SCIM_TEXT; n <= LIMIT_SCIM_TEXT + 1; n++) {
		buffer_string(&b, "{" U ",\"title\":\"");
		for (i = 0; i < n; i++)
			buffer_string(&b, "x");
		buffer_string(&b, "\"}");
		assert_int_equal(text_bind(&t, USER, buffer_text(&b)),
		    n == LIMIT_SCIM_TEXT ? VERDICT_ok : VALUE);
		buffer_free(&b);
	}
	buffer_string(&b, "{" U ",\"roles\":[{}");
	for (i = 0; i < 190; i++) {
		buffer_string(&b, ",{\"value\":\"");
		for (n = 0; n < 400; n++)
			buffer_string(&b, "x");
		buffer_string(&b, "\"}");
	}
	buffer_string(&b, "]}");
	assert_int_equal(text_bind(&t, USER, buffer_text(&b)),
	    VERDICT_scim_too_large);
	buffer_free(&b);
}

/* --- paths ------------------------------------------------------------- */

static void
fields(void **state)
{
	static const struct {
		enum scim_number	 number;
		bool			 one;
		const char		*text, *tree;
	} lines[] = {
		{ SCIM_userName, false, "\"x\"", "userName=x" },
		{ SCIM_emails, false, "[{\"value\":\"x\"}]",
		    "emails[{value=x}]" },
		{ SCIM_emails, true, "{\"value\":\"x\"}",
		    "emails[{value=x}]" },
		{ SCIM_emails, true, "[{\"value\":\"x\"}]",
		    "emails[{value=x}]" },
		{ SCIM_emails, true, "null", "emails=-" },
		{ SCIM_emails, true, "[{},{}]", NULL },
		{ SCIM_emails_value, false, "\"x\"", "value=x" },
		{ SCIM_emails_value, false, "[{\"value\":\"x\"}]",
		    "value=x" },
		{ SCIM_emails_primary, false, "\"True\"", "primary=true" },
		{ SCIM_manager, false, "\"m\"", "manager{value=m}" },
		{ SCIM_manager, false, "[{\"value\":\"m\"}]",
		    "manager{value=m}" },
		{ SCIM_enterprise, false, "{\"department\":\"d\"}",
		    "enterprise{department=d}" },
		{ SCIM_id, false, "\"x\"", "id=x" },
		{ SCIM_name_givenName, false, "[\"a\",\"b\"]", NULL },
		{ SCIM_members, false, "\"m\"", "members[{value=m}]" },
		{ SCIM_members, false, "[]", "members=-" },
		{ SCIM_members, false, "null", "members=-" },
		{ SCIM_members, false, "true", NULL },
		{ SCIM_active, false, "\"on\"", NULL },
		{ SCIM_name, false, "\"Ann\"", NULL }
	};
	const char	*wrong;
	enum verdict	 verdict;
	struct json	*j;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		text_again(&t);
		j = json_read(t.pool, lines[i].text, strlen(lines[i].text),
		    &wrong);
		assert_non_null(j);
		verdict = scim_bind_field(t.pool, lines[i].number,
		    lines[i].one, j, &t.value, &t.liberties, &t.fault);
		if ((verdict == VERDICT_ok) != (lines[i].tree != NULL) ||
		    (lines[i].tree != NULL &&
		    strcmp(text_tree(&t, &t.value), lines[i].tree) != 0))
			fail_msg("%s: %s", lines[i].text,
			    text_tree(&t, &t.value));
	}
}

/* A hundred thousand members, and no quadratic time for any number. */
static void
large(void **state)
{
	struct buffer	 b = { 0 };
	clock_t		 began;
	size_t		 i;

	(void)state;
	buffer_string(&b, "{" G ",\"displayName\":\"all\",\"members\":[");
	for (i = 0; i < 100000; i++)
		buffer_printf(&b, "%s{\"value\":\"%024zx\",\"type\":\"User\"}",
		    i > 0 ? "," : "", i);
	buffer_string(&b, "]}");
	began = clock();
	assert_int_equal(text_bind(&t, GROUP, buffer_text(&b)), VERDICT_ok);
	/* Sanitizers take their time; it is 40 ms without. */
	assert_true(clock() - began < 2 * CLOCKS_PER_SEC);
	assert_int_equal(scim_field(&t.value, SCIM_members)->count, 100000);
	buffer_free(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(reader_takes),
		cmocka_unit_test(reader_refuses),
		cmocka_unit_test(reader_cut),
		cmocka_unit_test(reader_depth),
		cmocka_unit_test(reader_many),
		cmocka_unit_test(writer_escapes),
		cmocka_unit_test(binds),
		cmocka_unit_test(refuses),
		cmocka_unit_test(says_no_value),
		cmocka_unit_test(limits),
		cmocka_unit_test(fields),
		cmocka_unit_test(large)
	};

	return cmocka_run_group_tests(tests, begin, end);
}
