/*
 * Answers of a provider's endpoints, in verifier; pure.  Must never repeat
 * a token, and never take what is not there for an error that ends a
 * session.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/limits.h"
#include "hfssod/verifier/json.h"
#include "hfssod/verifier/oidc_answer.h"

#define JSON_TYPE	"application/json"

void
oidc_error_text(const char *in, char out[OIDC_ERROR + 1])
{
	size_t i;

	for (i = 0; in[i] != '\0' && i < OIDC_ERROR; i++)
		out[i] = in[i] > ' ' && in[i] < 0x7f ? in[i] : '?';
	out[i] = '\0';
}

enum verdict
oidc_fetched(const struct fetch_answer *a, const char *endpoint,
    char detail[OIDC_DETAIL])
{
	char *p;

	detail[0] = '\0';
	if (a->result == FETCH_ANSWERED)
		return VERDICT_ok;
	snprintf(detail, OIDC_DETAIL, "%s: %s%s%.120s", endpoint,
	    fetch_result_name(a->result), a->detail[0] == '\0' ? "" : ": ",
	    a->detail);
	/* Some of it may be the provider's, and it may have been cut. */
	for (p = detail; *p != '\0'; p++)
		if (*p < ' ' || *p >= 0x7f)
			*p = '?';
	switch (a->result) {
	case FETCH_REFUSED:
	case FETCH_INSIDE:
	case FETCH_UNTRUSTED:
	case FETCH_TOO_LARGE:
	case FETCH_MALFORMED:
		return VERDICT_provider_answer;
	case FETCH_BUSY:
		return VERDICT_provider_busy;
	default:
		return VERDICT_provider_unreachable;
	}
}

/* An answer that is no success: what its error code says. */
static enum verdict
read_error(struct token_answer *t, uint32_t status)
{
	char code[OIDC_ERROR + 1] = "";
	const char *error = "";
	enum verdict v;

	if (t->body != NULL &&
	    json_text(t->body, "error", &error) == JSON_PRESENT)
		oidc_error_text(error, code);
	if (status < 400 || status > 499 ||
	    (code[0] == '\0' && status != 401))
		v = VERDICT_provider_answer;
	else if (status == 400 && strcmp(code, "invalid_grant") == 0)
		v = VERDICT_oidc_code;
	else if (status == 401 || strcmp(code, "invalid_client") == 0 ||
	    strcmp(code, "unauthorized_client") == 0)
		v = VERDICT_oidc_client;
	else
		v = VERDICT_oidc_error;
	snprintf(t->detail, sizeof(t->detail), "token endpoint: status %u%s%s",
	    (unsigned int)status, code[0] == '\0' ? "" : ": ", code);
	return v;
}

/* A text of the answer, "" where there is none; false: of another type. */
static bool
read_text(const json_t *o, const char *name, const char **out)
{
	switch (json_text(o, name, out)) {
	case JSON_PRESENT:
		return true;
	case JSON_ABSENT:
		*out = "";
		return true;
	default:
		/* An empty one is as good as none. */
		*out = "";
		return json_string_length(json_object_get(o, name)) == 0 &&
		    json_is_string(json_object_get(o, name));
	}
}

static const char *
read_tokens(struct token_answer *t)
{
	const char *type;

	if (!read_text(t->body, "id_token", &t->id_token) ||
	    !read_text(t->body, "access_token", &t->access_token) ||
	    !read_text(t->body, "refresh_token", &t->refresh_token) ||
	    !read_text(t->body, "token_type", &type))
		return "a token is not a text";
	if (strlen(t->id_token) > LIMIT_JWT)
		return "the ID token is too large";
	/* One of a type that we don't know is of no use to us. */
	if (strcasecmp(type, "Bearer") != 0)
		t->access_token = "";
	return NULL;
}

enum verdict
token_answer_read(struct token_answer *t, const struct fetch_answer *a)
{
	const char *why = NULL;
	enum verdict v;

	memset(t, 0, sizeof(*t));
	t->id_token = t->access_token = t->refresh_token = "";
	v = oidc_fetched(a, "token endpoint", t->detail);
	if (v != VERDICT_ok)
		return v;
	if (strcmp(a->type, JSON_TYPE) == 0 &&
	    a->body.len <= LIMIT_FETCH_JSON)
		t->body = json_object_read(a->body.data, a->body.len);
	if (a->status != 200)
		return read_error(t, a->status);
	if (t->body == NULL)
		why = "not a JSON object, or one that is not strictly right";
	else
		why = read_tokens(t);
	if (why == NULL)
		return VERDICT_ok;
	snprintf(t->detail, sizeof(t->detail), "token endpoint: %s", why);
	return VERDICT_provider_answer;
}

/* The library itself only frees them. */
void
oidc_json_free(json_t *o)
{
	const char *name, *text;
	json_t *value;

	if (o == NULL)
		return;
	json_object_foreach(o, name, value)
		if ((text = json_string_value(value)) != NULL)
			explicit_bzero((void *)(uintptr_t)text,
			    json_string_length(value));
	json_decref(o);
}

void
token_answer_free(struct token_answer *t)
{
	oidc_json_free(t->body);
	memset(t, 0, sizeof(*t));
	t->id_token = t->access_token = t->refresh_token = "";
}

enum verdict
userinfo_answer_read(const struct fetch_answer *a, json_t **out,
    char detail[OIDC_DETAIL])
{
	enum verdict v;

	*out = NULL;
	if ((v = oidc_fetched(a, "userinfo", detail)) != VERDICT_ok)
		return v;
	if (a->status != 200) {
		snprintf(detail, OIDC_DETAIL, "userinfo: status %u",
		    (unsigned int)a->status);
		return VERDICT_provider_answer;
	}
	if (strcmp(a->type, JSON_TYPE) == 0 &&
	    a->body.len <= LIMIT_FETCH_JSON)
		*out = json_object_read(a->body.data, a->body.len);
	if (*out != NULL)
		return VERDICT_ok;
	snprintf(detail, OIDC_DETAIL, "userinfo: %s",
	    strcmp(a->type, "application/jwt") == 0 ?
	    "signed or encrypted, which is not supported" :
	    "not a JSON object, or one that is not strictly right");
	return VERDICT_provider_answer;
}
