/*
 * Put and get of views, side by side.  parent puts, the others get; pure.
 * Must never give a process what its view has no field for.
 */
#include <stdlib.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/view.h"

#define TEXT		8192		/* a name, path or address */
#define MANY		100000		/* organizations, connections, lines */

/* An array for so many elements; NULL for none. */
static void *
array(size_t count, size_t size)
{
	void	*p;

	if (count == 0)
		return NULL;
	if ((p = calloc(count, size)) == NULL)
		fatal("calloc");
	return p;
}

static const char *
text_get(struct reader *r)
{
	return wire_get_string(r, TEXT);
}

static struct strings
list_get(struct reader *r)
{
	return wire_get_strings(r, MANY, TEXT);
}

static void
network_put(struct writer *w, const struct network *n)
{
	wire_put_raw(w, n->address.octets, sizeof(n->address.octets));
	wire_put_u8(w, (uint8_t)n->bits);
}

static void
network_get(struct reader *r, struct network *n)
{
	size_t	 i;

	for (i = 0; i < sizeof(n->address.octets); i++)
		n->address.octets[i] = wire_get_u8(r);
	n->bits = wire_get_enum(r, 129);
}

/* --- http ------------------------------------------------------------- */

static void
http_application_put(struct writer *w, const struct http_application *a)
{
	size_t	 i;

	wire_put_string(w, a->host);
	wire_put_u32(w, (uint32_t)a->rename_count);
	for (i = 0; i < a->rename_count; i++) {
		wire_put_string(w, a->renames[i].from);
		wire_put_string(w, a->renames[i].to);
	}
}

static void
http_application_get(struct reader *r, struct http_application *a)
{
	size_t	 i;

	a->host = text_get(r);
	a->rename_count = wire_get_count(r, 64);
	a->renames = array(a->rename_count, sizeof(*a->renames));
	for (i = 0; i < a->rename_count; i++) {
		a->renames[i].from = text_get(r);
		a->renames[i].to = text_get(r);
	}
}

static void
http_door_put(struct writer *w, const struct http_door *d)
{
	wire_put_string(w, d->organization);
	wire_put_string(w, d->connection);
	wire_put_string(w, d->label);
	wire_put_string(w, d->group);
	wire_put_u8(w, (uint8_t)d->protocol);
	wire_put_bool(w, d->first);
	wire_put_bool(w, d->enabled);
	wire_put_strings(w, &d->domains);
}

static void
http_door_get(struct reader *r, struct http_door *d)
{
	d->organization = text_get(r);
	d->connection = text_get(r);
	d->label = text_get(r);
	d->group = text_get(r);
	d->protocol = wire_get_enum(r, PROTOCOL_MAX);
	d->first = wire_get_bool(r);
	d->enabled = wire_get_bool(r);
	d->domains = list_get(r);
}

void
http_view_put(struct writer *w, const struct http_view *v)
{
	size_t	 i;

	wire_put_string(w, v->public_url);
	wire_put_string(w, v->public_host);
	wire_put_string(w, v->prefix);
	wire_put_u32(w, v->kinds);
	wire_put_string(w, v->tls_certificate);
	wire_put_string(w, v->tls_key);
	wire_put_u32(w, (uint32_t)v->proxy_count);
	for (i = 0; i < v->proxy_count; i++)
		network_put(w, &v->proxies[i]);
	wire_put_strings(w, &v->origins);
	wire_put_u32(w, v->groups_max);
	wire_put_u32(w, v->connections_per_address);
	wire_put_bool(w, v->access_log);
	wire_put_u32(w, (uint32_t)v->application_count);
	for (i = 0; i < v->application_count; i++)
		http_application_put(w, &v->applications[i]);
	wire_put_u32(w, (uint32_t)v->door_count);
	for (i = 0; i < v->door_count; i++)
		http_door_put(w, &v->doors[i]);
}

struct http_view *
http_view_get(struct reader *r)
{
	struct http_view	*v = array(1, sizeof(*v));
	size_t			 i;

	v->public_url = text_get(r);
	v->public_host = text_get(r);
	v->prefix = text_get(r);
	v->kinds = wire_get_u32(r);
	v->tls_certificate = text_get(r);
	v->tls_key = text_get(r);
	v->proxy_count = wire_get_count(r, MANY);
	v->proxies = array(v->proxy_count, sizeof(*v->proxies));
	for (i = 0; i < v->proxy_count; i++)
		network_get(r, &v->proxies[i]);
	v->origins = list_get(r);
	v->groups_max = wire_get_u32(r);
	v->connections_per_address = wire_get_u32(r);
	v->access_log = wire_get_bool(r);
	v->application_count = wire_get_count(r, MANY);
	v->applications = array(v->application_count,
	    sizeof(*v->applications));
	for (i = 0; i < v->application_count; i++)
		http_application_get(r, &v->applications[i]);
	v->door_count = wire_get_count(r, MANY);
	v->doors = array(v->door_count, sizeof(*v->doors));
	for (i = 0; i < v->door_count; i++)
		http_door_get(r, &v->doors[i]);
	if (wire_end(r))
		return v;
	http_view_free(v);
	return NULL;
}

void
http_view_free(struct http_view *v)
{
	size_t	 i;

	if (v == NULL)
		return;
	for (i = 0; i < v->application_count; i++)
		free(v->applications[i].renames);
	for (i = 0; i < v->door_count; i++)
		strings_free(&v->doors[i].domains);
	free(v->applications);
	free(v->doors);
	free(v->proxies);
	strings_free(&v->origins);
	free(v);
}

/* --- verifier --------------------------------------------------------- */

static void
keys_put(struct writer *w, const struct view_key *keys, size_t count)
{
	size_t	 i;

	wire_put_u32(w, (uint32_t)count);
	for (i = 0; i < count; i++) {
		wire_put_string(w, keys[i].key);
		wire_put_string(w, keys[i].certificate);
	}
}

static struct view_key *
keys_get(struct reader *r, size_t *count)
{
	struct view_key	*keys;
	size_t		 i;

	*count = wire_get_count(r, 64);
	keys = array(*count, sizeof(*keys));
	for (i = 0; i < *count; i++) {
		keys[i].key = text_get(r);
		keys[i].certificate = text_get(r);
	}
	return keys;
}

static void
verifier_oidc_put(struct writer *w, const struct verifier_connection *c)
{
	wire_put_bool(w, c->userinfo);
	wire_put_string(w, c->issuer);
	wire_put_string(w, c->discovery_url);
	wire_put_string(w, c->jwks);
	wire_put_string(w, c->client_id);
	wire_put_string(w, c->client_secret);
	wire_put_i64(w, c->client_secret_expires);
	wire_put_string(w, c->client_key);
	wire_put_string(w, c->client_key_id);
	wire_put_u8(w, (uint8_t)c->client_auth);
	wire_put_strings(w, &c->scopes);
	wire_put_string(w, c->prompt);
	wire_put_i64(w, c->max_age);
	wire_put_i64(w, c->check_every);
}

static void
verifier_oidc_get(struct reader *r, struct verifier_connection *c)
{
	c->userinfo = wire_get_bool(r);
	c->issuer = text_get(r);
	c->discovery_url = text_get(r);
	c->jwks = text_get(r);
	c->client_id = text_get(r);
	c->client_secret = text_get(r);
	c->client_secret_expires = wire_get_i64(r);
	c->client_key = text_get(r);
	c->client_key_id = text_get(r);
	c->client_auth = wire_get_enum(r, CLIENT_AUTH_MAX);
	c->scopes = list_get(r);
	c->prompt = text_get(r);
	c->max_age = wire_get_i64(r);
	c->check_every = wire_get_i64(r);
}

static void
verifier_connection_put(struct writer *w, const struct verifier_connection *c)
{
	size_t	 i;

	wire_put_string(w, c->name);
	wire_put_u8(w, (uint8_t)c->protocol);
	wire_put_bool(w, c->enabled);
	wire_put_bool(w, c->first);
	wire_put_strings(w, &c->origins);
	wire_put_string(w, c->metadata);
	wire_put_string(w, c->metadata_url);
	wire_put_string(w, c->metadata_signer);
	wire_put_string(w, c->entity_id);
	wire_put_string(w, c->idp_entity_id);
	wire_put_u8(w, (uint8_t)c->binding);
	wire_put_bool(w, c->sign_requests);
	wire_put_bool(w, c->force_authn);
	wire_put_u8(w, (uint8_t)c->idp_initiated);
	wire_put_u8(w, (uint8_t)c->require_signed);
	wire_put_string(w, c->nameid_format);
	verifier_oidc_put(w, c);
	wire_put_strings(w, &c->authn_contexts);
	wire_put_string(w, c->subject_attribute);
	wire_put_strings(w, &c->email);
	wire_put_strings(w, &c->display_name);
	wire_put_strings(w, &c->given);
	wire_put_strings(w, &c->family);
	wire_put_strings(w, &c->username);
	wire_put_string(w, c->role_attribute);
	wire_put_string(w, c->group_attribute);
	wire_put_u32(w, (uint32_t)c->require_count);
	for (i = 0; i < c->require_count; i++) {
		wire_put_string(w, c->requires[i].attribute);
		wire_put_strings(w, &c->requires[i].values);
	}
	wire_put_strings(w, &c->trust_domains);
}

static void
verifier_connection_get(struct reader *r, struct verifier_connection *c)
{
	size_t	 i;

	c->name = text_get(r);
	c->protocol = wire_get_enum(r, PROTOCOL_MAX);
	c->enabled = wire_get_bool(r);
	c->first = wire_get_bool(r);
	c->origins = list_get(r);
	c->metadata = text_get(r);
	c->metadata_url = text_get(r);
	c->metadata_signer = text_get(r);
	c->entity_id = text_get(r);
	c->idp_entity_id = text_get(r);
	c->binding = wire_get_enum(r, BINDING_MAX);
	c->sign_requests = wire_get_bool(r);
	c->force_authn = wire_get_bool(r);
	c->idp_initiated = wire_get_enum(r, IDP_INITIATED_MAX);
	c->require_signed = wire_get_enum(r, REQUIRE_MAX);
	c->nameid_format = text_get(r);
	verifier_oidc_get(r, c);
	c->authn_contexts = list_get(r);
	c->subject_attribute = text_get(r);
	c->email = list_get(r);
	c->display_name = list_get(r);
	c->given = list_get(r);
	c->family = list_get(r);
	c->username = list_get(r);
	c->role_attribute = text_get(r);
	c->group_attribute = text_get(r);
	c->require_count = wire_get_count(r, 64);
	c->requires = array(c->require_count, sizeof(*c->requires));
	for (i = 0; i < c->require_count; i++) {
		c->requires[i].attribute = text_get(r);
		c->requires[i].values = list_get(r);
	}
	c->trust_domains = list_get(r);
}

static void
verifier_connection_free(struct verifier_connection *c)
{
	size_t	 i;

	strings_free(&c->origins);
	strings_free(&c->scopes);
	strings_free(&c->authn_contexts);
	strings_free(&c->email);
	strings_free(&c->display_name);
	strings_free(&c->given);
	strings_free(&c->family);
	strings_free(&c->username);
	for (i = 0; i < c->require_count; i++)
		strings_free(&c->requires[i].values);
	free(c->requires);
	strings_free(&c->trust_domains);
}

static void
verifier_organization_put(struct writer *w,
    const struct verifier_organization *o)
{
	size_t	 i;

	wire_put_string(w, o->name);
	keys_put(w, o->sign, o->sign_count);
	keys_put(w, o->decrypt, o->decrypt_count);
	wire_put_u32(w, (uint32_t)o->connection_count);
	for (i = 0; i < o->connection_count; i++)
		verifier_connection_put(w, &o->connections[i]);
}

static void
verifier_organization_get(struct reader *r, struct verifier_organization *o)
{
	size_t	 i;

	o->name = text_get(r);
	o->sign = keys_get(r, &o->sign_count);
	o->decrypt = keys_get(r, &o->decrypt_count);
	o->connection_count = wire_get_count(r, MANY);
	o->connections = array(o->connection_count, sizeof(*o->connections));
	for (i = 0; i < o->connection_count; i++)
		verifier_connection_get(r, &o->connections[i]);
}

void
verifier_view_put(struct writer *w, const struct verifier_view *v)
{
	size_t	 i;

	wire_put_string(w, v->public_url);
	wire_put_string(w, v->group);
	wire_put_u32(w, (uint32_t)v->organization_count);
	for (i = 0; i < v->organization_count; i++)
		verifier_organization_put(w, &v->organizations[i]);
}

struct verifier_view *
verifier_view_get(struct reader *r)
{
	struct verifier_view	*v = array(1, sizeof(*v));
	size_t			 i;

	v->public_url = text_get(r);
	v->group = text_get(r);
	v->organization_count = wire_get_count(r, MANY);
	v->organizations = array(v->organization_count,
	    sizeof(*v->organizations));
	for (i = 0; i < v->organization_count; i++)
		verifier_organization_get(r, &v->organizations[i]);
	if (wire_end(r))
		return v;
	verifier_view_free(v);
	return NULL;
}

void
verifier_view_free(struct verifier_view *v)
{
	struct verifier_organization	*o;
	size_t				 i, j;

	if (v == NULL)
		return;
	for (i = 0; i < v->organization_count; i++) {
		o = &v->organizations[i];
		for (j = 0; j < o->connection_count; j++)
			verifier_connection_free(&o->connections[j]);
		free(o->connections);
		free(o->sign);
		free(o->decrypt);
	}
	free(v->organizations);
	free(v);
}

/* --- policy ----------------------------------------------------------- */

static void
policy_organization_put(struct writer *w, const struct policy_organization *o)
{
	size_t	 i;

	wire_put_string(w, o->name);
	wire_put_string(w, o->verifier_group);
	wire_put_i64(w, o->session_timeout);
	wire_put_i64(w, o->session_idle);
	wire_put_u8(w, (uint8_t)o->default_role);
	wire_put_u8(w, (uint8_t)o->role_match);
	wire_put_u32(w, (uint32_t)o->role_line_count);
	for (i = 0; i < o->role_line_count; i++) {
		wire_put_string(w, o->role_lines[i].value);
		wire_put_u8(w, (uint8_t)o->role_lines[i].role);
	}
	wire_put_u32(w, (uint32_t)o->group_line_count);
	for (i = 0; i < o->group_line_count; i++) {
		wire_put_string(w, o->group_lines[i].value);
		wire_put_string(w, o->group_lines[i].group);
		wire_put_u8(w, (uint8_t)o->group_lines[i].role);
	}
	wire_put_u32(w, (uint32_t)o->connection_count);
	for (i = 0; i < o->connection_count; i++) {
		wire_put_string(w, o->connections[i].name);
		wire_put_u8(w, (uint8_t)o->connections[i].protocol);
		wire_put_bool(w, o->connections[i].enabled);
		wire_put_bool(w, o->connections[i].jit);
		wire_put_i64(w, o->connections[i].check_every);
	}
}

static void
policy_organization_get(struct reader *r, struct policy_organization *o)
{
	size_t	 i;

	o->name = text_get(r);
	o->verifier_group = text_get(r);
	o->session_timeout = wire_get_i64(r);
	o->session_idle = wire_get_i64(r);
	o->default_role = wire_get_enum(r, ROLE_MAX);
	o->role_match = wire_get_enum(r, ROLE_MATCH_MAX);
	o->role_line_count = wire_get_count(r, MANY);
	o->role_lines = array(o->role_line_count, sizeof(*o->role_lines));
	for (i = 0; i < o->role_line_count; i++) {
		o->role_lines[i].value = text_get(r);
		o->role_lines[i].role = wire_get_enum(r, ROLE_MAX);
	}
	o->group_line_count = wire_get_count(r, MANY);
	o->group_lines = array(o->group_line_count, sizeof(*o->group_lines));
	for (i = 0; i < o->group_line_count; i++) {
		o->group_lines[i].value = text_get(r);
		o->group_lines[i].group = text_get(r);
		o->group_lines[i].role = wire_get_enum(r, ROLE_MAX);
	}
	o->connection_count = wire_get_count(r, MANY);
	o->connections = array(o->connection_count, sizeof(*o->connections));
	for (i = 0; i < o->connection_count; i++) {
		o->connections[i].name = text_get(r);
		o->connections[i].protocol = wire_get_enum(r, PROTOCOL_MAX);
		o->connections[i].enabled = wire_get_bool(r);
		o->connections[i].jit = wire_get_bool(r);
		o->connections[i].check_every = wire_get_i64(r);
	}
}

static void
policy_application_put(struct writer *w, const struct policy_application *a)
{
	wire_put_string(w, a->name);
	wire_put_string(w, a->host);
	wire_put_string(w, a->organization);
	wire_put_u8(w, (uint8_t)a->least_role);
	wire_put_strings(w, &a->public_prefixes);
}

static void
policy_application_get(struct reader *r, struct policy_application *a)
{
	a->name = text_get(r);
	a->host = text_get(r);
	a->organization = text_get(r);
	a->least_role = wire_get_enum(r, ROLE_MAX);
	a->public_prefixes = list_get(r);
}

void
policy_view_put(struct writer *w, const struct policy_view *v)
{
	size_t	 i;

	wire_put_string(w, v->public_host);
	wire_put_u32(w, (uint32_t)v->organization_count);
	for (i = 0; i < v->organization_count; i++)
		policy_organization_put(w, &v->organizations[i]);
	wire_put_u32(w, (uint32_t)v->application_count);
	for (i = 0; i < v->application_count; i++)
		policy_application_put(w, &v->applications[i]);
	wire_put_strings(w, &v->reserved);
	wire_put_u32(w, v->store_max_pages);
}

struct policy_view *
policy_view_get(struct reader *r)
{
	struct policy_view	*v = array(1, sizeof(*v));
	size_t			 i;

	v->public_host = text_get(r);
	v->organization_count = wire_get_count(r, MANY);
	v->organizations = array(v->organization_count,
	    sizeof(*v->organizations));
	for (i = 0; i < v->organization_count; i++)
		policy_organization_get(r, &v->organizations[i]);
	v->application_count = wire_get_count(r, MANY);
	v->applications = array(v->application_count,
	    sizeof(*v->applications));
	for (i = 0; i < v->application_count; i++)
		policy_application_get(r, &v->applications[i]);
	v->reserved = list_get(r);
	v->store_max_pages = wire_get_u32(r);
	if (wire_end(r))
		return v;
	policy_view_free(v);
	return NULL;
}

void
policy_view_free(struct policy_view *v)
{
	size_t	 i;

	if (v == NULL)
		return;
	for (i = 0; i < v->organization_count; i++) {
		free(v->organizations[i].role_lines);
		free(v->organizations[i].group_lines);
		free(v->organizations[i].connections);
	}
	for (i = 0; i < v->application_count; i++)
		strings_free(&v->applications[i].public_prefixes);
	free(v->organizations);
	free(v->applications);
	strings_free(&v->reserved);
	free(v);
}

/* --- fetch ------------------------------------------------------------ */

static void
fetch_connection_put(struct writer *w, const struct fetch_connection *c)
{
	size_t	 i;

	wire_put_string(w, c->organization);
	wire_put_string(w, c->name);
	wire_put_strings(w, &c->origins);
	wire_put_u32(w, (uint32_t)c->allow_count);
	for (i = 0; i < c->allow_count; i++)
		network_put(w, &c->allow[i]);
	wire_put_strings(w, &c->pins);
	wire_put_string(w, c->ca);
}

static void
fetch_connection_get(struct reader *r, struct fetch_connection *c)
{
	size_t	 i;

	c->organization = text_get(r);
	c->name = text_get(r);
	c->origins = list_get(r);
	c->allow_count = wire_get_count(r, MANY);
	c->allow = array(c->allow_count, sizeof(*c->allow));
	for (i = 0; i < c->allow_count; i++)
		network_get(r, &c->allow[i]);
	c->pins = list_get(r);
	c->ca = text_get(r);
}

void
fetch_view_put(struct writer *w, const struct fetch_view *v)
{
	size_t	 i;

	wire_put_string(w, v->group);
	wire_put_string(w, v->ca);
	wire_put_string(w, v->resolv_conf);
	wire_put_string(w, v->hosts);
	wire_put_strings(w, &v->name_servers);
	wire_put_u32(w, (uint32_t)v->connection_count);
	for (i = 0; i < v->connection_count; i++)
		fetch_connection_put(w, &v->connections[i]);
}

struct fetch_view *
fetch_view_get(struct reader *r)
{
	struct fetch_view	*v = array(1, sizeof(*v));
	size_t			 i;

	v->group = text_get(r);
	v->ca = text_get(r);
	v->resolv_conf = text_get(r);
	v->hosts = text_get(r);
	v->name_servers = list_get(r);
	v->connection_count = wire_get_count(r, MANY);
	v->connections = array(v->connection_count, sizeof(*v->connections));
	for (i = 0; i < v->connection_count; i++)
		fetch_connection_get(r, &v->connections[i]);
	if (wire_end(r))
		return v;
	fetch_view_free(v);
	return NULL;
}

void
fetch_view_free(struct fetch_view *v)
{
	size_t	 i;

	if (v == NULL)
		return;
	for (i = 0; i < v->connection_count; i++) {
		strings_free(&v->connections[i].origins);
		strings_free(&v->connections[i].pins);
		free(v->connections[i].allow);
	}
	free(v->connections);
	strings_free(&v->name_servers);
	free(v);
}
