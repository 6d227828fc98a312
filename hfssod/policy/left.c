/*
 * Who has left at his provider of late.  In policy, and in memory alone:
 * a login under way is judged within seconds.  Must never keep out who
 * came after that.
 */
#include <sys/types.h>

#include <sha2.h>
#include <string.h>

#include "common/clock.h"
#include "hfssod/policy/left.h"

#define LEFT_MOST	4096		/* the oldest make way */
#define LEFT_MS		60000		/* longer than any login is judged */

/* Names as hashes; all zero: it does not say. */
static struct left {
	int64_t	 connection;
	int64_t	 at;			/* monotonic milliseconds; 0: free */
	uint8_t	 name[SHA256_DIGEST_LENGTH];
	uint8_t	 index[SHA256_DIGEST_LENGTH];
} ring[LEFT_MOST];
static size_t	 next;

static const uint8_t	 nothing[SHA256_DIGEST_LENGTH];

static void
hash(const char *text, uint8_t out[SHA256_DIGEST_LENGTH])
{
	SHA2_CTX	 ctx;

	memset(out, 0, SHA256_DIGEST_LENGTH);
	if (text[0] == '\0')
		return;
	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)text, strlen(text));
	SHA256Final(out, &ctx);
}

static void
note(const struct connection *c, const char *name, const char *index)
{
	struct left	*l = &ring[next++ % LEFT_MOST];

	l->connection = c->id;
	l->at = clock_ms();
	hash(name, l->name);
	hash(index, l->index);
}

void
left_note(const struct connection *c, const char *name,
    const struct strings *indexes)
{
	size_t	 i;

	if (indexes->count == 0 && name[0] != '\0')
		note(c, name, "");
	for (i = 0; i < indexes->count; i++)
		if (indexes->list[i][0] != '\0')
			note(c, name, indexes->list[i]);
}

static bool
same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, SHA256_DIGEST_LENGTH) == 0;
}

bool
left_since(const struct connection *c, const struct identity *id,
    int64_t since)
{
	const struct left	*l;
	uint8_t			 name[SHA256_DIGEST_LENGTH];
	uint8_t			 index[SHA256_DIGEST_LENGTH];
	int64_t			 oldest = clock_ms() - LEFT_MS;
	size_t			 i;
	bool			 named, indexed;

	hash(id->name_id.value, name);
	hash(id->session_index, index);
	/* The newest first; at the first that is too old there is no more. */
	for (i = 0; i < LEFT_MOST; i++) {
		l = &ring[(next - 1 - i) % LEFT_MOST];
		if (l->at <= since || l->at < oldest)
			return false;
		if (l->connection != c->id)
			continue;
		named = !same(l->name, nothing);
		indexed = !same(l->index, nothing);
		if (named && !same(l->name, name))
			continue;
		/* As in logout: one never given an index may be any. */
		if (!indexed || same(l->index, index) ||
		    (named && same(index, nothing)))
			return true;
	}
	return false;
}
