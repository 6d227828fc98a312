/*
 * The addresses of the API, by one table.  In http.  Pure: must never read
 * a path in another way than everybody else does.
 */
#include <string.h>

#include "common/encode.h"
#include "hfssod/http/scim_target.h"
#include "hfssod/http/target.h"

#define MOST		8	/* segments */
#define GET		(METHOD(METHOD_GET) | METHOD(METHOD_HEAD))
#define POST		METHOD(METHOD_POST)
#define PUT		METHOD(METHOD_PUT)
#define PATCH		METHOD(METHOD_PATCH)
#define DELETE		METHOD(METHOD_DELETE)

/* A segment, decoded: what could be in one that names anything. */
struct segment {
	char	 text[256];
	bool	 whole;		/* it was no longer than that */
};

static const struct place {
	const char		*words[3];	/* "{}" any; NULL: no more */
	enum scim_place		 place;
	enum scim_resource	 resource;
	unsigned int		 methods;
} places[] = {
	{ { NULL }, SCIM_PLACE_BASE, SCIM_RESOURCE_ANY, GET },
	{ { ".search" }, SCIM_PLACE_SEARCH, SCIM_RESOURCE_ANY, POST },
	{ { "ServiceProviderConfig" }, SCIM_PLACE_CONFIG, SCIM_RESOURCE_ANY,
	    GET },
	{ { "ResourceTypes" }, SCIM_PLACE_TYPES, SCIM_RESOURCE_ANY, GET },
	{ { "ResourceTypes", "{}" }, SCIM_PLACE_TYPES, SCIM_RESOURCE_ANY,
	    GET },
	{ { "Schemas" }, SCIM_PLACE_SCHEMAS, SCIM_RESOURCE_ANY, GET },
	{ { "Schemas", "{}" }, SCIM_PLACE_SCHEMAS, SCIM_RESOURCE_ANY, GET },
	{ { "Users" }, SCIM_PLACE_ALL, SCIM_RESOURCE_USER, GET | POST },
	{ { "Users", ".search" }, SCIM_PLACE_SEARCH, SCIM_RESOURCE_USER,
	    POST },
	{ { "Users", "{}" }, SCIM_PLACE_ONE, SCIM_RESOURCE_USER,
	    GET | PUT | PATCH | DELETE },
	{ { "Groups" }, SCIM_PLACE_ALL, SCIM_RESOURCE_GROUP, GET | POST },
	{ { "Groups", ".search" }, SCIM_PLACE_SEARCH, SCIM_RESOURCE_GROUP,
	    POST },
	{ { "Groups", "{}" }, SCIM_PLACE_ONE, SCIM_RESOURCE_GROUP,
	    GET | PUT | PATCH | DELETE },
	{ { "Bulk" }, SCIM_PLACE_BULK, SCIM_RESOURCE_ANY, POST },
	{ { "Me" }, SCIM_PLACE_ME, SCIM_RESOURCE_USER,
	    GET | POST | PUT | PATCH | DELETE }
};
static const struct place links[] = {
	{ { "{}", "links" }, SCIM_PLACE_LINKS, SCIM_RESOURCE_GROUP, GET },
	{ { "{}", "links", "{}" }, SCIM_PLACE_LINKS, SCIM_RESOURCE_GROUP,
	    PUT | DELETE }
};
#define COUNT(table)	(sizeof(table) / sizeof(table[0]))

/*
 * The next segment, decoded once; *at moves behind the slash after it.
 * The path is plain: an escape is two digits and no NUL.
 */
static void
segment(struct bytes path, size_t *at, struct segment *s)
{
	size_t	 n;
	int	 c;

	for (n = 0; *at < path.len && path.data[*at] != '/';) {
		c = path.data[(*at)++];
		if (c == '%') {
			c = hex_digit((char)path.data[*at]) * 16 +
			    hex_digit((char)path.data[*at + 1]);
			*at += 2;
		}
		if (n < sizeof(s->text) - 1)
			s->text[n] = (char)c;
		n++;
	}
	(*at)++;
	s->whole = n < sizeof(s->text);
	s->text[s->whole ? n : 0] = '\0';
}

/* How many segments there are; 0 also if too many to be anything. */
static size_t
split(struct bytes path, struct segment *list)
{
	size_t	 at, n;

	for (at = 1, n = 0; at < path.len; n++) {
		if (n == MOST)
			return 0;
		segment(path, &at, &list[n]);
	}
	return n;
}

static bool
fits(const struct place *p, const struct segment *list, size_t n)
{
	size_t	 i;

	for (i = 0; i < COUNT(p->words) && p->words[i] != NULL; i++)
		if (i == n || (strcmp(p->words[i], "{}") != 0 &&
		    strcmp(p->words[i], list[i].text) != 0))
			return false;
	return i == n;
}

static const struct place *
find(const struct place *table, size_t count, const struct segment *list,
    size_t n)
{
	size_t	 i;

	for (i = 0; i < count; i++)
		if (fits(&table[i], list, n))
			return &table[i];
	return NULL;
}

/* A name that fits where names are kept; what doesn't names nothing. */
static void
keep(char *to, size_t size, const struct segment *s)
{
	if (!s->whole || strlcpy(to, s->text, size) >= size)
		to[0] = '\0';
}

/* Below the base: which place, and what it names. */
static void
inner(const struct place *table, size_t count, const struct segment *list,
    size_t n, struct scim_target *t)
{
	const struct place	*p;

	t->resource = SCIM_RESOURCE_ANY;
	if ((p = find(table, count, list, n)) == NULL)
		return;
	t->place = p->place;
	t->resource = p->resource;
	if (p->place == SCIM_PLACE_ONE)
		keep(t->id, sizeof(t->id), &list[1]);
	if (p->place == SCIM_PLACE_LINKS)
		keep(t->id, sizeof(t->id), &list[0]);
	if (p->place == SCIM_PLACE_LINKS && n == 3)
		keep(t->slug, sizeof(t->slug), &list[2]);
	if ((p->place == SCIM_PLACE_TYPES || p->place == SCIM_PLACE_SCHEMAS)
	    && n == 2)
		strlcpy(t->schema, list[1].text[0] == '\0' ? "?" :
		    list[1].text, sizeof(t->schema));
}

bool
scim_target_parse(struct bytes path, struct scim_target *t)
{
	struct segment	 list[MOST];
	size_t		 n;

	memset(t, 0, sizeof(*t));
	t->resource = SCIM_RESOURCE_ANY;
	if (!path_plain(path))
		return false;
	n = split(path, list);
	/* One address for each thing; the base may be said with a slash. */
	if (n != 5 && path.data[path.len - 1] == '/')
		return true;
	/* api, organizations, {}, what it is */
	if (n < 4)
		return true;
	keep(t->organization, sizeof(t->organization), &list[2]);
	if (strcmp(list[3].text, "scim-groups") == 0) {
		inner(links, COUNT(links), list + 4, n - 4, t);
		return true;
	}
	if (strcmp(list[3].text, "scim-provisioning") == 0)
		t->base = SCIM_BASE_BASIC;
	else if (strcmp(list[3].text, "scim") != 0)
		return true;
	if (n == 4)
		return true;
	if (strcmp(list[4].text, "v2") != 0) {
		t->place = SCIM_PLACE_VERSION;
		return true;
	}
	inner(places, COUNT(places), list + 5, n - 5, t);
	return true;
}

unsigned int
scim_target_methods(const struct scim_target *t)
{
	const struct place	*p;

	if (t->place == SCIM_PLACE_LINKS)
		return links[t->slug[0] != '\0'].methods;
	for (p = places; p < places + COUNT(places); p++)
		if (p->place == t->place && p->resource == t->resource)
			return p->methods;
	return 0;
}

bool
scim_target_inner(const char *text, size_t len, struct scim_target *t)
{
	struct segment	 list[MOST];
	struct bytes	 path;
	size_t		 n;

	memset(t, 0, sizeof(*t));
	path.data = (const uint8_t *)text;
	path.len = len;
	if (!path_plain(path) || path.data[path.len - 1] == '/' ||
	    (n = split(path, list)) == 0)
		return false;
	inner(places, COUNT(places), list, n, t);
	return t->place == SCIM_PLACE_ALL || (t->place == SCIM_PLACE_ONE &&
	    t->id[0] != '\0');
}
