/*
 * What a provider's document means, in verifier; pure but for the source
 * it is given.  Must never let a document that is wrong take the place of
 * a good one, nor one that replaces every key on the first word.
 */
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/verifier/source_room.h"

bool
source_has(const struct source *s, enum document_kind kind)
{
	const struct verifier_connection *v = s->connection->view;

	switch (kind) {
	case DOCUMENT_METADATA:
		return v->protocol == PROTOCOL_SAML;
	case DOCUMENT_DISCOVERY:
		return v->protocol == PROTOCOL_OIDC;
	case DOCUMENT_KEYS:
		return v->protocol == PROTOCOL_OIDC && v->jwks[0] == '\0';
	default:
		return false;
	}
}

bool
source_holds(const struct source *s, enum document_kind kind)
{
	switch (kind) {
	case DOCUMENT_METADATA:
		return s->has_idp;
	case DOCUMENT_DISCOVERY:
		return s->has_discovery;
	case DOCUMENT_KEYS:
		return s->has_keys;
	default:
		return false;
	}
}

/* Whether each of these keys is one of those, and none is missing. */
static bool
same_public_keys(const struct public_keys *a, const struct public_keys *b)
{
	struct public_keys one;
	size_t i;

	for (i = 0; i < a->count; i++) {
		one.count = 1;
		one.list = &a->list[i];
		if (!public_keys_share(&one, b))
			return false;
	}
	return a->count > 0 && a->count == b->count;
}

static bool
same_jwks(const struct jwk_set *a, const struct jwk_set *b)
{
	struct jwk_set one;
	size_t i;

	memset(&one, 0, sizeof(one));
	for (i = 0; i < a->count; i++) {
		one.count = 1;
		one.list = &a->list[i];
		if (!jwk_set_shares(&one, b))
			return false;
	}
	return a->count > 0 && a->count == b->count;
}

static void
forget_doubt(struct source *s)
{
	metadata_idp_free(&s->doubt_idp);
	jwk_set_free(&s->doubt_keys);
	memset(&s->doubt_keys, 0, sizeof(s->doubt_keys));
	s->doubt = false;
}

/* What else there is to say against metadata that could be read. */
static const char *
judge_idp(const struct source *s, const struct metadata_idp *m, int64_t now)
{
	static char reason[SOURCE_RESULT];

	/* Whose messages are believed is no matter of a refresh. */
	if (s->has_idp && strcmp(m->entity_id, s->idp.entity_id) != 0) {
		snprintf(reason, sizeof(reason), "its entityID \"%.100s\" is "
		    "not \"%.100s\" as before", log_safe(m->entity_id),
		    log_safe(s->idp.entity_id));
		return reason;
	}
	if (m->valid_until != 0 && m->valid_until <= now)
		return "metadata is no longer valid";
	return connection_suits(s->connection, m);
}

static enum source_news
read_metadata(struct source *s, const void *data, size_t len, int64_t now,
    const char **why)
{
	const struct connection *c = s->connection;
	enum source_news news = SOURCE_TAKEN;
	struct metadata_idp m;

	*why = metadata_idp_parse(&m, data, len, c->view->idp_entity_id,
	    c->metadata_signer.count > 0 ? &c->metadata_signer : NULL);
	if (*why == NULL)
		*why = judge_idp(s, &m, now);
	if (*why != NULL) {
		metadata_idp_free(&m);
		return SOURCE_USELESS;
	}
	if (s->has_idp && !public_keys_share(&s->idp.keys, &m.keys)) {
		if (!s->doubt || !same_public_keys(&m.keys,
		    &s->doubt_idp.keys)) {
			forget_doubt(s);
			s->doubt = true;
			s->doubt_idp = m;
			return SOURCE_DOUBTFUL;
		}
		news = SOURCE_REPLACED;
	}
	forget_doubt(s);
	metadata_idp_free(&s->idp);
	s->idp = m;
	s->has_idp = true;
	return news;
}

static enum source_news
read_discovery(struct source *s, const void *data, size_t len,
    const char **why)
{
	struct discovery d;

	*why = discovery_read(&d, data, len, s->connection->view);
	if (*why != NULL) {
		discovery_free(&d);
		return SOURCE_USELESS;
	}
	if (s->has_discovery)
		discovery_free(&s->discovery);
	s->discovery = d;
	s->has_discovery = true;
	return SOURCE_TAKEN;
}

static enum source_news
read_keys(struct source *s, const void *data, size_t len, const char **why)
{
	enum source_news news = SOURCE_TAKEN;
	struct jwk_set k;

	if ((*why = jwk_set_read(&k, data, len)) != NULL) {
		jwk_set_free(&k);
		return SOURCE_USELESS;
	}
	if (s->has_keys && !jwk_set_shares(&s->keys, &k)) {
		if (!s->doubt || !same_jwks(&k, &s->doubt_keys)) {
			forget_doubt(s);
			s->doubt = true;
			s->doubt_keys = k;
			return SOURCE_DOUBTFUL;
		}
		news = SOURCE_REPLACED;
	}
	forget_doubt(s);
	if (s->has_keys)
		jwk_set_free(&s->keys);
	s->keys = k;
	s->has_keys = true;
	return news;
}

enum source_news
source_read(struct source *s, enum document_kind kind, const void *data,
    size_t len, int64_t now, const char **why)
{
	switch (kind) {
	case DOCUMENT_METADATA:
		return read_metadata(s, data, len, now, why);
	case DOCUMENT_DISCOVERY:
		return read_discovery(s, data, len, why);
	default:
		return read_keys(s, data, len, why);
	}
}

void
source_forget(struct source *s)
{
	forget_doubt(s);
	if (s->has_idp)
		metadata_idp_free(&s->idp);
	if (s->has_discovery)
		discovery_free(&s->discovery);
	if (s->has_keys)
		jwk_set_free(&s->keys);
	s->has_idp = s->has_discovery = s->has_keys = false;
}

void
source_hints(const struct source *s, enum document_kind kind,
    struct schedule_hints *h)
{
	h->cache = h->valid_until = 0;
	if (kind == DOCUMENT_METADATA && s->has_idp) {
		h->cache = s->idp.cache;
		h->valid_until = s->idp.valid_until;
	}
}
