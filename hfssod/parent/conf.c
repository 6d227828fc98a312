/*
 * The configuration's structs: new ones with defaults, and their end.  In
 * parent.  Pure but for reading the file through the parser.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/control.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/parent/conf.h"

#define DEFAULT_SESSION		(7 * 86400)
#define DEFAULT_DRAIN		10
#define DEFAULT_TOMBSTONE	(90 * 86400)
#define DEFAULT_SCIM_LOG	(90 * 86400)

const char *const names_attribute[] = {
	"email", "name", "given", "family", "username", NULL
};
const char *const names_binding[] = { "redirect", "post", NULL };
const char *const names_client_auth[] = {
	"offered", "basic", "post", "private-key-jwt", NULL
};
const char *const names_idp_initiated[] = { "off", "restart", "accept", NULL };
const char *const names_mode[] = { "managed", "basic", NULL };
const char *const names_require_signed[] = {
	"either", "response", "assertion", "both", NULL
};
const char *const names_role_line[] = { "", " group", " scim-role", NULL };
const char *const names_role_match[] = { "first", "highest", NULL };
const char *const names_scim_match[] = { "none", "username", "email", NULL };
const char *const names_user[] = {
	"http", "verifier", "policy", "fetch", NULL
};
const char *const names_yes_no[] = { "no", "yes", NULL };

const struct view_rename names_header[] = {
	{ "user", "Remote-User" },
	{ "email", "Remote-Email" },
	{ "name", "Remote-Name" },
	{ "groups", "Remote-Groups" },
	{ "account", "X-Hfsso-Account" },
	{ "organization", "X-Hfsso-Organization" },
	{ "role", "X-Hfsso-Role" },
	{ "session", "X-Hfsso-Session" },
	{ "expires", "X-Hfsso-Session-Expires" },
	{ NULL, NULL }
};

struct conf *
conf_new(void)
{
	struct conf	*c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		fatal("configuration");
	TAILQ_INIT(&c->listens);
	TAILQ_INIT(&c->organizations);
	TAILQ_INIT(&c->applications);
	TAILQ_INIT(&c->files);
	c->public_url = c->public_host = "";
	c->prefix = "/.hfsso";
	c->store = "";
	c->control_socket = CONTROL_SOCKET;
	c->control_group = "";
	c->chroot = "/var/empty";
	c->ca = CONF_CA;
	c->hosts = CONF_HOSTS;
	c->drain = DEFAULT_DRAIN;
	c->groups_max = LIMIT_HEADER_GROUPS;
	c->connections_per_address = LIMIT_CONNECTIONS_ADDR;
	c->users[USER_HTTP] = "_hfsso";
	c->users[USER_VERIFIER] = "_hfssov";
	c->users[USER_POLICY] = "_hfssop";
	c->users[USER_FETCH] = "_hfssof";
	return c;
}

/* Keep a copy for as long as the conf lives. */
const char *
conf_string(struct conf *c, const char *text)
{
	char	*copy;

	if ((copy = strdup(text)) == NULL)
		fatal("configuration");
	strings_add(&c->pool, copy);
	return copy;
}

struct conf_organization *
conf_organization_new(struct conf *c, const char *name, struct place at)
{
	struct conf_organization	*o;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		fatal("configuration");
	TAILQ_INIT(&o->connections);
	o->at = at;
	o->name = name;
	o->group = "default";
	o->session_timeout = DEFAULT_SESSION;
	o->tombstone_keep = DEFAULT_TOMBSTONE;
	o->scim_log_keep = DEFAULT_SCIM_LOG;
	o->default_role = ROLE_READ;
	o->role_attribute = o->group_attribute = "";
	TAILQ_INSERT_TAIL(&c->organizations, o, entry);
	return o;
}

struct conf_connection *
conf_connection_new(struct conf *c, struct conf_organization *o,
    const char *name, enum protocol protocol, struct place at)
{
	struct conf_connection	*n;

	(void)c;
	if ((n = calloc(1, sizeof(*n))) == NULL)
		fatal("configuration");
	n->at = at;
	n->name = name;
	n->protocol = protocol;
	n->label = n->metadata_url = n->ca = n->subject_attribute = "";
	n->jit = true;
	n->metadata = n->signer = n->entity_id = n->idp_entity_id = "";
	n->nameid_format = "";
	n->issuer = n->jwks = n->client_id = n->client_secret = "";
	n->expires = n->client_key = n->client_key_id = n->prompt = "";
	n->discovery_url = "";
	n->max_age = -1;
	TAILQ_INSERT_TAIL(&o->connections, n, entry);
	return n;
}

struct conf_application *
conf_application_new(struct conf *c, const char *name, struct place at)
{
	struct conf_application	*a;

	if ((a = calloc(1, sizeof(*a))) == NULL)
		fatal("configuration");
	a->at = at;
	a->name = name;
	a->host = a->organization = "";
	TAILQ_INSERT_TAIL(&c->applications, a, entry);
	return a;
}

struct conf_listen *
conf_listen_new(struct conf *c, struct place at)
{
	struct conf_listen	*l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("configuration");
	l->at = at;
	l->address = l->certificate = l->key = "";
	l->processes = 1;
	TAILQ_INSERT_TAIL(&c->listens, l, entry);
	return l;
}

const char *
conf_group(const struct conf *c, const char *organization)
{
	struct conf_organization	*o;

	TAILQ_FOREACH(o, &c->organizations, entry) {
		if (strcmp(o->name, organization) == 0)
			return o->group;
	}
	return NULL;
}

struct conf_file *
conf_file_find(const struct conf *c, const char *path)
{
	struct conf_file	*f;

	TAILQ_FOREACH(f, &c->files, entry) {
		if (strcmp(f->path, path) == 0)
			break;
	}
	return f;
}

/* A file that two places name is read once; secret if either says so. */
struct conf_file *
conf_file_add(struct conf *c, const char *path, bool secret, struct place at)
{
	struct conf_file	*f;

	if ((f = conf_file_find(c, path)) != NULL) {
		f->secret = f->secret || secret;
		f->optional = false;
		return f;
	}
	if ((f = calloc(1, sizeof(*f))) == NULL)
		fatal("configuration");
	f->at = at;
	f->path = path;
	f->secret = secret;
	TAILQ_INSERT_TAIL(&c->files, f, entry);
	return f;
}

void
conf_pair_add(struct conf *c, struct conf_pairs *pairs, const char *key,
    const char *certificate, struct place at)
{
	pairs->list = reallocarray(pairs->list, pairs->count + 1,
	    sizeof(*pairs->list));
	if (pairs->list == NULL)
		fatal("configuration");
	pairs->list[pairs->count].key = key;
	pairs->list[pairs->count].certificate = certificate;
	pairs->count++;
	conf_file_add(c, key, true, at);
	conf_file_add(c, certificate, false, at);
}

static void
connection_free(struct conf_connection *n)
{
	size_t	 i;

	strings_free(&n->seen);
	strings_free(&n->endpoints);
	strings_free(&n->allow);
	strings_free(&n->pins);
	strings_free(&n->scopes);
	strings_free(&n->origins);
	strings_free(&n->domains);
	strings_free(&n->authn_contexts);
	strings_free(&n->trust_domains);
	for (i = 0; i < ATTRIBUTE_MAX; i++)
		strings_free(&n->attributes[i]);
	for (i = 0; i < n->require_count; i++)
		strings_free(&n->requires[i].values);
	free(n->requires);
	free(n);
}

static void
organization_free(struct conf_organization *o)
{
	struct conf_connection	*n;

	while ((n = TAILQ_FIRST(&o->connections)) != NULL) {
		TAILQ_REMOVE(&o->connections, n, entry);
		connection_free(n);
	}
	strings_free(&o->seen);
	free(o->role_lines);
	free(o->group_lines);
	strings_free(&o->groups);
	free(o->sign.list);
	free(o->decrypt.list);
	free(o);
}

static void
lists_free(struct conf *c)
{
	struct conf_application	*a;
	struct conf_listen	*l;
	struct conf_file	*f;

	while ((a = TAILQ_FIRST(&c->applications)) != NULL) {
		TAILQ_REMOVE(&c->applications, a, entry);
		strings_free(&a->seen);
		strings_free(&a->public_prefixes);
		free(a->renames);
		free(a);
	}
	while ((l = TAILQ_FIRST(&c->listens)) != NULL) {
		TAILQ_REMOVE(&c->listens, l, entry);
		free(l);
	}
	while ((f = TAILQ_FIRST(&c->files)) != NULL) {
		TAILQ_REMOVE(&c->files, f, entry);
		free(f);
	}
}

void
conf_free(struct conf *c)
{
	struct conf_organization	*o;
	size_t				 i;

	if (c == NULL)
		return;
	while ((o = TAILQ_FIRST(&c->organizations)) != NULL) {
		TAILQ_REMOVE(&c->organizations, o, entry);
		organization_free(o);
	}
	lists_free(c);
	strings_free(&c->seen);
	strings_free(&c->proxies);
	strings_free(&c->origins);
	strings_free(&c->reserved);
	strings_free(&c->name_servers);
	free(c->sign.list);
	free(c->decrypt.list);
	for (i = 0; i < c->pool.count; i++)
		free((void *)(uintptr_t)c->pool.list[i]);
	strings_free(&c->pool);
	free(c);
}

struct conf *
conf_load(const char *path, const struct strings *macros, bool strict,
    struct errors *errors)
{
	struct conf	*c;
	size_t		 before;

	before = errors->count;
	c = conf_new();
	c->at.file = conf_string(c, path);
	c->at.line = 1;
	conf_parse(c, path, macros, strict, errors);
	/* What follows from a line that was not understood helps nobody. */
	if (errors->count == before)
		conf_check(c, errors);
	if (errors->count != before) {
		conf_free(c);
		return NULL;
	}
	return c;
}
