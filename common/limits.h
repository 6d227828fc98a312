/*
 * Every size that comes from outside has its maximum here, and only here.
 * Shared by every process.  Sizes are octets, times are seconds, unless
 * the name or the comment says otherwise.
 */
#ifndef COMMON_LIMITS_H
#define COMMON_LIMITS_H

/* Messages between our own processes. */
#define LIMIT_MESSAGE		(64 * 1024)	/* if the table says no more */
#define LIMIT_LOGIN_MESSAGE	(512 * 1024)	/* a login answer on its way */
#define LIMIT_FETCH_MESSAGE	(1280 * 1024)	/* a document from outside */
#define LIMIT_VIEW		(64 * 1024 * 1024) /* one configuration view */
#define LIMIT_FILE		(16 * 1024 * 1024) /* key, metadata */
#define LIMIT_OUTSTANDING	256		/* of one http per peer */
#define LIMIT_OUTSTANDING_BYTES	(8 * 1024 * 1024)
#define LIMIT_OUTSTANDING_DOOR	64		/* of them for one connection */
#define LIMIT_UNREAD		(32 * 1024 * 1024) /* by a peer */
#define LIMIT_PEER_WAIT		10		/* for an answer of a peer */
#define LIMIT_TURN_MESSAGES	128		/* in one turn of policy */
#define LIMIT_TURN_MS		4		/* milliseconds, likewise */

/* HTTP. */
#define LIMIT_REQUEST_LINE	8192
#define LIMIT_HEADER_LINE	8192
#define LIMIT_HEADERS_BYTES	32768
#define LIMIT_HEADERS		100
#define LIMIT_BODY		(384 * 1024)	/* a sign-in form */
#define LIMIT_BODY_EARLY	(64 * 1024)	/* before it is known whose */
#define LIMIT_BODIES		(64 * 1024 * 1024) /* being read, per process */
#define LIMIT_BODY_SMALL	8192		/* our own forms */
#define LIMIT_PIPELINE		16		/* read ahead of answers */
#define LIMIT_CONNECTIONS	4096		/* per http process */
#define LIMIT_CONNECTIONS_ADDR	256		/* per client address */
#define LIMIT_TIME_HANDSHAKE	10
#define LIMIT_TIME_HEADERS	10
#define LIMIT_TIME_BODY		30
#define LIMIT_TIME_WRITE	30
#define LIMIT_TIME_IDLE		60
#define LIMIT_HOST		253
#define LIMIT_RETURN_TO		2048

/* Names. */
#define LIMIT_NAME		42		/* account and organization */
#define LIMIT_NAME_LEAST	2
#define LIMIT_SLUG		96		/* resource group */
#define LIMIT_CONNECTION	42

/* What an identity provider says. */
#define LIMIT_SAML_MESSAGE	(256 * 1024)	/* decoded XML */
#define LIMIT_XML_DEPTH		64
#define LIMIT_XML_NODES		50000
#define LIMIT_XML_ATTRIBUTES	64		/* of one element */
#define LIMIT_SAML_ID		256
#define LIMIT_SUBJECT		1024
#define LIMIT_EMAIL		320
#define LIMIT_DISPLAY_NAME	256
#define LIMIT_VALUE		1024		/* one value of an attribute */
#define LIMIT_VALUES		2000		/* of one attribute */

/* Signing in, and out. */
#define LIMIT_LOGIN_COOKIES	4		/* unfinished, of a browser */
#define LIMIT_LOGIN_SECONDS	600
#define LIMIT_SKEW		180		/* clock skew */
#define LIMIT_ISSUED		300		/* age of an IssueInstant */
#define LIMIT_RELAY_STATE	1024		/* another's; SAML says 80 */
#define LIMIT_SESSION_INDEXES	64		/* in one LogoutRequest */
#define LIMIT_SESSIONS		256		/* live ones of an account */
#define LIMIT_TOKEN		64		/* octets of our cookies */

/* What fetch brings from outside. */
#define LIMIT_FETCH_METADATA	(1024 * 1024)	/* SAML metadata */
#define LIMIT_FETCH_JSON	(256 * 1024)	/* every other document */
#define LIMIT_FETCH_HEADERS	16384		/* octets of an answer's head */
#define LIMIT_FETCH_OPEN	64		/* questions of one verifier */
#define LIMIT_FETCH_WAITING	1024		/* and those that queue there */
#define LIMIT_FETCH_REDIRECTS	3
#define LIMIT_FETCH_IDLE	30		/* a connection kept alive */
#define LIMIT_FETCH_MS		8000		/* milliseconds; in a login */
#define LIMIT_FETCH_SLOW_MS	30000		/* milliseconds; refreshing */
#define LIMIT_URL		4096

/* OpenID Connect. */
#define LIMIT_JWT		65536		/* octets, as it travels */
#define LIMIT_JWKS		64		/* keys in a set */
#define LIMIT_JSON_DEPTH	32
#define LIMIT_CLAIMS		1000		/* of a token or userinfo */
#define LIMIT_CODE		4096		/* authorization code */
#define LIMIT_SECRET		8192		/* client's; refresh token */
#define LIMIT_SEALED		32768		/* what policy keeps for us */
#define LIMIT_TEST_SECONDS	600		/* of a test's address */

/* SCIM. */
#define LIMIT_SCIM_MESSAGE	(8 * 1024 * 1024)
#define LIMIT_SCIM_BODY		(16 * 1024 * 1024) /* of JSON */
#define LIMIT_SCIM_DEPTH	12		/* of JSON */
#define LIMIT_SCIM_KEYS		500		/* members of one JSON object */
#define LIMIT_SCIM_JSON		1200000		/* values in a JSON document */
#define LIMIT_SCIM_OPERATIONS	1000		/* in one PATCH, or Bulk */
#define LIMIT_SCIM_ERRORS	LIMIT_SCIM_OPERATIONS
#define LIMIT_SCIM_ID		64		/* as it may be asked for */
#define LIMIT_SCIM_TEXT		32768		/* one value */
#define LIMIT_SCIM_VALUES	200000		/* of one attribute: members */
#define LIMIT_SCIM_MULTI	200		/* of any other */
#define LIMIT_SCIM_USER		(56 * 1024)	/* a User as it is stored */
#define LIMIT_SCIM_STAGE	2000		/* members in one message */
#define LIMIT_SCIM_PATCHED	5000		/* members that a PATCH names */
#define LIMIT_SCIM_WORK		400000		/* comparisons of a PATCH */
#define LIMIT_SCIM_INLINE	50		/* members within an answer */
#define LIMIT_SCIM_FILTER	8192		/* octets, and one operand */
#define LIMIT_SCIM_FILTER_NODES	200
#define LIMIT_SCIM_FILTER_DEPTH	32
#define LIMIT_SCIM_PAGE		1000		/* resources */
#define LIMIT_SCIM_CURSOR	2560
#define LIMIT_SCIM_CURSOR_TIME	86400	/* seconds that clients may rely on */
#define LIMIT_SCIM_AFTER	5120		/* between our own processes */
#define LIMIT_SCIM_DETAIL	1024
#define LIMIT_SCIM_SORTED	200000		/* resources without an index */
#define LIMIT_SCIM_LINKS	1000		/* of one group */
#define LIMIT_SCIM_SECONDS	60		/* a long list or write */
#define LIMIT_SCIM_SLICE_MS	20		/* of reader's, of a job's */
#define LIMIT_SCIM_RATE		10000	/* requests of a token, per second */
#define LIMIT_SCIM_HELD		5000		/* groups that have a member */
#define LIMIT_SCIM_STAGES	16		/* of a connection, unclaimed */
#define LIMIT_SCIM_STAGE_SECONDS 600		/* what no write has claimed */
#define LIMIT_BEARER		1024		/* octets */
#define LIMIT_TOKENS		200		/* live, of an organization */
#define LIMIT_DRY_RUN_SECONDS	(7 * 86400)

#define LIMIT_HEADER_GROUPS	3072		/* header groups max */
#define LIMIT_HEADER_GROUPS_MOST 16384		/* and what it may be set to */

#endif
