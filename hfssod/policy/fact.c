/*
 * Grants of the login map.  In policy.  Must never touch a grant that was
 * made by hand.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/policy/fact.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/state.h"

static int
by_group_and_value(const void *a, const void *b)
{
	const struct fact	*x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return strcmp(x->value, y->value);
}

static void
add(struct facts *f, int64_t group, enum role role, const char *value)
{
	f->list = reallocarray(f->list, f->count + 1, sizeof(*f->list));
	if (f->list == NULL ||
	    (f->list[f->count].value = strdup(value)) == NULL)
		fatal("grants");
	f->list[f->count].group = group;
	f->list[f->count++].role = role;
}

void
facts_free(struct facts *f)
{
	size_t	 i;

	for (i = 0; i < f->count; i++)
		free(f->list[i].value);
	free(f->list);
	memset(f, 0, sizeof(*f));
}

void
facts_stored(const struct organization *o, int64_t row, struct facts *f)
{
	struct store	*s = state.store;
	enum step	 step;

	memset(f, 0, sizeof(*f));
	for (step = store_run(s, ST_grants_of, v_int(row), v_int(o->id),
	    v_int(GRANT_LOGIN)); step == STEP_ROW;
	    step = store_next(s, ST_grants_of))
		add(f, store_integer(s, ST_grants_of, 0),
		    (enum role)store_integer(s, ST_grants_of, 1),
		    store_text(s, ST_grants_of, 2));
}

void
facts_wanted(const struct organization *o, const struct strings *values,
    struct facts *f)
{
	struct group_result	*results;
	struct group		*g;
	size_t			 i, n;

	memset(f, 0, sizeof(*f));
	n = groupmap_match(o->settings, values, &results);
	for (i = 0; i < n; i++) {
		g = directory_group(state.directory, o, results[i].group);
		if (g != NULL && g->id != 0)
			add(f, g->id, results[i].role, results[i].value);
	}
	free(results);
	if (f->count > 1 && heapsort(f->list, f->count, sizeof(*f->list),
	    by_group_and_value) == -1)
		fatal("grants");
}

/* Both lists are sorted alike: take what only one of them has. */
bool
facts_replace(int64_t row, const struct facts *have, const struct facts *want)
{
	struct store		*s = state.store;
	const struct fact	*x, *y;
	size_t			 h = 0, w = 0;
	bool			 changed = false;
	int			 order;

	while (h < have->count || w < want->count) {
		x = &have->list[h];
		y = &want->list[w];
		order = h == have->count ? 1 : w == want->count ? -1 :
		    by_group_and_value(x, y);
		if (order < 0) {
			store_run(s, ST_grant_remove, v_int(row),
			    v_int(x->group), v_int(GRANT_LOGIN),
			    v_text(x->value));
			changed = true;
		} else if (order > 0 || x->role != y->role) {
			store_run(s, ST_grant_add, v_int(row),
			    v_int(y->group), v_int(GRANT_LOGIN),
			    v_text(y->value), v_int(y->role));
			changed = true;
		}
		h += order <= 0;
		w += order >= 0;
	}
	return changed;
}
