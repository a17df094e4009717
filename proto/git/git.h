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
 * GIT_CONFIG_GLOBAL=/dev/null, GIT_OBJECT_DIRECTORY at the store it is to write
 * to and GIT_ALTERNATE_OBJECT_DIRECTORIES at those it may read, no GIT_* of the
 * caller, LC_ALL=C, no prompts.  Objects are not synced one by one: git_ref_move calls
 * syncfs(2), which covers them all, before a reference leads to them.  Only full object ids and full
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
struct strings;

#define GIT_ERR		1024

struct git_repo {		/* a user's repository, found once */
	char	*common;	/* absolute path of the common git directory */
	char	*gitdir;	/* of the checkout it was found from; NULL = common */
	char	*objects;	/* its object directory */
	char	*top;		/* the main checkout, NULL when bare */
	char	 format[8];	/* sha1 or sha256 */
	size_t	 hexlen;	/* 40 or 64 */
	bool	 shallow;
	char	*author_name, *author_email;	/* of the repository's user, or the stated fallback */
	bool	 author_fallback;
	char	*excludes;	/* core.excludesFile of the user, or NULL */
	char	*worktree_config; /* core.fileMode, core.sharedRepository and the like as configuration lines, "" */
	char	*inherited;	/* its remotes without credentials, filters and LFS settings as configuration, "" */
	char	*conversion;	/* the setting that converts line endings ("core.autocrlf"), or NULL */
	char	*lfs;		/* where Git LFS keeps its objects */
	char	*attributes;	/* core.attributesFile of the user */
	bool	 filters;	/* it, or its user, has configured one */
};
/* From any directory inside it. Errors say: not a git repository, no commit yet,
 * git older than 2.38, reftable, ... */
int git_repo_open(struct git_repo *, const char *dir, char *err, size_t errlen);
/* The same from a common directory that is already known (no discovery). */
int git_repo_open_common(struct git_repo *, const char *common, char *err, size_t errlen);
void git_repo_release(struct git_repo *);
/* Is this git 2.38 or later? One process; 0, or -1 with the reason in err. */
int git_version_check(char *err, size_t errlen);
/* A full object id of the repository's format; a ref name that git may be given. */
bool git_oid_valid(const struct git_repo *, const char *);
bool git_ref_valid(const char *ref);

struct git_change;
struct git {			/* a safe directory, and what it works on */
	const struct git_repo *repo;
	char	*dir;		/* the safe bare directory */
	char	*objects;	/* GIT_OBJECT_DIRECTORY: where new objects go */
	char	*alternates;	/* one more object directory to read from, or NULL */
	char	*worktree;	/* GIT_WORK_TREE or NULL */
	char	*index;		/* GIT_INDEX_FILE or NULL */
	/*
	 * Of a worktree whose files are not what is committed of them, since filters (gitattributes(5)) convert
	 * them.  files: the tree that it held, as it is, when it was that of at; only what differs from files has
	 * changed.  NULL or "" = it held what at has.  filters: those count that the repository or its user has.
	 * Trees that hold such files are in a store of the safe directory (git_apart).
	 */
	const char *files, *at;
	bool	 filters;
};
/* Makes (if absent; idempotent, complete again after a crash) a bare git directory
 * by hand: HEAD, config, objects/, refs/, info/exclude copied from the repository. */
int git_safe_make(const struct git_repo *, const char *dir, char *err, size_t errlen);
/*
 * Git directories of a session beside that one, made or brought back: HEAD at branch, which points at commit
 * wherever it was moved to, the identity of the repository's user, the repository's objects as alternates, its
 * tags, and target, a branch of it (NULL = none), here and at remotes.
 *
 * The first is for a run that writes there: remotes without credentials, filters and LFS settings of the
 * repository too, its info/attributes, and nothing is signed.  The second is for who reads, also outside any confinement: whatever
 * git would run or obey there that is not ours is removed.
 */
int git_private_make(const struct git_repo *, const char *dir, const char *branch, const char *commit,
    const char *target, char *err, size_t errlen);
int git_outside_make(const struct git_repo *, const char *dir, const char *branch, const char *commit,
    const char *target, char *err, size_t errlen);
/* While begin, until it is called with false: the first one, which a run writes, has no other configuration and
 * attributes than that. */
int git_private_plain(const struct git_repo *, const char *dir, bool begin, char *err, size_t errlen);
/* Entries of an index file, in its order. */
struct index_entry {
	char		 path[4096];
	unsigned	 mode, stage;
	char		 oid[OID_MAX];
	unsigned	 ctime, mtime, mtime_ns, ino, size;
	bool		 skip_worktree, assume_valid, intent_to_add;
	size_t		 at;		/* where it begins in the file */
};
/* Calls fn for each entry; -1 with err when the file can't be understood. An absent one is empty. */
int index_walk(const char *file, size_t hexlen, struct stat *st,
    void (*fn)(const struct index_entry *, void *), void *arg, char *err, size_t errlen);
/* Gives dir a copy of g's index.  outside: submodules are marked in it so that no git goes into one, where an
 * agent may have made a repository (skip-worktree). */
int git_index_give(const struct git *, const char *dir, bool outside, char *err, size_t errlen);

/* Flushes the file system that path is on. */
int git_sync(const char *path, char *err, size_t errlen);
/* Runs git ARGV... in g. in/inlen on standard input; *out captured when not NULL. *status is the
 * exit status (for those who expect 1); NULL: non-zero is an error. */
int git_run(const struct git *, const char *const argv[], const void *in, size_t inlen,
    char **out, size_t *outlen, int *status, char *err, size_t errlen);

/* Refs of the real repository. ref is a full name. */
/* oid is "" when it is absent. */
int git_ref_read(const struct git_repo *, const char *ref, char oid[OID_MAX], char *err,
    size_t errlen);
/* Compare-and-swap; old "" = must not exist; new "" = delete. Durable: syncfs before, reference and
 * its directory fsync. errno is EAGAIN when the reference was not at old ("... moved meanwhile"). */
int git_ref_move(const struct git_repo *, const char *ref, const char *new, const char *old,
    const char *message, char *err, size_t errlen);
/* Makes sure that what the reference says is on disk: after a git_ref_move that failed when it had
 * moved already. */
int git_ref_sync(const struct git_repo *, const char *ref, char *err, size_t errlen);
/*
 * Removes the lock of a file of the repository (a path below its common directory) that a git
 * which was killed, or a power loss, has left: ours (the same user), open in no process, while no
 * git works in the repository.  One that a git may still have stays.
 */
void git_lock_left(const struct git_repo *, const char *name);
/* All that the move of a reference takes: its own, that of HEAD and of packed-refs. */
void git_locks_left(const struct git_repo *, const char *ref);
/* The branch (full ref name) checked out where the repository was found; "" when detached. */
int git_head_branch(const struct git_repo *, char *ref, size_t len, char *err, size_t errlen);

/* Reads HEAD of an agent's private git directory by hand, trusting nothing
 * (openat2 RESOLVE_BENEATH|NO_SYMLINKS; loose ref or packed-refs). */
int git_private_head(const struct git_repo *, const char *dir, char oid[OID_MAX],
    char *err, size_t errlen);
/* References below prefix ("refs/heads/") of a git directory, loose ones and packed ones, in the order of their
 * names if all are loose; what is no file that holds an object id is passed over.  distrust: no link is followed. */
struct git_refs {
	struct git_ref { char *name, oid[OID_MAX]; } *v;
	size_t	n;
};
int git_refs_list(int dirfd, const char *prefix, size_t hexlen, bool distrust, struct git_refs *, char *err,
    size_t errlen);
void git_refs_free(struct git_refs *);
/* What the stash of an agent's private git directory holds, "" = nothing; trusting as little. */
int git_private_stash(const struct git_repo *, const char *dir, char oid[OID_MAX], char *err, size_t errlen);

/* Worktrees. */
/* What worktree add --no-checkout --no-track -b branch path base does, by hand (metadata) and by
 * a compare-and-swap (the branch, a short name, must not exist): safe for many at once. */
int git_worktree_add(const struct git_repo *, const char *path, const char *branch, const char *base,
    char *err, size_t errlen);
/* Points the worktree's .git file at gitdir, remembering nothing. */
int git_worktree_link(const char *worktree, const char *gitdir, char *err, size_t errlen);
/* Removes what one that was killed while it wrote the .git file has left beside it. */
void git_worktree_tidy(const char *worktree);
/* Is there nothing in it but, maybe, the .git file, or the beginning of one?  1; 0; -1 with errno. */
int git_worktree_empty(const char *worktree);
/* Is path a worktree of the repository, on that branch? */
bool git_worktree_is(const struct git_repo *, const char *path, const char *branch);
/* Points it back at the repository's metadata for it (found by path) and refreshes that index to head. */
int git_worktree_unlink(const struct git_repo *, const char *worktree, char *err, size_t errlen);
/* Renames the worktree aside (to trash, a path on the same file system) and drops its
 * metadata. The caller removes trash. */
int git_worktree_remove(const struct git_repo *, const char *worktree, const char *trash,
    char *err, size_t errlen);

/* Content; all with g->worktree and g->index set. */
/* read-tree -u --reset; untracked files that are not ignored go too when they are in the way. */
int git_checkout(const struct git *, const char *oid, char *err, size_t errlen);
/* read-tree --reset: the index alone. An ignored file that is in oid is a tracked one from then on. */
int git_index_at(const struct git *, const char *oid, char *err, size_t errlen);
/*
 * What add -A (everything not ignored) and write-tree do: tree = the worktree's tree now.  What can't
 * be committed is an error that names it and says what to do, with the code FAULT_WORK (fault.h): nested
 * repositories, pipes, sockets and devices, files that are too large or too many, and what would hang git.
 */
int git_tree_of_worktree(const struct git *, char tree[OID_MAX], char *err, size_t errlen);
/* The same of what can be; left (or NULL) are the paths of the rest.  What would hang git is removed. */
int git_tree_of_rest(const struct git *, struct strings *left, char tree[OID_MAX], char *err, size_t errlen);
/* A copy of g that reads the store of such trees, too, and writes there; git_apart_free. */
struct git git_apart(const struct git *);
void git_apart_free(struct git *);
/* Is there such a store?  There is once a path with a filter has differed from the index. */
bool git_is_apart(const struct git *);
/* The tree that the index says, as it is (git.files). */
int git_index_tree(const struct git *, char tree[OID_MAX], char *err, size_t errlen);
/* The tree onto, with the changes. */
int git_tree_with(const struct git *, const char *onto, const struct git_change *, size_t n, char tree[OID_MAX],
    char *err, size_t errlen);
/* The tree onto, with what is different in to from from. */
int git_tree_move(const struct git *, const char *onto, const char *from, const char *to, char tree[OID_MAX],
    char *err, size_t errlen);
/* Those entries of an index file, a copy of g's, that are different in to from from become what to has: the files
 * that g's index knows count as what they are now. */
int git_index_move(const struct git *, char *index, const char *from, const char *to, char *err, size_t errlen);
/* Entries of what has changed become what they were, as if never looked at; of what is gone there is none. */
int git_index_undo(const struct git *, const struct git_change *, size_t n, char *err, size_t errlen);
/* A tree of the worktree that is apart, in the repository: what it has changed of commit is read once more. */
int git_tree_keep(const struct git *, const char *commit, char tree[OID_MAX], char *err, size_t errlen);
/* Those of paths that a filter converts (g->filters). */
int git_filtered(const struct git *, const struct strings *paths, struct strings *filtered, char *err,
    size_t errlen);
/* Adds each .git below the top that is beside files of the index: git lists none of these, and takes what they are
 * in for another repository when it stands there. */
int git_nested(const struct git *, struct strings *found, char *err, size_t errlen);
/* Removes paths from the worktree. */
int git_remove(const struct git *, const struct strings *paths, char *err, size_t errlen);
/* Does the worktree differ from its index?  The paths that were changed or removed; *extra = files beside them that
 * are not ignored, or pipes, sockets or devices, ignored or not. */
int git_changed(const struct git *, struct strings *paths, bool *extra, char *err, size_t errlen);
/* What git ignores there, directories as one, at most max of them. */
int git_ignored(const struct git *, size_t max, struct strings *paths, char *err, size_t errlen);
int git_commit_tree(const struct git *, const char *tree, const char *const parents[], size_t nparents,
    const char *message, char oid[OID_MAX], char *err, size_t errlen);
int git_tree_of(const struct git *, const char *commit, char tree[OID_MAX],
    char *err, size_t errlen);
/* 1, 0, or -1 when git can't tell: what follows from "no" must not follow from that. */
int git_ancestor(const struct git *, const char *ancestor, const char *commit, char *err,
    size_t errlen);
bool git_is_ancestor(const struct git *, const char *ancestor, const char *commit);
/* Paths that differ, NUL-less strings, gitlinks marked: for checks and messages. */
struct git_change {
	char		*path;
	unsigned	 old_mode, new_mode;	/* 0 = absent; 0160000 = gitlink */
	char		 old_oid[OID_MAX], new_oid[OID_MAX];
	char		 status;		/* A, D, M, T */
};
int git_diff(const struct git *, const char *from, const char *to, struct git_change **, size_t *n,
    char *err, size_t errlen);
void git_changes_free(struct git_change *, size_t n);
/* The diff as text for reviewers, at most max bytes (then a note that says so). */
int git_diff_text(const struct git *, const char *from, const char *to, size_t max, char **out,
    char *err, size_t errlen);
int git_log_text(const struct git *, const char *from, const char *to, size_t max, char **out,
    char *err, size_t errlen);
/* A line each: short id and subject. */
int git_log_lines(const struct git *, const char *from, const char *to, size_t max, char **out,
    char *err, size_t errlen);
/* Their messages alone. */
int git_log_messages(const struct git *, const char *from, const char *to, size_t max, char **out,
    char *err, size_t errlen);

/* Has an object directory that an agent wrote nothing but directories and files? 0 or -1. */
int git_store_check(const char *objects, char *err, size_t errlen);
/*
 * Imports commit (from objects in `from`, an object directory an agent wrote)
 * into the repository: checked strictly, descends from base, no new nested
 * repositories; durable (syncfs).  Objects already there are not copied.  merged
 * (or NULL) is a commit whose content was merged in: what it has nested is not new.
 */
int git_import(const struct git *, const char *from, const char *base, const char *merged,
    const char *commit, char *err, size_t errlen);
/* The same for a commit that is only to be saved: whatever it descends from, which *descends says of base, and
 * whatever it has nested. */
int git_import_any(const struct git *, const char *from, const char *base, const char *commit, bool *descends,
    char *err, size_t errlen);

/* A pointer of Git LFS, which stands for a file. */
struct git_lfs_pointer {
	char	 oid[65];	/* SHA-256 */
	int64_t	 size;
};
bool git_lfs_pointer(const char *text, size_t len, struct git_lfs_pointer *);
/* Is dirfd/name the file that it stands for?  0; 1: no; -1 with errno. */
int git_lfs_is(int dirfd, const char *name, const struct git_lfs_pointer *);
/* Copies what pointers in base..commit, which the repository has, stand for from the git directory from, which an
 * agent wrote: regular files that hold what their names say. */
int git_lfs_take(const struct git *, const char *from, const char *base, const char *commit, char *err,
    size_t errlen);

/*
 * Where base..commit comes from.  What it has taken in of the branch target since is no part of the work, but what the
 * work is to be compared with: *base becomes the last commit of that.  Commits of any other branch (but own, and those of
 * other attempts at the item) would count as merged, whatever of their content it has: -1 with FAULT_WORK.
 */
int git_history(const struct git *, const char *commit, const char *own, const char *target, char base[OID_MAX],
    char *err, size_t errlen);

/* Saves the worktree's state, as far as it can be committed, when it differs from commit, as a commit on top of it at
 * refs/salvage/<session-id> of the repository (the previous salvage as second
 * parent), without touching index or worktree. *saved says whether there was anything. */
int git_salvage(const struct git *, const char *session_id, const char *commit, bool *saved,
    char *err, size_t errlen);
/* The same, with the paths that can't be saved (nested repositories, large files) in left. */
int git_salvage_most(const struct git *, const char *session_id, const char *commit, bool *saved, struct strings *left,
    char *err, size_t errlen);
/* Saves commits that are in the repository and that nothing leads to there, as parents of a commit on top of
 * commit with the tree of the first. */
#define GIT_SALVAGE_TIPS	12
int git_salvage_commits(const struct git *, const char *session_id, const char *commit, const struct strings *tips,
    char *err, size_t errlen);
/* The paths in which the worktree differs from commit; what is ignored is none, and what can't be committed is in left.
 * quick: the index is at commit, and where nothing differs from it one process is enough, which reads
 * no file. */
int git_worktree_differs(const struct git *, const char *commit, bool quick, struct strings *paths,
    struct strings *left, char *err, size_t errlen);
struct git_salvaged {
	char		 commit[OID_MAX];	/* what was saved */
	char		 parent[OID_MAX];	/* the commit on which it lay */
	int64_t		 at;			/* wall ms, of the last time */
};
/* The ids of sessions that have something saved, in order. */
int git_salvage_list(const struct git *, struct strings *sessions, char *err, size_t errlen);
int git_salvage_read(const struct git *, const char *session_id, struct git_salvaged *, char *err,
    size_t errlen);

/*
 * merge-tree --write-tree ours theirs: 0 with tree set; 1 conflict with the
 * list, and tree as it is with conflict markers in it; -1 error.
 */
int git_merge_tree(const struct git *, const char *ours, const char *theirs, char tree[OID_MAX],
    struct state_conflict **, size_t *n, char *err, size_t errlen);
/* Which of the conflicts' files in tree still have the markers that merging ours and theirs made. */
int git_markers(const struct git *, const char *tree, const char *ours, const char *theirs,
    const struct state_conflict *, size_t n, struct strings *paths, char *err, size_t errlen);
/* The commits of from..to, by first parents, that changed one of the conflicts' files; oldest
 * first, the last GIT_TOUCHES at most. */
#define GIT_TOUCHES	20
struct git_touch { char oid[OID_MAX]; char *subject; };
int git_touching(const struct git *, const char *from, const char *to,
    const struct state_conflict *, size_t n, struct git_touch **, size_t *ntouches, char *err,
    size_t errlen);
void git_touches_free(struct git_touch *, size_t n);

#endif
