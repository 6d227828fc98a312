/* Claims as tests write them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/verifier/json.h"
#include "token_fixture.h"

const char id_token[] = "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT
    "\",\"sub\":\"user-1\",\"iat\":1767323075,\"exp\":1767326675,"
    "\"nonce\":\"" NONCE "\"}";
struct token_rules rules;

int
token_setup(void **state)
{
	static const struct strings no_acr = { 0, NULL };

	(void)state;
	rules = (struct token_rules){ ISSUER, CLIENT, NONCE, NOW - 30, -1,
	    false, &no_acr, "", "" };
	return 0;
}

json_t *
edited(const char *base, const char *edits)
{
	json_t *o = json_object_read(base, strlen(base)), *j;
	char *text = strdup(edits), *p = text, *line, *value;

	assert_non_null(o);
	while ((line = strsep(&p, "\n")) != NULL && *line != '\0') {
		value = strchr(line, '=');
		assert_non_null(value);
		*value++ = '\0';
		if (strcmp(value, GONE) == 0) {
			json_object_del(o, line);
			continue;
		}
		if ((j = json_loads(value, JSON_DECODE_ANY, NULL)) == NULL)
			fail_msg("no JSON: %s", value);
		json_object_set_new(o, line, j);
	}
	free(text);
	return o;
}

enum verdict
check_claims(const json_t *claims, const char *alg, struct facts *f)
{
	struct jwt jwt = { NULL, NULL, NULL };
	enum verdict v;

	jwt.header = json_pack("{s:s}", "alg", alg);
	v = token_check(&rules, claims, &jwt, NOW, f);
	json_decref(jwt.header);
	assert_non_null(f->detail);
	return v;
}
