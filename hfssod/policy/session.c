/*
 * Live sessions in memory.  In policy.  Must never know a cookie: only
 * its hash.
 */
#include <sys/types.h>

#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/policy/decision.h"
#include "hfssod/policy/session.h"

/* An odd factor: different rows have different hashes. */
static uint64_t
row_hash(int64_t row)
{
	return (uint64_t)row * 0x9e3779b97f4a7c15u;
}

void
sessions_init(struct sessions *t)
{
	memset(t, 0, sizeof(*t));
	table_init(&t->by_key, SESSION_KEY);
	table_init(&t->persons, sizeof(uint64_t));
}

void
sessions_free(struct sessions *t)
{
	struct person	*p;
	size_t		 i;

	for (i = 0; i < t->by_key.size; i++)
		free(t->by_key.slots[i]);
	for (i = 0; i < t->persons.size; i++) {
		if ((p = t->persons.slots[i]) == NULL)
			continue;
		free(p->account);
		free(p);
	}
	table_free(&t->by_key);
	table_free(&t->persons);
}

struct session *
session_new(size_t stamps)
{
	struct session	*s;

	s = calloc(1, sizeof(*s) + stamps * sizeof(s->stamps[0]));
	if (s == NULL)
		fatal("session");
	s->stamp_count = stamps;
	return s;
}

bool
session_key(struct bytes cookie, uint8_t key[SESSION_KEY])
{
	SHA2_CTX	 ctx;

	if (cookie.len != SESSION_COOKIE_TEXT)
		return false;
	SHA256Init(&ctx);
	SHA256Update(&ctx, cookie.data, cookie.len);
	SHA256Final(key, &ctx);
	return true;
}

struct session *
session_find(const struct sessions *t, const uint8_t key[SESSION_KEY])
{
	return table_find(&t->by_key, key);
}

struct session *
session_by_handle(const struct sessions *t, const char *text)
{
	struct session	*s;
	char		 handle[SESSION_HANDLE];
	size_t		 i;

	for (i = 0; i < t->by_key.size; i++) {
		if ((s = t->by_key.slots[i]) == NULL)
			continue;
		session_handle(s, handle);
		if (strcmp(handle, text) == 0)
			return s;
	}
	return NULL;
}

struct person *
session_person(const struct sessions *t, int64_t row)
{
	uint64_t	 hash = row_hash(row);

	return table_find(&t->persons, &hash);
}

void
session_expect(struct sessions *t, struct account *a)
{
	struct person	*p;

	if ((p = session_person(t, a->row)) == NULL) {
		if ((p = calloc(1, sizeof(*p))) == NULL)
			fatal("session");
		p->row = a->row;
		p->hash = row_hash(a->row);
		table_add(&t->persons, p);
	}
	if (p->account != a)
		free(p->account);
	p->account = a;
}

void
session_add(struct sessions *t, struct session *s, struct account *a)
{
	struct person	*p;

	session_expect(t, a);
	p = session_person(t, a->row);
	s->person = p;
	s->next = p->sessions;
	p->sessions = s;
	table_add(&t->by_key, s);
}

void
session_drop(struct sessions *t, struct session *s)
{
	struct person	*p = s->person;
	struct session	**sp;

	for (sp = &p->sessions; *sp != s; sp = &(*sp)->next)
		;
	*sp = s->next;
	table_remove(&t->by_key, s);
	freezero(s, sizeof(*s));
	if (p->sessions != NULL)
		return;
	table_remove(&t->persons, p);
	free(p->account);
	free(p);
}

void
session_stamp_drop(struct sessions *t, struct session *s,
    const struct organization *o)
{
	size_t	 i, kept = 0;

	for (i = 0; i < s->stamp_count; i++)
		if (s->stamps[i].organization != o)
			s->stamps[kept++] = s->stamps[i];
	s->stamp_count = kept;
	if (kept == 0)
		session_drop(t, s);
}

void
session_account(struct sessions *t, struct account *a)
{
	struct person	*p;

	if ((p = session_person(t, a->row)) == NULL) {
		free(a);
		return;
	}
	free(p->account);
	p->account = a;
}

void
session_handle(const struct session *s, char text[SESSION_HANDLE])
{
	snprintf(text, SESSION_HANDLE, "%016llx",
	    (unsigned long long)s->handle);
}

bool
session_stamp_live(const struct session *s, const struct stamp *stamp,
    int64_t now)
{
	struct decision_stamp	 d;

	if (stamp->organization->settings == NULL ||
	    stamp->connection->settings == NULL)
		return false;
	memset(&d, 0, sizeof(d));
	d.organization = stamp->organization->name;
	d.since = stamp->since;
	d.expires = stamp->expires;
	d.timeout = stamp->organization->settings->session_timeout;
	d.idle = stamp->organization->settings->session_idle;
	return decision_live(&d, s->used, now);
}

bool
session_live(const struct session *s, int64_t now)
{
	size_t	 i;

	for (i = 0; i < s->stamp_count; i++)
		if (session_stamp_live(s, &s->stamps[i], now))
			return true;
	return false;
}

void
sessions_some(struct sessions *t, size_t slots,
    void (*each)(struct session *, void *), void *arg)
{
	if (slots > t->by_key.size)
		slots = t->by_key.size;
	for (; slots > 0; slots--) {
		if (t->sweep >= t->by_key.size)
			t->sweep = 0;
		if (t->by_key.slots[t->sweep] != NULL)
			each(t->by_key.slots[t->sweep], arg);
		t->sweep++;
	}
}
