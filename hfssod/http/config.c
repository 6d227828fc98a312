/*
 * The configuration of http by generations.  Must never change anything of
 * the committed one in prepare.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>

#include "common/log.h"
#include "hfssod/http/config.h"
#include "hfssod/http/parse.h"
#include "hfssod/http/stream.h"

#define SESSION_SECONDS	7200		/* of a TLS session, for resumption */

static const char *header_texts[HEADER_MAX] = {
	[HEADER_USER] = "Remote-User",
	[HEADER_EMAIL] = "Remote-Email",
	[HEADER_NAME] = "Remote-Name",
	[HEADER_GROUPS] = "Remote-Groups",
	[HEADER_ACCOUNT] = "X-Hfsso-Account",
	[HEADER_ORGANIZATION] = "X-Hfsso-Organization",
	[HEADER_ROLE] = "X-Hfsso-Role",
	[HEADER_SESSION] = "X-Hfsso-Session",
	[HEADER_EXPIRES] = "X-Hfsso-Session-Expires",
	[HEADER_TRUNCATED] = "X-Hfsso-Groups-Truncated"
};

static struct config	*current;
static struct config	*candidate;
static char		 reason[512];

static void
names_free(struct header_names *n)
{
	int	 i;

	for (i = 0; i < HEADER_MAX; i++)
		free(n->name[i].text);
}

static void
config_free(struct config *c)
{
	size_t	 i;

	if (c == NULL)
		return;
	server_drop(c->server);
	for (i = 0; i < c->application_count; i++)
		names_free(&c->applications[i]);
	free(c->applications);
	names_free(&c->plain);
	http_view_free(c->view);
	free(c);
}

static bool
name_valid(const char *name)
{
	size_t	 i;

	for (i = 0; name[i] != '\0'; i++)
		if (!token_char((uint8_t)name[i]))
			return false;
	return i > 0 && i <= 128;
}

static void
name_set(struct header_names *n, int i, const char *name)
{
	char	*text;
	int	 len;

	if ((len = asprintf(&text, "%s: ", name)) == -1)
		fatal("asprintf");
	free(n->name[i].text);
	n->name[i].text = text;
	n->name[i].len = (size_t)len;
}

static void
names_default(struct header_names *n)
{
	int	 i;

	memset(n, 0, sizeof(*n));
	n->host = "";
	for (i = 0; i < HEADER_MAX; i++)
		name_set(n, i, header_texts[i]);
}

/* NULL, or why these names can't be used. */
static const char *
names_rename(struct header_names *n, const struct http_application *a)
{
	const struct view_rename	*r;
	size_t				 k;
	int				 i;

	n->host = a->host;
	for (k = 0; k < a->rename_count; k++) {
		r = &a->renames[k];
		for (i = 0; i < HEADER_MAX; i++)
			if (strcasecmp(header_texts[i], r->from) == 0)
				break;
		if (i == HEADER_MAX || !name_valid(r->to)) {
			snprintf(reason, sizeof(reason),
			    "header %s can't be renamed to %s",
			    log_safe(r->from), log_safe(r->to));
			return reason;
		}
		name_set(n, i, r->to);
	}
	return NULL;
}

static const char *
prepare_names(struct config *c)
{
	const char	*why;
	size_t		 i, n;

	names_default(&c->plain);
	n = c->view->application_count;
	if ((c->applications = calloc(n + 1, sizeof(*c->applications))) ==
	    NULL)
		fatal("calloc");
	for (i = 0; i < n; i++) {
		names_default(&c->applications[i]);
		c->application_count++;
		why = names_rename(&c->applications[i],
		    &c->view->applications[i]);
		if (why != NULL)
			return why;
	}
	return NULL;
}

static const char *
tls_reason(const char *what, const char *name, const char *why)
{
	snprintf(reason, sizeof(reason), "%s %s: %s", what, log_safe(name),
	    why == NULL ? "unknown error" : log_safe(why));
	return reason;
}

/* TLS 1.2 and 1.3, HTTP/1.1, sessions resumed by ticket. */
static const char *
tls_fill(struct config *c, struct tls_config *t, const struct view_file *cert,
    const struct view_file *key)
{
	uint8_t		 id[TLS_MAX_SESSION_ID_LENGTH];
	struct tls	*tls;

	arc4random_buf(id, sizeof(id));
	if (tls_config_set_keypair_mem(t, cert->data, cert->len, key->data,
	    key->len) == -1 ||
	    tls_config_set_protocols(t, TLS_PROTOCOL_TLSv1_2 |
	    TLS_PROTOCOL_TLSv1_3) == -1 ||
	    tls_config_set_alpn(t, "http/1.1") == -1 ||
	    tls_config_set_session_id(t, id, sizeof(id)) == -1 ||
	    tls_config_set_session_lifetime(t, SESSION_SECONDS) == -1)
		return tls_reason("certificate", cert->name,
		    tls_config_error(t));
	if ((tls = tls_server()) == NULL)
		fatalx("tls_server");
	c->server = server_new(tls);
	if (tls_configure(tls, t) == -1)
		return tls_reason("certificate", cert->name, tls_error(tls));
	return NULL;
}

static const char *
prepare_tls(struct config *c, const struct view_files *files)
{
	const struct view_file	*cert, *key;
	struct tls_config	*t;
	const char		*why;

	if (c->view->tls_certificate[0] == '\0')
		return NULL;
	cert = view_file(files, c->view->tls_certificate);
	key = view_file(files, c->view->tls_key);
	if (cert == NULL || key == NULL)
		return tls_reason("TLS", c->view->tls_certificate,
		    "certificate or key was not given");
	if ((t = tls_config_new()) == NULL)
		fatalx("tls_config_new");
	why = tls_fill(c, t, cert, key);
	tls_config_clear_keys(t);
	tls_config_free(t);
	return why;
}

const struct config *
config_current(void)
{
	return current;
}

const char *
config_prepare(struct reader *r, const struct view_files *files)
{
	const char	*why;

	config_abort();
	if ((candidate = calloc(1, sizeof(*candidate))) == NULL)
		fatal("calloc");
	if ((candidate->view = http_view_get(r)) == NULL)
		fatalx("malformed view");
	candidate->https = strncmp(candidate->view->public_url, "https:",
	    6) == 0;
	candidate->prefix_len = strlen(candidate->view->prefix);
	if ((why = prepare_names(candidate)) == NULL)
		why = prepare_tls(candidate, files);
	if (why != NULL)
		config_abort();
	return why;
}

void
config_commit(void)
{
	config_free(current);
	current = candidate;
	candidate = NULL;
}

void
config_abort(void)
{
	config_free(candidate);
	candidate = NULL;
}

const struct header_names *
config_names(const char *host)
{
	size_t	 i;

	for (i = 0; i < current->application_count; i++)
		if (strcmp(current->applications[i].host, host) == 0)
			return &current->applications[i];
	return &current->plain;
}

const struct http_door *
config_door(struct bytes organization, struct bytes connection)
{
	const struct http_door	*d;
	size_t			 i;

	for (i = 0; i < current->view->door_count; i++) {
		d = &current->view->doors[i];
		if (bytes_equal(organization, d->organization) &&
		    (connection.len == 0 ? d->first :
		    bytes_equal(connection, d->connection)))
			return d;
	}
	return NULL;
}
