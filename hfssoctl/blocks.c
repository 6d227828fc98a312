/*
 * A list of objects as text for people, a block for each: what has many
 * values of different length, such as connections, is no table.  In
 * hfssoctl.
 */
#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "hfssoctl/blocks.h"
#include "hfssoctl/text.h"

#define WIDTH		80
#define INDENT		4
#define DAY		86400
#define SOON		(30 * DAY)	/* what ends so soon is marked */

/* What is in the heading, in this order. */
static const char *const	heading[] = {
	"organization", "connection", "name", "protocol", "state", NULL
};
/* Times after which something is of no use any more. */
static const char *const	ends[] = {
	"expires", "until", "valid_until", NULL
};

/* Words that flow over lines. */
struct flow {
	FILE	*f;
	int	 indent;	/* of lines after the first */
	int	 column;
	bool	 begun;		/* something stands on this line */
};

static bool
listed(const char *const *list, const char *word)
{
	for (; *list != NULL; list++) {
		if (strcmp(*list, word) == 0)
			return true;
	}
	return false;
}

static void
flow_begin(struct flow *w, FILE *f, int column, int indent)
{
	w->f = f;
	w->indent = indent;
	w->column = column;
	w->begun = false;
}

/* One more, on the next line if it does not fit on this one. */
static void
flow_add(struct flow *w, const char *text)
{
	int	 len;

	len = (int)strlen(text);
	if (w->begun && w->column + 2 + len > WIDTH) {
		fprintf(w->f, "\n%*s", w->indent, "");
		w->column = w->indent;
	} else if (w->begun) {
		fputs("  ", w->f);
		w->column += 2;
	}
	fputs(text, w->f);
	w->column += len;
	w->begun = true;
}

/* --- values ------------------------------------------------------------- */

/* Two units at most: "5m", "3h 20m", "12d". */
static void
span_text(int64_t seconds, char *out, size_t size)
{
	if (seconds < 120)
		snprintf(out, size, "%llds", (long long)seconds);
	else if (seconds < 7200)
		snprintf(out, size, "%lldm", (long long)(seconds / 60));
	else if (seconds < 2 * DAY)
		snprintf(out, size, "%lldh %lldm", (long long)(seconds / 3600),
		    (long long)(seconds / 60 % 60));
	else
		snprintf(out, size, "%lldd", (long long)(seconds / DAY));
}

/* Whether text is a time as records_json writes it. */
static bool
time_parse(const char *text, int64_t *out)
{
	return strlen(text) == 20 && clock_parse(text, out);
}

/* Local time, and how far away that is; "!" if it ends soon. */
static char *
time_value(int64_t t, int64_t now, bool end)
{
	struct tm	 tm;
	time_t		 when;
	char		 text[64], span[32], *out;

	when = (time_t)t;
	if (localtime_r(&when, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm) == 0)
		text[0] = '\0';
	span_text(t > now ? t - now : now - t, span, sizeof(span));
	if (asprintf(&out, "%s (%s%s%s%s)", text,
	    end && t <= now ? "over for " : !end && t > now ? "in " : "",
	    span, end && t > now ? " left" : !end && t <= now ? " ago" : "",
	    end && t - now < SOON ? " !" : "") == -1)
		err(1, NULL);
	return out;
}

static char *
value_text(const char *name, const json_t *j, int64_t now)
{
	char	*out;
	int64_t	 t;

	switch (json_typeof(j)) {
	case JSON_STRING:
		if (time_parse(json_string_value(j), &t))
			return time_value(t, now, listed(ends, name));
		if (json_string_length(j) > 0)
			return text_safe(json_string_value(j));
		break;
	case JSON_INTEGER:
		if (asprintf(&out, "%lld",
		    (long long)json_integer_value(j)) == -1)
			err(1, NULL);
		return out;
	case JSON_TRUE:
	case JSON_FALSE:
		out = strdup(json_is_true(j) ? "yes" : "no");
		if (out == NULL)
			err(1, NULL);
		return out;
	default:
		break;
	}
	if ((out = strdup("-")) == NULL)
		err(1, NULL);
	return out;
}

/* Underscores of names are for programs. */
static const char *
plain(const char *name, char *out, size_t size)
{
	size_t	 i;

	strlcpy(out, name, size);
	for (i = 0; out[i] != '\0'; i++) {
		if (out[i] == '_')
			out[i] = ' ';
	}
	return out;
}

/* --- what is nested ------------------------------------------------------ */

static bool
empty(const json_t *j)
{
	return json_is_null(j) || (json_is_string(j) &&
	    json_string_length(j) == 0);
}

/* The values of an object in a flow; plain words stand without a name. */
static void
flow_object(struct flow *w, const json_t *object, int64_t now)
{
	const char	*key;
	char		*text, *item, name[64];
	json_t		*value;
	int64_t		 t;

	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (empty(value) || json_is_object(value) ||
		    json_is_array(value))
			continue;
		text = value_text(key, value, now);
		if (json_is_string(value) &&
		    !time_parse(json_string_value(value), &t) &&
		    strcmp(key, "error") != 0) {
			flow_add(w, text);
			free(text);
			continue;
		}
		if (asprintf(&item, "%s %s", plain(key, name, sizeof(name)),
		    text) == -1)
			err(1, NULL);
		flow_add(w, item);
		free(item);
		free(text);
	}
}

static int
widest(const json_t *object)
{
	const char	*key;
	json_t		*value;
	int		 n;

	n = 0;
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (!json_is_object(value) && !json_is_array(value) &&
		    !listed(heading, key) && (int)strlen(key) > n)
			n = (int)strlen(key);
	}
	return n;
}

/* A number for each name, as of refusals. */
static bool
counts(const json_t *j)
{
	const char	*key;
	json_t		*value;

	json_object_foreach((json_t *)(uintptr_t)j, key, value) {
		if (!json_is_integer(value))
			return false;
	}
	return !json_is_array(j);
}

/* A line for each value; the times in an object called so are ends. */
static void
print_lines(FILE *f, const char *of, const json_t *object, int64_t now)
{
	const char	*key;
	char		 name[64], *text;
	json_t		*value;
	int		 width;

	width = widest(object);
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (json_is_object(value) || json_is_array(value))
			continue;
		text = value_text(listed(ends, of) ? of : key, value, now);
		fprintf(f, "%*s%-*s  %s\n", 2 * INDENT, "", width,
		    plain(key, name, sizeof(name)), text);
		free(text);
	}
}

static void
print_nested(FILE *f, const char *key, const json_t *j, int64_t now)
{
	struct flow	 w;
	char		 name[64], *text;
	json_t		*value;
	size_t		 i;

	fprintf(f, "%*s%s", INDENT, "", plain(key, name, sizeof(name)));
	if (counts(j) || (json_is_array(j) &&
	    !json_is_object(json_array_get(j, 0)))) {
		flow_begin(&w, f, INDENT + (int)strlen(name) + 2, 2 * INDENT);
		fputs("  ", f);
		flow_object(&w, j, now);
		json_array_foreach(j, i, value) {
			text = value_text("", value, now);
			flow_add(&w, text);
			free(text);
		}
		fputc('\n', f);
		return;
	}
	fputc('\n', f);
	if (json_is_object(j))
		print_lines(f, key, j, now);
	json_array_foreach(j, i, value) {
		fprintf(f, "%*s", 2 * INDENT, "");
		flow_begin(&w, f, 2 * INDENT, 3 * INDENT);
		flow_object(&w, value, now);
		fputc('\n', f);
	}
}

/* --- blocks -------------------------------------------------------------- */

static bool
nested(const json_t *j)
{
	return (json_is_object(j) && json_object_size(j) > 0) ||
	    (json_is_array(j) && json_array_size(j) > 0);
}

/* One that has lists in it is no list of values itself. */
static bool
holds_nested(const json_t *j)
{
	const char	*key;
	json_t		*value;

	json_object_foreach((json_t *)(uintptr_t)j, key, value) {
		if (json_is_object(value) || json_is_array(value))
			return true;
	}
	return false;
}

/* All of an object but its heading; of an inner one only what is said. */
static void
print_members(FILE *f, const json_t *object, bool inner, int64_t now)
{
	const char	*key;
	char		 name[64], *text;
	json_t		*value;
	int		 width;

	width = widest(object);
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (json_is_object(value) || json_is_array(value) ||
		    listed(heading, key) || (inner && empty(value)))
			continue;
		text = value_text(key, value, now);
		fprintf(f, "%*s%-*s  %s\n", INDENT, "", width,
		    plain(key, name, sizeof(name)), text);
		free(text);
	}
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (!nested(value))
			continue;
		if (holds_nested(value))
			print_members(f, value, true, now);
		else
			print_nested(f, key, value, now);
	}
}

static void
print_heading(FILE *f, const json_t *object)
{
	const char	*text;
	char		*safe;
	size_t		 i;
	bool		 begun;

	begun = false;
	for (i = 0; heading[i] != NULL; i++) {
		text = json_string_value(json_object_get(object, heading[i]));
		if (text == NULL || text[0] == '\0')
			continue;
		safe = text_safe(text);
		fprintf(f, "%s%s", begun ? "  " : "", safe);
		free(safe);
		begun = true;
	}
	fputc('\n', f);
}

void
blocks_print(FILE *f, const json_t *list, int64_t now)
{
	json_t	*object;
	size_t	 i;

	json_array_foreach(list, i, object) {
		if (i > 0)
			fputc('\n', f);
		print_heading(f, object);
		print_members(f, object, false, now);
	}
}
