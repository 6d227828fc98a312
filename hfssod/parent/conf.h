/*
 * The configuration as the operator wrote it, with defaults filled in and
 * the place of each block for messages.  All strings belong to the conf.
 */
#ifndef PARENT_CONF_H
#define PARENT_CONF_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "common/protocol.h"
#include "common/role.h"
#include "common/view.h"
#include "common/wire.h"
#include "hfssod/parent/errors.h"

/* A file that is read for a child. */
struct conf_file {
	struct place	 at;
	const char	*path;
	bool		 secret;	/* a key: nobody else may read it */
	bool		 optional;	/* is no fault if it is not there */
	bool		 missing;	/* and it is not */
	TAILQ_ENTRY(conf_file) entry;
};

struct conf_listen {
	struct place	 at;
	const char	*address;
	uint16_t	 port;
	unsigned int	 kinds;
	const char	*certificate;	/* "" : plain HTTP */
	const char	*key;
	unsigned int	 processes;
	TAILQ_ENTRY(conf_listen) entry;
};

/* A key pair: in a list, the first one first. */
struct conf_pairs {
	size_t		 count;
	struct view_key	*list;
};

enum { ATTRIBUTE_EMAIL, ATTRIBUTE_NAME, ATTRIBUTE_GIVEN, ATTRIBUTE_FAMILY,
    ATTRIBUTE_USERNAME, ATTRIBUTE_MAX };

struct conf_connection {
	struct place	 at;
	const char	*name;
	enum protocol	 protocol;
	struct strings	 seen;		/* settings given, for "twice" */
	/* Both protocols. */
	const char	*label;		/* "" : the name */
	bool		 disabled;
	bool		 jit;
	enum scim_match	 scim_match;
	const char	*metadata_url;
	struct strings	 endpoints;	/* "host" or "host:port" */
	struct strings	 allow;		/* networks */
	struct strings	 pins;		/* "sha256:..." */
	const char	*ca;		/* "" : everybody's */
	struct strings	 domains;
	struct strings	 authn_contexts;
	const char	*subject_attribute;
	struct strings	 attributes[ATTRIBUTE_MAX];
	size_t		 require_count;
	struct view_require *requires;
	struct strings	 trust_domains;
	/* SAML. */
	const char	*metadata;
	const char	*signer;	/* of what metadata_url brings */
	const char	*entity_id;
	const char	*idp_entity_id;
	enum binding	 binding;
	bool		 sign_requests;
	bool		 force_authn;
	enum idp_initiated idp_initiated;
	enum require_signed require_signed;
	const char	*nameid_format;
	/* OpenID Connect. */
	const char	*issuer;
	const char	*jwks;
	const char	*client_id;
	const char	*client_secret;
	const char	*expires;	/* "2027-01-31", or "" */
	const char	*client_key;
	const char	*client_key_id;
	enum client_auth client_auth;
	struct strings	 scopes;
	bool		 userinfo;
	const char	*prompt;
	int64_t		 max_age;	/* -1: not asked for */
	int64_t		 check_every;	/* 0: never */
	/* Made by conf_check. */
	bool		 fetches;	/* something comes from outside */
	const char	*discovery_url;
	struct strings	 origins;	/* as in verifier_connection */
	TAILQ_ENTRY(conf_connection) entry;
};

struct conf_organization {
	struct place	 at;
	const char	*name;
	struct strings	 seen;
	enum mode	 mode;
	bool		 username_strict;
	uint32_t	 brake_percent;	/* 0: no brake */
	int64_t		 brake_seconds;
	int64_t		 tombstone_keep;
	int64_t		 scim_log_keep;
	const char	*group;		/* verifier group */
	int64_t		 session_timeout;
	int64_t		 session_idle;	/* 0: none */
	enum role	 default_role;	/* ROLE_NONE: deny */
	const char	*role_attribute;
	enum role_match	 role_match;
	size_t		 role_line_count;
	struct view_role_line *role_lines;
	const char	*group_attribute;
	size_t		 group_line_count;
	struct view_group_line *group_lines;
	struct strings	 groups;	/* slugs, beside those of the lines */
	struct conf_pairs sign;
	struct conf_pairs decrypt;
	TAILQ_HEAD(, conf_connection) connections;
	TAILQ_ENTRY(conf_organization) entry;
};

struct conf_application {
	struct place	 at;
	const char	*name;
	struct strings	 seen;
	const char	*host;		/* "" : the public url's */
	const char	*organization;
	enum role	 least_role;
	struct strings	 public_prefixes;
	size_t		 rename_count;
	struct view_rename *renames;
	TAILQ_ENTRY(conf_application) entry;
};

enum { USER_HTTP, USER_VERIFIER, USER_POLICY, USER_FETCH, USER_MAX };

struct conf {
	struct strings	 pool;		/* every string */
	struct strings	 seen;
	struct place	 at;		/* the file's beginning */
	const char	*public_url;
	const char	*public_host;	/* made from public_url */
	const char	*prefix;
	const char	*store;
	uint32_t	 store_max_pages;
	const char	*control_socket;
	const char	*control_group;	/* "" : none */
	const char	*chroot;
	int64_t		 drain;		/* seconds */
	bool		 strict;
	bool		 log_access;
	struct strings	 proxies;
	struct strings	 origins;
	struct strings	 reserved;
	const char	*ca;		/* certificates of authorities */
	struct strings	 name_servers;	/* "address:port" */
	const char	*hosts;		/* file */
	uint32_t	 groups_max;
	uint32_t	 connections_per_address;
	const char	*users[USER_MAX];
	struct conf_pairs sign;
	struct conf_pairs decrypt;
	TAILQ_HEAD(, conf_listen) listens;
	TAILQ_HEAD(, conf_organization) organizations;
	TAILQ_HEAD(, conf_application) applications;
	TAILQ_HEAD(, conf_file) files;
};

/* How values are written, by their enum; each list ends with NULL. */
extern const char *const names_attribute[];
extern const char *const names_binding[];
extern const char *const names_client_auth[];
extern const char *const names_idp_initiated[];
extern const char *const names_mode[];
extern const char *const names_require_signed[];
extern const char *const names_role_line[];	/* before the value */
extern const char *const names_role_match[];
extern const char *const names_scim_match[];
extern const char *const names_user[];
extern const char *const names_yes_no[];
/* What "header X" renames, and the header it is by default. */
extern const struct view_rename names_header[];

/*
 * Read a file, with macros from -D ("name=value"), and check it.  With
 * strict set, files that others than root could have written are refused.
 * Returns NULL after messages were added.
 */
struct conf	*conf_load(const char *, const struct strings *, bool,
		    struct errors *);
void		 conf_free(struct conf *);

/* For the parser: an empty conf with defaults, and new parts of it. */
struct conf	*conf_new(void);
const char	*conf_string(struct conf *, const char *);
struct conf_organization *conf_organization_new(struct conf *, const char *,
		    struct place);
struct conf_connection *conf_connection_new(struct conf *,
		    struct conf_organization *, const char *, enum protocol,
		    struct place);
struct conf_application *conf_application_new(struct conf *, const char *,
		    struct place);
struct conf_listen *conf_listen_new(struct conf *, struct place);
struct conf_file *conf_file_add(struct conf *, const char *, bool,
		    struct place);
/* By name; NULL: not to be read. */
struct conf_file *conf_file_find(const struct conf *, const char *);
void		 conf_pair_add(struct conf *, struct conf_pairs *,
		    const char *, const char *, struct place);

/* The verifier group of an organization; NULL: there is none of that name. */
const char	*conf_group(const struct conf *, const char *);

/* Defaults of files that fetch is given. */
#define CONF_CA		"/etc/ssl/certs/ca-certificates.crt"
#define CONF_HOSTS	"/etc/hosts"
#define CONF_RESOLV	"/etc/resolv.conf"

/* parse.y: fill a conf from a file; messages are added. */
void		 conf_parse(struct conf *, const char *,
		    const struct strings *, bool, struct errors *);
/* conf_check.c: the cross checks. */
void		 conf_check(struct conf *, struct errors *);
/* What a reload can't change: a message for each thing that did. */
void		 conf_fixed(const struct conf *, const struct conf *,
		    struct errors *);
/* conf_print.c: the canonical form; it parses to the same. */
struct writer;
void		 conf_print(const struct conf *, struct writer *);

#endif
