/*
 * Fuzzer of claims: the octets as those of an ID token, of userinfo and of
 * a logout token, as they are and with what every good one has put in where
 * it is missing.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/verifier/json.h"
#include "hfssod/verifier/token.h"

#define NOW	INT64_C(1767323075)	/* 2026-01-02T03:04:35Z */
#define EVENT	"http://schemas.openid.net/event/backchannel-logout"

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static json_t	*header;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	jose_start();
	header = json_pack("{s:s}", "alg", "RS256");
	return 0;
}

static void
see_attributes(struct attributes *as)
{
	static const char *const names[] = { "groups", "user.role", "a.b.c",
	    "email", "_claim_names.groups" };
	struct strings list = { 0, NULL };
	size_t i, j;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)attributes_values(as, names[i], &list);
		if (list.count > LIMIT_VALUES)
			abort();
		for (j = 0; j < list.count; j++)
			if (list.list[j][0] == '\0' ||
			    strlen(list.list[j]) > LIMIT_VALUE)
				abort();
		strings_free(&list);
	}
	if (attributes_find(as, "iss") != NULL ||
	    attributes_find(as, "nonce") != NULL)
		abort();
}

static void
judge(json_t *claims, const json_t *info)
{
	static const struct strings any = { 0, NULL };
	struct token_rules rules = { "https://op.example", "c", "n", NOW, 3600,
	    true, &any, "code", "token" };
	struct jwt jwt = { header, claims, NULL };
	struct logout_facts_oidc out;
	struct facts f;
	enum verdict v;

	v = token_check(&rules, claims, &jwt, NOW, &f);
	if (v == VERDICT_ok && (f.name_id.value[0] == '\0' || f.until <= NOW ||
	    f.until > NOW + LIMIT_ISSUED + 2 * LIMIT_SKEW ||
	    f.authn_instant < NOW - LIMIT_SKEW ||
	    strlen(f.session_index) > LIMIT_SUBJECT ||
	    json_object_get(claims, "events") != NULL))
		abort();
	see_attributes(&f.attributes);
	if (v == VERDICT_ok && token_userinfo(info, &f) == VERDICT_ok)
		see_attributes(&f.attributes);
	facts_free(&f);
	v = token_logout("https://op.example", "c", claims, NOW, &out);
	if (v == VERDICT_ok && (out.id[0] == '\0' || out.until <= NOW ||
	    (out.subject[0] == '\0' && out.session[0] == '\0') ||
	    json_object_get(claims, "nonce") != NULL))
		abort();
	(void)token_overage(claims, "groups");
	(void)token_overage(claims, "a.groups.b");
}

/* Put in what is missing, but for what one kind may not have. */
static void
complete(json_t *o, bool logout)
{
	json_t *good;

	good = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s}", "iss",
	    "https://op.example", "aud", "c", "sub", "s", "iat",
	    (json_int_t)NOW, "exp", (json_int_t)NOW + 60, "auth_time",
	    (json_int_t)NOW, "jti", "j");
	if (logout)
		json_object_set_new(good, "events", json_pack("{s:{}}",
		    EVENT));
	else
		json_object_set_new(good, "nonce", json_string("n"));
	json_object_update_missing(o, good);
	json_decref(good);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *o, *info, *id, *logout;

	if ((o = json_object_read(data, size)) == NULL)
		return 0;
	info = json_deep_copy(o);
	json_object_set_new(info, "sub", json_string("s"));
	judge(o, info);
	id = json_deep_copy(o);
	complete(id, false);
	judge(id, info);
	logout = json_deep_copy(o);
	complete(logout, true);
	judge(logout, o);
	json_decref(id);
	json_decref(logout);
	json_decref(info);
	json_decref(o);
	return 0;
}
