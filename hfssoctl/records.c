/* Records as they travel, to a JSON tree.  In hfssoctl.  Pure. */
#include <err.h>
#include <time.h>

#include "common/clock.h"
#include "common/record.h"
#include "hfssoctl/records.h"

#define DEPTH	16

static json_t *
time_json(int64_t seconds, bool local)
{
	struct tm	 tm;
	time_t		 t;
	char		 text[64];

	if (seconds == 0)
		return json_null();
	t = (time_t)seconds;
	if (!local)
		clock_format(seconds, text);
	else if (localtime_r(&t, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return json_null();
	return json_string(text);
}

static json_t *
scalar(const struct record_item *item, bool local)
{
	json_t	*j;

	switch (item->type) {
	case RECORD_STRING:
		j = json_string(item->string);
		/* Not UTF-8: nothing that we sent. */
		return j != NULL ? j : json_null();
	case RECORD_INTEGER:
		return json_integer(item->integer);
	case RECORD_BOOLEAN:
		return json_boolean(item->integer != 0);
	case RECORD_TIME:
		return time_json(item->integer, local);
	case RECORD_OBJECT:
		return json_object();
	case RECORD_ARRAY:
		return json_array();
	default:
		return json_null();
	}
}

json_t *
records_json(struct reader *r, bool local)
{
	struct record_item	 item;
	json_t			*stack[DEPTH], *j, *root;
	int			 depth;

	root = NULL;
	depth = 0;
	while (record_next(r, &item)) {
		/* One outermost value only, and as many ends as begins. */
		if (depth == 0 && (root != NULL || item.type == RECORD_END)) {
			r->bad = true;
			break;
		}
		if (item.type == RECORD_END) {
			depth--;
			continue;
		}
		if ((j = scalar(&item, local)) == NULL)
			errx(1, "out of memory");
		if (root == NULL)
			root = j;
		else if (json_is_object(stack[depth - 1]))
			json_object_set_new_nocheck(stack[depth - 1],
			    item.name, j);
		else
			json_array_append_new(stack[depth - 1], j);
		if (item.type == RECORD_OBJECT || item.type == RECORD_ARRAY) {
			if (depth == DEPTH) {
				r->bad = true;
				break;
			}
			stack[depth++] = j;
		}
	}
	if (!wire_end(r) || depth != 0) {
		json_decref(root);
		return NULL;
	}
	return root;
}
