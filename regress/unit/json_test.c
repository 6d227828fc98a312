/* JSON from outside, read strictly. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/verifier/json.h"

static json_t *
parse(const char *text)
{
	return json_object_read(text, strlen(text));
}

static void
good(void **state)
{
	static const char *const texts[] = {
		"{}", " {} ", "{\"a\":1}", "{\"a\":-1.5e3}", "\t{\"a\":null}\n",
		"{\"a\":{\"a\":{\"a\":1}}}", "{\"\\u00e9\":\"\\ud83d\\ude00\"}",
		"{\"a\":\"\xc3\xa9\"}", "{\"a\":9223372036854775807}",
		"{\"a\":\"[[[[{{{{\",\"b\":\"\\\"{[\"}", "{\"\":1}",
		"{\"a\":[1,2,[3]],\"b\":true,\"c\":false}"
	};
	json_t *o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if ((o = parse(texts[i])) == NULL)
			fail_msg("refused: %s", texts[i]);
		json_decref(o);
	}
}

static void
bad(void **state)
{
	static const char *const texts[] = {
		"", " ", "{", "}", "[]", "[{}]", "\"a\"", "1", "null", "true",
		"{} {}", "{}x", "{},", "{}\v", "\xef\xbb\xbf{}", "{a:1}",
		"{'a':1}", "{\"a\":1,}", "{,}", "{\"a\"}", "{\"a\":}",
		"{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":[1,]}",
		"{\"a\":[1}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}",
		"{\"a\":1.}", "{\"a\":1e}", "{\"a\":0x1}", "{\"a\":NaN}",
		"{\"a\":Infinity}", "{\"a\":1e999}", "{\"a\":-1e999}",
		"{\"a\":9223372036854775808}", "{\"a\":tru}", "{\"a\":True}",
		"{\"a\":\"\n\"}", "{\"a\":\"\x01\"}", "{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12\"}", "{\"a\":\"\\u0000\"}",
		"{\"\\u0000\":1}", "{\"a\\u0000b\":1}", "{\"a\":\"\\ud800\"}",
		"{\"a\":\"\\udc00\\ud800\"}", "{\"a\":\"\\ud800x\"}",
		"{\"a\":\"\xff\"}", "{\"a\":\"\xc0\xaf\"}",
		"{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xf4\x90\x80\x80\"}",
		"{\"a\":\"\xe2\x82\"}", "{\"\xc3\":1}",
		"{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":1}",
		"{\"a\":1,\"\\u0061\":2}", "{\"x\":{\"a\":1,\"a\":2}}",
		"{\"x\":[{\"a\":1,\"b\":1,\"a\":1}]}", "{/**/}", "{}//",
		"{\"a\":\"", "{\"a\":\"\\", "{\"a\":\"\\\"}"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (parse(texts[i]) != NULL)
			fail_msg("accepted: %s", texts[i]);
	/* A NUL anywhere, which no string shows. */
	assert_null(json_object_read("{}\0", 3));
	assert_null(json_object_read("{\"a\":\"\0\"}", 9));
	assert_null(json_object_read("\0{}", 3));
	assert_null(json_object_read("{}", 1));
	assert_null(json_object_read("{}", 0));
}

/* "{"a":" so often, a 1, and as many "}"; or with arrays. */
static json_t *
deep(size_t depth, const char *open, const char *close)
{
	size_t i, len, size = depth * (strlen(open) + strlen(close)) + 64;
	char *text = calloc(1, size);
	json_t *o;

	assert_non_null(text);
	strlcat(text, "{\"x\":", size);
	len = strlen(text);
	for (i = 0; i < depth; i++, len += strlen(open))
		memcpy(text + len, open, strlen(open));
	text[len++] = '1';
	for (i = 0; i < depth; i++, len += strlen(close))
		memcpy(text + len, close, strlen(close));
	text[len++] = '}';
	o = json_object_read(text, len);
	free(text);
	return o;
}

static void
sizes(void **state)
{
	char *text;
	json_t *o;

	(void)state;
	o = deep(LIMIT_JSON_DEPTH - 1, "[", "]");
	assert_non_null(o);
	json_decref(o);
	o = deep(LIMIT_JSON_DEPTH - 1, "{\"a\":", "}");
	assert_non_null(o);
	json_decref(o);
	assert_null(deep(LIMIT_JSON_DEPTH, "[", "]"));
	assert_null(deep(LIMIT_JSON_DEPTH, "{\"a\":", "}"));
	assert_null(deep(2000, "[", "]"));
	assert_null(deep(100000, "[", ""));
	assert_null(deep(50000, "{\"a\":", ""));
	text = malloc(LIMIT_FETCH_JSON + 1);
	assert_non_null(text);
	memset(text, ' ', LIMIT_FETCH_JSON + 1);
	memcpy(text, "{}", 2);
	o = json_object_read(text, LIMIT_FETCH_JSON);
	assert_non_null(o);
	json_decref(o);
	assert_null(json_object_read(text, LIMIT_FETCH_JSON + 1));
	free(text);
}

static void
text(void **state)
{
	static const struct {
		const char *name;
		enum json_has has;
		const char *text;
	} rows[] = {
		{ "s", JSON_PRESENT, "x" }, { "none", JSON_ABSENT, "" },
		{ "null", JSON_ABSENT, "" }, { "empty", JSON_WRONG, "" },
		{ "n", JSON_WRONG, "" }, { "t", JSON_WRONG, "" },
		{ "a", JSON_WRONG, "" }, { "o", JSON_WRONG, "" },
		{ "S", JSON_ABSENT, "" }
	};
	const char *out;
	json_t *o;
	size_t i;

	(void)state;
	o = parse("{\"s\":\"x\",\"null\":null,\"empty\":\"\",\"n\":1,"
	    "\"t\":true,\"a\":[\"x\"],\"o\":{\"s\":\"x\"}}");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(json_text(o, rows[i].name, &out),
		    rows[i].has);
		assert_string_equal(out, rows[i].text);
	}
	json_decref(o);
}

static void
seconds(void **state)
{
	static const struct {
		const char *value;
		enum json_has has;
		int64_t out;
	} rows[] = {
		{ "0", JSON_PRESENT, 0 }, { "1767323075", JSON_PRESENT,
		    1767323075 }, { "1767323075.9", JSON_PRESENT, 1767323075 },
		{ "1.767323075e9", JSON_PRESENT, 1767323075 },
		{ "1099511627775", JSON_PRESENT, INT64_C(1099511627775) },
		{ "0.0", JSON_PRESENT, 0 }, { "-0.0", JSON_PRESENT, 0 },
		{ "null", JSON_ABSENT, 0 }, { "1099511627776", JSON_WRONG, 0 },
		{ "1e300", JSON_WRONG, 0 }, { "1099511627776.0", JSON_WRONG,
		    0 }, { "-1", JSON_WRONG, 0 }, { "-0.5", JSON_WRONG, 0 },
		{ "-1e300", JSON_WRONG, 0 },
		{ "9223372036854775807", JSON_WRONG, 0 },
		{ "\"1767323075\"", JSON_WRONG, 0 }, { "true", JSON_WRONG, 0 },
		{ "[1]", JSON_WRONG, 0 }, { "{\"a\":1}", JSON_WRONG, 0 },
		{ "\"\"", JSON_WRONG, 0 }
	};
	char doc[64];
	int64_t out;
	json_t *o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(doc, sizeof(doc), "{\"t\":%s}", rows[i].value);
		o = parse(doc);
		assert_non_null(o);
		if (json_seconds(o, "t", &out) != rows[i].has ||
		    out != rows[i].out)
			fail_msg("%s", doc);
		assert_int_equal(json_seconds(o, "u", &out), JSON_ABSENT);
		json_decref(o);
	}
}

static void
lists(void **state)
{
	json_t *o;

	(void)state;
	o = parse("{\"a\":[\"x\",1,null,[\"z\"],\"y\"],\"s\":\"x\",\"n\":1,"
	    "\"o\":{\"x\":1},\"e\":[]}");
	assert_true(json_lists(o, "a", "x"));
	assert_true(json_lists(o, "a", "y"));
	assert_true(json_lists(o, "s", "x"));
	assert_false(json_lists(o, "a", "z"));
	assert_false(json_lists(o, "a", "1"));
	assert_false(json_lists(o, "a", "X"));
	assert_false(json_lists(o, "a", ""));
	assert_false(json_lists(o, "s", ""));
	assert_false(json_lists(o, "n", "1"));
	assert_false(json_lists(o, "o", "x"));
	assert_false(json_lists(o, "e", "x"));
	assert_false(json_lists(o, "none", "x"));
	json_decref(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(sizes),
		cmocka_unit_test(text),
		cmocka_unit_test(seconds),
		cmocka_unit_test(lists)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
