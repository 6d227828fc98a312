/*
 * Pages of what hfssoctl is shown.  In reader.  Must never write.
 */
#include <stdlib.h>
#include <string.h>

#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/state.h"

#define HEAD	512		/* octets before the records, at most */

enum verdict
page_begin(struct page *p, struct reader *r)
{
	const char	*by;

	memset(p, 0, sizeof(*p));
	wire_init(&p->body, LIMIT_MESSAGE);
	if (!control_question(r, &by, &p->q))
		return VERDICT_bad_request;
	if (!state_open())
		return VERDICT_unavailable;
	return store_begin(state.store) ? VERDICT_ok : VERDICT_unavailable;
}

static void
put_head(struct writer *w, enum verdict v, const char *after)
{
	struct result	 result;

	result.verdict = v;
	result.detail = "";
	result_put(w, &result);
	wire_put_string(w, after);
}

enum verdict
page_end(struct page *p, enum verdict v, struct writer *w)
{
	if (state.store != NULL) {
		if (store_in_transaction(state.store))
			store_commit(state.store);
		if (store_failed(state.store)) {
			log_warnx("store: %s", store_error(state.store));
			/* It may have been replaced: look afresh next time. */
			store_close(state.store);
			state.store = NULL;
			v = VERDICT_unavailable;
		}
	}
	if (v == VERDICT_ok && p->body.bad)
		v = VERDICT_too_large;
	put_head(w, v, v == VERDICT_ok ? p->after : "");
	if (v == VERDICT_ok)
		wire_put_raw(w, p->body.data, p->body.len);
	else
		record_null(w, "");
	wire_free(&p->body);
	ctl_question_free(&p->q);
	return v;
}

void
show_refuse(struct writer *w, enum verdict v)
{
	put_head(w, v, "");
	record_null(w, "");
}

enum verdict
page_organization(const struct page *p, int64_t *id)
{
	char		*folded = fold_text(p->q.organization);
	enum step	 step;

	step = store_run(state.store, ST_show_organization, v_text(folded));
	if (step == STEP_ROW)
		*id = store_integer(state.store, ST_show_organization, 0);
	store_end(state.store, ST_show_organization);
	free(folded);
	return step == STEP_ROW ? VERDICT_ok : VERDICT_no_organization_named;
}

void
page_rows(struct page *p, enum statement st, enum step step,
    page_put_fn *put)
{
	struct store	*s = state.store;
	struct writer	 one;
	bool		 any = false;

	wire_init(&one, LIMIT_MESSAGE);
	record_array(&p->body, "");
	for (; step == STEP_ROW; step = store_next(s, st)) {
		wire_reset(&one);
		put(&one, st);
		if (one.bad) {
			p->body.bad = true;
			break;
		}
		if (any && p->body.len + one.len > PAGE)
			break;
		any = true;
		wire_put_raw(&p->body, one.data, one.len);
		strlcpy(p->after, store_text(s, st, 0), sizeof(p->after));
	}
	store_end(s, st);
	record_end(&p->body);
	if (p->body.len + HEAD > LIMIT_MESSAGE)
		p->body.bad = true;
	wire_free(&one);
	if (step != STEP_ROW)
		p->after[0] = '\0';
}

enum verdict
show_of_organization(struct reader *r, struct writer *w, enum statement st,
    int64_t begin, page_put_fn *put)
{
	struct page	 p;
	enum verdict	 v;
	int64_t		 id = 0;

	if ((v = page_begin(&p, r)) != VERDICT_ok ||
	    (v = page_organization(&p, &id)) != VERDICT_ok)
		return page_end(&p, v, w);
	if (p.q.after[0] != '\0')
		begin = page_number(p.q.after);
	page_rows(&p, st, store_run(state.store, st, v_int(id),
	    v_int(begin)), put);
	return page_end(&p, v, w);
}

int64_t
page_number(const char *text)
{
	return text[0] == '\0' ? 0 : strtonum(text, 0, INT64_MAX, NULL);
}

void
page_time(struct writer *w, const char *name, int64_t t)
{
	if (t == 0)
		record_null(w, name);
	else
		record_time(w, name, t);
}
