/*
 * The configuration in its canonical form, for hfssod -nv: every setting,
 * macros and includes resolved.  What is printed parses to the same.  In
 * parent.  Pure.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/process.h"
#include "hfssod/parent/conf.h"
#include "hfssod/parent/value.h"

static void	 out(struct writer *, const char *, ...)
		    __attribute__((__format__(printf, 2, 3)));

static void
out(struct writer *w, const char *fmt, ...)
{
	va_list	 ap;
	char	*text;
	int	 n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		fatal("configuration");
	wire_put_raw(w, text, (size_t)n);
	free(text);
}

/* A quoted string after some words. */
static void
quote(struct writer *w, const char *before, const char *text)
{
	const char	*p;

	out(w, "%s \"", before);
	for (p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			wire_put_raw(w, "\\", 1);
		wire_put_raw(w, p, 1);
	}
	wire_put_raw(w, "\"", 1);
}

/* A line with one quoted string; nothing for an empty one. */
static void
line(struct writer *w, const char *before, const char *text)
{
	if (text[0] == '\0')
		return;
	quote(w, before, text);
	out(w, "\n");
}

static void
list(struct writer *w, const char *before, const struct strings *s)
{
	size_t	 i;

	if (s->count == 0)
		return;
	out(w, "%s {", before);
	for (i = 0; i < s->count; i++)
		quote(w, i == 0 ? "" : ",", s->list[i]);
	out(w, " }\n");
}

static void
duration(struct writer *w, const char *before, int64_t n)
{
	char	 text[VALUE_TEXT];

	value_duration_text(n, text);
	out(w, "%s %s\n", before, text);
}

static void
print_pairs(struct writer *w, const char *indent, const struct conf_pairs *s,
    const struct conf_pairs *d)
{
	size_t	 i;

	for (i = 0; i < s->count; i++) {
		out(w, "%ssaml sign", indent);
		quote(w, " key", s->list[i].key);
		quote(w, " certificate", s->list[i].certificate);
		out(w, "\n");
	}
	for (i = 0; i < d->count; i++) {
		out(w, "%ssaml decrypt", indent);
		quote(w, " key", d->list[i].key);
		quote(w, " certificate", d->list[i].certificate);
		out(w, "\n");
	}
}

static void
print_listen(struct writer *w, const struct conf_listen *l)
{
	static const enum process kinds[] = {
		PROC_BROWSER, PROC_GATE, PROC_API
	};
	const char	*mark;
	size_t		 i;
	bool		 one;

	out(w, "listen on %s port %u", l->address, l->port);
	one = (l->kinds & (l->kinds - 1)) == 0;
	mark = one ? " for" : " for {";
	for (i = 0; i < 3 && l->kinds != KIND_HTTP; i++) {
		if ((l->kinds & KIND(kinds[i])) == 0)
			continue;
		out(w, "%s %s", mark, process_name(kinds[i]));
		mark = ",";
	}
	if (l->kinds != KIND_HTTP && !one)
		out(w, " }");
	if (l->certificate[0] != '\0') {
		quote(w, " tls certificate", l->certificate);
		quote(w, " key", l->key);
	}
	if (l->processes != 1)
		out(w, " processes %u", l->processes);
	out(w, "\n");
}

static void
print_global(struct writer *w, const struct conf *c)
{
	struct conf_listen	*l;
	char			 text[VALUE_TEXT];
	unsigned int		 i;

	line(w, "public url", c->public_url);
	line(w, "prefix", c->prefix);
	TAILQ_FOREACH(l, &c->listens, entry)
		print_listen(w, l);
	quote(w, "store", c->store);
	if (c->store_max_pages != 0)
		out(w, " max pages %u", c->store_max_pages);
	out(w, "\n");
	quote(w, "control socket", c->control_socket);
	if (c->control_group[0] != '\0')
		quote(w, " group", c->control_group);
	out(w, "\n");
	line(w, "chroot", c->chroot);
	for (i = 0; i < USER_MAX; i++) {
		out(w, "user %s", names_user[i]);
		line(w, "", c->users[i]);
	}
	duration(w, "drain", c->drain);
	if (c->strict)
		out(w, "sandbox strict\n");
	out(w, "log access %s\n", names_yes_no[c->log_access]);
	list(w, "trust proxy", &c->proxies);
	list(w, "return origins", &c->origins);
	list(w, "reserve names", &c->reserved);
	line(w, "ca file", c->ca);
	list(w, "name servers", &c->name_servers);
	line(w, "hosts file", c->hosts);
	value_size_text(c->groups_max, text);
	out(w, "header groups max %s\n", text);
	out(w, "connections per address %u\n", c->connections_per_address);
	print_pairs(w, "", &c->sign, &c->decrypt);
}

static void
print_saml(struct writer *w, const struct conf_connection *n)
{
	line(w, "\t\tmetadata file", n->metadata);
	if (n->metadata_url[0] != '\0') {
		quote(w, "\t\tmetadata url", n->metadata_url);
		if (n->signer[0] != '\0')
			quote(w, " signer", n->signer);
		out(w, "\n");
	}
	line(w, "\t\tentity id", n->entity_id);
	line(w, "\t\tidp entity id", n->idp_entity_id);
	out(w, "\t\tidp initiated %s\n",
	    names_idp_initiated[n->idp_initiated]);
	out(w, "\t\trequest binding %s\n", names_binding[n->binding]);
	if (n->sign_requests)
		out(w, "\t\tsign requests\n");
	if (n->force_authn)
		out(w, "\t\tforce authn\n");
	out(w, "\t\trequire signed %s\n",
	    names_require_signed[n->require_signed]);
	line(w, "\t\tnameid format", n->nameid_format);
}

static void
print_oidc(struct writer *w, const struct conf_connection *n)
{
	line(w, "\t\tissuer", n->issuer);
	line(w, "\t\tmetadata url", n->metadata_url);
	quote(w, "\t\tclient id", n->client_id);
	if (n->client_secret[0] != '\0')
		quote(w, " secret file", n->client_secret);
	if (n->expires[0] != '\0')
		quote(w, " expires", n->expires);
	if (n->client_key[0] != '\0')
		quote(w, " key file", n->client_key);
	if (n->client_key_id[0] != '\0')
		quote(w, " id", n->client_key_id);
	out(w, "\n\t\tclient auth %s\n", names_client_auth[n->client_auth]);
	line(w, "\t\tjwks file", n->jwks);
	list(w, "\t\tscope", &n->scopes);
	if (n->userinfo)
		out(w, "\t\tuserinfo\n");
	line(w, "\t\tprompt", n->prompt);
	if (n->max_age != -1)
		duration(w, "\t\tmax age", n->max_age);
	if (n->check_every != 0)
		duration(w, "\t\tcheck every", n->check_every);
}

static void
print_connection(struct writer *w, const struct conf_connection *n)
{
	char	 text[64];
	size_t	 i;

	quote(w, "\tconnection", n->name);
	out(w, " %s {\n", protocol_name(n->protocol));
	if (n->protocol == PROTOCOL_OIDC)
		print_oidc(w, n);
	else
		print_saml(w, n);
	list(w, "\t\tendpoint host", &n->endpoints);
	list(w, "\t\tallow address", &n->allow);
	list(w, "\t\tpin", &n->pins);
	line(w, "\t\tca file", n->ca);
	line(w, "\t\tlabel", n->label);
	if (n->disabled)
		out(w, "\t\tdisable\n");
	list(w, "\t\tlogin domains", &n->domains);
	list(w, "\t\tauthn context", &n->authn_contexts);
	line(w, "\t\tsubject attribute", n->subject_attribute);
	for (i = 0; i < ATTRIBUTE_MAX; i++) {
		snprintf(text, sizeof(text), "\t\tattribute %s",
		    names_attribute[i]);
		list(w, text, &n->attributes[i]);
	}
	for (i = 0; i < n->require_count; i++) {
		quote(w, "\t\trequire attribute", n->requires[i].attribute);
		list(w, " value", &n->requires[i].values);
	}
	list(w, "\t\ttrust email domains", &n->trust_domains);
	out(w, "\t\tscim match %s\n", names_scim_match[n->scim_match]);
	out(w, "\t\tjit %s\n\t}\n", n->jit ? "on" : "off");
}

static void
print_maps(struct writer *w, const struct conf_organization *o)
{
	const struct view_role_line	*r;
	size_t				 i;

	line(w, "\trole attribute", o->role_attribute);
	out(w, "\trole match %s\n", names_role_match[o->role_match]);
	for (i = 0; i < o->role_line_count; i++) {
		r = &o->role_lines[i];
		out(w, "\trole map%s", names_role_line[r->kind]);
		quote(w, "", r->value);
		out(w, " to %s%s\n", role_name(r->role), r->elevated ?
		    " elevated" : "");
	}
	list(w, "\tresource group", &o->groups);
	line(w, "\tresource group attribute", o->group_attribute);
	for (i = 0; i < o->group_line_count; i++) {
		quote(w, "\tresource group map", o->group_lines[i].value);
		quote(w, " to", o->group_lines[i].group);
		out(w, " role %s\n", role_name(o->group_lines[i].role));
	}
}

static void
print_life(struct writer *w, const struct conf_organization *o)
{
	char	 text[64];

	if (o->username_strict)
		out(w, "\tusername strict\n");
	if (o->brake_percent != 0) {
		snprintf(text, sizeof(text), "\tscim brake %u%% per",
		    o->brake_percent);
		duration(w, text, o->brake_seconds);
	}
	duration(w, "\tscim log keep", o->scim_log_keep);
	duration(w, "\ttombstone keep", o->tombstone_keep);
}

static void
print_organization(struct writer *w, const struct conf_organization *o)
{
	struct conf_connection	*n;

	quote(w, "\norganization", o->name);
	out(w, " {\n\tmode %s\n", names_mode[o->mode]);
	line(w, "\tverifier group", o->group);
	duration(w, "\tsession timeout", o->session_timeout);
	if (o->session_idle != 0)
		duration(w, "\tsession idle", o->session_idle);
	out(w, "\tdefault role %s\n", o->default_role == ROLE_NONE ? "deny" :
	    role_name(o->default_role));
	print_pairs(w, "\t", &o->sign, &o->decrypt);
	print_life(w, o);
	print_maps(w, o);
	TAILQ_FOREACH(n, &o->connections, entry)
		print_connection(w, n);
	out(w, "}\n");
}

static void
print_application(struct writer *w, const struct conf_application *a)
{
	const struct view_rename	*h;
	size_t				 i;

	quote(w, "\napplication", a->name);
	out(w, " {\n");
	line(w, "\thost", a->host);
	line(w, "\torganization", a->organization);
	if (a->least_role != ROLE_NONE)
		out(w, "\tleast role %s\n", role_name(a->least_role));
	list(w, "\tpublic", &a->public_prefixes);
	for (i = 0; i < a->rename_count; i++) {
		for (h = names_header; h->from != NULL; h++) {
			if (strcmp(h->to, a->renames[i].from) == 0)
				break;
		}
		out(w, "\theader %s", h->from);
		line(w, "", a->renames[i].to);
	}
	out(w, "}\n");
}

void
conf_print(const struct conf *c, struct writer *w)
{
	struct conf_organization	*o;
	struct conf_application		*a;

	print_global(w, c);
	TAILQ_FOREACH(o, &c->organizations, entry)
		print_organization(w, o);
	TAILQ_FOREACH(a, &c->applications, entry)
		print_application(w, a);
}
