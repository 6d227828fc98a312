/*
 * JSON of requests (hfssod/http/json.c): what is taken, what is refused,
 * and what it says, beside another's opinion (jansson's).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/encode.h"
#include "common/limits.h"
/* Both call the kinds of values the same; ours are OUR_ here. */
#define JSON_NULL	OUR_NULL
#define JSON_FALSE	OUR_FALSE
#define JSON_TRUE	OUR_TRUE
#define JSON_STRING	OUR_STRING
#define JSON_ARRAY	OUR_ARRAY
#define JSON_OBJECT	OUR_OBJECT
#include "hfssod/http/json.h"
#undef JSON_NULL
#undef JSON_FALSE
#undef JSON_TRUE
#undef JSON_STRING
#undef JSON_ARRAY
#undef JSON_OBJECT

/* A text, which may have NULs within. */
struct text {
	const char	*data;
	size_t		 len;
};
#define T(s)	{ s, sizeof(s) - 1 }
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const struct text	 taken[] = {
	/* Anything may be outermost. */
	T("null"), T("true"), T("false"), T("0"), T("-0"), T("\"\""), T("[]"),
	T("{}"), T(" 1"), T("1 "), T("\t\n\r 1\r\n\t "), T("\"a\""),
	/* Arrays. */
	T("[[]]"), T("[[],[[]]]"), T("[\"\"]"), T("[ ]"), T("[1,2,3]"),
	T("[ 1 , 2 ]"), T("[null,1,\"1\",{}]"), T("[1\n]"), T(" [1]"),
	T("[false] "), T("[true,false,null]"),
	/* Objects. */
	T("{\"a\":1}"), T("{\"\":0}"), T("{\"a\":[]}"), T("{ \"a\" : 1 }"),
	T("{\"a\":1,\"b\":2}"), T("{\"a\":{\"a\":{\"a\":1}}}"),
	T("{\"a\":1,\"\\u0062\":2}"), T("{\"a\":{},\"b\":{\"a\":1}}"),
	T("{\n\"a\":\t1\r}"), T("{\"\xc3\xa4\":1,\"\xc3\x84\":2}"),
	T("{\"a.b\":1,\"a:b\":2,\"$ref\":3}"), T("{\"k\":1,\"\xe2\x84\xaa\":2}"),
	T("{\"@\":1,\"`\":2}"), T("{\"[\":1,\"{\":2}"), T("{\"a\":1,\"a \":2}"),
	/* Numbers. */
	T("[123]"), T("[-123]"), T("[1.5]"), T("[-1.5e10]"), T("[1E22]"),
	T("[1E-2]"), T("[1E+2]"), T("[123e45]"), T("[1e-2]"), T("[0e1]"),
	T("[0e+1]"), T("[0.1]"), T("[-0.0]"), T("[123.456e78]"),
	T("[123.456789]"), T("[20e1]"), T("[-1]"), T("[-0]"), T("[-123]"),
	T("[0.000000000000000000000000000000000000000000001]"),
	/* Strings. */
	T("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"), T("[\"\\u0060\\u012a\\u12AB\"]"),
	T("[\"\\u0001\"]"), T("[\"\\u001f\"]"), T("[\"\\u007F\"]"),
	T("[\"\x7f\"]"), T("[\"a/*b*/c\"]"), T("[\"\\\\a\"]"),
	T("[\"\\\\n\"]"), T("[\"\\uD801\\udc37\"]"), T("[\"\\ud800\\udc00\"]"),
	T("[\"\\uDBFF\\uDFFF\"]"), T("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
	T("[\"\\uFFFF\"]"), T("[\"\\uFFFE\"]"), T("[\"\\ufeff\"]"),
	T("[\"\\u00A0\\u2028\\u2029\"]"), T("[\"\xe2\x80\xa8\xe2\x80\xa9\"]"),
	T("[\"\xc2\x80\"]"), T("[\"\xdf\xbf\"]"), T("[\"\xe0\xa0\x80\"]"),
	T("[\"\xed\x9f\xbf\"]"), T("[\"\xee\x80\x80\"]"),
	T("[\"\xef\xbf\xbf\"]"), T("[\"\xf0\x90\x80\x80\"]"),
	T("[\"\xf4\x8f\xbf\xbf\"]"), T("[\"\xef\xbb\xbf\"]"),
	T("[\"\\u0022\"]"), T("[\"\\u005C\"]"), T("[\"\\u005Cu0000\"]"),
	T("[\"\\\\u0000\"]"), T("[\" \"]"), T("\" \"")
};

static const struct text	 refused[] = {
	/* Nothing, or more than one. */
	T(""), T(" "), T("\n"), T("1 2"), T("[][]"), T("{}{}"), T("[]]"),
	T("[],"), T("{},"), T("[1]x"), T("{}}"), T("\"a\"\"b\""), T("[] null"),
	T("{} #"), T("{}//"), T("{}/**/"), T("/**/{}"), T("//\n{}"), T("\0"),
	T("[]\0"), T("\0[]"), T("{}\0{}"), T("1\0"),
	/* A byte order mark, another encoding, blanks that are none. */
	T("\xef\xbb\xbf{}"), T("\xef\xbb\xbf"), T("{}\xef\xbb\xbf"),
	T("\xff\xfe{\0}\0"), T("\xfe\xff\0{\0}"), T("{\0}\0"), T("\0{\0}"),
	T("[\v1]"), T("[\f1]"), T("\f[]"), T("[]\v"), T("[\xc2\xa0]"),
	T("[\xa0]"), T("[\xe2\x81\xa0]"), T("[\xe2\x80\x83]"),
	T("\xc2\x85[]"), T("[\x1e]"), T("\x1e{}"), T("{\"a\":\0001}"),
	T("[1\0]"), T("[\b]"), T("[1\x1f]"),
	/* Words. */
	T("nul"), T("nulll"), T("NULL"), T("Null"), T("tru"), T("truee"),
	T("True"), T("TRUE"), T("fals"), T("falsee"), T("undefined"), T("nan"),
	T("a"), T("\xc3\xa5"), T("[n]"), T("[truth]"), T("*"), T("<.>"),
	T("[<null>]"), T("[truefalse]"),
	/* Arrays. */
	T("["), T("]"), T("[1"), T("[1,"), T("[1,]"), T("[,1]"), T("[,]"),
	T("[1,,2]"), T("[1 2]"), T("[1:2]"), T("[\"a\" \"b\"]"), T("[1}"),
	T("[{]}"), T("[[]"), T("[\"\""), T("[;1]"), T("[(1)]"), T("[1;2]"),
	T("[   , \"\"]"), T("[\"x\"]]"), T("[3[4]]"), T("[\"\": 1]"),
	/* Objects. */
	T("{"), T("}"), T("{\"a\"}"), T("{\"a\":}"), T("{\"a\":1"),
	T("{\"a\":1,"), T("{\"a\":1,}"), T("{,}"), T("{,\"a\":1}"),
	T("{\"a\":1,,\"b\":2}"), T("{\"a\" 1}"), T("{\"a\"::1}"),
	T("{\"a\",1}"), T("{\"a\"=1}"), T("{a:1}"), T("{'a':1}"), T("{1:1}"),
	T("{null:1}"), T("{[]:1}"), T("{\"a\":1 \"b\":2}"), T("{\"a\":1]"),
	T("{:1}"), T("{\"a\":1;}"), T("{\"a\":\"b\":\"c\"}"), T("{\"a\":1}#"),
	T("{\"a\":/*c*/1}"), T("{\"a\":1,\"b\"}"), T("{{}:1}"), T("{\"a\""),
	T("{\"a\":"), T("{\"a"), T("{\"x\",null}"), T("{\"a\":(1)}"),
	/* The same name twice, also escaped, in another case. */
	T("{\"a\":1,\"a\":1}"), T("{\"a\":1,\"A\":2}"),
	T("{\"Z\":1,\"b\":2,\"z\":3}"), T("{\"a\":1,\"\\u0061\":2}"),
	T("{\"\\u0041\":1,\"\\u0061\":2}"), T("{\"\":1,\"\":2}"),
	T("{\"userName\":1,\"USERNAME\":2}"), T("[{\"a\":{\"b\":1,\"B\":1}}]"),
	T("{\"/\":1,\"\\/\":2}"), T("{\"\xc3\xa4\":1,\"\\u00e4\":2}"),
	/* Numbers. */
	T("-"), T("+"), T("+1"), T("--1"), T("-+1"), T("01"), T("-01"),
	T("00"), T("-012"), T("1."), T(".1"), T("-.1"), T("."), T("1.e1"),
	T("0.e1"), T("1e"), T("1e+"), T("1e-"), T("1E"), T("1eE2"), T("1e1.5"),
	T("1.2.3"), T("0x1"), T("0X1"), T("0b1"), T("0o7"), T("1_000"),
	T("1,000"), T("1 000"), T("NaN"), T("-NaN"), T("Infinity"),
	T("-Infinity"), T("inf"), T("1a"), T("- 1"), T("1e 1"), T("1f"),
	T("1L"), T("0.1.2"), T("1e1e1"), T("\xef\xbc\x91"), T("\xd9\xa1"),
	T("[1.8011670033376514H-308]"), T("[1+2]"), T("[-foo]"), T("[2.e3]"),
	T("[0e]"), T("[0e+]"), T("[0.3e]"), T("[9.e+]"), T("[1.0e-]"),
	/* Strings. */
	T("\""), T("\"a"), T("'a'"), T("\"\\"), T("\"\\\""), T("\"a\\\""),
	T("a\""), T("\"\\x41\""), T("\"\\a\""), T("\"\\v\""), T("\"\\0\""),
	T("\"\\'\""), T("\"\\e\""), T("\"\\ \""), T("\"\\\n\""),
	T("\"\\U0041\""), T("\"\\\0\""), T("\"\\\xc3\xa4\""), T("`a`"),
	T("\"\\u\""), T("\"\\u0\""), T("\"\\u00\""), T("\"\\u004\""),
	T("\"\\u00g1\""), T("\"\\u+041\""), T("\"\\u 041\""), T("\"\\u-041\""),
	T("\"\\u0x41\""), T("\"\\u{41}\""), T("\"\\u004"), T("\"\\u0041"),
	T("\"\n\""), T("\"\r\""), T("\"\t\""), T("\"\b\""), T("\"\x1f\""),
	T("\"\x01\""), T("\"\0\""), T("\"a\0b\""), T("\"\\u0041\n\""),
	/* U+0000, and half a pair. */
	T("\"\\u0000\""), T("\"a\\u0000b\""), T("{\"\\u0000\":1}"),
	T("{\"a\\u0000\":1}"), T("\"\\ud800\""), T("\"\\udbff\""),
	T("\"\\udc00\""), T("\"\\udfff\""), T("\"\\ud800a\""),
	T("\"\\ud800\\n\""), T("\"\\ud800\\ud800\""), T("\"\\ud800\\u0041\""),
	T("\"\\udc00\\ud800\""), T("\"\\ud800\\\""), T("\"\\ud800\\u\""),
	T("\"\\ud800\\udc0\""), T("\"\\ud800\\udc0g\""), T("\"\\ud800\\ue000\""),
	T("\"\\ud800\\udbff\""), T("\"\\ud800\\udc00\\ud800\""),
	T("\"\\ud800udc00\""), T("\"\\ud800\\Udc00\""), T("{\"\\ud800\":1}"),
	T("\"\\ud83d\xf0\x9f\x98\x80\""), T("\"\\uD800\\u0000\""),
	/* Bad UTF-8: overlong, surrogates, too large, cut off, stray. */
	T("\"\xc0\x80\""), T("\"\xc0\xaf\""), T("\"\xc1\xbf\""),
	T("\"\xe0\x80\x80\""), T("\"\xe0\x9f\xbf\""), T("\"\xe0\x80\xa2\""),
	T("\"\xf0\x80\x80\x80\""), T("\"\xf0\x8f\xbf\xbf\""),
	T("\"\xf8\x80\x80\x80\x80\""), T("\"\xfc\x80\x80\x80\x80\x80\""),
	T("\"\xed\xa0\x80\""), T("\"\xed\xbf\xbf\""),
	T("\"\xed\xa0\xbd\xed\xb8\x80\""), T("\"\xf4\x90\x80\x80\""),
	T("\"\xf5\x80\x80\x80\""), T("\"\xff\""), T("\"\xfe\""),
	T("\"\x80\""), T("\"\xbf\""), T("\"\xc3\""), T("\"\xe2\x82\""),
	T("\"\xf0\x9f\x98\""), T("\"\xc3(\""), T("\"\xe2\x28\xa1\""),
	T("\"\xe2\x82\x28\""), T("\"\xc3\xa4\xa4\""), T("{\"\xff\":1}"),
	T("\"\xe2\x82\\u00ac\""), T("\"\\u0041\xff\""), T("\"\xc3\\\""),
	T("\xff"), T("[\xff]"), T("[1\xe5]"), T("{\"a\":\xe5}"), T("[1e1\xe5]")
};

/* A copy of just so many octets: what reads behind them is found out. */
static struct json *
read_text(struct scim_pool *pool, const char *data, size_t len,
    char **copy)
{
	const char	*wrong = NULL;
	struct json	*v;

	*copy = malloc(len == 0 ? 1 : len);
	assert_non_null(*copy);
	memcpy(*copy, data, len);
	v = json_read(pool, *copy, len, &wrong);
	if ((v == NULL) != (wrong != NULL))
		fail_msg("%s: %s", v == NULL ? "no reason" : "a reason", data);
	return v;
}

static bool
takes(const char *data, size_t len)
{
	struct scim_pool	*pool = scim_pool_new();
	char			*copy;
	bool			 good;

	good = read_text(pool, data, len, &copy) != NULL;
	scim_pool_free(pool);
	free(copy);
	return good;
}

static void
good(void **state)
{
	size_t	 i;

	(void)state;
	for (i = 0; i < COUNT(taken); i++)
		if (!takes(taken[i].data, taken[i].len))
			fail_msg("refused: %s", taken[i].data);
}

static void
bad(void **state)
{
	size_t	 i;

	(void)state;
	for (i = 0; i < COUNT(refused); i++)
		if (takes(refused[i].data, refused[i].len))
			fail_msg("taken: %zu: %s", i, refused[i].data);
}

/* --- what it says ------------------------------------------------------ */

static void
says(void **state)
{
	static const struct {
		struct text	 text, is;
	} rows[] = {
		{ T("\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\""),
		    T("A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") },
		{ T("\"\\uDBFF\\udfff\\ud800\\udc00\""),
		    T("\xf4\x8f\xbf\xbf\xf0\x90\x80\x80") },
		{ T("\"\\u0080\\u07ff\\u0800\\uffff\""),
		    T("\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf") },
		{ T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), T("\"\\/\b\f\n\r\t") },
		{ T("\"\\\\u0041\""), T("\\u0041") },
		{ T("\"\\u005cu0041\""), T("\\u0041") },
		{ T("\"\\u0022,\\u007d\""), T("\",}") }, { T("\"\""), T("") },
		{ T(" \"a b\" "), T("a b") }, { T("\"x\\\\\""), T("x\\") },
		{ T("-1.50e+010"), T("-1.50e+010") }, { T("-0"), T("-0") },
		{ T(" 123456789012345678901234567890 "),
		    T("123456789012345678901234567890") },
		{ T("1E400"), T("1E400") }
	};
	struct scim_pool	*pool;
	struct json		*v;
	char			*copy;
	size_t			 i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		pool = scim_pool_new();
		v = read_text(pool, rows[i].text.data, rows[i].text.len,
		    &copy);
		assert_non_null(v);
		assert_int_equal(v->len, rows[i].is.len);
		assert_memory_equal(v->text, rows[i].is.data, v->len);
		scim_pool_free(pool);
		free(copy);
	}
}

/* Every start of a good document is bad, unless it is a number. */
static void
cut_off(void **state)
{
	static const char	 whole[] = " {\"a\" : [1.5e-3, \"x\\u00e4\\ud83d"
	    "\\ude00\\n\xf0\x9f\x98\x80\", true, false, null, {\"b\":{}, "
	    "\"\\u0063\":[]}], \"d\":-0}";
	size_t	 len = sizeof(whole) - 1, i;

	(void)state;
	assert_true(takes(whole, len));
	for (i = 0; i < len; i++)
		if (takes(whole, i))
			fail_msg("taken: %.*s", (int)i, whole);
}

/* --- limits ------------------------------------------------------------- */

static void
depths(void **state)
{
	static const char	*open[] = { "[", "{\"a\":" };
	static const char	*shut[] = { "]", "}" };
	char			 text[16 * LIMIT_SCIM_DEPTH + 64];
	size_t			 kind, levels, i;

	(void)state;
	for (kind = 0; kind < 2; kind++)
		for (levels = LIMIT_SCIM_DEPTH - 1;
		    levels <= LIMIT_SCIM_DEPTH + 1; levels++) {
			text[0] = '\0';
			for (i = 0; i < levels; i++)
				strlcat(text, open[kind], sizeof(text));
			strlcat(text, "1", sizeof(text));
			for (i = 0; i < levels; i++)
				strlcat(text, shut[kind], sizeof(text));
			assert_int_equal(takes(text, strlen(text)),
			    levels <= LIMIT_SCIM_DEPTH);
		}
	/* Side by side is not deep; without end must not be either. */
	for (i = 0, text[0] = '\0'; i < LIMIT_SCIM_DEPTH * 2; i++)
		strlcat(text, i == 0 ? "[[]" : ",[]", sizeof(text));
	strlcat(text, "]", sizeof(text));
	assert_true(takes(text, strlen(text)));
}

/* Deep without end, and a name that comes last of very many. */
static void
large(void **state)
{
	size_t	 size = 1000000, i, n;
	char	*text = malloc(size + 1);

	(void)state;
	assert_non_null(text);
	memset(text, '[', size);
	assert_false(takes(text, size));
	memset(text, ' ', size);
	assert_false(takes(text, size));
	text[size - 1] = '1';
	assert_true(takes(text, size));
	memset(text, '9', size);
	assert_true(takes(text, size));
	for (n = LIMIT_SCIM_KEYS; n <= LIMIT_SCIM_KEYS + 1; n++) {
		strlcpy(text, "{", size);
		for (i = 0; i < n; i++)
			snprintf(text + strlen(text), 64, "%s\"k%zu\":%zu",
			    i == 0 ? "" : ",", i, i);
		strlcat(text, "}", size);
		assert_int_equal(takes(text, strlen(text)),
		    n == LIMIT_SCIM_KEYS);
	}
	/* The last may be the first again. */
	snprintf(text, size, "{\"K0\":1");
	for (i = 1; i < LIMIT_SCIM_KEYS - 1; i++)
		snprintf(text + strlen(text), 64, ",\"k%zu\":1", i);
	strlcat(text, ",\"k0\":1}", size);
	assert_false(takes(text, strlen(text)));
	free(text);
}

/* --- beside jansson ------------------------------------------------------ */

static uint32_t	 seed;

static uint32_t
any(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

struct draft {
	char	 text[4096];
	size_t	 len;
};

static void
add(struct draft *d, const char *text)
{
	size_t	 len = strlen(text);

	if (d->len + len < sizeof(d->text)) {
		memcpy(d->text + d->len, text, len);
		d->len += len;
	}
}

static const char *const	 pieces[] = {
	"a", "B", "0", " ", "/", "\\\"", "\\\\", "\\/", "\\n", "\\t", "\\u0041",
	"\\u00e4", "\\ud83d\\ude00", "\\u20ac", "\xc3\xa4", "\xf0\x9f\x98\x80",
	"\xe2\x82\xac", "\x7f", "{", "]", ",", ":", "\\u001f", "'"
};
static const char *const	 numbers[] = {
	"0", "-0", "1", "-17", "3.25", "1e3", "-2.5E-3", "9007199254740993",
	"12345678901", "0.5"
};
static const char *const	 blanks[] = { "", "", "", " ", "\n", "\t\r" };
#define ONE_OF(a)	(a)[any(COUNT(a))]

static void
random_string(struct draft *d, int number)
{
	char	 name[16];
	int	 i;

	add(d, "\"");
	if (number >= 0) {
		snprintf(name, sizeof(name), "%d", number);
		add(d, name);
		add(d, "x");
	}
	for (i = (int)any(4); i > 0; i--)
		add(d, ONE_OF(pieces));
	add(d, "\"");
}

static void
random_value(struct draft *d, unsigned int depth)
{
	static const char *const	 words[] = { "true", "false", "null" };
	unsigned int			 kind = any(depth > 4 ? 4 : 7), i, n;

	add(d, ONE_OF(blanks));
	if (kind == 0)
		add(d, ONE_OF(words));
	else if (kind == 1)
		add(d, ONE_OF(numbers));
	else if (kind < 4)
		random_string(d, -1);
	else {
		add(d, kind == 4 ? "[" : "{");
		for (i = 0, n = any(4); i < n; i++) {
			if (i > 0)
				add(d, ",");
			if (kind > 4) {
				add(d, ONE_OF(blanks));
				random_string(d, (int)i);
				add(d, ONE_OF(blanks));
				add(d, ":");
			}
			random_value(d, depth + 1);
		}
		add(d, ONE_OF(blanks));
		add(d, kind == 4 ? "]" : "}");
	}
	add(d, ONE_OF(blanks));
}

static bool	 same(const struct json *, const json_t *);

static bool
same_object(const struct json *v, const json_t *j)
{
	const struct json	*m;
	const json_t		*other;

	if (!json_is_object(j) || v->count != json_object_size(j))
		return false;
	for (m = v->child; m != NULL; m = m->next) {
		other = json_object_getn(j, m->key, m->key_len);
		if (other == NULL || !same(m, other))
			return false;
	}
	return true;
}

static bool
same_number(const struct json *v, const json_t *j)
{
	char	 text[64];

	if (v->len >= sizeof(text) || !json_is_number(j))
		return false;
	memcpy(text, v->text, v->len);
	text[v->len] = '\0';
	if (json_is_integer(j))
		return strtoll(text, NULL, 10) == json_integer_value(j);
	return !(strtod(text, NULL) < json_real_value(j)) &&
	    !(strtod(text, NULL) > json_real_value(j));
}

/* Whether it is the same value; sizes and all. */
static bool
same(const struct json *v, const json_t *j)
{
	const struct json	*m;
	size_t			 i = 0;

	switch (v->type) {
	case OUR_NULL:
		return json_is_null(j);
	case OUR_FALSE:
		return json_is_false(j);
	case OUR_TRUE:
		return json_is_true(j);
	case JSON_NUMBER:
		return same_number(v, j);
	case OUR_STRING:
		return json_is_string(j) &&
		    json_string_length(j) == v->len && (v->len == 0 ||
		    memcmp(json_string_value(j), v->text, v->len) == 0);
	case OUR_OBJECT:
		return same_object(v, j);
	default:
		break;
	}
	if (!json_is_array(j) || json_array_size(j) != v->count)
		return false;
	for (m = v->child; m != NULL; m = m->next)
		if (!same(m, json_array_get(j, i++)))
			return false;
	return i == v->count;
}

/* Whether names of an object differ in case alone; jansson takes that. */
static bool
differs_in_case(const json_t *j)
{
	json_t		*child, *t = (json_t *)(uintptr_t)j;
	const char	*key, *other;
	json_t		*ignored;
	size_t		 i;

	json_array_foreach(t, i, child)
		if (differs_in_case(child))
			return true;
	json_object_foreach(t, key, child) {
		if (differs_in_case(child))
			return true;
		json_object_foreach(t, other, ignored)
			if (key != other && strcasecmp(key, other) == 0)
				return true;
	}
	return false;
}

/*
 * Both take it and it says the same, or both refuse it.  What may differ:
 * a number out of range, that jansson refuses; names that differ in case
 * and a NUL behind the value, that we do.
 */
static void
judge(const char *text, size_t len)
{
	struct scim_pool	*pool = scim_pool_new();
	struct json		*v;
	json_error_t		 error;
	json_t			*j;
	char			*copy;

	v = read_text(pool, text, len, &copy);
	j = json_loadb(copy, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
	    &error);
	if (v != NULL && j == NULL &&
	    json_error_code(&error) != json_error_numeric_overflow)
		fail_msg("taken alone: %.*s (%s)", (int)len, text,
		    error.text);
	if (v == NULL && j != NULL && !differs_in_case(j) &&
	    memchr(text, '\0', len) == NULL)
		fail_msg("refused alone: %.*s", (int)len, text);
	if (v != NULL && j != NULL && !same(v, j))
		fail_msg("read otherwise: %.*s", (int)len, text);
	json_decref(j);
	scim_pool_free(pool);
	free(copy);
}

static void
tables_judged(void **state)
{
	size_t	 i;

	(void)state;
	for (i = 0; i < COUNT(taken); i++)
		judge(taken[i].data, taken[i].len);
	for (i = 0; i < COUNT(refused); i++)
		judge(refused[i].data, refused[i].len);
}

static void
random_judged(void **state)
{
	static struct draft	 d;
	int			 i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		seed = (uint32_t)i;
		d.len = 0;
		random_value(&d, 0);
		if (d.len < sizeof(d.text) - 64 && !takes(d.text, d.len))
			fail_msg("refused: %.*s", (int)d.len, d.text);
		judge(d.text, d.len);
	}
}

/* An octet changed, put in, taken out, or the end cut off. */
static void
spoil(struct draft *d)
{
	static const char	 octets[] = "\"\\{}[],:0-+.eEu/ \n\t\b\xc3\xed\xff"
	    "\x80" "dtfna9";
	size_t			 at = any((uint32_t)d->len);

	switch (any(4)) {
	case 0:
		d->text[at] = octets[any(sizeof(octets))];
		break;
	case 1:
		memmove(d->text + at + 1, d->text + at, d->len - at);
		d->text[at] = octets[any(sizeof(octets))];
		d->len++;
		break;
	case 2:
		memmove(d->text + at, d->text + at + 1, d->len - at - 1);
		d->len--;
		break;
	default:
		d->len = at;
	}
}

static void
spoiled_judged(void **state)
{
	static struct draft	 d;
	int			 i, n;

	(void)state;
	for (i = 0; i < 60000; i++) {
		seed = (uint32_t)i + 7777777;
		d.len = 0;
		random_value(&d, 0);
		for (n = (int)any(3); n >= 0 && d.len > 0 &&
		    d.len < sizeof(d.text) - 1; n--)
			spoil(&d);
		judge(d.text, d.len);
	}
}

/* What is written is read back, whatever it is. */
static void
written(void **state)
{
	static const struct text	 texts[] = {
		T(""), T("\"\\/\b\f\n\r\t"), T("\x01\x1f\x7f"),
		T("\xc3\xa4\xf0\x9f\x98\x80\xe2\x80\xa8"), T("</script>"),
		T("\\u0000"), T("a\"b\"c\\")
	};
	struct scim_pool	*pool;
	struct buffer		 b = { 0 };
	struct json		*v;
	char			*copy;
	size_t			 i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		pool = scim_pool_new();
		json_quoted(&b, texts[i].data);
		v = read_text(pool, (const char *)buffer_at(&b),
		    buffer_len(&b), &copy);
		assert_non_null(v);
		assert_int_equal(v->len, texts[i].len);
		assert_memory_equal(v->text, texts[i].data, v->len);
		judge((const char *)buffer_at(&b), buffer_len(&b));
		buffer_free(&b);
		scim_pool_free(pool);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good), cmocka_unit_test(bad),
		cmocka_unit_test(says), cmocka_unit_test(cut_off),
		cmocka_unit_test(depths), cmocka_unit_test(large),
		cmocka_unit_test(tables_judged),
		cmocka_unit_test(random_judged),
		cmocka_unit_test(spoiled_judged), cmocka_unit_test(written)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
