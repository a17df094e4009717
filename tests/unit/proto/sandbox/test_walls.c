/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "proto/sandbox/sandbox.h"
#include "proto/sys/child.h"

/* For a child behind walls, whose exit status is the line of the first difference. */
#define REFUSED(number, call)	do { \
	errno = 0; \
	if ((call) != -1 || errno != (number)) \
		return __LINE__; \
} while (0)
#define ALLOWED(call)	do { \
	if ((call) == -1) \
		return __LINE__; \
} while (0)

static const char abstract[] = "walls-of-a-unit-test";
static bool with_32_bits;

struct behind {
	struct sandbox_walls walls;
	int		 (*try)(void);
};

#ifdef __x86_64__
static long
as_32_bits(long nr)
{
	long rc;

	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(nr), "b"(0), "c"(0), "d"(0)
	    : "memory", "r8", "r9", "r10", "r11");
	errno = rc < 0 ? (int)-rc : 0;
	return rc < 0 ? -1 : rc;
}

static int
try_32_bits(void *arg)
{
	(void)arg;
	return as_32_bits(20) == -1;	/* getpid */
}
#endif

/* A kernel without 32-bit calls kills a process that makes one. */
static bool
has_32_bits(void)
{
#ifdef __x86_64__
	int status;
	pid_t pid = child_call(try_32_bits, NULL);

	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
#else
	return false;
#endif
}

static int
try_all(void)
{
	struct rlimit limit;

	REFUSED(ENOSYS, syscall(SYS_io_uring_setup, 1, NULL));
	REFUSED(ENOSYS, syscall(SYS_keyctl, 0, -4, 0));
	REFUSED(ENOSYS, syscall(SYS_add_key, "user", "x", "x", 1, -4));
	REFUSED(ENOSYS, syscall(SYS_userfaultfd, 1));
	REFUSED(EPERM, syscall(SYS_bpf, 0, NULL, 0));
	REFUSED(EPERM, syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
	REFUSED(EPERM, syscall(SYS_open_by_handle_at, -1, NULL, 0));
	REFUSED(EPERM, syscall(SYS_finit_module, -1, "", 0));
	REFUSED(EPERM, ioctl(-1, TIOCSTI, "x"));
	REFUSED(EPERM, ioctl(-1, TIOCLINUX, "x"));
	/* the kernel uses the lower half of the number */
	REFUSED(EPERM, syscall(SYS_ioctl, -1, (unsigned long)TIOCSTI | 1ul << 32, "x"));
	REFUSED(EBADF, ioctl(-1, TIOCGWINSZ, NULL));
	ALLOWED(setpriority(PRIO_PROCESS, 0, 1));
	ALLOWED(prlimit(0, RLIMIT_CORE, NULL, &limit));
	ALLOWED(prlimit(getpid(), RLIMIT_CORE, NULL, &limit));
	ALLOWED(prlimit(0, RLIMIT_CORE, &limit, NULL));
	ALLOWED(kill(getpid(), 0));
#ifdef __x86_64__
	REFUSED(ENOSYS, syscall(0x40000000 | SYS_getpid));
	if (with_32_bits)
		REFUSED(ENOSYS, as_32_bits(288));	/* keyctl */
#endif
	return 0;
}

static int
try_others(void)
{
	struct rlimit limit;
	cpu_set_t cpus;

	ALLOWED(prlimit(getppid(), RLIMIT_CORE, NULL, &limit));
	ALLOWED(sched_getaffinity(getppid(), sizeof(cpus), &cpus));
	REFUSED(EPERM, prlimit(getppid(), RLIMIT_CORE, &limit, NULL));
	REFUSED(EPERM, sched_setaffinity(getppid(), sizeof(cpus), &cpus));
	REFUSED(EPERM, setpriority(PRIO_PROCESS, (id_t)getppid(), getpriority(PRIO_PROCESS, 0)));
	REFUSED(EPERM, setpriority(PRIO_USER, 0, 0));
	REFUSED(EPERM, syscall(SYS_ioprio_set, 1, getppid(), 0));
	REFUSED(EPERM, syscall(SYS_ioprio_set, 3, 0, 0));
	return 0;
}

static int
try_own(void)
{
	cpu_set_t cpus;

	ALLOWED(sched_getaffinity(getppid(), sizeof(cpus), &cpus));
	ALLOWED(sched_setaffinity(getppid(), sizeof(cpus), &cpus));
	ALLOWED(setpriority(PRIO_PROCESS, (id_t)getppid(), getpriority(PRIO_PROCESS, 0)));
#ifdef __x86_64__
	if (with_32_bits)
		ALLOWED(as_32_bits(20));	/* getpid */
#endif
	return 0;
}

static int
try_vsock(void)
{
	ALLOWED(socket(AF_UNIX, SOCK_STREAM, 0));
	REFUSED(EAFNOSUPPORT, socket(AF_VSOCK, SOCK_STREAM, 0));
	return 0;
}

static struct sockaddr_un
abstract_address(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	memcpy(sun.sun_path + 1, abstract, sizeof(abstract));
	return sun;
}

static int
try_outside(void)
{
	struct sockaddr_un sun = abstract_address();
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ALLOWED(kill(getpid(), 0));
	REFUSED(EPERM, kill(getppid(), 0));
	REFUSED(EPERM, connect(fd, (const struct sockaddr *)&sun, sizeof(sun)));
	return 0;
}

static int
enter(void *arg)
{
	const struct behind *b = arg;

	return sandbox_enter(&b->walls) == -1 ? __LINE__ : b->try();
}

static void
check(const struct sandbox_walls *walls, int (*try)(void))
{
	struct behind b = { *walls, try };
	int status;
	pid_t pid = child_call(enter, &b);

	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
check_filter(unsigned when, int (*try)(void))
{
	struct sandbox_walls walls = SANDBOX_NO_WALLS;

	walls.filter = sandbox_filter(when);
	assert_non_null(walls.filter);
	check(&walls, try);
}

static void
the_filter_refuses_what_no_run_needs(void **state)
{
	(void)state;
	with_32_bits = has_32_bits();
	check_filter(0, try_all);
	check_filter(SANDBOX_FILTER_ALONE, try_all);
	check_filter(SANDBOX_FILTER_OFFLINE, try_all);
}

static void
other_processes_are_left_alone_where_nothing_hides_them(void **state)
{
	(void)state;
	check_filter(SANDBOX_FILTER_ALONE, try_others);
	check_filter(SANDBOX_FILTER_ALONE | SANDBOX_FILTER_OFFLINE, try_others);
}

static void
what_a_sandbox_hides_is_not_filtered(void **state)
{
	(void)state;
	with_32_bits = has_32_bits();
	check_filter(0, try_own);
	check_filter(SANDBOX_FILTER_OFFLINE, try_own);
}

static void
without_a_network_there_is_no_socket_to_the_host_of_a_machine(void **state)
{
	(void)state;
	check_filter(SANDBOX_FILTER_OFFLINE, try_vsock);
	check_filter(SANDBOX_FILTER_OFFLINE | SANDBOX_FILTER_ALONE, try_vsock);
}

static void
nothing_outside_a_domain_is_signalled_or_reached_by_an_abstract_socket(void **state)
{
	struct sandbox_walls walls = SANDBOX_NO_WALLS;
	struct sockaddr_un sun = abstract_address();
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	if (sandbox_landlock_abi() < SANDBOX_SCOPES_ABI)
		skip();
	assert_int_equal(bind(fd, (const struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(fd, 1), 0);
	walls.ruleset = sandbox_landlock_domain();
	assert_int_not_equal(walls.ruleset, -1);
	check(&walls, try_outside);
	sandbox_walls_close(&walls);
	close(fd);
}

/* bubblewrap gets the same program. */
static void
a_pipe_holds_the_filter(void **state)
{
	const struct sock_fprog *p = sandbox_filter(0);
	struct sock_filter code[1024];
	int fd = sandbox_filter_pipe(0);

	(void)state;
	assert_non_null(p);
	assert_int_not_equal(fd, -1);
	assert_int_equal(read(fd, code, sizeof(code)), p->len * sizeof(code[0]));
	assert_memory_equal(code, p->filter, p->len * sizeof(code[0]));
	assert_int_equal(read(fd, code, 1), 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_filter_refuses_what_no_run_needs),
		cmocka_unit_test(other_processes_are_left_alone_where_nothing_hides_them),
		cmocka_unit_test(what_a_sandbox_hides_is_not_filtered),
		cmocka_unit_test(without_a_network_there_is_no_socket_to_the_host_of_a_machine),
		cmocka_unit_test(nothing_outside_a_domain_is_signalled_or_reached_by_an_abstract_socket),
		cmocka_unit_test(a_pipe_holds_the_filter),
	};

	return sandbox_filter_works() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
