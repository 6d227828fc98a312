/*
 * Memory files on OpenBSD: shm_mkstemp(3), unlinked at once, handed over
 * read only.  parent makes, children read.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memfile.h"

int
memfile_make(const void *data, size_t len)
{
	char		 path[] = "/hfssod.XXXXXXXXXX";
	const char	*p = data;
	size_t		 done;
	ssize_t		 n;
	int		 fd, ro = -1, saved;

	if ((fd = shm_mkstemp(path)) == -1)
		return -1;
	for (done = 0; done < len; done += (size_t)n) {
		n = pwrite(fd, p + done, len - done, (off_t)done);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n == -1)
			goto done;
	}
	ro = shm_open(path, O_RDONLY, 0);
done:
	saved = errno;
	shm_unlink(path);
	close(fd);
	errno = saved;
	return ro;
}

uint8_t *
memfile_read(int fd, size_t most, size_t *len)
{
	struct stat	 st;
	uint8_t		*data;
	size_t		 done;
	ssize_t		 n;

	if (fstat(fd, &st) == -1)
		return NULL;
	if (st.st_size < 0 || (uintmax_t)st.st_size > most) {
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
