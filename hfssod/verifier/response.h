/*
 * A SAML 2.0 Response, judged: octets in, verdict and facts out.  Pure: no
 * globals, no clock, no input or output.
 */
#ifndef VERIFIER_RESPONSE_H
#define VERIFIER_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/exchange.h"
#include "common/verdict.h"
#include "common/view.h"
#include "common/wire.h"
#include "hfssod/verifier/attribute.h"
#include "hfssod/verifier/key.h"
#include "hfssod/verifier/xml.h"

/* What the connection demands; everything is lent. */
struct response_rules {
	const char			*idp;	/* its entityID */
	const struct public_keys	*keys;
	const struct key_pairs		*decrypt;
	const char			*entity_id; /* ours */
	const char			*acs;	/* our address */
	enum require_signed		 require_signed;
	const char			*nameid_format; /* "" : any lasting */
	const struct strings		*authn_contexts; /* empty: any */
	bool				 force_authn;
	/* The subject is an attribute: NameID may be transient or missing. */
	bool				 subject_attribute;
};

/* What is answered. */
struct response_asked {
	const char	*id;	/* of our request; "" : nothing, unsolicited */
	int64_t		 time;	/* when it was made */
};

/*
 * What was proved.  Strings point into the parsed documents that are kept
 * here.  With a verdict other than ok only detail means anything: a short
 * static text for the log, or "".
 */
struct facts {
	const char		*detail;
	const char		*issuer;
	const char		*assertion_id;
	struct name_id		 name_id;	/* value "" : none */
	const char		*session_index;
	int64_t			 authn_instant;
	int64_t			 session_ends;	/* 0: not said */
	const char		*authn_context;
	struct attributes	 attributes;
	int64_t			 until;	/* last moment it is acceptable */
	struct xml		 outer;
	struct xml		 inner;		/* decrypted */
};

/*
 * Judge the octets of a Response by everything in design section 6, at the
 * given moment.  facts_free must follow, whatever the verdict.
 */
enum verdict	 response_check(const struct response_rules *,
		    const struct response_asked *, int64_t, const void *,
		    size_t, struct facts *);
void		 facts_free(struct facts *);

#endif
