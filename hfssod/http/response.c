/*
 * The answers of http as octets.  Must never write a header value that
 * holds a line end.
 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/exchange.h"
#include "common/log.h"
#include "hfssod/http/config.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/now.h"
#include "hfssod/http/page.h"
#include "hfssod/http/response.h"
#include "hfssod/http/scim_reply.h"

static const struct {
	int		 status;
	const char	*reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 204, "No Content" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" }
};

static bool	 last;

const char *
response_reason(int status)
{
	size_t	 i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

void
response_set_last(void)
{
	last = true;
}

/*
 * The Date line (RFC 9110 5.6.7), made once a second.  Without gmtime(3),
 * which would like to read a file.
 */
static size_t
date_line(const char **line)
{
	static const char	 days[] = "ThuFriSatSunMonTueWed";
	static const char	 months[] =
				    "JanFebMarAprMayJunJulAugSepOctNovDec";
	static char		 text[48];
	static int64_t		 when = -1;
	static size_t		 len;
	char			 iso[CLOCK_TEXT];
	int64_t			 now;
	int			 month;

	*line = text;
	if ((now = now_seconds()) == when)
		return len;
	when = now;
	clock_format(now, iso);
	month = (iso[5] - '0') * 10 + iso[6] - '0' - 1;
	len = (size_t)snprintf(text, sizeof(text),
	    "Date: %.3s, %.2s %.3s %.4s %.8s GMT\r\n",
	    days + now / 86400 % 7 * 3, iso + 8, months + month * 3, iso,
	    iso + 11);
	return len;
}

static void
status_line(struct buffer *b, int status)
{
	static const char	 ok[] = "HTTP/1.1 200 OK\r\n";

	if (status == 200)
		buffer_add(b, ok, sizeof(ok) - 1);
	else
		buffer_printf(b, "HTTP/1.1 %d %s\r\n", status,
		    response_reason(status));
}

struct buffer *
response_begin(struct call *c, int status)
{
	const char	*date;
	size_t		 len;

	c->to = conn_answer_buffer(c);
	c->status = status;
	if (last && conn_is_last(c))
		c->close = true;
	status_line(c->to, status);
	len = date_line(&date);
	buffer_add(c->to, date, len);
	if (c->close)
		buffer_string(c->to, "Connection: close\r\n");
	return c->to;
}

void
response_header(struct call *c, const char *name, const char *value)
{
	size_t	 i;

	for (i = 0; value[i] != '\0'; i++)
		if ((uint8_t)value[i] < 0x20 || (uint8_t)value[i] >= 0x7f) {
			log_warnx("unusable value for %s %s", name,
			    log_id(c->id));
			return;
		}
	buffer_string(c->to, name);
	buffer_string(c->to, ": ");
	buffer_add(c->to, value, i);
	buffer_string(c->to, "\r\n");
}

void
response_cookie(struct call *c, const char *name, const char *value,
    int64_t seconds, bool none)
{
	size_t	 i;

	for (i = 0; value[i] != '\0'; i++)
		if (!token_char((uint8_t)value[i]) && value[i] != '=') {
			log_warnx("unusable cookie value %s", log_id(c->id));
			return;
		}
	buffer_string(c->to, "Set-Cookie: ");
	buffer_string(c->to, name);
	buffer_string(c->to, "=");
	buffer_string(c->to, value);
	buffer_string(c->to, "; Path=/; Secure; HttpOnly; SameSite=");
	buffer_string(c->to, none ? "None" : "Lax");
	buffer_string(c->to, "; Max-Age=");
	buffer_number(c->to, seconds < 0 ? 0 : (uint64_t)seconds);
	buffer_string(c->to, "\r\n");
}

void
response_end(struct call *c)
{
	static const char	 end[] = "Content-Length: 0\r\n\r\n";

	buffer_add(c->to, end, sizeof(end) - 1);
	conn_answered(c);
}

void
response_body(struct call *c, const char *type, struct buffer *body)
{
	if (type != NULL)
		response_header(c, "Content-Type", type);
	buffer_string(c->to, "Content-Length: ");
	buffer_number(c->to, buffer_len(body));
	buffer_string(c->to, "\r\n\r\n");
	if (!c->head) {
		c->sent = buffer_len(body);
		buffer_add(c->to, buffer_at(body), buffer_len(body));
	}
	buffer_free(body);
	conn_answered(c);
}

void
response_redirect(struct call *c, const char *to)
{
	if (c->to == NULL)
		response_begin(c, 303);
	response_header(c, "Location", to);
	response_header(c, "Cache-Control", "no-store");
	response_header(c, "Referrer-Policy", "strict-origin");
	response_end(c);
}

void
response_begin_page(struct call *c, int status, const char *form_action)
{
	response_begin(c, status);
	buffer_string(c->to, "Content-Security-Policy: default-src 'none'; "
	    "style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
	    "form-action ");
	buffer_string(c->to, form_action);
	buffer_string(c->to, "\r\n");
	response_header(c, "X-Content-Type-Options", "nosniff");
	response_header(c, "X-Frame-Options", "DENY");
	response_header(c, "Referrer-Policy", "strict-origin");
	response_header(c, "Cache-Control", "no-store");
	if (status == 503)
		response_header(c, "Retry-After", "5");
}

void
response_frame(struct call *c, bool done, bool clear)
{
	struct buffer	 page = { 0 };

	buffer_printf(&page, "<!doctype html>\n<html lang=\"en\">"
	    "<title>%s</title></html>\n", done ? "Signed out" :
	    "Not signed out");
	buffer_string(c->to, "Content-Security-Policy: default-src 'none'; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors *\r\n");
	response_header(c, "X-Content-Type-Options", "nosniff");
	response_header(c, "Referrer-Policy", "no-referrer");
	response_header(c, "Cache-Control", "no-store");
	if (clear)
		response_cookie(c, SESSION_COOKIE, "", 0, false);
	response_body(c, PAGE_TYPE, &page);
}

static void
error_page(struct call *c, int status, const char *sentence)
{
	struct buffer	 page = { 0 };

	page_error(&page, status, sentence, c->id);
	response_begin_page(c, status, "'none'");
	response_body(c, PAGE_TYPE, &page);
}

static void
error_bare(struct call *c, int status, const char *sentence)
{
	(void)sentence;
	response_begin(c, status);
	response_header(c, "Cache-Control", "no-store");
	response_end(c);
}

/* As OpenID Connect Back-Channel Logout 2.8 and RFC 6749 5.2 have it. */
static void
error_machine(struct call *c, int status, const char *sentence)
{
	struct buffer	 body = { 0 };

	buffer_printf(&body, "{\"error\":\"%s\",\"error_description\":"
	    "\"%s\"}\n", status < 500 ? "invalid_request" :
	    "temporarily_unavailable", sentence);
	response_begin(c, status);
	response_header(c, "Cache-Control", "no-store");
	response_header(c, "X-Content-Type-Options", "nosniff");
	if (status == 503)
		response_header(c, "Retry-After", "5");
	response_body(c, "application/json", &body);
}

static void
error_frame(struct call *c, int status, const char *sentence)
{
	(void)sentence;
	response_begin(c, status);
	if (status == 503)
		response_header(c, "Retry-After", "5");
	response_frame(c, false, false);
}

static const struct {
	void	(*error)(struct call *, int, const char *);
	bool	 plain;		/* no verdict but 400 and 503 */
} shapes[SHAPE_MAX] = {
	[SHAPE_PAGE] = { error_page, false },
	[SHAPE_BARE] = { error_bare, false },
	[SHAPE_MACHINE] = { error_machine, true },
	[SHAPE_FRAME] = { error_frame, true }
};

static void
error_answer(struct call *c, int status, const char *sentence)
{
	/* A handler has begun something else: it must end that itself. */
	if (c->to != NULL)
		fatalx("answer within an answer");
	if (config_current() == NULL ||
	    !(config_current()->view->kinds & KIND_BROWSER))
		error_bare(c, status, sentence);
	else
		shapes[c->shape].error(c, status, sentence);
}

void
response_verdict(struct call *c, enum verdict v)
{
	int	 status;

	if (c->shape == SHAPE_SCIM) {
		scim_error_verdict(c, v);
		return;
	}
	status = verdict_status(v);
	if (shapes[c->shape].plain)
		status = status < 500 ? 400 : 503;
	error_answer(c, status, verdict_browser(v));
}

void
response_status(struct call *c, int status)
{
	enum verdict	 v;

	if (c->shape == SHAPE_SCIM) {
		scim_error_status(c, status);
		return;
	}
	v = status == 413 || status == 414 || status == 431 ?
	    VERDICT_too_large : VERDICT_bad_request;
	error_answer(c, status, verdict_browser(v));
}

void
response_allow(struct call *c, unsigned int methods)
{
	static const struct {
		unsigned int	 method;
		const char	*name;
	} names[] = {
		{ METHOD(METHOD_GET), "GET" },
		{ METHOD(METHOD_HEAD), "HEAD" },
		{ METHOD(METHOD_POST), "POST" }
	};
	struct buffer	 list = { 0 };
	struct buffer	 page = { 0 };
	size_t		 i;

	if (c->shape == SHAPE_SCIM) {
		scim_error_status(c, 405);
		return;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (methods & names[i].method)
			buffer_printf(&list, "%s%s", buffer_len(&list) > 0 ?
			    ", " : "", names[i].name);
	if (c->shape != SHAPE_PAGE) {
		response_begin(c, 405);
		response_header(c, "Allow", buffer_text(&list));
		response_end(c);
	} else {
		page_error(&page, 405,
		    verdict_browser(VERDICT_method_not_allowed), c->id);
		response_begin_page(c, 405, "'none'");
		response_header(c, "Allow", buffer_text(&list));
		response_body(c, PAGE_TYPE, &page);
	}
	buffer_free(&list);
}
