/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_GIT_INTERNAL_H
#define PROTO_GIT_INTERNAL_H

/* Shared by the git_*.c files only. */

#include <sys/stat.h>

#include "proto/base/strings.h"
#include "proto/git/git.h"
#include "proto/sys/child.h"

struct state_conflict;
struct text;

#define GIT_TEXT_MAX	(64u << 20)	/* limit of output that is parsed */

/* Time limits of a call in seconds: for calls about the repository itself, and for calls that work on the
 * content of commits or of a worktree.  After that, or when watch_asked (watch.h) says so, the call is stopped. */
#define GIT_LIMIT		60
#define GIT_LIMIT_CONTENT	600
#define GIT_GRACE_MS		2000	/* from asking a git to end until it is killed */

/* One call of git: the arguments after "git", and its environment. */
struct git_call {
	const char	*what;		/* for messages: "git merge-tree" is derived from argv when NULL */
	const char *const *argv;	/* without "git" */
	const char	*dir;		/* working directory or NULL */
	const struct git *git;		/* safe directory, or NULL */
	const struct git_repo *repo;	/* its identity goes into the environment; may be NULL */
	bool		 user_config;	/* uses the caller's global configuration (discovery only) */
	bool		 sign;		/* has what a program that signs needs: the home directory, agents with keys */
	bool		 outlives;	/* not killed or stopped with this process (it holds locks of the real repository) */
	int64_t		 limit_ms;	/* 0 = the limit above */
	const void	*in;
	size_t		 inlen;
	char		**out;
	size_t		*outlen;
	size_t		 max;		/* limit of out, 0 = GIT_TEXT_MAX */
	int		*status;	/* gets the exit status; NULL: non-zero is an error */
};
int git_call(const struct git_call *, char *err, size_t errlen);

/* Adds the conflicts that merge-tree lists after the tree: fields that each end with a NUL, as out does. */
void git_conflicts_read(char *out, size_t len, struct state_conflict **, size_t *n);

/* Environment of a call; git_env_free releases it. */
char **git_env(const struct git *, const struct git_repo *, bool user_config, bool sign, bool trace);
void git_env_free(char **);

/* Formats err and returns -1.  The code (fault.h) is 0, the given one, or errno, whose text is appended. */
int git_fail(char *err, size_t errlen, const char *, ...) __attribute__((format(printf, 3, 4)));
int git_fail_as(int code, char *err, size_t errlen, const char *, ...)
    __attribute__((format(printf, 4, 5)));
int git_fail_errno(char *err, size_t errlen, const char *, ...) __attribute__((format(printf, 3, 4)));
/* git_trace_open: a descriptor for git's trace, or -1.  The others give the code of a git with a non-zero
 * status, from its trace or, without a g, from its output.  In git_fault.c. */
int git_trace_open(void);
int git_fault(int status, int trace, const struct git *, const char *errout);

/* The object id of ref in the git directory dirfd: loose, then packed.  0; 1 = absent; -1 with err.  distrust:
 * follows no link and nothing outside dirfd. */
int git_ref_lookup(int dirfd, const char *ref, size_t hexlen, bool distrust, char *oid,
    char *err, size_t errlen);
/* Reads dirfd/path, limited in size, trimmed; -1 with errno. */
int git_small_read(int dirfd, const char *path, bool distrust, char *buf, size_t len);
bool git_hex_valid(const char *, size_t hexlen);

/* The text of a packed-refs file with the repository's tags and branch, local and remote; malloced, NULL with err. */
char *git_refs_inherited(const struct git_repo *, const char *branch, char *err, size_t errlen);

/* Marks the gitlinks of an index so that git does not enter them (git.h, git_index_give). */
int git_index_skip_links(const struct git *, char *index, char *err, size_t errlen);

/* Parts of configuration files: a value; a setting of the repository without credentials, if sessions get it; a
 * URL without credentials, malloced. */
void git_config_add(struct text *, const char *key, const char *value);
void git_config_inherit(struct text *, const char *key, const char *value, const char *base);
char *git_url_plain(const char *url);

/*
 * Shared by git_safe.c and git_private.c: makes dir/names; copies info/exclude or info/attributes from the
 * repository; writes a file below dir without following links (alone: no other process can be working there, so
 * a lock is stale); checks that everything is there by which git recognises a git directory.  distrust removes
 * what git would run or obey and compares the configuration byte by byte: 0, or 1 when it must be rewritten;
 * shallow stays if it is the caller's.
 */
int git_dirs_make(const char *dir, const char *const names[], char *err, size_t errlen);
int git_exclude_copy(const struct git_repo *, const char *dir, char *err, size_t errlen);
int git_attributes_copy(const struct git_repo *, const char *dir, char *err, size_t errlen);
int git_put_below(const char *dir, const char *path, const char *text, bool alone, char *err,
    size_t errlen);
bool git_dir_complete(const char *dir);
int git_dir_distrust(int dirfd, const char *config, bool shallow);

/* Writes the whole file at path (absolute). */
int git_put(const char *dir, const char *name, const char *text, char *err, size_t errlen);

/*
 * Checks a worktree that an agent wrote, before git opens anything in it.  It is an error with
 * FAULT_WORK when something would hang git (a FIFO in place of a rules file, or below a nested .git),
 * or when the tree is too deep or has too many entries.  With clear such things are removed, closed
 * directories are opened, and errors are the system's.  As root it also removes set-user-id bits and
 * file capabilities.  In git_inspect.c.
 */
struct git_odd {
	struct strings	 special;	/* paths that are not a file, directory or link, the first of them */
	struct strings	 large;		/* paths of files that are git_too_large */
	size_t		 entries;
};
int git_inspect(const char *worktree, bool clear, struct git_odd *, char *err, size_t errlen);
void git_odd_free(struct git_odd *);
/* git_inspect with clear, for callers that need nothing else. */
int git_clear(const struct git *, char *err, size_t errlen);
/* Why a file is too large to be worth reading, or NULL. */
const char *git_too_large(const struct stat *);

/* 1 when some file in the worktree differs from the index, 0, or -1 with err. */
int git_touched(const struct git *, char *err, size_t errlen);
void git_index_unlock(const struct git *);
/* Removes entries of the index, reads those of the paths from the worktree (each ends with a NUL), and makes the index's
 * tree.  more_ms: beyond GIT_LIMIT. */
int git_index_read(const struct git *, const struct text *gone, const struct text *paths, int64_t more_ms,
    char tree[OID_MAX], char *err, size_t errlen);
/* Gives entries of the index file to that match what the changes made of entries in from the times and sizes of
 * these: the files are the filtered form.  0 or -1 with err. */
int index_keep_times(const char *from, const char *to, size_t hexlen, const struct git_change *, size_t n, char *err,
    size_t errlen);
/* Must the worktree's files be written apart (git.h)?  1 when one of the changed paths (each ends with a NUL)
 * has a filter, or once had; 0; or -1 with err. */
int git_needs_apart(const struct git *, const struct text *changed, char *err, size_t errlen);
/* Takes an object id from the output of git `what', and frees the output. */
int git_take_oid(const struct git *, const char *what, char *out, char *oid, char *err, size_t errlen);
/* For pipelines: a git that reads and writes descriptors, with the usual limits. */
struct git_child {
	pid_t		 pid;
	int		 trace;
	const struct git *git;
	const char *const *argv;
	struct child_wait wait;
};
int git_start(struct git_child *, const struct git *, const char *const argv[], int in, int out, char *err,
    size_t errlen);
/* read(2) on fd that also watches the child. */
ssize_t git_read(struct git_child *, int fd, void *, size_t, char *err, size_t errlen);
/* Waits for the child to end: 0, or -1.  git_end stops it. */
int git_finish(struct git_child *, char *err, size_t errlen);
void git_end(struct git_child *);

#endif
