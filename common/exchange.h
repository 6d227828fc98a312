/*
 * The values that go round the ring and between http and policy: one
 * struct for each message with more than a request in it, with its put and
 * get side by side.  Strings and octets that were got point into the
 * reader's octets; X_free frees only arrays.  Every get ends with the end
 * check and returns false if the message is not exactly right, which for
 * the receiver is a broken protocol of its own peer.
 */
#ifndef COMMON_EXCHANGE_H
#define COMMON_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/protocol.h"
#include "common/request.h"
#include "common/role.h"
#include "common/verdict.h"
#include "common/wire.h"

/* Which endpoint of a connection a browser or identity provider called. */
enum endpoint {
	ENDPOINT_LOGIN,		/* .../login: begin a sign-in */
	ENDPOINT_CONSUME,	/* .../consume: the ACS, the redirect URI */
	ENDPOINT_METADATA,	/* .../saml/metadata */
	ENDPOINT_LOGOUT,	/* .../logout: of the provider */
	ENDPOINT_BACKCHANNEL,	/* .../oidc/backchannel-logout */
	ENDPOINT_MAX
};

/* A cookie of an unfinished login: name without the prefix, and value. */
struct login_cookie {
	const char	*name;		/* 8 hex digits */
	const char	*value;
};
#define LOGIN_COOKIE_PREFIX	"__Host-hfsso-l-"
#define SESSION_COOKIE		"__Host-hfsso"

/* sso_start, sso_answer, sso_logout, sp_metadata_get: handed over whole. */
struct sso_request {
	struct request	 request;
	enum endpoint	 endpoint;
	enum protocol	 protocol;	/* of the address that was called */
	const char	*organization;
	const char	*connection;	/* "" : the organization's first */
	bool		 post;		/* else GET */
	struct bytes	 query;		/* raw, without "?" */
	struct bytes	 body;		/* raw */
	const char	*return_to;	/* sso_start: checked by http */
	size_t		 cookie_count;
	struct login_cookie cookies[16];
};
void	 sso_request_put(struct writer *, const struct sso_request *);
bool	 sso_request_get(struct reader *, struct sso_request *);

/*
 * sso_started: where the browser goes next.  With verdict ok either url
 * alone (redirect binding), or url and form fields (POST binding), which
 * http shows as a form with a button; at a logout url may be "", and it
 * stays here.  set_cookie is a login cookie to
 * set; clear lists names (8 hex digits) of login cookies to remove.
 */
struct sso_started {
	enum verdict	 verdict;
	const char	*url;
	bool		 post;
	size_t		 field_count;
	struct { const char *name, *value; } fields[4];
	struct login_cookie set_cookie;	/* name "" : none */
	struct strings	 clear;
};
void	 sso_started_put(struct writer *, const struct sso_started *);
bool	 sso_started_get(struct reader *, struct sso_started *);
void	 sso_started_free(struct sso_started *);

/* sp_metadata: the document, or why not. */
struct sp_metadata {
	enum verdict	 verdict;
	struct bytes	 document;
};
void	 sp_metadata_put(struct writer *, const struct sp_metadata *);
bool	 sp_metadata_get(struct reader *, struct sp_metadata *);

/*
 * What an identity provider itself calls somebody: by this and nothing else
 * it names him when he signs out there.  Of OpenID Connect only the value
 * is set: the claim "sub", whatever the connection takes for the subject.
 */
struct name_id {
	const char	*value;		/* "" : none */
	const char	*format;
	const char	*name_qualifier;
	const char	*sp_name_qualifier;
	const char	*sp_provided_id;
};
/* Also how the store keeps one; get makes no end check. */
void	 name_id_put(struct writer *, const struct name_id *);
void	 name_id_get(struct reader *, struct name_id *);

struct identity {
	const char	*subject;	/* with the connection: the key */
	struct name_id	 name_id;	/* whole, for logout */
	const char	*email;		/* "" where the provider sent none */
	bool		 email_vouched;	/* verified, or in a trusted domain */
	const char	*name;
	const char	*given;
	const char	*family;
	const char	*username;	/* wished, as the provider sent it */
	struct strings	 roles;		/* values of the role attribute */
	struct strings	 groups;	/* of the resource group attribute */
	bool		 roles_overage;	/* the provider said "too many" */
	bool		 groups_overage;
	const char	*session_index;	/* the provider's session */
	int64_t		 authn_instant;	/* seconds */
	int64_t		 session_ends;	/* SessionNotOnOrAfter; 0: not said */
	const char	*authn_context;
};

/* An attribute or claim as it was received; for a connection test only. */
struct received {
	const char	*name;
	struct strings	 values;
};
#define RECEIVED_MOST	200		/* of them in one outcome */

#define BURN_KEY	32		/* octets of a hash */
/*
 * login_outcome: the one thing a login becomes.  request is http's own,
 * origin the instance of the http process that verifier had it from.
 * With a verdict other than ok only organization, connection, issuer and
 * detail say more, and identity is empty.
 */
struct outcome {
	struct request	 request;
	uint64_t	 origin;
	int64_t		 came;		/* to verifier: monotonic ms */
	enum verdict	 verdict;
	const char	*organization;
	const char	*connection;
	const char	*detail;	/* for the log; no secret; "" if none */
	struct bytes	 login_key;	/* hash of the login's id, or none */
	struct bytes	 message_key;	/* BURN_KEY: hash of issuer and id */
	int64_t		 message_until;	/* latest moment it could be accepted */
	const char	*login_cookie;	/* name to clear, 8 hex digits, or "" */
	const char	*return_to;	/* "" : the account page */
	bool		 restart;	/* IdP-initiated: begin our own login */
	struct identity	 identity;
	/*
	 * What verifier wants to have back, sealed by it: a refresh token
	 * for check_start, and the ID token for logout_start.  Or empty.
	 */
	struct bytes	 check_token;
	struct bytes	 logout_hint;
	/*
	 * A connection test: nothing is made of it, the answer is a report.
	 * received is there whatever the verdict, as far as it was proved.
	 */
	bool		 test;
	size_t		 received_count;
	struct received	*received;
};
void	 outcome_put(struct writer *, const struct outcome *);
bool	 outcome_get(struct reader *, struct outcome *);
void	 outcome_free(struct outcome *);

/*
 * login_answer.  ok: set the session cookie and go to return_to.  restart:
 * go to the connection's login address.  Else a page with the verdict.
 * test: a page with the report, whatever the verdict.
 */
enum report { REPORT_RESULT, REPORT_IDENTITY, REPORT_RECEIVED, REPORT_MAX };
struct report_line {
	enum report	 part;
	const char	*name;		/* "Role" */
	const char	*value;
};
#define REPORT_MOST	1000		/* lines */
struct login_answer {
	enum verdict	 verdict;
	const char	*session;	/* cookie value; "" without a session */
	int64_t		 expires;	/* seconds */
	const char	*login_cookie;	/* to clear, or "" */
	const char	*return_to;
	bool		 restart;
	const char	*organization;
	const char	*connection;
	bool		 test;
	size_t		 report_count;
	struct report_line *report;
};
void	 login_answer_put(struct writer *, const struct login_answer *);
bool	 login_answer_get(struct reader *, struct login_answer *);
void	 login_answer_free(struct login_answer *);

/*
 * logout_start: a session has ended, and this is how its identity provider
 * knows it.  origin is the http process that waits for sso_started.
 */
struct logout_start {
	uint64_t	 request;	/* http's id */
	uint64_t	 origin;
	const char	*organization;
	const char	*connection;
	struct name_id	 name_id;	/* whole */
	const char	*session_index;	/* "" : none */
	struct bytes	 hint;		/* outcome's logout_hint, or empty */
};
void	 logout_start_put(struct writer *, const struct logout_start *);
bool	 logout_start_get(struct reader *, struct logout_start *);

/* What an identity provider says it has done with its own session. */
enum logout_result {
	LOGOUT_HERE,		/* it was not asked */
	LOGOUT_DONE,
	LOGOUT_PARTIAL,
	LOGOUT_FAILED,
	LOGOUT_MAX
};
/*
 * logout_outcome: what a message at the logout address becomes, a
 * LogoutRequest or the LogoutResponse to ours, a logout token, a
 * front-channel logout, or the return from an end_session_endpoint.
 * request, origin, keys and refusals are as in a login's outcome.  started
 * is where the browser goes once policy has written it: for a LogoutRequest
 * our signed answer, which policy lets out only after the commit.
 *
 * A request names whose sessions: those of name_id, or with an empty value
 * (OpenID Connect without "sub") those of session_indexes, which then has
 * exactly one; with both, only those that are in both.  Without a message
 * key (front-channel) it has one of session_indexes alone and proves
 * nothing: anybody may have sent it, and where it ends no session nothing
 * is written.
 */
struct logout_outcome {
	struct request	 request;
	uint64_t	 origin;
	enum verdict	 verdict;
	const char	*organization;
	const char	*connection;
	const char	*detail;
	bool		 response;	/* else a LogoutRequest */
	enum logout_result result;	/* response */
	struct bytes	 login_key;	/* response: hash of our request's id */
	struct bytes	 message_key;	/* BURN_KEY, or none */
	int64_t		 message_until;
	struct name_id	 name_id;	/* request: whose sessions */
	struct strings	 session_indexes; /* which of them; empty: all */
	struct sso_started started;
};
void	 logout_outcome_put(struct writer *, const struct logout_outcome *);
bool	 logout_outcome_get(struct reader *, struct logout_outcome *);
void	 logout_outcome_free(struct logout_outcome *);

/* logout_answer: the verdict, and with ok where the browser goes. */
struct logout_answer {
	enum verdict	 verdict;
	bool		 ended;		/* the session of this browser, too */
	enum logout_result result;
	struct sso_started started;
};
void	 logout_answer_put(struct writer *, const struct logout_answer *);
bool	 logout_answer_get(struct reader *, struct logout_answer *);
void	 logout_answer_free(struct logout_answer *);

/* key_offer: the current key that seals login state, and the one before. */
#define LOGIN_KEY	32
struct login_keys {
	uint64_t	 id[2];		/* 0: there is no such key */
	struct bytes	 key[2];	/* LOGIN_KEY octets; [0] is current */
	int64_t		 renew;		/* seconds: ask again then */
};
void	 login_keys_put(struct writer *, const struct login_keys *);
bool	 login_keys_get(struct reader *, struct login_keys *);

/*
 * access_check: may this request pass?  http says what the request is
 * (its path, and whether that path is plain: canonical, without %2f, %5c,
 * %00, ";", dot segments or empty segments, also encoded); policy knows
 * the application by request.host.
 */
struct access_check {
	struct request	 request;
	bool		 safe;		/* GET or HEAD */
	const char	*path;		/* as sent, without the query */
	bool		 plain;
};
void	 access_check_put(struct writer *, const struct access_check *);
bool	 access_check_get(struct reader *, struct access_check *);

/*
 * access_answer: the verdict, and with ok the identity that goes into the
 * headers.  A public path without a session is ok with an empty account.
 */
struct access_answer {
	enum verdict	 verdict;
	const char	*organization;	/* of the stamp that counted */
	const char	*account;	/* opaque id; "" : nobody */
	const char	*name;		/* account name */
	const char	*email;
	const char	*display_name;
	enum role	 role;
	const char	*session;	/* public handle */
	int64_t		 expires;	/* seconds; 0 with an empty account */
	struct strings	 groups;	/* slugs, sorted */
};
void	 access_answer_put(struct writer *, const struct access_answer *);
bool	 access_answer_get(struct reader *, struct access_answer *);
void	 access_answer_free(struct access_answer *);

/* session_show has nothing but its request; session_shown answers. */
struct session_stamp {
	const char	*organization;
	const char	*connection;
	enum role	 role;
	int64_t		 since;
	int64_t		 expires;
	struct strings	 groups;	/* "slug role" */
};
#define SESSION_STAMPS	16
struct session_view {
	enum verdict	 verdict;
	const char	*name;
	const char	*display_name;
	const char	*email;
	const char	*account;
	const char	*session;	/* public handle */
	const char	*form_token;	/* proves our own form; hex */
	size_t		 stamp_count;
	struct session_stamp stamps[SESSION_STAMPS];
};
void	 session_view_put(struct writer *, const struct session_view *);
bool	 session_view_get(struct reader *, struct session_view *);
void	 session_view_free(struct session_view *);

/* session_end: leave.  The token is the one session_shown gave. */
struct session_end {
	struct request	 request;
	const char	*form_token;
};
void	 session_end_put(struct writer *, const struct session_end *);
bool	 session_end_get(struct reader *, struct session_end *);

/*
 * session_ended.  follows: verifier was told, and its sso_started says
 * where the browser goes; it may well come first.
 */
struct session_ended {
	enum verdict	 verdict;
	bool		 follows;
};
void	 session_ended_put(struct writer *, const struct session_ended *);
bool	 session_ended_get(struct reader *, struct session_ended *);

/*
 * ctl_result, and the start of ctl_records: a verdict.  The
 * one get without the end check, since something may follow.
 */
struct result {
	enum verdict	 verdict;
	const char	*detail;	/* "" or a sentence */
};
void	 result_put(struct writer *, const struct result *);
bool	 result_get(struct reader *, struct result *);

#endif
