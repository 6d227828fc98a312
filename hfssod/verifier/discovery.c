/*
 * A provider's description of itself, in verifier; pure.  Must never let
 * an endpoint through that is not at an origin of the connection: what
 * stands here decides where a secret is sent.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/companion.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/discovery.h"
#include "hfssod/verifier/json.h"

static const char *fail(const char *, ...)
    __attribute__((__format__(printf, 1, 2)));

/* A reason in a static buffer. */
static const char *
fail(const char *format, ...)
{
	static char reason[768];
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, sizeof(reason), format, ap);
	va_end(ap);
	return reason;
}

/* 127.0.0.0/8 or ::1, written as an address. */
static bool
loopback(const char *host)
{
	return strcmp(host, "::1") == 0 || (strncmp(host, "127.", 4) == 0 &&
	    host[strspn(host, "0123456789.")] == '\0');
}

/* "endpoint host" as the configuration has it. */
static const char *
elsewhere(const char *name, const char *url, const struct web_address *a)
{
	const char *six = strchr(a->host, ':') == NULL ? "" : "[";
	char port[16] = "";

	if (a->port != (a->tls ? 443 : 80))
		snprintf(port, sizeof(port), ":%u", a->port);
	return fail("%s is at \"%.256s\", which is not this connection's: "
	    "add: endpoint host \"%s%s%s%s\"", name, url, six, a->host,
	    six[0] == '\0' ? "" : "]", port);
}

/* One endpoint; *out stays NULL where there is none and none is needed. */
static const char *
read_endpoint(const json_t *o, const char *name, bool required,
    const struct verifier_connection *c, char **out)
{
	struct web_address a;
	const char *url;

	switch (json_text(o, name, &url)) {
	case JSON_ABSENT:
		return required ? fail("%s is missing", name) : NULL;
	case JSON_WRONG:
		return fail("%s is not a text", name);
	case JSON_PRESENT:
		break;
	}
	if (!web_address(url, &a))
		return fail("%s is not an address", name);
	if (!a.tls && !loopback(a.host))
		return fail("%s is not an https address", name);
	if (!companion_allowed(&c->origins, url))
		return elsewhere(name, url, &a);
	if ((*out = strdup(url)) == NULL)
		fatal("strdup");
	return NULL;
}

static const char *
read_endpoints(struct discovery *d, const json_t *o,
    const struct verifier_connection *c)
{
	const struct {
		const char	*name;
		bool		 used;
		bool		 required;
		char		**out;
	} list[] = {
		{ "authorization_endpoint", true, true, &d->authorization },
		{ "token_endpoint",	true,	true,	&d->token },
		{ "jwks_uri", c->jwks[0] == '\0', true,	&d->jwks },
		/* Used only if it is configured. */
		{ "userinfo_endpoint", c->userinfo, true, &d->userinfo },
		{ "end_session_endpoint", true,	false,	&d->end_session },
	};
	const char *why = NULL;
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]) && why == NULL; i++)
		if (list[i].used)
			why = read_endpoint(o, list[i].name, list[i].required,
			    c, list[i].out);
	return why;
}

/*
 * A member that is a list of texts.  *out is NULL where there is none;
 * false if it is of another type.
 */
static bool
read_list(const json_t *o, const char *name, const json_t **out)
{
	const json_t *item;
	size_t i;

	*out = json_object_get(o, name);
	if (*out == NULL || json_is_null(*out)) {
		*out = NULL;
		return true;
	}
	if (!json_is_array(*out))
		return false;
	json_array_foreach(*out, i, item)
		if (!json_is_string(item))
			return false;
	return true;
}

static bool
lists(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (strcmp(json_string_value(item), text) == 0)
			return true;
	return false;
}

/* Discovery 3: without the member, client_secret_basic alone. */
static void
read_client_auths(struct discovery *d, const json_t *list)
{
	static const struct {
		const char		*name;
		enum client_auth	 bit;
	} known[] = {
		{ "client_secret_basic", CLIENT_AUTH_BASIC },
		{ "client_secret_post",	CLIENT_AUTH_POST },
		{ "private_key_jwt",	CLIENT_AUTH_PRIVATE_KEY_JWT },
	};
	size_t i;

	if (list == NULL)
		d->client_auths = 1U << CLIENT_AUTH_BASIC;
	for (i = 0; list != NULL && i < sizeof(known) / sizeof(known[0]); i++)
		if (lists(list, known[i].name))
			d->client_auths |= 1U << known[i].bit;
}

static const char *
read_abilities(struct discovery *d, const json_t *o)
{
	static const char iss[] =
	    "authorization_response_iss_parameter_supported";
	const json_t *list, *member;

	if (!read_list(o, "response_types_supported", &list) || list == NULL)
		return "response_types_supported is missing or no list of "
		    "texts";
	if (!lists(list, "code"))
		return "response_types_supported does not have \"code\"";
	if (!read_list(o, "token_endpoint_auth_methods_supported", &list))
		return "token_endpoint_auth_methods_supported is no list of "
		    "texts";
	read_client_auths(d, list);
	if (!read_list(o, "code_challenge_methods_supported", &list))
		return "code_challenge_methods_supported is no list of texts";
	d->pkce = list != NULL && lists(list, "S256");
	member = json_object_get(o, iss);
	if (member != NULL && !json_is_boolean(member) &&
	    !json_is_null(member))
		return fail("%s is neither true nor false", iss);
	d->response_issuer = json_is_true(member);
	return NULL;
}

static const char *
read_issuer(struct discovery *d, const json_t *o,
    const struct verifier_connection *c)
{
	const char *issuer;

	if (json_text(o, "issuer", &issuer) != JSON_PRESENT)
		return "issuer is missing or not a text";
	if (strcmp(issuer, c->issuer) != 0)
		return fail("issuer is \"%s\", not \"%.256s\"",
		    log_safe(issuer), c->issuer);
	if ((d->issuer = strdup(issuer)) == NULL)
		fatal("strdup");
	return NULL;
}

const char *
discovery_read(struct discovery *d, const void *data, size_t len,
    const struct verifier_connection *c)
{
	const char *why;
	json_t *o;

	memset(d, 0, sizeof(*d));
	if (len > LIMIT_FETCH_JSON)
		return "too large";
	if ((o = json_object_read(data, len)) == NULL)
		return "not a JSON object, or one that is not strictly right";
	why = read_issuer(d, o, c);
	if (why == NULL)
		why = read_endpoints(d, o, c);
	if (why == NULL)
		why = read_abilities(d, o);
	json_decref(o);
	return why;
}

void
discovery_free(struct discovery *d)
{
	free(d->issuer);
	free(d->authorization);
	free(d->token);
	free(d->jwks);
	free(d->userinfo);
	free(d->end_session);
	memset(d, 0, sizeof(*d));
}
