/*
 * The configuration of fetch.  Must never change anything of the committed
 * one in prepare, nor point into a view: its octets go away at a reload,
 * while questions may still be open.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>

#include "common/log.h"
#include "hfssod/fetch/config.h"

/* Of one CA file; most connections share it. */
struct trust {
	const char		*ca;
	struct tls_config	*tls;
};

static struct config	*current;
static struct config	*candidate;
static char		 reason[512];

static const char *
because(const char *what, const char *name, const char *why)
{
	snprintf(reason, sizeof(reason), "%s %s: %s", what, log_safe(name),
	    why == NULL ? "unknown error" : log_safe(why));
	return reason;
}

static void
config_free(struct config *c)
{
	size_t	 i;

	for (i = 0; i < c->trust_count; i++)
		tls_config_free(c->trusts[i].tls);
	free(c->trusts);
	free(c->places);
	fetch_view_free(c->view);
	free((void *)(uintptr_t)c->hosts.data);
	freezero(c->octets, c->len);
	free(c);
}

void
config_drop(struct config *c)
{
	if (c != NULL && --c->users == 0)
		config_free(c);
}

/* The view again, over octets of our own. */
static void
take_view(struct config *c, struct reader *r)
{
	struct fetch_view	*theirs;
	struct reader		 own;
	struct writer		 w;

	if ((theirs = fetch_view_get(r)) == NULL)
		fatalx("malformed view");
	wire_init(&w, LIMIT_VIEW);
	fetch_view_put(&w, theirs);
	fetch_view_free(theirs);
	if (w.bad || (c->octets = malloc(w.len)) == NULL)
		fatalx("view of %zu octets", w.len);
	c->len = w.len;
	memcpy(c->octets, w.data, w.len);
	wire_free(&w);
	wire_read(&own, c->octets, c->len);
	if ((c->view = fetch_view_get(&own)) == NULL)
		fatalx("view is not what it was");
}

/* --- TLS ---------------------------------------------------------------- */

static ssize_t
no_read(struct tls *tls, void *buf, size_t len, void *arg)
{
	(void)tls;
	(void)buf;
	(void)len;
	(void)arg;
	return -1;
}

static ssize_t
no_write(struct tls *tls, const void *buf, size_t len, void *arg)
{
	(void)tls;
	(void)buf;
	(void)len;
	(void)arg;
	return -1;
}

/* libtls reads the certificates only when it connects: do it now once. */
static const char *
try(struct tls_config *t, const char *name)
{
	const char	*why = NULL;
	struct tls	*tls;

	if ((tls = tls_client()) == NULL)
		fatalx("tls_client");
	if (tls_configure(tls, t) == -1 ||
	    tls_connect_cbs(tls, no_read, no_write, NULL, "localhost") == -1)
		why = because("CA file", name, tls_error(tls));
	tls_free(tls);
	return why;
}

static const char *
make_trust(struct config *c, const struct view_files *files, const char *ca,
    struct tls_config **tls)
{
	const struct view_file	*f = view_file(files, ca);
	struct tls_config	*t;
	const char		*why;

	if (f == NULL)
		return because("CA file", ca, "was not given");
	if ((t = tls_config_new()) == NULL)
		fatalx("tls_config_new");
	c->trusts[c->trust_count].ca = ca;
	c->trusts[c->trust_count++].tls = t;
	if (tls_config_set_ca_mem(t, f->data, f->len) == -1 ||
	    tls_config_set_protocols(t, TLS_PROTOCOL_TLSv1_2 |
	    TLS_PROTOCOL_TLSv1_3) == -1 ||
	    tls_config_set_alpn(t, "http/1.1") == -1)
		return because("CA file", ca, tls_config_error(t));
	if ((why = try(t, ca)) == NULL)
		*tls = t;
	return why;
}

static bool
wants_tls(const struct fetch_connection *f)
{
	size_t	 i;

	for (i = 0; i < f->origins.count; i++) {
		if (strncmp(f->origins.list[i], "https:", 6) == 0)
			return true;
	}
	return false;
}

static const char *
prepare_tls(struct config *c, const struct view_files *files)
{
	const char	*ca, *why;
	size_t		 i, k;

	for (i = 0; i < c->place_count; i++) {
		ca = c->places[i].connection->ca;
		if (ca[0] == '\0')
			ca = c->view->ca;
		if (ca[0] == '\0' || !wants_tls(c->places[i].connection))
			continue;
		for (k = 0; k < c->trust_count; k++) {
			if (strcmp(c->trusts[k].ca, ca) == 0)
				break;
		}
		if (k < c->trust_count)
			c->places[i].tls = c->trusts[k].tls;
		else if ((why = make_trust(c, files, ca,
		    &c->places[i].tls)) != NULL)
			return why;
	}
	return NULL;
}

/* --- names -------------------------------------------------------------- */

static struct bytes
file_octets(const struct view_files *files, const char *name)
{
	const struct view_file	*f = view_file(files, name);
	struct bytes		 b = { NULL, 0 };

	if (name[0] != '\0' && f != NULL) {
		b.data = f->data;
		b.len = f->len;
	}
	return b;
}

static const char *
prepare_names(struct config *c, const struct view_files *files)
{
	const struct fetch_view	*v = c->view;
	struct bytes		 hosts = file_octets(files, v->hosts);
	uint8_t			*copy;
	size_t			 i;

	if ((copy = malloc(hosts.len + 1)) == NULL)
		fatal("malloc");
	if (hosts.len > 0)
		memcpy(copy, hosts.data, hosts.len);
	c->hosts.data = copy;
	c->hosts.len = hosts.len;
	for (i = 0; i < v->name_servers.count; i++) {
		if (c->server_count == NAMES_SERVERS)
			return because("name server",
			    v->name_servers.list[i], "too many");
		if (!server_parse(v->name_servers.list[i],
		    &c->servers[c->server_count++]))
			return because("name server",
			    v->name_servers.list[i], "not an address");
	}
	if (c->server_count == 0 && v->resolv_conf[0] != '\0')
		c->server_count = resolv_conf_servers(
		    file_octets(files, v->resolv_conf), c->servers,
		    NAMES_SERVERS);
	return NULL;
}

/* --- hooks -------------------------------------------------------------- */

const char *
config_prepare(struct reader *r, const struct view_files *files)
{
	struct config	*c;
	const char	*why;
	size_t		 i;

	config_abort();
	if ((c = calloc(1, sizeof(*c))) == NULL)
		fatal("calloc");
	c->users = 1;
	take_view(c, r);
	c->place_count = c->view->connection_count;
	c->places = calloc(c->place_count + 1, sizeof(*c->places));
	c->trusts = calloc(c->place_count + 1, sizeof(*c->trusts));
	if (c->places == NULL || c->trusts == NULL)
		fatal("calloc");
	for (i = 0; i < c->place_count; i++)
		c->places[i].connection = &c->view->connections[i];
	if ((why = prepare_tls(c, files)) == NULL)
		why = prepare_names(c, files);
	candidate = c;
	if (why != NULL)
		config_abort();
	return why;
}

void
config_commit(void)
{
	config_drop(current);
	current = candidate;
	candidate = NULL;
}

void
config_abort(void)
{
	config_drop(candidate);
	candidate = NULL;
}

struct config *
config_hold(void)
{
	if (current != NULL)
		current->users++;
	return current;
}

const struct config *
config_current(void)
{
	return current;
}

struct place *
config_place(struct config *c, const char *organization, const char *name)
{
	const struct fetch_connection	*f;
	size_t				 i;

	for (i = 0; i < c->place_count; i++) {
		f = c->places[i].connection;
		if (strcmp(f->organization, organization) == 0 &&
		    strcmp(f->name, name) == 0)
			return &c->places[i];
	}
	return NULL;
}

bool
config_allows(const struct place *p, const struct address *a)
{
	size_t	 i;

	for (i = 0; i < p->connection->allow_count; i++) {
		if (network_has(&p->connection->allow[i], a))
			return true;
	}
	return false;
}
