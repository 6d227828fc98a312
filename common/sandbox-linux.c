/*
 * The sandbox on Linux: own user, chroot, rlimits, no_new_privs, Landlock,
 * seccomp.  Every child.  Must never return without the walls that are
 * always required.
 *
 * Three answers of the system call filter: what a process needs is
 * allowed; what nobody needs after an exploit but an attacker (execve,
 * ptrace, executable mappings, signals to others ...) kills; anything else
 * is refused with an errno and one log line, so that a lazy open missed in
 * a library is no remote off-switch.  `sandbox strict` kills there too.
 */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "common/log.h"
#include "common/sandbox.h"

/* Newer than this system's headers; the kernel takes what it knows. */
struct ruleset {
	uint64_t	 fs;
	uint64_t	 net;
	uint64_t	 scoped;
};
#define FS_ABI1		((1ULL << 13) - 1)
#define FS_REFER	(1ULL << 13)
#define FS_TRUNCATE	(1ULL << 14)
#define FS_IOCTL_DEV	(1ULL << 15)
#define NET_BIND	1ULL		/* TCP */
#define NET_CONNECT	2ULL
#define SCOPED_ALL	3ULL		/* abstract sockets, signals */

/* What every child needs once it runs. */
static const char *const base_calls[] = {
	"read", "write", "readv", "writev", "recvmsg", "sendmsg", "recvfrom",
	"sendto", "close", "exit", "exit_group", "brk", "munmap", "mremap",
	"madvise", "futex", "getpid", "gettid", "getrandom", "clock_gettime",
	"clock_getres", "gettimeofday", "time", "nanosleep",
	"clock_nanosleep", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
	"sigaltstack", "restart_syscall", "epoll_wait", "epoll_pwait",
	"epoll_pwait2", "epoll_ctl", "poll", "ppoll", "fcntl", "fstat",
	"newfstatat", "lseek", "pread64", "sysinfo", "sched_yield",
	"sched_getaffinity", "getrusage", "getuid", "geteuid", "getgid",
	"getegid", "uname", "set_robust_list", "rseq", "membarrier", NULL
};
static const char *const http_calls[] = {
	"accept4", "accept", "getsockopt", "setsockopt", "getsockname",
	"getpeername", "shutdown", NULL
};
/* Out only; sockets of its families are a rule with arguments. */
static const char *const fetch_calls[] = {
	"connect", "getsockopt", "setsockopt", "getsockname", "getpeername",
	"shutdown", NULL
};
/* SQLite: files beneath its own directory, and nothing else is there. */
static const char *const reader_calls[] = {
	"openat", "open", "access", "faccessat", "faccessat2", "readlink",
	"readlinkat", "stat", "lstat", "statx", "getcwd", NULL
};
static const char *const policy_calls[] = {
	"pwrite64", "fdatasync", "fsync", "ftruncate", "fallocate", "unlink",
	"unlinkat", "fchmod", "fchown", NULL
};

/* Nobody needs these after the start, whatever the rest says. */
static const char *const deadly_calls[] = {
	"execve", "execveat", "fork", "vfork", "clone", "clone3", "ptrace",
	"process_vm_readv", "process_vm_writev", "process_madvise", "bpf",
	"userfaultfd", "io_uring_setup", "io_uring_enter",
	"io_uring_register", "perf_event_open", "kexec_load",
	"kexec_file_load", "init_module", "finit_module", "delete_module",
	"keyctl", "add_key", "request_key", "mount", "umount2",
	"move_mount", "fsopen", "fsmount", "open_tree", "pivot_root",
	"chroot", "unshare", "setns", "pidfd_open", "pidfd_getfd",
	"pidfd_send_signal", "kcmp", "personality", "setuid", "setgid",
	"setresuid", "setresgid", "setgroups", "capset", "memfd_create",
	"tkill", "swapon", "reboot", "acct", "quotactl", "iopl", "ioperm", NULL
};

static const struct {
	unsigned int		 kinds;
	const char *const	*calls;
} allowed[] = {
	{ KIND_CHILD,			base_calls },
	{ KIND_HTTP,			http_calls },
	{ KIND_FETCH,			fetch_calls },
	{ KIND_POLICY | KIND_READER,	reader_calls },
	{ KIND_POLICY,			policy_calls }
};

#ifdef SANDBOX_ERRNO
#define ACTION_KILL	SCMP_ACT_ERRNO(EPERM)
#define ACTION_REFUSE	SCMP_ACT_ERRNO(EPERM)
#else
#define ACTION_KILL	SCMP_ACT_KILL_PROCESS
#define ACTION_REFUSE	SCMP_ACT_TRAP
#endif

/* --- limits ------------------------------------------------------------ */

static void
limit(int resource, rlim_t value)
{
	struct rlimit	 rl = { value, value };

	if (setrlimit((__rlimit_resource_t)resource, &rl) == -1)
		fatal("setrlimit");
}

static void
limits(const struct setup *s)
{
	struct rlimit	 rl;

	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_MEMLOCK, 0);
	if (s->kinds & KIND_HTTP) {
		/* As many connections as the system grants. */
		if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
			fatal("getrlimit");
		limit(RLIMIT_NOFILE, rl.rlim_max);
	} else
		limit(RLIMIT_NOFILE, 256);
}

/* --- files ------------------------------------------------------------- */

static uint64_t
filesystem_rights(int abi)
{
	uint64_t	 rights = FS_ABI1;

	if (abi >= 2)
		rights |= FS_REFER;
	if (abi >= 3)
		rights |= FS_TRUNCATE;
	if (abi >= 5)
		rights |= FS_IOCTL_DEV;
	return rights;
}

/*
 * The store's directory: files in it, no directories, no devices.  reader
 * opens what is there, and nothing for writing.
 */
static void
allow_store(int ruleset, const char *path, int abi, bool write)
{
	struct landlock_path_beneath_attr	 rule;

	memset(&rule, 0, sizeof(rule));
	rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
	    LANDLOCK_ACCESS_FS_READ_DIR;
	if (write)
		rule.allowed_access |= LANDLOCK_ACCESS_FS_WRITE_FILE |
		    LANDLOCK_ACCESS_FS_REMOVE_FILE |
		    LANDLOCK_ACCESS_FS_MAKE_REG;
	if (write && abi >= 3)
		rule.allowed_access |= FS_TRUNCATE;
	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd == -1)
		fatal("%s", path);
	if (syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == -1)
		fatal("landlock_add_rule");
	close(rule.parent_fd);
}

/* A ruleset made before chroot, while paths still mean what they say. */
static int
landlock_prepare(const struct setup *s)
{
	struct ruleset	 attr = { 0, 0, 0 };
	size_t		 size = sizeof(attr.fs);
	int		 abi, fd;

	abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 1)
		return -1;
	attr.fs = filesystem_rights(abi);
	if (abi >= 4) {
		/* fetch connects; which address is good is its own to say. */
		attr.net = s->kinds & KIND_FETCH ? NET_BIND :
		    NET_BIND | NET_CONNECT;
		size += sizeof(attr.net);
	}
	if (abi >= 6) {
		attr.scoped = SCOPED_ALL;
		size += sizeof(attr.scoped);
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (fd == -1)
		fatal("landlock_create_ruleset");
	if (s->kinds & (KIND_POLICY | KIND_READER) && s->store[0] != '\0')
		allow_store(fd, s->store, abi,
		    (s->kinds & KIND_POLICY) != 0);
	return fd;
}

/* --- user -------------------------------------------------------------- */

static void
drop_user(const struct passwd *pw)
{
	if (setgroups(1, &pw->pw_gid) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		fatal("cannot become %s", pw->pw_name);
	if (setuid(0) == 0)
		fatalx("can still become root");
}

static uint32_t
identity_and_root(const struct setup *s)
{
	struct passwd	*pw = NULL;
	uint32_t	 layers = 0;

	if (s->user[0] != '\0' && (pw = getpwnam(s->user)) == NULL)
		fatalx("no user %s", s->user);
	if (s->root[0] != '\0') {
		if (chroot(s->root) == -1 || chdir("/") == -1)
			fatal("chroot %s", s->root);
		layers |= LAYER_CHROOT;
	}
	if (pw != NULL) {
		drop_user(pw);
		layers |= LAYER_USER;
	}
	return layers;
}

/* --- system calls ------------------------------------------------------ */

#ifndef SANDBOX_ERRNO
/* A refused call: log it, let it fail.  Async-signal-safe. */
static void
refused(int sig, siginfo_t *info, void *context)
{
	static volatile sig_atomic_t	 lines;
	static const char		 text[] =
	    "sandbox: refused system call ";
	ucontext_t			*uc = context;
	char				 buf[sizeof(text) + 16];
	size_t				 len = sizeof(text) - 1;
	int				 n = info->si_syscall, saved = errno;
	int				 divisor = 1000;

	(void)sig;
	if (lines < 16) {
		lines++;
		memcpy(buf, text, len);
		for (; divisor > 0; divisor /= 10)
			buf[len++] = (char)('0' + n / divisor % 10);
		buf[len++] = '\n';
		if (write(STDERR_FILENO, buf, len) == -1)
			errno = saved;
	}
	/* An unknown call must look unknown, so that libc falls back. */
#if defined(__x86_64__)
	uc->uc_mcontext.gregs[REG_RAX] =
	    n == SYS_openat || n == SYS_socket || n == SYS_connect ?
	    -EPERM : -ENOSYS;
#elif defined(__aarch64__)
	uc->uc_mcontext.regs[0] = (uint64_t)
	    (n == SYS_openat || n == SYS_socket || n == SYS_connect ?
	    -EPERM : -ENOSYS);
#else
	(void)uc;
	_exit(1);
#endif
	errno = saved;
}
#endif

/* libseccomp refuses a rule that says no more than the default. */
static bool
is_default(scmp_filter_ctx ctx, uint32_t action)
{
	uint32_t	 fallback;

	if (seccomp_attr_get(ctx, SCMP_FLTATR_ACT_DEFAULT, &fallback) != 0)
		fatalx("seccomp_attr_get");
	return action == fallback;
}

static void
rules(scmp_filter_ctx ctx, uint32_t action, const char *const *names)
{
	int	 nr;

	if (is_default(ctx, action))
		return;
	for (; *names != NULL; names++) {
		/* Not every architecture has every call. */
		nr = seccomp_syscall_resolve_name(*names);
		if (nr != __NR_SCMP_ERROR && nr >= 0 &&
		    seccomp_rule_add(ctx, action, nr, 0) != 0)
			fatalx("seccomp rule for %s", *names);
	}
}

/* One comparison decides: allowed if it holds, else deadly. */
static void
rule_if(scmp_filter_ctx ctx, const char *name, struct scmp_arg_cmp allow,
    struct scmp_arg_cmp kill)
{
	int	 nr = seccomp_syscall_resolve_name(name);

	if (nr == __NR_SCMP_ERROR || nr < 0)
		return;
	if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 1, allow) != 0 ||
	    (!is_default(ctx, ACTION_KILL) &&
	    seccomp_rule_add(ctx, ACTION_KILL, nr, 1, kill) != 0))
		fatalx("seccomp rule for %s", name);
}

/* Memory that can't be executed; signals to nobody but oneself. */
static void
rules_with_arguments(scmp_filter_ctx ctx)
{
	static const char *const maps[] = { "mmap", "mprotect",
			    "pkey_mprotect", NULL };
	static const char *const signals[] = { "kill", "tgkill",
			    "rt_sigqueueinfo", "rt_tgsigqueueinfo", NULL };
	uint64_t	 me = (uint64_t)getpid();
	size_t		 i;

	for (i = 0; maps[i] != NULL; i++)
		rule_if(ctx, maps[i],
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	for (i = 0; signals[i] != NULL; i++)
		rule_if(ctx, signals[i], SCMP_A0(SCMP_CMP_EQ, me, 0),
		    SCMP_A0(SCMP_CMP_NE, me, 0));
}

/* Sockets of the Internet, TCP and UDP; every other is as for the rest. */
static void
rules_of_sockets(scmp_filter_ctx ctx)
{
	static const unsigned int	 families[] = { AF_INET, AF_INET6 };
	static const unsigned int	 types[] = { SOCK_STREAM, SOCK_DGRAM };
	/* SOCK_NONBLOCK and SOCK_CLOEXEC may be said along. */
	const unsigned int		 type = ~(unsigned int)(SOCK_NONBLOCK |
					    SOCK_CLOEXEC);
	int				 nr;
	size_t				 f, t;

	nr = seccomp_syscall_resolve_name("socket");
	for (f = 0; f < 2; f++) {
		for (t = 0; t < 2; t++) {
			if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 2,
			    SCMP_A0(SCMP_CMP_EQ, families[f], 0),
			    SCMP_A1(SCMP_CMP_MASKED_EQ, type, types[t])) != 0)
				fatalx("seccomp rule for socket");
		}
	}
}

static void
filter(const struct setup *s)
{
	scmp_filter_ctx	 ctx;
	size_t		 i;

#ifndef SANDBOX_ERRNO
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = refused;
	sa.sa_flags = SA_SIGINFO;
	if (sigaction(SIGSYS, &sa, NULL) == -1)
		fatal("sigaction");
#endif
	ctx = seccomp_init(s->strict ? ACTION_KILL : ACTION_REFUSE);
	if (ctx == NULL)
		fatalx("seccomp_init");
	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		if (s->kinds & allowed[i].kinds)
			rules(ctx, SCMP_ACT_ALLOW, allowed[i].calls);
	}
	rules(ctx, ACTION_KILL, deadly_calls);
	rules_with_arguments(ctx);
	if (s->kinds & KIND_FETCH)
		rules_of_sockets(ctx);
	if (seccomp_load(ctx) != 0)
		fatalx("seccomp_load");
	seccomp_release(ctx);
}

/* --- all of it --------------------------------------------------------- */

uint32_t
sandbox_enter(const struct setup *s)
{
	uint32_t	 layers;
	int		 ruleset;

	ruleset = landlock_prepare(s);
	layers = identity_and_root(s);
	limits(s);
	layers |= LAYER_LIMITS;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal("prctl");
	layers |= LAYER_NO_NEW_PRIVS;
	if (ruleset != -1) {
		if (syscall(SYS_landlock_restrict_self, ruleset, 0) == -1)
			fatal("landlock_restrict_self");
		close(ruleset);
		layers |= LAYER_LANDLOCK;
	}
	if ((layers & (LAYER_CHROOT | LAYER_LANDLOCK)) == 0)
		fatalx("neither chroot nor Landlock: no wall around files");
	filter(s);
	return layers | LAYER_SECCOMP;
}
