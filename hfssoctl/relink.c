/* The file of member relink.  In hfssoctl. */
#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/record.h"
#include "hfssoctl/flag.h"
#include "hfssoctl/relink.h"

#define FAULTS	20		/* that are told */

enum { OLD, NEW };

struct pair {
	char	*subject[2];
	int	 line;
};

struct list {
	const char	*name;	/* of the file */
	FILE		*messages;
	struct pair	*pairs;
	size_t		 count;
	size_t		 size;		/* of the array */
	int		 line;
	int		 faults;
};

static void
fault(struct list *l, int line, const char *text)
{
	if (l->faults++ < FAULTS)
		fprintf(l->messages, "%s:%d: %s\n", l->name, line, text);
}

static const char *
skip(const char *p)
{
	return p + strspn(p, " \t");
}

/*
 * One field, up to a comma or the end, where the cursor is left.  Returns
 * why it is none, or NULL.
 */
static const char *
field(const char **at, char *out, size_t size)
{
	const char	*p;
	size_t		 n = 0;
	bool		 closed, quoted;

	p = skip(*at);
	closed = false;
	quoted = *p == '"';
	for (p += quoted; *p != '\0'; p++) {
		if (quoted && *p == '"' && *++p != '"') {
			closed = true;
			break;
		}
		if (!quoted && *p == ',')
			break;
		if (!quoted && *p == '"')
			return "a quote within a subject that is not quoted";
		if (n + 1 == size)
			return "a subject is too long";
		out[n++] = *p;
	}
	if (quoted && !closed)
		return "a quote does not end";
	while (!quoted && n > 0 && strchr(" \t", out[n - 1]) != NULL)
		n--;
	out[n] = '\0';
	*at = skip(p);
	if (**at != ',' && **at != '\0')
		return "something stands behind a quote";
	if (n == 0)
		return "a subject is empty";
	return utf8_plain(out, n) ? NULL :
	    "a subject is not UTF-8, or has control characters";
}

static void
line_read(struct list *l, const char *text)
{
	char		 subject[2][LIMIT_SUBJECT + 1];
	const char	*why;
	struct pair	*p;
	int		 i;

	for (i = OLD; i <= NEW; i++) {
		if ((why = field(&text, subject[i], sizeof(subject[i]))) !=
		    NULL) {
			fault(l, l->line, why);
			return;
		}
		if ((*text == ',') != (i == OLD)) {
			fault(l, l->line, "is not two subjects with a comma "
			    "between");
			return;
		}
		text += i == OLD;
	}
	if (l->count == CTL_OPTIONS / 2 - 8) {
		fault(l, l->line, "one line too many");
		return;
	}
	if (l->count == l->size) {
		l->size = l->size == 0 ? 64 : l->size * 2;
		l->pairs = reallocarray(l->pairs, l->size, sizeof(*l->pairs));
		if (l->pairs == NULL)
			err(1, NULL);
	}
	p = &l->pairs[l->count++];
	p->line = l->line;
	if ((p->subject[OLD] = strdup(subject[OLD])) == NULL ||
	    (p->subject[NEW] = strdup(subject[NEW])) == NULL)
		err(1, NULL);
}

/* --- twice ---------------------------------------------------------------- */

static int
compare_old(const void *a, const void *b)
{
	const struct pair	*const *x = a, *const *y = b;
	int			 n;

	n = strcmp((*x)->subject[OLD], (*y)->subject[OLD]);
	return n != 0 ? n : (*x)->line - (*y)->line;
}

static int
compare_new(const void *a, const void *b)
{
	const struct pair	*const *x = a, *const *y = b;
	int			 n;

	n = strcmp((*x)->subject[NEW], (*y)->subject[NEW]);
	return n != 0 ? n : (*x)->line - (*y)->line;
}

/* Nobody has two new subjects, and no subject is given to two. */
static void
twice(struct list *l, int which)
{
	struct pair	**sorted;
	char		  text[64];
	size_t		  i;

	if ((sorted = calloc(l->count + 1, sizeof(struct pair *))) == NULL)
		err(1, NULL);
	for (i = 0; i < l->count; i++)
		sorted[i] = &l->pairs[i];
	qsort(sorted, l->count, sizeof(struct pair *),
	    which == OLD ? compare_old : compare_new);
	for (i = 1; i < l->count; i++) {
		if (strcmp(sorted[i - 1]->subject[which],
		    sorted[i]->subject[which]) != 0)
			continue;
		snprintf(text, sizeof(text), "the %s subject is also in line "
		    "%d", which == OLD ? "old" : "new", sorted[i - 1]->line);
		fault(l, sorted[i]->line, text);
	}
	free(sorted);
}

/* All of them at once: a list that grows by one takes its time. */
static void
hand_over(const struct list *l, struct strings *options)
{
	const char	**list;
	char		 *old, *new;
	size_t		  i;

	list = reallocarray(options->list, options->count + 2 * l->count + 1,
	    sizeof(*list));
	if (list == NULL)
		err(1, NULL);
	options->list = list;
	for (i = 0; i < l->count; i++) {
		if (asprintf(&old, "old=%s", l->pairs[i].subject[OLD]) == -1 ||
		    asprintf(&new, "new=%s", l->pairs[i].subject[NEW]) == -1)
			err(1, NULL);
		list[options->count++] = old;
		list[options->count++] = new;
	}
}

int
relink_read(FILE *f, const char *name, struct strings *options,
    FILE *messages)
{
	struct list	 l = { .name = name, .messages = messages };
	char		*text = NULL;
	size_t		 i, size = 0;
	ssize_t		 len;

	while ((len = getline(&text, &size, f)) != -1) {
		/* Some programs begin a file of UTF-8 with its mark. */
		if (++l.line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0)
			memmove(text, text + 3, (size_t)(len -= 3) + 1);
		while (len > 0 && strchr("\r\n", text[len - 1]) != NULL)
			text[--len] = '\0';
		if (strlen(text) != (size_t)len)
			fault(&l, l.line, "has a NUL");
		else if (*skip(text) != '\0' && *skip(text) != '#')
			line_read(&l, text);
	}
	if (ferror(f) != 0)
		fault(&l, l.line, "can't be read");
	free(text);
	twice(&l, OLD);
	twice(&l, NEW);
	if (l.faults == 0)
		hand_over(&l, options);
	for (i = 0; i < l.count; i++) {
		free(l.pairs[i].subject[OLD]);
		free(l.pairs[i].subject[NEW]);
	}
	free(l.pairs);
	if (l.faults > FAULTS)
		fprintf(messages, "%s: and %d faults more\n", name,
		    l.faults - FAULTS);
	return l.faults > 0 ? -1 : (int)l.count;
}
