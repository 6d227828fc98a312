/*
 * The chooser of http.  Must never say whether somebody has an account: an
 * e-mail address is looked at for its domain alone.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/form.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/verdict.h"
#include "hfssod/http/ask.h"
#include "hfssod/http/config.h"
#include "hfssod/http/login.h"
#include "hfssod/http/page.h"
#include "hfssod/http/response.h"
#include "hfssod/http/target.h"

/* What the query asks for; "" where it says nothing. */
struct wish {
	const char	*organization;
	const char	*connection;
	const char	*email;
	const char	*return_to;
	bool		 bad;		/* something was given twice */
};

static const char *
wish_field(struct wish *w, const struct form *form, const char *name)
{
	const struct form_field	*f;
	bool			 twice;

	f = form_find(form, name, &twice);
	if (f == NULL)
		return "";
	w->bad = w->bad || twice || f->len > LIMIT_EMAIL;
	return f->value;
}

static bool
door_has_domain(const struct http_door *d, const char *email)
{
	const char	*at;
	size_t		 i;

	if ((at = strrchr(email, '@')) == NULL || at == email)
		return false;
	for (i = 0; i < d->domains.count; i++)
		if (strcasecmp(d->domains.list[i], at + 1) == 0)
			return true;
	return false;
}

static bool
door_fits(const struct http_door *d, const struct wish *w)
{
	if (!d->enabled)
		return false;
	if (w->organization[0] != '\0')
		return strcmp(d->organization, w->organization) == 0 &&
		    (w->connection[0] == '\0' ||
		    strcmp(d->connection, w->connection) == 0);
	return w->email[0] == '\0' || door_has_domain(d, w->email);
}

static void
doors_find(struct chooser *ch, const struct wish *w)
{
	const struct http_view	*v = config_current()->view;
	size_t			 i;

	ch->count = 0;
	for (i = 0; i < v->door_count; i++)
		if (door_fits(&v->doors[i], w))
			ch->doors[ch->count++] = &v->doors[i];
}

/* Whether an e-mail address leads anywhere. */
static bool
domains_known(void)
{
	const struct http_view	*v = config_current()->view;
	size_t			 i;

	for (i = 0; i < v->door_count; i++)
		if (v->doors[i].enabled && v->doors[i].domains.count > 0)
			return true;
	return false;
}

static void
show(struct call *c, const struct chooser *ch, int status)
{
	struct buffer	 page = { 0 };

	page_chooser(&page, ch);
	response_begin_page(c, status, "'self'");
	response_body(c, PAGE_TYPE, &page);
}

/*
 * One door fits.  What came from a form gets a page instead of a redirect:
 * browsers hold the whole chain of redirects against form-action.
 */
static void
enter(struct call *c, const struct http_door *d, const struct wish *w)
{
	struct buffer	 page = { 0 };
	char		*address;

	address = page_door_address(d, w->return_to);
	if (w->email[0] != '\0') {
		page_continue(&page, d->organization, address);
		response_begin_page(c, 200, "'none'");
		response_body(c, PAGE_TYPE, &page);
	} else
		response_redirect(c, address);
	free(address);
}

static void
choose(struct call *c, const struct wish *w)
{
	static const struct wish	 any = { "", "", "", "", false };
	const struct http_view		*v = config_current()->view;
	struct chooser			 ch;

	memset(&ch, 0, sizeof(ch));
	ch.return_to = w->return_to;
	ch.doors = calloc(v->door_count + 1, sizeof(*ch.doors));
	if (ch.doors == NULL)
		fatal("calloc");
	doors_find(&ch, w);
	if (ch.count == 1)
		enter(c, ch.doors[0], w);
	else if (ch.count > 1) {
		ch.form = w->organization[0] == '\0' &&
		    w->email[0] == '\0' && domains_known();
		show(c, &ch, 200);
	} else if (w->organization[0] != '\0')
		response_verdict(c, VERDICT_unknown_organization);
	else {
		ch.form = domains_known();
		ch.note = w->email[0] == '\0' ?
		    "There is no organization to sign in to." :
		    "No organization is known for that address.";
		doors_find(&ch, &any);
		show(c, &ch, 200);
	}
	free(ch.doors);
}

bool
login_page(struct call *c, const struct incoming *in)
{
	struct return_query	 q;
	struct form		 form;
	struct wish		 w;
	enum verdict		 v;
	char			*return_to;

	if ((return_to = ask_return(in->head->query, &v)) == NULL) {
		response_verdict(c, v);
		return true;
	}
	return_split(in->head->query, &q);
	w.bad = !form_parse(&form, q.rest.data, q.rest.len);
	if (!w.bad) {
		w.return_to = return_to;
		w.organization = wish_field(&w, &form, "organization");
		w.connection = wish_field(&w, &form, "connection");
		w.email = wish_field(&w, &form, "email");
	}
	if (w.bad)
		response_verdict(c, VERDICT_bad_request);
	else
		choose(c, &w);
	form_free(&form);
	free(return_to);
	return true;
}
