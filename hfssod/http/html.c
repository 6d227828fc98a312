/*
 * Escaping for http's pages.  Pure.  Must never let a string from outside
 * end an attribute or begin an element.
 */
#include <stdarg.h>
#include <string.h>

#include "hfssod/http/html.h"

void
html_text(struct buffer *b, const char *s)
{
	static const struct {
		char		 c;
		const char	*reference;
	} references[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" }
	};
	size_t	 i;

	for (; *s != '\0'; s++) {
		for (i = 0; i < 5; i++)
			if (references[i].c == *s)
				break;
		if (i < 5)
			buffer_string(b, references[i].reference);
		else if (((uint8_t)*s < 0x20 && *s != '\n') || *s == 0x7f)
			buffer_string(b, "\xef\xbf\xbd");
		else
			buffer_add(b, s, 1);
	}
}

void
html_format(struct buffer *b, const char *fmt, ...)
{
	const char	*mark;
	va_list		 ap;

	va_start(ap, fmt);
	while ((mark = strchr(fmt, '%')) != NULL) {
		buffer_add(b, fmt, (size_t)(mark - fmt));
		if (mark[1] == 's')
			html_text(b, va_arg(ap, const char *));
		else if (mark[1] == 'h')
			buffer_string(b, va_arg(ap, const char *));
		else
			buffer_add(b, "%", 1);
		fmt = mark + 2;
	}
	buffer_string(b, fmt);
	va_end(ap);
}
