/*
 * Fuzzer: JSON of SCIM requests.  The first octet says what the rest is.
 * What our reader takes and what jansson takes is the same, but for what
 * we refuse on purpose; what is bound passes the put and get of its
 * message; what is said of it is JSON, and means the same when it comes
 * back.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/scim_exchange.h"
#include "hfssod/http/scim_json.h"
#include "hfssod/http/scim_patch_text.h"
#include "regress/unit/json_judge.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define BASE	"https://h/api/organizations/o/scim/v2"

static void
demand(bool good)
{
	if (!good)
		abort();
}

/* jansson has numbers of 64 bits, doubles, and passes over a NUL behind. */
static bool
has_numbers(const struct json *j)
{
	const struct json	*c;

	if (j->type == JSON_NUMBER)
		return true;
	for (c = j->child; c != NULL; c = c->next)
		if (has_numbers(c))
			return true;
	return false;
}

static bool
on_purpose(const char *wrong)
{
	return strcmp(wrong, "too many levels") == 0 ||
	    strcmp(wrong, "a name twice in one object") == 0 ||
	    strcmp(wrong, "an object with too many members") == 0;
}

static void
carried(enum scim_resource r, const struct scim_value *v)
{
	struct scim_pool	*pool = scim_pool_new();
	struct scim_value	 got;
	struct writer		 w;
	struct bytes		 b;

	wire_init(&w, LIMIT_SCIM_MESSAGE);
	scim_resource_put(&w, r, v);
	demand(!w.bad);
	b.data = w.data;
	b.len = w.len;
	demand(scim_resource_get(b, pool, r, &got));
	wire_free(&w);
	scim_pool_free(pool);
}

static void
bound(struct scim_pool *pool, enum scim_resource r, const struct json *j)
{
	struct scim_json	 as = { BASE, r, NULL, 7 };
	struct buffer		 first = { 0 }, second = { 0 };
	struct scim_value	 v;
	struct scim_fault	 fault;
	struct json		*again;
	unsigned int		 liberties = 0;
	const char		*wrong;

	if (scim_bind(pool, r, j, &v, &liberties, &fault) != VERDICT_ok) {
		demand(fault.text[0] != '\0');
		return;
	}
	demand((liberties & ~SCIM_LIBERTY_ALL) == 0);
	carried(r, &v);
	scim_json_resource(&first, &as, &v);
	demand(judge_reads(buffer_at(&first), buffer_len(&first)));
	again = json_read(pool, buffer_at(&first), buffer_len(&first),
	    &wrong);
	demand(again != NULL);
	liberties = 0;
	demand(scim_bind(pool, r, again, &v, &liberties, &fault) ==
	    VERDICT_ok);
	scim_json_resource(&second, &as, &v);
	demand(buffer_len(&first) == buffer_len(&second) &&
	    memcmp(buffer_at(&first), buffer_at(&second),
	    buffer_len(&first)) == 0);
	buffer_free(&first);
	buffer_free(&second);
}

static void
patched(struct scim_pool *pool, enum scim_resource r, const struct json *j)
{
	struct scim_patch_text	 patch;
	struct scim_operation	 got;
	struct scim_fault	 fault;
	struct writer		 w;
	struct reader		 reader;
	unsigned int		 liberties = 0;
	size_t			 i;

	if (scim_patch_read(pool, r, j, &patch, &liberties, &fault) !=
	    VERDICT_ok)
		return;
	demand((liberties & ~SCIM_LIBERTY_ALL) == 0 && patch.count > 0);
	wire_init(&w, LIMIT_SCIM_MESSAGE);
	for (i = 0; i < patch.count; i++)
		scim_operation_put(&w, r, &patch.operations[i]);
	demand(!w.bad);
	wire_read(&reader, w.data, w.len);
	for (i = 0; i < patch.count; i++)
		scim_operation_get(&reader, pool, r, &got);
	demand(wire_end(&reader));
	wire_free(&w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scim_pool	*pool;
	enum scim_resource	 r;
	const char		*wrong;
	struct json		*j;
	char			*copy;

	if (size == 0)
		return 0;
	/* A copy of its own size: reading beyond it is seen. */
	if ((copy = malloc(size)) == NULL)
		abort();
	memcpy(copy, data + 1, size - 1);
	pool = scim_pool_new();
	r = (data[0] & 1) != 0 ? SCIM_RESOURCE_USER : SCIM_RESOURCE_GROUP;
	j = json_read(pool, copy, size - 1, &wrong);
	demand((j == NULL) == (wrong != NULL));
	if (j == NULL)
		demand(on_purpose(wrong) ||
		    memchr(copy, '\0', size - 1) != NULL ||
		    !judge_reads(copy, size - 1));
	else
		demand(has_numbers(j) || judge_reads(copy, size - 1));
	if (j != NULL && (data[0] & 2) != 0)
		patched(pool, r, j);
	else if (j != NULL)
		bound(pool, r, j);
	scim_pool_free(pool);
	free(copy);
	return 0;
}
