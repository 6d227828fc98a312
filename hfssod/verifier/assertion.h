/*
 * What a verified Assertion says, checked: who, for whom, until when.
 * Pure.
 */
#ifndef VERIFIER_ASSERTION_H
#define VERIFIER_ASSERTION_H

#include "hfssod/verifier/response.h"
#include "hfssod/verifier/signature.h"

/*
 * Check the Assertion (SAML core 2.3 to 2.7, profiles 4.1.4) and fill in
 * the facts but those of the document.  facts.until is lowered where the
 * Assertion ends earlier.
 */
enum verdict	 assertion_check(const struct verified *,
		    const struct response_rules *,
		    const struct response_asked *, int64_t, struct facts *);

/*
 * An IssueInstant: ok, saml_structure, saml_not_yet or saml_too_old; and
 * facts.until lowered to when it will be too old.
 */
enum verdict	 assertion_issued(const xmlNode *, int64_t, struct facts *);

/*
 * A NameID of whatever Format, whole, into facts: ok or saml_subject.
 */
enum verdict	 assertion_name_id(const xmlNode *, struct facts *);

/* Skew is added here and nowhere else. */
bool		 assertion_before(int64_t now, int64_t end);
bool		 assertion_since(int64_t now, int64_t begin);

#endif
