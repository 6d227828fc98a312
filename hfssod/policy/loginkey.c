/*
 * Login keys.  In policy.  Must never give one group's key to another.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/policy/loginkey.h"
#include "hfssod/policy/state.h"

/* What the store has: the newest and the one before. */
struct kept {
	uint64_t	 id[2];
	int64_t		 created[2];
	uint8_t		 key[2][LOGIN_KEY];
};

static bool
read_keys(struct kept *k)
{
	struct store	*s = state.store;
	struct bytes	 b;
	enum step	 step;
	int		 i = 0;

	memset(k, 0, sizeof(*k));
	for (step = store_run(s, ST_login_keys, v_text(state.group));
	    step == STEP_ROW && i < 2; step = store_next(s, ST_login_keys)) {
		b = store_blob(s, ST_login_keys, 1);
		if (b.len != LOGIN_KEY)
			continue;
		k->id[i] = (uint64_t)store_integer(s, ST_login_keys, 0);
		memcpy(k->key[i], b.data, LOGIN_KEY);
		k->created[i++] = store_integer(s, ST_login_keys, 2);
	}
	store_end(s, ST_login_keys);
	return !store_failed(s);
}

static bool
make_key(struct kept *k, int64_t now)
{
	struct store	*s = state.store;

	k->id[1] = k->id[0];
	k->created[1] = k->created[0];
	memcpy(k->key[1], k->key[0], LOGIN_KEY);
	do
		arc4random_buf(&k->id[0], sizeof(k->id[0]));
	while (k->id[0] == 0);
	arc4random_buf(k->key[0], LOGIN_KEY);
	k->created[0] = now;
	store_run(s, ST_login_keys_old, v_text(state.group),
	    v_int(now - 3 * LOGIN_KEY_SECONDS));
	store_run(s, ST_login_key_add, v_int((int64_t)k->id[0]),
	    v_text(state.group), v_blob(k->key[0], LOGIN_KEY), v_int(now));
	return !store_failed(s);
}

enum verdict
key_request(struct request *request, struct reader *r, struct writer *w)
{
	struct login_keys	 out;
	struct kept		 k;
	int64_t			 now = store_now(state.store);
	int			 i;
	bool			 ok;

	(void)request;
	if (!wire_end(r))
		fatalx("key_request is malformed");
	ok = read_keys(&k);
	if (ok && (k.id[0] == 0 || k.created[0] + LOGIN_KEY_SECONDS <= now))
		ok = make_key(&k, now);
	/* One older than any login that may come back is not given. */
	if (k.created[0] + LOGIN_KEY_SECONDS <= now ||
	    k.created[1] + 2 * LOGIN_KEY_SECONDS <= now)
		k.id[1] = 0;
	memset(&out, 0, sizeof(out));
	for (i = 0; i < 2; i++) {
		if (k.id[i] == 0)
			continue;
		out.id[i] = k.id[i];
		out.key[i].data = k.key[i];
		out.key[i].len = LOGIN_KEY;
	}
	out.renew = k.created[0] + LOGIN_KEY_SECONDS;
	if (ok)
		login_keys_put(w, &out);
	explicit_bzero(&k, sizeof(k));
	return ok ? VERDICT_ok : VERDICT_unavailable;
}

void
key_refuse(struct writer *w, enum verdict v)
{
	struct login_keys	 out;

	(void)v;
	memset(&out, 0, sizeof(out));
	out.renew = store_now(state.store) + 2;
	login_keys_put(w, &out);
}
