/*
 * Fuzzer of what a taken-over API process may say to policy: values,
 * filters and operations that are no broken protocol, whatever they mean,
 * go through the pure rooms.
 */
#include <stdlib.h>
#include <string.h>

#include "hfssod/policy/scim_patch.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
once(enum scim_resource resource, const uint8_t *data, size_t len)
{
	struct scim_pool	*pool = scim_pool_new();
	struct scim_operation	 op;
	struct scim_value	 value, before;
	struct scim_filter	*filter;
	struct scim_why		 why = { "" };
	struct reader		 r;
	char			 said[256];

	memset(&before, 0, sizeof(before));
	wire_read(&r, data, len);
	scim_value_get(&r, pool, scim_attribute(scim_resource_root(resource)),
	    &value);
	filter = scim_filter_get(&r, pool);
	if (!r.bad) {
		scim_value_copy(pool, &before, &value);
		if (filter != NULL)
			scim_match(filter, &value);
	}
	while (!r.bad && r.left > 0) {
		scim_operation_get(&r, pool, resource, &op);
		if (r.bad)
			break;
		scim_patch_work(&value, &op);
		if (op.path.attribute != SCIM_members)
			scim_patch(pool, resource, &value, &op,
			    PROFILE_TOLERANT, &why);
	}
	if (before.text != NULL) {
		scim_check(pool, resource, &value, &why);
		scim_difference(resource, &before, &value, said, sizeof(said));
		scim_replace(pool, resource, &before, &value, PROFILE_STRICT,
		    &why);
		scim_check(pool, resource, &before, &why);
	}
	scim_pool_free(pool);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	once(SCIM_RESOURCE_USER, data, len);
	once(SCIM_RESOURCE_GROUP, data, len);
	return 0;
}
