/*
 * Revocations that wait for the store.  In policy.  Must never forget one
 * before it is committed.
 */
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "hfssod/policy/pending.h"

/*
 * The file: "hfssod-p", all (8 octets), count, the numbers, and at the end
 * a SHA-256 over the rest.
 */
#define MAGIC		"hfssod-p"
#define HASH_AT		(PENDING_FILE - SHA256_DIGEST_LENGTH)

static void
put64(uint8_t *p, uint64_t v)
{
	int	 i;

	for (i = 0; i < 8; i++)
		p[i] = v >> (56 - 8 * i) & 0xff;
}

static uint64_t
get64(const uint8_t *p)
{
	uint64_t	 v = 0;
	int		 i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static void
digest(const uint8_t *file, uint8_t hash[SHA256_DIGEST_LENGTH])
{
	SHA2_CTX	 ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, file, HASH_AT);
	SHA256Final(hash, &ctx);
}

static bool
write_file(const struct pending *p)
{
	uint8_t	 file[PENDING_FILE];
	size_t	 i;

	memset(file, 0, sizeof(file));
	memcpy(file, MAGIC, 8);
	put64(file + 8, p->all);
	put64(file + 16, p->organization_count);
	for (i = 0; i < p->organization_count; i++)
		put64(file + 24 + 8 * i, (uint64_t)p->organizations[i]);
	digest(file, file + HASH_AT);
	return pwrite(p->fd, file, sizeof(file), 0) == sizeof(file) &&
	    fdatasync(p->fd) == 0;
}

/* What the time before left; a file of no octets is a new one. */
static bool
read_file(struct pending *p)
{
	uint8_t	 file[PENDING_FILE], hash[SHA256_DIGEST_LENGTH];
	ssize_t	 n;
	size_t	 i;

	if ((n = pread(p->fd, file, sizeof(file), 0)) == -1)
		return false;
	if (n == 0)
		return write_file(p);
	p->all = true;
	if (n != sizeof(file) || memcmp(file, MAGIC, 8) != 0)
		return true;
	digest(file, hash);
	if (memcmp(hash, file + HASH_AT, sizeof(hash)) != 0 ||
	    get64(file + 16) > PENDING_MOST)
		return true;
	p->all = get64(file + 8) != 0;
	p->organization_count = (size_t)get64(file + 16);
	for (i = 0; i < p->organization_count; i++)
		p->organizations[i] = (int64_t)get64(file + 24 + 8 * i);
	return true;
}

bool
pending_open(struct pending *p, const char *path)
{
	struct flock	 lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int		 tries = 0;

	memset(p, 0, sizeof(*p));
	p->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->fd == -1)
		return false;
	/* The one before may just be ending. */
	while (fcntl(p->fd, F_SETLK, &lock) == -1) {
		if ((errno != EAGAIN && errno != EACCES) || ++tries > 100)
			goto fail;
		usleep(20000);
	}
	if (read_file(p)) {
		p->before = p->organization_count;
		p->before_all = p->all;
		return true;
	}
fail:
	close(p->fd);
	p->fd = -1;
	return false;
}

void
pending_close(struct pending *p)
{
	if (p->fd != -1)
		close(p->fd);
	freezero(p->keys, p->key_count * sizeof(*p->keys));
	memset(p, 0, sizeof(*p));
	p->fd = -1;
}

bool
pending_has(const struct pending *p, int64_t organization)
{
	size_t	 i;

	if (p->all)
		return true;
	for (i = 0; i < p->organization_count; i++)
		if (p->organizations[i] == organization)
			return true;
	return false;
}

static void
add_organization(struct pending *p, int64_t organization)
{
	if (pending_has(p, organization))
		return;
	p->dirty = true;
	if (p->organization_count == PENDING_MOST)
		p->all = true;
	else
		p->organizations[p->organization_count++] = organization;
}

void
pending_add(struct pending *p, const struct session *s,
    const struct organization *o)
{
	struct pending_key	*k;
	size_t			 i;

	p->keys = reallocarray(p->keys, p->key_count + 1, sizeof(*p->keys));
	if (p->keys == NULL)
		fatal("pending");
	k = &p->keys[p->key_count++];
	memcpy(k->key, s->key, SESSION_KEY);
	k->organization = o == NULL ? 0 : o->id;
	for (i = 0; i < s->stamp_count; i++)
		if (o == NULL || s->stamps[i].organization == o)
			add_organization(p, s->stamps[i].organization->id);
}

void
pending_note(struct pending *p)
{
	if (!p->dirty)
		return;
	if (write_file(p))
		p->dirty = false;
	else
		log_warn("a revocation can't be noted: it holds until a "
		    "restart only");
}

bool
pending_due(const struct pending *p)
{
	return p->key_count > 0 || p->all || p->organization_count > 0;
}

static void
write_key(const struct pending_key *k, struct store *s)
{
	if (k->organization != 0) {
		store_run(s, ST_stamp_remove, v_blob(k->key, SESSION_KEY),
		    v_int(k->organization));
		return;
	}
	store_run(s, ST_stamps_remove_key, v_blob(k->key, SESSION_KEY));
	store_run(s, ST_session_remove_key, v_blob(k->key, SESSION_KEY));
}

void
pending_write(const struct pending *p, struct store *s)
{
	size_t	 i;

	for (i = 0; i < p->key_count; i++)
		write_key(&p->keys[i], s);
	if (p->before_all)
		store_run(s, ST_stamps_end_all, v_int(p->last_session));
	for (i = 0; i < p->before; i++)
		store_run(s, ST_stamps_end, v_int(p->organizations[i]),
		    v_int(p->last_session));
}

void
pending_written(struct pending *p)
{
	freezero(p->keys, p->key_count * sizeof(*p->keys));
	p->keys = NULL;
	p->key_count = 0;
	p->organization_count = p->before = 0;
	p->all = p->before_all = false;
	p->dirty = true;
	pending_note(p);
}
