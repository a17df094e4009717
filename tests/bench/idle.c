/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * idle SECONDS DIR PID
 *
 * What every process whose program lies below DIR (the workers' copies, which
 * are also "worker ask") and process PID do in that time.  Prints for each of
 * worker, ask and execute
 *	idle NAME PROCESSES NANOSECONDS SWITCHES
 * and of the workers "memory MEDIAN LARGEST", the proportional set size in KiB.
 */
#include <ctype.h>
#include <dirent.h>

#include "bench.h"

enum kind { WORKER, ASK, EXECUTE, KINDS };

struct process {
	pid_t		 pid;
	enum kind	 kind;
	long long	 ran, switches;
	long		 pss;
};

static const char *const names[KINDS] = { "worker", "ask", "execute" };

static size_t
slurp(pid_t pid, const char *name, char *buf, size_t len)
{
	char path[64];
	size_t n = 0;
	FILE *fp;

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	if ((fp = fopen(path, "re")) != NULL) {
		n = fread(buf, 1, len - 1, fp);
		fclose(fp);
	}
	buf[n] = '\0';
	return n;
}

static long long
number_after(const char *buf, const char *key)
{
	const char *p = strstr(buf, key);

	return p == NULL ? 0 : strtoll(p + strlen(key), NULL, 10);
}

static void
look(struct process *p, long long *ran, long long *switches)
{
	char buf[8192];

	if (slurp(p->pid, "schedstat", buf, sizeof(buf)) == 0)
		errx(1, "process %ld (%s) has ended", (long)p->pid, names[p->kind]);
	*ran = strtoll(buf, NULL, 10);
	slurp(p->pid, "status", buf, sizeof(buf));
	*switches = number_after(buf, "\nvoluntary_ctxt_switches:") +
	    number_after(buf, "nonvoluntary_ctxt_switches:");
}

/* Must the process be measured, and as which kind? */
static int
classify(pid_t pid, const char *dir, pid_t execute, enum kind *kind)
{
	char link[64], exe[PATH_MAX], cmd[4096];
	const char *arg;
	ssize_t n;

	if (pid == execute) {
		*kind = EXECUTE;
		return 1;
	}
	snprintf(link, sizeof(link), "/proc/%ld/exe", (long)pid);
	if ((n = readlink(link, exe, sizeof(exe) - 1)) <= 0)
		return 0;
	exe[n] = '\0';
	if (strncmp(exe, dir, strlen(dir)) != 0)
		return 0;
	slurp(pid, "cmdline", cmd, sizeof(cmd));
	arg = cmd + strlen(cmd) + 1;
	*kind = strcmp(arg, "ask") == 0 ? ASK : WORKER;
	return strcmp(arg, "ask") == 0 || strcmp(arg, "run") == 0;
}

static size_t
find(struct process **all, const char *dir, pid_t execute)
{
	DIR *d = opendir("/proc");
	struct process p = { 0 };
	struct dirent *e;
	size_t n = 0;

	*all = NULL;
	while ((e = readdir(d)) != NULL) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		p.pid = (pid_t)atol(e->d_name);
		if (!classify(p.pid, dir, execute, &p.kind))
			continue;
		if ((*all = reallocarray(*all, n + 1, sizeof(p))) == NULL)
			err(1, NULL);
		(*all)[n++] = p;
	}
	closedir(d);
	return n;
}

static int
by_size(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return x < y ? -1 : x > y;
}

static void
report_memory(struct process *all, size_t n)
{
	long *size = calloc(n, sizeof(*size));
	char buf[4096];
	size_t i, m = 0;

	if (size == NULL)
		err(1, NULL);
	for (i = 0; i < n; i++)
		if (all[i].kind == WORKER) {
			slurp(all[i].pid, "smaps_rollup", buf, sizeof(buf));
			size[m++] = (long)number_after(buf, "\nPss:");
		}
	qsort(size, m, sizeof(*size), by_size);
	if (m > 0)
		printf("memory %ld %ld\n", size[m / 2], size[m - 1]);
	free(size);
}

int
main(int argc, char **argv)
{
	long long ran[KINDS] = { 0 }, switches[KINDS] = { 0 }, r, s;
	int count[KINDS] = { 0 }, k;
	struct process *all;
	size_t i, n;

	if (argc != 4)
		errx(2, "usage: idle SECONDS DIR PID");
	n = find(&all, argv[2], (pid_t)atol(argv[3]));
	for (i = 0; i < n; i++)
		look(&all[i], &all[i].ran, &all[i].switches);
	sleep((unsigned)atoi(argv[1]));
	for (i = 0; i < n; i++) {
		look(&all[i], &r, &s);
		count[all[i].kind]++;
		ran[all[i].kind] += r - all[i].ran;
		switches[all[i].kind] += s - all[i].switches;
		if (s != all[i].switches)
			warnx("%s %ld was scheduled %lld times", names[all[i].kind],
			    (long)all[i].pid, s - all[i].switches);
	}
	for (k = 0; k < KINDS; k++)
		printf("idle %s %d %lld %lld\n", names[k], count[k], ran[k], switches[k]);
	report_memory(all, n);
	free(all);
	return 0;
}
