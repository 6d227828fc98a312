/*
 * Fuzzer of the configuration: lexer, grammar, checks and views.  What is
 * accepted must print to something that is accepted and prints the same.
 */
#include <sys/mman.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/limits.h"
#include "hfssod/parent/conf.h"
#include "hfssod/parent/conf_view.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct conf *
load(const void *data, size_t size)
{
	struct errors	 e = { 0, NULL };
	struct strings	 none = { 0, NULL };
	struct conf	*c;
	char		 path[64], *text;
	int		 fd;

	if ((fd = memfd_create("conf", 0)) == -1 ||
	    write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	c = conf_load(path, &none, false, &e);
	close(fd);
	if ((c == NULL) != (e.count > 0))
		abort();
	text = errors_text(&e, 4000);
	free(text);
	errors_free(&e);
	return c;
}

static void
views(const struct conf *c)
{
	struct conf_organization	*o;
	struct conf_listen		*l;
	struct strings			 files = { 0, NULL };
	struct writer			 w;

	wire_init(&w, LIMIT_VIEW);
	TAILQ_FOREACH(l, &c->listens, entry)
		conf_view_http(c, l, &w, &files);
	TAILQ_FOREACH(o, &c->organizations, entry) {
		conf_view_verifier(c, o->group, &w, &files);
		conf_view_fetch(c, o->group, &w, &files);
	}
	conf_view_policy(c, &w);
	strings_free(&files);
	wire_free(&w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct writer	 first, second;
	struct conf	*c;

	/* Another file would make a finding depend on this machine. */
	if (memmem(data, size, "include", 7) != NULL ||
	    (c = load(data, size)) == NULL)
		return 0;
	views(c);
	wire_init(&first, LIMIT_VIEW);
	wire_init(&second, LIMIT_VIEW);
	conf_print(c, &first);
	conf_free(c);
	if ((c = load(first.data, first.len)) == NULL)
		abort();
	conf_print(c, &second);
	conf_free(c);
	if (first.len != second.len ||
	    memcmp(first.data, second.data, first.len) != 0)
		abort();
	wire_free(&first);
	wire_free(&second);
	return 0;
}
