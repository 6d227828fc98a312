/*
 * Writing XML, in verifier.  Must write canonical form only, since what is
 * written here is digested as it stands.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/verifier/markup.h"

void
markup_put(struct writer *w, const char *s)
{
	wire_put_raw(w, s, strlen(s));
}

static void
escape(struct writer *w, const char *s, bool attribute)
{
	const char *e;

	for (; *s != '\0'; s++) {
		e = NULL;
		switch (*s) {
		case '&':
			e = "&amp;";
			break;
		case '<':
			e = "&lt;";
			break;
		case '>':
			e = attribute ? NULL : "&gt;";
			break;
		case '"':
			e = attribute ? "&quot;" : NULL;
			break;
		case '\t':
			e = attribute ? "&#x9;" : NULL;
			break;
		case '\n':
			e = attribute ? "&#xA;" : NULL;
			break;
		case '\r':
			e = "&#xD;";
			break;
		}
		if (e != NULL)
			markup_put(w, e);
		else
			wire_put_raw(w, s, 1);
	}
}

void
markup_text(struct writer *w, const char *s)
{
	escape(w, s, false);
}

void
markup_attribute(struct writer *w, const char *name, const char *value)
{
	markup_put(w, " ");
	markup_put(w, name);
	markup_put(w, "=\"");
	escape(w, value, true);
	markup_put(w, "\"");
}

char *
markup_string(const struct writer *w)
{
	char *s;

	if (w->bad)
		fatalx("markup: too long");
	if ((s = malloc(w->len + 1)) == NULL)
		fatal("malloc");
	if (w->len > 0)
		memcpy(s, w->data, w->len);
	s[w->len] = '\0';
	return s;
}
