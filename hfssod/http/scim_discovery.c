/*
 * What SCIM says of itself, in http; pure.  Must never say what the table
 * of attributes does not.
 */
#include <string.h>
#include <strings.h>

#include "common/limits.h"
#include "hfssod/http/json.h"
#include "hfssod/http/scim_discovery.h"
#include "hfssod/http/scim_json.h"

#define CORE		"urn:ietf:params:scim:schemas:core:2.0:"
#define OURS		"urn:ietf:params:scim:schemas:extension:hfssod:2.0:" \
			"ServiceProviderConfig"
#define LIST		"urn:ietf:params:scim:api:messages:2.0:ListResponse"

/* Resource types, and schemas, by the attribute that is the root. */
static const enum scim_number	 schemas[] = { SCIM_user, SCIM_group,
    SCIM_enterprise };
#define SCHEMAS	(sizeof(schemas) / sizeof(schemas[0]))

static void
string(struct buffer *b, const char *name, const char *value)
{
	buffer_string(b, "\"");
	buffer_string(b, name);
	buffer_string(b, "\":");
	json_quoted(b, value);
}

static void
truth(struct buffer *b, const char *name, bool yes)
{
	buffer_string(b, ",\"");
	buffer_string(b, name);
	buffer_string(b, yes ? "\":true" : "\":false");
}

/* The last member of each: what it is and where. */
static void
meta(struct buffer *b, const struct scim_service *s, const char *type,
    const char *at, const char *id)
{
	buffer_string(b, ",\"meta\":{");
	string(b, "resourceType", type);
	buffer_string(b, ",\"location\":\"");
	json_escaped(b, s->url, strlen(s->url));
	buffer_string(b, at);
	buffer_string(b, id);
	buffer_string(b, "\"}}");
}

static void
list(struct buffer *b, size_t total)
{
	buffer_string(b, "{\"schemas\":[\"" LIST "\"],\"totalResults\":");
	buffer_number(b, total);
	buffer_string(b, ",\"startIndex\":1,\"itemsPerPage\":");
	buffer_number(b, total);
	buffer_string(b, ",\"Resources\":[");
}

/* --- ServiceProviderConfig (RFC 7643 5, RFC 9865 4) -------------------- */

void
scim_discovery_config(struct buffer *b, const struct scim_service *s)
{
	buffer_string(b, "{\"schemas\":[\"" CORE "ServiceProviderConfig\"");
	if (s->dry)
		buffer_string(b, ",\"" OURS "\"");
	buffer_string(b, "],\"patch\":{\"supported\":true},"
	    "\"bulk\":{\"supported\":true,\"maxOperations\":");
	buffer_number(b, LIMIT_SCIM_OPERATIONS);
	buffer_string(b, ",\"maxPayloadSize\":");
	buffer_number(b, LIMIT_SCIM_BODY);
	buffer_string(b, "},\"filter\":{\"supported\":true,\"maxResults\":");
	buffer_number(b, LIMIT_SCIM_PAGE);
	buffer_string(b, "},\"changePassword\":{\"supported\":false},"
	    "\"sort\":{\"supported\":true},\"etag\":{\"supported\":true},"
	    "\"pagination\":{\"cursor\":true,\"index\":true,"
	    "\"defaultPaginationMethod\":\"index\",\"defaultPageSize\":");
	buffer_number(b, LIMIT_SCIM_PAGE);
	buffer_string(b, ",\"maxPageSize\":");
	buffer_number(b, LIMIT_SCIM_PAGE);
	/* Ours have no end; what a client may count on is said. */
	buffer_string(b, ",\"cursorTimeout\":");
	buffer_number(b, LIMIT_SCIM_CURSOR_TIME);
	buffer_string(b, "},\"authenticationSchemes\":["
	    "{\"type\":\"oauthbearertoken\",\"name\":\"Bearer token\",");
	string(b, "description", s->dry ?
	    "A token made by hfssoctl. This one is of a DRY RUN: what it "
	    "writes goes into a copy, nothing of it is real." :
	    "A token made by hfssoctl.");
	buffer_string(b, ",\"specUri\":\"https://www.rfc-editor.org/rfc/"
	    "rfc6750\",\"primary\":true}]");
	if (s->dry)
		buffer_string(b, ",\"" OURS "\":{\"dryRun\":true}");
	meta(b, s, "ServiceProviderConfig", "/ServiceProviderConfig", "");
}

/* --- ResourceTypes (RFC 7643 6) ---------------------------------------- */

static void
type(struct buffer *b, const struct scim_service *s, enum scim_resource r)
{
	const struct scim_attribute	*root, *a = NULL;
	const char			*comma = "";

	root = scim_attribute(scim_resource_root(r));
	buffer_string(b, "{\"schemas\":[\"" CORE "ResourceType\"],");
	string(b, "id", scim_resource_name(r));
	buffer_string(b, ",");
	string(b, "name", scim_resource_name(r));
	buffer_string(b, ",\"endpoint\":\"/");
	buffer_string(b, scim_resource_name(r));
	buffer_string(b, "s\",");
	string(b, "description", root->description);
	buffer_string(b, ",");
	string(b, "schema", root->name);
	buffer_string(b, ",\"schemaExtensions\":[");
	while ((a = scim_attribute_next(root->number, a)) != NULL) {
		if (a->number >= SCIM_schemas)
			continue;
		buffer_string(b, comma);
		buffer_string(b, "{");
		string(b, "schema", a->name);
		truth(b, "required", a->required);
		buffer_string(b, "}");
		comma = ",";
	}
	buffer_string(b, "]");
	meta(b, s, "ResourceType", "/ResourceTypes/", scim_resource_name(r));
}

void
scim_discovery_types(struct buffer *b, const struct scim_service *s)
{
	list(b, 2);
	type(b, s, SCIM_RESOURCE_USER);
	buffer_string(b, ",");
	type(b, s, SCIM_RESOURCE_GROUP);
	buffer_string(b, "]}");
}

bool
scim_discovery_type(struct buffer *b, const struct scim_service *s,
    const char *id)
{
	unsigned int	 r;

	for (r = 0; r < SCIM_RESOURCE_ANY; r++)
		if (strcmp(id, scim_resource_name((enum scim_resource)r)) ==
		    0) {
			type(b, s, (enum scim_resource)r);
			return true;
		}
	return false;
}

/* --- Schemas (RFC 7643 7) ---------------------------------------------- */

static const char	*const types[] = {
	[SCIM_TYPE_STRING] = "string", [SCIM_TYPE_BOOLEAN] = "boolean",
	[SCIM_TYPE_DATETIME] = "dateTime",
	[SCIM_TYPE_REFERENCE] = "reference",
	[SCIM_TYPE_BINARY] = "binary", [SCIM_TYPE_COMPLEX] = "complex"
};
static const char	*const mutabilities[] = {
	[SCIM_READ_WRITE] = "readWrite", [SCIM_READ_ONLY] = "readOnly",
	[SCIM_IMMUTABLE] = "immutable", [SCIM_WRITE_ONLY] = "writeOnly"
};
static const char	*const returns[] = {
	[SCIM_DEFAULT] = "default", [SCIM_ALWAYS] = "always",
	[SCIM_NEVER] = "never"
};

/* Words that blanks separate, as an array of strings. */
static void
words(struct buffer *b, const char *name, const char *text)
{
	size_t	 len;

	buffer_string(b, ",\"");
	buffer_string(b, name);
	buffer_string(b, "\":[");
	for (; *text != '\0'; text += len + strspn(text + len, " ")) {
		len = strcspn(text, " ");
		json_octets(b, text, len);
		if (text[len] != '\0')
			buffer_string(b, ",");
	}
	buffer_string(b, "]");
}

/* An invitation's profile belongs to the account that it is for. */
static const char *
mutability(const struct scim_service *s, const struct scim_attribute *a)
{
	if (s->base == SCIM_BASE_BASIC && a->mutability == SCIM_READ_WRITE &&
	    a->number != SCIM_active &&
	    scim_attribute_of(a, SCIM_RESOURCE_USER) &&
	    !scim_attribute_of(a, SCIM_RESOURCE_GROUP))
		return mutabilities[SCIM_IMMUTABLE];
	return mutabilities[a->mutability];
}

static void	attributes(struct buffer *, const struct scim_service *,
		    const char *, enum scim_number);

static void
attribute(struct buffer *b, const struct scim_service *s,
    const struct scim_attribute *a)
{
	buffer_string(b, "{");
	string(b, "name", a->name);
	buffer_string(b, ",");
	string(b, "type", types[a->type]);
	truth(b, "multiValued", a->multi);
	buffer_string(b, ",");
	string(b, "description", a->description);
	truth(b, "required", a->required);
	if (a->type == SCIM_TYPE_REFERENCE)
		words(b, "referenceTypes", a->values[0] != '\0' ? a->values :
		    "external");
	else if (a->values[0] != '\0')
		words(b, "canonicalValues", a->values);
	truth(b, "caseExact", a->exact);
	buffer_string(b, ",");
	string(b, "mutability", mutability(s, a));
	buffer_string(b, ",");
	string(b, "returned", returns[a->returned]);
	buffer_string(b, ",");
	string(b, "uniqueness", a->uniqueness == SCIM_UNIQUE_SERVER ?
	    "server" : "none");
	if (a->type == SCIM_TYPE_COMPLEX)
		attributes(b, s, "subAttributes", a->number);
	buffer_string(b, "}");
}

/* Those of one, but extensions, which are schemas of their own. */
static void
attributes(struct buffer *b, const struct scim_service *s, const char *name,
    enum scim_number of)
{
	const struct scim_attribute	*a = NULL;
	const char			*comma = "";

	buffer_string(b, ",\"");
	buffer_string(b, name);
	buffer_string(b, "\":[");
	while ((a = scim_attribute_next(of, a)) != NULL) {
		if (a->number < SCIM_schemas)
			continue;
		buffer_string(b, comma);
		attribute(b, s, a);
		comma = ",";
	}
	buffer_string(b, "]");
}

static void
schema(struct buffer *b, const struct scim_service *s, enum scim_number n)
{
	const struct scim_attribute	*a = scim_attribute(n);

	buffer_string(b, "{\"schemas\":[\"" CORE "Schema\"],");
	string(b, "id", a->name);
	buffer_string(b, ",");
	string(b, "name", n == SCIM_enterprise ? "EnterpriseUser" :
	    strrchr(a->name, ':') + 1);
	buffer_string(b, ",");
	string(b, "description", a->description);
	attributes(b, s, "attributes", n);
	meta(b, s, "Schema", "/Schemas/", a->name);
}

void
scim_discovery_schemas(struct buffer *b, const struct scim_service *s)
{
	size_t	 i;

	list(b, SCHEMAS);
	for (i = 0; i < SCHEMAS; i++) {
		if (i > 0)
			buffer_string(b, ",");
		schema(b, s, schemas[i]);
	}
	buffer_string(b, "]}");
}

bool
scim_discovery_schema(struct buffer *b, const struct scim_service *s,
    const char *urn)
{
	size_t	 i;

	for (i = 0; i < SCHEMAS; i++)
		if (strcasecmp(urn, scim_attribute(schemas[i])->name) == 0) {
			schema(b, s, schemas[i]);
			return true;
		}
	return false;
}
