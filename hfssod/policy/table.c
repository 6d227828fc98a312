/*
 * A hash table of pointers: linear probing, at most three quarters full,
 * removal by shifting back, so that no graves are left.  In policy; pure.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/policy/table.h"

#define LEAST	64

void
table_init(struct table *t, size_t key)
{
	memset(t, 0, sizeof(*t));
	t->key = key;
}

void
table_free(struct table *t)
{
	free(t->slots);
	t->slots = NULL;
	t->size = t->count = 0;
}

static size_t
home(const struct table *t, const void *key)
{
	uint64_t	 h;

	memcpy(&h, key, sizeof(h));
	return (size_t)(h ^ h >> 32) & (t->size - 1);
}

void *
table_find(const struct table *t, const void *key)
{
	size_t	 i;

	if (t->count == 0)
		return NULL;
	for (i = home(t, key); t->slots[i] != NULL; i = (i + 1) & (t->size - 1))
		if (memcmp(t->slots[i], key, t->key) == 0)
			return t->slots[i];
	return NULL;
}

static void
put(struct table *t, void *entry)
{
	size_t	 i = home(t, entry);

	while (t->slots[i] != NULL)
		i = (i + 1) & (t->size - 1);
	t->slots[i] = entry;
}

static void
grow(struct table *t)
{
	void	**old = t->slots;
	size_t	  i, size = t->size;

	t->size = size == 0 ? LEAST : size * 2;
	if ((t->slots = calloc(t->size, sizeof(*t->slots))) == NULL)
		fatal("table");
	for (i = 0; i < size; i++)
		if (old[i] != NULL)
			put(t, old[i]);
	free(old);
}

void
table_add(struct table *t, void *entry)
{
	if (t->count >= t->size / 4 * 3)
		grow(t);
	put(t, entry);
	t->count++;
}

void
table_remove(struct table *t, const void *entry)
{
	size_t	 i, j, h, mask = t->size - 1;

	for (i = home(t, entry); t->slots[i] != entry; i = (i + 1) & mask)
		if (t->slots[i] == NULL)
			fatalx("table: no such entry");
	for (j = (i + 1) & mask; t->slots[j] != NULL; j = (j + 1) & mask) {
		h = home(t, t->slots[j]);
		/* It may lie at i only if its home is not in between. */
		if (((j - h) & mask) < ((j - i) & mask))
			continue;
		t->slots[i] = t->slots[j];
		i = j;
	}
	t->slots[i] = NULL;
	t->count--;
}
