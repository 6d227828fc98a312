/* Units of common/encode.c: canonical forms only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"

/* RFC 4648 section 10. */
static const struct {
	const char	*plain;
	const char	*padded;
	const char	*url;
} vectors[] = {
	{ "", "", "" }, { "f", "Zg==", "Zg" }, { "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" }, { "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xfe", "+//+", "-__-" }
};

static void
base64_vectors(void **state)
{
	size_t	 i, len;
	char	*text;
	uint8_t	*data;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		len = strlen(vectors[i].plain);
		text = base64_encode(vectors[i].plain, len);
		assert_string_equal(text, vectors[i].padded);
		free(text);
		text = base64url_encode(vectors[i].plain, len);
		assert_string_equal(text, vectors[i].url);
		free(text);
		data = base64_decode(vectors[i].padded,
		    strlen(vectors[i].padded), &len);
		assert_non_null(data);
		assert_int_equal(len, strlen(vectors[i].plain));
		assert_memory_equal(data, vectors[i].plain, len);
		free(data);
		data = base64url_decode(vectors[i].url,
		    strlen(vectors[i].url), &len);
		assert_non_null(data);
		assert_memory_equal(data, vectors[i].plain, len);
		free(data);
	}
	data = base64_decode(" Zm9v\r\n\tYmFy ", 13, &len);
	assert_non_null(data);
	assert_int_equal(len, 6);
	free(data);
}

static void
base64_refused(void **state)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "Zm9=v",
	    "=", "====", "Zh==", "Zm9", "Zm+_", "Zm9v!", "Zm8=Zm8=", "Z\x80==",
	    "-__-" };
	static const char *const badurl[] = { "Z", "Zg==", "Zh", "Zm9v ",
	    "+//+", "Zm9\n" };
	size_t	 i, len;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(base64_decode(bad[i], strlen(bad[i]), &len));
	for (i = 0; i < sizeof(badurl) / sizeof(badurl[0]); i++)
		assert_null(base64url_decode(badurl[i], strlen(badurl[i]),
		    &len));
}

static void
hex(void **state)
{
	uint8_t	 out[4];
	char	 text[9];

	(void)state;
	hex_encode("\x00\xff\x1a", 3, text);
	assert_string_equal(text, "00ff1a");
	assert_true(hex_decode("00fF1A", out, 3));
	assert_memory_equal(out, "\x00\xff\x1a", 3);
	assert_false(hex_decode("00ff1", out, 3));
	assert_false(hex_decode("00ff1a2b", out, 3));
	assert_false(hex_decode("00fg1a", out, 3));
	assert_false(hex_decode("", out, 1));
}

static void
utf8(void **state)
{
	static const char *const good[] = { "", "a", "\xc3\xa4",
	    "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf",
	    "\xed\x9f\xbf", "\xee\x80\x80" };
	static const char *const bad[] = { "\x80", "\xc0\xaf", "\xc1\xbf",
	    "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xf0\x80\x80\xaf",
	    "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80",
	    "\xf5\x80\x80\x80", "\xff", "\xfe", "\xc3", "\xe2\x82",
	    "\xf0\x9f\x98", "a\xc3" "b" };
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(utf8_plain(good[i], strlen(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
	assert_false(utf8_valid("a\0b", 3));
	assert_true(utf8_valid("a\nb", 3));
	assert_false(utf8_plain("a\nb", 3));
	assert_false(utf8_plain("\x7f", 1));
	assert_false(utf8_plain("\xc2\x85", 2));
}

static void
utf8_cut(void **state)
{
	static const char	 text[] = "a\xc3\xa4\xf0\x9f\x98\x80z";
	static const size_t	 fit[] = { 0, 1, 1, 3, 3, 3, 3, 7, 8, 8, 8 };
	char			 copy[12];
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(fit) / sizeof(fit[0]); i++) {
		assert_int_equal(utf8_fit(text, i), fit[i]);
		memset(copy, 'x', sizeof(copy));
		utf8_copy(copy, text, i + 1);
		assert_int_equal(strlen(copy), fit[i]);
		assert_memory_equal(copy, text, fit[i]);
		assert_int_equal(copy[i + 1], 'x');
	}
}

static void
percent(void **state)
{
	char	*text;

	(void)state;
	text = percent_encode("a b/\xc3\xa4?&=%~", "/");
	assert_string_equal(text, "a%20b/%C3%A4%3F%26%3D%25~");
	free(text);
}

static void
secrets(void **state)
{
	(void)state;
	assert_true(equal_secret("abc", 3, "abc", 3));
	assert_true(equal_secret("", 0, "", 0));
	assert_false(equal_secret("abc", 3, "abd", 3));
	assert_false(equal_secret("abc", 3, "ab", 2));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(base64_vectors),
		cmocka_unit_test(base64_refused),
		cmocka_unit_test(hex),
		cmocka_unit_test(utf8),
		cmocka_unit_test(utf8_cut),
		cmocka_unit_test(percent),
		cmocka_unit_test(secrets)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
