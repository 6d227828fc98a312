/*
 * A list of what is wrong with the configuration.  In parent.  Pure: it
 * never writes to the log; who made the list decides where it goes.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/parent/errors.h"

void
errors_add(struct errors *e, const struct place *at, const char *fmt, ...)
{
	char	*text, *line;
	va_list	 ap;
	int	 n;

	if (e->count == ERRORS_MOST)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		fatal("errors");
	if (at != NULL) {
		if (asprintf(&line, "%s:%d: %s", at->file, at->line,
		    text) == -1)
			fatal("errors");
		free(text);
	} else
		line = text;
	e->list = reallocarray(e->list, e->count + 1, sizeof(*e->list));
	if (e->list == NULL)
		fatal("errors");
	e->list[e->count++] = line;
}

char *
errors_text(const struct errors *e, size_t most)
{
	char	*text;
	size_t	 i, len, size;

	size = 1;
	for (i = 0; i < e->count; i++)
		size += strlen(e->list[i]) + 1;
	if ((text = malloc(size)) == NULL)
		fatal("errors");
	len = 0;
	for (i = 0; i < e->count; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s",
		    i == 0 ? "" : "\n", e->list[i]);
	text[len] = '\0';
	if (len > most)
		text[most] = '\0';
	return text;
}

void
errors_free(struct errors *e)
{
	size_t	 i;

	for (i = 0; i < e->count; i++)
		free(e->list[i]);
	free(e->list);
	e->list = NULL;
	e->count = 0;
}
