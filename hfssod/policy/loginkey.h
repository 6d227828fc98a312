/*
 * The key that seals the state of unfinished logins: a new one each day
 * for each verifier group, kept in the store so that logins survive a
 * restart.
 */
#ifndef POLICY_LOGINKEY_H
#define POLICY_LOGINKEY_H

#include "common/exchange.h"

#define LOGIN_KEY_SECONDS	86400

enum verdict	 key_request(struct request *, struct reader *,
		    struct writer *);
/* No key; ask again soon. */
void		 key_refuse(struct writer *, enum verdict);

#endif
