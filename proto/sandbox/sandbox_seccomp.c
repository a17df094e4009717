/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/ioprio.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "proto/sandbox/sandbox.h"
#include "proto/sys/file.h"

#define PROGRAM_MAX	512	/* instructions: one page, which fits any pipe */

#define NEVER(call, error)			{ SCMP_SYS(call), error, 0, 0, { { 0 } } }
#define NOT_WITH(call, error, n, ...)		{ SCMP_SYS(call), error, 0, n, { __VA_ARGS__ } }
#define NOT_WHEN(when, call, error, n, ...)	{ SCMP_SYS(call), error, when, n, { __VA_ARGS__ } }
#define ALONE		SANDBOX_FILTER_ALONE
#define OFFLINE		SANDBOX_FILTER_OFFLINE
/* The kernel uses only the lower half of these arguments. */
#define IS(arg, value)	{ arg, SCMP_CMP_MASKED_EQ, UINT32_MAX, value }
#define IS_GIVEN(arg)	{ arg, SCMP_CMP_NE, 0, 0 }

/*
 * Calls that runs are denied: ENOSYS where programs have a fallback, else EPERM.  All other
 * calls are allowed, since they need a privilege that no run has, or a client's own sandbox
 * needs them.
 */
static const struct rule {
	int		 call;
	int		 error;
	unsigned	 when;		/* 0 = always */
	unsigned	 nargs;
	struct scmp_arg_cmp args[2];
} rules[] = {
	/* These pass calls through memory, past this filter. */
	NEVER(io_uring_setup, ENOSYS), NEVER(io_uring_enter, ENOSYS), NEVER(io_uring_register, ENOSYS),
	/* Keyrings belong to the user, and hold other programs' keys. */
	NEVER(add_key, ENOSYS), NEVER(request_key, ENOSYS), NEVER(keyctl, ENOSYS),
	/* Halts the kernel in the middle of a copy, which only debuggers and attackers need. */
	NEVER(userfaultfd, ENOSYS),
	/* Programs inside the kernel, and counters that reveal the whole machine. */
	NEVER(bpf, EPERM), NEVER(perf_event_open, EPERM),
	/* Another kernel, or a module: no run has the capability, so this is a second lock. */
	NEVER(kexec_load, EPERM), NEVER(kexec_file_load, EPERM),
	NEVER(init_module, EPERM), NEVER(finit_module, EPERM), NEVER(delete_module, EPERM),
	/* Opens a file without access to the directories above it. */
	NEVER(open_by_handle_at, EPERM),
	/* Types on a terminal as if its user did. */
	NOT_WITH(ioctl, EPERM, 1, IS(1, TIOCSTI)), NOT_WITH(ioctl, EPERM, 1, IS(1, TIOCLINUX)),
	/* The host of a virtual machine, and its guests, are outside network namespaces. */
	NOT_WHEN(OFFLINE, socket, EAFNOSUPPORT, 1, IS(0, AF_VSOCK)),
	/* Other processes of the user, where no namespace hides them; 0 is the caller itself. */
	NOT_WHEN(ALONE, setpriority, EPERM, 1, IS_GIVEN(1)),
	NOT_WHEN(ALONE, setpriority, EPERM, 1, IS(0, PRIO_USER)),
	NOT_WHEN(ALONE, ioprio_set, EPERM, 1, IS_GIVEN(1)),
	NOT_WHEN(ALONE, ioprio_set, EPERM, 1, IS(0, IOPRIO_WHO_USER)),
	NOT_WHEN(ALONE, sched_setaffinity, EPERM, 1, IS_GIVEN(0)),
	NOT_WHEN(ALONE, sched_setattr, EPERM, 1, IS_GIVEN(0)),
	NOT_WHEN(ALONE, sched_setparam, EPERM, 1, IS_GIVEN(0)),
	NOT_WHEN(ALONE, sched_setscheduler, EPERM, 1, IS_GIVEN(0)),
	NOT_WHEN(ALONE, migrate_pages, EPERM, 1, IS_GIVEN(0)),
	NOT_WHEN(ALONE, move_pages, EPERM, 1, IS_GIVEN(0)),
	NOT_WHEN(ALONE, prlimit64, EPERM, 2, IS_GIVEN(0), IS_GIVEN(2)),
};

bool
sandbox_filter_works(void)
{
	unsigned action = SECCOMP_RET_ERRNO;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0U, &action) == 0;
}

/* The same rules apply to 32-bit programs; no other architecture is allowed. */
static int
add_architectures(scmp_filter_ctx ctx)
{
	uint32_t other = 0;
	int rc;

	if (seccomp_arch_native() == SCMP_ARCH_X86_64)
		other = SCMP_ARCH_X86;
	else if (seccomp_arch_native() == SCMP_ARCH_AARCH64)
		other = SCMP_ARCH_ARM;
	rc = other != 0 ? seccomp_arch_add(ctx, other) : 0;
	return rc != 0 ? rc : seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
}

static int
add_rules(scmp_filter_ctx ctx, unsigned when)
{
	int rc = add_architectures(ctx);

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && rc == 0; i++)
		if ((rules[i].when & ~when) == 0)
			rc = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO((uint16_t)rules[i].error),
			    rules[i].call, rules[i].nargs, rules[i].args);
	return rc;
}

/* The library can only write to a descriptor.  Returns the number of instructions, or -1. */
static int
read_program(scmp_filter_ctx ctx, struct sock_filter *code)
{
	ssize_t n = -1;
	int fds[2];

	if (file_pipe(fds) == -1)
		return -1;
	if ((errno = -seccomp_export_bpf(ctx, fds[1])) == 0)
		n = read(fds[0], code, PROGRAM_MAX * sizeof(*code));
	close(fds[0]);
	close(fds[1]);
	return n > 0 ? (int)((size_t)n / sizeof(*code)) : -1;
}

const struct sock_fprog *
sandbox_filter(unsigned when)
{
	static struct sock_filter code[PROGRAM_MAX];
	static struct sock_fprog program = { .filter = code };
	static unsigned made;
	scmp_filter_ctx ctx;
	int rc, n = -1;

	if (program.len > 0 && made == when)
		return &program;
	program.len = 0;
	if ((ctx = seccomp_init(SCMP_ACT_ALLOW)) == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	if ((rc = add_rules(ctx, when)) != 0)
		errno = -rc;
	else
		n = read_program(ctx, code);
	seccomp_release(ctx);
	if (n <= 0)
		return NULL;
	program.len = (unsigned short)n;
	made = when;
	return &program;
}

int
sandbox_filter_pipe(unsigned when)
{
	const struct sock_fprog *p = sandbox_filter(when);
	size_t len = p != NULL ? p->len * sizeof(*p->filter) : 0;
	int fds[2];

	if (p == NULL || file_pipe(fds) == -1)
		return -1;
	if (write(fds[1], p->filter, len) != (ssize_t)len) {
		close(fds[0]);
		fds[0] = -1;
	}
	close(fds[1]);
	return fds[0];
}
