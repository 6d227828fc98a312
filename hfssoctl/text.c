/* A JSON tree as text for people.  In hfssoctl. */
#include <err.h>
#include <langinfo.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <vis.h>

#include "common/encode.h"
#include "hfssoctl/text.h"

#define COLUMNS		16

static char	*cell(const json_t *);

/*
 * Characters that show nothing but turn or hide what is around them:
 * U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F, U+FEFF.
 */
static bool
deceives(const char *text)
{
	const unsigned char	*p;

	for (p = (const unsigned char *)text; *p != '\0'; p++) {
		if (p[0] == 0xe2 && p[1] == 0x80 &&
		    ((p[2] >= 0x8b && p[2] <= 0x8f) ||
		    (p[2] >= 0xa8 && p[2] <= 0xae)))
			return true;
		if (p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa0 &&
		    p[2] <= 0xaf)
			return true;
		if (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
			return true;
	}
	return false;
}

static bool
ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
	}
	return true;
}

char *
text_safe(const char *text)
{
	char	*out;
	size_t	 i, len, n;

	len = strlen(text);
	if ((out = malloc(4 * len + 1)) == NULL)
		err(1, NULL);
	if (utf8_plain(text, len) && !deceives(text) && (ascii(text) ||
	    strcmp(nl_langinfo(CODESET), "UTF-8") == 0)) {
		memcpy(out, text, len + 1);
		return out;
	}
	/* Octet by octet: what is no character has no meaning either. */
	n = 0;
	for (i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x80) {
			n = (size_t)(vis(out + n, (unsigned char)text[i],
			    VIS_CSTYLE | VIS_OCTAL | VIS_NL |
			    VIS_TAB, 0) - out);
			continue;
		}
		n += (size_t)snprintf(out + n, 5, "\\%03o",
		    (unsigned int)(unsigned char)text[i]);
	}
	out[n] = '\0';
	return out;
}

/* Characters, for alignment: octets that begin one. */
static int
width(const char *text)
{
	int	 n;

	for (n = 0; *text != '\0'; text++) {
		if (((unsigned char)*text & 0xc0) != 0x80)
			n++;
	}
	return n;
}

static char *
copied(const char *text)
{
	char	*copy;

	if ((copy = strdup(text)) == NULL)
		err(1, NULL);
	return copy;
}

/* Add to a list of texts with something between; frees the second. */
static char *
joined(char *list, const char *between, char *text)
{
	char	*out;

	if (list == NULL)
		return text;
	if (asprintf(&out, "%s%s%s", list, between, text) == -1)
		err(1, NULL);
	free(list);
	free(text);
	return out;
}

/* An array or object within a cell. */
static char *
nested(const json_t *j)
{
	const char	*key;
	char		*list;
	json_t		*value;
	size_t		 i;

	list = NULL;
	if (json_is_array(j)) {
		json_array_foreach(j, i, value)
			list = joined(list, ",", cell(value));
	} else {
		json_object_foreach((json_t *)(uintptr_t)j, key, value)
			list = joined(list, " ", cell(value));
	}
	return list != NULL ? list : copied("-");
}

static char *
cell(const json_t *j)
{
	char	*text;

	switch (json_typeof(j)) {
	case JSON_STRING:
		text = text_safe(json_string_value(j));
		if (text[0] != '\0')
			return text;
		free(text);
		return copied("-");
	case JSON_INTEGER:
		if (asprintf(&text, "%lld",
		    (long long)json_integer_value(j)) == -1)
			err(1, NULL);
		return text;
	case JSON_TRUE:
		return copied("yes");
	case JSON_FALSE:
		return copied("no");
	case JSON_ARRAY:
	case JSON_OBJECT:
		return nested(j);
	default:
		return copied("-");
	}
}

/* Underscores of names are for programs. */
static void
print_name(FILE *f, const char *name, int pad)
{
	const char	*p;

	for (p = name; *p != '\0'; p++)
		fputc(*p == '_' ? ' ' : *p, f);
	if (pad > (int)strlen(name))
		fprintf(f, "%*s", pad - (int)strlen(name), "");
}

static void
print_row(FILE *f, const char *indent, char *const *cells, const int *widths,
    size_t count)
{
	size_t	 i;

	fputs(indent, f);
	for (i = 0; i < count; i++) {
		if (i + 1 == count)
			fprintf(f, "%s\n", cells[i]);
		else
			fprintf(f, "%s%*s  ", cells[i],
			    widths[i] - width(cells[i]), "");
	}
}

static void
print_head(FILE *f, const char *indent, const char *const *names,
    const int *widths, size_t count)
{
	size_t	 i;

	fputs(indent, f);
	for (i = 0; i < count; i++)
		print_name(f, names[i], i + 1 == count ? 0 : widths[i] + 2);
	fputc('\n', f);
}

static void
print_table(FILE *f, const char *indent, const json_t *array)
{
	const char	*names[COLUMNS], *key;
	char		**cells, *none;
	json_t		*row, *value;
	int		 widths[COLUMNS];
	size_t		 count, i, k, rows;

	count = 0;
	rows = json_array_size(array);
	json_object_foreach(json_array_get(array, 0), key, value) {
		if (count == COLUMNS)
			break;
		widths[count] = (int)strlen(key);
		names[count++] = key;
	}
	none = copied("-");
	if ((cells = calloc(rows * count + 1, sizeof(*cells))) == NULL)
		err(1, NULL);
	for (i = 0; i < rows; i++) {
		row = json_array_get(array, i);
		for (k = 0; k < count; k++) {
			value = json_object_get(row, names[k]);
			cells[i * count + k] = value == NULL ? none :
			    cell(value);
			if (width(cells[i * count + k]) > widths[k])
				widths[k] = width(cells[i * count + k]);
		}
	}
	print_head(f, indent, names, widths, count);
	for (i = 0; i < rows; i++)
		print_row(f, indent, cells + i * count, widths, count);
	for (i = 0; i < rows * count; i++) {
		if (cells[i] != none)
			free(cells[i]);
	}
	free(cells);
	free(none);
}

static bool
is_table(const json_t *j)
{
	return json_is_array(j) && json_is_object(json_array_get(j, 0));
}

static void
print_object(FILE *f, const json_t *object)
{
	const char	*key;
	char		*text;
	json_t		*value;
	int		 widest;

	widest = 0;
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (!is_table(value) && (int)strlen(key) > widest)
			widest = (int)strlen(key);
	}
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (is_table(value))
			continue;
		text = cell(value);
		print_name(f, key, widest + 2);
		fprintf(f, "%s\n", text);
		free(text);
	}
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (!is_table(value))
			continue;
		fputc('\n', f);
		print_name(f, key, 0);
		fputc('\n', f);
		print_table(f, "    ", value);
	}
}

void
text_print(FILE *f, const json_t *j)
{
	char	*text;

	if (is_table(j))
		print_table(f, "", j);
	else if (json_is_object(j))
		print_object(f, j);
	else if (!json_is_array(j)) {
		text = cell(j);
		fprintf(f, "%s\n", text);
		free(text);
	}
}
