/* For units of policy's turns; see turn_fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/record.h"
#include "hfssod/policy/sweep.h"
#include "turn_fixture.h"

struct peer	 http = { .kinds = KIND_BROWSER | KIND_GATE, .instance = 5,
		    .group = "", .ready = true };
struct peer	 verifier = { .kinds = KIND_VERIFIER, .instance = 6,
		    .group = "default", .ready = true };
struct peer	 gate = { .kinds = KIND_GATE, .instance = 7, .group = "",
		    .ready = true };
struct peer	 verifier_apart = { .kinds = KIND_VERIFIER, .instance = 8,
		    .group = "apart", .ready = true };
struct peer	 parent = { .kinds = KIND_PARENT, .group = "",
		    .ready = true };
bool		 no_verifier;
struct sent	 sent[300];
size_t		 sent_count;

struct peer *
child_instance(uint64_t instance)
{
	struct peer	*list[] = { &http, &verifier, &gate, &verifier_apart };
	size_t		 i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (list[i]->instance == instance)
			return list[i];
	return NULL;
}

struct peer *
child_peer(enum process kind, const char *group)
{
	if (kind != PROC_VERIFIER || no_verifier)
		return NULL;
	return strcmp(group, "default") == 0 ? &verifier :
	    strcmp(group, "apart") == 0 ? &verifier_apart : NULL;
}

struct peer *
child_peers(void)
{
	return NULL;
}

unsigned int
child_dispatch(struct peer *p, unsigned int most)
{
	(void)p;
	(void)most;
	return 0;
}

const struct setup *
child_setup(void)
{
	static const struct setup	 setup = { .kinds = KIND_POLICY };

	return &setup;
}

void
sweep_due(void)
{
}

void
forget_sent(void)
{
	while (sent_count > 0)
		free(sent[--sent_count].data);
}

void
peer_send(struct peer *p, enum message m, uint64_t id, const struct writer *w)
{
	const struct message_info	*info = message_info(m);
	struct sent			*s;

	assert_true(sent_count < sizeof(sent) / sizeof(sent[0]));
	/* Memory and store must be done before anything is said. */
	assert_false(store_in_transaction(state.store));
	assert_int_equal(state.effects.count, 0);
	assert_non_null(info);
	assert_true(w->len >= info->least && w->len <= info->most);
	s = &sent[sent_count++];
	s->peer = p;
	s->message = m;
	s->id = id;
	s->len = w->len;
	assert_non_null(s->data = malloc(w->len + 1));
	memcpy(s->data, w->data, w->len);
}

void
end_turn(void)
{
	forget_sent();
	turn_end(peer_send);
}

void
ask_id(const struct verb *verb, struct peer *p, uint64_t id, struct writer *w)
{
	struct reader	 r;

	assert_false(w->bad);
	wire_read(&r, w->data, w->len);
	turn_run(verb, p, id, &r);
	wire_free(w);
}

void
ask(const struct verb *verb, struct peer *p, struct writer *w)
{
	ask_id(verb, p, 42, w);
}

void
ctl_begin(struct writer *w, const char *organization, const char *name)
{
	struct ctl_question	 q = { organization, name, "", "", "", false,
	    { 0, NULL } };

	wire_init(w, LIMIT_MESSAGE);
	wire_put_string(w, "uid 0");
	ctl_question_put(w, &q);
}
