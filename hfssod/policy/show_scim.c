/*
 * What hfssoctl is shown of SCIM's log.  In reader.  Must never write.
 */
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/show_scim.h"
#include "hfssod/policy/state.h"

static void
put_line(struct writer *w, enum statement st)
{
	struct store	*s = state.store;

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
	(void)request;
	return show_of_organization(r, w, ST_show_scim_log, INT64_MAX,
	    put_line);
}
