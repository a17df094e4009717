/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_FILE_H
#define PROTO_FILE_H

/*
 * Files as the protocol wants them: replaced whole, read with distrust.
 * This and inbox.c are the only users of rename(2).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct stat;

/*
 * Descriptors are made here, nowhere else (make lint looks for others), so that all are
 * close-on-exec.  What others could have put there is opened by the first three: not
 * through a link (ELOOP; ENOTDIR for a directory), never waiting for the other end of
 * a FIFO; flags are those of open(2).  The third reads, and no part of its path is a
 * link or leads out of dirfd (EXDEV).  The next two are for what the user, git or the
 * kernel names: there a link is followed, and what O_CREAT makes has mode 0666 less the umask.
 */
int file_open(int dirfd, const char *name, int flags, mode_t mode);
int file_open_dir(int dirfd, const char *name);
int file_open_beneath(int dirfd, const char *path);
int file_open_path(int dirfd, const char *path, int flags);
int file_find_dir(int dirfd, const char *path);
int file_pipe(int fds[2]);
/* Memory that can be written like a file, up to size. */
int file_memory(size_t size);
/* Such memory, to be read from its beginning.  The holder of a file's descriptor can open that
 * file anew, for writing, whatever is mounted over it: a run is not given one of the session's. */
int file_input(const void *buf, size_t len);
/* A copy, not below the number least. */
int file_dup(int fd, int least);

/* Closes what is open (fd is not -1) and keeps errno; -1, for the caller to return. */
int file_close(int fd);

/* Of the name itself, be it a link. */
int file_stat(int dirfd, const char *name, struct stat *st);
bool file_exists(int dirfd, const char *name);
/* Does the name lead to what fd is? */
bool file_same(int fd, int dirfd, const char *name);

enum file_flags {
	FILE_SYNC = 1,		/* fsync the file before, the directory after the rename */
	FILE_DATA = 2,		/* the first of both: a power loss leaves the old or the new one whole */
};

/*
 * Replaces dirfd/name by buf: O_EXCL temporary file with a unique name in the
 * same directory, full write, rename.  0, or -1 with errno and nothing changed;
 * the temporary file is removed.  A failed fsync is final, never retried; only
 * when that of the directory failed has the name changed in spite of -1.
 *
 * A name may be a path below dirfd, or any path with AT_FDCWD.  Temporary files
 * are named ".<name>.<16 hex digits>"; one that a crash left is of no meaning.
 */
int file_replace(int dirfd, const char *name, const void *buf, size_t len, enum file_flags);

/* As file_replace, but fails with EEXIST when name exists: temporary file and link(2). */
int file_create(int dirfd, const char *name, const void *buf, size_t len, enum file_flags);

/*
 * Reads a regular file: not through a link (ELOOP), not blocking on a FIFO,
 * EINVAL when it is not a regular file, EFBIG over max.  *buf is malloced, NUL
 * terminated (the NUL is not counted in *len), the caller's to free.
 */
int file_read(int dirfd, const char *name, size_t max, char **buf, size_t *len);

/* As file_read, but EBUSY while any process has the file open for writing
 * (read lease); used for what people drop.  Where leases do not work
 * (EINVAL, EACCES of fcntl) the file is read without one. */
int file_read_closed(int dirfd, const char *name, size_t max, char **buf, size_t *len);

/* Renames dirfd/name to name.refused (or .refused.N); 0 or -1. */
int file_quarantine(int dirfd, const char *name);
/* renameat2 with RENAME_NOREPLACE, then fsync of both directories; after one that failed
 * the name is what it was: -1 with errno and nothing moved. */
int file_move(int fromfd, const char *from, int tofd, const char *to);
/* The same without the fsync, for what a power loss may undo. */
int file_shift(int fromfd, const char *from, int tofd, const char *to);
/* Both names change places at once (RENAME_EXCHANGE); no fsync. */
int file_swap(int fd, const char *name, int otherfd, const char *other);
/* Plain rename(2) of a prepared file over another one, both in place. */
int file_rename_over(int dirfd, const char *from, const char *to, enum file_flags);
/* Opens a directory whose owner, who may have shut it, is to have all rights in it. */
int file_open_owned(int dirfd, const char *name);
/* Removes a file or a whole tree of any depth without following links; ENOENT is success. */
int file_remove_tree(int dirfd, const char *name);
/* Moves dirfd/name to an unused hidden name in topfd (for file_remove_tree). */
int file_raise(int dirfd, const char *name, int topfd);
/* Removes a file of which something failed, and keeps errno; -1, for the caller to return. */
int file_unmake(int dirfd, const char *name);
/* Copies a regular file (contents, mode, times) to a new name, EEXIST when it is
 * there; hard-links when link_ok and possible. */
int file_copy(const char *from, const char *to, bool link_ok);
/* The time of the newest change (ctime) in a tree, wall ms; 0 when it can't be read. */
int64_t file_newest(const char *path);
int file_sync_dir(int dirfd);
/* mkdir -p of an absolute path, mode 0700 for what is made. */
int file_make_dirs(const char *path);
/* What is written in place is a regular file (else EINVAL) without another name (EMLINK),
 * under which something else would be changed.  0, or -1 with fd closed. */
int file_ours(int fd);
/* mkdirat(2), unless it is there; ENOTDIR when that is no directory, but a link, say. */
int file_make_dir(int dirfd, const char *name, mode_t mode);
/* Is a file empty, or does it begin with NUL, as a power loss leaves what was not on disk yet?
 * 1; 0; -1: it can't be read, or is no regular file. */
int file_blank(int dirfd, const char *name);
/* write(2) until all is written; 0 or -1. */
int file_write_all(int fd, const void *buf, size_t len);

#endif
