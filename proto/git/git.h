/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_GIT_H
#define PROTO_GIT_H

/*
 * The one safe way to call git.  Repository content is untrusted: nothing that
 * an agent can write (hooks, configuration, attributes, a forged .git file,
 * commondir, alternates) may run or redirect anything here.
 *
 * Every command runs with GIT_DIR set to a private bare directory of ours
 * (a "safe" directory: own configuration, no hooks), GIT_CONFIG_NOSYSTEM=1,
 * GIT_CONFIG_GLOBAL=/dev/null, GIT_OBJECT_DIRECTORY set to the store it writes
 * to and GIT_ALTERNATE_OBJECT_DIRECTORIES to those it may read, no GIT_* of the caller, LC_ALL=C, no prompts.
 * Objects are not synced one by one: git_ref_move calls
 * syncfs(2), which covers them all, before a reference points to them.  Only full object ids and full
 * ref names are passed, paths after "--" or on standard input with -z.  The real
 * repository is touched by update-ref and worktree metadata commands alone, with
 * core.hooksPath=/dev/null.
 *
 * Functions return 0 or -1; the reason, ready for people, is in err
 * ("git merge-tree: ..."), which may be NULL.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "proto/base/id.h"

struct state_conflict;
struct text;
struct strings;

#define GIT_ERR		1024

#define GIT_SIGNING	7	/* settings of git that say how commits are signed */

struct git_repo {		/* a user's repository, found once */
	char	*common;	/* absolute path of the common git directory */
	char	*gitdir;	/* git directory of the checkout where it was found; NULL = common */
	char	*objects;	/* its object directory */
	char	*top;		/* the main checkout, NULL when bare */
	char	*private;	/* not opened: the private git directory of a session; else NULL */
	char	 format[8];	/* sha1 or sha256 */
	size_t	 hexlen;	/* 40 or 64 */
	bool	 shallow;
	char	*author_name, *author_email;	/* identity of the repository's user, or the stated fallback */
	bool	 author_fallback;
	char	*excludes;	/* core.excludesFile of the user, or NULL */
	char	*worktree_config; /* core.fileMode, core.sharedRepository and the like as configuration lines, "" */
	char	*inherited;	/* its remotes without credentials, filters and LFS settings as configuration, "" */
	char	*conversion;	/* the setting that converts line endings ("core.autocrlf"); or NULL */
	char	*lfs;		/* where Git LFS keeps its objects */
	char	*attributes;	/* core.attributesFile of the user */
	bool	 filters;	/* the repository or its user has configured filters */
	bool	 signs;		/* commit.gpgSign */
	char	*signing[GIT_SIGNING]; /* how: "user.signingKey=..." and the like, or NULL */
};
/* Opens the repository of any directory inside it.  Errors: not a git repository, no commit yet, git older than 2.38,
 * reftable, ...  After an error only private may be set; git_repo_release() frees it. */
int git_repo_open(struct git_repo *, const char *dir, char *err, size_t errlen);
/* The same for a known common directory (no discovery). */
int git_repo_open_common(struct git_repo *, const char *common, char *err, size_t errlen);
void git_repo_release(struct git_repo *);
/* Is this git 2.38 or later?  Runs one process.  0, or -1 with the reason in err. */
int git_version_check(char *err, size_t errlen);
/* Is it a full object id of the repository's format; is it a ref name that git may be given? */
bool git_oid_valid(const struct git_repo *, const char *);
bool git_ref_valid(const char *ref);

struct git_change;
struct git {			/* a safe directory, and the stores and files it works on */
	const struct git_repo *repo;
	char	*dir;		/* the safe bare directory */
	char	*objects;	/* GIT_OBJECT_DIRECTORY: where new objects go */
	char	*alternates;	/* one more object directory to read from, or NULL */
	char	*worktree;	/* GIT_WORK_TREE or NULL */
	char	*index;		/* GIT_INDEX_FILE or NULL */
	/*
	 * For a worktree whose files differ from their committed contents, since filters (gitattributes(5))
	 * convert them.  files is the tree with the worktree's actual contents when it was at the tree of
	 * commit at; only what differs from files has changed.  NULL or "" = the worktree had the contents of
	 * at.  filters: the filters of the repository or its user apply.  Trees of such contents are in a store
	 * of the safe directory (git_apart).
	 */
	const char *files, *at;
	bool	 filters;
};
/* Makes a bare git directory by hand, unless it is complete (after a crash it is completed): HEAD, config,
 * objects/, refs/, and info/exclude copied from the repository. */
int git_safe_make(const struct git_repo *, const char *dir, char *err, size_t errlen);
/*
 * Makes or restores a git directory of a session beside the safe one: HEAD is at branch, branch at commit
 * wherever it was before, with the identity of the repository's user, the repository's objects as alternates,
 * its tags, and its branch target (NULL = none), local and of remotes.
 *
 * git_private_make is for a run that writes there: it also has the repository's remotes without credentials,
 * filters, LFS settings and info/attributes, and signs nothing.  The other is for readers, even outside any
 * confinement: anything that git would run or obey there and that is not ours is removed.
 */
int git_private_make(const struct git_repo *, const char *dir, const char *branch, const char *commit,
    const char *target, char *err, size_t errlen);
int git_outside_make(const struct git_repo *, const char *dir, const char *branch, const char *commit,
    const char *target, char *err, size_t errlen);
/* Moves the branch target there, local and of remotes, to where the repository has it; what is checked out, or has
 * a commit that the repository lacks, stays.  g: a safe directory.  0 or -1 with err. */
int git_outside_target(const struct git *g, const char *dir, const char *target, char *err, size_t errlen);
/* With begin, until called with false: the first directory, which a run writes, has only our configuration and
 * attributes. */
int git_private_plain(const struct git_repo *, const char *dir, bool begin, char *err, size_t errlen);
/* Entries of an index file, in file order. */
struct index_entry {
	char		 path[4096];
	unsigned	 mode, stage;
	char		 oid[OID_MAX];
	unsigned	 ctime, mtime, mtime_ns, ino, size;
	bool		 skip_worktree, assume_valid, intent_to_add;
	size_t		 at;		/* its offset in the file */
};
/* Calls fn for each entry; -1 with err when the file can't be parsed.  An absent file counts as empty. */
int index_walk(const char *file, size_t hexlen, struct stat *st,
    void (*fn)(const struct index_entry *, void *), void *arg, char *err, size_t errlen);
/* Gives dir a copy of g's index.  With outside, submodules are marked skip-worktree in it, so that no git
 * enters one, where an agent may have made a repository. */
int git_index_give(const struct git *, const char *dir, bool outside, char *err, size_t errlen);

/* Flushes the file system of path. */
int git_sync(const char *path, char *err, size_t errlen);
/* Runs git ARGV... in g.  in/inlen go to standard input; *out gets the output when not NULL.  *status gets the
 * exit status (for callers who expect 1); with NULL, non-zero is an error. */
int git_run(const struct git *, const char *const argv[], const void *in, size_t inlen,
    char **out, size_t *outlen, int *status, char *err, size_t errlen);

/* Reads an answer of cat-file --batch at *p, "ID TYPE SIZE", the content and a newline, or "NAME missing", and moves *p
 * on.  -1: it is not complete. */
struct git_blob {
	const char	*text;		/* NULL: it is missing, or not a blob */
	size_t		 len;
	bool		 missing;
};
int git_blob_next(const char **p, const char *end, struct git_blob *);

/* Refs of the real repository. ref is a full name. */
/* oid is "" when the ref is absent. */
int git_ref_read(const struct git_repo *, const char *ref, char oid[OID_MAX], char *err, size_t errlen);
/* The same for a branch. */
int git_branch_read(const struct git_repo *, const char *branch, char oid[OID_MAX], char *err, size_t errlen);
/* Compare-and-swap; old "" = must not exist; new "" = delete. Durable: it calls syncfs before and fsyncs the
 * reference and its directory.  errno is EAGAIN when the reference was not at old ("... moved meanwhile"). */
int git_ref_move(const struct git_repo *, const char *ref, const char *new, const char *old,
    const char *message, char *err, size_t errlen);
/* Makes sure that the reference is on disk, after a git_ref_move that failed although it had already moved it. */
int git_ref_sync(const struct git_repo *, const char *ref, char *err, size_t errlen);
/*
 * Removes the lock on a file of the repository (a path below its common directory) that a killed
 * git or a power loss left: the lock belongs to our user, no process has it open, and no git is
 * running in the repository.  A lock that a git may still hold stays.
 */
void git_lock_left(const struct git_repo *, const char *name);
/* The same for all locks that the move of a reference needs: its own, that of HEAD and that of packed-refs. */
void git_locks_left(const struct git_repo *, const char *ref);
/* The branch (full ref name) checked out where the repository was found; "" when detached. */
int git_head_branch(const struct git_repo *, char *ref, size_t len, char *err, size_t errlen);

/* Reads HEAD of an agent's private git directory by hand, trusting nothing
 * (openat2 RESOLVE_BENEATH|NO_SYMLINKS; loose ref or packed-refs). */
int git_private_head(const struct git_repo *, const char *dir, char oid[OID_MAX],
    char *err, size_t errlen);
/* Lists the references below prefix ("refs/heads/") of a git directory, loose and packed, sorted by name if all
 * are loose.  Skips anything but files that hold an object id.  distrust: follows no link. */
struct git_refs {
	struct git_ref { char *name, oid[OID_MAX]; } *v;
	size_t	n;
};
int git_refs_list(int dirfd, const char *prefix, size_t hexlen, bool distrust, struct git_refs *, char *err,
    size_t errlen);
void git_refs_free(struct git_refs *);
/* The stash commit in an agent's private git directory, "" = none; trusts as little. */
int git_private_stash(const struct git_repo *, const char *dir, char oid[OID_MAX], char *err, size_t errlen);

/* Worktrees. */
/* Does by hand what worktree add --no-checkout --no-track -b branch path base does: it writes the metadata and
 * compare-and-swaps the branch (a short name, which must not exist).  Safe for many at once. */
int git_worktree_add(const struct git_repo *, const char *path, const char *branch, const char *base,
    char *err, size_t errlen);
/* Makes the worktree's .git file point to gitdir, without a backup of the old one. */
int git_worktree_link(const char *worktree, const char *gitdir, char *err, size_t errlen);
/* Removes the temporary file that a killed process left when it wrote the .git file. */
void git_worktree_tidy(const char *worktree);
/* Is the worktree empty except for, maybe, the .git file or its beginning?  1; 0; -1 with errno. */
int git_worktree_empty(const char *worktree);
/* Is path a worktree of the repository, on that branch? */
bool git_worktree_is(const struct git_repo *, const char *path, const char *branch);
/* Makes .git point to the repository's metadata again (found by path) and refreshes that index to head. */
int git_worktree_unlink(const struct git_repo *, const char *worktree, char *err, size_t errlen);
/* Renames the worktree aside (to trash, a path on the same file system) and drops its
 * metadata. The caller removes trash. */
int git_worktree_remove(const struct git_repo *, const char *worktree, const char *trash,
    char *err, size_t errlen);

/* Content; all with g->worktree and g->index set. */
/* read-tree -u --reset; also removes untracked, unignored files that are in the way. */
int git_checkout(const struct git *, const char *oid, char *err, size_t errlen);
/* read-tree --reset of the index alone.  An ignored file that is in oid is tracked from then on. */
int git_index_at(const struct git *, const char *oid, char *err, size_t errlen);
/*
 * Does what add -A (everything not ignored) and write-tree do: tree becomes the worktree's current tree.
 * A file that can't be committed is an error with the code FAULT_WORK (fault.h) that names it and says
 * what to do: nested repositories, pipes, sockets and devices, files that are too large or too many, and
 * what would hang git.
 */
int git_tree_of_worktree(const struct git *, char tree[OID_MAX], char *err, size_t errlen);
/* The same for everything that can be committed; left (or NULL) gets the other paths.  Removes what would hang git. */
int git_tree_of_rest(const struct git *, struct strings *left, char tree[OID_MAX], char *err, size_t errlen);
/* A copy of g that also reads the store of such trees, and writes there.  Release with git_apart_free. */
struct git git_apart(const struct git *);
void git_apart_free(struct git *);
/* Does such a store exist?  It does once a path with a filter has differed from the index. */
bool git_is_apart(const struct git *);
/* The tree of the index as it is (git.files). */
int git_index_tree(const struct git *, char tree[OID_MAX], char *err, size_t errlen);
/* The tree onto with the changes applied. */
int git_tree_with(const struct git *, const char *onto, const struct git_change *, size_t n, char tree[OID_MAX],
    char *err, size_t errlen);
/* The tree onto with the differences between from and to applied. */
int git_tree_move(const struct git *, const char *onto, const char *from, const char *to, char tree[OID_MAX],
    char *err, size_t errlen);
/* Updates entries of an index file, a copy of g's, that differ between from and to: they become what to has.
 * Files that g's index knows count as unchanged. */
int git_index_move(const struct git *, char *index, const char *from, const char *to, char *err, size_t errlen);
/* Resets the entries of changed paths to their former contents, with no stat data.  Removed paths get no entry. */
int git_index_undo(const struct git *, const struct git_change *, size_t n, char *err, size_t errlen);
/* Makes a tree of the apart worktree in the repository: reads once more what has changed since commit. */
int git_tree_keep(const struct git *, const char *commit, char tree[OID_MAX], char *err, size_t errlen);
/* Lists those of the paths that a filter converts (g->filters). */
int git_filtered(const struct git *, const struct strings *paths, struct strings *filtered, char *err,
    size_t errlen);
/* Adds each .git below the top that is beside files of the index.  git does not list them, and would take the
 * directory for another repository when run there. */
int git_nested(const struct git *, struct strings *found, char *err, size_t errlen);
/* Removes paths from the worktree. */
int git_remove(const struct git *, const struct strings *paths, char *err, size_t errlen);
/* Does the worktree differ from its index?  paths are the changed or removed paths; *extra says that there are
 * untracked files that are not ignored, or pipes, sockets or devices, ignored or not. */
int git_changed(const struct git *, struct strings *paths, bool *extra, char *err, size_t errlen);
/* Lists ignored paths, a directory as one, at most max. */
int git_ignored(const struct git *, size_t max, struct strings *paths, char *err, size_t errlen);
int git_commit_tree(const struct git *, const char *tree, const char *const parents[], size_t nparents,
    const char *message, char oid[OID_MAX], char *err, size_t errlen);
/* The same, signed as the repository's user signs commits (commit.gpgSign), if they do. */
int git_commit_signed(const struct git *, const char *tree, const char *const parents[], size_t nparents,
    const char *message, char oid[OID_MAX], char *err, size_t errlen);
/* Signs a commit on trial, which is not kept: would git_commit_signed fail? */
int git_sign_check(const struct git *, char *err, size_t errlen);
int git_tree_of(const struct git *, const char *commit, char tree[OID_MAX],
    char *err, size_t errlen);
/* How many commits of its upstream, as last fetched, a branch lacks; 0 when it has none, or git can't tell.  *upstream is
 * the short name, malloced, or NULL. */
long git_behind(const struct git_repo *, const char *branch, char **upstream);
/* Is a path that base..head changes in the target as base has it?  1 with its name, malloced, 0, or -1. */
int git_reverted(const struct git *, const char *base, const char *head, const char *target, char **path, char *err,
    size_t errlen);
/* Has the target what base..head changes: the commits, of which no path was reverted, or the change, so that a merge
 * of head would change nothing (after a squash or a rebase)?  1, 0, or -1 when git can't tell. */
int git_contains_change(const struct git *, const char *base, const char *head, const char *target, char *err,
    size_t errlen);
/* 1, 0, or -1 when git can't tell: what follows from "no" must not follow from that. */
int git_ancestor(const struct git *, const char *ancestor, const char *commit, char *err, size_t errlen);
bool git_is_ancestor(const struct git *, const char *ancestor, const char *commit);
/* Paths that differ, without NULs, gitlinks marked: for checks and messages. */
struct git_change {
	char		*path;
	unsigned	 old_mode, new_mode;	/* 0 = absent; 0160000 = gitlink */
	char		 old_oid[OID_MAX], new_oid[OID_MAX];
	char		 status;		/* A, D, M, T */
};
int git_diff(const struct git *, const char *from, const char *to, struct git_change **, size_t *n,
    char *err, size_t errlen);
/* The change of the path among those of git_diff, which are sorted; NULL: it has none. */
const struct git_change *git_change_of(const struct git_change *, size_t n, const char *path);
void git_changes_free(struct git_change *, size_t n);
/* The first max bytes of a blob, which may be of any size. */
int git_blob_head(const struct git *, const char *oid, size_t max, struct text *, char *err, size_t errlen);
/* The diff as text for reviewers: at most max bytes, then a note about the cut. */
int git_diff_text(const struct git *, const char *from, const char *to, size_t max, char **out,
    char *err, size_t errlen);
/* The diff of two commits or trees as git prints it for people, in pieces until put returns false: paths as on git's
 * command line, below the top, NULL = all.   Its colours are git's own defaults. */
struct git_view {
	const char	*from, *to;
	const char	*const *paths;
	bool		 stat, color;
	size_t		 columns;	/* of the statistics */
};
int git_view(const struct git *, const struct git_view *, bool (*put)(const char *, size_t, void *), void *, char *err,
    size_t errlen);
/* Lines that differ between two commits or trees, by file. */
struct git_size { char *path; int64_t added, removed; bool binary; char status; };	/* A, D, M or T, as git has it */
/* paths: NULL, or pathspecs ended by NULL. */
int git_sizes(const struct git *, const char *from, const char *to, const char *const *paths, struct git_size **, size_t *n,
    char *err, size_t errlen);
void git_sizes_free(struct git_size *, size_t n);
/* oid is "" when there is none. */
int git_merge_base(const struct git *, const char *one, const char *other, char oid[OID_MAX], char *err, size_t errlen);
/* Does the user want colours on this terminal?  The pager that the user has chosen for git, malloced; NULL = none. */
bool git_user_colors(void);
char *git_user_pager(void);
int git_log_text(const struct git *, const char *from, const char *to, size_t max, char **out,
    char *err, size_t errlen);
/* One line per commit that neither from nor without has: short id and subject. */
int git_log_lines(const struct git *, const char *from, const char *without, const char *to, size_t max, char **out,
    char *err, size_t errlen);
/* The messages of the commits alone. */
int git_log_messages(const struct git *, const char *from, const char *to, size_t max, char **out,
    char *err, size_t errlen);

/* Does an object directory that an agent wrote hold only directories and files?  0 or -1. */
int git_store_check(const char *objects, char *err, size_t errlen);
/*
 * Imports commit (from objects in `from`, an object directory an agent wrote)
 * into the repository: it must pass git's strict check, descend from base
 * and have no new nested repositories; durable (syncfs).  Objects already there are not copied.  merged
 * (or NULL) is a commit whose content was merged in: nested repositories in it are not new.
 */
int git_import(const struct git *, const char *from, const char *base, const char *merged,
    const char *commit, char *err, size_t errlen);
/* The same for a commit that is only saved: it may descend from anything (*descends: from base) and have nested
 * repositories. */
int git_import_any(const struct git *, const char *from, const char *base, const char *commit, bool *descends,
    char *err, size_t errlen);

/* A Git LFS pointer, which stands for a file. */
struct git_lfs_pointer {
	char	 oid[65];	/* SHA-256 */
	int64_t	 size;
};
bool git_lfs_pointer(const char *text, size_t len, struct git_lfs_pointer *);
/* Is dirfd/name the file that the pointer stands for?  0: yes; 1: no; -1 with errno. */
int git_lfs_is(int dirfd, const char *name, const struct git_lfs_pointer *);
/* Copies the objects of the pointers in base..commit (commits in the repository) from the git directory from,
 * which an agent wrote: only regular files whose contents match their names. */
int git_lfs_take(const struct git *, const char *from, const char *base, const char *commit, char *err,
    size_t errlen);

/*
 * Checks where base..commit comes from.  Commits merged in from the branch target are not part of the work;
 * *base becomes the last of them, for the work to be compared with.  Commits of any other branch (except own
 * and branches of other attempts at the item) would count as merged, whatever of their content the work has: -1
 * with FAULT_WORK.
 */
int git_history(const struct git *, const char *commit, const char *own, const char *target, char base[OID_MAX],
    char *err, size_t errlen);

/* Saves the committable state of the worktree, if it differs from commit, as a commit on top of commit at
 * refs/salvage/<session-id> of the repository, with the previous salvage as second parent.  Leaves index and
 * worktree alone.  *saved says whether anything was saved. */
int git_salvage(const struct git *, const char *session_id, const char *commit, bool *saved,
    char *err, size_t errlen);
/* The same; left gets the paths that can't be saved (nested repositories, large files). */
int git_salvage_most(const struct git *, const char *session_id, const char *commit, bool *saved, struct strings *left,
    char *err, size_t errlen);
/* Saves commits of the repository that no reference reaches, as parents of a commit on top of commit with the
 * tree of the first. */
#define GIT_SALVAGE_TIPS	12
int git_salvage_commits(const struct git *, const char *session_id, const char *commit, const struct strings *tips,
    char *err, size_t errlen);
/* The paths in which the worktree differs from commit, without ignored ones; left gets those that can't be
 * committed.  quick: the index is at commit, so when nothing differs from the index, one process that reads no
 * file is enough. */
int git_worktree_differs(const struct git *, const char *commit, bool quick, struct strings *paths,
    struct strings *left, char *err, size_t errlen);
struct git_salvaged {
	char		 commit[OID_MAX];	/* the saved state */
	char		 parent[OID_MAX];	/* the commit that it was saved on */
	int64_t		 at;			/* wall ms of the last save */
};
/* The ids of sessions with saved work, sorted. */
int git_salvage_list(const struct git *, struct strings *sessions, char *err, size_t errlen);
int git_salvage_read(const struct git *, const char *session_id, struct git_salvaged *, char *err,
    size_t errlen);

/*
 * merge-tree --write-tree ours theirs: 0 with tree set; 1 on conflict, with
 * the list, and tree with conflict markers; -1 on error.
 */
int git_merge_tree(const struct git *, const char *ours, const char *theirs, char tree[OID_MAX],
    struct state_conflict **, size_t *n, char *err, size_t errlen);
/* Which of the conflicts' files in tree still have the markers of merging ours and theirs. */
int git_markers(const struct git *, const char *tree, const char *ours, const char *theirs,
    const struct state_conflict *, size_t n, struct strings *paths, char *err, size_t errlen);
/* The commits of from..to, by first parents, that changed one of the conflicts' files (any file when
 * there are none); oldest first, the last GIT_TOUCHES at most. */
#define GIT_TOUCHES	20
struct git_touch { char oid[OID_MAX]; char *subject; };
int git_touching(const struct git *, const char *from, const char *to,
    const struct state_conflict *, size_t n, struct git_touch **, size_t *ntouches, char *err, size_t errlen);
void git_touches_free(struct git_touch *, size_t n);

#endif
