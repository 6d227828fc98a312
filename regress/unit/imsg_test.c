/* Units of common/imsg.c: frames and descriptors over a real socketpair. */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/imsg.h"

static void
pair(struct imsgbuf **a, struct imsgbuf **b, size_t most)
{
	int	 sv[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    sv), 0);
	*a = imsgbuf_new(sv[0], most);
	*b = imsgbuf_new(sv[1], most);
}

static void
coalesced(void **state)
{
	struct imsgbuf	*a, *b;
	struct imsg	 m;
	int		 i;

	(void)state;
	pair(&a, &b, 100);
	for (i = 0; i < 50; i++)
		imsgbuf_put(a, (unsigned int)i, (uint64_t)i << 40, -1, "data",
		    4);
	assert_int_equal(imsgbuf_queued(a), 50 * (IMSG_HEADER + 4));
	assert_int_equal(imsgbuf_write(a), 0);
	assert_int_equal(imsgbuf_queued(a), 0);
	assert_int_equal(imsgbuf_read(b), 1);
	for (i = 0; i < 50; i++) {
		assert_int_equal(imsgbuf_get(b, &m), 1);
		assert_int_equal(m.type, i);
		assert_true(m.id == (uint64_t)i << 40);
		assert_int_equal(m.data.len, 4);
		assert_int_equal(m.fd, -1);
	}
	assert_int_equal(imsgbuf_get(b, &m), 0);
	imsgbuf_free(a);
	assert_int_equal(imsgbuf_read(b), 0);
	imsgbuf_free(b);
}

/* A message that has been dealt with is gone, wherever it stood. */
static void
forgotten(void **state)
{
	static const char	 none[16];
	struct imsgbuf		*a, *b;
	struct imsg		 one, two;
	int			 i;

	(void)state;
	pair(&a, &b, 100);
	imsgbuf_put(a, 1, 0, -1, "the first secret", 16);
	imsgbuf_put(a, 2, 0, -1, "a second secret.", 16);
	assert_int_equal(imsgbuf_write(a), 0);
	assert_int_equal(imsgbuf_read(b), 1);
	assert_int_equal(imsgbuf_get(b, &one), 1);
	assert_memory_equal(one.data.data, "the first secret", 16);
	assert_int_equal(imsgbuf_get(b, &two), 1);
	assert_memory_equal(two.data.data, "a second secret.", 16);
	assert_memory_equal(one.data.data, none, 16);
	assert_int_equal(imsgbuf_get(b, &one), 0);
	assert_memory_equal(two.data.data, none, 16);
	/* What has not been got moves to the front, and from where it was. */
	for (i = 0; i < 2; i++)
		imsgbuf_put(a, 3, 0, -1, "the third secret", 16);
	assert_int_equal(imsgbuf_write(a), 0);
	assert_int_equal(imsgbuf_read(b), 1);
	assert_int_equal(imsgbuf_get(b, &one), 1);
	assert_int_equal(imsgbuf_read(b), 1);
	assert_memory_equal(one.data.data, "the third secret", 16);
	assert_memory_equal(one.data.data + 32, none, 16);
	assert_int_equal(imsgbuf_get(b, &two), 1);
	assert_ptr_equal(two.data.data, one.data.data);
	imsgbuf_free(a);
	imsgbuf_free(b);
}

static void
larger_than_the_socket(void **state)
{
	struct imsgbuf	*a, *b;
	struct imsg	 m;
	size_t		 len = 3 * 1024 * 1024, i;
	uint8_t		*data;
	int		 rounds, got = 0;

	(void)state;
	pair(&a, &b, len);
	assert_non_null(data = malloc(len));
	for (i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 7);
	imsgbuf_put(a, 3, 9, -1, data, len);
	for (rounds = 0; rounds < 10000 && got == 0; rounds++) {
		assert_int_equal(imsgbuf_write(a), 0);
		assert_int_equal(imsgbuf_read(b), 1);
		got = imsgbuf_get(b, &m);
	}
	assert_int_equal(got, 1);
	assert_int_equal(m.data.len, len);
	assert_memory_equal(m.data.data, data, len);
	free(data);
	imsgbuf_free(a);
	imsgbuf_free(b);
}

static void
descriptors_go_with_their_frame(void **state)
{
	struct imsgbuf	*a, *b;
	struct imsg	 m;
	struct stat	 want[4], st;
	char		 path[] = "/tmp/imsg_test.XXXXXX";
	int		 i, fd;

	(void)state;
	pair(&a, &b, 100);
	for (i = 0; i < 4; i++) {
		memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
		assert_true((fd = mkstemp(path)) >= 0);
		unlink(path);
		assert_int_equal(fstat(fd, &want[i]), 0);
		imsgbuf_put(a, 1, 0, -1, "before", 6);
		imsgbuf_put(a, 2, (uint64_t)i, fd, "with", 4);
		imsgbuf_put(a, 3, 0, -1, "after", 5);
	}
	assert_int_equal(imsgbuf_write(a), 0);
	for (i = 0; i < 12; ) {
		if (imsgbuf_get(b, &m) == 0) {
			assert_int_equal(imsgbuf_read(b), 1);
			continue;
		}
		assert_int_equal(m.type, i % 3 + 1);
		if (m.type == 2) {
			assert_true(m.fd != -1);
			assert_int_equal(fstat(m.fd, &st), 0);
			assert_true(st.st_ino == want[m.id].st_ino);
			close(m.fd);
		} else
			assert_int_equal(m.fd, -1);
		i++;
	}
	imsgbuf_free(a);
	imsgbuf_free(b);
}

/* Octets as they are, to one end of a pair. */
static int
feed(const void *octets, size_t len, size_t most, struct imsg *m)
{
	struct imsgbuf	*b;
	int		 sv[2], got;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    sv), 0);
	b = imsgbuf_new(sv[1], most);
	assert_int_equal(write(sv[0], octets, len), len);
	assert_int_equal(imsgbuf_read(b), 1);
	got = imsgbuf_get(b, m);
	close(sv[0]);
	imsgbuf_free(b);
	return got;
}

static void
malformed_frames(void **state)
{
	struct imsg	 m;

	(void)state;
	/* Longer than allowed. */
	assert_int_equal(feed("\0\0\0\x65\0\1\0\0\0\0\0\0\0\0\0\0", 16, 100,
	    &m), -1);
	assert_int_equal(feed("\xff\xff\xff\xff\0\1\0\0\0\0\0\0\0\0\0\0", 16,
	    100, &m), -1);
	/* An unknown flag. */
	assert_int_equal(feed("\0\0\0\0\0\1\0\2\0\0\0\0\0\0\0\0", 16, 100,
	    &m), -1);
	/* Marked to own a descriptor that never came. */
	assert_int_equal(feed("\0\0\0\0\0\1\0\1\0\0\0\0\0\0\0\0", 16, 100,
	    &m), -1);
	/* Not whole yet. */
	assert_int_equal(feed("\0\0\0\1\0\1\0\0\0\0\0\0\0\0\0\0", 16, 100,
	    &m), 0);
	assert_int_equal(feed("\0\0\0", 3, 100, &m), 0);
	/* No room is made for a length that is wrong, however little came. */
	assert_int_equal(feed("\xff\xff\xff\xff", 4, 100, &m), -1);
	assert_int_equal(feed("\0\0\0\x65\0", 5, 100, &m), -1);
	assert_int_equal(feed("\0\0\0\x64\0", 5, 100, &m), 0);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(coalesced),
		cmocka_unit_test(forgotten),
		cmocka_unit_test(larger_than_the_socket),
		cmocka_unit_test(descriptors_go_with_their_frame),
		cmocka_unit_test(malformed_frames)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
