/*
 * Writing a request (RFC 9112 3).  fetch; pure.  Must never write a value
 * that could end its line.
 */
#include <stdio.h>
#include <string.h>

#include "hfssod/fetch/head.h"

static bool
printable(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < 0x20 || *text > 0x7e)
			return false;
	}
	return true;
}

bool
head_valid(const struct fetch_request *q)
{
	return printable(q->url) && printable(q->accept) &&
	    printable(q->authorization) && printable(q->etag);
}

static void
text(struct writer *w, const char *s)
{
	wire_put_raw(w, s, strlen(s));
}

static void
field(struct writer *w, const char *name, const char *value)
{
	text(w, name);
	text(w, ": ");
	text(w, value);
	text(w, "\r\n");
}

/* Host names the port only where it is not the scheme's own. */
static void
host(struct writer *w, const struct web_address *to)
{
	char	 value[sizeof(to->host) + 16];
	bool	 six = strchr(to->host, ':') != NULL;

	snprintf(value, sizeof(value), "%s%s%s", six ? "[" : "", to->host,
	    six ? "]" : "");
	if (to->port != (to->tls ? 443u : 80u))
		snprintf(value + strlen(value), sizeof(value) - strlen(value),
		    ":%u", to->port);
	field(w, "Host", value);
}

void
head_write(struct writer *w, const struct fetch_request *q,
    const struct web_address *to)
{
	char	 length[16];

	text(w, q->post ? "POST " : "GET ");
	if (to->path[0] != '/')
		text(w, "/");
	text(w, to->path);
	text(w, " HTTP/1.1\r\n");
	host(w, to);
	field(w, "User-Agent", "hfssod/" HFSSOD_VERSION);
	field(w, "Accept", q->accept[0] == '\0' ? "*/*" : q->accept);
	field(w, "Accept-Encoding", "identity");
	field(w, "Connection", "keep-alive");
	if (q->authorization[0] != '\0')
		field(w, "Authorization", q->authorization);
	if (q->etag[0] != '\0' && !q->post)
		field(w, "If-None-Match", q->etag);
	if (q->post) {
		field(w, "Content-Type", "application/x-www-form-urlencoded");
		snprintf(length, sizeof(length), "%zu", q->body.len);
		field(w, "Content-Length", length);
	}
	text(w, "\r\n");
	if (q->post)
		wire_put_raw(w, q->body.data, q->body.len);
}
