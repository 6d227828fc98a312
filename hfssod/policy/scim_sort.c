/*
 * Sorting in memory.  In policy and reader.  Must never hold more than a
 * few lists, nor more than LIMIT_SCIM_SORTED rows in one.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/scim_tree.h"
#include "hfssod/policy/scim_sort.h"

#define LISTS	8

struct entry {
	const char	*key;
	int64_t		 row;
};
struct scim_sorted {
	uint64_t		 number;	/* 0: none */
	uint64_t		 query;
	int64_t			 used;		/* monotonic milliseconds */
	struct scim_pool	*keys;
	struct entry		*list;
	size_t			 count;
	size_t			 size;
	bool			 down;
	bool			 ready;
};
static struct scim_sorted	 lists[LISTS];

void
scim_sorted_free(struct scim_sorted *s)
{
	scim_pool_free(s->keys);
	free(s->list);
	memset(s, 0, sizeof(*s));
}

struct scim_sorted *
scim_sorted_new(uint64_t query)
{
	static uint64_t		 last;
	struct scim_sorted	*s = &lists[0];
	int64_t			 now = clock_ms();
	size_t			 i;

	for (i = 0; i < LISTS; i++) {
		/* Whoever asked for it has gone away. */
		if (lists[i].number != 0 &&
		    now - lists[i].used > LIMIT_SCIM_SECONDS * 1000)
			scim_sorted_free(&lists[i]);
		if (lists[i].used < s->used)
			s = &lists[i];
	}
	if (s->number != 0)
		scim_sorted_free(s);
	s->number = ++last;
	s->query = query;
	s->used = now;
	s->keys = scim_pool_new();
	return s;
}

struct scim_sorted *
scim_sorted_find(uint64_t number, uint64_t query)
{
	size_t	 i;

	for (i = 0; i < LISTS; i++)
		if (number != 0 && lists[i].number == number &&
		    lists[i].query == query) {
			lists[i].used = clock_ms();
			return &lists[i];
		}
	return NULL;
}

uint64_t
scim_sorted_number(const struct scim_sorted *s)
{
	return s->number;
}

bool
scim_sorted_add(struct scim_sorted *s, const char *key, int64_t row)
{
	if (s->count == LIMIT_SCIM_SORTED)
		return false;
	if (s->count == s->size) {
		s->size = s->size == 0 ? 256 : s->size * 2;
		if ((s->list = reallocarray(s->list, s->size,
		    sizeof(*s->list))) == NULL)
			fatal("scim sort");
	}
	s->list[s->count].key = scim_pool_string(s->keys, key, strlen(key));
	s->list[s->count++].row = row;
	return true;
}

static int
order(const struct entry *a, const struct entry *b)
{
	int	 c = strcmp(a->key, b->key);

	return c != 0 ? c : a->row < b->row ? -1 : a->row > b->row;
}

static int
up(const void *a, const void *b)
{
	return order(a, b);
}

static int
down(const void *a, const void *b)
{
	return order(b, a);
}

void
scim_sorted_order(struct scim_sorted *s, bool descending)
{
	if (s->ready)
		return;
	s->down = descending;
	/* Not qsort: glibc's asks the system, which the sandbox forbids. */
	if (s->count > 1 && mergesort(s->list, s->count, sizeof(*s->list),
	    descending ? down : up) == -1)
		fatal("scim sort");
	s->ready = true;
}

bool
scim_sorted_ready(const struct scim_sorted *s)
{
	return s->ready;
}

size_t
scim_sorted_count(const struct scim_sorted *s)
{
	return s->count;
}

int64_t
scim_sorted_row(const struct scim_sorted *s, size_t i)
{
	return s->list[i].row;
}

const char *
scim_sorted_key(const struct scim_sorted *s, size_t i)
{
	return s->list[i].key;
}

size_t
scim_sorted_behind(const struct scim_sorted *s, const char *key, int64_t row)
{
	struct entry	 e = { key, row };
	size_t		 low = 0, high = s->count, mid;
	int		 c;

	while (low < high) {
		mid = low + (high - low) / 2;
		c = order(&s->list[mid], &e);
		if ((s->down ? -c : c) > 0)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}
