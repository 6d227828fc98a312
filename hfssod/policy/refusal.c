/*
 * Counted refusals.  In policy.  Must never grow with what strangers send.
 */
#include <sys/types.h>

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/policy/refusal.h"

struct entry {
	uint8_t		 key[SHA256_DIGEST_LENGTH];
	char		 connection[96];
	enum verdict	 verdict;
	struct address	 address;
	int64_t		 count;
};

void
refusals_init(struct refusals *r)
{
	memset(r, 0, sizeof(*r));
	table_init(&r->table, SHA256_DIGEST_LENGTH);
}

void
refusals_written(struct refusals *r)
{
	size_t	 i;

	for (i = 0; i < r->table.size; i++)
		free(r->table.slots[i]);
	table_free(&r->table);
}

void
refusals_free(struct refusals *r)
{
	refusals_written(r);
}

static void
key_of(struct entry *e)
{
	SHA2_CTX	 ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)e->connection,
	    strlen(e->connection) + 1);
	SHA256Update(&ctx, (const uint8_t *)&e->verdict, sizeof(e->verdict));
	SHA256Update(&ctx, e->address.octets, sizeof(e->address.octets));
	SHA256Final(e->key, &ctx);
}

void
refusal_count(struct refusals *r, int64_t now, const char *connection,
    enum verdict verdict, const struct address *address)
{
	struct entry	*e, *found;

	if (r->table.count == 0)
		r->minute = now - now % 60;
	if ((e = calloc(1, sizeof(*e))) == NULL)
		fatal("refusal");
	strlcpy(e->connection, connection, sizeof(e->connection));
	e->verdict = verdict;
	e->address = *address;
	key_of(e);
	found = table_find(&r->table, e->key);
	if (found == NULL && r->table.count >= REFUSALS_MOST) {
		/* Names may be a stranger's too. */
		memset(&e->address, 0, sizeof(e->address));
		memset(e->connection, 0, sizeof(e->connection));
		key_of(e);
		found = table_find(&r->table, e->key);
	}
	if (found == NULL) {
		table_add(&r->table, e);
		found = e;
	} else
		free(e);
	found->count++;
}

bool
refusals_due(const struct refusals *r, int64_t now)
{
	return r->table.count > 0 && now >= r->minute + 60;
}

void
refusals_write(struct refusals *r, struct store *s)
{
	struct entry	*e;
	size_t		 i;

	for (i = 0; i < r->table.size; i++) {
		if ((e = r->table.slots[i]) == NULL)
			continue;
		store_run(s, ST_refusal, v_int(r->minute),
		    v_text(e->connection), v_text(verdict_name(e->verdict)),
		    v_blob(e->address.octets, sizeof(e->address.octets)),
		    v_int(e->count));
	}
	store_run(s, ST_refusals_old, v_int(r->minute - REFUSALS_KEPT));
}
