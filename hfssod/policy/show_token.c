/*
 * Tokens, as hfssoctl is shown them.  In reader.  Must never show a hash.
 */
#include "hfssod/policy/dryrun.h"
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/state.h"
#include "hfssod/policy/token_control.h"

static const char *
state_name(struct store *s, enum statement st)
{
	if (store_integer(s, st, 10) != 0)
		return "revoked";
	if (store_integer(s, st, 9) <= store_now(s))
		return "expired";
	return store_integer(s, st, 15) == 0 ? "connection gone" : "live";
}

static void
put_token(struct writer *w, enum statement st)
{
	struct store	*s = state.store;
	char		 text[64];

	record_object(w, "");
	record_string(w, "id", store_text(s, st, 1));
	record_string(w, "name", store_text(s, st, 2));
	record_string(w, "connection", store_text(s, st, 3));
	record_string(w, "state", state_name(s, st));
	record_boolean(w, "dry_run", store_integer(s, st, 13) != 0);
	record_string(w, "profile",
	    token_profile_name((enum token_profile)store_integer(s, st, 4)));
	token_rights_text((unsigned int)store_integer(s, st, 5), text);
	record_string(w, "rights", text);
	record_string(w, "from", store_text(s, st, 6));
	record_integer(w, "rate", store_integer(s, st, 14));
	record_string(w, "last_four", store_text(s, st, 7));
	record_time(w, "created", store_integer(s, st, 8));
	record_time(w, "expires", store_integer(s, st, 9));
	page_time(w, "revoked", store_integer(s, st, 10));
	page_time(w, "last_used", store_integer(s, st, 11));
	record_string(w, "last_used_from", store_text(s, st, 12));
	record_end(w);
}

enum verdict
show_tokens(struct request *request, struct reader *r, struct writer *w)
{
	(void)request;
	return show_of_organization(r, w, ST_show_tokens, 0, put_token);
}
