/* What the units that judge Responses share. */
#ifndef SAML_JUDGE_H
#define SAML_JUDGE_H

#include "hfssod/verifier/response.h"
#include "regress/unit/saml_fixture.h"

#define E(x)		VERDICT_##x
#define SUCCESS		"urn:oasis:names:tc:SAML:2.0:status:Success"
#define PERSISTENT	"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
#define TRANSIENT	"urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
#define ISSUER		"<saml:Issuer>" FIXTURE_IDP "</saml:Issuer>"
#define AT		"2026-01-02T03:04:05Z"
#define ISSUED		"IssueInstant=\"" AT "\""
#define END		"2026-01-02T03:09:05Z"
#define BEARER		"urn:oasis:names:tc:SAML:2.0:cm:bearer"
#define C14N		"http://www.w3.org/2001/10/xml-exc-c14n#"
#define HERE		"<saml:Subject>"


/* A message, and what is said of it. */
struct row {
	enum verdict		 verdict;
	enum require_signed	 require;
	struct make		 make;
};

#define ROWS(table)	(sizeof(table) / sizeof(table[0]))

/* A connection's rules by the fixture's keys and names. */
struct response_rules rules(enum require_signed);
/* Judge octets, as an answer to that request, at that time. */
enum verdict	 judge(const struct response_rules *, const char *, int64_t,
		    const char *, size_t, struct facts *);
/* Make a message and judge it; any other verdict fails the test. */
void		 expect(const struct make *, const struct response_rules *,
		    const char *, int64_t, enum verdict);
/* A test of the row that is its state. */
void		 row(void **);
/* Add a test for each row; returns how many there are now. */
struct CMUnitTest;
size_t		 rows_add(struct CMUnitTest *, size_t, const struct row *,
		    size_t);

#endif
