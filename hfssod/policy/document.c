/*
 * Documents of providers.  In policy.  Must never look into one, nor give
 * it to a verifier of another group.
 */
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/provider.h"
#include "common/record.h"
#include "hfssod/policy/document.h"
#include "hfssod/policy/outcome.h"
#include "hfssod/policy/state.h"

#define SAME_SECONDS	3600	/* nothing new is not written more often */

/* Whether the store has just this, or nearly so. */
static bool
is_kept(const struct connection *c, const struct document *d)
{
	struct store	*s = state.store;
	struct bytes	 b;
	bool		 same;

	if (store_run(s, ST_document, v_int(c->id),
	    v_text(document_name(d->kind))) != STEP_ROW)
		return false;
	b = store_blob(s, ST_document, 3);
	same = strcmp(store_text(s, ST_document, 0), d->url) == 0 &&
	    strcmp(store_text(s, ST_document, 1), d->etag) == 0 &&
	    d->fetched >= store_integer(s, ST_document, 2) &&
	    d->fetched < store_integer(s, ST_document, 2) + SAME_SECONDS &&
	    b.len == d->body.len && memcmp(b.data, d->body.data, b.len) == 0;
	store_end(s, ST_document);
	return same;
}

static void
tell_replaced(const struct connection *c, const struct document *d)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = c->organization->name;
	e.account = e.name = "";
	e.by = "identity provider";
	state_event("provider keys replaced",
	    "organization %s connection %s %s %.256s", c->organization->name,
	    c->name, document_name(d->kind), log_safe(d->url));
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "connection", c->name);
	record_string(&state.audit.record, "document",
	    document_name(d->kind));
	record_string(&state.audit.record, "url", d->url);
	audit_end(&state.audit, state.store, "hfsso.provider_keys_replaced");
}

enum verdict
document_keep(struct request *request, struct reader *r, struct writer *w)
{
	struct connection	*c;
	struct document		 d;
	struct store		*s = state.store;

	(void)request;
	(void)w;
	if (!document_get(r, &d))
		fatalx("document_keep is malformed");
	c = outcome_connection("document_keep", d.organization, d.connection);
	if (c == NULL)
		return VERDICT_ok;
	if (d.body.len == 0)
		store_run(s, ST_document_remove, v_int(c->id),
		    v_text(document_name(d.kind)));
	else if (!is_kept(c, &d))
		store_run(s, ST_document_keep, v_int(c->id),
		    v_text(document_name(d.kind)), v_text(d.url),
		    v_text(d.etag), v_int(d.fetched),
		    v_blob(d.body.data, d.body.len));
	if (d.replaced)
		tell_replaced(c, &d);
	return store_failed(s) ? VERDICT_unavailable : VERDICT_ok;
}

enum verdict
document_ask(struct request *request, struct reader *r, struct writer *w)
{
	struct connection	*c;
	struct document		 asked, d;
	struct store		*s = state.store;
	bool			 found = false;

	(void)request;
	if (!document_get(r, &asked))
		fatalx("document_ask is malformed");
	memset(&d, 0, sizeof(d));
	d.organization = asked.organization;
	d.connection = asked.connection;
	d.kind = asked.kind;
	d.url = d.etag = "";
	c = outcome_connection("document_ask", d.organization, d.connection);
	/* Who asks for more than it reads would be dropped (peer.c). */
	if (c != NULL && state.unsent < LIMIT_UNREAD / 2)
		found = store_run(s, ST_document, v_int(c->id),
		    v_text(document_name(d.kind))) == STEP_ROW;
	if (found) {
		d.url = store_text(s, ST_document, 0);
		d.etag = store_text(s, ST_document, 1);
		d.fetched = store_integer(s, ST_document, 2);
		d.body = store_blob(s, ST_document, 3);
	}
	document_put(w, &d);
	if (c != NULL)
		store_end(s, ST_document);
	return VERDICT_ok;
}
