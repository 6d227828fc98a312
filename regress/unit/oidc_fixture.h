/*
 * An OpenID Provider that does what a test says, in place of fetch and of
 * source: every question is kept until the test answers it, in any order.
 */
#ifndef OIDC_FIXTURE_H
#define OIDC_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "common/exchange.h"
#include "common/provider.h"
#include "common/view.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/job.h"
#include "hfssod/verifier/seal.h"

#define OP_NOW		INT64_C(1767323075)	/* 2026-01-02T03:04:35Z */
#define OP_ISSUER	"https://op.example"
#define OP_CALLBACK	"https://hub.example.com/organizations/acme/oidc/consume"
#define OP_SECRET	"s3cret -.~+%:"

extern int64_t	 op_now;		/* what the clocks say */
extern int64_t	 op_ms;
extern bool	 op_switched_off;	/* by hfssoctl */
extern struct seal_keys	 op_keys;
extern bool	 op_no_keys;

/*
 * Organization "acme": connections "op" (the first), "two" (of
 * https://two.example) and "saml"; organization "other": "op" again.  A
 * test changes them and calls op_build.
 */
extern struct verifier_connection	 op_connections[4];
extern struct verifier_view		 op_view;
void	 op_setup(void);
void	 op_teardown(void);
/* The new configuration is in force. */
void	 op_build(void);
const struct connection *op_find(const char *, const char *);

/* A provider's documents.  "{}" edits: members that replace, null drops. */
struct source {
	const char	*name;		/* of the connection */
	bool		 there;
	bool		 hold;		/* let source_wait wait */
	enum verdict	 verdict;	/* what it ends with */
	enum verdict	 rekey;		/* likewise */
	unsigned int	 rekeys;	/* how often */
	unsigned int	 next_key;	/* what a rekey brings */
	void		*discovery;
	void		*keys;
	void		(*fn)(void *, enum verdict, const char *);
	void		*arg;
};
extern struct source	 op_sources[4];
/* Its discovery document, by name of the connection; NULL or why not. */
const char	*op_discovery(unsigned int, const char *);
/* It publishes the key with that number alone. */
void	 op_publish(unsigned int, unsigned int);
/* What was held goes on. */
void	 op_release(unsigned int);

/* Begin a login; its cookie goes into the jar. */
struct op_login {
	char	 state[SEAL_ID + 1];
	char	 nonce[64];
	char	 challenge[64];
	char	*url;
};
void	 op_login(struct op_login *, const char *, const char *);
void	 op_login_free(struct op_login *);
/* Empty the jar. */
void	 op_forget_cookies(void);
/* Put a cookie into the jar. */
void	 op_cookie(const struct login_cookie *);

/* A request of a browser, and what became of it. */
struct op_run {
	struct job		 job;
	char			*text;
	bool			 done;
	bool			 logout;
	struct writer		 octets;
	struct outcome		 outcome;
	struct logout_outcome	 left;
};
/* GET of the redirect URI with that query. */
struct op_run	*op_consume(const char *, const char *, const char *);
/* GET, or POST with the text as the body. */
struct op_run	*op_logout(const char *, const char *, enum endpoint, bool,
		    const char *);
/* "state=...&code=...&iss=..." ; code "" : the usual. */
const char	*op_query(const struct op_login *, const char *);

/* Questions to fetch, oldest first; never forgotten before teardown. */
struct op_question {
	char	*organization, *connection, *url, *accept, *authorization;
	char	*body;
	bool	 post, open;
	uint32_t milliseconds;
	void	(*fn)(void *, const struct fetch_answer *);
	void	*arg;
};
extern size_t			 op_question_count;
extern struct op_question	 op_questions[64];
void	 op_answer(size_t, uint32_t, const char *, const char *);
void	 op_fail(size_t, enum fetch_result);

/* A token by key number 0..2, with kid "k0".. or the one given. */
char	*op_sign(unsigned int, const char *, json_t *);
/* Claims of an ID token for a login, edited; a new reference. */
json_t	*op_claims(const struct op_login *, const char *);
json_t	*op_edit(json_t *, const char *);
/* The token endpoint's answer with an ID token of key 0; allocated. */
char	*op_tokens(const struct op_login *, const char *, const char *);
/* With that text for the ID token. */
char	*op_tokens_with(const char *, const char *);
/* The same, sent: the last question, status 200. */
void	 op_give_tokens(const struct op_login *, const char *, const char *);
/* A value of a form body or query, decoded; "" if none.  Static. */
const char	*op_field(const char *, const char *);

#endif
