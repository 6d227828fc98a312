/* Claims as tests write them, and what they are judged by. */
#ifndef TOKEN_FIXTURE_H
#define TOKEN_FIXTURE_H

#include <jansson.h>

#include "hfssod/verifier/token.h"

#define NOW	INT64_C(1767323075)	/* 2026-01-02T03:04:35Z */
#define ISSUER	"https://op.example/t"
#define CLIENT	"client-1"
#define NONCE	"n0nce"

/* Claims of a good ID token. */
extern const char		 id_token[];
/* What is demanded; setup makes it what id_token satisfies. */
extern struct token_rules	 rules;
int		 token_setup(void **);

/*
 * Claims with edits: "member=value", a value in JSON or GONE; several are
 * separated by newlines.  A new reference.
 */
#define GONE	"gone"
json_t		*edited(const char *, const char *);

/* token_check at NOW, for a header with that alg. */
enum verdict	 check_claims(const json_t *, const char *, struct facts *);

#endif
