/*
 * Views of the configuration, one for each kind of process.  In parent.
 * Pure.  Must never put into a view what its process can do without: an
 * http process learns of no key but its own, a verifier of no other
 * group's organizations, policy of no attribute name, fetch of no secret.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/process.h"
#include "common/request.h"
#include "hfssod/parent/conf_view.h"
#include "hfssod/parent/value.h"

/* Zeroed memory for so many of something; never NULL. */
static void *
many(size_t count, size_t size)
{
	void	*p;

	if ((p = calloc(count == 0 ? 1 : count, size)) == NULL)
		fatal("view");
	return p;
}

static void
file(struct strings *files, const char *name)
{
	if (name[0] != '\0' && !strings_has(files, name))
		strings_add(files, name);
}

/* --- http ------------------------------------------------------------- */

static void
http_doors(const struct conf *c, struct http_view *v)
{
	struct conf_organization	*o;
	struct conf_connection		*n;
	struct http_door		*d;
	size_t				 count;

	count = 0;
	TAILQ_FOREACH(o, &c->organizations, entry) {
		TAILQ_FOREACH(n, &o->connections, entry)
			count++;
	}
	v->doors = many(count, sizeof(*v->doors));
	TAILQ_FOREACH(o, &c->organizations, entry) {
		TAILQ_FOREACH(n, &o->connections, entry) {
			d = &v->doors[v->door_count++];
			d->organization = o->name;
			d->connection = n->name;
			d->label = n->label[0] != '\0' ? n->label : n->name;
			d->group = o->group;
			d->protocol = n->protocol;
			d->first = n == TAILQ_FIRST(&o->connections);
			d->enabled = !n->disabled;
			d->domains = n->domains;
		}
	}
}

static void
http_applications(const struct conf *c, struct http_view *v)
{
	struct conf_application	*a;
	struct http_application	*h;
	size_t			 count;

	count = 0;
	TAILQ_FOREACH(a, &c->applications, entry)
		count++;
	v->applications = many(count, sizeof(*v->applications));
	TAILQ_FOREACH(a, &c->applications, entry) {
		h = &v->applications[v->application_count++];
		h->host = a->host;
		if ((v->kinds & KIND_GATE) == 0)
			continue;
		h->rename_count = a->rename_count;
		h->renames = a->renames;
	}
}

void
conf_view_http(const struct conf *c, const struct conf_listen *l,
    struct writer *w, struct strings *files)
{
	struct http_view	 v;
	size_t			 i;

	memset(&v, 0, sizeof(v));
	v.public_url = c->public_url;
	v.public_host = c->public_host;
	v.prefix = c->prefix;
	v.kinds = l->kinds;
	v.tls_certificate = l->certificate;
	v.tls_key = l->key;
	v.proxies = many(c->proxies.count, sizeof(*v.proxies));
	for (i = 0; i < c->proxies.count; i++) {
		if (network_parse(c->proxies.list[i], &v.proxies[i]))
			v.proxy_count++;
	}
	v.origins = c->origins;
	v.groups_max = c->groups_max;
	v.connections_per_address = c->connections_per_address;
	v.access_log = c->log_access;
	http_applications(c, &v);
	/* Only browsers are shown the ways in. */
	if (l->kinds & KIND_BROWSER)
		http_doors(c, &v);
	http_view_put(w, &v);
	file(files, l->certificate);
	file(files, l->key);
	free(v.proxies);
	free(v.applications);
	free(v.doors);
}

/* --- verifier --------------------------------------------------------- */

static void
verifier_saml(const struct conf_connection *n, struct verifier_connection *v)
{
	v->metadata = n->metadata;
	v->metadata_url = n->metadata_url;
	v->metadata_signer = n->signer;
	v->entity_id = n->entity_id;
	v->idp_entity_id = n->idp_entity_id;
	v->binding = n->binding;
	v->sign_requests = n->sign_requests;
	v->force_authn = n->force_authn;
	v->idp_initiated = n->idp_initiated;
	v->require_signed = n->require_signed;
	v->nameid_format = n->nameid_format;
}

static void
verifier_oidc(const struct conf_connection *n, struct verifier_connection *v)
{
	v->issuer = n->issuer;
	v->discovery_url = n->discovery_url;
	v->jwks = n->jwks;
	v->client_id = n->client_id;
	v->client_secret = n->client_secret;
	if (n->expires[0] != '\0')
		(void)value_date(n->expires, &v->client_secret_expires);
	v->client_key = n->client_key;
	v->client_key_id = n->client_key_id;
	v->client_auth = n->client_auth;
	v->scopes = n->scopes;
	v->userinfo = n->userinfo;
	v->prompt = n->prompt;
	v->max_age = n->max_age;
	v->check_every = n->check_every;
}

static void
verifier_connection(const struct conf_connection *n, bool first,
    const struct conf_organization *o, struct verifier_connection *v)
{
	v->name = n->name;
	v->protocol = n->protocol;
	v->enabled = !n->disabled;
	v->first = first;
	v->origins = n->origins;
	/* What is the other protocol's stays empty: NULL is sent as "". */
	v->max_age = -1;
	if (n->protocol == PROTOCOL_OIDC)
		verifier_oidc(n, v);
	else
		verifier_saml(n, v);
	v->authn_contexts = n->authn_contexts;
	v->subject_attribute = n->subject_attribute;
	v->email = n->attributes[ATTRIBUTE_EMAIL];
	v->display_name = n->attributes[ATTRIBUTE_NAME];
	v->given = n->attributes[ATTRIBUTE_GIVEN];
	v->family = n->attributes[ATTRIBUTE_FAMILY];
	v->username = n->attributes[ATTRIBUTE_USERNAME];
	v->role_attribute = o->role_attribute;
	v->group_attribute = o->group_attribute;
	v->require_count = n->require_count;
	v->requires = n->requires;
	v->trust_domains = n->trust_domains;
}

static void
pair_files(struct strings *files, const struct view_key *keys, size_t count)
{
	size_t	 i;

	for (i = 0; i < count; i++) {
		file(files, keys[i].key);
		file(files, keys[i].certificate);
	}
}

static void
verifier_organization(const struct conf *c, const struct conf_organization *o,
    struct verifier_organization *v, struct strings *files)
{
	const struct conf_pairs	*sign, *decrypt;
	struct conf_connection	*n;
	size_t			 count;

	sign = o->sign.count > 0 ? &o->sign : &c->sign;
	decrypt = o->decrypt.count > 0 ? &o->decrypt : &c->decrypt;
	v->name = o->name;
	v->sign_count = sign->count;
	v->sign = sign->list;
	v->decrypt_count = decrypt->count;
	v->decrypt = decrypt->list;
	pair_files(files, sign->list, sign->count);
	pair_files(files, decrypt->list, decrypt->count);
	count = 0;
	TAILQ_FOREACH(n, &o->connections, entry)
		count++;
	v->connections = many(count, sizeof(*v->connections));
	TAILQ_FOREACH(n, &o->connections, entry) {
		verifier_connection(n, n == TAILQ_FIRST(&o->connections), o,
		    &v->connections[v->connection_count++]);
		file(files, n->metadata);
		file(files, n->signer);
		file(files, n->jwks);
		file(files, n->client_secret);
		file(files, n->client_key);
	}
}

void
conf_view_verifier(const struct conf *c, const char *group, struct writer *w,
    struct strings *files)
{
	struct conf_organization	*o;
	struct verifier_view		 v;
	size_t				 i;

	memset(&v, 0, sizeof(v));
	v.public_url = c->public_url;
	v.group = group;
	TAILQ_FOREACH(o, &c->organizations, entry)
		v.organization_count++;
	v.organizations = many(v.organization_count,
	    sizeof(*v.organizations));
	v.organization_count = 0;
	TAILQ_FOREACH(o, &c->organizations, entry) {
		if (strcmp(o->group, group) == 0)
			verifier_organization(c, o,
			    &v.organizations[v.organization_count++], files);
	}
	verifier_view_put(w, &v);
	for (i = 0; i < v.organization_count; i++)
		free(v.organizations[i].connections);
	free(v.organizations);
}

/* --- policy ----------------------------------------------------------- */

static void
policy_organization(const struct conf_organization *o,
    struct policy_organization *v)
{
	struct policy_connection	*k;
	struct conf_connection		*n;
	size_t				 count;

	v->name = o->name;
	v->mode = o->mode;
	v->username_strict = o->username_strict;
	v->brake_percent = o->brake_percent;
	v->brake_seconds = o->brake_seconds;
	v->tombstone_keep = o->tombstone_keep;
	v->scim_log_keep = o->scim_log_keep;
	v->verifier_group = o->group;
	v->session_timeout = o->session_timeout;
	v->session_idle = o->session_idle;
	v->default_role = o->default_role;
	v->role_match = o->role_match;
	v->role_line_count = o->role_line_count;
	v->role_lines = o->role_lines;
	v->group_line_count = o->group_line_count;
	v->group_lines = o->group_lines;
	v->groups = o->groups;
	count = 0;
	TAILQ_FOREACH(n, &o->connections, entry)
		count++;
	v->connections = many(count, sizeof(*v->connections));
	TAILQ_FOREACH(n, &o->connections, entry) {
		k = &v->connections[v->connection_count++];
		k->name = n->name;
		k->protocol = n->protocol;
		k->enabled = !n->disabled;
		k->jit = n->jit;
		k->check_every = n->check_every;
		k->scim_match = n->scim_match;
	}
}

void
conf_view_policy(const struct conf *c, struct writer *w)
{
	struct conf_organization	*o;
	struct conf_application		*a;
	struct policy_application	*p;
	struct policy_view		 v;
	size_t				 i;

	memset(&v, 0, sizeof(v));
	v.public_url = c->public_url;
	v.public_host = c->public_host;
	TAILQ_FOREACH(o, &c->organizations, entry)
		v.organization_count++;
	v.organizations = many(v.organization_count,
	    sizeof(*v.organizations));
	i = 0;
	TAILQ_FOREACH(o, &c->organizations, entry)
		policy_organization(o, &v.organizations[i++]);
	TAILQ_FOREACH(a, &c->applications, entry)
		v.application_count++;
	v.applications = many(v.application_count, sizeof(*v.applications));
	i = 0;
	TAILQ_FOREACH(a, &c->applications, entry) {
		p = &v.applications[i++];
		p->name = a->name;
		p->host = a->host;
		p->organization = a->organization;
		p->least_role = a->least_role;
		p->public_prefixes = a->public_prefixes;
	}
	v.reserved = c->reserved;
	v.store_max_pages = c->store_max_pages;
	policy_view_put(w, &v);
	for (i = 0; i < v.organization_count; i++)
		free(v.organizations[i].connections);
	free(v.organizations);
	free(v.applications);
}

/* --- fetch ------------------------------------------------------------ */

/* A file that was looked for and is there. */
static const char *
file_there(const struct conf *c, const char *name)
{
	const struct conf_file	*f;

	f = conf_file_find(c, name);
	return f != NULL && !f->missing ? name : "";
}

static void
fetch_connection(const struct conf_organization *o,
    const struct conf_connection *n, struct fetch_connection *v)
{
	size_t	 i;

	v->organization = o->name;
	v->name = n->name;
	v->origins = n->origins;
	v->ca = n->ca;
	v->allow = many(n->allow.count, sizeof(*v->allow));
	for (i = 0; i < n->allow.count; i++) {
		if (network_parse(n->allow.list[i],
		    &v->allow[v->allow_count]))
			v->allow_count++;
	}
	for (i = 0; i < n->pins.count; i++)
		strings_add(&v->pins, value_pin(n->pins.list[i]));
}

static void
fetch_connections(const struct conf *c, struct fetch_view *v,
    struct strings *files)
{
	struct conf_organization	*o;
	struct conf_connection		*n;
	size_t				 count;

	count = 0;
	TAILQ_FOREACH(o, &c->organizations, entry) {
		TAILQ_FOREACH(n, &o->connections, entry)
			count++;
	}
	v->connections = many(count, sizeof(*v->connections));
	TAILQ_FOREACH(o, &c->organizations, entry) {
		if (strcmp(o->group, v->group) != 0)
			continue;
		TAILQ_FOREACH(n, &o->connections, entry) {
			if (!n->fetches)
				continue;
			fetch_connection(o, n,
			    &v->connections[v->connection_count++]);
			file(files, n->ca);
		}
	}
}

void
conf_view_fetch(const struct conf *c, const char *group, struct writer *w,
    struct strings *files)
{
	struct fetch_view	 v;
	size_t			 i;

	memset(&v, 0, sizeof(v));
	v.group = group;
	fetch_connections(c, &v, files);
	/* Without a connection that fetches it needs none of these. */
	if (v.connection_count > 0) {
		v.ca = file_there(c, c->ca);
		v.hosts = file_there(c, c->hosts);
		v.name_servers = c->name_servers;
		if (c->name_servers.count == 0)
			v.resolv_conf = file_there(c, CONF_RESOLV);
		file(files, v.ca);
		file(files, v.hosts);
		if (v.resolv_conf != NULL)
			file(files, v.resolv_conf);
	}
	fetch_view_put(w, &v);
	for (i = 0; i < v.connection_count; i++) {
		free(v.connections[i].allow);
		strings_free(&v.connections[i].pins);
	}
	free(v.connections);
}
