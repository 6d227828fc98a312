/* Units of hfssod/policy/fold.c: case folding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "hfssod/policy/fold.h"

static void
same(const char *a, const char *b, int is)
{
	char	*x = fold_text(a), *y = fold_text(b);

	assert_int_equal(strcmp(x, y) == 0, is);
	free(x);
	free(y);
}

static void
joins(void **state)
{
	(void)state;
	same("Ada", "aDA", 1);
	same("\xc3\x84", "\xc3\xa4", 1);			/* A umlaut */
	same("\xce\xa3", "\xcf\x83", 1);			/* sigma */
	same("\xcf\x82", "\xcf\x83", 1);			/* final one */
	same("\xef\xbc\xa1", "\xef\xbd\x81", 1);		/* full-width */
	same("\xd0\x96", "\xd0\xb6", 1);			/* Cyrillic */
	same("\xe2\x84\xaa", "k", 1);				/* Kelvin */
	same("\xf0\x90\x90\x80", "\xf0\x90\x90\xa8", 1);	/* Deseret */
	same("", "", 1);
}

static void
keeps_apart(void **state)
{
	(void)state;
	same("a", "b", 0);
	same("\xc3\x84", "a", 0);
	same("\xc3\x9f", "ss", 0);			/* sharp s */
	same("\xc4\xb0", "i", 0);			/* dotted capital I */
	same("\xc4\xb1", "i", 0);			/* dotless i */
	same("\xef\xbc\xa1", "a", 0);			/* full-width and not */
	same("\xc3\x84", "A\xcc\x88", 0);		/* composed and not */
	same("a\xff", "a\xfe", 0);			/* no UTF-8 */
	same("\xc3", "\xe3", 0);
	same("@[`{", "`{@[", 0);
}

/* A fold is its own fold, and nothing is read beyond a torn character. */
static void
whole_range(void **state)
{
	uint32_t	 c;

	(void)state;
	for (c = 0; c < 0x20000; c++)
		assert_int_equal(fold_char(fold_char(c)), fold_char(c));
	same("\xf0\x90", "\xf0\x90", 1);
	same("x\xe2\x84", "x\xe2\x84", 1);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(joins),
		cmocka_unit_test(keeps_apart),
		cmocka_unit_test(whole_range)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
