/*
 * SCIM messages between http, policy and reader.  Must never be changed on
 * one side only.
 */
#include <stdlib.h>
#include <string.h>

#include "common/exchange_parts.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/scim_exchange.h"

static void
where_get(struct reader *r, struct scim_where *s)
{
	request_get(r, &s->request);
	s->organization = wire_get_string(r, EXCHANGE_NAME);
	s->base = (enum scim_base)wire_get_enum(r, SCIM_BASE_MAX);
}

void
scim_where_put(struct writer *w, const struct scim_where *s)
{
	request_put(w, &s->request);
	wire_put_string(w, s->organization);
	wire_put_u8(w, (uint8_t)s->base);
}

bool
scim_where_get(struct reader *r, struct scim_where *s)
{
	where_get(r, s);
	return wire_end(r);
}

static void
condition_put(struct writer *w, const struct scim_condition *c)
{
	size_t	 i;

	wire_put_bool(w, c->given);
	wire_put_bool(w, c->any);
	wire_put_u32(w, (uint32_t)c->count);
	for (i = 0; i < c->count; i++)
		wire_put_i64(w, c->versions[i]);
}

static void
condition_get(struct reader *r, struct scim_condition *c)
{
	size_t	 i;

	c->given = wire_get_bool(r);
	c->any = wire_get_bool(r);
	c->count = wire_get_count(r, SCIM_VERSIONS);
	for (i = 0; i < c->count; i++)
		c->versions[i] = wire_get_i64(r);
}

/* User or Group: everything but a search has one of the two. */
static enum scim_resource
resource_get(struct reader *r)
{
	return (enum scim_resource)wire_get_enum(r, SCIM_RESOURCE_ANY);
}

static void
value_get(struct reader *r, struct scim_pool *p, enum scim_resource resource,
    struct scim_value *v)
{
	scim_value_get(r, p, scim_attribute(scim_resource_root(resource)), v);
}

void
scim_read_put(struct writer *w, const struct scim_read *s)
{
	scim_where_put(w, &s->where);
	wire_put_u8(w, (uint8_t)s->resource);
	wire_put_string(w, s->id);
	condition_put(w, &s->none_match);
	wire_put_bool(w, s->members);
}

bool
scim_read_get(struct reader *r, struct scim_read *s)
{
	where_get(r, &s->where);
	s->resource = resource_get(r);
	s->id = wire_get_string(r, LIMIT_SCIM_ID);
	condition_get(r, &s->none_match);
	s->members = wire_get_bool(r);
	return wire_end(r);
}

void
scim_write_put(struct writer *w, const struct scim_write *s)
{
	size_t	 i;

	scim_where_put(w, &s->where);
	wire_put_u8(w, (uint8_t)s->method);
	wire_put_u8(w, (uint8_t)s->resource);
	wire_put_string(w, s->id);
	condition_put(w, &s->match);
	condition_put(w, &s->none_match);
	wire_put_u32(w, s->liberties);
	scim_resource_put(w, s->resource, &s->value);
	wire_put_u64(w, s->stage);
	wire_put_u32(w, (uint32_t)s->operation_count);
	for (i = 0; i < s->operation_count; i++)
		scim_operation_put(w, s->resource, &s->operations[i]);
}

bool
scim_write_get(struct reader *r, struct scim_pool *p, struct scim_write *s)
{
	size_t	 i;

	where_get(r, &s->where);
	s->method = (enum scim_method)wire_get_enum(r, SCIM_METHOD_MAX);
	s->resource = resource_get(r);
	s->id = wire_get_string(r, LIMIT_SCIM_ID);
	condition_get(r, &s->match);
	condition_get(r, &s->none_match);
	s->liberties = wire_get_u32(r);
	value_get(r, p, s->resource, &s->value);
	s->stage = wire_get_u64(r);
	s->operation_count = wire_get_count(r, LIMIT_SCIM_OPERATIONS);
	s->operations = scim_pool_alloc(p,
	    (s->operation_count + 1) * sizeof(*s->operations));
	for (i = 0; i < s->operation_count && !r->bad; i++)
		scim_operation_get(r, p, s->resource, &s->operations[i]);
	return wire_end(r);
}

void
scim_stage_put(struct writer *w, const struct scim_stage *s)
{
	scim_where_put(w, &s->where);
	wire_put_string(w, s->id);
	wire_put_u64(w, s->stage);
	wire_put_strings(w, &s->members);
}

bool
scim_stage_get(struct reader *r, struct scim_stage *s)
{
	where_get(r, &s->where);
	s->id = wire_get_string(r, LIMIT_SCIM_ID);
	s->stage = wire_get_u64(r);
	s->members = wire_get_strings(r, LIMIT_SCIM_STAGE, LIMIT_SCIM_ID);
	if (wire_end(r))
		return true;
	strings_free(&s->members);
	return false;
}

void
scim_stage_free(struct scim_stage *s)
{
	strings_free(&s->members);
}

void
scim_continue_put(struct writer *w, const struct scim_continue *s)
{
	scim_where_put(w, &s->where);
	wire_put_u64(w, s->job);
}

bool
scim_continue_get(struct reader *r, struct scim_continue *s)
{
	where_get(r, &s->where);
	s->job = wire_get_u64(r);
	return wire_end(r);
}

void
scim_answer_put(struct writer *w, const struct scim_answer *s)
{
	verdict_put(w, s->verdict);
	wire_put_string(w, s->detail);
	wire_put_u32(w, s->retry_after);
	wire_put_u64(w, s->more);
	wire_put_bool(w, s->dry);
	wire_put_i64(w, s->version);
	wire_put_u8(w, (uint8_t)s->resource);
	wire_put_bool(w, s->members_follow);
	scim_resource_put(w, s->resource, &s->value);
}

bool
scim_answer_get(struct reader *r, struct scim_pool *p, struct scim_answer *s)
{
	s->verdict = verdict_get(r);
	s->detail = wire_get_string(r, LIMIT_SCIM_DETAIL);
	s->retry_after = wire_get_u32(r);
	s->more = wire_get_u64(r);
	s->dry = wire_get_bool(r);
	s->version = wire_get_i64(r);
	s->resource = resource_get(r);
	s->members_follow = wire_get_bool(r);
	value_get(r, p, s->resource, &s->value);
	return wire_end(r);
}

void
scim_members_put(struct writer *w, const struct scim_members *s)
{
	scim_where_put(w, &s->where);
	wire_put_string(w, s->id);
	wire_put_string(w, s->after);
}

bool
scim_members_get(struct reader *r, struct scim_members *s)
{
	where_get(r, &s->where);
	s->id = wire_get_string(r, LIMIT_SCIM_ID);
	s->after = wire_get_string(r, LIMIT_SCIM_AFTER);
	return wire_end(r);
}

void
scim_members_page_put(struct writer *w, const struct scim_members_page *s)
{
	size_t	 i;

	verdict_put(w, s->verdict);
	wire_put_string(w, s->after);
	wire_put_u32(w, (uint32_t)s->count);
	for (i = 0; i < s->count; i++)
		scim_value_put(w, scim_attribute(SCIM_members),
		    &s->members[i]);
}

bool
scim_members_page_get(struct reader *r, struct scim_pool *p,
    struct scim_members_page *s)
{
	size_t	 i;

	s->verdict = verdict_get(r);
	s->after = wire_get_string(r, LIMIT_SCIM_AFTER);
	s->count = wire_get_count(r, LIMIT_MESSAGE);
	s->members = scim_pool_alloc(p, (s->count + 1) * sizeof(*s->members));
	for (i = 0; i < s->count && !r->bad; i++)
		scim_value_get(r, p, scim_attribute(SCIM_members),
		    &s->members[i]);
	return wire_end(r);
}

void
scim_list_put(struct writer *w, const struct scim_list *s)
{
	scim_where_put(w, &s->where);
	wire_put_u8(w, (uint8_t)s->resource);
	scim_filter_put(w, s->filter);
	wire_put_u8(w, (uint8_t)s->sort);
	wire_put_bool(w, s->descending);
	wire_put_bool(w, s->cursored);
	wire_put_string(w, s->cursor);
	wire_put_i64(w, s->start);
	wire_put_i64(w, s->count);
	wire_put_bool(w, s->members);
	wire_put_string(w, s->after);
}

bool
scim_list_get(struct reader *r, struct scim_pool *p, struct scim_list *s)
{
	where_get(r, &s->where);
	s->resource = resource_get(r);
	s->filter = scim_filter_get(r, p);
	s->sort = (enum scim_number)wire_get_u8(r);
	if (s->sort != SCIM_none && scim_attribute(s->sort) == NULL)
		r->bad = true;
	s->descending = wire_get_bool(r);
	s->cursored = wire_get_bool(r);
	s->cursor = wire_get_string(r, LIMIT_SCIM_CURSOR);
	s->start = wire_get_i64(r);
	s->count = wire_get_i64(r);
	if (s->start < 1 || s->count < 0)
		r->bad = true;
	s->members = wire_get_bool(r);
	s->after = wire_get_string(r, LIMIT_SCIM_AFTER);
	return wire_end(r);
}

void
scim_listed_put(struct writer *w, const struct scim_listed *s)
{
	size_t	 i;

	verdict_put(w, s->verdict);
	wire_put_string(w, s->detail);
	wire_put_u32(w, s->retry_after);
	wire_put_bool(w, s->dry);
	wire_put_u8(w, (uint8_t)s->resource);
	wire_put_string(w, s->after);
	wire_put_i64(w, s->total);
	wire_put_string(w, s->next);
	wire_put_string(w, s->previous);
	wire_put_u32(w, (uint32_t)s->count);
	for (i = 0; i < s->count; i++) {
		wire_put_i64(w, s->items[i].version);
		wire_put_bool(w, s->items[i].members_follow);
		scim_resource_put(w, s->resource, &s->items[i].value);
	}
}

bool
scim_listed_get(struct reader *r, struct scim_pool *p, struct scim_listed *s)
{
	size_t	 i;

	s->verdict = verdict_get(r);
	s->detail = wire_get_string(r, LIMIT_SCIM_DETAIL);
	s->retry_after = wire_get_u32(r);
	s->dry = wire_get_bool(r);
	s->resource = resource_get(r);
	s->after = wire_get_string(r, LIMIT_SCIM_AFTER);
	s->total = wire_get_i64(r);
	s->next = wire_get_string(r, LIMIT_SCIM_CURSOR);
	s->previous = wire_get_string(r, LIMIT_SCIM_CURSOR);
	s->count = wire_get_count(r, LIMIT_SCIM_PAGE);
	s->items = scim_pool_alloc(p, (s->count + 1) * sizeof(*s->items));
	for (i = 0; i < s->count && !r->bad; i++) {
		s->items[i].version = wire_get_i64(r);
		s->items[i].members_follow = wire_get_bool(r);
		value_get(r, p, s->resource, &s->items[i].value);
	}
	return wire_end(r);
}

void
link_request_put(struct writer *w, const struct link_request *s)
{
	scim_where_put(w, &s->where);
	wire_put_u8(w, (uint8_t)s->change);
	wire_put_string(w, s->group);
	wire_put_string(w, s->slug);
	wire_put_u8(w, (uint8_t)s->role);
	wire_put_bool(w, s->adopt);
}

bool
link_request_get(struct reader *r, struct link_request *s)
{
	where_get(r, &s->where);
	s->change = (enum link_change)wire_get_enum(r, LINK_CHANGE_MAX);
	s->group = wire_get_string(r, LIMIT_SCIM_ID);
	s->slug = wire_get_string(r, LIMIT_SLUG);
	s->role = (enum role)wire_get_enum(r, ROLE_MAX);
	s->adopt = wire_get_bool(r);
	return wire_end(r);
}

void
link_answer_put(struct writer *w, const struct link_answer *s)
{
	size_t	 i;

	verdict_put(w, s->verdict);
	wire_put_string(w, s->detail);
	wire_put_u32(w, (uint32_t)s->count);
	for (i = 0; i < s->count; i++) {
		wire_put_string(w, s->links[i].slug);
		wire_put_u8(w, (uint8_t)s->links[i].role);
	}
}

bool
link_answer_get(struct reader *r, struct link_answer *s)
{
	size_t	 i;

	s->verdict = verdict_get(r);
	s->detail = wire_get_string(r, LIMIT_SCIM_DETAIL);
	s->count = wire_get_count(r, LIMIT_SCIM_LINKS);
	if ((s->links = calloc(s->count + 1, sizeof(*s->links))) == NULL)
		fatal("links");
	for (i = 0; i < s->count; i++) {
		s->links[i].slug = wire_get_string(r, LIMIT_SLUG);
		s->links[i].role = (enum role)wire_get_enum(r, ROLE_MAX);
	}
	if (wire_end(r))
		return true;
	link_answer_free(s);
	return false;
}

void
link_answer_free(struct link_answer *s)
{
	free(s->links);
	s->links = NULL;
	s->count = 0;
}
