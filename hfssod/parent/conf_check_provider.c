/*
 * The cross checks of what a connection says of its identity provider: its
 * addresses, where fetch may go, and the client that we are there.  In
 * parent.  Pure.  Must never let in an issuer that vouches for everybody.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/companion.h"
#include "common/limits.h"
#include "common/request.h"
#include "hfssod/parent/conf_check.h"
#include "hfssod/parent/value.h"

#define WELL_KNOWN	"/.well-known/openid-configuration"
#define GOOGLE		"accounts.google.com"

/* Where Microsoft's issuers are, in its several clouds. */
static const char *const	microsoft[] = {
	"login.microsoftonline.com", "login.windows.net", "sts.windows.net",
	"login.microsoft.com", "login.microsoftonline.us",
	"login.partner.microsoftonline.cn", "login.chinacloudapi.cn", NULL
};
/* Tenants there that are not one organization; the last is consumers'. */
static const char *const	tenants_of_all[] = {
	"common", "organizations", "consumers",
	"9188040d-6c67-4c5b-b112-36a304b66dad", NULL
};

/* --- addresses --------------------------------------------------------- */

/* Whether the first segment of a path is this name. */
static bool
first_segment(const char *path, const char *name)
{
	size_t	 len;

	len = strlen(name);
	path += strspn(path, "/");
	return strncasecmp(path, name, len) == 0 &&
	    (path[len] == '\0' || path[len] == '/' || path[len] == '?');
}

/* One that signs in the people of more than one organization. */
static void
check_shared(const struct conf_connection *n, const struct web_address *a,
    const char *what, struct errors *e)
{
	size_t	 i, k;

	if (strcmp(a->host, GOOGLE) == 0) {
		for (i = 0; i < n->require_count; i++) {
			if (strcmp(n->requires[i].attribute, "hd") == 0)
				return;
		}
		errors_add(e, &n->at, "%s: everybody has an account at "
		    GOOGLE "; say whose people you mean: require attribute "
		    "\"hd\" value { \"example.com\" }", what);
		return;
	}
	for (i = 0; microsoft[i] != NULL; i++) {
		if (strcmp(a->host, microsoft[i]) != 0)
			continue;
		for (k = 0; tenants_of_all[k] != NULL; k++) {
			if (first_segment(a->path, tenants_of_all[k]))
				errors_add(e, &n->at, "%s: \"%s\" signs in "
				    "the people of every tenant; name your "
				    "own tenant instead", what,
				    tenants_of_all[k]);
		}
	}
}

/* Whether this host is an address of this machine, written as one. */
static bool
loopback(const char *host, struct address *a)
{
	struct network	 net;

	return address_parse(host, a) &&
	    ((network_parse("127.0.0.0/8", &net) && network_has(&net, a)) ||
	    (network_parse("::1", &net) && network_has(&net, a)));
}

static bool
allowed(const struct conf_connection *n, const struct address *a)
{
	struct network	 net;
	size_t		 i;

	for (i = 0; i < n->allow.count; i++) {
		if (network_parse(n->allow.list[i], &net) &&
		    network_has(&net, a))
			return true;
	}
	return false;
}

static void
add_origin(struct conf *c, struct conf_connection *n, const char *origin)
{
	if (!strings_has(&n->origins, origin))
		strings_add(&n->origins, conf_string(c, origin));
}

/* An address that fetch goes to; its origin is added to the others. */
static bool
check_address(struct conf *c, struct conf_connection *n, const char *what,
    const char *url, struct web_address *a, struct errors *e)
{
	struct address	 here;

	if (!web_address(url, a)) {
		errors_add(e, &n->at, "%s: \"%s\" is no address that begins "
		    "with https://", what, url);
		return false;
	}
	if (loopback(a->host, &here)) {
		if (!allowed(n, &here)) {
			errors_add(e, &n->at, "%s: %s is an address of this "
			    "machine, which needs: allow address %s", what,
			    a->host, a->host);
			return false;
		}
	} else if (!a->tls) {
		errors_add(e, &n->at, "%s: \"%s\" does not begin with "
		    "https://", what, url);
		return false;
	}
	check_shared(n, a, what, e);
	add_origin(c, n, a->origin);
	return true;
}

/* The issuer; what people paste is often its discovery address. */
static void
check_issuer(struct conf *c, struct conf_connection *n, struct errors *e)
{
	struct web_address	 a;
	char			 text[LIMIT_URL + sizeof(WELL_KNOWN)];
	size_t			 len, tail;

	if (n->issuer[0] == '\0') {
		errors_add(e, &n->at, "connection \"%s\" has no issuer",
		    n->name);
		return;
	}
	tail = sizeof(WELL_KNOWN) - 1;
	len = strlen(n->issuer);
	if (len > tail && strcmp(n->issuer + len - tail, WELL_KNOWN) == 0) {
		snprintf(text, sizeof(text), "%.*s", (int)(len - tail),
		    n->issuer);
		n->issuer = conf_string(c, text);
	}
	if (strpbrk(n->issuer, "?#") != NULL) {
		errors_add(e, &n->at, "issuer: \"%s\" has a query or a "
		    "fragment", n->issuer);
		return;
	}
	if (!check_address(c, n, "issuer", n->issuer, &a, e))
		return;
	/* OpenID Connect Discovery 4.1: without the slash at its end. */
	len = strlen(n->issuer);
	if (n->issuer[len - 1] == '/')
		len--;
	if (n->metadata_url[0] == '\0' && len + tail > LIMIT_URL) {
		errors_add(e, &n->at, "issuer: its discovery address is "
		    "longer than %d octets", LIMIT_URL);
		return;
	}
	snprintf(text, sizeof(text), "%.*s%s", (int)len, n->issuer,
	    WELL_KNOWN);
	n->discovery_url = n->metadata_url[0] != '\0' ? n->metadata_url :
	    conf_string(c, text);
}

/* --- where fetch may go ------------------------------------------------ */

/* Hosts of endpoints, as origins. */
static void
check_endpoints(struct conf *c, struct conf_connection *n, struct errors *e)
{
	struct web_address	 a;
	struct address		 here;
	char			 text[300];
	size_t			 i;

	for (i = 0; i < n->endpoints.count; i++)
		n->endpoints.list[i] = conf_folded(c, n->endpoints.list[i]);
	conf_unique(&n->endpoints);
	for (i = 0; i < n->endpoints.count; i++) {
		snprintf(text, sizeof(text), "https://%s",
		    n->endpoints.list[i]);
		if (!web_address(text, &a) || a.path[0] != '\0') {
			errors_add(e, &n->at, "endpoint host: \"%s\" is no "
			    "host", n->endpoints.list[i]);
			continue;
		}
		add_origin(c, n, a.origin);
		/* A provider on this machine may do without TLS. */
		if (!loopback(a.host, &here) || !allowed(n, &here))
			continue;
		snprintf(text, sizeof(text), "http://%s",
		    n->endpoints.list[i]);
		if (web_address(text, &a))
			add_origin(c, n, a.origin);
	}
}

static void
check_networks(const struct conf_connection *n, struct errors *e)
{
	struct network	 net;
	size_t		 i;

	for (i = 0; i < n->allow.count; i++) {
		if (!network_parse(n->allow.list[i], &net))
			errors_add(e, &n->at, "allow address: \"%s\" is no "
			    "address or network", n->allow.list[i]);
		else if (strstr(n->allow.list[i], "/0") != NULL &&
		    (net.bits == 0 || net.bits == 96))
			errors_add(e, &n->at, "allow address: \"%s\" is every "
			    "address there is", n->allow.list[i]);
	}
	for (i = 0; i < n->pins.count; i++) {
		if (value_pin(n->pins.list[i]) == NULL)
			errors_add(e, &n->at, "pin: \"%s\" is not sha256: and "
			    "the base64 of 32 octets", n->pins.list[i]);
	}
}

/* What only has a meaning where something is fetched. */
static void
check_nothing_fetched(const struct conf_connection *n, struct errors *e)
{
	const char	*what;

	what = n->endpoints.count > 0 ? "endpoint host" :
	    n->allow.count > 0 ? "allow address" :
	    n->pins.count > 0 ? "pin" : n->ca[0] != '\0' ? "ca file" :
	    n->signer[0] != '\0' ? "signer" : NULL;
	if (what != NULL)
		errors_add(e, &n->at, "connection \"%s\": %s needs a metadata "
		    "url", n->name, what);
}

/* --- who we are there --------------------------------------------------- */

static void
check_client(struct conf_connection *n, struct errors *e)
{
	const char	*p;
	int64_t		 when;

	if (n->client_id[0] == '\0')
		errors_add(e, &n->at, "connection \"%s\" has no client id",
		    n->name);
	for (p = n->client_id; *p >= ' ' && *p < 127; p++)
		continue;
	if (*p != '\0' || p - n->client_id > 1024)
		errors_add(e, &n->at, "client id: more than printable ASCII, "
		    "or too long");
	if (n->client_secret[0] == '\0' && n->client_key[0] == '\0')
		errors_add(e, &n->at, "connection \"%s\": client id needs a "
		    "secret file or a key file", n->name);
	if (n->client_key[0] != '\0') {
		if (n->client_auth == CLIENT_AUTH_OFFERED)
			n->client_auth = CLIENT_AUTH_PRIVATE_KEY_JWT;
		if (n->client_auth != CLIENT_AUTH_PRIVATE_KEY_JWT)
			errors_add(e, &n->at, "client auth: %s needs a "
			    "secret file", names_client_auth[n->client_auth]);
	} else if (n->client_auth == CLIENT_AUTH_PRIVATE_KEY_JWT)
		errors_add(e, &n->at, "client auth: private-key-jwt needs a "
		    "key file");
	if (n->expires[0] != '\0' && !value_date(n->expires, &when))
		errors_add(e, &n->at, "expires: \"%s\" is no date like "
		    "2027-01-31", n->expires);
}

static void
check_scopes(const struct conf_connection *n, struct errors *e)
{
	const char	*scope;
	size_t		 i;

	for (i = 0; i < n->scopes.count; i++) {
		scope = n->scopes.list[i];
		if (!value_scope(scope))
			errors_add(e, &n->at, "scope: \"%s\" is not one word "
			    "of plain characters", scope);
		else if (strcmp(scope, "openid") == 0)
			errors_add(e, &n->at, "scope: openid is always asked "
			    "for");
		else if (strcmp(scope, "offline_access") == 0)
			errors_add(e, &n->at, "scope: offline_access is asked "
			    "for with check every");
	}
}

void
check_provider(struct conf *c, struct conf_organization *o,
    struct conf_connection *n, struct errors *e)
{
	struct web_address	 a;

	(void)o;
	check_networks(n, e);
	if (n->protocol == PROTOCOL_OIDC) {
		check_issuer(c, n, e);
		check_client(n, e);
		check_scopes(n, e);
	}
	if (n->metadata_url[0] != '\0')
		check_address(c, n, "metadata url", n->metadata_url, &a, e);
	n->fetches = n->protocol == PROTOCOL_OIDC ||
	    n->metadata_url[0] != '\0';
	if (n->fetches)
		check_endpoints(c, n, e);
	else
		check_nothing_fetched(n, e);
}

/* --- fetch as a whole --------------------------------------------------- */

/* "127.0.0.1" as "127.0.0.1:53"; NULL if it is no address. */
static const char *
name_server(struct conf *c, const char *text)
{
	struct web_address	 w;
	struct address		 a;
	char			 url[300];

	if (address_parse(text, &a)) {
		snprintf(url, sizeof(url), strchr(text, ':') == NULL ?
		    "%s:53" : "[%s]:53", text);
		return conf_string(c, url);
	}
	/* As in an address of the web: host and port. */
	if (strchr(text, '/') != NULL || strchr(text, ':') == NULL)
		return NULL;
	snprintf(url, sizeof(url), "http://%s", text);
	if (!web_address(url, &w) || !address_parse(w.host, &a) ||
	    w.path[0] != '\0')
		return NULL;
	snprintf(url, sizeof(url), strchr(w.host, ':') == NULL ? "%s:%u" :
	    "[%s]:%u", w.host, w.port);
	return conf_string(c, url);
}

/* Whether certificates of authorities are needed that it has not itself. */
static bool
needs_ca(const struct conf_connection *n)
{
	size_t	 i;

	for (i = 0; n->ca[0] == '\0' && i < n->origins.count; i++) {
		if (strncmp(n->origins.list[i], "https:", 6) == 0)
			return true;
	}
	return false;
}

void
check_fetch(struct conf *c, struct errors *e)
{
	struct conf_organization	*o;
	struct conf_connection		*n;
	const char			*text;
	size_t				 i;
	bool				 any, ca;

	for (i = 0; i < c->name_servers.count; i++) {
		if ((text = name_server(c, c->name_servers.list[i])) == NULL)
			errors_add(e, &c->at, "name servers: \"%s\" is no "
			    "address, nor one with a port",
			    c->name_servers.list[i]);
		else
			c->name_servers.list[i] = text;
	}
	conf_unique(&c->name_servers);
	any = ca = false;
	TAILQ_FOREACH(o, &c->organizations, entry) {
		TAILQ_FOREACH(n, &o->connections, entry) {
			any = any || n->fetches;
			ca = ca || (n->fetches && needs_ca(n));
		}
	}
	if (ca)
		conf_file_add(c, c->ca, false, c->at);
	if (!any)
		return;
	/* Two that a machine may well be without. */
	if (conf_file_find(c, c->hosts) == NULL)
		conf_file_add(c, c->hosts, false, c->at)->optional = true;
	if (c->name_servers.count == 0 &&
	    conf_file_find(c, CONF_RESOLV) == NULL)
		conf_file_add(c, CONF_RESOLV, false, c->at)->optional = true;
}
