/*
 * The audit log.  In policy.  Must never write a secret, nor a record
 * outside of the transaction that does what it tells of.
 */
#include <sys/types.h>

#include <sha2.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/audit.h"

void
audit_init(struct audit *a)
{
	memset(a, 0, sizeof(*a));
	wire_init(&a->record, LIMIT_MESSAGE);
}

void
audit_free(struct audit *a)
{
	wire_free(&a->record);
}

void
audit_forget(struct audit *a)
{
	a->known = false;
}

/* One hash over all that a record is, and the hash before. */
static void
chain(const uint8_t before[AUDIT_HASH], int64_t id, int64_t at,
    const char *type, struct bytes record, uint8_t hash[AUDIT_HASH])
{
	SHA2_CTX	 ctx;
	uint8_t		 numbers[16];
	int		 i;

	for (i = 0; i < 8; i++) {
		numbers[i] = (uint64_t)id >> (56 - 8 * i) & 0xff;
		numbers[8 + i] = (uint64_t)at >> (56 - 8 * i) & 0xff;
	}
	SHA256Init(&ctx);
	SHA256Update(&ctx, before, AUDIT_HASH);
	SHA256Update(&ctx, numbers, sizeof(numbers));
	SHA256Update(&ctx, (const uint8_t *)type, strlen(type) + 1);
	SHA256Update(&ctx, record.data, record.len);
	SHA256Final(hash, &ctx);
}

static bool
last(struct audit *a, struct store *s)
{
	struct bytes	 b;
	enum step	 step;

	if (a->known)
		return true;
	a->id = 0;
	memset(a->hash, 0, sizeof(a->hash));
	step = store_step(s, ST_audit_last, NULL, 0);
	if (step == STEP_ROW) {
		a->id = store_integer(s, ST_audit_last, 0);
		b = store_blob(s, ST_audit_last, 2);
		if (b.len == AUDIT_HASH)
			memcpy(a->hash, b.data, AUDIT_HASH);
		store_end(s, ST_audit_last);
	}
	a->known = step != STEP_FAILED;
	return a->known;
}

static void
put(struct writer *w, const char *name, const char *value)
{
	if (value[0] != '\0')
		record_string(w, name, value);
}

void
audit_begin(struct audit *a, const struct audit_event *e)
{
	wire_reset(&a->record);
	record_object(&a->record, "");
	put(&a->record, "organization", e->organization);
	put(&a->record, "account", e->account);
	put(&a->record, "name", e->name);
	put(&a->record, "by", e->by);
	if (e->request == NULL)
		return;
	record_string(&a->record, "client", address_text(&e->request->client));
	record_string(&a->record, "request", log_id(e->request->id));
}

void
audit_end(struct audit *a, struct store *s, const char *type)
{
	uint8_t		 hash[AUDIT_HASH];
	struct bytes	 record;
	int64_t		 now = store_now(s);

	record_end(&a->record);
	if (a->record.bad)
		fatalx("audit record of %s is too long", type);
	if (!last(a, s))
		return;
	record.data = a->record.data;
	record.len = a->record.len;
	chain(a->hash, a->id + 1, now, type, record, hash);
	if (store_run(s, ST_audit_add, v_int(a->id + 1), v_int(now),
	    v_text(type), v_blob(record.data, record.len),
	    v_blob(hash, sizeof(hash))) != STEP_DONE) {
		a->known = false;
		return;
	}
	a->id++;
	memcpy(a->hash, hash, sizeof(hash));
}

int64_t
audit_verify(struct store *s, int64_t from, int64_t *count)
{
	uint8_t		 before[AUDIT_HASH], hash[AUDIT_HASH];
	struct bytes	 kept;
	enum step	 step;
	int64_t		 id, expected = from, n = 0, bad = 0;

	memset(before, 0, sizeof(before));
	/* In the middle, the first record only anchors the others. */
	step = store_run(s, ST_audit_from, v_int(from > 1 ? from - 1 : 1));
	for (; step == STEP_ROW && bad == 0;
	    step = store_next(s, ST_audit_from)) {
		id = store_integer(s, ST_audit_from, 0);
		kept = store_blob(s, ST_audit_from, 4);
		if (kept.len != AUDIT_HASH || (id != expected && id >= from)) {
			bad = id;
			break;
		}
		if (id >= from) {
			chain(before, id, store_integer(s, ST_audit_from, 1),
			    store_text(s, ST_audit_from, 2),
			    store_blob(s, ST_audit_from, 3), hash);
			if (memcmp(hash, kept.data, AUDIT_HASH) != 0) {
				bad = id;
				break;
			}
			expected++;
			n++;
		}
		memcpy(before, kept.data, AUDIT_HASH);
	}
	store_end(s, ST_audit_from);
	if (count != NULL)
		*count = n;
	return step == STEP_FAILED ? -1 : bad;
}
