/*
 * HTML text, escaped.  Pure.
 */
#ifndef HTTP_HTML_H
#define HTTP_HTML_H

#include "hfssod/http/buffer.h"

/*
 * Text as the content of an element or of a quoted attribute: & < > " and '
 * become references, control characters but newline become U+FFFD.
 */
void	 html_text(struct buffer *, const char *);
/*
 * Text and markup: each %s of the format is a string that is escaped, each
 * %h one that is markup already; there are no others, and %% is a percent.
 */
void	 html_format(struct buffer *, const char *, ...);

#endif
