/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * split COMMAND...
 *
 * Runs it, follows all that comes of it to the end, and prints the processor
 * time (user and system, nanoseconds) and number of processes of
 *	orchestrator	the program itself, with those that it forks to go on in them
 *	git		that it runs, and what that git runs
 *	other		workers, their git, agents, and all else
 *
 * Each process counts in full, from fork to exit, for the program that it was at
 * its end.  ptrace(2) stops them only where they begin, execute a program and
 * end; the time is the scheduler's, read when they are dead and not yet reaped,
 * so that no tick is too coarse for a git of a millisecond.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ptrace.h>

#include "bench.h"

enum kind { UNKNOWN, ORCHESTRATOR, GIT, OTHER, KINDS };

static const char *const names[KINDS] = { "", "orchestrator", "git", "other" };

struct traced {
	unsigned char	kind;
	bool		held;		/* stopped before its parent reported it */
};

struct split {
	struct traced	*of;		/* sorted by process id */
	long		 max;
	long long	 spent[KINDS];
	long		 n[KINDS];
};

static size_t
slurp(pid_t pid, const char *name, char *buf, size_t len)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		err(1, "%s", path);
	if ((n = read(fd, buf, len - 1)) < 0)
		err(1, "%s", path);
	close(fd);
	buf[n] = '\0';
	return (size_t)n;
}

/* The kind of a process that executes a program. */
static enum kind
becomes(enum kind was, const char *name)
{
	if (strcmp(name, "orchestrator\n") == 0)
		return ORCHESTRATOR;
	if (was == GIT || (was == ORCHESTRATOR && strncmp(name, "git", 3) == 0))
		return GIT;
	return OTHER;
}

static void
go_on(pid_t pid, int signo)
{
	/* It may have been killed meanwhile. */
	if (ptrace(PTRACE_CONT, pid, NULL, (void *)(intptr_t)signo) == -1 && errno != ESRCH)
		err(1, "PTRACE_CONT");
}

static void
began(struct split *s, pid_t parent)
{
	unsigned long child;

	if (ptrace(PTRACE_GETEVENTMSG, parent, NULL, &child) == -1 || (long)child > s->max)
		return;
	s->of[child].kind = s->of[parent].kind;
	if (s->of[child].held)
		go_on((pid_t)child, 0);
	s->of[child].held = false;
}

static void
stopped(struct split *s, pid_t pid, int status)
{
	char name[64];
	int event = status >> 16, signo = 0;

	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		began(s, pid);
		break;
	case PTRACE_EVENT_EXEC:
		slurp(pid, "comm", name, sizeof(name));
		s->of[pid].kind = (unsigned char)becomes(s->of[pid].kind, name);
		break;
	case PTRACE_EVENT_STOP:
		if (s->of[pid].kind == UNKNOWN) {
			s->of[pid].held = true;
			return;
		}
		break;
	default:
		signo = WSTOPSIG(status);
	}
	go_on(pid, signo);
}

static void
ended(struct split *s, pid_t pid)
{
	char buf[128];

	slurp(pid, "schedstat", buf, sizeof(buf));
	s->spent[s->of[pid].kind] += strtoll(buf, NULL, 10);
	s->n[s->of[pid].kind]++;
	s->of[pid] = (struct traced){ 0 };
}

static void
follow(struct split *s)
{
	siginfo_t si;
	int status;

	for (;;) {
		if (waitid(P_ALL, 0, &si, WEXITED | WSTOPPED | WNOWAIT | __WALL) == -1) {
			if (errno == EINTR)
				continue;
			if (errno == ECHILD)
				return;
			err(1, "waitid");
		}
		if (si.si_code == CLD_EXITED || si.si_code == CLD_KILLED || si.si_code == CLD_DUMPED)
			ended(s, si.si_pid);
		if (waitpid(si.si_pid, &status, __WALL) == -1)
			err(1, "waitpid");
		if (WIFSTOPPED(status))
			stopped(s, si.si_pid, status);
	}
}

static pid_t
start(char **argv)
{
	long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
	    PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	pid_t pid = fork();

	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		raise(SIGSTOP);
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	if (waitpid(pid, NULL, WUNTRACED) == -1 ||
	    ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) == -1)
		err(1, "ptrace");
	kill(pid, SIGCONT);
	return pid;
}

int
main(int argc, char **argv)
{
	struct split s = { 0 };
	char buf[32];
	pid_t pid;
	FILE *fp;

	if (argc < 2)
		errx(2, "usage: split COMMAND...");
	if ((fp = fopen("/proc/sys/kernel/pid_max", "re")) == NULL ||
	    fgets(buf, sizeof(buf), fp) == NULL)
		err(1, "pid_max");
	fclose(fp);
	s.max = strtol(buf, NULL, 10);
	if ((s.of = calloc((size_t)s.max + 1, sizeof(*s.of))) == NULL)
		err(1, NULL);
	pid = start(argv + 1);
	s.of[pid].kind = OTHER;
	follow(&s);
	for (int k = ORCHESTRATOR; k < KINDS; k++)
		printf("%s %lld %ld\n", names[k], s.spent[k], s.n[k]);
	return 0;
}
