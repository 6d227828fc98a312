/*
 * The handler of SCIM lists.  In policy and reader.  Must never read
 * another store than the token's.
 */
#include <string.h>

#include "common/log.h"
#include "hfssod/policy/dryrun.h"
#include "hfssod/policy/scim_list.h"
#include "hfssod/policy/state.h"

static void
clear(struct scim_listed *a, enum verdict v)
{
	memset(a, 0, sizeof(*a));
	a->verdict = v;
	a->detail = a->after = a->next = a->previous = "";
}

void
scim_list_refuse(struct writer *w, enum verdict v)
{
	struct scim_listed	 a;

	clear(&a, v);
	scim_listed_put(w, &a);
}

/* Reader's own store, or a dry run's copy, from one moment. */
static enum verdict
begin_reading(struct store **store)
{
	if (!state_open())
		return VERDICT_unavailable;
	*store = state.store;
	if (state.token != NULL)
		*store = dryrun_store(state.store, state.token);
	if (*store == NULL)
		return VERDICT_token_not_ready;
	return store_begin(*store) ? VERDICT_ok : VERDICT_unavailable;
}

static void
end_reading(struct store *store)
{
	if (store == NULL)
		return;
	if (store_in_transaction(store))
		store_commit(store);
	if (!store_failed(store))
		return;
	log_warnx("store: %s", store_error(store));
	store_rollback(store);
	store_forget(store);
	/* It may have been replaced: look afresh next time. */
	if (store == state.store) {
		store_close(state.store);
		state.store = NULL;
	}
}

enum verdict
scim_list(struct request *request, struct reader *r, struct writer *w)
{
	struct scim_list	 q;
	struct scim_listed	 a;
	struct scim		 s;
	struct store		*store = state.store;
	bool			 reader = state.directory == NULL;
	enum verdict		 v = VERDICT_ok;

	(void)request;
	memset(&s, 0, sizeof(s));
	memset(&q, 0, sizeof(q));
	clear(&a, VERDICT_ok);
	s.pool = scim_pool_new();
	if (!scim_list_get(r, s.pool, &q))
		fatalx("scim_list is malformed");
	if (reader && (v = begin_reading(&store)) != VERDICT_ok)
		scim_list_refuse(w, v);
	else {
		if ((v = scim_open(&s, &q.where, store, RIGHT_READ)) ==
		    VERDICT_ok)
			v = scim_list_find(&s, &q, &a);
		if (v != VERDICT_ok)
			clear(&a, v);
		a.resource = q.resource;
		a.detail = s.detail;
		a.retry_after = s.retry_after;
		a.dry = s.token.dry;
		if (v != VERDICT_unavailable)
			scim_listed_put(w, &a);
	}
	if (reader)
		end_reading(store);
	scim_close(&s);
	return v;
}
