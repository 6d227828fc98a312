/*
 * SCIM groups as hfssoctl is shown them.  In reader.  Must never write.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/role.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/show.h"
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/state.h"

#define LINKS_ROOM	(16 * 1024)	/* octets; the rest is members' */

static void
put_line(struct writer *w, enum statement st)
{
	struct store	*s = state.store;

	record_object(w, "");
	record_string(w, "name", store_text(s, st, 1));
	record_string(w, "id", store_text(s, st, 2));
	record_string(w, "connection", store_text(s, st, 3));
	record_integer(w, "members", store_integer(s, st, 4));
	record_integer(w, "links", store_integer(s, st, 5));
	page_time(w, "modified", store_integer(s, st, 6));
	record_end(w);
}

enum verdict
show_groups(struct request *request, struct reader *r, struct writer *w)
{
	(void)request;
	return show_of_organization(r, w, ST_show_groups, 0, put_line);
}

/* --- one group --------------------------------------------------------- */

static void
put_links(struct writer *w, int64_t row)
{
	struct store	*s = state.store;
	size_t		 begin = w->len;
	enum step	 step;

	record_array(w, "links");
	for (step = store_run(s, ST_links, v_int(row));
	    step == STEP_ROW && w->len - begin < LINKS_ROOM;
	    step = store_next(s, ST_links)) {
		record_object(w, "");
		record_string(w, "group", store_text(s, ST_links, 0));
		record_string(w, "role",
		    role_name((enum role)store_integer(s, ST_links, 1)));
		record_end(w);
	}
	store_end(s, ST_links);
	record_end(w);
	if (step == STEP_ROW)
		record_boolean(w, "links_truncated", true);
}

static void
put_members(struct writer *w, int64_t row)
{
	struct store	*s = state.store;
	enum statement	 st = ST_show_group_members;
	enum step	 step;

	record_array(w, "members");
	for (step = store_run(s, st, v_int(row)); step == STEP_ROW;
	    step = store_next(s, st)) {
		if (w->len + strlen(store_text(s, st, 1)) > PAGE)
			break;
		record_object(w, "");
		record_string(w, "name", store_text(s, st, 1));
		record_string(w, "kind",
		    store_integer(s, st, 0) == MEMBER_GROUP ? "group" :
		    "user");
		record_end(w);
	}
	store_end(s, st);
	record_end(w);
	if (step == STEP_ROW)
		record_boolean(w, "members_truncated", true);
}

static void
put_group(struct page *p, int64_t row)
{
	struct store	*s = state.store;
	struct writer	*w = &p->body;
	enum statement	 st = ST_show_group;

	record_object(w, "");
	record_string(w, "name", store_text(s, st, 1));
	record_string(w, "id", store_text(s, st, 2));
	record_string(w, "organization", p->q.organization);
	record_string(w, "connection", store_text(s, st, 3));
	record_string(w, "external_id", store_text(s, st, 4));
	record_integer(w, "member_count", store_integer(s, st, 5));
	record_integer(w, "version", store_integer(s, st, 6));
	page_time(w, "created", store_integer(s, st, 7));
	page_time(w, "modified", store_integer(s, st, 8));
	put_links(w, row);
	put_members(w, row);
	record_end(w);
}

enum verdict
show_group(struct request *request, struct reader *r, struct writer *w)
{
	struct page	 p;
	enum statement	 st = ST_show_group;
	enum verdict	 v;
	char		*folded;
	int64_t		 id = 0;

	(void)request;
	if ((v = page_begin(&p, r)) != VERDICT_ok ||
	    (v = page_organization(&p, &id)) != VERDICT_ok)
		return page_end(&p, v, w);
	folded = fold_text(p.q.name);
	if (store_run(state.store, st, v_int(id), v_text(folded),
	    v_text(p.q.name)) == STEP_ROW)
		put_group(&p, store_integer(state.store, st, 0));
	else
		v = VERDICT_no_group_named;
	store_end(state.store, st);
	free(folded);
	return page_end(&p, v, w);
}
