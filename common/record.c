/* What hfssoctl is shown, written and read.  policy, parent, hfssoctl; pure. */
#include <string.h>

#include "common/limits.h"
#include "common/record.h"

static void
head(struct writer *w, enum record type, const char *name)
{
	wire_put_u8(w, (uint8_t)type);
	wire_put_string(w, name);
}

void
record_object(struct writer *w, const char *name)
{
	head(w, RECORD_OBJECT, name);
}

void
record_array(struct writer *w, const char *name)
{
	head(w, RECORD_ARRAY, name);
}

void
record_end(struct writer *w)
{
	head(w, RECORD_END, "");
}

void
record_string(struct writer *w, const char *name, const char *value)
{
	head(w, RECORD_STRING, name);
	wire_put_string(w, value);
}

void
record_integer(struct writer *w, const char *name, int64_t value)
{
	head(w, RECORD_INTEGER, name);
	wire_put_i64(w, value);
}

void
record_boolean(struct writer *w, const char *name, bool value)
{
	head(w, RECORD_BOOLEAN, name);
	wire_put_bool(w, value);
}

void
record_time(struct writer *w, const char *name, int64_t value)
{
	head(w, RECORD_TIME, name);
	wire_put_i64(w, value);
}

void
record_null(struct writer *w, const char *name)
{
	head(w, RECORD_NULL, name);
}

bool
record_next(struct reader *r, struct record_item *item)
{
	memset(item, 0, sizeof(*item));
	item->name = item->string = "";
	if (r->bad || r->left == 0)
		return false;
	item->type = wire_get_enum(r, RECORD_MAX);
	item->name = wire_get_string(r, LIMIT_MESSAGE);
	switch (item->type) {
	case RECORD_STRING:
		item->string = wire_get_string(r, LIMIT_MESSAGE);
		break;
	case RECORD_INTEGER:
	case RECORD_TIME:
		item->integer = wire_get_i64(r);
		break;
	case RECORD_BOOLEAN:
		item->integer = wire_get_bool(r);
		break;
	default:
		break;
	}
	return !r->bad;
}

void
ctl_question_put(struct writer *w, const struct ctl_question *q)
{
	wire_put_string(w, q->organization);
	wire_put_string(w, q->name);
	wire_put_string(w, q->role);
	wire_put_string(w, q->value);
	wire_put_string(w, q->after);
	wire_put_bool(w, q->force);
	wire_put_strings(w, &q->options);
}

bool
ctl_question_get(struct reader *r, struct ctl_question *q)
{
	q->organization = wire_get_string(r, 256);
	q->name = wire_get_string(r, 256);
	q->role = wire_get_string(r, 64);
	q->value = wire_get_string(r, LIMIT_SUBJECT);
	q->after = wire_get_string(r, 1024);
	q->force = wire_get_bool(r);
	q->options = wire_get_strings(r, CTL_OPTIONS, LIMIT_SUBJECT + 32);
	return wire_end(r);
}

void
ctl_question_free(struct ctl_question *q)
{
	strings_free(&q->options);
}

const char *
ctl_option(const struct ctl_question *q, const char *name)
{
	size_t	 i, len = strlen(name);

	for (i = 0; i < q->options.count; i++)
		if (strncmp(q->options.list[i], name, len) == 0 &&
		    q->options.list[i][len] == '=')
			return q->options.list[i] + len + 1;
	return "";
}
