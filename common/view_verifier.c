/*
 * Put and get of the verifier's view, side by side.  parent puts, verifier
 * gets; pure.  Must never have a field that verifier does not need.
 */
#include <stdlib.h>

#include "common/view.h"
#include "common/view_parts.h"

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
	keys = view_array(*count, sizeof(*keys));
	for (i = 0; i < *count; i++) {
		keys[i].key = view_text(r);
		keys[i].certificate = view_text(r);
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
	c->issuer = view_text(r);
	c->discovery_url = view_text(r);
	c->jwks = view_text(r);
	c->client_id = view_text(r);
	c->client_secret = view_text(r);
	c->client_secret_expires = wire_get_i64(r);
	c->client_key = view_text(r);
	c->client_key_id = view_text(r);
	c->client_auth = wire_get_enum(r, CLIENT_AUTH_MAX);
	c->scopes = view_list(r);
	c->prompt = view_text(r);
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

	c->name = view_text(r);
	c->protocol = wire_get_enum(r, PROTOCOL_MAX);
	c->enabled = wire_get_bool(r);
	c->first = wire_get_bool(r);
	c->origins = view_list(r);
	c->metadata = view_text(r);
	c->metadata_url = view_text(r);
	c->metadata_signer = view_text(r);
	c->entity_id = view_text(r);
	c->idp_entity_id = view_text(r);
	c->binding = wire_get_enum(r, BINDING_MAX);
	c->sign_requests = wire_get_bool(r);
	c->force_authn = wire_get_bool(r);
	c->idp_initiated = wire_get_enum(r, IDP_INITIATED_MAX);
	c->require_signed = wire_get_enum(r, REQUIRE_MAX);
	c->nameid_format = view_text(r);
	verifier_oidc_get(r, c);
	c->authn_contexts = view_list(r);
	c->subject_attribute = view_text(r);
	c->email = view_list(r);
	c->display_name = view_list(r);
	c->given = view_list(r);
	c->family = view_list(r);
	c->username = view_list(r);
	c->role_attribute = view_text(r);
	c->group_attribute = view_text(r);
	c->require_count = wire_get_count(r, 64);
	c->requires = view_array(c->require_count, sizeof(*c->requires));
	for (i = 0; i < c->require_count; i++) {
		c->requires[i].attribute = view_text(r);
		c->requires[i].values = view_list(r);
	}
	c->trust_domains = view_list(r);
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

	o->name = view_text(r);
	o->sign = keys_get(r, &o->sign_count);
	o->decrypt = keys_get(r, &o->decrypt_count);
	o->connection_count = wire_get_count(r, VIEW_MANY);
	o->connections = view_array(o->connection_count,
	    sizeof(*o->connections));
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
	struct verifier_view	*v = view_array(1, sizeof(*v));
	size_t			 i;

	v->public_url = view_text(r);
	v->group = view_text(r);
	v->organization_count = wire_get_count(r, VIEW_MANY);
	v->organizations = view_array(v->organization_count,
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
