/*
 * Writes of http: bind the body, bring the members of a large group ahead
 * (scim_stage), write, and ask on until policy has nothing left to do
 * (scim_continue).  Must never say that something is written before policy
 * has said so to the end.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/scim_bind.h"
#include "hfssod/http/scim_patch_text.h"
#include "hfssod/http/scim_write.h"

/* Octets of ids in one message, with room for the rest of it. */
#define STAGE_OCTETS	(LIMIT_MESSAGE - 16 * 1024)

static void	 answered(struct call *, const struct scim_answer *);
static void	 staged(struct call *, const struct scim_answer *);

static const struct scim_next	 next_answer = { .answer = answered };
static const struct scim_next	 next_stage = { .answer = staged };

void
scim_writing_free(struct scim_writing *w)
{
	wire_free(&w->message);
	buffer_free(&w->members);
	intake_forget(w->held);
	memset(w, 0, sizeof(*w));
}

static void
finish(struct call *c, const struct scim_answer *a)
{
	struct scim_call		*s = c->own;
	const struct scim_writer	*writer = s->writing.writer;

	scim_writing_free(&s->writing);
	writer->done(c, a);
}

/* --- after the write -------------------------------------------------- */

static void
ask_on(struct call *c, uint64_t job)
{
	struct scim_continue	 q;

	scim_where_of(c, &q.where);
	q.job = job;
	scim_continue_put(scim_question(c, PROC_POLICY,
	    MESSAGE_scim_continue), &q);
	scim_follow(c, &next_answer);
}

static void
answered(struct call *c, const struct scim_answer *a)
{
	struct scim_call	*s = c->own;

	if (a->verdict == VERDICT_ok)
		s->writing.writer->seen(c, a);
	if (a->verdict == VERDICT_ok && a->more != 0)
		ask_on(c, a->more);
	else
		finish(c, a);
}

/* --- staging ---------------------------------------------------------- */

/* The next ids, as many as one message holds. */
static void
stage(struct call *c)
{
	struct scim_call	*s = c->own;
	struct buffer		*ids = &s->writing.members;
	struct scim_stage	 q;
	const char		*id, *end;

	memset(&q, 0, sizeof(q));
	scim_where_of(c, &q.where);
	q.id = s->writing.id;
	q.stage = s->writing.stage;
	id = (const char *)buffer_at(ids);
	end = id + buffer_len(ids);
	while (id < end && q.members.count < LIMIT_SCIM_STAGE &&
	    (size_t)(id - (const char *)buffer_at(ids)) +
	    5 * q.members.count < STAGE_OCTETS) {
		strings_add(&q.members, id);
		id += strlen(id) + 1;
	}
	scim_stage_put(scim_question(c, PROC_POLICY, MESSAGE_scim_stage),
	    &q);
	buffer_take(ids, (size_t)(id - (const char *)buffer_at(ids)));
	scim_stage_free(&q);
}

/* All members are there: now the write, which names the stage. */
static void
write_staged(struct call *c)
{
	struct scim_call	*s = c->own;
	struct writer		*w;

	w = scim_question(c, PROC_POLICY, MESSAGE_scim_write);
	wire_put_raw(w, s->writing.message.data, s->writing.message.len);
	wire_put_u64(w, s->writing.stage);
	wire_put_u32(w, 0);
	wire_free(&s->writing.message);
	intake_forget(s->writing.held);
	s->writing.held = 0;
	scim_follow(c, &next_answer);
}

static void
staged(struct call *c, const struct scim_answer *a)
{
	struct scim_call	*s = c->own;

	if (a->verdict != VERDICT_ok || a->more == 0) {
		if (a->verdict == VERDICT_ok)
			log_warnx("a stage without a number %s",
			    log_id(c->id));
		finish(c, a);
		return;
	}
	s->writing.stage = a->more;
	if (buffer_len(&s->writing.members) == 0)
		write_staged(c);
	else {
		stage(c);
		scim_follow(c, &next_stage);
	}
}

static const char *
member_id(const struct scim_value *member)
{
	const struct scim_field	*f = scim_field(member, SCIM_members_value);

	return f == NULL || f->count == 0 ? "" : f->values[0].text;
}

/*
 * Take the members out of a group that is to be written; what is left is
 * the message up to the number of the stage, which is its end but for
 * operations that there are none of.  False: no room to hold them.
 */
static bool
take_members(struct scim_call *s, struct scim_write *q)
{
	struct scim_field	*f;
	struct writer		*w = &s->writing.message;
	size_t			 i;
	const char		*id;

	f = scim_field(&q->value, SCIM_members);
	for (i = 0; i < f->count; i++) {
		id = member_id(&f->values[i]);
		buffer_add(&s->writing.members, id, strlen(id) + 1);
	}
	scim_field_remove(&q->value, SCIM_members);
	wire_init(w, LIMIT_SCIM_MESSAGE);
	scim_write_put(w, q);
	if (!w->bad)
		w->len -= sizeof(uint64_t) + sizeof(uint32_t);
	if (!intake_hold(s->writing.members.size))
		return false;
	s->writing.held = s->writing.members.size;
	return true;
}

/* --- beginning -------------------------------------------------------- */

static enum verdict
read_body(struct scim_pool *pool, const struct scim_order *o,
    struct scim_write *q, struct scim_fault *why)
{
	struct scim_patch_text	 patch;
	enum verdict		 v;

	why->text[0] = '\0';
	q->value.text = "";
	if (o->method == SCIM_DELETE)
		return VERDICT_ok;
	if (o->method != SCIM_PATCH)
		return scim_bind(pool, o->resource, o->body, &q->value,
		    &q->liberties, why);
	memset(&patch, 0, sizeof(patch));
	v = scim_patch_read(pool, o->resource, o->body, &patch,
	    &q->liberties, why);
	q->operation_count = patch.count;
	q->operations = patch.operations;
	return v;
}

/* Whether a value of a resource has more members than a message. */
static bool
is_large(const struct scim_write *q)
{
	const struct scim_field	*f;

	if (q->resource != SCIM_RESOURCE_GROUP ||
	    (q->method != SCIM_CREATE && q->method != SCIM_PUT))
		return false;
	f = scim_field(&q->value, SCIM_members);
	return f != NULL && f->count > LIMIT_SCIM_STAGE;
}

/*
 * Make the first question.  VERDICT_ok, or why there is none; *next says
 * what its answer is for.
 */
static enum verdict
prepare(struct call *c, struct scim_pool *pool, const struct scim_order *o,
    const struct scim_writer *writer, struct scim_fault *why,
    const struct scim_next **next)
{
	struct scim_call	*s = c->own;
	struct scim_write	 q;
	struct writer		*w;
	enum verdict		 v;

	memset(&q, 0, sizeof(q));
	scim_where_of(c, &q.where);
	q.method = o->method;
	q.resource = o->resource;
	q.id = o->id;
	q.match = o->match;
	q.none_match = o->none_match;
	if ((v = read_body(pool, o, &q, why)) != VERDICT_ok)
		return v;
	s->writing.writer = writer;
	s->writing.id = scim_pool_string(s->pool, o->id, strlen(o->id));
	if (is_large(&q)) {
		*next = &next_stage;
		if (!take_members(s, &q))
			return VERDICT_unavailable;
		if (s->writing.message.bad)
			return VERDICT_scim_too_large;
		stage(c);
		return VERDICT_ok;
	}
	*next = &next_answer;
	w = scim_question(c, PROC_POLICY, MESSAGE_scim_write);
	scim_write_put(w, &q);
	s->prepared = !w->bad;
	return w->bad ? VERDICT_scim_too_large : VERDICT_ok;
}

bool
scim_write_begin(struct call *c, struct scim_pool *pool,
    const struct scim_order *o, const struct scim_writer *writer)
{
	struct scim_call	*s = c->own;
	const struct scim_next	*next;
	struct scim_fault	 why;
	enum verdict		 v;

	v = prepare(c, pool, o, writer, &why, &next);
	if (v == VERDICT_ok)
		return scim_send(c, next);
	return scim_turn_away(c, v, scim_pool_string(s->pool, why.text,
	    strlen(why.text)));
}

void
scim_write_follow(struct call *c, struct scim_pool *pool,
    const struct scim_order *o, const struct scim_writer *writer)
{
	struct scim_call	*s = c->own;
	const struct scim_next	*next;
	struct scim_answer	 refused;
	struct scim_fault	 why;

	memset(&refused, 0, sizeof(refused));
	refused.verdict = prepare(c, pool, o, writer, &why, &next);
	if (refused.verdict == VERDICT_ok) {
		scim_follow(c, next);
		return;
	}
	/* Its members must not be taken for those of the next one. */
	scim_writing_free(&s->writing);
	refused.detail = why.text;
	refused.value.text = "";
	writer->done(c, &refused);
}
