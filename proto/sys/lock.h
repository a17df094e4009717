/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_LOCK_H
#define PROTO_LOCK_H

/*
 * POSIX record locks: a process lives as long as it holds its lock.
 *
 * The holder has byte 0 of the file write-locked for as long as it lives, and
 * (worker.lock only) bytes 1.. as well: one byte, a slot, for every possible
 * message id.  A sender that waits for the reply to its message asks for a
 * read lock on the slot and sleeps in the kernel; the worker releases the
 * slot once the reply is on disk.  When the holder dies all locks are released.
 *
 * POSIX locks belong to the process and are lost when it closes ANY descriptor
 * of the file: the holder opens the path once, here, and never again.  They are
 * not inherited over fork.  A probe checks for write locks only, so a
 * process with a read-only descriptor can't fake one.
 */

#include <stdbool.h>
#include <sys/types.h>

/*
 * Opens dirfd/name for writing (created 0644 if absent, close-on-exec, no
 * links followed) and locks byte 0, or 0..end when slots is true, without
 * waiting; then puts "who pid\n" into the file for people.  Returns the
 * descriptor, to be kept for life, or -1: EAGAIN = held by another process.
 */
int lock_take(int dirfd, const char *name, const char *who, bool slots);
/* The same in the directory path.  *dirfd becomes its descriptor, if path still names it once the lock is held:
 * moving the directory requires the lock as well.  -1: ENOENT when it does not (any more), and *dirfd is -1. */
int lock_take_dir(const char *path, const char *name, const char *who, bool slots, int *dirfd);
/* Like lock_take, but waits in the kernel until the holder releases it (EINTR on a signal). */
int lock_take_wait(int dirfd, const char *name, const char *who);
/* The lock of the files in a directory, "lock" in it: waits, through signals as well. */
int lock_take_files(int dirfd, const char *who);

/* Locks n bytes in a row of dirfd/name, between the offsets from and end (exclusive), that no process has locked: at
 * *first if they are free there, else where they are first free, which *first becomes.  Returns the descriptor, to be
 * kept for life, or -1: EAGAIN = there are none. */
int lock_take_row(int dirfd, const char *name, off_t from, off_t end, off_t n, off_t *first);

/* 1 = held (and *pid set if pid is not NULL), 0 = free or no such file,
 * -1 = error.  Opens read-only; never call it in the holder's own process. */
int lock_held(int dirfd, const char *name, pid_t *pid);

/* Worker: releases the slot of a message whose reply is on disk. */
int lock_slot_release(int lockfd, long slot);

/* Sender: a read-only descriptor for lock_slot_wait, -1 on error. */
int lock_slot_open(int dirfd, const char *name);
/* Blocks until the slot is free; 0, or -1 with EINTR after a signal. */
int lock_slot_wait(int fd, long slot);

#endif
