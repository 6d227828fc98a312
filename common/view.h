/*
 * Views: what parent tells each kind of process of the configuration, and
 * no more than that process needs.  Parent fills one and puts it into a
 * sealed memory file; the child gets it back from there.
 *
 * Strings that were got point into the octets they were read from; X_free
 * frees the arrays.  Every get ends with the end check and returns false
 * for anything that is not exactly right.  Files (keys, metadata) come
 * beside the view, each under the name that the view uses for it: the path
 * in the configuration, which the child never opens.
 */
#ifndef COMMON_VIEW_H
#define COMMON_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/protocol.h"
#include "common/request.h"
#include "common/role.h"
#include "common/wire.h"

/* --- http ------------------------------------------------------------- */

/* One header of forward-auth that an application wants under another name. */
struct view_rename {
	const char	*from;		/* "Remote-User" */
	const char	*to;
};

struct http_application {
	const char	*host;
	size_t		 rename_count;
	struct view_rename *renames;
};

/* A way in, as the sign-in page offers it. */
struct http_door {
	const char	*organization;
	const char	*connection;
	const char	*label;		/* for people; the name by default */
	const char	*group;		/* verifier group of the organization */
	enum protocol	 protocol;
	bool		 first;		/* of its organization */
	bool		 enabled;
	struct strings	 domains;	/* e-mail domains sent here, folded */
};

struct http_view {
	const char	*public_url;	/* "https://hub.example.com" */
	const char	*public_host;	/* host, with port if not default */
	const char	*prefix;	/* "/.hfsso" */
	unsigned int	 kinds;		/* KIND_..., of the listen line */
	const char	*tls_certificate; /* file name; "" : plain HTTP */
	const char	*tls_key;
	size_t		 proxy_count;	/* whose X-Forwarded-* are believed */
	struct network	*proxies;
	struct strings	 origins;	/* return addresses elsewhere, exact */
	uint32_t	 groups_max;	/* octets of Remote-Groups */
	uint32_t	 connections_per_address;
	bool		 access_log;
	size_t		 application_count;
	struct http_application *applications;
	size_t		 door_count;
	struct http_door *doors;
};
void		 http_view_put(struct writer *, const struct http_view *);
struct http_view *http_view_get(struct reader *);	/* NULL: malformed */
void		 http_view_free(struct http_view *);

/* --- verifier --------------------------------------------------------- */

enum idp_initiated { IDP_INITIATED_OFF, IDP_INITIATED_RESTART,
    IDP_INITIATED_ACCEPT, IDP_INITIATED_MAX };
enum require_signed { REQUIRE_EITHER, REQUIRE_RESPONSE, REQUIRE_ASSERTION,
    REQUIRE_BOTH, REQUIRE_MAX };
enum binding { BINDING_REDIRECT, BINDING_POST, BINDING_MAX };
/* How we show the token endpoint who we are (OpenID Connect Core 9). */
enum client_auth { CLIENT_AUTH_OFFERED,	/* what the provider offers */
    CLIENT_AUTH_BASIC, CLIENT_AUTH_POST, CLIENT_AUTH_PRIVATE_KEY_JWT,
    CLIENT_AUTH_MAX };

/* A login is refused unless the attribute has one of the values. */
struct view_require {
	const char	*attribute;
	struct strings	 values;
};

/* A key pair of ours: PEM files. */
struct view_key {
	const char	*key;		/* file name */
	const char	*certificate;
};

struct verifier_connection {
	const char	*name;
	enum protocol	 protocol;
	bool		 enabled;
	bool		 first;		/* of its organization */
	/*
	 * Origins that fetch may go to for it, "https://host:port" in lower
	 * case with the port: those of its addresses here, and of endpoint
	 * host lines.  Companions (companion.h) are not in it.
	 */
	struct strings	 origins;
	bool		 userinfo;	/* oidc: ask the endpoint, too */
	/* SAML. */
	const char	*metadata;	/* file name; "" : by address */
	const char	*metadata_url;	/* or "" */
	const char	*metadata_signer; /* certificate file, or "" */
	const char	*entity_id;	/* ours; "" : the metadata address */
	const char	*idp_entity_id;	/* of an EntitiesDescriptor, or "" */
	enum binding	 binding;	/* of AuthnRequest */
	bool		 sign_requests;
	bool		 force_authn;
	enum idp_initiated idp_initiated;
	enum require_signed require_signed;
	const char	*nameid_format;	/* "" : not asked for */
	/* OpenID Connect. */
	const char	*issuer;	/* exact */
	const char	*discovery_url;
	const char	*jwks;		/* file name; "" : jwks_uri */
	const char	*client_id;
	const char	*client_secret;	/* file name, or "" */
	int64_t		 client_secret_expires; /* seconds; 0: not said */
	const char	*client_key;	/* PEM file of a private key, or "" */
	const char	*client_key_id;	/* its kid, or "" */
	enum client_auth client_auth;
	struct strings	 scopes;	/* with openid; empty: profile email */
	const char	*prompt;	/* or "" */
	int64_t		 max_age;	/* seconds; -1: not asked for */
	int64_t		 check_every;	/* seconds; 0: no refresh token */
	/* Both. */
	struct strings	 authn_contexts; /* acr_values; asked and checked */
	const char	*subject_attribute; /* "" : the NameID or sub */
	struct strings	 email;		/* attribute names, in order; empty: */
	struct strings	 display_name;	/* the defaults */
	struct strings	 given;
	struct strings	 family;
	struct strings	 username;
	const char	*role_attribute; /* "" : none */
	const char	*group_attribute;
	size_t		 require_count;
	struct view_require *requires;
	struct strings	 trust_domains;	/* whose e-mail is vouched for */
};

struct verifier_organization {
	const char	*name;
	size_t		 sign_count;	/* keys that sign; the first is used */
	struct view_key	*sign;
	size_t		 decrypt_count;	/* keys that decrypt; all are tried */
	struct view_key	*decrypt;
	size_t		 connection_count;
	struct verifier_connection *connections;
};

struct verifier_view {
	const char	*public_url;
	const char	*group;		/* name of this verifier group */
	size_t		 organization_count;
	struct verifier_organization *organizations;
};
void		 verifier_view_put(struct writer *,
		    const struct verifier_view *);
struct verifier_view *verifier_view_get(struct reader *);
void		 verifier_view_free(struct verifier_view *);

/* --- policy ----------------------------------------------------------- */

enum role_match { ROLE_MATCH_FIRST, ROLE_MATCH_HIGHEST, ROLE_MATCH_MAX };

/* What a line of a role map looks at. */
enum role_line {
	ROLE_LINE_VALUE,	/* a value of the role attribute */
	ROLE_LINE_GROUP,	/* displayName of a SCIM group, as it is */
	ROLE_LINE_SCIM_ROLE,	/* roles.value of the SCIM User */
	ROLE_LINE_MAX
};
/*
 * A line of a role map: this value gives this role.  One that gives admin
 * by what SCIM says counts only where it is elevated.
 */
struct view_role_line {
	enum role_line	 kind;
	const char	*value;
	enum role	 role;
	bool		 elevated;
};

/* A line of a resource group map. */
struct view_group_line {
	const char	*value;
	const char	*group;		/* slug */
	enum role	 role;
};

enum scim_match { SCIM_MATCH_NONE, SCIM_MATCH_USERNAME, SCIM_MATCH_EMAIL,
    SCIM_MATCH_MAX };
/* Who owns the accounts: the organization, or people themselves. */
enum mode { MODE_MANAGED, MODE_BASIC, MODE_MAX };

struct policy_connection {
	const char	*name;
	enum protocol	 protocol;
	bool		 enabled;
	bool		 jit;		/* accounts are made at login */
	int64_t		 check_every;	/* seconds; 0: never */
	/* What links a SCIM User without externalId to a login. */
	enum scim_match	 scim_match;
};

struct policy_organization {
	const char	*name;
	enum mode	 mode;
	bool		 username_strict; /* refuse instead of changing names */
	uint32_t	 brake_percent;	/* of its Users; 0: no brake */
	int64_t		 brake_seconds;
	int64_t		 tombstone_keep; /* seconds */
	int64_t		 scim_log_keep;	/* seconds */
	const char	*verifier_group;
	int64_t		 session_timeout; /* absolute, seconds */
	int64_t		 session_idle;	/* seconds; 0: none */
	enum role	 default_role;	/* ROLE_NONE: deny */
	enum role_match	 role_match;
	size_t		 role_line_count;
	struct view_role_line *role_lines;
	size_t		 group_line_count;
	struct view_group_line *group_lines;
	struct strings	 groups;	/* slugs that are there, beside those */
	size_t		 connection_count;
	struct policy_connection *connections;
};

struct policy_application {
	const char	*name;
	const char	*host;		/* as request.host */
	const char	*organization;	/* required; "" : any */
	enum role	 least_role;	/* ROLE_NONE: any member */
	struct strings	 public_prefixes; /* "/static/css": whole segments */
};

struct policy_view {
	const char	*public_url;
	const char	*public_host;
	size_t		 organization_count;
	struct policy_organization *organizations;
	size_t		 application_count;
	struct policy_application *applications;
	struct strings	 reserved;	/* account names, beside the built-in */
	uint32_t	 store_max_pages; /* max_page_count; 0: none */
};
void		 policy_view_put(struct writer *, const struct policy_view *);
struct policy_view *policy_view_get(struct reader *);
void		 policy_view_free(struct policy_view *);

/* --- fetch ------------------------------------------------------------ */

struct fetch_connection {
	const char	*organization;
	const char	*name;
	struct strings	 origins;	/* as in verifier_connection */
	size_t		 allow_count;	/* inner networks it may reach */
	struct network	*allow;
	struct strings	 pins;		/* base64, SHA-256 of a key; or none */
	const char	*ca;		/* file name; "" : the view's */
};

struct fetch_view {
	const char	*group;		/* its verifier's */
	const char	*ca;		/* file name of the CA bundle, or "" */
	const char	*resolv_conf;	/* file name, or "" */
	const char	*hosts;		/* file name, or "" */
	struct strings	 name_servers;	/* "address:port"; else resolv_conf's */
	size_t		 connection_count;
	struct fetch_connection *connections;
};
void		 fetch_view_put(struct writer *, const struct fetch_view *);
struct fetch_view *fetch_view_get(struct reader *);
void		 fetch_view_free(struct fetch_view *);

/* --- reader knows nothing of the configuration ------------------------ */

#endif
