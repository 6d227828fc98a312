/*
 * Fuzzer of PATCH paths: what is taken is of the resource, and printed
 * again is the same path.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/http/scim_path_text.h"
#include "regress/unit/scim_filter_print.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static char	 first[262144], second[262144];

static void
check(const struct scim_path *p, enum scim_resource resource)
{
	if (p->attribute == SCIM_none &&
	    (p->filter != NULL || p->sub != SCIM_none))
		abort();
	if (p->attribute != SCIM_none &&
	    !scim_attribute_of(scim_attribute(p->attribute), resource))
		abort();
	if (p->sub != SCIM_none &&
	    (scim_attribute(p->sub)->parent != p->attribute ||
	    p->filter == NULL))
		abort();
}

static void
once(enum scim_resource resource, const char *text, size_t len)
{
	struct scim_pool	*pool = scim_pool_new();
	struct scim_path	 p;
	unsigned int		 liberties = 0;

	if (scim_path_parse(pool, resource, text, len, &p, &liberties) ==
	    VERDICT_ok) {
		check(&p, resource);
		scim_path_print(&p, first, sizeof(first));
		if (strlen(first) <= LIMIT_SCIM_FILTER) {
			if (scim_path_parse(pool, resource, first,
			    strlen(first), &p, &liberties) != VERDICT_ok)
				abort();
			scim_path_print(&p, second, sizeof(second));
			if (strcmp(first, second) != 0)
				abort();
		}
	}
	scim_pool_free(pool);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	once(SCIM_RESOURCE_USER, (const char *)data, len);
	once(SCIM_RESOURCE_GROUP, (const char *)data, len);
	return 0;
}
