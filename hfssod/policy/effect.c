/*
 * The effects of a turn.  In policy.  Must never touch the store.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/policy/effect.h"

static struct effect *
next(struct effects *e)
{
	if (e->count == e->size) {
		e->size = e->size == 0 ? 64 : e->size * 2;
		e->list = reallocarray(e->list, e->size, sizeof(*e->list));
		if (e->list == NULL)
			fatal("effects");
	}
	memset(&e->list[e->count], 0, sizeof(e->list[0]));
	return &e->list[e->count++];
}

void
effect_add(struct effects *e, struct session *s, struct account *a)
{
	struct effect	*f = next(e);

	f->type = EFFECT_ADD;
	f->session = s;
	f->account = a;
}

void
effect_drop(struct effects *e, const uint8_t key[SESSION_KEY], bool revoke)
{
	struct effect	*f = next(e);

	f->type = EFFECT_DROP;
	f->revoke = revoke;
	memcpy(f->key, key, SESSION_KEY);
}

void
effect_stamp(struct effects *e, const uint8_t key[SESSION_KEY],
    const struct organization *o)
{
	struct effect	*f = next(e);

	f->type = EFFECT_STAMP;
	f->revoke = true;
	f->organization = o;
	memcpy(f->key, key, SESSION_KEY);
}

bool
effects_end(const struct effects *e, const uint8_t key[SESSION_KEY],
    const struct organization *o)
{
	const struct effect	*f;
	size_t			 i;

	for (i = 0; i < e->count; i++) {
		f = &e->list[i];
		if ((f->type == EFFECT_DROP || (f->type == EFFECT_STAMP &&
		    f->organization == o)) &&
		    memcmp(f->key, key, SESSION_KEY) == 0)
			return true;
	}
	return false;
}

void
effect_account(struct effects *e, struct account *a)
{
	struct effect	*f = next(e);

	f->type = EFFECT_ACCOUNT;
	f->account = a;
}

void
effect_call(struct effects *e, void (*call)(void *, uint64_t), void *with,
    uint64_t number)
{
	struct effect	*f = next(e);

	f->type = EFFECT_CALL;
	f->call = call;
	f->with = with;
	f->number = number;
}

void
effects_back(struct effects *e, size_t mark)
{
	size_t	 i, kept = mark;

	for (i = mark; i < e->count; i++) {
		if (e->list[i].revoke) {
			e->list[i].unwritten = true;
			e->list[kept++] = e->list[i];
			continue;
		}
		free(e->list[i].session);
		free(e->list[i].account);
	}
	e->count = kept;
}

void
effects_refuse(struct effects *e, size_t mark)
{
	size_t	 i;

	for (i = mark; i < e->count; i++)
		e->list[i].revoke = false;
	effects_back(e, mark);
}

void
effects_apply(struct effects *e, struct sessions *t,
    effects_unwritten_fn *unwritten)
{
	struct effect	*f;
	struct session	*s;
	size_t		 i;

	for (i = 0; i < e->count; i++) {
		f = &e->list[i];
		if (f->type == EFFECT_ADD) {
			session_add(t, f->session, f->account);
			continue;
		}
		if (f->type == EFFECT_ACCOUNT) {
			session_account(t, f->account);
			continue;
		}
		if (f->type == EFFECT_CALL) {
			f->call(f->with, f->number);
			continue;
		}
		if ((s = session_find(t, f->key)) == NULL)
			continue;
		if (f->unwritten)
			unwritten(s, f->organization);
		if (f->type == EFFECT_STAMP)
			session_stamp_drop(t, s, f->organization);
		else
			session_drop(t, s);
	}
	e->count = 0;
}

void
effects_free(struct effects *e)
{
	effects_refuse(e, 0);
	free(e->list);
	memset(e, 0, sizeof(*e));
}
