/*
 * Queries and form bodies, in verifier; pure.  Must never let a value
 * become a second parameter.
 */
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/oidc_query.h"

void
query_start(struct writer *w, const char *endpoint)
{
	wire_init(w, LIMIT_MESSAGE);
	if (endpoint[0] == '\0')
		return;
	wire_put_raw(w, endpoint, strlen(endpoint));
	if (strchr(endpoint, '?') == NULL)
		wire_put_raw(w, "?", 1);
}

void
query_add(struct writer *w, const char *name, const char *value)
{
	char *text;

	if (w->len > 0 && w->data[w->len - 1] != '?' &&
	    w->data[w->len - 1] != '&')
		wire_put_raw(w, "&", 1);
	wire_put_raw(w, name, strlen(name));
	wire_put_raw(w, "=", 1);
	text = percent_encode(value, "");
	wire_put_raw(w, text, strlen(text));
	freezero(text, strlen(text));
}

char *
query_end(struct writer *w)
{
	char *text = NULL;

	if (!w->bad && (text = strndup((const char *)w->data, w->len)) == NULL)
		fatal("strndup");
	wire_free(w);
	return text;
}
