/*
 * Questions of http to its peers: the parts that all have.  Must never
 * say who somebody is, only what he showed.
 */
#include <stdlib.h>
#include <string.h>

#include "common/form.h"
#include "common/log.h"
#include "hfssod/http/ask.h"
#include "hfssod/http/config.h"
#include "hfssod/http/target.h"

void
ask_begin(struct call *c, const struct bytes *session, struct request *r)
{
	r->id = c->id;
	r->client = c->client;
	r->host = c->host;
	r->credential = session->len > 0 ? CREDENTIAL_SESSION :
	    CREDENTIAL_NONE;
	r->secret = *session;
}

void
ask_host(struct call *c, const struct head *h)
{
	if (!host_normal(h->host, config_current()->https ? 443 : 80,
	    c->host))
		fatalx("a Host that was checked is malformed");
}

static char *
copy(const void *data, size_t len)
{
	char	*text;

	if ((text = malloc(len + 1)) == NULL)
		fatal("malloc");
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

char *
ask_return(struct bytes query, enum verdict *v)
{
	const struct http_view	*view = config_current()->view;
	const struct form_field	*f;
	struct return_query	 q;
	struct form		 form;
	bool			 twice;
	char			*text;

	return_split(query, &q);
	*v = VERDICT_bad_request;
	text = NULL;
	if (form_parse(&form, q.rest.data, q.rest.len)) {
		f = form_find(&form, "return", &twice);
		if (q.raw && f == NULL)
			text = copy(q.value.data, q.value.len);
		else if (!q.raw && !twice)
			text = f == NULL ? copy("", 0) :
			    copy(f->value, f->len);
	}
	form_free(&form);
	if (text == NULL || text[0] == '\0')
		return text;
	if (!return_allowed(text, view->public_url, &view->origins)) {
		*v = VERDICT_return_refused;
		free(text);
		return NULL;
	}
	return text;
}
