/* Units of hfssod/policy/session.c, table.c and effect.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hfssod/policy/effect.h"
#include "hfssod/policy/session.h"

static struct account *
account(int64_t row)
{
	struct account	*a;

	assert_non_null(a = calloc(1, sizeof(*a)));
	a->row = row;
	a->state = ACCOUNT_ACTIVE;
	a->name = "ada";
	return a;
}

static struct session *
session(unsigned int n)
{
	struct session	*s = session_new(0);

	/* Keys that lie close together, to make long runs. */
	s->key[0] = n & 3;
	memcpy(s->key + 16, &n, sizeof(n));
	s->handle = n;
	return s;
}

#define MANY	3000

static void
many(void **unused)
{
	struct sessions	 t;
	struct session	*s, *have[MANY];
	uint8_t		 key[SESSION_KEY] = { 0 };
	unsigned int	 i, left = MANY;

	(void)unused;
	sessions_init(&t);
	assert_null(session_find(&t, key));
	for (i = 0; i < MANY; i++) {
		have[i] = session(i);
		arc4random_buf(have[i]->key, i % 2 ? 8 : 0);
		session_add(&t, have[i], account(i / 3));
	}
	assert_int_equal(t.by_key.count, MANY);
	assert_int_equal(t.persons.count, MANY / 3);
	while (left > 0) {
		i = arc4random_uniform(left);
		s = have[i];
		memcpy(key, s->key, sizeof(key));
		assert_ptr_equal(session_find(&t, key), s);
		session_drop(&t, s);
		assert_null(session_find(&t, key));
		have[i] = have[--left];
		if (left % 500 == 0)
			for (i = 0; i < left; i++)
				assert_ptr_equal(session_find(&t,
				    have[i]->key), have[i]);
	}
	assert_int_equal(t.persons.count, 0);
	sessions_free(&t);
}

static void
cookies(void **unused)
{
	static const char	 good[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
	struct bytes		 b = { (const uint8_t *)good, 43 };
	uint8_t			 key[SESSION_KEY], again[SESSION_KEY];

	(void)unused;
	assert_true(session_key(b, key));
	assert_true(session_key(b, again));
	assert_memory_equal(key, again, SESSION_KEY);
	b.len = 42;
	assert_false(session_key(b, key));
	b.len = 0;
	assert_false(session_key(b, key));
}

static void
handles(void **unused)
{
	struct sessions	 t;
	char		 text[SESSION_HANDLE];

	(void)unused;
	sessions_init(&t);
	session_add(&t, session(7), account(1));
	session_add(&t, session(8), account(1));
	assert_int_equal(t.persons.count, 1);
	session_handle(session_by_handle(&t, "0000000000000008"), text);
	assert_string_equal(text, "0000000000000008");
	assert_null(session_by_handle(&t, "8"));
	assert_null(session_by_handle(&t, ""));
	sessions_free(&t);
}

static unsigned int	 told;
static struct organization some[2];

static void
tell(const struct session *s, const struct organization *o)
{
	(void)s;
	(void)o;
	told++;
}

static void
effects(void **unused)
{
	struct sessions	 t;
	struct effects	 e = { NULL, 0, 0 };
	uint8_t		 key[SESSION_KEY];
	struct session	*s;

	(void)unused;
	sessions_init(&t);
	s = session(1);
	memcpy(key, s->key, sizeof(key));
	effect_add(&e, s, account(1));
	effects_apply(&e, &t, tell);
	assert_non_null(session_find(&t, key));
	/* Taken back: only the revocation stays, and is unwritten. */
	effect_add(&e, session(2), account(2));
	effect_account(&e, account(1));
	effect_drop(&e, key, true);
	effects_back(&e, 0);
	assert_int_equal(e.count, 1);
	effects_apply(&e, &t, tell);
	assert_int_equal(told, 1);
	assert_null(session_find(&t, key));
	assert_int_equal(t.by_key.count, 0);
	/* An ordinary end that is taken back did not happen. */
	s = session(3);
	memcpy(key, s->key, sizeof(key));
	effect_add(&e, s, account(3));
	effects_apply(&e, &t, tell);
	effect_drop(&e, key, false);
	effects_back(&e, 0);
	effects_apply(&e, &t, tell);
	assert_non_null(session_find(&t, key));
	/* Added and dropped in one turn; dropped twice. */
	s = session(4);
	memcpy(key, s->key, sizeof(key));
	effect_add(&e, s, account(3));
	effect_drop(&e, key, true);
	effect_drop(&e, key, true);
	effects_apply(&e, &t, tell);
	assert_null(session_find(&t, key));
	assert_int_equal(told, 1);
	/* One stamp of a session, and with the last one all of it. */
	s = session_new(2);
	s->key[0] = 6;
	memcpy(key, s->key, sizeof(key));
	s->stamps[0].organization = &some[0];
	s->stamps[1].organization = &some[1];
	effect_add(&e, s, account(6));
	effect_stamp(&e, key, &some[0]);
	effects_apply(&e, &t, tell);
	assert_non_null(s = session_find(&t, key));
	assert_int_equal(s->stamp_count, 1);
	assert_ptr_equal(s->stamps[0].organization, &some[1]);
	effect_stamp(&e, key, &some[1]);
	effects_back(&e, 0);
	effects_apply(&e, &t, tell);
	assert_int_equal(told, 2);
	assert_null(session_find(&t, key));
	effect_add(&e, session(5), account(5));
	effects_free(&e);
	sessions_free(&t);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(many),
		cmocka_unit_test(cookies),
		cmocka_unit_test(handles),
		cmocka_unit_test(effects)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
