/* Units of common/form.c: queries and form bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/form.h"

static void
good(void **state)
{
	static const char	 in[] = "a=1&b=x+y%2fz&c&=v&a=2&d=";
	const struct form_field	*f;
	struct form		 form;
	bool			 twice;

	(void)state;
	assert_true(form_parse(&form, in, strlen(in)));
	assert_int_equal(form.count, 6);
	assert_non_null(f = form_find(&form, "a", &twice));
	assert_string_equal(f->value, "1");
	assert_true(twice);
	assert_non_null(f = form_find(&form, "b", &twice));
	assert_string_equal(f->value, "x y/z");
	assert_int_equal(f->raw.len, 7);
	assert_memory_equal(f->raw.data, "x+y%2fz", 7);
	assert_false(twice);
	assert_non_null(f = form_find(&form, "c", NULL));
	assert_string_equal(f->value, "");
	assert_non_null(form_find(&form, "", NULL));
	assert_null(form_find(&form, "e", &twice));
	assert_false(twice);
	form_free(&form);
	assert_true(form_parse(&form, "", 0));
	assert_int_equal(form.count, 0);
	form_free(&form);
	assert_true(form_parse(&form, "&&a=1&&", 7));
	assert_int_equal(form.count, 1);
	form_free(&form);
}

static void
refused(void **state)
{
	static const char *const bad[] = { "a=%", "a=%2", "a=%zz", "a=%00",
	    "%00=a", "%=1", "a=b c", "a=\t", "a=\x80", "a=b\n", "a\x7f=1",
	    "a=%u0041" };
	struct form	 form;
	char		 many[FORM_FIELDS * 2 + 3];
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(form_parse(&form, bad[i], strlen(bad[i])));
		form_free(&form);
	}
	assert_false(form_parse(&form, "a=\0b", 4));
	form_free(&form);
	for (i = 0; i < sizeof(many); i++)
		many[i] = i % 2 == 0 ? 'a' : '&';
	assert_false(form_parse(&form, many, sizeof(many)));
	form_free(&form);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(refused)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
