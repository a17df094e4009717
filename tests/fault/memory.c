/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Preloaded: the FAULT_MEMORY-th request for memory of the program FAULT_PROGRAM fails; with "+"
 * after the number all later ones fail, too.  Adds the number of requests to FAULT_COUNT.  json-c
 * 0.16 uses a key for which it got no memory: the program ends then, as it would by err(3).
 */
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAMES	8

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static atomic_long requests;
static long fails_at;
static bool from_then_on, counts;

static void
crashed(int sig)
{
	void *frames[FRAMES];
	Dl_info where;
	int i, n;

	fails_at = 0;
	n = backtrace(frames, FRAMES);
	for (i = 0; i < n; i++)
		if (dladdr(frames[i], &where) != 0 && strstr(where.dli_fname, "libjson-c") != NULL) {
			warnx("json-c: out of memory");
			_exit(1);
		}
	signal(sig, SIG_DFL);
	raise(sig);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *program = getenv("FAULT_PROGRAM"), *at = getenv("FAULT_MEMORY");
	void *frame;

	(void)backtrace(&frame, 1);	/* the first call allocates memory */
	signal(SIGSEGV, crashed);

	counts = program != NULL && strcmp(program, program_invocation_short_name) == 0;
	if (counts && at != NULL) {
		fails_at = strtol(at, NULL, 10);
		from_then_on = strchr(at, '+') != NULL;
	}
	requests = 0;
}

__attribute__((destructor)) static void
end(void)
{
	const char *path = getenv("FAULT_COUNT");
	char line[32];
	int fd, n;

	if (!counts || path == NULL ||
	    (fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) == -1)
		return;
	n = snprintf(line, sizeof(line), "%ld\n", (long)requests);
	if (write(fd, line, (size_t)n) != n)
		_exit(1);
	close(fd);
}

static bool
fails(void)
{
	long n = ++requests;

	if (fails_at == 0 || n < fails_at || (n > fails_at && !from_then_on))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}
