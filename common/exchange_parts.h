/*
 * What the files of exchange.h share.  Nobody else includes it.
 */
#ifndef COMMON_EXCHANGE_PARTS_H
#define COMMON_EXCHANGE_PARTS_H

#include "common/exchange.h"

#define EXCHANGE_NAME	256		/* organization, connection, handle */

/* A number that is no verdict is malformed. */
void		 verdict_put(struct writer *, enum verdict);
enum verdict	 verdict_get(struct reader *);
/* sso_started inside another message: sso_started_get without the end. */
void		 started_get(struct reader *, struct sso_started *);

#endif
