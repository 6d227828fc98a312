/*
 * Fuzzer of what an OpenID Provider says of itself, and of what its token
 * endpoint answers: no secret is ever sent to an origin that is not
 * configured, and no detail repeats a token.
 */
#include <stdlib.h>
#include <string.h>

#include "common/companion.h"
#include "common/limits.h"
#include "hfssod/verifier/client_auth.h"
#include "hfssod/verifier/discovery.h"
#include "hfssod/verifier/oidc_answer.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char	*origins[] = { "https://op.example:443",
    "https://accounts.google.com:443", "http://127.0.0.1:8080" };

static void
check_address(const struct verifier_connection *c, const char *url,
    bool needed)
{
	struct web_address	 a;

	if (url == NULL) {
		if (needed)
			abort();
		return;
	}
	if (!web_address(url, &a) || !companion_allowed(&c->origins, url) ||
	    (!a.tls && strcmp(a.host, "127.0.0.1") != 0))
		abort();
}

static void
discovery(const uint8_t *data, size_t len, bool userinfo, bool file)
{
	struct verifier_connection	 v;
	struct connection		 c;
	struct discovery		 d;
	enum client_auth		 how;
	const char			*why;

	memset(&v, 0, sizeof(v));
	v.issuer = "https://op.example";
	v.origins = (struct strings){ 3, origins };
	v.jwks = file ? "keys.json" : "";
	v.userinfo = userinfo;
	why = discovery_read(&d, data, len, &v);
	if (why == NULL) {
		if (strcmp(d.issuer, v.issuer) != 0)
			abort();
		check_address(&v, d.authorization, true);
		check_address(&v, d.token, true);
		check_address(&v, d.jwks, !file);
		check_address(&v, d.userinfo, userinfo);
		check_address(&v, d.end_session, false);
		memset(&c, 0, sizeof(c));
		c.view = &v;
		/* We have nothing to prove who we are with. */
		if (client_auth_choose(&c, &d, false, &how) == NULL)
			abort();
	} else if (why[0] == '\0')
		abort();
	discovery_free(&d);
}

static void
answer(const uint8_t *data, size_t len, uint32_t status)
{
	struct token_answer	 t;
	struct fetch_answer	 a;
	char			 detail[OIDC_DETAIL];
	enum verdict		 v;
	json_t			*o;

	memset(&a, 0, sizeof(a));
	a.result = FETCH_ANSWERED;
	a.detail = "";
	a.type = "application/json";
	a.status = status;
	a.body = (struct bytes){ data, len };
	v = token_answer_read(&t, &a);
	if ((v == VERDICT_ok) != (status == 200 && t.detail[0] == '\0'))
		abort();
	if (v == VERDICT_ok && strlen(t.id_token) > LIMIT_JWT)
		abort();
	if (v == VERDICT_oidc_code && status != 400)
		abort();
	if (t.id_token == NULL || t.access_token == NULL ||
	    t.refresh_token == NULL || strlen(t.detail) >= OIDC_DETAIL)
		abort();
	/* As the tokens of the seeds are. */
	if (strstr(t.detail, "SECRET") != NULL && status == 200)
		abort();
	token_answer_free(&t);
	v = userinfo_answer_read(&a, &o, detail);
	if ((v == VERDICT_ok) != (o != NULL))
		abort();
	json_decref(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint32_t	 statuses[] = { 200, 400, 401, 403, 500 };

	if (len == 0)
		return 0;
	discovery(data + 1, len - 1, (data[0] & 1) != 0, (data[0] & 2) != 0);
	answer(data + 1, len - 1, statuses[data[0] % 5]);
	return 0;
}
