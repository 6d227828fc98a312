/* What the actions of parse.y call.  In parent.  Pure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/log.h"
#include "common/process.h"
#include "hfssod/parent/conf_set.h"
#include "hfssod/parent/value.h"

bool
set_once(struct setting *s, const char *what)
{
	if (strings_has(s->seen, what)) {
		errors_add(s->errors, &s->at, "%s: set twice", what);
		return false;
	}
	strings_add(s->seen, what);
	return true;
}

void
set_text(struct setting *s, const char *what, const char *text,
    const char **out)
{
	if (!set_once(s, what))
		return;
	if (text[0] == '\0')
		errors_add(s->errors, &s->at, "%s: empty", what);
	else
		*out = text;
}

void
set_path(struct setting *s, const char *what, const char *text,
    const char **out)
{
	if (!set_once(s, what))
		return;
	if (text[0] != '/')
		errors_add(s->errors, &s->at,
		    "%s: \"%s\" does not begin with a slash", what, text);
	else
		*out = text;
}

void
set_yes(struct setting *s, const char *what, const char *text, bool *out)
{
	*out = set_enum(s, what, text, names_yes_no) == 1;
}

void
set_duration(struct setting *s, const char *what, const char *text,
    int64_t least, int64_t most, int64_t *out)
{
	char	 a[VALUE_TEXT], b[VALUE_TEXT];
	int64_t	 n;

	if (!set_once(s, what))
		return;
	if (!value_duration(text, &n)) {
		errors_add(s->errors, &s->at,
		    "%s: \"%s\" is no time like 90s, 10m, 8h or 7d", what,
		    text);
	} else if (n < least || n > most) {
		value_duration_text(least, a);
		value_duration_text(most, b);
		errors_add(s->errors, &s->at, "%s: not between %s and %s",
		    what, a, b);
	} else
		*out = n;
}

void
set_number(struct setting *s, const char *what, const char *text,
    int64_t least, int64_t most, uint32_t *out)
{
	int64_t	 n;

	if (!set_once(s, what))
		return;
	if (!value_number(text, least, most, &n))
		errors_add(s->errors, &s->at,
		    "%s: \"%s\" is no number between %lld and %lld", what,
		    text, (long long)least, (long long)most);
	else
		*out = (uint32_t)n;
}

void
set_size(struct setting *s, const char *what, const char *text,
    int64_t least, int64_t most, uint32_t *out)
{
	char	 a[VALUE_TEXT], b[VALUE_TEXT];
	int64_t	 n;

	if (!set_once(s, what))
		return;
	if (!value_size(text, &n) || n < least || n > most) {
		value_size_text(least, a);
		value_size_text(most, b);
		errors_add(s->errors, &s->at,
		    "%s: \"%s\" is no size between %s and %s", what, text,
		    a, b);
	} else
		*out = (uint32_t)n;
}

unsigned int
set_enum(struct setting *s, const char *what, const char *text,
    const char *const *names)
{
	char		 list[256];
	unsigned int	 i;

	if (!set_once(s, what))
		return 0;
	if (value_enum(text, names, &i))
		return i;
	list[0] = '\0';
	for (i = 0; names[i] != NULL; i++) {
		if (i > 0)
			strlcat(list, names[i + 1] == NULL ? " or " : ", ",
			    sizeof(list));
		strlcat(list, names[i], sizeof(list));
	}
	errors_add(s->errors, &s->at, "%s: \"%s\" is not %s", what, text,
	    list);
	return 0;
}

void
set_role(struct setting *s, const char *what, const char *text,
    enum role *out)
{
	if (!set_once(s, what))
		return;
	if (!role_parse(text, out))
		errors_add(s->errors, &s->at, "%s: \"%s\" is not one of %s",
		    what, text, role_names());
}

void
set_list(struct setting *s, const char *what, struct strings *from,
    struct strings *to)
{
	size_t	 i, k;

	if (set_once(s, what)) {
		for (i = 0; i < from->count; i++) {
			for (k = 0; k < i; k++) {
				if (strcmp(from->list[i], from->list[k]) == 0)
					break;
			}
			if (from->list[i][0] == '\0')
				errors_add(s->errors, &s->at,
				    "%s: empty", what);
			else if (k < i)
				errors_add(s->errors, &s->at,
				    "%s: \"%s\" is there twice", what,
				    from->list[i]);
			else
				strings_add(to, from->list[i]);
		}
	}
	strings_free(from);
}

void
set_listen(struct setting *s, struct conf_listen *l, const char *address,
    const char *port)
{
	struct address	 a;
	int64_t		 n;

	l->address = address;
	if (!address_parse(address, &a))
		errors_add(s->errors, &s->at,
		    "listen on: \"%s\" is no IPv4 or IPv6 address", address);
	if (!value_number(port, 1, 65535, &n))
		errors_add(s->errors, &s->at,
		    "port: \"%s\" is no number between 1 and 65535", port);
	else
		l->port = (uint16_t)n;
}

void
set_listen_kinds(struct setting *s, struct conf_listen *l,
    const struct strings *words)
{
	static const enum process kinds[] = {
		PROC_BROWSER, PROC_GATE, PROC_API
	};
	size_t	 i, k;

	if (l->kinds != 0)
		errors_add(s->errors, &s->at, "for: set twice");
	if (words->count == 0)
		errors_add(s->errors, &s->at, "for: empty");
	for (i = 0; i < words->count; i++) {
		for (k = 0; k < 3; k++) {
			if (strcmp(process_name(kinds[k]),
			    words->list[i]) == 0)
				break;
		}
		if (k == 3)
			errors_add(s->errors, &s->at,
			    "for: \"%s\" is not browser, gate or api",
			    words->list[i]);
		else
			l->kinds |= KIND(kinds[k]);
	}
}

void
set_listen_tls(struct setting *s, struct conf_listen *l, const char *cert,
    const char *key)
{
	if (!set_once(s, "tls"))
		return;
	if (cert[0] != '/' || key[0] != '/') {
		errors_add(s->errors, &s->at,
		    "tls: \"%s\" does not begin with a slash",
		    cert[0] != '/' ? cert : key);
		return;
	}
	l->certificate = cert;
	l->key = key;
	conf_file_add(s->conf, cert, false, s->at);
	conf_file_add(s->conf, key, true, s->at);
}

void
set_user(struct setting *s, const char *of, const char *name)
{
	unsigned int	 i;

	if (!value_enum(of, names_user, &i)) {
		errors_add(s->errors, &s->at,
		    "user: \"%s\" is not http, verifier, policy or fetch", of);
		return;
	}
	/* names_user is static, as set_once wants it. */
	if (!set_once(s, names_user[i]))
		return;
	if (name[0] == '\0')
		errors_add(s->errors, &s->at, "user %s: empty", of);
	else
		s->conf->users[i] = name;
}

void
set_pair(struct setting *s, struct conf_pairs *pairs, const char *key,
    const char *cert)
{
	if (key[0] != '/' || cert[0] != '/')
		errors_add(s->errors, &s->at,
		    "saml key: \"%s\" does not begin with a slash",
		    key[0] != '/' ? key : cert);
	else if (pairs->count == 16)
		errors_add(s->errors, &s->at, "more than 16 keys");
	else
		conf_pair_add(s->conf, pairs, key, cert, s->at);
}

void
set_brake(struct setting *s, struct conf_organization *o,
    const char *percent, const char *time)
{
	int64_t	 n;

	if (!value_percent(percent, &n)) {
		errors_add(s->errors, &s->at, "scim brake: \"%s\" is nothing "
		    "between 1%% and 100%%", percent);
		return;
	}
	/* This says it if it was there before. */
	set_duration(s, "scim brake", time, 60, 30 * 86400,
	    &o->brake_seconds);
	o->brake_percent = (uint32_t)n;
}

/* A role that a map may give. */
static bool
map_role(struct setting *s, const char *what, const char *text,
    enum role *role)
{
	if (!role_parse(text, role) || *role < ROLE_READ) {
		errors_add(s->errors, &s->at,
		    "%s: \"%s\" is not read, contributor, write or admin",
		    what, text);
		return false;
	}
	return true;
}

/*
 * Whether a role may be given so: whoever holds a SCIM token can put
 * people into groups, and shouldn't make an admin by chance.
 */
static bool
line_elevated(struct setting *s, enum role_line kind, enum role role,
    bool elevated)
{
	if (kind == ROLE_LINE_VALUE && elevated)
		errors_add(s->errors, &s->at, "role map: elevated is for "
		    "lines of group and scim-role");
	else if (kind != ROLE_LINE_VALUE && role == ROLE_ADMIN && !elevated)
		errors_add(s->errors, &s->at, "role map%s: admin by what "
		    "SCIM says needs \"elevated\" at the end of the line",
		    names_role_line[kind]);
	else
		return true;
	return false;
}

void
set_role_line(struct setting *s, struct conf_organization *o,
    enum role_line kind, const char *value, const char *role, bool elevated)
{
	struct view_role_line	*line;
	enum role		 r;
	size_t			 i;

	if (!map_role(s, "role map", role, &r) ||
	    !line_elevated(s, kind, r, elevated))
		return;
	for (i = 0; i < o->role_line_count; i++) {
		if (o->role_lines[i].kind == kind &&
		    strcmp(o->role_lines[i].value, value) == 0) {
			errors_add(s->errors, &s->at,
			    "role map%s: \"%s\" has a line already",
			    names_role_line[kind], value);
			return;
		}
	}
	o->role_lines = reallocarray(o->role_lines, o->role_line_count + 1,
	    sizeof(*o->role_lines));
	if (o->role_lines == NULL)
		fatal("configuration");
	line = &o->role_lines[o->role_line_count++];
	line->kind = kind;
	line->value = value;
	line->role = r;
	line->elevated = elevated;
}

void
set_group_line(struct setting *s, struct conf_organization *o,
    const char *value, const char *slug, const char *role)
{
	struct view_group_line	*line;
	enum role		 r;

	if (!map_role(s, "resource group map", role, &r))
		return;
	if (!value_slug(slug)) {
		errors_add(s->errors, &s->at,
		    "resource group map: \"%s\" is no name of a group", slug);
		return;
	}
	o->group_lines = reallocarray(o->group_lines, o->group_line_count + 1,
	    sizeof(*o->group_lines));
	if (o->group_lines == NULL)
		fatal("configuration");
	line = &o->group_lines[o->group_line_count++];
	line->value = value;
	line->group = slug;
	line->role = r;
}

void
set_groups(struct setting *s, struct conf_organization *o,
    struct strings *slugs)
{
	size_t	 i;

	for (i = 0; i < slugs->count; i++) {
		if (!value_slug(slugs->list[i]))
			errors_add(s->errors, &s->at, "resource group: \"%s\" "
			    "is no name of a group", slugs->list[i]);
		else if (strings_has(&o->groups, slugs->list[i]))
			errors_add(s->errors, &s->at, "resource group: \"%s\" "
			    "is there twice", slugs->list[i]);
		else
			strings_add(&o->groups, slugs->list[i]);
	}
	strings_free(slugs);
}

void
set_attribute(struct setting *s, struct conf_connection *n, const char *of,
    struct strings *names)
{
	unsigned int	 i;

	if (!value_enum(of, names_attribute, &i)) {
		errors_add(s->errors, &s->at, "attribute: \"%s\" is not "
		    "email, name, given, family or username", of);
		strings_free(names);
		return;
	}
	set_list(s, names_attribute[i], names, &n->attributes[i]);
}

void
set_require(struct setting *s, struct conf_connection *n, const char *name,
    struct strings *values)
{
	struct view_require	*r;
	size_t			 i;

	for (i = 0; i < n->require_count; i++) {
		if (strcmp(n->requires[i].attribute, name) == 0) {
			errors_add(s->errors, &s->at,
			    "require attribute: \"%s\" has a line already",
			    name);
			strings_free(values);
			return;
		}
	}
	if (name[0] == '\0' || values->count == 0) {
		errors_add(s->errors, &s->at, "require attribute: empty");
		strings_free(values);
		return;
	}
	n->requires = reallocarray(n->requires, n->require_count + 1,
	    sizeof(*n->requires));
	if (n->requires == NULL)
		fatal("configuration");
	r = &n->requires[n->require_count++];
	r->attribute = name;
	r->values = *values;
	memset(values, 0, sizeof(*values));
}

void
set_rename(struct setting *s, struct conf_application *a, const char *of,
    const char *to)
{
	const struct view_rename	*h;

	for (h = names_header; h->from != NULL; h++) {
		if (strcmp(h->from, of) == 0)
			break;
	}
	if (h->from == NULL) {
		errors_add(s->errors, &s->at, "header: \"%s\" is not user, "
		    "email, name, groups, account, organization, role, "
		    "session or expires", of);
		return;
	}
	if (!set_once(s, h->to))
		return;
	if (!value_header(to)) {
		errors_add(s->errors, &s->at,
		    "header %s: \"%s\" is no name for it", of, to);
		return;
	}
	a->renames = reallocarray(a->renames, a->rename_count + 1,
	    sizeof(*a->renames));
	if (a->renames == NULL)
		fatal("configuration");
	a->renames[a->rename_count].from = h->to;
	a->renames[a->rename_count].to = to;
	a->rename_count++;
}

void
set_not_yet(struct setting *s, const char *what)
{
	errors_add(s->errors, &s->at, "%s is not available in this version",
	    what);
}
