/*
 * Files that the configuration names.  In parent, which reads them and
 * never looks inside.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/memfile.h"
#include "hfssod/parent/conf_file.h"

/* Why a file is not read; NULL if it may be. */
static const char *
refused(const struct stat *st, bool secret)
{
	if (!S_ISREG(st->st_mode))
		return "is not a file";
	if (st->st_size == 0)
		return "is empty";
	if (st->st_size > LIMIT_FILE)
		return "is too large";
	if (!secret)
		return NULL;
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "is a secret and belongs neither to root nor to the "
		    "user that hfssod runs as";
	if ((st->st_mode & S_IRWXO) != 0)
		return "is a secret that others can read: chmod 600";
	if ((st->st_mode & (S_IWGRP | S_IXGRP)) != 0)
		return "is a secret that its group can write: chmod 600";
	return NULL;
}

/* All of an open file into a memory file; -1 with errno. */
static int
copied(int fd, size_t size)
{
	uint8_t	*data;
	size_t	 len;
	ssize_t	 n;
	int	 mem, saved;

	if ((data = malloc(size)) == NULL)
		fatal("configuration");
	for (len = 0; len < size; len += (size_t)n) {
		n = read(fd, data + len, size - len);
		if (n <= 0)
			break;
	}
	mem = memfile_make(data, len);
	saved = errno;
	freezero(data, size);
	errno = saved;
	return mem;
}

int
conf_file_read(struct conf_file *f, struct errors *e)
{
	struct stat	 st;
	const char	*why;
	int		 fd, mem;

	/* A pipe that nobody writes must not stop us. */
	fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (f->optional && fd == -1 && errno == ENOENT) {
		f->missing = true;
		return -1;
	}
	if (fd == -1 || fstat(fd, &st) == -1) {
		errors_add(e, &f->at, "%s: %s", f->path, strerror(errno));
		if (fd != -1)
			close(fd);
		return -1;
	}
	if (f->optional && st.st_size == 0) {
		f->missing = true;
		close(fd);
		return -1;
	}
	if ((why = refused(&st, f->secret)) != NULL) {
		errors_add(e, &f->at, "%s: %s", f->path, why);
		close(fd);
		return -1;
	}
	if ((mem = copied(fd, (size_t)st.st_size)) == -1)
		errors_add(e, &f->at, "%s: %s", f->path, strerror(errno));
	close(fd);
	return mem;
}
