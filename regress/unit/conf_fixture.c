/* For units of the configuration; see conf_fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf_fixture.h"

struct errors	 errors;
static char	 folder[] = "/tmp/conf_test.XXXXXX";

int
conf_begin(void **unused)
{
	(void)unused;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

int
conf_end(void **unused)
{
	static const char *const	 names[] = {
		"main.conf", "more.conf", "strict.conf"
	};
	size_t				 i;

	(void)unused;
	errors_free(&errors);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(conf_path(names[i]));
	return rmdir(folder);
}

const char *
conf_path(const char *name)
{
	static char	 path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

void
conf_write(const char *name, const char *text)
{
	FILE	*f;

	f = fopen(conf_path(name), "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

struct conf *
load_with(const char *text, const struct strings *macros)
{
	struct conf	*c;

	conf_write("main.conf", text);
	errors_free(&errors);
	c = conf_load(conf_path("main.conf"), macros, false, &errors);
	assert_int_equal(c == NULL, errors.count > 0);
	return c;
}

struct conf *
load(const char *text)
{
	struct strings	 none = { 0, NULL };

	return load_with(text, &none);
}

struct conf *
good(const char *text)
{
	struct conf	*c;

	if ((c = load(text)) == NULL)
		fail_msg("%s\n%s", errors.list[0], text);
	return c;
}

static void
one_refused(const struct refusal *r)
{
	struct conf	*c;
	char		 want[300];
	size_t		 i;

	if ((c = load(r->text)) != NULL)
		fail_msg("accepted: %s", r->text);
	snprintf(want, sizeof(want), "%s:%d: ", conf_path("main.conf"),
	    r->line);
	for (i = 0; i < errors.count; i++)
		if (strncmp(errors.list[i], want, strlen(want)) == 0 &&
		    strstr(errors.list[i], r->says) != NULL)
			return;
	fail_msg("%s\nsays: %s\nnot: %s%s", r->text, errors.list[0], want,
	    r->says);
}

void
all_refused(const struct refusal *list)
{
	for (; list->text != NULL; list++)
		one_refused(list);
}

bool
told(const struct writer *w, const char *what)
{
	return memmem(w->data, w->len, what, strlen(what)) != NULL;
}
