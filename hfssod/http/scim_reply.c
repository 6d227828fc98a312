/*
 * Heads and errors of API answers.  In http.  Must never write a value
 * into a header that has not been checked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/response.h"
#include "hfssod/http/route.h"
#include "hfssod/http/scim_call.h"
#include "hfssod/http/scim_error.h"
#include "hfssod/http/scim_reply.h"

#define RETRY_SECONDS	5

/* What is said of a status that no verdict has. */
static const struct {
	int		 status;
	const char	*detail;
} details[] = {
	{ 400, "The request is malformed." },
	{ 405, "This address does not answer to that method." },
	{ 408, "The request took too long." },
	{ 413, "The request is too large." },
	{ 414, "The address is too long." },
	{ 415, "The body must be application/scim+json or application/json." },
	{ 501, "That is not implemented." },
	{ 503, "The service is not available at the moment. Try again "
	    "shortly." }
};

static const char *
detail_of(int status)
{
	size_t	 i;

	for (i = 0; i < sizeof(details) / sizeof(details[0]); i++)
		if (details[i].status == status)
			return details[i].detail;
	return response_reason(status);
}

/* Which limit it was, in the words of ServiceProviderConfig. */
static const char *
detail_of_large(const struct call *c, char *text, size_t size)
{
	if (c->route == NULL || c->route->body_most != LIMIT_SCIM_BODY)
		return detail_of(413);
	snprintf(text, size, "The body is larger than maxPayloadSize, %d "
	    "octets.", LIMIT_SCIM_BODY);
	return text;
}

static void
version_header(struct call *c, int64_t version)
{
	char	 tag[32];

	snprintf(tag, sizeof(tag), "W/\"%lld\"", (long long)version);
	response_header(c, "ETag", tag);
}

/* Headers that every answer has. */
static void
common(struct call *c)
{
	struct scim_call	*s = scim_of(c);

	response_header(c, "Cache-Control", "no-store");
	response_header(c, "X-Content-Type-Options", "nosniff");
	if (s != NULL && s->dry)
		response_header(c, "X-Hfsso-Dry-Run", "1");
}

void
scim_reply_begin(struct call *c, int status)
{
	struct scim_call	*s = scim_of(c);

	response_begin(c, status);
	common(c);
	if (s->out.version != 0)
		version_header(c, s->out.version);
	if (s->out.location != NULL)
		response_header(c, "Location", s->out.location);
	response_header(c, "Content-Type", SCIM_JSON_TYPE);
}

void
scim_reply(struct call *c, int status, struct buffer *body)
{
	scim_reply_begin(c, status);
	response_body(c, NULL, body);
}

void
scim_reply_empty(struct call *c, int status)
{
	struct scim_call	*s = scim_of(c);

	response_begin(c, status);
	common(c);
	if (s->out.version != 0)
		version_header(c, s->out.version);
	/* Neither has a body, nor says how long it is (RFC 9110 8.6). */
	buffer_string(c->to, "\r\n");
	conn_answered(c);
}

/* --- errors ----------------------------------------------------------- */

/* RFC 6750 3: what is to be shown, and whether what was shown is no good. */
static void
challenge(struct call *c, enum verdict v)
{
	response_header(c, "WWW-Authenticate", v == VERDICT_token_missing ?
	    "Bearer realm=\"scim\"" :
	    "Bearer realm=\"scim\", error=\"invalid_token\"");
}

static void
retry_header(struct call *c, int status, uint32_t seconds)
{
	char	 text[16];

	if (seconds == 0 && status == 503)
		seconds = RETRY_SECONDS;
	if (seconds == 0 && status == 429)
		seconds = 1;
	if (seconds == 0)
		return;
	snprintf(text, sizeof(text), "%u", (unsigned int)seconds);
	response_header(c, "Retry-After", text);
}

static void
allow_header(struct call *c, unsigned int methods)
{
	static const struct {
		enum method	 method;
		const char	*name;
	} names[] = {
		{ METHOD_GET, "GET" }, { METHOD_HEAD, "HEAD" },
		{ METHOD_POST, "POST" }, { METHOD_PUT, "PUT" },
		{ METHOD_PATCH, "PATCH" }, { METHOD_DELETE, "DELETE" }
	};
	char	 list[64] = "";
	size_t	 i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(methods & METHOD(names[i].method)))
			continue;
		if (list[0] != '\0')
			strlcat(list, ", ", sizeof(list));
		strlcat(list, names[i].name, sizeof(list));
	}
	response_header(c, "Allow", list);
}

/* Half an answer can only be broken off. */
static bool
broken_off(struct call *c)
{
	struct scim_call	*s = scim_of(c);

	if (s == NULL || !s->out.begun)
		return false;
	log_warnx("an answer is broken off %s", log_id(c->id));
	conn_kill(c->conn);
	return true;
}

static void
begin_error(struct call *c, int status, uint32_t seconds)
{
	struct scim_call	*s = scim_of(c);

	intake_abandon(c);
	response_begin(c, status);
	common(c);
	retry_header(c, status, seconds);
	if (status == 405)
		allow_header(c, s == NULL ? c->allow :
		    scim_target_methods(&s->target));
}

void
scim_refuse(struct call *c, enum verdict v, const char *detail,
    uint32_t seconds)
{
	struct buffer	 body = { 0 };
	int		 status = verdict_status(v);

	if (broken_off(c))
		return;
	if (v == VERDICT_scim_not_modified) {
		scim_reply_empty(c, 304);
		return;
	}
	log_info("API request of %s refused: %s %s", address_text(&c->client),
	    verdict_log(v), log_id(c->id));
	begin_error(c, status, seconds);
	if (status == 401)
		challenge(c, v);
	if (v == VERDICT_unavailable && detail[0] == '\0')
		detail = detail_of(503);
	scim_error(&body, v, detail);
	response_body(c, SCIM_JSON_TYPE, &body);
}

void
scim_refuse_status(struct call *c, int status, const char *detail)
{
	struct buffer	 body = { 0 };
	char		 large[80];

	if (broken_off(c))
		return;
	if (detail == NULL || detail[0] == '\0')
		detail = status == 413 ? detail_of_large(c, large,
		    sizeof(large)) : detail_of(status);
	begin_error(c, status, 0);
	buffer_printf(&body, "{\"schemas\":[\"urn:ietf:params:scim:api:"
	    "messages:2.0:Error\"],\"status\":\"%d\",\"detail\":", status);
	json_quoted(&body, detail);
	buffer_string(&body, "}");
	response_body(c, SCIM_JSON_TYPE, &body);
}

void
scim_error_verdict(struct call *c, enum verdict v)
{
	scim_refuse(c, v, "", 0);
}

void
scim_error_status(struct call *c, int status)
{
	scim_refuse_status(c, status, "");
}
