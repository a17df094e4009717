/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_GIT_INTERNAL_H
#define PROTO_GIT_INTERNAL_H

/* What the git_*.c files share.  Nobody else includes this. */

#include <sys/stat.h>

#include <stdarg.h>

#include "proto/base/strings.h"
#include "proto/git/git.h"
#include "proto/sys/child.h"

struct state_conflict;
struct text;

#define GIT_TEXT_MAX	(64u << 20)	/* output that is parsed */

/* Seconds that a call may take: one that is about the repository itself, and one that works on
 * the content of commits or of a worktree.  Then, or when watch_asked (watch.h) says so, it is ended. */
#define GIT_LIMIT		60
#define GIT_LIMIT_CONTENT	600
#define GIT_GRACE_MS		2000	/* until one that is asked to end is killed */

/* One call of git: what follows "git" on the command line, and its surroundings. */
struct git_call {
	const char	*what;		/* for messages: "git merge-tree" is made of argv when NULL */
	const char *const *argv;	/* without "git" */
	const char	*dir;		/* working directory or NULL */
	const struct git *git;		/* safe directory, or NULL */
	const struct git_repo *repo;	/* whose identity is in the environment, may be NULL */
	bool		 user_config;	/* the caller's global configuration counts (discovery only) */
	bool		 outlives;	/* not killed with this process, nor stopped (it holds locks of the real repository) */
	int64_t		 limit_ms;	/* 0 = as above */
	const void	*in;
	size_t		 inlen;
	char		**out;
	size_t		*outlen;
	size_t		 max;		/* of out, 0 = GIT_TEXT_MAX */
	int		*status;	/* exit status; NULL: non-zero is an error */
};
int git_call(const struct git_call *, char *err, size_t errlen);

/* Adds the conflicts that merge-tree tells of after the tree: fields that end with a NUL, as does out. */
void git_conflicts_read(char *out, size_t len, struct state_conflict **, size_t *n);

/* Environment of a call; git_env_free releases it. */
char **git_env(const struct git *, const struct git_repo *, bool user_config, bool trace);
void git_env_free(char **);

/* err = formatted text; returns -1.  The code (fault.h) is 0, the one given, or errno, whose words
 * are added to the text. */
int git_fail(char *err, size_t errlen, const char *, ...) __attribute__((format(printf, 3, 4)));
int git_fail_as(int code, char *err, size_t errlen, const char *, ...)
    __attribute__((format(printf, 4, 5)));
int git_fail_errno(char *err, size_t errlen, const char *, ...) __attribute__((format(printf, 3, 4)));
/* What a git is to write its trace to, -1 when there is none; and the code of one that has ended with a
 * status that is not 0, by its trace, or without a g by what it printed.  git_fault.c */
int git_trace_open(void);
int git_fault(int status, int trace, const struct git *, const char *errout);

/* Object id of ref in the git directory dirfd: loose, then packed. 0, 1 = absent, -1 = err set.
 * distrust: nothing outside dirfd and no link is followed. */
int git_ref_lookup(int dirfd, const char *ref, size_t hexlen, bool distrust, char *oid,
    char *err, size_t errlen);
/* Reads dirfd/path, size-capped, trimmed; -1 with errno. */
int git_small_read(int dirfd, const char *path, bool distrust, char *buf, size_t len);
bool git_hex_valid(const char *, size_t hexlen);

/* A packed-refs file of the repository's tags and of branch, here and at remotes; malloced, NULL with err. */
char *git_refs_inherited(const struct git_repo *, const char *branch, char *err, size_t errlen);

/* Marks the gitlinks of an index as not to be looked at (git.h, git_index_give). */
int git_index_skip_links(const struct git *, char *index, char *err, size_t errlen);

/* Texts of configuration files: a value; a whole setting of the repository, without credentials, if sessions
 * are to have it; a URL without them, malloced. */
void git_config_add(struct text *, const char *key, const char *value);
void git_config_inherit(struct text *, const char *key, const char *value, const char *base);
char *git_url_plain(const char *url);

/*
 * What git_safe.c and git_private.c share: dir/names made; info/exclude or info/attributes copied from the repository; a file
 * written below dir, where no link is followed (alone: nobody else can be at work there, a lock is stale); is
 * all there by which git knows a git directory?  distrust removes what git would run or obey and asks whether
 * the configuration is ours to the byte: 0, or 1 when it is to be written; shallow stays if it is the caller's.
 */
int git_dirs_make(const char *dir, const char *const names[], char *err, size_t errlen);
int git_exclude_copy(const struct git_repo *, const char *dir, char *err, size_t errlen);
int git_attributes_copy(const struct git_repo *, const char *dir, char *err, size_t errlen);
int git_put_below(const char *dir, const char *path, const char *text, bool alone, char *err,
    size_t errlen);
bool git_dir_complete(const char *dir);
int git_dir_distrust(int dirfd, const char *config, bool shallow);

/* Writes path (absolute) whole. */
int git_put(const char *dir, const char *name, const char *text, char *err, size_t errlen);

/*
 * A look at a worktree that an agent wrote, before git opens anything in it.  What would hang git there
 * (a FIFO where it looks for rules, or below a nested .git), a tree that is too deep or has too
 * many entries is an error with FAULT_WORK; with clear it goes, directories that are shut are
 * opened, and the error is one of the system.  As root set-user-id bits and file capabilities are
 * taken from files.  git_inspect.c
 */
struct git_odd {
	struct strings	 special;	/* paths of what is no file, directory or link, the first of them */
	struct strings	 large;		/* of files that git_too_large */
	size_t		 entries;
};
int git_inspect(const char *worktree, bool clear, struct git_odd *, char *err, size_t errlen);
void git_odd_free(struct git_odd *);
/* git_inspect with clear, for who wants no more of it. */
int git_clear(const struct git *, char *err, size_t errlen);
/* Why a file is too large to be read for nothing, or NULL. */
const char *git_too_large(const struct stat *);

/* 1 when some file in the worktree is not as the index has it, 0, or -1 with err. */
int git_touched(const struct git *, char *err, size_t errlen);
void git_index_unlock(const struct git *);
/* In the index file to, entries that are what the changes made of those in from have the times and sizes of these: the
 * files are what a filter makes of them.  0 or -1 with err. */
int index_keep_times(const char *from, const char *to, size_t hexlen, const struct git_change *, size_t n, char *err,
    size_t errlen);
/* Are the worktree's files to be written apart (git.h)?  1, when one of the changed paths (each ends with a NUL) has
 * a filter, or one once had; 0, or -1 with err. */
int git_needs_apart(const struct git *, const struct text *changed, char *err, size_t errlen);
/* Takes an object id from the output of git `what', and frees that. */
int git_take_oid(const struct git *, const char *what, char *out, char *oid, char *err, size_t errlen);
/* For pipelines: one that reads and writes descriptors, within the limits of any other. */
struct git_child {
	pid_t		 pid;
	int		 trace;
	const struct git *git;
	const char *const *argv;
	struct child_wait wait;
};
int git_start(struct git_child *, const struct git *, const char *const argv[], int in, int out, char *err,
    size_t errlen);
/* As read(2) on fd, which waits for the child. */
ssize_t git_read(struct git_child *, int fd, void *, size_t, char *err, size_t errlen);
/* Waits for its end: 0, or -1.  git_end ends it. */
int git_finish(struct git_child *, char *err, size_t errlen);
void git_end(struct git_child *);

#endif
