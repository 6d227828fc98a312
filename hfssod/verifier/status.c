/*
 * How connections are, in verifier.  Must never tell a secret, nor cry
 * about the same end twice a day.
 */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/provider.h"
#include "common/record.h"
#include "hfssod/verifier/expiry.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/status.h"
#include "hfssod/verifier/verifier.h"

#define LOOK_EVERY	3600	/* seconds */

/* What of a connection ends, and how the log calls it. */
enum ends { ENDS_CERTIFICATE, ENDS_METADATA, ENDS_SECRET, ENDS_MAX };
static const struct {
	const char	*record;
	const char	*text;
} ends[ENDS_MAX] = {
	[ENDS_CERTIFICATE] = { "certificate",
	    "the last signing certificate of the identity provider" },
	[ENDS_METADATA] = { "metadata", "validUntil of the metadata" },
	[ENDS_SECRET] = { "client_secret", "the client secret" },
};

/* What was said of it. */
struct warned {
	TAILQ_ENTRY(warned)	 entry;
	char			*organization;
	char			*connection;
	struct expiry_memory	 memory[ENDS_MAX];
};
static TAILQ_HEAD(, warned)	 all_warned =
    TAILQ_HEAD_INITIALIZER(all_warned);

static struct event		*look;

/* Seconds; 0: it does not end, or is not known. */
static int64_t
end_of(const struct connection *c, enum ends what)
{
	const struct metadata_idp *idp = connection_idp(c);

	switch (what) {
	case ENDS_CERTIFICATE:
		return idp == NULL ? 0 : metadata_idp_expires(idp);
	case ENDS_METADATA:
		return idp == NULL ? 0 : idp->valid_until;
	case ENDS_SECRET:
		return c->view->protocol == PROTOCOL_OIDC ?
		    c->view->client_secret_expires : 0;
	default:
		return 0;
	}
}

/* --- the log ------------------------------------------------------------ */

static struct warned *
warned_of(const struct connection *c)
{
	struct warned *w;

	TAILQ_FOREACH(w, &all_warned, entry)
		if (strcmp(w->organization, c->organization->name) == 0 &&
		    strcmp(w->connection, c->view->name) == 0)
			return w;
	if ((w = calloc(1, sizeof(*w))) == NULL ||
	    (w->organization = strdup(c->organization->name)) == NULL ||
	    (w->connection = strdup(c->view->name)) == NULL)
		fatal("malloc");
	TAILQ_INSERT_TAIL(&all_warned, w, entry);
	return w;
}

static void
warn_one(const struct connection *c, struct warned *w, enum ends what,
    int64_t now)
{
	char text[CLOCK_TEXT];
	int64_t end = end_of(c, what);

	/* What is refreshed moves on, unless that fails. */
	if (what == ENDS_METADATA && c->source != NULL &&
	    !source_failing(c->source))
		end = 0;
	switch (expiry_judge(&w->memory[what], end, now)) {
	case EXPIRY_NONE:
		return;
	case EXPIRY_SOON:
		clock_format(end, text);
		log_warnx("organization \"%s\" connection \"%s\": %s ends at "
		    "%s", c->organization->name, c->view->name,
		    ends[what].text, text);
		return;
	case EXPIRY_OVER:
		clock_format(end, text);
		log_warnx("organization \"%s\" connection \"%s\": %s has ended "
		    "at %s", c->organization->name, c->view->name,
		    ends[what].text, text);
		return;
	}
}

static void
warn_of(const struct connection *c)
{
	struct warned *w = warned_of(c);
	int64_t now = clock_now();
	size_t i;

	for (i = 0; i < ENDS_MAX; i++)
		warn_one(c, w, i, now);
}

/* --- policy -------------------------------------------------------------- */

static void
put_public_keys(struct writer *w, const struct public_keys *keys)
{
	char text[sizeof(keys->list[0].fingerprint) * 2 + 1];
	size_t i;

	for (i = 0; i < keys->count && i < LIMIT_JWKS; i++) {
		record_object(w, "");
		hex_encode(keys->list[i].fingerprint,
		    sizeof(keys->list[i].fingerprint), text);
		record_string(w, "fingerprint", text);
		record_string(w, "type", keys->list[i].type == KEY_RSA ?
		    "RSA" : "EC");
		if (keys->list[i].expires != 0)
			record_time(w, "expires", keys->list[i].expires);
		record_end(w);
	}
}

static void
put_jwks(struct writer *w, const struct jwk_set *keys)
{
	static const char *const types[JWK_TYPE_MAX] = { [JWK_RSA] = "RSA",
	    [JWK_P256] = "P-256", [JWK_P384] = "P-384",
	    [JWK_ED25519] = "Ed25519" };
	size_t i;

	for (i = 0; i < keys->count; i++) {
		record_object(w, "");
		record_string(w, "kid", log_safe(keys->list[i].kid));
		record_string(w, "type", types[keys->list[i].type]);
		record_end(w);
	}
}

static void
put_keys(struct writer *w, const struct connection *c)
{
	const struct metadata_idp *idp = connection_idp(c);
	const struct jwk_set *keys = connection_keys(c);

	record_array(w, "keys");
	if (idp != NULL)
		put_public_keys(w, &idp->keys);
	if (keys != NULL)
		put_jwks(w, keys);
	record_end(w);
}

static void
put_some(struct writer *w, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		record_string(w, name, log_safe(value));
}

/* Where people are sent, and where we go. */
static void
put_endpoints(struct writer *w, const struct connection *c)
{
	const struct metadata_idp *idp = connection_idp(c);
	const struct discovery *d = connection_discovery(c);

	record_object(w, "endpoints");
	if (idp != NULL) {
		put_some(w, "entity_id", idp->entity_id);
		put_some(w, "sign_on", idp->sso[connection_binding(c, idp)]);
		put_some(w, "logout", idp->slo[BINDING_REDIRECT] != NULL ?
		    idp->slo[BINDING_REDIRECT] : idp->slo[BINDING_POST]);
	}
	if (d != NULL) {
		put_some(w, "issuer", d->issuer);
		put_some(w, "authorization", d->authorization);
		put_some(w, "token", d->token);
		put_some(w, "jwks", d->jwks);
		put_some(w, "userinfo", d->userinfo);
		put_some(w, "end_session", d->end_session);
	}
	record_end(w);
}

/* Ours: what its administrator types in at the provider. */
static void
put_addresses(struct writer *w, const struct connection *c)
{
	record_object(w, "addresses");
	put_some(w, "login", c->login);
	put_some(w, "consume", c->acs);
	put_some(w, "logout", c->slo);
	put_some(w, "backchannel_logout", c->backchannel);
	put_some(w, "metadata", c->metadata_url);
	put_some(w, "entity_id", c->entity_id);
	record_end(w);
}

static void
put_status(struct writer *w, const struct connection *c)
{
	int64_t end;
	size_t i;

	record_object(w, "");
	record_string(w, "protocol", protocol_name(c->view->protocol));
	record_boolean(w, "ready", connection_known(c));
	if (c->source != NULL)
		source_records(c->source, w);
	put_keys(w, c);
	record_object(w, "expires");
	for (i = 0; i < ENDS_MAX; i++)
		if ((end = end_of(c, i)) != 0)
			record_time(w, ends[i].record, end);
	record_end(w);
	put_endpoints(w, c);
	put_addresses(w, c);
	record_end(w);
}

void
status_send(const struct connection *c)
{
	struct connection_status s;
	struct writer records, w;
	struct peer *policy;

	warn_of(c);
	if ((policy = child_peer(PROC_POLICY, NULL)) == NULL)
		return;
	wire_init(&records, LIMIT_MESSAGE - 1024);
	put_status(&records, c);
	wire_init(&w, LIMIT_MESSAGE);
	s.organization = c->organization->name;
	s.connection = c->view->name;
	s.records = (struct bytes){ records.data, records.len };
	connection_status_put(&w, &s);
	if (records.bad || w.bad)
		log_warnx("organization \"%s\" connection \"%s\": too much to "
		    "tell", c->organization->name, c->view->name);
	else
		peer_send(policy, MESSAGE_connection_status, 0, &w);
	wire_free(&w);
	wire_free(&records);
}

static void
send_one(struct connection *c)
{
	status_send(c);
}

void
status_send_all(struct config *config)
{
	if (config != NULL)
		config_each(config, send_one);
}

static void
look_fired(int fd, short what, void *arg)
{
	struct timeval every = { LOOK_EVERY, 0 };

	(void)fd;
	(void)what;
	(void)arg;
	verifier_look();
	if (evtimer_add(look, &every) == -1)
		fatalx("evtimer_add");
}

void
status_start(void)
{
	struct timeval every = { LOOK_EVERY, 0 };

	if ((look = evtimer_new(child_base(), look_fired, NULL)) == NULL ||
	    evtimer_add(look, &every) == -1)
		fatalx("evtimer");
}
