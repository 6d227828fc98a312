/*
 * Units of the sandbox: a child enters it, tries something, and is killed
 * or refused.  What it needs must still work.  As root also with chroot.
 */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/sandbox.h"

#define REFUSED		1	/* an errno, and the process lives */
#define ALLOWED		2

static pid_t	 outsider;

static int
answer(int rv)
{
	return rv == -1 ? REFUSED : ALLOWED;
}

static int
open_passwd(void)
{
	return answer(open("/etc/passwd", O_RDONLY));
}

static int
open_root(void)
{
	return answer(open("/", O_RDONLY | O_DIRECTORY));
}

static int
inet_socket(void)
{
	return answer(socket(AF_INET, SOCK_STREAM, 0));
}

static int
connect_out(void)
{
	struct sockaddr_in	 sin;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	return answer(connect(0, (struct sockaddr *)&sin, sizeof(sin)));
}

static int
family(int domain, int type)
{
	return answer(socket(domain, type, 0));
}

static int
inet6_datagrams(void)
{
	return family(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static int
local_socket(void)
{
	return family(AF_UNIX, SOCK_STREAM);
}

static int
netlink_socket(void)
{
	return family(AF_NETLINK, SOCK_DGRAM);
}

static int
packet_socket(void)
{
	return family(AF_PACKET, SOCK_DGRAM);
}

static int
raw_socket(void)
{
	return family(AF_INET, SOCK_RAW);
}

/* A socket of the Internet, and what only a server needs it for. */
static int
inet_bind(void)
{
	struct sockaddr_in	 sin;
	int			 fd = socket(AF_INET, SOCK_DGRAM, 0);

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	return answer(bind(fd, (struct sockaddr *)&sin, sizeof(sin)));
}

static int
inet_listen(void)
{
	return answer(listen(socket(AF_INET, SOCK_STREAM, 0), 1));
}

static int
inet_accept(void)
{
	return answer(accept(socket(AF_INET, SOCK_STREAM, 0), NULL, NULL));
}

/* Nobody listens at port 1: that is an answer of the network's. */
static int
inet_connect(void)
{
	struct sockaddr_in	 sin;
	int			 fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_port = htons(1);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0 ||
	    errno == ECONNREFUSED ? ALLOWED : REFUSED;
}

static int
exec_something(void)
{
	char	*argv[] = { NULL };

	return answer(execve("/bin/true", argv, argv));
}

static int
fork_child(void)
{
	return answer((int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int
executable_memory(void)
{
	void	*p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? REFUSED : ALLOWED;
}

static int
signal_outsider(void)
{
	return answer(kill(outsider, 0));
}

static int
signal_self(void)
{
	return answer(kill(getpid(), 0));
}

static int
trace(void)
{
	return answer((int)syscall(SYS_ptrace, 16, outsider, 0, 0));
}

static int
become_root(void)
{
	return answer(setresuid(0, 0, 0));
}

static int
memory_file(void)
{
	return answer((int)syscall(SYS_memfd_create, "x", 0));
}

static int
work(void)
{
	char	*p = malloc(1 << 20);
	int	 sv[2] = { -1, -1 };

	if (p == NULL)
		return REFUSED;
	memset(p, 1, 1 << 20);
	free(p);
	arc4random_buf(sv, sizeof(sv));
	return ALLOWED;
}

/* Enter the sandbox in a child and try: ALLOWED, REFUSED or minus a signal. */
static int
attempt(unsigned int kinds, bool strict, const char *store, int (*what)(void))
{
	struct setup	 s;
	pid_t		 pid;
	int		 status;

	memset(&s, 0, sizeof(s));
	s.kinds = kinds;
	s.name = s.group = s.user = s.root = "";
	s.store = store;
	s.strict = strict;
	if (geteuid() == 0) {
		s.user = "nobody";
		s.root = store[0] == '\0' ? "/tmp" : store;
	}
	if ((pid = fork()) == 0) {
		(void)sandbox_enter(&s);
		_exit(what());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return -WTERMSIG(status);
	return WEXITSTATUS(status);
}

/* What kills whatever the configuration says. */
static void
deadly(void **state)
{
	static int	(*const tries[])(void) = { exec_something, fork_child,
			    executable_memory, signal_outsider, trace,
			    become_root, memory_file };
	static const unsigned int kinds[] = { KIND_HTTP, KIND_VERIFIER,
			    KIND_POLICY, KIND_READER, KIND_FETCH };
	size_t		 i, k;

	(void)state;
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
			assert_int_equal(attempt(kinds[k], false, "",
			    tries[i]), -SIGSYS);
			assert_int_equal(attempt(kinds[k], true, "",
			    tries[i]), -SIGSYS);
		}
	}
}

/* What is refused in production, and kills under `sandbox strict`. */
static void
refused(void **state)
{
	static int	(*const tries[])(void) = { open_passwd, open_root,
			    inet_socket, connect_out };
	static const unsigned int kinds[] = { KIND_HTTP, KIND_VERIFIER };
	size_t		 i, k;

	(void)state;
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
			assert_int_equal(attempt(kinds[k], false, "",
			    tries[i]), REFUSED);
			assert_int_equal(attempt(kinds[k], true, "",
			    tries[i]), -SIGSYS);
		}
	}
}

/* fetch goes out over TCP and asks over UDP, and that is all. */
static void
outbound(void **state)
{
	static int	(*const good[])(void) = { inet_socket,
			    inet6_datagrams, inet_connect };
	static int	(*const bad[])(void) = { open_passwd, open_root,
			    local_socket, netlink_socket, packet_socket,
			    raw_socket, inet_bind, inet_listen, inet_accept };
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(attempt(KIND_FETCH, true, "", good[i]),
		    ALLOWED);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(attempt(KIND_FETCH, false, "", bad[i]),
		    REFUSED);
		assert_int_equal(attempt(KIND_FETCH, true, "", bad[i]),
		    -SIGSYS);
	}
}

static void
needed(void **state)
{
	static const unsigned int kinds[] = { KIND_HTTP, KIND_VERIFIER,
			    KIND_POLICY, KIND_READER, KIND_FETCH };
	size_t		 k;

	(void)state;
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		assert_int_equal(attempt(kinds[k], true, "", work), ALLOWED);
		assert_int_equal(attempt(kinds[k], true, "", signal_self),
		    ALLOWED);
	}
}

static char	 store[] = "/tmp/sandbox_test.XXXXXX";

static int
store_open(int flags)
{
	char	 path[128];

	/* As root the store is the root directory. */
	snprintf(path, sizeof(path), "%s/db",
	    access("/db", F_OK) == 0 ? "" : store);
	return answer(open(path, flags));
}

static int
store_write(void)
{
	return store_open(O_RDWR);
}

static int
store_read(void)
{
	return store_open(O_RDONLY);
}

/* policy opens files of its store, and no others; reader to read only. */
static void
own_files(void **state)
{
	char	 path[128];
	int	 fd;

	(void)state;
	assert_non_null(mkdtemp(store));
	assert_int_equal(chmod(store, 0777), 0);
	snprintf(path, sizeof(path), "%s/db", store);
	assert_true((fd = open(path, O_CREAT | O_RDWR, 0666)) != -1);
	assert_int_equal(fchmod(fd, 0666), 0);
	close(fd);
	assert_int_equal(attempt(KIND_POLICY, true, store, store_write),
	    ALLOWED);
	assert_int_equal(attempt(KIND_READER, true, store, store_read),
	    ALLOWED);
	assert_int_equal(attempt(KIND_READER, true, store, store_write),
	    REFUSED);
	assert_int_equal(attempt(KIND_POLICY, true, store, open_passwd),
	    REFUSED);
	assert_int_equal(attempt(KIND_POLICY, true, store, inet_socket),
	    -SIGSYS);
	unlink(path);
	rmdir(store);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(deadly),
		cmocka_unit_test(refused),
		cmocka_unit_test(outbound),
		cmocka_unit_test(needed),
		cmocka_unit_test(own_files)
	};

	outsider = getppid();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
