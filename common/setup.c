/* What a child is told at its start.  parent puts, children get; pure. */
#include "common/child.h"
#include "common/limits.h"

#define TEXT	4096

void
setup_put(struct writer *w, const struct setup *s)
{
	wire_put_u32(w, s->kinds);
	wire_put_u64(w, s->instance);
	wire_put_string(w, s->name);
	wire_put_string(w, s->group);
	wire_put_string(w, s->user);
	wire_put_string(w, s->root);
	wire_put_string(w, s->store);
	wire_put_bool(w, s->strict);
	wire_put_bool(w, s->verbose);
	wire_put_bool(w, s->syslog);
	wire_put_bool(w, s->check);
}

bool
setup_get(struct reader *r, struct setup *s)
{
	s->kinds = wire_get_u32(r);
	s->instance = wire_get_u64(r);
	s->name = wire_get_string(r, TEXT);
	s->group = wire_get_string(r, TEXT);
	s->user = wire_get_string(r, TEXT);
	s->root = wire_get_string(r, TEXT);
	s->store = wire_get_string(r, TEXT);
	s->strict = wire_get_bool(r);
	s->verbose = wire_get_bool(r);
	s->syslog = wire_get_bool(r);
	s->check = wire_get_bool(r);
	return wire_end(r);
}
