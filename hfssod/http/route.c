/*
 * The route table of http.  Must never let a path through that could be
 * read in two ways.
 */
#include <string.h>
#include <strings.h>

#include "common/limits.h"
#include "common/process.h"
#include "hfssod/http/access.h"
#include "hfssod/http/account.h"
#include "hfssod/http/config.h"
#include "hfssod/http/health.h"
#include "hfssod/http/login.h"
#include "hfssod/http/route.h"
#include "hfssod/http/scim_call.h"
#include "hfssod/http/signout.h"
#include "hfssod/http/sso.h"
#include "hfssod/http/style.h"
#include "hfssod/http/target.h"

#define GET	(METHOD(METHOD_GET) | METHOD(METHOD_HEAD))
/* Where the query is a message, which must not be half answered. */
#define ONLY_GET METHOD(METHOD_GET)
#define POST	METHOD(METHOD_POST)
/* What every line of them has. */
#define PAGE	SHAPE_PAGE, PROTOCOL_SAML, NULL
#define BARE	SHAPE_BARE, PROTOCOL_SAML, NULL
#define SAML	SHAPE_PAGE, PROTOCOL_SAML, NULL
#define OIDC	SHAPE_PAGE, PROTOCOL_OIDC, NULL
#define BACK	SHAPE_MACHINE, PROTOCOL_OIDC, NULL
#define SCIM	SHAPE_SCIM, PROTOCOL_SAML, &api
/* The place below says which of them it answers to. */
#define ANY	(GET | POST | METHOD(METHOD_PUT) | METHOD(METHOD_PATCH) | \
		    METHOD(METHOD_DELETE) | METHOD(METHOD_OPTIONS))
#define API	"/api/organizations/{}"

#define S	"/organizations/{}/saml"
#define O	"/organizations/{}/oidc"
#define BACK_BODY (LIMIT_JWT + LIMIT_BODY_SMALL)

static const struct entrance	 api = { scim_early, scim_guard };

static const struct route routes[] = {
	{ KIND_GATE, "/auth/request", GET, 0, BARE, access_request },
	{ KIND_GATE, "/auth/forward", GET, 0, BARE, access_forward },
	{ KIND_BROWSER, S "/login", GET, 0, SAML, sso_login },
	{ KIND_BROWSER, S "/login/{}", GET, 0, SAML, sso_login },
	{ KIND_BROWSER, S "/consume", POST, LIMIT_BODY, SAML, sso_consume },
	{ KIND_BROWSER, S "/consume/{}", POST, LIMIT_BODY, SAML, sso_consume },
	{ KIND_BROWSER, S "/metadata", GET, 0, SAML, sso_metadata },
	{ KIND_BROWSER, S "/metadata/{}", GET, 0, SAML, sso_metadata },
	{ KIND_BROWSER, S "/logout", ONLY_GET, 0, SAML, signout_message },
	{ KIND_BROWSER, S "/logout", POST, LIMIT_BODY, SAML, signout_message },
	{ KIND_BROWSER, S "/logout/{}", ONLY_GET, 0, SAML, signout_message },
	{ KIND_BROWSER, S "/logout/{}", POST, LIMIT_BODY, SAML,
	    signout_message },
	{ KIND_BROWSER, O "/login", GET, 0, OIDC, sso_login },
	{ KIND_BROWSER, O "/login/{}", GET, 0, OIDC, sso_login },
	{ KIND_BROWSER, O "/consume", ONLY_GET, 0, OIDC, sso_consume },
	{ KIND_BROWSER, O "/consume/{}", ONLY_GET, 0, OIDC, sso_consume },
	{ KIND_BROWSER, O "/logout", ONLY_GET, 0, OIDC, signout_return },
	{ KIND_BROWSER, O "/logout/{}", ONLY_GET, 0, OIDC, signout_return },
	{ KIND_BROWSER, O "/backchannel-logout", POST, BACK_BODY, BACK,
	    signout_backchannel },
	{ KIND_BROWSER, O "/backchannel-logout/{}", POST, BACK_BODY, BACK,
	    signout_backchannel },
	{ KIND_BROWSER, "~/login", GET, 0, PAGE, login_page },
	{ KIND_BROWSER, "~/account", GET, 0, PAGE, account_page },
	{ KIND_BROWSER, "~/logout", GET, 0, PAGE, account_leave },
	{ KIND_BROWSER, "~/logout", POST, LIMIT_BODY_SMALL, PAGE,
	    account_left },
	{ KIND_BROWSER, "~/signed-out", GET, 0, PAGE, account_signed_out },
	{ KIND_BROWSER, "~/style.css", GET, 0, PAGE, style_show },
	{ KIND_API, API "/scim/*", ANY, LIMIT_SCIM_BODY, SCIM,
	    scim_request },
	{ KIND_API, API "/scim-provisioning/*", ANY, LIMIT_SCIM_BODY, SCIM,
	    scim_request },
	{ KIND_API, API "/scim-groups/*", ANY, LIMIT_BODY_SMALL, SCIM,
	    scim_request },
	{ KIND_HTTP, "/healthz", GET, 0, PAGE, health_show }
};
#define ROUTES	(sizeof(routes) / sizeof(routes[0]))

bool
route_match(const char *pattern, const char *prefix, struct bytes path,
    struct bytes *part)
{
	size_t	 at, n, parts;

	at = parts = 0;
	part[0].data = part[1].data = path.data;
	part[0].len = part[1].len = 0;
	if (*pattern == '~') {
		n = strlen(prefix);
		if (path.len < n || memcmp(path.data, prefix, n) != 0)
			return false;
		at = n;
		pattern++;
	}
	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '*')
			return true;
		if (*pattern != '{') {
			if (at == path.len || path.data[at] !=
			    (uint8_t)*pattern)
				return false;
			at++;
			continue;
		}
		pattern++;
		part[parts].data = path.data + at;
		while (at < path.len && path.data[at] != '/')
			at++;
		part[parts].len = (size_t)(path.data + at -
		    part[parts].data);
		if (part[parts++].len == 0)
			return false;
	}
	return at == path.len;
}

/* A form as browsers post it; parameters of the type mean nothing. */
static bool
form_type(const struct head *h)
{
	static const char	 type[] = "application/x-www-form-urlencoded";
	struct bytes		 v;
	size_t			 n;

	n = sizeof(type) - 1;
	return head_once(h, FIELD_CONTENT_TYPE, &v) && v.len >= n &&
	    strncasecmp((const char *)v.data, type, n) == 0 &&
	    (v.len == n || strchr("; \t", v.data[n]) != NULL);
}

static int
admit_body(const struct head *h, const struct route *r)
{
	if (r->body_most == 0)
		return h->chunked || h->length > 0 ? 400 : 0;
	/* That of JSON is judged when it is known who asks. */
	if (r->shape != SHAPE_SCIM && !form_type(h))
		return 415;
	return h->length > r->body_most ? 413 : 0;
}

int
route_admit(const struct head *h, struct call *c)
{
	const struct http_view	*v = config_current()->view;
	const struct route	*r;
	struct bytes		 part[2];
	bool			 canonical;

	if (h->method == METHOD_OTHER)
		return 501;
	canonical = path_canonical(h->path);
	if (!canonical && !path_plain(h->path))
		return 400;
	for (r = routes; r < routes + ROUTES; r++) {
		if (!(r->kinds & v->kinds) ||
		    (!canonical && r->shape != SHAPE_SCIM) ||
		    !route_match(r->pattern, v->prefix, h->path, part))
			continue;
		c->route = r;
		c->shape = r->shape;
		c->allow |= r->methods;
		if (r->methods & METHOD(h->method))
			return admit_body(h, r);
	}
	if (c->route != NULL)
		return 405;
	return canonical ? 404 : 400;
}

void
route_parts(const struct route *r, const struct head *h, struct bytes *part)
{
	(void)route_match(r->pattern, config_current()->view->prefix, h->path,
	    part);
}
