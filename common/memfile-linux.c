/*
 * Sealed memory files on Linux: memfd_create(2).  parent makes, children
 * read.  Must never accept a descriptor that could still change.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/memfile.h"

#define SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

int
memfile_make(const void *data, size_t len)
{
	const char	*p = data;
	size_t		 done;
	ssize_t		 n;
	int		 fd, saved;

	fd = memfd_create("hfssod", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1)
		return -1;
	for (done = 0; done < len; done += (size_t)n) {
		n = pwrite(fd, p + done, len - done, (off_t)done);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n == -1)
			goto fail;
	}
	if (fcntl(fd, F_ADD_SEALS, SEALS) == -1)
		goto fail;
	return fd;
fail:
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

uint8_t *
memfile_read(int fd, size_t most, size_t *len)
{
	struct stat	 st;
	uint8_t		*data;
	size_t		 done;
	ssize_t		 n;
	int		 seals;

	if ((seals = fcntl(fd, F_GET_SEALS)) == -1 || fstat(fd, &st) == -1)
		return NULL;
	if ((seals & SEALS) != SEALS || st.st_size < 0 ||
	    (uintmax_t)st.st_size > most) {
		errno = EINVAL;
		return NULL;
	}
	if ((data = malloc((size_t)st.st_size + 1)) == NULL)
		return NULL;
	for (done = 0; done < (size_t)st.st_size; done += (size_t)n) {
		n = pread(fd, data + done, (size_t)st.st_size - done,
		    (off_t)done);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n <= 0) {
			freezero(data, (size_t)st.st_size + 1);
			return NULL;
		}
	}
	data[done] = '\0';
	*len = done;
	return data;
}
