/*
 * The settings of a connection: which there are, what each one takes, and
 * for which protocol it is.  In parent.  Pure.
 */
#include <stddef.h>
#include <string.h>

#include "hfssod/parent/conf_set.h"
#include "hfssod/parent/value.h"

#define MINUTE	60
#define DAY	86400

enum form {
	FORM_FLAG,		/* bool: its being there is all */
	FORM_SWITCH,		/* bool: on or off */
	FORM_TEXT,
	FORM_FILE,		/* the name of one, which is read */
	FORM_SECRET,		/* likewise, and nobody else may read it */
	FORM_ENUM,		/* one of the names */
	FORM_TIME,		/* seconds, least to most */
	FORM_LIST,
	FORM_MORE		/* a list that several lines add to */
};

#define SAML	(1u << PROTOCOL_SAML)
#define OIDC	(1u << PROTOCOL_OIDC)
#define BOTH	(SAML | OIDC)

struct word {
	const char		*name;
	enum form		 form;
	unsigned int		 protocols;
	size_t			 offset;	/* in a conf_connection */
	const char *const	*names;
	int64_t			 least;
	int64_t			 most;
};

#define AT(field)	offsetof(struct conf_connection, field)
#define PLAIN		NULL, 0, 0

static const char *const switches[] = { "on", "off", NULL };
static const char *const prompts[] = {
	"login", "select_account", "consent", NULL
};

static const struct word words[] = {
	{ "allow address", FORM_LIST, BOTH, AT(allow), PLAIN },
	{ "authn context", FORM_LIST, BOTH, AT(authn_contexts), PLAIN },
	{ "ca file", FORM_FILE, BOTH, AT(ca), PLAIN },
	{ "check every", FORM_TIME, OIDC, AT(check_every), NULL, 5 * MINUTE,
	    30 * DAY },
	{ "client auth", FORM_ENUM, OIDC, AT(client_auth), names_client_auth,
	    0, 0 },
	{ "client id", FORM_TEXT, OIDC, AT(client_id), PLAIN },
	{ "disable", FORM_FLAG, BOTH, AT(disabled), PLAIN },
	{ "endpoint host", FORM_MORE, BOTH, AT(endpoints), PLAIN },
	{ "entity id", FORM_TEXT, SAML, AT(entity_id), PLAIN },
	{ "expires", FORM_TEXT, OIDC, AT(expires), PLAIN },
	{ "force authn", FORM_FLAG, SAML, AT(force_authn), PLAIN },
	{ "idp entity id", FORM_TEXT, SAML, AT(idp_entity_id), PLAIN },
	{ "idp initiated", FORM_ENUM, SAML, AT(idp_initiated),
	    names_idp_initiated, 0, 0 },
	{ "issuer", FORM_TEXT, OIDC, AT(issuer), PLAIN },
	{ "jit", FORM_SWITCH, BOTH, AT(jit), PLAIN },
	{ "jwks file", FORM_FILE, OIDC, AT(jwks), PLAIN },
	{ "key file", FORM_SECRET, OIDC, AT(client_key), PLAIN },
	{ "key id", FORM_TEXT, OIDC, AT(client_key_id), PLAIN },
	{ "label", FORM_TEXT, BOTH, AT(label), PLAIN },
	{ "login domains", FORM_LIST, BOTH, AT(domains), PLAIN },
	{ "max age", FORM_TIME, OIDC, AT(max_age), NULL, 0, 366 * DAY },
	{ "metadata file", FORM_FILE, SAML, AT(metadata), PLAIN },
	{ "metadata url", FORM_TEXT, BOTH, AT(metadata_url), PLAIN },
	{ "nameid format", FORM_TEXT, SAML, AT(nameid_format), PLAIN },
	{ "pin", FORM_LIST, BOTH, AT(pins), PLAIN },
	/* One of the names, kept as it is sent. */
	{ "prompt", FORM_TEXT, OIDC, AT(prompt), prompts, 0, 0 },
	{ "request binding", FORM_ENUM, SAML, AT(binding), names_binding,
	    0, 0 },
	{ "require signed", FORM_ENUM, SAML, AT(require_signed),
	    names_require_signed, 0, 0 },
	{ "scim match", FORM_ENUM, BOTH, AT(scim_match), names_scim_match,
	    0, 0 },
	{ "scope", FORM_LIST, OIDC, AT(scopes), PLAIN },
	{ "secret file", FORM_SECRET, OIDC, AT(client_secret), PLAIN },
	{ "sign requests", FORM_FLAG, SAML, AT(sign_requests), PLAIN },
	{ "signer", FORM_FILE, SAML, AT(signer), PLAIN },
	{ "subject attribute", FORM_TEXT, BOTH, AT(subject_attribute), PLAIN },
	{ "trust email domains", FORM_LIST, BOTH, AT(trust_domains), PLAIN },
	{ "userinfo", FORM_FLAG, OIDC, AT(userinfo), PLAIN },
	{ NULL, FORM_FLAG, 0, 0, PLAIN }
};

/* The word, if it is for this connection's protocol; else a message. */
static const struct word *
word_find(struct setting *s, const struct conf_connection *n,
    const char *what)
{
	const struct word	*w;

	for (w = words; w->name != NULL; w++) {
		if (strcmp(w->name, what) == 0)
			break;
	}
	if (w->name != NULL && (w->protocols & (1u << n->protocol)) != 0)
		return w;
	errors_add(s->errors, &s->at, "%s: not for %s connections, and \"%s\" "
	    "is one", what, protocol_name(n->protocol), n->name);
	return NULL;
}

static void
set_file(struct setting *s, const char *what, const char *path, bool secret,
    const char **out)
{
	set_path(s, what, path, out);
	if (*out == path)
		conf_file_add(s->conf, path, secret, s->at);
}

void
set_connection(struct setting *s, struct conf_connection *n,
    const char *what, const char *text)
{
	const struct word	*w;
	unsigned int		 i;
	char			*to;

	if ((w = word_find(s, n, what)) == NULL)
		return;
	to = (char *)n + w->offset;
	switch (w->form) {
	case FORM_FLAG:
		*(bool *)to = set_once(s, w->name);
		break;
	case FORM_SWITCH:
		*(bool *)to = set_enum(s, w->name, text, switches) == 0;
		break;
	case FORM_TEXT:
		if (w->names == NULL)
			set_text(s, w->name, text, (const char **)to);
		else {
			i = set_enum(s, w->name, text, w->names);
			*(const char **)to = w->names[i];
		}
		break;
	case FORM_FILE:
	case FORM_SECRET:
		set_file(s, w->name, text, w->form == FORM_SECRET,
		    (const char **)to);
		break;
	case FORM_ENUM:
		/* Each of them is an unsigned int: no enum has a minus. */
		i = set_enum(s, w->name, text, w->names);
		memcpy(to, &i, sizeof(i));
		break;
	case FORM_TIME:
		set_duration(s, w->name, text, w->least, w->most,
		    (int64_t *)to);
		break;
	default:
		break;
	}
}

void
set_connection_list(struct setting *s, struct conf_connection *n,
    const char *what, struct strings *items)
{
	const struct word	*w;
	struct strings		*to;
	size_t			 i;

	if ((w = word_find(s, n, what)) == NULL) {
		strings_free(items);
		return;
	}
	to = (struct strings *)((char *)n + w->offset);
	if (w->form == FORM_LIST) {
		set_list(s, w->name, items, to);
		return;
	}
	for (i = 0; i < items->count; i++) {
		if (strings_has(to, items->list[i]))
			errors_add(s->errors, &s->at,
			    "%s: \"%s\" is there twice", what,
			    items->list[i]);
		else
			strings_add(to, items->list[i]);
	}
	strings_free(items);
}
