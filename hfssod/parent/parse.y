/*
 * The grammar of hfssod.conf.  In parent.  The actions fill the conf
 * through conf_set.c; words come from lex.c.  After an error it goes on
 * with the next line, so that an operator sees all of them at once.
 */
%{
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/process.h"
#include "hfssod/parent/conf.h"
#include "hfssod/parent/conf_set.h"
#include "hfssod/parent/lex.h"

#define MINUTE		60
#define DAY		86400

static struct {
	struct conf			*conf;
	struct errors			*errors;
	struct lexer			*lexer;
	bool				 said;	/* the lexer gave the message */
	char				 near[64];	/* the last word */
	char				 after[64];	/* the one before */
	struct strings			 items;	/* the list that is read */
	struct conf_listen		*listen;
	struct strings			 listen_seen;
	struct conf_organization	*organization;
	struct conf_connection		*connection;
	struct conf_application		*application;
	struct setting			 setting;
} parse;

static int		 yylex(void);
static void		 yyerror(const char *);
static struct setting	*here(void);
static struct conf_pairs *pairs(bool);
static void		 word(const char *, const char *);
static void		 words(const char *);
int			 yyparse(void);
%}

%union {
	const char	*text;
	enum role_line	 kind;
	bool		 flag;
}

%token	<text>	STRING
%token	BAD
%token	<text>	ACCESS ADDRESS AGE ALLOW APPLICATION ATTRIBUTE AUTH AUTHN
%token	<text>	BINDING BRAKE CA CERTIFICATE CHECK CHROOT CLIENT CONNECTION
%token	<text>	CONNECTIONS CONTENT CONTEXT CONTROL DECRYPT DEFAULT DISABLE
%token	<text>	DOMAINS DRAIN ELEVATED EMAIL ENDPOINT ENTITY EVERY EXPIRES
%token	<text>	FILENAME FOR FORCE FORMAT GROUP GROUPS HEADER HOST HOSTS ID
%token	<text>	IDLE IDP INCLUDE INITIATED ISSUER JIT JWKS KEEP KEY LABEL LEAST
%token	<text>	LISTEN LOG LOGIN MAP MATCH MAX METADATA MODE NAME NAMEID NAMES
%token	<text>	OIDC ON ORGANIZATION ORIGINS PAGES PER PIN PORT PREFIX
%token	<text>	PROCESSES PROMPT PROXY PUBLIC REQUEST REQUESTS REQUIRE RESERVE
%token	<text>	RESOURCE RETURN ROLE SAML SANDBOX SCIM SCIMROLE SCOPE SECRET
%token	<text>	SERVERS SESSION SIGN SIGNED SIGNER SOCKET STORE STRICT SUBJECT
%token	<text>	TIMEOUT TLS TO TOKEN TOMBSTONE TRUST URL USER USERINFO
%token	<text>	USERNAME VALUE VERIFIER
%type	<text>	name
%type	<kind>	role_line
%type	<flag>	elevated

%%

grammar		: /* empty */
		| grammar '\n'
		| grammar include '\n'
		| grammar macro '\n'
		| grammar main '\n'
		| grammar listen '\n'
		| grammar organization '\n'
		| grammar application '\n'
		| grammar error '\n' {
			parse.listen = NULL;
			parse.connection = NULL;
			parse.organization = NULL;
			parse.application = NULL;
			yyerrok;
		}
		;

include		: INCLUDE STRING {
			lex_include(parse.lexer, $2);
		}
		;

macro		: STRING '=' STRING {
			if (!lex_define(parse.lexer, $1, $3, false))
				errors_add(parse.errors, &here()->at,
				    "\"%s\" is no name for a macro", $1);
		}
		;

/* Words that are keywords elsewhere, where one of a few is expected. */
name		: STRING
		| EMAIL
		| EXPIRES
		| GROUPS
		| LOGIN
		| NAME
		| ON
		| ORGANIZATION
		| ROLE
		| SCIM
		| SESSION
		| USER
		| USERNAME
		| VERIFIER
		;

list		: name				{
			strings_free(&parse.items);
			strings_add(&parse.items, $1);
		}
		| '{'				{
			strings_free(&parse.items);
		} items '}'
		;

items		: /* empty */
		| items name			{
			strings_add(&parse.items, $2);
		}
		| items ','
		| items '\n'
		;

main		: PUBLIC URL STRING {
			set_text(here(), "public url", $3,
			    &parse.conf->public_url);
		}
		| PREFIX STRING {
			set_path(here(), "prefix", $2, &parse.conf->prefix);
		}
		| STORE STRING {
			set_path(here(), "store", $2, &parse.conf->store);
		} store_max
		| CONTROL SOCKET STRING {
			set_path(here(), "control socket", $3,
			    &parse.conf->control_socket);
		} control_group
		| CHROOT STRING {
			set_path(here(), "chroot", $2, &parse.conf->chroot);
		}
		| DRAIN STRING {
			set_duration(here(), "drain", $2, 0, 10 * MINUTE,
			    &parse.conf->drain);
		}
		| SANDBOX STRICT		{ parse.conf->strict = true; }
		| LOG ACCESS STRING {
			set_yes(here(), "log access", $3,
			    &parse.conf->log_access);
		}
		| TRUST PROXY list {
			set_list(here(), "trust proxy", &parse.items,
			    &parse.conf->proxies);
		}
		| RETURN ORIGINS list {
			set_list(here(), "return origins", &parse.items,
			    &parse.conf->origins);
		}
		| RESERVE NAMES list {
			set_list(here(), "reserve names", &parse.items,
			    &parse.conf->reserved);
		}
		| CA FILENAME STRING {
			set_path(here(), "ca file", $3, &parse.conf->ca);
		}
		| NAME SERVERS list {
			set_list(here(), "name servers", &parse.items,
			    &parse.conf->name_servers);
		}
		| HOSTS FILENAME STRING {
			set_path(here(), "hosts file", $3,
			    &parse.conf->hosts);
		}
		| HEADER GROUPS MAX STRING {
			set_size(here(), "header groups max", $4, 256,
			    LIMIT_HEADER_GROUPS_MOST,
			    &parse.conf->groups_max);
		}
		| CONNECTIONS PER ADDRESS STRING {
			set_number(here(), "connections per address", $4, 1,
			    65535, &parse.conf->connections_per_address);
		}
		| USER name STRING		{ set_user(here(), $2, $3); }
		| pair
		;

store_max	: /* empty */
		| MAX PAGES STRING {
			set_number(here(), "max pages", $3, 64, INT32_MAX,
			    &parse.conf->store_max_pages);
		}
		;

control_group	: /* empty */
		| GROUP STRING {
			set_text(here(), "control group", $2,
			    &parse.conf->control_group);
		}
		;

pair		: SAML SIGN KEY STRING CERTIFICATE STRING {
			set_pair(here(), pairs(true), $4, $6);
		}
		| SAML DECRYPT KEY STRING CERTIFICATE STRING {
			set_pair(here(), pairs(false), $4, $6);
		}
		;

listen		: LISTEN ON STRING PORT STRING {
			strings_free(&parse.listen_seen);
			parse.listen = conf_listen_new(parse.conf,
			    here()->at);
			set_listen(here(), parse.listen, $3, $5);
		} listen_options {
			if (parse.listen->kinds == 0)
				parse.listen->kinds = KIND_HTTP;
			parse.listen = NULL;
		}
		;

listen_options	: /* empty */
		| listen_options FOR list {
			set_listen_kinds(here(), parse.listen, &parse.items);
		}
		| listen_options TLS CERTIFICATE STRING KEY STRING {
			set_listen_tls(here(), parse.listen, $4, $6);
		}
		| listen_options PROCESSES STRING {
			uint32_t	 n = 1;

			set_number(here(), "processes", $3, 1, 16, &n);
			parse.listen->processes = n;
		}
		;

organization	: ORGANIZATION STRING '{' {
			parse.organization = conf_organization_new(parse.conf,
			    $2, here()->at);
		} organization_lines organization_last '}' {
			parse.organization = NULL;
		}
		;

/* The last line of a block may end with the block. */
organization_lines : /* empty */
		| organization_lines '\n'
		| organization_lines organization_line '\n'
		| organization_lines error '\n' {
			parse.connection = NULL;
			yyerrok;
		}
		;
organization_last : /* empty */
		| organization_line
		;

organization_line : MODE STRING {
			parse.organization->mode = set_enum(here(), "mode",
			    $2, names_mode);
		}
		| USERNAME STRICT {
			parse.organization->username_strict =
			    set_once(here(), "username strict");
		}
		| SCIM BRAKE STRING PER STRING {
			set_brake(here(), parse.organization, $3, $5);
		}
		| SCIM LOG KEEP STRING {
			set_duration(here(), "scim log keep", $4, 0,
			    3660 * DAY, &parse.organization->scim_log_keep);
		}
		| TOMBSTONE KEEP STRING {
			set_duration(here(), "tombstone keep", $3, 0,
			    3660 * DAY, &parse.organization->tombstone_keep);
		}
		| VERIFIER GROUP STRING {
			set_text(here(), "verifier group", $3,
			    &parse.organization->group);
		}
		| SESSION TIMEOUT STRING {
			set_duration(here(), "session timeout", $3, MINUTE,
			    366 * DAY, &parse.organization->session_timeout);
		} session_idle
		| SESSION session_idle_set
		| DEFAULT ROLE STRING {
			if (strcmp($3, "deny") == 0) {
				set_once(here(), "default role");
				parse.organization->default_role = ROLE_NONE;
			} else
				set_role(here(), "default role", $3,
				    &parse.organization->default_role);
		}
		| PUBLIC CONTENT STRING {
			set_not_yet(here(), "public content");
		}
		| ROLE ATTRIBUTE STRING {
			set_text(here(), "role attribute", $3,
			    &parse.organization->role_attribute);
		}
		| ROLE MATCH STRING {
			parse.organization->role_match = set_enum(here(),
			    "role match", $3, names_role_match);
		}
		| ROLE MAP role_line STRING TO STRING elevated {
			set_role_line(here(), parse.organization, $3, $4, $6,
			    $7);
		}
		| RESOURCE GROUP list {
			set_groups(here(), parse.organization, &parse.items);
		}
		| RESOURCE GROUP ATTRIBUTE STRING {
			set_text(here(), "resource group attribute", $4,
			    &parse.organization->group_attribute);
		}
		| RESOURCE GROUP MAP STRING TO STRING ROLE STRING {
			set_group_line(here(), parse.organization, $4, $6,
			    $8);
		}
		| MATCH EMAIL DOMAINS list {
			strings_free(&parse.items);
			errors_add(parse.errors, &here()->at,
			    "match email domains is for basic mode, and not "
			    "available in this version");
		}
		| pair
		| connection
		;

role_line	: /* empty */			{ $$ = ROLE_LINE_VALUE; }
		| GROUP				{ $$ = ROLE_LINE_GROUP; }
		| SCIMROLE			{ $$ = ROLE_LINE_SCIM_ROLE; }
		;
elevated	: /* empty */			{ $$ = false; }
		| ELEVATED			{ $$ = true; }
		;

session_idle	: /* empty */
		| session_idle_set
		;
session_idle_set : IDLE STRING {
			set_duration(here(), "session idle", $2, MINUTE,
			    366 * DAY, &parse.organization->session_idle);
		}
		;

connection	: CONNECTION STRING SAML '{' {
			parse.connection = conf_connection_new(parse.conf,
			    parse.organization, $2, PROTOCOL_SAML,
			    here()->at);
		} connection_lines connection_last '}' {
			parse.connection = NULL;
		}
		| CONNECTION STRING OIDC '{' {
			parse.connection = conf_connection_new(parse.conf,
			    parse.organization, $2, PROTOCOL_OIDC,
			    here()->at);
		} connection_lines connection_last '}' {
			parse.connection = NULL;
		}
		;

connection_lines : /* empty */
		| connection_lines '\n'
		| connection_lines connection_line '\n'
		| connection_lines error '\n'	{ yyerrok; }
		;
connection_last	: /* empty */
		| connection_line
		;

/* What each of these is, conf_set_connection.c knows. */
connection_line	: ALLOW ADDRESS list		{ words("allow address"); }
		| ATTRIBUTE name list {
			set_attribute(here(), parse.connection, $2,
			    &parse.items);
		}
		| AUTHN CONTEXT list		{ words("authn context"); }
		| CA FILENAME STRING		{ word("ca file", $3); }
		| CHECK EVERY STRING		{ word("check every", $3); }
		| CLIENT AUTH name		{ word("client auth", $3); }
		| CLIENT ID STRING {
			word("client id", $3);
		} client_proof
		| DISABLE			{ word("disable", ""); }
		| ENDPOINT HOST list		{ words("endpoint host"); }
		| ENTITY ID STRING		{ word("entity id", $3); }
		| FORCE AUTHN			{ word("force authn", ""); }
		| IDP ENTITY ID STRING		{ word("idp entity id", $4); }
		| IDP INITIATED name		{ word("idp initiated", $3); }
		| ISSUER STRING			{ word("issuer", $2); }
		| JIT name			{ word("jit", $2); }
		| JWKS FILENAME STRING		{ word("jwks file", $3); }
		| LABEL STRING			{ word("label", $2); }
		| LOGIN DOMAINS list		{ words("login domains"); }
		| MAX AGE STRING		{ word("max age", $3); }
		| METADATA FILENAME STRING	{ word("metadata file", $3); }
		| METADATA URL STRING {
			word("metadata url", $3);
		} metadata_signer
		| NAMEID FORMAT STRING		{ word("nameid format", $3); }
		| PIN list			{ words("pin"); }
		| PROMPT name			{ word("prompt", $2); }
		| REQUEST BINDING STRING	{ word("request binding", $3); }
		| REQUIRE ATTRIBUTE STRING VALUE list {
			set_require(here(), parse.connection, $3,
			    &parse.items);
		}
		| REQUIRE SIGNED STRING		{ word("require signed", $3); }
		| SCIM MATCH name		{ word("scim match", $3); }
		| SCOPE list			{ words("scope"); }
		| SIGN REQUESTS			{ word("sign requests", ""); }
		| SUBJECT ATTRIBUTE STRING {
			word("subject attribute", $3);
		}
		| TRUST EMAIL DOMAINS list	{ words("trust email domains"); }
		| USERINFO			{ word("userinfo", ""); }
		;

client_proof	: /* empty */
		| SECRET FILENAME STRING {
			word("secret file", $3);
		} secret_expires
		| KEY FILENAME STRING {
			word("key file", $3);
		} key_id
		;
secret_expires	: /* empty */
		| EXPIRES STRING		{ word("expires", $2); }
		;
key_id		: /* empty */
		| ID STRING			{ word("key id", $2); }
		;
metadata_signer	: /* empty */
		| SIGNER STRING			{ word("signer", $2); }
		;

application	: APPLICATION STRING '{' {
			parse.application = conf_application_new(parse.conf,
			    $2, here()->at);
		} application_lines application_last '}' {
			parse.application = NULL;
		}
		;

application_lines : /* empty */
		| application_lines '\n'
		| application_lines application_line '\n'
		| application_lines error '\n'	{ yyerrok; }
		;
application_last : /* empty */
		| application_line
		;

application_line : HOST STRING {
			set_text(here(), "host", $2, &parse.application->host);
		}
		| ORGANIZATION STRING {
			set_text(here(), "organization", $2,
			    &parse.application->organization);
		}
		| LEAST ROLE STRING {
			set_role(here(), "least role", $3,
			    &parse.application->least_role);
		}
		| PUBLIC list {
			set_list(here(), "public", &parse.items,
			    &parse.application->public_prefixes);
		}
		| HEADER name STRING {
			set_rename(here(), parse.application, $2, $3);
		}
		| TOKEN FILENAME STRING {
			set_not_yet(here(), "token file");
		}
		;

%%

struct keyword {
	const char	*name;
	int		 token;
};

#define KEYWORD(name, token)	{ name, token },
static const struct keyword keywords[] = {
#include "hfssod/parent/keyword.def"
};
#undef KEYWORD

static int
keyword_compare(const void *key, const void *elem)
{
	return strcmp(key, ((const struct keyword *)elem)->name);
}

static int
yylex(void)
{
	const struct keyword	*k;
	const char		*text;

	strlcpy(parse.after, parse.near, sizeof(parse.after));
	switch (lex_next(parse.lexer, &text)) {
	case LEX_END:
		strlcpy(parse.near, "end of file", sizeof(parse.near));
		return 0;
	case LEX_NEWLINE:
		strlcpy(parse.near, "end of line", sizeof(parse.near));
		return '\n';
	case LEX_MARK:
		snprintf(parse.near, sizeof(parse.near), "\"%c\"", text[0]);
		return text[0];
	case LEX_WORD:
		snprintf(parse.near, sizeof(parse.near), "\"%.50s\"", text);
		yylval.text = conf_string(parse.conf, text);
		k = bsearch(text, keywords, sizeof(keywords) /
		    sizeof(keywords[0]), sizeof(keywords[0]),
		    keyword_compare);
		return k != NULL ? k->token : STRING;
	case LEX_STRING:
		snprintf(parse.near, sizeof(parse.near), "\"%.50s\"", text);
		yylval.text = conf_string(parse.conf, text);
		return STRING;
	case LEX_BAD:
		parse.said = true;
		return BAD;
	}
	return 0;
}

static void
yyerror(const char *text)
{
	if (strcmp(parse.after, "end of line") == 0)
		parse.after[0] = '\0';
	if (!parse.said)
		errors_add(parse.errors, &here()->at, "%s at %s%s%s", text,
		    parse.near, parse.after[0] != '\0' ? " after " : "",
		    parse.after);
	parse.said = false;
}

/* Where we are, for messages and for what is set twice. */
static struct setting *
here(void)
{
	struct setting	*s;

	s = &parse.setting;
	s->conf = parse.conf;
	s->errors = parse.errors;
	s->at = lex_place(parse.lexer);
	if (parse.listen != NULL)
		s->seen = &parse.listen_seen;
	else if (parse.connection != NULL)
		s->seen = &parse.connection->seen;
	else if (parse.organization != NULL)
		s->seen = &parse.organization->seen;
	else if (parse.application != NULL)
		s->seen = &parse.application->seen;
	else
		s->seen = &parse.conf->seen;
	return s;
}

/* The keys of the organization that is open, or everybody's. */
static struct conf_pairs *
pairs(bool sign)
{
	if (parse.organization != NULL)
		return sign ? &parse.organization->sign :
		    &parse.organization->decrypt;
	return sign ? &parse.conf->sign : &parse.conf->decrypt;
}

/* A setting of the connection that is open: one value, or a list. */
static void
word(const char *what, const char *text)
{
	set_connection(here(), parse.connection, what, text);
}

static void
words(const char *what)
{
	set_connection_list(here(), parse.connection, what, &parse.items);
}

/* -D name=value, which wins over the file. */
static void
macros_define(const struct strings *macros)
{
	const char	*equals;
	char		 name[256];
	size_t		 i;

	for (i = 0; i < macros->count; i++) {
		equals = strchr(macros->list[i], '=');
		snprintf(name, sizeof(name), "%.*s", equals == NULL ? 0 :
		    (int)(equals - macros->list[i]), macros->list[i]);
		if (equals == NULL ||
		    !lex_define(parse.lexer, name, equals + 1, true))
			errors_add(parse.errors, NULL,
			    "-D %s: not of the form name=value",
			    macros->list[i]);
	}
}

void
conf_parse(struct conf *conf, const char *path, const struct strings *macros,
    bool strict, struct errors *errors)
{
	memset(&parse, 0, sizeof(parse));
	parse.conf = conf;
	parse.errors = errors;
	parse.lexer = lex_new(conf, errors, path, strict);
	if (parse.lexer == NULL)
		return;
	macros_define(macros);
	yyparse();
	strings_free(&parse.items);
	strings_free(&parse.listen_seen);
	lex_free(parse.lexer);
	memset(&parse, 0, sizeof(parse));
}
