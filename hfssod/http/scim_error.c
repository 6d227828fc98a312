/*
 * SCIM error messages, in http; pure.  Must never say more than the
 * verdict and its detail do.
 */
#include "hfssod/http/json.h"
#include "hfssod/http/scim_error.h"

static const struct {
	enum verdict	 verdict;
	const char	*type;
} types[] = {
	{ VERDICT_scim_invalid_filter,	"invalidFilter" },
	{ VERDICT_scim_too_complex,	"invalidFilter" },
	{ VERDICT_scim_too_many,	"tooMany" },
	{ VERDICT_scim_uniqueness,	"uniqueness" },
	{ VERDICT_scim_mutability,	"mutability" },
	{ VERDICT_scim_invalid_syntax,	"invalidSyntax" },
	{ VERDICT_scim_invalid_path,	"invalidPath" },
	{ VERDICT_scim_no_target,	"noTarget" },
	{ VERDICT_scim_invalid_value,	"invalidValue" },
	{ VERDICT_scim_invalid_version,	"invalidVers" },
	{ VERDICT_scim_sensitive,	"sensitive" },
	{ VERDICT_scim_invalid_cursor,	"invalidCursor" },
	{ VERDICT_scim_expired_cursor,	"expiredCursor" },
	{ VERDICT_scim_invalid_count,	"invalidCount" }
};

const char *
scim_error_type(enum verdict verdict)
{
	size_t	 i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].verdict == verdict)
			return types[i].type;
	return NULL;
}

void
scim_error(struct buffer *b, enum verdict verdict, const char *detail)
{
	const char	*type = scim_error_type(verdict);

	buffer_string(b, "{\"schemas\":[\"urn:ietf:params:scim:api:"
	    "messages:2.0:Error\"],\"status\":\"");
	buffer_number(b, (uint64_t)verdict_status(verdict));
	if (type != NULL) {
		buffer_string(b, "\",\"scimType\":\"");
		buffer_string(b, type);
	}
	buffer_string(b, "\",\"detail\":");
	json_quoted(b, detail != NULL && detail[0] != '\0' ? detail :
	    verdict_browser(verdict));
	buffer_string(b, "}");
}
