/*
 * The pages of http: plain HTML without scripts.  Pure.  Must never write
 * a value without escaping it, nor say more of an error than its verdict's
 * sentence for browsers.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/html.h"
#include "hfssod/http/page.h"

static const char	*prefix = "";

void
page_prefix(const char *p)
{
	prefix = p;
}

/*
 * extra is markup for the head of the document, main for the start of its
 * body.
 */
static void
begin_main(struct buffer *b, const char *title, const char *extra,
    const char *main)
{
	html_format(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"robots\" content=\"noindex\">\n"
	    "<title>%s</title>\n"
	    "<link rel=\"stylesheet\" href=\"%s/style.css\">\n%h"
	    "</head>\n<body>\n%h\n<h1>%s</h1>\n",
	    title, prefix, extra, main, title);
}

static void
begin(struct buffer *b, const char *title, const char *extra)
{
	begin_main(b, title, extra, "<main>");
}

static void
end(struct buffer *b)
{
	buffer_string(b, "</main>\n</body>\n</html>\n");
}

void
page_error(struct buffer *b, int status, const char *sentence, uint64_t id)
{
	const char	*title;

	if (status >= 500)
		title = "Not available";
	else if (status == 404)
		title = "Not found";
	else if (status == 401 || status == 403)
		title = "Not signed in";
	else
		title = "This did not work";
	begin(b, title, "");
	html_format(b, "<p>%s</p>\n<p><a href=\"%s/login\">Go to the sign-in "
	    "page</a></p>\n", sentence, prefix);
	html_format(b, "<p class=\"small\">If you ask for help, mention "
	    "request <code>%s</code>.</p>\n", log_id(id));
	end(b);
}

char *
page_door_address(const struct http_door *d, const char *return_to)
{
	struct buffer	 b = { 0 };
	char		*o, *c, *r, *address;

	o = percent_encode(d->organization, "");
	c = percent_encode(d->first ? "" : d->connection, "");
	r = percent_encode(return_to, "");
	buffer_string(&b, "/organizations/");
	buffer_string(&b, o);
	buffer_string(&b, "/");
	buffer_string(&b, protocol_name(d->protocol));
	buffer_string(&b, "/login");
	if (*c != '\0') {
		buffer_string(&b, "/");
		buffer_string(&b, c);
	}
	if (*r != '\0') {
		buffer_string(&b, "?return=");
		buffer_string(&b, r);
	}
	if ((address = strdup(buffer_text(&b))) == NULL)
		fatal("strdup");
	free(o);
	free(c);
	free(r);
	buffer_free(&b);
	return address;
}

static void
door_item(struct buffer *b, const struct http_door *d, const char *return_to)
{
	char	*address;

	address = page_door_address(d, return_to);
	html_format(b, "<li><a class=\"door\" href=\"%s\">%s", address,
	    d->organization);
	if (d->label[0] != '\0' && strcmp(d->label, d->organization) != 0)
		html_format(b, " <span>%s</span>", d->label);
	buffer_string(b, "</a></li>\n");
	free(address);
}

void
page_chooser(struct buffer *b, const struct chooser *c)
{
	size_t	 i;

	begin(b, "Sign in", "");
	if (c->note != NULL)
		html_format(b, "<p class=\"note\" role=\"alert\">%s</p>\n",
		    c->note);
	if (c->form) {
		html_format(b, "<form action=\"%s/login\" method=\"get\">\n"
		    "<label for=\"email\">Your e-mail address at work</label>"
		    "\n<input id=\"email\" name=\"email\" type=\"email\" "
		    "autocomplete=\"email\" maxlength=\"320\" required>\n",
		    prefix);
		if (c->return_to[0] != '\0')
			html_format(b, "<input type=\"hidden\" "
			    "name=\"return\" value=\"%s\">\n", c->return_to);
		buffer_string(b, "<button>Continue</button>\n</form>\n");
	}
	if (c->count > 0) {
		buffer_string(b, c->form ?
		    "<h2>Or choose your organization</h2>\n<ul>\n" :
		    "<ul>\n");
		for (i = 0; i < c->count; i++)
			door_item(b, c->doors[i], c->return_to);
		buffer_string(b, "</ul>\n");
	}
	end(b);
}

/* The beginning of a page that goes on by itself. */
static void
begin_refresh(struct buffer *b, const char *title, const char *address)
{
	struct buffer	 extra = { 0 };

	html_format(&extra, "<meta http-equiv=\"refresh\" "
	    "content=\"0; url=%s\">\n", address);
	begin(b, title, buffer_text(&extra));
	buffer_free(&extra);
}

void
page_continue(struct buffer *b, const char *organization, const char *address)
{
	begin_refresh(b, "Sign in", address);
	html_format(b, "<p>Taking you to the sign-in of %s.</p>\n"
	    "<p><a class=\"button\" href=\"%s\">Continue</a></p>\n",
	    organization, address);
	end(b);
}

void
page_post(struct buffer *b, const struct sso_started *s, bool leave)
{
	size_t	 i;

	begin(b, leave ? "Signed out" : "Sign in", "");
	html_format(b, "<p>%s</p>\n<form action=\"%s\" method=\"post\">\n",
	    leave ? "Go on to sign out at your organization's identity "
	    "provider too." : "Your organization's identity provider will "
	    "ask who you are.", s->url);
	for (i = 0; i < s->field_count; i++)
		html_format(b, "<input type=\"hidden\" name=\"%s\" "
		    "value=\"%s\">\n", s->fields[i].name,
		    s->fields[i].value);
	buffer_string(b, "<button autofocus>Continue</button>\n</form>\n");
	end(b);
}

/* "2026-11-21T10:00:00Z" for people. */
static void
when(struct buffer *b, int64_t t)
{
	char	 iso[CLOCK_TEXT];

	clock_format(t, iso);
	html_format(b, "<time datetime=\"%s\">", iso);
	html_format(b, "%h UTC</time>", ((iso[10] = ' '), (iso[16] = '\0'),
	    iso));
}

static void
stamp(struct buffer *b, const struct session_stamp *s)
{
	char	 text[LIMIT_SLUG + 32], *role;
	size_t	 i;

	html_format(b, "<section>\n<h2>%s</h2>\n<dl>\n<dt>Role</dt>"
	    "<dd>%s</dd>\n<dt>Signed in</dt><dd>", s->organization,
	    s->role == ROLE_NONE ? "none" : role_name(s->role));
	when(b, s->since);
	html_format(b, ", with %s</dd>\n<dt>Ends</dt><dd>", s->connection);
	when(b, s->expires);
	buffer_string(b, "</dd>\n");
	if (s->groups.count > 0)
		buffer_string(b, "<dt>Resource groups</dt>\n");
	for (i = 0; i < s->groups.count; i++) {
		strlcpy(text, s->groups.list[i], sizeof(text));
		if ((role = strchr(text, ' ')) != NULL)
			*role++ = '\0';
		html_format(b, "<dd>%s <span>%s</span></dd>\n", text,
		    role == NULL ? "" : role);
	}
	buffer_string(b, "</dl>\n</section>\n");
}

void
page_account(struct buffer *b, const struct session_view *v)
{
	size_t	 i;

	begin(b, "Your session", "");
	buffer_string(b, "<dl>\n");
	if (v->display_name[0] != '\0')
		html_format(b, "<dt>Name</dt><dd>%s</dd>\n", v->display_name);
	html_format(b, "<dt>Account</dt><dd>%s</dd>\n", v->name);
	if (v->email[0] != '\0')
		html_format(b, "<dt>E-mail</dt><dd>%s</dd>\n", v->email);
	html_format(b, "<dt>Session</dt><dd><code>%s</code></dd>\n</dl>\n",
	    v->session);
	for (i = 0; i < v->stamp_count; i++)
		stamp(b, &v->stamps[i]);
	html_format(b, "<p><a class=\"button\" href=\"%s/logout\">Sign out"
	    "</a></p>\n", prefix);
	end(b);
}

void
page_leave(struct buffer *b, const struct session_view *v)
{
	begin(b, "Sign out", "");
	html_format(b, "<p>You are signed in as <strong>%s</strong>.</p>\n"
	    "<form action=\"%s/logout\" method=\"post\">\n"
	    "<input type=\"hidden\" name=\"token\" value=\"%s\">\n"
	    "<button>Sign out</button>\n</form>\n"
	    "<p><a href=\"%s/account\">Stay signed in</a></p>\n",
	    v->name, prefix, v->form_token, prefix);
	end(b);
}

void
page_signed_out(struct buffer *b, enum logout_result result)
{
	static const char *const	 more[LOGOUT_MAX] = {
		"You may still be signed in at your identity provider.",
		"Your identity provider has signed you out too.",
		("Your identity provider has signed you out, but could not "
		    "do so everywhere."),
		"Your identity provider did not sign you out."
	};

	begin(b, "Signed out", "");
	html_format(b, "<p>You are signed out here. %s</p>\n"
	    "<p><a href=\"%s/login\">Sign in again</a></p>\n", more[result],
	    prefix);
	end(b);
}

void
page_leaving(struct buffer *b, const char *address)
{
	begin_refresh(b, "Signed out", address);
	html_format(b, "<p>You are signed out here. Taking you to your "
	    "identity provider, to sign out there too.</p>\n"
	    "<p><a class=\"button\" href=\"%s\">Continue</a></p>\n", address);
	end(b);
}

void
page_logout_failed(struct buffer *b, uint64_t id)
{
	begin(b, "Sign out", "");
	html_format(b, "<p>Signing out with your identity provider did not "
	    "work. You may still be signed in.</p>\n"
	    "<p><a href=\"%s/logout\">Sign out here</a></p>\n", prefix);
	html_format(b, "<p class=\"small\">If you ask for help, mention "
	    "request <code>%s</code>.</p>\n", log_id(id));
	end(b);
}

/* The lines of one part; those of one name share it. */
static void
report_part(struct buffer *b, const struct login_answer *a, enum report part)
{
	static const char *const	 titles[REPORT_MAX] = {
		"What the sign-in would give",
		"Who it is",
		"What was received"
	};
	const struct report_line	*l;
	const char			*last = NULL;
	size_t				 i;

	for (i = 0; i < a->report_count; i++) {
		l = &a->report[i];
		if (l->part != part)
			continue;
		if (last == NULL)
			html_format(b, "<section>\n<h2>%s</h2>\n<dl>\n",
			    titles[part]);
		if (last == NULL || strcmp(last, l->name) != 0)
			html_format(b, "<dt>%s</dt>\n", l->name);
		if (l->value[0] == '\0')
			buffer_string(b, "<dd><span>(empty)</span></dd>\n");
		else
			html_format(b, "<dd>%s</dd>\n", l->value);
		last = l->name;
	}
	if (last != NULL)
		buffer_string(b, "</dl>\n</section>\n");
}

void
page_report(struct buffer *b, const struct login_answer *a, uint64_t id)
{
	enum report	 part;

	begin_main(b, "Test of a connection", "", "<main class=\"wide\">");
	if (a->verdict == VERDICT_ok)
		buffer_string(b, "<p class=\"note good\">This sign-in would "
		    "succeed.</p>\n");
	else
		html_format(b, "<p class=\"note\">This sign-in would be "
		    "refused. Who tries is told: %s</p>\n",
		    verdict_browser(a->verdict));
	html_format(b, "<p>Connection <strong>%s</strong> of <strong>%s"
	    "</strong>. This was only a test: nobody was signed in, and "
	    "nothing was changed.</p>\n", a->connection, a->organization);
	for (part = 0; part < REPORT_MAX; part++)
		report_part(b, a, part);
	html_format(b, "<p class=\"small\">Request <code>%s</code></p>\n",
	    log_id(id));
	end(b);
}
