/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_H
#define BENCH_H

/*
 * Shared by the programs of make bench.  Each ends with a message on any
 * error: a figure from a failed run is worse than none.
 */

#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Monotonic time in nanoseconds. */
static inline int64_t
bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static inline void
bench_sync(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1 || fsync(fd) == -1)
		err(1, "%s", dir);
	close(fd);
}

/* Makes path with that text, and syncs it on request; the descriptor stays open. */
static inline int
bench_write(const char *path, const char *text, size_t len, int sync)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd == -1 || write(fd, text, len) != (ssize_t)len || (sync && fsync(fd) == -1))
		err(1, "%s", path);
	return fd;
}

/* Starts argv in dir (NULL: here) with that standard input and output (-1: inherited). */
static inline pid_t
bench_spawn(char *const argv[], char *const envp[], const char *dir, int in, int out)
{
	posix_spawn_file_actions_t fa;
	pid_t pid;
	int rc;

	posix_spawn_file_actions_init(&fa);
	if (dir != NULL)
		posix_spawn_file_actions_addchdir_np(&fa, dir);
	if (in != -1)
		posix_spawn_file_actions_adddup2(&fa, in, STDIN_FILENO);
	if (out != -1)
		posix_spawn_file_actions_adddup2(&fa, out, STDOUT_FILENO);
	if ((rc = posix_spawnp(&pid, argv[0], &fa, NULL, argv, envp)) != 0)
		errc(1, rc, "%s", argv[0]);
	posix_spawn_file_actions_destroy(&fa);
	return pid;
}

static inline void
bench_reap(pid_t pid, const char *what)
{
	int status;

	if (waitpid(pid, &status, 0) == -1)
		err(1, "%s", what);
	if (status != 0)
		errx(1, "%s: %s %d", what, WIFEXITED(status) ? "exit status" : "signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

#endif
