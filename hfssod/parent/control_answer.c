/* The answers that parent itself gives to hfssoctl.  In parent. */
#include <unistd.h>

#include "common/clock.h"
#include "common/exchange.h"
#include "common/limits.h"
#include "common/process.h"
#include "common/record.h"
#include "common/sandbox.h"
#include "hfssod/parent/children.h"
#include "hfssod/parent/control_answer.h"
#include "hfssod/parent/parent.h"

void
control_result(struct writer *w, enum verdict verdict, const char *detail)
{
	struct result	 result;

	result.verdict = verdict;
	result.detail = detail;
	wire_init(w, LIMIT_MESSAGE);
	result_put(w, &result);
}

static void
process(struct writer *w, const char *name, const char *kind, pid_t pid,
    uint64_t instance, int64_t uptime, unsigned int restarts,
    const char *state, uint32_t layers, const char *group)
{
	unsigned int	 i;

	record_object(w, "");
	record_string(w, "name", name);
	record_string(w, "kind", kind);
	/* 0 would be a whole group of processes to kill(2). */
	if (pid == 0)
		record_null(w, "pid");
	else
		record_integer(w, "pid", pid);
	record_integer(w, "instance", (int64_t)instance);
	record_integer(w, "uptime", uptime);
	record_integer(w, "restarts", restarts);
	record_string(w, "state", state);
	record_array(w, "layers");
	for (i = 0; i < LAYER_COUNT; i++) {
		if (layers & (1u << i))
			record_string(w, "", sandbox_layer_name(1u << i));
	}
	record_end(w);
	record_string(w, "group", group);
	record_end(w);
}

void
control_processes(struct writer *w)
{
	const struct seat	*s;
	struct result		 ok = { VERDICT_ok, "" };
	int64_t			 now;

	now = clock_ms();
	wire_init(w, LIMIT_MESSAGE);
	result_put(w, &ok);
	wire_put_string(w, "");
	record_array(w, "");
	process(w, "parent", "parent", getpid(), 0,
	    (now - parent_born()) / 1000, 0, "up", 0, "");
	TAILQ_FOREACH(s, children_seats(), entry)
		process(w, s->name, process_kinds_name(s->kinds), s->pid,
		    s->instance, s->pid == 0 ? 0 : (now - s->born) / 1000,
		    s->restarts, seat_state_name(s->state),
		    s->pid == 0 ? 0 : s->layers, s->group);
	record_end(w);
}
