/*
 * The configuration of verifier.  Must not let a connection in that could
 * only fail later: no keys, no address, no certificate is a reason now.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/protocol.h"
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

/* What is wrong with a file that the configuration names. */
static const char *
file_fault(const char *what, const char *name, const char *why)
{
	static char reason[384];

	snprintf(reason, sizeof(reason), "%s \"%.200s\": %s", what, name,
	    why);
	return reason;
}

/* The address of one of a connection's endpoints; the first has no name. */
static char *
address(const char *url, const struct connection *c, const char *endpoint)
{
	char *s;

	if (asprintf(&s, "%s/organizations/%s/%s/%s%s%s", url,
	    c->organization->name, protocol_name(c->view->protocol), endpoint,
	    c->view->first ? "" : "/", c->view->first ? "" :
	    c->view->name) == -1)
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

/* The certificate of who signs the metadata, in PEM. */
static const char *
build_signer(struct connection *c, const struct view_files *files)
{
	const struct view_file *file;

	if (c->view->metadata_signer[0] == '\0')
		return NULL;
	if ((file = view_file(files, c->view->metadata_signer)) == NULL)
		return "metadata signer's certificate is missing";
	return public_keys_pem(&c->metadata_signer, file->data, file->len) ==
	    NULL ? NULL : "metadata signer's file has no certificate of use";
}

static const char *
build_metadata(struct connection *c, const struct view_files *files)
{
	const struct view_file *file;
	const char *why;

	if ((why = build_signer(c, files)) != NULL)
		return why;
	if (c->view->metadata[0] == '\0')
		return c->view->metadata_url[0] != '\0' ? NULL :
		    "has neither a metadata file nor an address of one";
	if ((file = view_file(files, c->view->metadata)) == NULL)
		return "metadata file is missing";
	why = metadata_idp_parse(&c->idp, file->data, file->len,
	    c->view->idp_entity_id,
	    c->metadata_signer.count > 0 ? &c->metadata_signer : NULL);
	if (why == NULL && c->idp.valid_until != 0 &&
	    c->idp.valid_until <= clock_now())
		/* A restart must not turn an old file into an outage. */
		log_warnx("organization \"%s\" connection \"%s\": metadata "
		    "is no longer valid", c->organization->name,
		    c->view->name);
	return why;
}

static const char *
build_saml(struct connection *c, const struct view_files *files)
{
	const char *why;

	c->entity_id = c->view->entity_id[0] != '\0' ? c->view->entity_id :
	    c->metadata_url;
	if (c->organization->sign.count > 0)
		c->logout_key = &c->organization->sign.list[0];
	if (c->view->sign_requests && c->organization->sign.count == 0)
		return "requests are to be signed, but there is no key";
	if ((why = build_metadata(c, files)) != NULL ||
	    c->view->metadata[0] == '\0')
		return why;
	return connection_suits(c, &c->idp);
}

/* The client secret: a line, whose end editors add by themselves. */
static const char *
build_secret(struct connection *c, const struct view_files *files)
{
	const struct view_file *file;
	uint8_t *copy;
	size_t len;

	if (c->view->client_secret[0] == '\0')
		return NULL;
	if ((file = view_file(files, c->view->client_secret)) == NULL)
		return "client secret's file is missing";
	len = file->len;
	if (len > 0 && file->data[len - 1] == '\n')
		len--;
	if (len == 0)
		return "client secret's file is empty";
	if (len > LIMIT_SECRET)
		return "client secret is too long";
	if (!utf8_plain(file->data, len))
		return "client secret has a control character or a second "
		    "line";
	if ((copy = calloc(1, len + 1)) == NULL)
		fatal("calloc");
	memcpy(copy, file->data, len);
	c->secret = (struct bytes){ copy, len };
	return NULL;
}

/* How we show who we are needs what it is shown with. */
static const char *
check_client(const struct connection *c)
{
	switch (c->view->client_auth) {
	case CLIENT_AUTH_BASIC:
	case CLIENT_AUTH_POST:
		if (c->secret.len == 0)
			return "client auth by a secret, but there is none";
		break;
	case CLIENT_AUTH_PRIVATE_KEY_JWT:
		if (c->signer.key == NULL)
			return "client auth private-key-jwt, but there is no "
			    "key";
		break;
	default:
		break;
	}
	if (c->view->check_every > 0 && c->secret.len == 0 &&
	    c->signer.key == NULL)
		return "check needs a client secret or key";
	return NULL;
}

static const char *
build_oidc(struct connection *c, const struct view_files *files)
{
	const struct view_file *file;
	const char *why;

	if ((why = build_secret(c, files)) != NULL)
		return why;
	if (c->view->client_key[0] != '\0') {
		if ((file = view_file(files, c->view->client_key)) == NULL)
			return "client key's file is missing";
		if ((why = jwt_signer_read(&c->signer, file->data,
		    file->len)) != NULL)
			return file_fault("client key", c->view->client_key,
			    why);
	}
	if (c->view->jwks[0] != '\0') {
		if ((file = view_file(files, c->view->jwks)) == NULL)
			return "jwks file is missing";
		if ((why = jwk_set_read(&c->keys, file->data,
		    file->len)) != NULL)
			return file_fault("jwks file", c->view->jwks, why);
	}
	if ((why = check_client(c)) != NULL)
		return why;
	return connection_suits(c, NULL);
}

static const char *
build_connection(struct connection *c, const struct config *config,
    const struct view_files *files)
{
	const char *url = config->view->public_url;
	const char *why;

	c->acs = address(url, c, "consume");
	c->slo = address(url, c, "logout");
	c->login = address(url, c, "login");
	if (c->view->protocol == PROTOCOL_OIDC) {
		c->backchannel = address(url, c, "backchannel-logout");
		why = build_oidc(c, files);
	} else {
		c->metadata_url = address(url, c, "metadata");
		why = build_saml(c, files);
	}
	if (why != NULL)
		return fail("organization \"%s\" connection \"%s\": %s",
		    c->organization->name, c->view->name, why);
	return NULL;
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

static void
connection_free(struct connection *c)
{
	metadata_idp_free(&c->idp);
	public_keys_free(&c->metadata_signer);
	jwt_signer_free(&c->signer);
	jwk_set_free(&c->keys);
	freezero((void *)(uintptr_t)c->secret.data, c->secret.len);
	free(c->acs);
	free(c->slo);
	free(c->metadata_url);
	free(c->login);
	free(c->backchannel);
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
		for (i = 0; i < o->connection_count; i++)
			connection_free(&o->connections[i]);
		free(o->connections);
		key_pairs_free(&o->sign);
		key_pairs_free(&o->decrypt);
		free(o);
	}
	verifier_view_free(c->view);
	free(c);
}

void
config_each(struct config *c, connection_fn *fn)
{
	struct organization *o;
	size_t i;

	RB_FOREACH(o, organizations, &c->organizations)
		for (i = 0; i < o->connection_count; i++)
			fn(&o->connections[i]);
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
