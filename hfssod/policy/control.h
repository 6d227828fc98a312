/*
 * What hfssoctl changes: sessions revoked, roles given.
 */
#ifndef POLICY_CONTROL_H
#define POLICY_CONTROL_H

#include "common/record.h"
#include "common/request.h"
#include "common/verdict.h"
#include "common/wire.h"

enum verdict	 session_revoke(struct request *, struct reader *,
		    struct writer *);
enum verdict	 member_role(struct request *, struct reader *,
		    struct writer *);

/*
 * Who asks and what; parent made sure of the first.  False, and a line in the
 * log, if it is malformed: it was passed on unread.
 */
bool		 control_question(struct reader *, const char **,
		    struct ctl_question *);
/*
 * The row of an account with that name that has a session, when the store
 * can't be asked; 0 if there is none.
 */
int64_t		 control_row_in_memory(const char *);
/*
 * ctl_result; frees the question.  Returns the verdict, or unavailable,
 * and has written nothing then, if the store has failed.
 */
enum verdict	 control_answer(struct ctl_question *, struct writer *,
		    enum verdict, const char *);
/* Likewise ctl_records, all on one page; the records if it is ok. */
enum verdict	 control_records(struct ctl_question *, struct writer *,
		    enum verdict, const char *, const struct writer *);

#endif
