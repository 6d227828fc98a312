/*
 * The configuration of verifier.  Must not let a connection in that could
 * only fail later: no keys, no address, no certificate is a reason now.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "hfssod/verifier/config.h"

RB_PROTOTYPE(organizations, organization, entry, organization_compare)

static int
organization_compare(const struct organization *a,
    const struct organization *b)
{
	return strcmp(a->name, b->name);
}

RB_GENERATE(organizations, organization, entry, organization_compare)

static const char *fail(const char *, ...)
    __attribute__((__format__(printf, 1, 2)));

/* A reason in a static buffer. */
static const char *
fail(const char *format, ...)
{
	static char reason[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, sizeof(reason), format, ap);
	va_end(ap);
	return reason;
}

/* The address of one of a connection's endpoints; the first has no name. */
static char *
address(const char *url, const struct connection *c, const char *endpoint)
{
	char *s;

	if (asprintf(&s, "%s/organizations/%s/saml/%s%s%s", url,
	    c->organization->name, endpoint, c->view->first ? "" : "/",
	    c->view->first ? "" : c->view->name) == -1)
		fatal("asprintf");
	return s;
}

static const char *
build_keys(const struct organization *o, const char *what,
    const struct view_key *list, size_t count, const struct view_files *files,
    struct key_pairs *pairs)
{
	const struct view_file *key, *certificate;
	const char *why;
	size_t i;

	for (i = 0; i < count; i++) {
		key = view_file(files, list[i].key);
		certificate = view_file(files, list[i].certificate);
		if (key == NULL || certificate == NULL)
			return fail("organization \"%s\": %s key \"%s\" is "
			    "missing", o->name, what, list[i].key);
		why = key_pairs_add(pairs, key->data, key->len,
		    certificate->data, certificate->len);
		if (why != NULL)
			return fail("organization \"%s\": %s key \"%s\": %s",
			    o->name, what, list[i].key, why);
	}
	return NULL;
}

/* How the request goes there, and whether it is signed. */
static const char *
build_request(struct connection *c)
{
	c->binding = c->view->binding;
	if (c->idp.sso[c->binding] == NULL)
		c->binding = c->binding == BINDING_POST ?
		    BINDING_REDIRECT : BINDING_POST;
	if (!c->view->sign_requests && !c->idp.wants_signed)
		return NULL;
	if (c->organization->sign.count > 0) {
		c->request_key = &c->organization->sign.list[0];
		return NULL;
	}
	if (c->view->sign_requests)
		return "requests are to be signed, but there is no key";
	return "the identity provider wants signed requests, but there is "
	    "no key";
}

static const char *
build_metadata(struct connection *c, const struct view_files *files)
{
	const struct view_file *file;
	const char *why;

	if ((file = view_file(files, c->view->metadata)) == NULL)
		return "metadata file is missing";
	why = metadata_idp_parse(&c->idp, file->data, file->len,
	    c->view->idp_entity_id);
	if (why == NULL && c->idp.valid_until != 0 &&
	    c->idp.valid_until <= clock_now())
		/* A restart must not turn an old file into an outage. */
		log_warnx("organization \"%s\" connection \"%s\": metadata "
		    "is no longer valid", c->organization->name,
		    c->view->name);
	return why;
}

/* A connection before it that has the same identity provider, or NULL. */
static const char *
confusable(const struct connection *c)
{
	const struct connection *k;

	for (k = c->organization->connections; k != c; k++)
		if (strcmp(k->idp.entity_id, c->idp.entity_id) == 0)
			return fail("organization \"%s\" connection \"%s\": "
			    "has the identity provider of \"%s\", their "
			    "messages could be confused", c->organization->name,
			    c->view->name, k->view->name);
	return NULL;
}

static const char *
build_connection(struct connection *c, const struct config *config,
    const struct view_files *files)
{
	const char *why;

	c->acs = address(config->view->public_url, c, "consume");
	c->slo = address(config->view->public_url, c, "logout");
	c->metadata_url = address(config->view->public_url, c, "metadata");
	c->entity_id = c->view->entity_id[0] != '\0' ? c->view->entity_id :
	    c->metadata_url;
	if (c->organization->sign.count > 0)
		c->logout_key = &c->organization->sign.list[0];
	if ((why = build_metadata(c, files)) == NULL)
		why = build_request(c);
	if (why != NULL)
		return fail("organization \"%s\" connection \"%s\": %s",
		    c->organization->name, c->view->name, why);
	return confusable(c);
}

static const char *
build_organization(struct organization *o, const struct config *config,
    const struct verifier_organization *view, const struct view_files *files)
{
	const char *why;
	size_t i;

	if ((why = build_keys(o, "signing", view->sign, view->sign_count,
	    files, &o->sign)) != NULL ||
	    (why = build_keys(o, "decryption", view->decrypt,
	    view->decrypt_count, files, &o->decrypt)) != NULL)
		return why;
	o->connections = calloc(view->connection_count + 1,
	    sizeof(*o->connections));
	if (o->connections == NULL)
		fatal("calloc");
	for (i = 0; i < view->connection_count; i++) {
		o->connections[i].view = &view->connections[i];
		o->connections[i].organization = o;
		o->connection_count++;
		why = build_connection(&o->connections[i], config, files);
		if (why != NULL)
			return why;
	}
	return NULL;
}

const char *
config_build(struct config **out, struct reader *r,
    const struct view_files *files)
{
	struct organization *o;
	struct config *c;
	const char *why = NULL;
	size_t i;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		fatal("calloc");
	RB_INIT(&c->organizations);
	if ((c->view = verifier_view_get(r)) == NULL)
		fatalx("malformed view");
	for (i = 0; i < c->view->organization_count && why == NULL; i++) {
		if ((o = calloc(1, sizeof(*o))) == NULL)
			fatal("calloc");
		o->name = c->view->organizations[i].name;
		if (RB_INSERT(organizations, &c->organizations, o) != NULL)
			fatalx("organization \"%s\" twice", o->name);
		why = build_organization(o, c, &c->view->organizations[i],
		    files);
	}
	if (why != NULL) {
		config_free(c);
		c = NULL;
	}
	*out = c;
	return why;
}

void
config_free(struct config *c)
{
	struct organization *o;
	size_t i;

	if (c == NULL)
		return;
	while ((o = RB_MIN(organizations, &c->organizations)) != NULL) {
		RB_REMOVE(organizations, &c->organizations, o);
		for (i = 0; i < o->connection_count; i++) {
			metadata_idp_free(&o->connections[i].idp);
			free(o->connections[i].acs);
			free(o->connections[i].slo);
			free(o->connections[i].metadata_url);
		}
		free(o->connections);
		key_pairs_free(&o->sign);
		key_pairs_free(&o->decrypt);
		free(o);
	}
	verifier_view_free(c->view);
	free(c);
}

const struct connection *
config_find(const struct config *c, const char *organization,
    const char *connection)
{
	struct organization key, *o;
	const struct verifier_connection *v;
	size_t i;

	key.name = organization;
	o = RB_FIND(organizations,
	    (struct organizations *)(uintptr_t)&c->organizations, &key);
	for (i = 0; o != NULL && i < o->connection_count; i++) {
		v = o->connections[i].view;
		if (connection[0] == '\0' ? v->first :
		    strcmp(v->name, connection) == 0)
			return &o->connections[i];
	}
	return NULL;
}
