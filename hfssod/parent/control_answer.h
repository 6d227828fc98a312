/* The answers that parent itself gives to hfssoctl, encoded. */
#ifndef PARENT_CONTROL_ANSWER_H
#define PARENT_CONTROL_ANSWER_H

#include "common/verdict.h"
#include "common/wire.h"

/* ctl_result; begins the writer, which the caller frees. */
void	 control_result(struct writer *, enum verdict, const char *);
/* ctl_records: an array with an object for each process. */
void	 control_processes(struct writer *);

#endif
