/*
 * Tokens, made and ended by hfssoctl: handlers of policy (turn.h), and of
 * reader.
 */
#ifndef POLICY_TOKEN_CONTROL_H
#define POLICY_TOKEN_CONTROL_H

#include "common/request.h"
#include "common/verdict.h"
#include "common/wire.h"

/* Both show the secret in their answer, and nowhere else. */
enum verdict	 token_create(struct request *, struct reader *,
		    struct writer *);
enum verdict	 token_rotate(struct request *, struct reader *,
		    struct writer *);
enum verdict	 token_revoke(struct request *, struct reader *,
		    struct writer *);
enum verdict	 show_tokens(struct request *, struct reader *,
		    struct writer *);
enum verdict	 show_dry_run(struct request *, struct reader *,
		    struct writer *);

#endif
