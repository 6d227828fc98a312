/*
 * Fuzzer of SCIM filters: what is taken travels, and printed again means
 * the same.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/http/scim_filter_text.h"
#include "regress/unit/scim_filter_print.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static char	 first[262144], second[262144];

static void
travel(struct scim_pool *pool, const struct scim_filter *f)
{
	struct scim_filter	*got;
	struct writer		 w;
	struct reader		 r;

	wire_init(&w, LIMIT_MESSAGE);
	scim_filter_put(&w, f);
	if (w.bad)
		abort();
	wire_read(&r, w.data, w.len);
	got = scim_filter_get(&r, pool);
	if (got == NULL || !wire_end(&r))
		abort();
	scim_filter_print(got, second, sizeof(second));
	if (strcmp(first, second) != 0)
		abort();
	wire_free(&w);
}

static void
once(enum scim_resource resource, bool both, const char *text, size_t len)
{
	struct scim_pool	*pool = scim_pool_new();
	struct scim_filter	*f, *again;
	enum verdict		 v;

	v = scim_filter_parse(pool, resource, both, text, len, &f);
	if ((v == VERDICT_ok) != (f != NULL))
		abort();
	if (f != NULL) {
		scim_filter_print(f, first, sizeof(first));
		travel(pool, f);
		if (!both && strlen(first) <= LIMIT_SCIM_FILTER) {
			if (scim_filter_parse(pool, resource, false, first,
			    strlen(first), &again) != VERDICT_ok)
				abort();
			scim_filter_print(again, second, sizeof(second));
			if (strcmp(first, second) != 0)
				abort();
		}
	}
	scim_pool_free(pool);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	once(SCIM_RESOURCE_USER, false, (const char *)data, len);
	once(SCIM_RESOURCE_GROUP, true, (const char *)data, len);
	return 0;
}
