/*
 * The cross checks: what no single line can know.  In parent.  Pure: the
 * files that are named are looked at by conf_file.c, their contents by the
 * children.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/request.h"
#include "common/reserved.h"
#include "hfssod/parent/conf.h"
#include "hfssod/parent/conf_check.h"
#include "hfssod/parent/value.h"

/* Lower case, which is how names of hosts and domains are compared. */
const char *
conf_folded(struct conf *c, const char *text)
{
	const char	*copy;
	char		*p;

	copy = conf_string(c, text);
	for (p = (char *)(uintptr_t)copy; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

void
conf_unique(struct strings *list)
{
	size_t	 i, k, n;

	for (i = n = 0; i < list->count; i++) {
		for (k = 0; k < n; k++) {
			if (strcmp(list->list[k], list->list[i]) == 0)
				break;
		}
		if (k == n)
			list->list[n++] = list->list[i];
	}
	list->count = n;
}

/* Host of an origin, without the port that everybody means. */
static const char *
origin_host(struct conf *c, const char *origin)
{
	const char	*host;
	char		 text[300];
	size_t		 len;

	if ((host = value_origin(origin)) == NULL)
		return NULL;
	len = strlen(host);
	if (len > 4 && strcmp(host + len - 4, ":443") == 0)
		len -= 4;
	snprintf(text, sizeof(text), "%.*s", (int)len, host);
	return conf_string(c, text);
}

static void
check_public(struct conf *c, struct errors *e)
{
	static const char *const taken[] = {
		"/organizations", "/auth", "/access", "/api", "/.well-known",
		"/healthz", "/metrics", NULL
	};
	char	 text[300];
	size_t	 i, len;

	if (c->public_url[0] == '\0') {
		errors_add(e, &c->at, "public url is missing");
		return;
	}
	c->public_url = conf_folded(c, c->public_url);
	c->public_host = origin_host(c, c->public_url);
	if (c->public_host == NULL) {
		errors_add(e, &c->at, "public url: \"%s\" is not https:// "
		    "and a host, without a path", c->public_url);
		c->public_host = "";
		return;
	}
	snprintf(text, sizeof(text), "https://%s", c->public_host);
	c->public_url = conf_string(c, text);
	if (!value_path(c->prefix))
		errors_add(e, &c->at, "prefix: \"%s\" is no plain path",
		    c->prefix);
	for (i = 0; taken[i] != NULL; i++) {
		len = strlen(taken[i]);
		if (strncmp(c->prefix, taken[i], len) == 0 &&
		    (c->prefix[len] == '\0' || c->prefix[len] == '/'))
			errors_add(e, &c->at, "prefix: %s has a meaning of "
			    "its own", taken[i]);
	}
}

static void
check_lists(struct conf *c, struct errors *e)
{
	struct network	 net;
	size_t		 i;

	for (i = 0; i < c->proxies.count; i++) {
		if (!network_parse(c->proxies.list[i], &net))
			errors_add(e, &c->at, "trust proxy: \"%s\" is no "
			    "address or network", c->proxies.list[i]);
	}
	for (i = 0; i < c->origins.count; i++) {
		if (value_origin(c->origins.list[i]) == NULL)
			errors_add(e, &c->at, "return origins: \"%s\" is not "
			    "https:// and a host in lower case, without a "
			    "path", c->origins.list[i]);
	}
	if (c->store[0] == '\0')
		errors_add(e, &c->at, "store is missing");
}

static void
check_listens(struct conf *c, struct errors *e)
{
	struct conf_listen	*l, *k;
	struct address		 a, b;

	if (TAILQ_EMPTY(&c->listens))
		errors_add(e, &c->at, "there is no listen line");
	TAILQ_FOREACH(l, &c->listens, entry) {
		for (k = TAILQ_FIRST(&c->listens); k != l;
		    k = TAILQ_NEXT(k, entry)) {
			if (l->port != k->port ||
			    !address_parse(l->address, &a) ||
			    !address_parse(k->address, &b) ||
			    memcmp(&a, &b, sizeof(a)) != 0)
				continue;
			errors_add(e, &l->at, "listen on %s port %u: also in "
			    "line %d", l->address, l->port, k->at.line);
			break;
		}
	}
}

static void
check_maps(struct conf_organization *o, struct errors *e)
{
	bool	 admin, values;
	size_t	 i;

	admin = values = false;
	for (i = 0; i < o->role_line_count; i++) {
		admin = admin || o->role_lines[i].role == ROLE_ADMIN;
		values = values || o->role_lines[i].kind == ROLE_LINE_VALUE;
	}
	if (o->role_line_count > 0 && !admin)
		errors_add(e, &o->at, "organization \"%s\": no line of the "
		    "role map leads to admin", o->name);
	if (values && o->role_attribute[0] == '\0')
		errors_add(e, &o->at, "organization \"%s\": a role map needs "
		    "a role attribute", o->name);
	if (!values && o->role_attribute[0] != '\0')
		errors_add(e, &o->at, "organization \"%s\": a role attribute "
		    "needs a role map%s", o->name, o->role_line_count > 0 ?
		    " with a line for one of its values" : "");
	if (o->group_line_count > 0 && o->group_attribute[0] == '\0')
		errors_add(e, &o->at, "organization \"%s\": a resource group "
		    "map needs a resource group attribute", o->name);
	if (o->group_line_count == 0 && o->group_attribute[0] != '\0')
		errors_add(e, &o->at, "organization \"%s\": a resource group "
		    "attribute needs a resource group map", o->name);
}

static void
check_organization(struct conf *c, struct conf_organization *o,
    struct errors *e)
{
	struct conf_organization	*k;
	struct conf_connection		*n;

	if (!value_organization(o->name))
		errors_add(e, &o->at, "organization \"%s\": a name has 2 to "
		    "42 letters, digits and inner single dashes, is not all "
		    "digits and not 24 hex digits", o->name);
	else if (reserved_word(o->name))
		errors_add(e, &o->at, "organization \"%s\": is a word of our "
		    "own addresses", o->name);
	for (k = TAILQ_FIRST(&c->organizations); k != o;
	    k = TAILQ_NEXT(k, entry)) {
		if (strcasecmp(k->name, o->name) == 0)
			errors_add(e, &o->at, "organization \"%s\": also in "
			    "%s line %d", o->name, k->at.file, k->at.line);
	}
	if (!value_label(o->group))
		errors_add(e, &o->at, "verifier group: \"%s\" has other than "
		    "1 to 42 letters, digits and inner dashes", o->group);
	if (o->session_idle > o->session_timeout)
		errors_add(e, &o->at, "organization \"%s\": session idle is "
		    "longer than session timeout", o->name);
	if (o->mode == MODE_BASIC && o->username_strict)
		errors_add(e, &o->at, "organization \"%s\": username strict "
		    "is for managed mode; in basic mode no account gets a "
		    "name from the identity provider", o->name);
	check_maps(o, e);
	TAILQ_FOREACH(n, &o->connections, entry)
		check_connection(c, o, n, e);
}

/* Each header goes out once, under one name. */
static void
check_renames(struct conf_application *a, struct errors *e)
{
	const struct view_rename	*h;
	size_t				 i, k;

	for (i = 0; i < a->rename_count; i++) {
		for (k = 0; k < i; k++) {
			if (strcasecmp(a->renames[k].to,
			    a->renames[i].to) == 0)
				errors_add(e, &a->at, "application \"%s\": "
				    "two headers are called %s", a->name,
				    a->renames[i].to);
		}
		for (h = names_header; h->from != NULL; h++) {
			if (strcasecmp(h->to, a->renames[i].to) == 0)
				errors_add(e, &a->at, "application \"%s\": "
				    "%s is the name of another header",
				    a->name, a->renames[i].to);
		}
	}
}

static void
check_application(struct conf *c, struct conf_application *a,
    struct errors *e)
{
	struct conf_application		*k;
	struct conf_organization	*o;
	size_t				 i;

	a->host = a->host[0] == '\0' ? c->public_host : conf_folded(c, a->host);
	if (!value_host(a->host, true))
		errors_add(e, &a->at, "host: \"%s\" is no host", a->host);
	else if (strcmp(a->host, c->public_host) != 0)
		errors_add(e, &a->at, "one host only in this version: \"%s\" "
		    "is not the host of the public url, \"%s\"", a->host,
		    c->public_host);
	for (k = TAILQ_FIRST(&c->applications); k != a;
	    k = TAILQ_NEXT(k, entry)) {
		if (strcmp(k->name, a->name) == 0)
			errors_add(e, &a->at, "application \"%s\": also in "
			    "line %d", a->name, k->at.line);
		else if (strcmp(k->host, a->host) == 0)
			errors_add(e, &a->at, "application \"%s\": has the "
			    "host of \"%s\"", a->name, k->name);
	}
	if (!value_label(a->name))
		errors_add(e, &a->at, "application \"%s\": a name has 1 to 42 "
		    "letters, digits and inner dashes", a->name);
	if (a->organization[0] != '\0') {
		TAILQ_FOREACH(o, &c->organizations, entry) {
			if (strcmp(o->name, a->organization) == 0)
				break;
		}
		if (o == NULL)
			errors_add(e, &a->at, "application \"%s\": there is "
			    "no organization \"%s\"", a->name,
			    a->organization);
	}
	for (i = 0; i < a->public_prefixes.count; i++) {
		if (!value_path(a->public_prefixes.list[i]))
			errors_add(e, &a->at, "public: \"%s\" is no plain "
			    "path", a->public_prefixes.list[i]);
	}
	check_renames(a, e);
}

void
conf_check(struct conf *c, struct errors *e)
{
	struct conf_organization	*o;
	struct conf_application		*a;

	check_public(c, e);
	check_lists(c, e);
	check_listens(c, e);
	TAILQ_FOREACH(o, &c->organizations, entry)
		check_organization(c, o, e);
	check_fetch(c, e);
	TAILQ_FOREACH(a, &c->applications, entry)
		check_application(c, a, e);
}

/* The verifier groups, each once, in one string to compare. */
static bool
group_missing(const struct conf *in, const struct conf *from)
{
	struct conf_organization	*o, *k;

	TAILQ_FOREACH(o, &from->organizations, entry) {
		TAILQ_FOREACH(k, &in->organizations, entry) {
			if (strcmp(o->group, k->group) == 0)
				break;
		}
		if (k == NULL)
			return true;
	}
	return false;
}

void
conf_fixed(const struct conf *old, const struct conf *new, struct errors *e)
{
	struct conf_listen	*a, *b;
	unsigned int		 i;

	if (strcmp(old->store, new->store) != 0)
		errors_add(e, &new->at, "store: changes need a restart");
	for (i = 0; i < USER_MAX; i++) {
		if (strcmp(old->users[i], new->users[i]) != 0)
			errors_add(e, &new->at,
			    "user %s: changes need a restart", names_user[i]);
	}
	if (strcmp(old->control_socket, new->control_socket) != 0 ||
	    strcmp(old->control_group, new->control_group) != 0)
		errors_add(e, &new->at,
		    "control socket: changes need a restart");
	if (strcmp(old->chroot, new->chroot) != 0 ||
	    old->strict != new->strict)
		errors_add(e, &new->at,
		    "chroot and sandbox: changes need a restart");
	if (group_missing(old, new) || group_missing(new, old))
		errors_add(e, &new->at, "verifier group: a new one or one "
		    "less needs a restart");
	a = TAILQ_FIRST(&old->listens);
	b = TAILQ_FIRST(&new->listens);
	while (a != NULL && b != NULL) {
		if (strcmp(a->address, b->address) != 0 ||
		    a->port != b->port || a->kinds != b->kinds ||
		    a->processes != b->processes ||
		    (a->certificate[0] == '\0') != (b->certificate[0] == '\0'))
			errors_add(e, &b->at,
			    "listen line: changes need a restart");
		a = TAILQ_NEXT(a, entry);
		b = TAILQ_NEXT(b, entry);
	}
	if (a != NULL || b != NULL)
		errors_add(e, &new->at,
		    "listen lines: a new one or one less needs a restart");
}
