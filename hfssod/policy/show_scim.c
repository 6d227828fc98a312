/*
 * What hfssoctl is shown of SCIM's log.  In reader.  Must never write.
 */
#include <stdio.h>
#include <string.h>

#include "hfssod/policy/show_page.h"
#include "hfssod/policy/show_scim.h"
#include "hfssod/policy/state.h"

static void
put_line(struct writer *w)
{
	struct store	*s = state.store;
	enum statement	 st = ST_show_scim_log;

	record_object(w, "");
	record_time(w, "at", store_integer(s, st, 1));
	record_string(w, "token", store_text(s, st, 2));
	record_string(w, "client", store_text(s, st, 3));
	record_string(w, "request", store_text(s, st, 4));
	record_string(w, "method", store_text(s, st, 5));
	record_string(w, "resource", store_text(s, st, 6));
	record_string(w, "name", store_text(s, st, 7));
	record_string(w, "changed", store_text(s, st, 8));
	record_string(w, "result", store_text(s, st, 9));
	record_integer(w, "microseconds", store_integer(s, st, 10));
	record_end(w);
}

enum verdict
show_scim_log(struct request *request, struct reader *r, struct writer *w)
{
	struct page	 p;
	struct store	*s;
	enum verdict	 v;
	enum step	 step;
	int64_t		 id = 0, before = INT64_MAX;

	(void)request;
	if ((v = page_begin(&p, r)) != VERDICT_ok ||
	    (v = page_organization(&p, &id)) != VERDICT_ok)
		return page_end(&p, v, w);
	s = state.store;
	if (p.q.after[0] != '\0')
		before = page_number(p.q.after);
	record_array(&p.body, "");
	for (step = store_run(s, ST_show_scim_log, v_int(id), v_int(before));
	    step == STEP_ROW; step = store_next(s, ST_show_scim_log)) {
		if (p.body.len > PAGE)
			break;
		put_line(&p.body);
		snprintf(p.after, sizeof(p.after), "%lld",
		    (long long)store_integer(s, ST_show_scim_log, 0));
	}
	store_end(s, ST_show_scim_log);
	record_end(&p.body);
	if (step != STEP_ROW)
		p.after[0] = '\0';
	return page_end(&p, v, w);
}
