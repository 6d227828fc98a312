/* The file of member relink: what is a pair, and what is told of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/limits.h"
#include "common/record.h"
#include "hfssoctl/relink.h"

static char	 said[4096];
static char	 all[1024];

/* What comes of a file; the options, "|" between, are in all. */
static int
reads(const char *text, size_t len)
{
	struct strings	 options = { 0, NULL };
	FILE		*in, *out;
	size_t		 i;
	int		 n;

	memset(said, 0, sizeof(said));
	in = fmemopen((void *)(uintptr_t)text, len, "r");
	out = fmemopen(said, sizeof(said), "w");
	assert_non_null(in);
	assert_non_null(out);
	n = relink_read(in, "list", &options, out);
	fclose(in);
	fclose(out);
	all[0] = '\0';
	for (i = 0; i < options.count; i++) {
		strlcat(all, i > 0 ? "|" : "", sizeof(all));
		strlcat(all, options.list[i], sizeof(all));
		free((void *)(uintptr_t)options.list[i]);
	}
	assert_int_equal(options.count, n == -1 ? 0 : 2 * n);
	strings_free(&options);
	return n;
}

static void
test_good(void **state)
{
	static const struct {
		const char	*text;
		int		 count;
		const char	*options;
	} good[] = {
		{ "a,b\n", 1, "old=a|new=b" },
		{ "a,b", 1, "old=a|new=b" },
		{ "# who,what\n\n  \na,b\r\n\tc , d \n", 2,
		    "old=a|new=b|old=c|new=d" },
		{ "\"CN=a,OU=b\",\"say \"\"x\"\"\"\n", 1,
		    "old=CN=a,OU=b|new=say \"x\"" },
		{ "\" a \" , \"#\"\n", 1, "old= a |new=#" },
		{ "a b,c d\n", 1, "old=a b|new=c d" },
		/* To another connection the subject may stay. */
		{ "a,a\n", 1, "old=a|new=a" },
		/* Two swap. */
		{ "a,b\nb,a\n", 2, "old=a|new=b|old=b|new=a" },
		{ "\303\244,b\n", 1, "old=\303\244|new=b" },
		{ "#\n", 0, "" },
		{ NULL, 0, NULL }
	};
	int	 i;

	(void)state;
	for (i = 0; good[i].text != NULL; i++) {
		if (reads(good[i].text, strlen(good[i].text)) !=
		    good[i].count)
			fail_msg("%s\nsays: %s", good[i].text, said);
		assert_string_equal(all, good[i].options);
		assert_string_equal(said, "");
	}
}

static void
test_bad(void **state)
{
	static const struct {
		const char	*text;
		const char	*says;
	} bad[] = {
		{ "a\n", "list:1: is not two subjects" },
		{ "a,b\nc;d\n", "list:2: is not two subjects" },
		{ "a,b,c\n", "list:1: is not two subjects" },
		{ "a,b,\n", "list:1: is not two subjects" },
		{ ",b\n", "list:1: a subject is empty" },
		{ "a,\n", "list:1: a subject is empty" },
		{ "a,  \n", "list:1: a subject is empty" },
		{ "\"\",b\n", "list:1: a subject is empty" },
		{ "a,\"\n", "list:1: a quote does not end" },
		{ "a,\"b\n\"\n", "list:1: a quote does not end" },
		{ "\"a\"\",b\n", "list:1: a quote does not end" },
		{ "\"a\"x,b\n", "list:1: something stands behind a quote" },
		{ "a\"b\",c\n", "list:1: a quote within" },
		{ "a,b\001\n", "list:1: a subject is not UTF-8" },
		{ "a,b\377\n", "list:1: a subject is not UTF-8" },
		{ "a,b\n# x\na,c\n", "list:3: the old subject is also in "
		    "line 1" },
		{ "a,b\nc,b\n", "list:2: the new subject is also in line 1" },
		{ "a\nb\n", "list:2: " },
		{ NULL, NULL }
	};
	int	 i;

	(void)state;
	for (i = 0; bad[i].text != NULL; i++) {
		assert_int_equal(reads(bad[i].text, strlen(bad[i].text)), -1);
		if (strstr(said, bad[i].says) == NULL)
			fail_msg("%s\nsays: %s", bad[i].text, said);
	}
	assert_int_equal(reads("a\0x,b\n", 6), -1);
	assert_string_equal(said, "list:1: has a NUL\n");
}

static void
test_long(void **state)
{
	char	 text[2 * LIMIT_SUBJECT];
	size_t	 n;

	(void)state;
	memset(text, 'x', sizeof(text));
	n = LIMIT_SUBJECT;
	memcpy(text + n, ",b\n", 3);
	assert_int_equal(reads(text, n + 3), 1);
	memset(text, 'x', sizeof(text));
	n++;
	memcpy(text + n, ",b\n", 3);
	assert_int_equal(reads(text, n + 3), -1);
	assert_non_null(strstr(said, "list:1: a subject is too long"));
}

/* Not a screen after another of the same fault. */
static void
test_many_faults(void **state)
{
	char	 text[200];

	(void)state;
	memset(text, '\n', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i += 2)
		text[i] = 'x';
	assert_int_equal(reads(text, sizeof(text)), -1);
	assert_non_null(strstr(said, "list:20: "));
	assert_null(strstr(said, "list:21: "));
	assert_non_null(strstr(said, "list: and 80 faults more\n"));
}

/* As many as one message may hold, in no time. */
static void
test_many(void **state)
{
	struct strings	 options = { 0, NULL };
	FILE		*f, *out;
	size_t		 i;

	(void)state;
	f = tmpfile();
	out = tmpfile();
	assert_non_null(f);
	assert_non_null(out);
	for (i = 0; i < CTL_OPTIONS / 2 - 8; i++)
		fprintf(f, "old-%zu,new-%zu\n", i, i);
	rewind(f);
	assert_int_equal(relink_read(f, "list", &options, stderr),
	    CTL_OPTIONS / 2 - 8);
	assert_string_equal(options.list[options.count - 1],
	    "new=new-99991");
	for (i = 0; i < options.count; i++)
		free((void *)(uintptr_t)options.list[i]);
	strings_free(&options);
	fseek(f, 0, SEEK_END);
	fputs("one,more\n", f);
	rewind(f);
	assert_int_equal(relink_read(f, "list", &options, out), -1);
	assert_int_equal(options.count, 0);
	fclose(f);
	fclose(out);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_many_faults),
		cmocka_unit_test(test_many)
	};

	return cmocka_run_group_tests_name("relink", tests, NULL, NULL);
}
