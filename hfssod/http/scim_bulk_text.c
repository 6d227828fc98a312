/*
 * Bulk requests as text: operations, what they refer to, and the answer.
 * In http.  Pure: must never take time out of proportion to the octets.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/limits.h"
#include "hfssod/http/scim_bulk_text.h"
#include "hfssod/http/scim_error.h"
#include "hfssod/http/scim_head.h"

#define REFERENCE	"bulkId:"
#define QUOTED(x)	#x
#define TEXT(x)		QUOTED(x)

static const struct {
	const char	*name;
	enum scim_place	 place;
	const char	*status;
} methods[SCIM_METHOD_MAX] = {
	[SCIM_CREATE] = { "POST", SCIM_PLACE_ALL, "201" },
	[SCIM_PUT] = { "PUT", SCIM_PLACE_ONE, "200" },
	[SCIM_PATCH] = { "PATCH", SCIM_PLACE_ONE, "200" },
	[SCIM_DELETE] = { "DELETE", SCIM_PLACE_ONE, "204" }
};

/* --- reading ---------------------------------------------------------- */

static void
turn_down(struct bulk_operation *o, enum verdict v, const char *why)
{
	o->refusal = v;
	o->detail = why;
}

/* An operation; NULL, or what makes the whole request malformed. */
static const char *
operation(struct bulk *b, const struct json *j, struct bulk_operation *o)
{
	const struct json	*method, *path, *version;
	struct bytes		 tags;
	unsigned int		 m;

	o->detail = o->id = "";
	method = json_member(j, "method");
	for (m = 0; m < SCIM_METHOD_MAX; m++)
		if (method != NULL && json_is(method, methods[m].name))
			break;
	if (m == SCIM_METHOD_MAX)
		return "An operation has no method that we know.";
	o->method = (enum scim_method)m;
	o->bulk_id = json_text(b->pool, json_member(j, "bulkId"));
	path = json_member(j, "path");
	if (path == NULL || path->type != JSON_STRING)
		return "An operation has no path.";
	if (!scim_target_inner(path->text, path->len, &o->target))
		o->refusal = VERDICT_scim_not_found;
	else if (o->target.place != methods[m].place)
		o->refusal = VERDICT_method_not_allowed;
	version = json_member(j, "version");
	if (version != NULL && version->type == JSON_STRING) {
		tags.data = (const uint8_t *)version->text;
		tags.len = version->len;
		if (!scim_condition_parse(tags, &o->match))
			turn_down(o, VERDICT_scim_invalid_value,
			    "The version is no list of entity tags.");
	}
	if (o->method == SCIM_CREATE && o->bulk_id[0] == '\0')
		turn_down(o, VERDICT_scim_invalid_value,
		    "A POST needs a bulkId.");
	o->data = json_member(j, "data");
	if (o->data == NULL && o->method != SCIM_DELETE)
		turn_down(o, VERDICT_scim_invalid_syntax,
		    "The operation has no data.");
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	const struct bulk_operation	*const *x = a, *const *y = b;

	return strcmp((*x)->bulk_id, (*y)->bulk_id);
}

/* The operation with that bulkId; NULL if there is none. */
static struct bulk_operation *
find(const struct bulk *b, const char *id)
{
	size_t	 low, high, middle;
	int	 order;

	for (low = 0, high = b->by_id_count; low < high;) {
		middle = low + (high - low) / 2;
		order = strcmp(id, b->by_id[middle]->bulk_id);
		if (order == 0)
			return b->by_id[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static const char *
index_ids(struct bulk *b)
{
	size_t	 i;

	b->by_id = scim_pool_alloc(b->pool,
	    (b->count + 1) * sizeof(b->by_id[0]));
	for (i = 0; i < b->count; i++)
		if (b->operations[i].bulk_id[0] != '\0')
			b->by_id[b->by_id_count++] = &b->operations[i];
	qsort(b->by_id, b->by_id_count, sizeof(b->by_id[0]), compare);
	for (i = 1; i < b->by_id_count; i++)
		if (compare(&b->by_id[i - 1], &b->by_id[i]) == 0)
			return "A bulkId is there twice.";
	return NULL;
}

/* --- references ------------------------------------------------------- */

/*
 * The name that a string refers to: all of it, or in a path what stands
 * in quotes (members[value eq "bulkId:x"]).  *at and *len say where the
 * reference is in the text.  NULL: none.
 */
static const char *
reference(struct scim_pool *pool, const struct json *j, size_t *at,
    size_t *len)
{
	static const char	 quoted[] = "\"" REFERENCE;
	size_t			 n = sizeof(REFERENCE) - 1;
	const char		*from, *end;

	if (j->type != JSON_STRING)
		return NULL;
	if (j->len > n && memcmp(j->text, REFERENCE, n) == 0) {
		*at = 0;
		*len = j->len;
		return scim_pool_string(pool, j->text + n, j->len - n);
	}
	if (j->key_len != 4 || strncasecmp(j->key, "path", 4) != 0 ||
	    (from = memmem(j->text, j->len, quoted, sizeof(quoted) - 1)) ==
	    NULL)
		return NULL;
	from++;
	end = memchr(from, '"', (size_t)(j->text + j->len - from));
	if (end == NULL)
		return NULL;
	*at = (size_t)(from - j->text);
	*len = (size_t)(end - from);
	return scim_pool_string(pool, from + n, *len - n);
}

/* What an operation's path refers to; NULL: nothing. */
static const char *
target_reference(const struct bulk_operation *o)
{
	size_t	 n = sizeof(REFERENCE) - 1;

	return strncmp(o->target.id, REFERENCE, n) == 0 ? o->target.id + n :
	    NULL;
}

/* --- circles ---------------------------------------------------------- */

#define ENTERPRISE \
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

/* The extension in which a User's manager stands; NULL: none. */
static struct json *
extension(const struct bulk_operation *o)
{
	if (o->target.resource != SCIM_RESOURCE_USER ||
	    (o->method != SCIM_CREATE && o->method != SCIM_PUT))
		return NULL;
	return json_member(o->data, ENTERPRISE);
}

/* The operation that makes a User's manager; NULL: none. */
static struct bulk_operation *
manager(const struct bulk *b, const struct bulk_operation *o)
{
	const struct json	*value;
	const char		*name;
	size_t			 at, len;

	value = json_member(json_member(extension(o), "manager"), "value");
	if (value == NULL ||
	    (name = reference(b->pool, value, &at, &len)) == NULL)
		return NULL;
	return find(b, name);
}

/* Leave the manager out: it is set when the other operation is done. */
static void
put_off(struct bulk *b, struct bulk_operation *o,
    struct bulk_operation *other)
{
	static const char	 text[] =
	    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"]"
	    ",\"Operations\":[{\"op\":\"add\",\"path\":\"" ENTERPRISE
	    ":manager\",\"value\":{}}]}";
	struct json		*in = extension(o), *j, **from;
	const char		*wrong;

	j = json_member(in, "manager");
	for (from = &in->child; *from != j; from = &(*from)->next)
		;
	*from = j->next;
	in->count--;
	o->rest = json_read(b->pool, text, sizeof(text) - 1, &wrong);
	in = json_member(json_member(o->rest, "Operations")->child, "value");
	in->child = j->child;
	in->count = j->count;
	o->waits_too = other->waiting;
	other->waiting = o;
}

/* --- the order -------------------------------------------------------- */

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };
struct sorting {
	struct bulk	*bulk;
	enum mark	*marks;
};

static bool	 visit(struct sorting *, struct bulk_operation *);

/* What a value refers to comes first.  False: it is a circle. */
static bool
visit_value(struct sorting *s, const struct json *j)
{
	const struct json	*child;
	struct bulk_operation	*o;
	const char		*name;
	size_t			 at, len;

	name = reference(s->bulk->pool, j, &at, &len);
	if (name != NULL && (o = find(s->bulk, name)) != NULL &&
	    !visit(s, o))
		return false;
	for (child = j->child; child != NULL; child = child->next)
		if (!visit_value(s, child))
			return false;
	return true;
}

static void
step(struct bulk *b, const struct bulk_operation *o, bool rest)
{
	struct bulk_step	*to = &b->steps[b->step_count++];

	to->operation = (size_t)(o - b->operations);
	to->rest = rest;
}

static bool
visit(struct sorting *s, struct bulk_operation *o)
{
	size_t			 i = (size_t)(o - s->bulk->operations);
	struct bulk_operation	*other, *w;
	const char		*name;
	bool			 good = true;

	if (s->marks[i] == MARK_DONE)
		return true;
	if (s->marks[i] == MARK_OPEN)
		return false;
	s->marks[i] = MARK_OPEN;
	if ((name = target_reference(o)) != NULL &&
	    (other = find(s->bulk, name)) != NULL)
		good = visit(s, other);
	if ((other = manager(s->bulk, o)) != NULL &&
	    s->marks[other - s->bulk->operations] == MARK_OPEN)
		put_off(s->bulk, o, other);
	if (good && o->data != NULL)
		good = visit_value(s, o->data);
	if (!good && o->refusal == VERDICT_ok)
		turn_down(o, VERDICT_scim_conflict,
		    "Operations refer to each other in a circle.");
	s->marks[i] = MARK_DONE;
	step(s->bulk, o, false);
	for (w = o->waiting; w != NULL; w = w->waits_too)
		step(s->bulk, w, true);
	return good;
}

/* --- the request ------------------------------------------------------ */

static void
sort(struct bulk *b)
{
	struct sorting	 s = { b, NULL };
	size_t		 i;

	/* An operation has one rest at most. */
	b->steps = scim_pool_alloc(b->pool,
	    (2 * b->count + 1) * sizeof(b->steps[0]));
	s.marks = scim_pool_alloc(b->pool,
	    (b->count + 1) * sizeof(s.marks[0]));
	for (i = 0; i < b->count; i++)
		(void)visit(&s, &b->operations[i]);
}

/* failOnErrors: a whole number, 1 or more; else all are tried. */
static size_t
errors_most(struct scim_pool *pool, const struct json *body)
{
	const char	*text, *wrong;
	long long	 n;

	text = json_text(pool, json_member(body, "failOnErrors"));
	n = strtonum(text, 1, LIMIT_SCIM_OPERATIONS, &wrong);
	return wrong != NULL ? SIZE_MAX : (size_t)n;
}

enum verdict
bulk_read(struct bulk *b, struct scim_pool *pool, const struct json *body,
    const char **why)
{
	const struct json	*list, *j;
	size_t			 i;

	memset(b, 0, sizeof(*b));
	b->pool = pool;
	*why = "There are no Operations.";
	list = json_member(body, "Operations");
	if (list == NULL || list->type != JSON_ARRAY)
		return VERDICT_scim_invalid_syntax;
	*why = "There are more Operations than maxOperations, "
	    TEXT(LIMIT_SCIM_OPERATIONS) ".";
	if (list->count > LIMIT_SCIM_OPERATIONS)
		return VERDICT_scim_too_large;
	b->count = list->count;
	b->operations = scim_pool_alloc(pool,
	    (b->count + 1) * sizeof(b->operations[0]));
	b->most_errors = errors_most(pool, body);
	for (i = 0, j = list->child; j != NULL; j = j->next)
		if ((*why = operation(b, j, &b->operations[i++])) != NULL)
			return VERDICT_scim_invalid_syntax;
	if ((*why = index_ids(b)) != NULL)
		return VERDICT_scim_invalid_syntax;
	sort(b);
	return VERDICT_ok;
}

/* --- resolving -------------------------------------------------------- */

/* The id of what was made under a bulkId. */
static enum verdict
made(const struct bulk *b, const char *name, const char **id,
    const char **why)
{
	const struct bulk_operation	*o = find(b, name);

	if (o == NULL) {
		*why = "A bulkId refers to no operation.";
		return VERDICT_scim_invalid_value;
	}
	if (!o->tried || o->verdict != VERDICT_ok || o->id[0] == '\0') {
		*why = "What a bulkId refers to was not made.";
		return VERDICT_scim_conflict;
	}
	*id = o->id;
	return VERDICT_ok;
}

static void
replace(struct scim_pool *pool, struct json *j, size_t at, size_t len,
    const char *id)
{
	size_t	 n = strlen(id);
	char	*text;

	text = scim_pool_alloc(pool, j->len - len + n + 1);
	memcpy(text, j->text, at);
	memcpy(text + at, id, n);
	memcpy(text + at + n, j->text + at + len, j->len - at - len);
	j->text = text;
	j->len = j->len - len + n;
}

/* Each replacement takes a reference away: there are as many as fit. */
static enum verdict
resolve(struct bulk *b, struct json *j, const char **why)
{
	struct json	*child;
	const char	*name, *id;
	enum verdict	 v;
	size_t		 at, len;

	while ((name = reference(b->pool, j, &at, &len)) != NULL) {
		if ((v = made(b, name, &id, why)) != VERDICT_ok)
			return v;
		replace(b->pool, j, at, len, id);
	}
	for (child = j->child; child != NULL; child = child->next)
		if ((v = resolve(b, child, why)) != VERDICT_ok)
			return v;
	return VERDICT_ok;
}

enum verdict
bulk_resolve(struct bulk *b, struct bulk_operation *o, const char **why)
{
	const char	*name, *id;
	enum verdict	 v;

	*why = "";
	if ((name = target_reference(o)) != NULL) {
		if ((v = made(b, name, &id, why)) != VERDICT_ok)
			return v;
		strlcpy(o->target.id, id, sizeof(o->target.id));
	}
	return o->data == NULL ? VERDICT_ok : resolve(b, o->data, why);
}

enum verdict
bulk_resolve_rest(struct bulk *b, struct bulk_operation *o,
    const char **why)
{
	*why = "";
	return resolve(b, o->rest, why);
}

void
bulk_rest_failed(struct bulk *b, struct bulk_operation *o, const char *why)
{
	static const char	 text[] = "The manager could not be set: ";
	size_t			 len = sizeof(text) + strlen(why);
	char			*detail;

	detail = scim_pool_alloc(b->pool, len);
	strlcpy(detail, text, len);
	strlcat(detail, why, len);
	o->verdict = VERDICT_scim_conflict;
	o->detail = detail;
	o->rest = NULL;
}

void
bulk_end(struct bulk *b)
{
	struct bulk_operation	*o;
	size_t			 i;

	for (i = 0; i < b->count; i++) {
		o = &b->operations[i];
		if (o->rest != NULL && o->tried && o->verdict == VERDICT_ok)
			bulk_rest_failed(b, o,
			    "too many operations failed before.");
	}
}

/* --- the answer ------------------------------------------------------- */

static void
entry(struct buffer *to, const struct bulk_operation *o, const char *url)
{
	bool	 good = o->verdict == VERDICT_ok;

	buffer_printf(to, "{\"method\":\"%s\"", methods[o->method].name);
	if (o->bulk_id[0] != '\0') {
		buffer_string(to, ",\"bulkId\":");
		json_quoted(to, o->bulk_id);
	}
	if (o->id[0] != '\0') {
		buffer_string(to, ",\"location\":\"");
		scim_json_location(to, url, o->target.resource, o->id);
		buffer_string(to, "\"");
	}
	if (good && o->version != 0)
		buffer_printf(to, ",\"version\":\"W/\\\"%lld\\\"\"",
		    (long long)o->version);
	if (good)
		buffer_printf(to, ",\"status\":\"%s\"}",
		    methods[o->method].status);
	else {
		buffer_printf(to, ",\"status\":\"%d\",\"response\":",
		    verdict_status(o->verdict));
		scim_error(to, o->verdict, o->detail);
		buffer_string(to, "}");
	}
}

void
bulk_write(struct buffer *to, const struct bulk *b, const char *url)
{
	size_t	 i;
	bool	 first = true;

	buffer_string(to, "{\"schemas\":[\"urn:ietf:params:scim:api:"
	    "messages:2.0:BulkResponse\"],\"Operations\":[");
	for (i = 0; i < b->count; i++) {
		if (!b->operations[i].tried)
			continue;
		if (!first)
			buffer_string(to, ",");
		first = false;
		entry(to, &b->operations[i], url);
	}
	buffer_string(to, "]}");
}
