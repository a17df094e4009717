/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

/* A woken sender holds a read lock on its slot for an instant. */
#define SENDERS_GONE	(1 * CLOCK_S)

static int
open_lock(int dirfd, const char *name, int flags)
{
	int fd;

	fd = file_open(dirfd, name, flags, 0644);
	return fd != -1 && file_ours(fd) == -1 ? -1 : fd;
}

static int
set_lock(int fd, int command, short type, off_t start, off_t len)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	if (fcntl(fd, command, &lock) == 0)
		return 0;
	if (errno == EACCES)
		errno = EAGAIN;
	return -1;
}

/* Only a write lock conflicts with a read lock: 1, 0 or -1. */
static int
probe(int fd, pid_t *pid)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };

	if (fcntl(fd, F_GETLK, &lock) == -1)
		return -1;
	if (lock.l_type == F_UNLCK)
		return 0;
	if (pid != NULL)
		*pid = lock.l_pid;
	return 1;
}

/* For people only: a full disk must not prevent the lock. */
static void
sign(int fd, const char *who)
{
	char line[128];
	int n, saved = errno;

	n = snprintf(line, sizeof(line), "%.100s %ld\n", who, (long)getpid());
	if (ftruncate(fd, 0) == -1 || pwrite(fd, line, (size_t)n, 0) == -1)
		errno = saved;
}

int
lock_take(int dirfd, const char *name, const char *who, bool slots)
{
	struct timespec pause = { .tv_nsec = CLOCK_MS };
	int64_t give_up = clock_now() + SENDERS_GONE;
	int fd;

	/* check first: closing a writable descriptor wakes every watcher */
	switch (lock_held(dirfd, name, NULL)) {
	case -1:
		return -1;
	case 1:
		errno = EAGAIN;
		return -1;
	}
	fd = open_lock(dirfd, name, O_RDWR | O_CREAT);
	if (fd == -1)
		return -1;
	while (set_lock(fd, F_SETLK, F_WRLCK, 0, slots ? 0 : 1) == -1) {
		if (errno != EAGAIN || probe(fd, NULL) != 0 || clock_now() > give_up)
			return file_close(fd);
		nanosleep(&pause, NULL);
	}
	sign(fd, who);
	return fd;
}

int
lock_take_dir(const char *path, const char *name, const char *who, bool slots, int *dirfd)
{
	int lock;

	if ((*dirfd = file_open_dir(AT_FDCWD, path)) == -1)
		return -1;
	lock = lock_take(*dirfd, name, who, slots);
	if (lock != -1 && !file_same(*dirfd, AT_FDCWD, path)) {
		errno = ENOENT;
		lock = file_close(lock);
	}
	if (lock == -1)
		*dirfd = file_close(*dirfd);
	return lock;
}

int
lock_take_wait(int dirfd, const char *name, const char *who)
{
	int fd;

	fd = open_lock(dirfd, name, O_RDWR | O_CREAT);
	if (fd == -1)
		return -1;
	if (set_lock(fd, F_SETLKW, F_WRLCK, 0, 1) == -1)
		return file_close(fd);
	sign(fd, who);
	return fd;
}

int
lock_take_files(int dirfd, const char *who)
{
	int fd;

	while ((fd = lock_take_wait(dirfd, "lock", who)) == -1 && errno == EINTR)
		;
	return fd;
}

/* The end of a lock that another process has within n bytes from at: 0 = there is none, -1 = error. */
static off_t
locked_until(int fd, off_t at, off_t n)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = n };

	if (fcntl(fd, F_GETLK, &lock) == -1)
		return -1;
	if (lock.l_type == F_UNLCK)
		return 0;
	return lock.l_len == 0 ? INT32_MAX : lock.l_start + lock.l_len;
}

int
lock_take_row(int dirfd, const char *name, off_t from, off_t end, off_t n, off_t *first)
{
	off_t at = *first, until;
	int fd;

	if ((fd = open_lock(dirfd, name, O_RDWR | O_CREAT)) == -1)
		return -1;
	if (at >= from && at + n <= end && set_lock(fd, F_SETLK, F_WRLCK, at, n) == 0)
		return fd;
	for (at = from; at + n <= end; at = until > at ? until : at) {
		if (set_lock(fd, F_SETLK, F_WRLCK, at, n) == 0) {
			*first = at;
			return fd;
		}
		if (errno != EAGAIN || (until = locked_until(fd, at, n)) == -1)
			return file_close(fd);
	}
	errno = EAGAIN;
	return file_close(fd);
}

int
lock_held(int dirfd, const char *name, pid_t *pid)
{
	int fd, held;

	fd = open_lock(dirfd, name, O_RDONLY);
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	held = probe(fd, pid);
	if (held == -1)
		return file_close(fd);
	close(fd);
	return held;
}

int
lock_slot_release(int lockfd, long slot)
{
	return set_lock(lockfd, F_SETLK, F_UNLCK, slot, 1);
}

int
lock_slot_open(int dirfd, const char *name)
{
	return open_lock(dirfd, name, O_RDONLY);
}

int
lock_slot_wait(int fd, long slot)
{
	if (set_lock(fd, F_SETLKW, F_RDLCK, slot, 1) == -1)
		return -1;
	return set_lock(fd, F_SETLK, F_UNLCK, slot, 1);
}
