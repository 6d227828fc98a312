/*
 * A LogoutRequest or LogoutResponse of an identity provider, judged:
 * octets in, verdict and facts out.  Pure.
 */
#ifndef VERIFIER_LOGOUT_CHECK_H
#define VERIFIER_LOGOUT_CHECK_H

#include "common/exchange.h"
#include "hfssod/verifier/response.h"

/* What the connection demands; everything is lent. */
struct logout_rules {
	const char			*idp;	/* its entityID */
	const struct public_keys	*keys;
	const struct key_pairs		*decrypt;
	const char			*address; /* ours, where it came to */
	/* Its octets were verified as they travelled (redirect.h). */
	bool				 verified;
};

/*
 * What was proved.  In base: detail, issuer, assertion_id (here the
 * message's), name_id, until, and the documents.
 */
struct logout_facts {
	struct facts		 base;
	struct strings		 session_indexes;
	enum logout_result	 result;
};

/*
 * Judge the octets at the given moment (design section 6, rules 1 to 4;
 * SAML profiles 4.4.4).  What is not verified yet must have an enveloped
 * signature, and what is may have none.  logout_facts_free must follow,
 * whatever the verdict.
 */
enum verdict	 logout_check_request(const struct logout_rules *, int64_t,
		    const void *, size_t, struct logout_facts *);
/* The answer to the request of ours with that id. */
enum verdict	 logout_check_response(const struct logout_rules *,
		    const char *, int64_t, const void *, size_t,
		    struct logout_facts *);
void		 logout_facts_free(struct logout_facts *);

#endif
