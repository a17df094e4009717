/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REGISTRY_H
#define ORCHESTRATOR_REGISTRY_H

/*
 * The sessions of a workspace as they are on disk.  Nothing is cached: session
 * directories and git are the truth.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "proto/record/state.h"

struct orch;

struct entry {
	char		 id[SESSION_ID_MAX];
	char		*path;		/* session directory */
	bool		 archived;
	bool		 alive;		/* worker.lock is held by a worker */
	bool		 busy;		/* it is held by an orchestrator: merging, declaring, archiving */
	bool		 begun;		/* it was held at some time: a worker has run */
	pid_t		 pid;		/* its holder */
	struct state	 state;		/* pending when there is no state.json yet */
	char		*error;		/* state.json can't be read: why; state is zero then */
};
struct entries { struct entry *v; size_t n; };

/* Loads one session directory. 0, or -1 when it is none (or is gone). */
int entry_load(struct entry *, const char *path, bool archived);
void entry_release(struct entry *);
/* Sets alive, busy, begun and pid from the lock in an open session directory: 0, or -1 with
 * errno when that is no lock.  Never call it (nor entry_load) while this process holds it. */
int entry_probe(struct entry *, int sessionfd);
/* The item's id in a session's id; false when it is none. */
bool entry_item(const char *session, char *item, size_t len);
/* A live status with nobody at it: the worker died, or was never started (!begun). */
bool entry_dead(const struct entry *);	/* pure */
/* When it was approved for the first time (wall ms), 0 if never: the order of the merges. */
int64_t entry_approved_at(const struct entry *);	/* pure */
/* Has merge something to do: approved, a merge begun, or merged and not put away. */
bool entry_mergeable(const struct entry *);	/* pure */
/* All sessions of the current instance, oldest first (created_at, then id); of
 * every instance's archive too when archived is true. */
int registry_load(struct orch *, bool archived, struct entries *);
void entries_release(struct entries *);
/* Calls fn for each session directory in dir (one of isolated-sessions, archive); an
 * absent dir has none. Stops when fn returns other than 0, and returns that. */
int registry_each(const char *dir, int (*fn)(void *, const char *id), void *);
/* Same for the archives of all instances, newest instance last. */
int registry_each_archive(struct orch *, int (*fn)(void *, const char *dir), void *);

/*
 * Finds one session by its id, a unique prefix of it (with or without
 * "session-"), or its item's id (the newest attempt; live before archived).
 * Prints the error (unknown: what to run; ambiguous: the candidates) and
 * returns EX_NOINPUT / EX_USAGE; 0 on success.
 */
int registry_find(struct orch *, const char *name, struct entry *);
/* The newest attempt of an item, in silence. -1: there is none. */
int registry_newest(struct orch *, const char *item, struct entry *);

/* In which it is shown: its status's, unless it has open questions. */
enum status_group entry_group(const struct entry *);	/* pure */
const char *group_title(enum status_group);		/* "active", "with open questions", ... */

/*
 * Declares an unlocked session ended: takes its lock as "orchestrator", reads the
 * state again, and if it is still live (or approved, for cancelled), kills what is
 * left of its processes and enters status with reason and detail, durably. 0 done;
 * 1 not needed (it had ended, is being merged or was put away, or a worker lives); -1 error
 * (logged).  The entry's state is the new one afterwards.
 */
int entry_declare(struct entry *, enum status, const char *reason, const char *detail);
/* The lock of a session that is over, and the descriptor of its directory: lock_take_dir().  Its worker
 * says that it is over before it leaves: the holder of the lock is waited for, some seconds. */
int entry_lock_ended(const char *path, int *fd);
/* That waiting alone. */
void entry_await_holder(const char *path);
/* Kills what is left of the session's processes (proc_kill_session); -1, told: some live on. */
int entry_kill_tree(const struct entry *, bool crashed);
/* Saves what is uncommitted in the worktree of an ended session (refs/salvage/<id>), which stays as
 * it is; 0, also when another process has the session, or -1 with the reason. */
int entry_salvage(struct orch *, const struct entry *, char *err, size_t errlen);
/*
 * Moves an ended session out of the way: salvages uncommitted work
 * (refs/salvage/<id>), gives the worktree back to git; remove_worktree also
 * removes worktree and (when merged) branch; then archives the directory and drops
 * the claim.  Of one in the archive only the worktree is removed.  0, or -1 with a one-line
 * reason; 1, with that, when another process has put it away meanwhile.
 */
int entry_archive(struct orch *, struct entry *, bool remove_worktree, char *err, size_t errlen);
/* The same, but the claim stays: the item is to be dispatched again (claim_take gets it). */
int entry_put_away(struct orch *, struct entry *, bool remove_worktree, char *err, size_t errlen);
/* The part of it that concerns git: salvages and gives back or removes the worktree if it is
 * still this session's; drops the branch with it when merged. For ended sessions only. */
bool entry_worktree_is_ours(const struct orch *, const struct entry *);
int entry_worktree_clear(struct orch *, struct entry *, bool remove, char *err, size_t errlen);

#endif
