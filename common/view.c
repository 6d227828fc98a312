/*
 * Put and get of views, side by side; the verifier's is in view_verifier.c.
 * parent puts, the others get; pure.  Must never give a process what its
 * view has no field for.
 */
#include <stdlib.h>

#include "common/log.h"
#include "common/view.h"
#include "common/view_parts.h"

#define TEXT		8192		/* a name, path or address */

void *
view_array(size_t count, size_t size)
{
	void	*p;

	if (count == 0)
		return NULL;
	if ((p = calloc(count, size)) == NULL)
		fatal("calloc");
	return p;
}

const char *
view_text(struct reader *r)
{
	return wire_get_string(r, TEXT);
}

struct strings
view_list(struct reader *r)
{
	return wire_get_strings(r, VIEW_MANY, TEXT);
}

void
network_put(struct writer *w, const struct network *n)
{
	wire_put_raw(w, n->address.octets, sizeof(n->address.octets));
	wire_put_u8(w, (uint8_t)n->bits);
}

void
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

	a->host = view_text(r);
	a->rename_count = wire_get_count(r, 64);
	a->renames = view_array(a->rename_count, sizeof(*a->renames));
	for (i = 0; i < a->rename_count; i++) {
		a->renames[i].from = view_text(r);
		a->renames[i].to = view_text(r);
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
	d->organization = view_text(r);
	d->connection = view_text(r);
	d->label = view_text(r);
	d->group = view_text(r);
	d->protocol = wire_get_enum(r, PROTOCOL_MAX);
	d->first = wire_get_bool(r);
	d->enabled = wire_get_bool(r);
	d->domains = view_list(r);
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
	struct http_view	*v = view_array(1, sizeof(*v));
	size_t			 i;

	v->public_url = view_text(r);
	v->public_host = view_text(r);
	v->prefix = view_text(r);
	v->kinds = wire_get_u32(r);
	v->tls_certificate = view_text(r);
	v->tls_key = view_text(r);
	v->proxy_count = wire_get_count(r, VIEW_MANY);
	v->proxies = view_array(v->proxy_count, sizeof(*v->proxies));
	for (i = 0; i < v->proxy_count; i++)
		network_get(r, &v->proxies[i]);
	v->origins = view_list(r);
	v->groups_max = wire_get_u32(r);
	v->connections_per_address = wire_get_u32(r);
	v->access_log = wire_get_bool(r);
	v->application_count = wire_get_count(r, VIEW_MANY);
	v->applications = view_array(v->application_count,
	    sizeof(*v->applications));
	for (i = 0; i < v->application_count; i++)
		http_application_get(r, &v->applications[i]);
	v->door_count = wire_get_count(r, VIEW_MANY);
	v->doors = view_array(v->door_count, sizeof(*v->doors));
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

/* --- policy ----------------------------------------------------------- */

static void
policy_organization_put(struct writer *w, const struct policy_organization *o)
{
	size_t	 i;

	wire_put_string(w, o->name);
	wire_put_u8(w, (uint8_t)o->mode);
	wire_put_bool(w, o->username_strict);
	wire_put_u32(w, o->brake_percent);
	wire_put_i64(w, o->brake_seconds);
	wire_put_i64(w, o->tombstone_keep);
	wire_put_i64(w, o->scim_log_keep);
	wire_put_string(w, o->verifier_group);
	wire_put_i64(w, o->session_timeout);
	wire_put_i64(w, o->session_idle);
	wire_put_u8(w, (uint8_t)o->default_role);
	wire_put_u8(w, (uint8_t)o->role_match);
	wire_put_u32(w, (uint32_t)o->role_line_count);
	for (i = 0; i < o->role_line_count; i++) {
		wire_put_u8(w, (uint8_t)o->role_lines[i].kind);
		wire_put_string(w, o->role_lines[i].value);
		wire_put_u8(w, (uint8_t)o->role_lines[i].role);
		wire_put_bool(w, o->role_lines[i].elevated);
	}
	wire_put_u32(w, (uint32_t)o->group_line_count);
	for (i = 0; i < o->group_line_count; i++) {
		wire_put_string(w, o->group_lines[i].value);
		wire_put_string(w, o->group_lines[i].group);
		wire_put_u8(w, (uint8_t)o->group_lines[i].role);
	}
	wire_put_strings(w, &o->groups);
	wire_put_u32(w, (uint32_t)o->connection_count);
	for (i = 0; i < o->connection_count; i++) {
		wire_put_string(w, o->connections[i].name);
		wire_put_u8(w, (uint8_t)o->connections[i].protocol);
		wire_put_bool(w, o->connections[i].enabled);
		wire_put_bool(w, o->connections[i].jit);
		wire_put_i64(w, o->connections[i].check_every);
		wire_put_u8(w, (uint8_t)o->connections[i].scim_match);
	}
}

static void
policy_organization_get(struct reader *r, struct policy_organization *o)
{
	size_t	 i;

	o->name = view_text(r);
	o->mode = wire_get_enum(r, MODE_MAX);
	o->username_strict = wire_get_bool(r);
	o->brake_percent = wire_get_u32(r);
	o->brake_seconds = wire_get_i64(r);
	o->tombstone_keep = wire_get_i64(r);
	o->scim_log_keep = wire_get_i64(r);
	o->verifier_group = view_text(r);
	o->session_timeout = wire_get_i64(r);
	o->session_idle = wire_get_i64(r);
	o->default_role = wire_get_enum(r, ROLE_MAX);
	o->role_match = wire_get_enum(r, ROLE_MATCH_MAX);
	o->role_line_count = wire_get_count(r, VIEW_MANY);
	o->role_lines = view_array(o->role_line_count, sizeof(*o->role_lines));
	for (i = 0; i < o->role_line_count; i++) {
		o->role_lines[i].kind = wire_get_enum(r, ROLE_LINE_MAX);
		o->role_lines[i].value = view_text(r);
		o->role_lines[i].role = wire_get_enum(r, ROLE_MAX);
		o->role_lines[i].elevated = wire_get_bool(r);
	}
	o->group_line_count = wire_get_count(r, VIEW_MANY);
	o->group_lines = view_array(o->group_line_count,
	    sizeof(*o->group_lines));
	for (i = 0; i < o->group_line_count; i++) {
		o->group_lines[i].value = view_text(r);
		o->group_lines[i].group = view_text(r);
		o->group_lines[i].role = wire_get_enum(r, ROLE_MAX);
	}
	o->groups = view_list(r);
	o->connection_count = wire_get_count(r, VIEW_MANY);
	o->connections = view_array(o->connection_count,
	    sizeof(*o->connections));
	for (i = 0; i < o->connection_count; i++) {
		o->connections[i].name = view_text(r);
		o->connections[i].protocol = wire_get_enum(r, PROTOCOL_MAX);
		o->connections[i].enabled = wire_get_bool(r);
		o->connections[i].jit = wire_get_bool(r);
		o->connections[i].check_every = wire_get_i64(r);
		o->connections[i].scim_match = wire_get_enum(r, SCIM_MATCH_MAX);
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
	a->name = view_text(r);
	a->host = view_text(r);
	a->organization = view_text(r);
	a->least_role = wire_get_enum(r, ROLE_MAX);
	a->public_prefixes = view_list(r);
}

void
policy_view_put(struct writer *w, const struct policy_view *v)
{
	size_t	 i;

	wire_put_string(w, v->public_url);
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
	struct policy_view	*v = view_array(1, sizeof(*v));
	size_t			 i;

	v->public_url = view_text(r);
	v->public_host = view_text(r);
	v->organization_count = wire_get_count(r, VIEW_MANY);
	v->organizations = view_array(v->organization_count,
	    sizeof(*v->organizations));
	for (i = 0; i < v->organization_count; i++)
		policy_organization_get(r, &v->organizations[i]);
	v->application_count = wire_get_count(r, VIEW_MANY);
	v->applications = view_array(v->application_count,
	    sizeof(*v->applications));
	for (i = 0; i < v->application_count; i++)
		policy_application_get(r, &v->applications[i]);
	v->reserved = view_list(r);
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
		strings_free(&v->organizations[i].groups);
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

	c->organization = view_text(r);
	c->name = view_text(r);
	c->origins = view_list(r);
	c->allow_count = wire_get_count(r, VIEW_MANY);
	c->allow = view_array(c->allow_count, sizeof(*c->allow));
	for (i = 0; i < c->allow_count; i++)
		network_get(r, &c->allow[i]);
	c->pins = view_list(r);
	c->ca = view_text(r);
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
	struct fetch_view	*v = view_array(1, sizeof(*v));
	size_t			 i;

	v->group = view_text(r);
	v->ca = view_text(r);
	v->resolv_conf = view_text(r);
	v->hosts = view_text(r);
	v->name_servers = view_list(r);
	v->connection_count = wire_get_count(r, VIEW_MANY);
	v->connections = view_array(v->connection_count,
	    sizeof(*v->connections));
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
