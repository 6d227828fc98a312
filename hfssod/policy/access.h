/*
 * What http asks of a live session: may it pass, what is it, end it.
 */
#ifndef POLICY_ACCESS_H
#define POLICY_ACCESS_H

#include "common/exchange.h"

/* Memory only: no store, no allocation. */
enum verdict	 access_check(struct request *, struct reader *,
		    struct writer *);
enum verdict	 session_show(struct request *, struct reader *,
		    struct writer *);
enum verdict	 session_end(struct request *, struct reader *,
		    struct writer *);

/* Their answers with a verdict alone. */
void		 access_refuse(struct writer *, enum verdict);
void		 session_show_refuse(struct writer *, enum verdict);
void		 session_end_refuse(struct writer *, enum verdict);
void		 result_refuse(struct writer *, enum verdict);

#endif
