/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_FILE_H
#define PROTO_FILE_H

/*
 * Files as the protocol needs them: replaced as a whole, read with distrust.
 * Only this file and inbox.c use rename(2).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct stat;

/*
 * All descriptors are made here (make lint checks this), so that all are close-on-exec.  Use
 * the first three for files that others could have put there: they do not follow a link
 * (ELOOP; ENOTDIR for a directory) and never wait for the other end of a FIFO; flags are those
 * of open(2).  The third reads, and no part of its path may be a link or lead out of dirfd
 * (EXDEV).  Use the next two for names from the user, git or the kernel: they follow links,
 * and O_CREAT makes files of mode 0666 less the umask.
 */
int file_open(int dirfd, const char *name, int flags, mode_t mode);
int file_open_dir(int dirfd, const char *name);
int file_open_beneath(int dirfd, const char *path);
int file_open_path(int dirfd, const char *path, int flags);
int file_find_dir(int dirfd, const char *path);
int file_pipe(int fds[2]);
/* Memory that can be written like a file, up to size. */
int file_memory(size_t size);
/* Such memory, for reading from the start.  Anyone with a file's descriptor can reopen the file for writing,
 * whatever is mounted over it, so a run is never given a descriptor of a session's file. */
int file_input(const void *buf, size_t len);
/* A duplicate with at least the number least. */
int file_dup(int fd, int least);

/* Closes fd unless it is -1, and keeps errno.  Returns -1, for the caller to return. */
int file_close(int fd);

/* Stats the name itself, even if it is a link. */
int file_stat(int dirfd, const char *name, struct stat *st);
bool file_exists(int dirfd, const char *name);
/* Does the name refer to the same file as fd? */
bool file_same(int fd, int dirfd, const char *name);

enum file_flags {
	FILE_SYNC = 1,		/* fsyncs the file before the rename and the directory after it */
	FILE_DATA = 2,		/* fsyncs only the file: after a power loss the old or the new file is there as a whole */
};

/*
 * Replaces dirfd/name by buf: O_EXCL temporary file with a unique name in the
 * same directory, full write, rename.  0, or -1 with errno and nothing changed;
 * the temporary file is removed.  A failed fsync is final, never retried; the
 * name has changed in spite of -1 only when the fsync of the directory failed.
 *
 * A name may be a path below dirfd, or any path with AT_FDCWD.  Temporary files
 * are named ".<name>.<16 hex digits>"; one left by a crash means nothing.
 */
int file_replace(int dirfd, const char *name, const void *buf, size_t len, enum file_flags);

/* Like file_replace, but fails with EEXIST when name exists: temporary file and link(2). */
int file_create(int dirfd, const char *name, const void *buf, size_t len, enum file_flags);

/*
 * Reads a regular file: follows no link (ELOOP), does not block on a FIFO;
 * EINVAL when it is not a regular file, EFBIG over max.  *buf is malloced and
 * NUL-terminated (*len does not count the NUL); the caller frees it.
 */
int file_read(int dirfd, const char *name, size_t max, char **buf, size_t *len);

/* The same of the last bytes of a file of any size, at most max. */
int file_read_tail(int dirfd, const char *name, size_t max, char **buf, size_t *len);

/* Like file_read, but EBUSY while any process has the file open for writing (read lease): for files that people
 * drop.  Where leases do not work (EINVAL or EACCES from fcntl) it reads without one. */
int file_read_closed(int dirfd, const char *name, size_t max, char **buf, size_t *len);

/* Renames dirfd/name to name.refused (or .refused.N); 0 or -1. */
int file_quarantine(int dirfd, const char *name);
/* renameat2 with RENAME_NOREPLACE, then fsync of both directories; if that fails the rename is undone: -1 with
 * errno and nothing moved. */
int file_move(int fromfd, const char *from, int tofd, const char *to);
/* The same without the fsync, for changes that a power loss may undo. */
int file_shift(int fromfd, const char *from, int tofd, const char *to);
/* Exchanges both names atomically (RENAME_EXCHANGE); no fsync. */
int file_swap(int fd, const char *name, int otherfd, const char *other);
/* Plain rename(2) of a prepared file over an existing one. */
int file_rename_over(int dirfd, const char *from, const char *to, enum file_flags);
/* Opens a directory and gives its owner, who may have closed it, all rights. */
int file_open_owned(int dirfd, const char *name);
/* Removes a file or a whole tree of any depth without following links; ENOENT is success. */
int file_remove_tree(int dirfd, const char *name);
/* Moves dirfd/name to an unused hidden name in topfd (for file_remove_tree). */
int file_raise(int dirfd, const char *name, int topfd);
/* Removes a file after a failure, and keeps errno.  Returns -1, for the caller to return. */
int file_unmake(int dirfd, const char *name);
/* Copies a regular file (contents, mode, times) to a new name; EEXIST when that exists.  Makes a hard link if
 * link_ok and possible. */
int file_copy(const char *from, const char *to, bool link_ok);
/* The time of the latest change (ctime) in a tree, wall ms; 0 when it can't be read. */
int64_t file_newest(const char *path);
int file_sync_dir(int dirfd);
/* mkdir -p of an absolute path, with mode 0700 for new directories. */
int file_make_dirs(const char *path);
/* Checks a file to be written in place: it must be a regular file (else EINVAL) with no other name (EMLINK),
 * since that other file would be changed too.  0, or -1 with fd closed. */
int file_ours(int fd);
/* mkdirat(2) unless the directory exists; ENOTDIR when the name is something else, such as a link. */
int file_make_dir(int dirfd, const char *name, mode_t mode);
/* Is a file empty, or does it begin with NUL, as after a power loss before it was on disk?  1; 0; -1: it can't
 * be read, or is not a regular file. */
int file_blank(int dirfd, const char *name);
/* write(2) until all is written; 0 or -1. */
int file_write_all(int fd, const void *buf, size_t len);

#endif
