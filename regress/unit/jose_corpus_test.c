/*
 * The JOSE vectors of Wycheproof, where they are found: $CORPORA is a
 * folder with jose/json_web_{signature,key,crypto}_test.json.  What is
 * invalid there must be refused, what is valid accepted; but for the table
 * below.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/verifier/jws.h"

/*
 * Where we differ, and why.  A row of an algorithm is for all valid vectors
 * of keys with it; one of a number for that vector of that file.
 */
static const struct deviation {
	const char *file;
	const char *alg;
	json_int_t number;
	bool accepted;		/* by us */
	const char *why;
} deviations[] = {
	{ NULL, "HS256", 0, false, "a shared secret is no provider's key" },
	{ NULL, "HS384", 0, false, "a shared secret is no provider's key" },
	{ NULL, "HS512", 0, false, "a shared secret is no provider's key" },
	{ NULL, "PS384", 0, false, "of PSS only PS256, which FAPI asks for" },
	{ NULL, "PS512", 0, false, "of PSS only PS256, which FAPI asks for" },
	{ NULL, "ES521", 0, false, "no such name: RFC 7518 says ES512" },
	{ "signature", "PS256", 346, false,
	    "PS384 with a key that says PS256" },
	{ "signature", "PS256", 350, false,
	    "PS384 with a key that says PS256" },
	{ "key", "RS256", 7, true,
	    "ROCA is the provider's affair: its key is its own to choose" },
	{ "crypto", "RS256", 46, true,
	    "ROCA is the provider's affair: its key is its own to choose" }
};

struct tally {
	size_t taken;
	size_t refused;
	size_t differ;
};

static const struct deviation *
deviation(const char *file, const char *alg, json_int_t number, bool accepted)
{
	const struct deviation *d;
	size_t i;

	for (i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++) {
		d = &deviations[i];
		if (d->accepted == accepted &&
		    (d->alg == NULL || strcmp(d->alg, alg) == 0) &&
		    (d->file == NULL || (strcmp(d->file, file) == 0 &&
		    d->number == number)))
			return d;
	}
	return NULL;
}

/* The verdict as accepted or not. */
static bool
accepted(const struct jwk_set *set, const char *token)
{
	enum verdict v;
	struct jws j;

	v = jws_verify(set, token, strlen(token), &j);
	jws_free(&j);
	return v == VERDICT_ok;
}

static void
judge_group(const char *file, const json_t *group, struct tally *t)
{
	const json_t *key, *keys, *list, *one;
	const char *alg, *token;
	struct jwk_set set;
	json_t *whole;
	json_int_t number;
	char *text;
	size_t i;
	bool ours, theirs;

	if ((key = json_object_get(group, "public")) == NULL)
		key = json_object_get(group, "private");
	keys = json_object_get(key, "keys");
	whole = keys != NULL ? json_pack("{s:O}", "keys", keys) :
	    json_pack("{s:[O]}", "keys", key);
	if (keys != NULL)
		key = json_array_get(keys, 0);
	alg = json_string_value(json_object_get(key, "alg"));
	text = json_dumps(whole, 0);
	assert_non_null(text);
	(void)jwk_set_read(&set, text, strlen(text));
	list = json_object_get(group, "tests");
	json_array_foreach(list, i, one) {
		token = json_string_value(json_object_get(one, "jws"));
		if (token == NULL)
			continue;
		number = json_integer_value(json_object_get(one, "tcId"));
		theirs = strcmp(json_string_value(json_object_get(one,
		    "result")), "valid") == 0;
		ours = accepted(&set, token);
		if (ours)
			t->taken++;
		else
			t->refused++;
		if (ours == theirs)
			continue;
		t->differ++;
		if (deviation(file, alg == NULL ? "" : alg, number, ours) ==
		    NULL)
			fail_msg("%s %d: %s (%s)", file, (int)number,
			    ours ? "accepted" : "refused",
			    json_string_value(json_object_get(one,
			    "comment")));
	}
	jwk_set_free(&set);
	free(text);
	json_decref(whole);
}

static void
corpus(void **state)
{
	static const char *const files[] = { "signature", "key", "crypto" };
	struct tally t = { 0, 0, 0 };
	const char *folder;
	char path[4096];
	json_t *all, *group;
	size_t i, j;

	(void)state;
	if ((folder = getenv("CORPORA")) == NULL || folder[0] == '\0') {
		skip();
		return;
	}
	jose_start();
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path),
		    "%s/jose/json_web_%s_test.json", folder, files[i]);
		all = json_load_file(path, 0, NULL);
		if (all == NULL) {
			skip();
			return;
		}
		json_array_foreach(json_object_get(all, "testGroups"), j,
		    group)
			judge_group(files[i], group, &t);
		json_decref(all);
	}
	print_message("%zu taken, %zu refused, %zu deviations\n", t.taken,
	    t.refused, t.differ);
	assert_true(t.taken >= 25 && t.refused >= 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
