/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REGISTRY_H
#define ORCHESTRATOR_REGISTRY_H

/*
 * The sessions of a workspace as they are on disk.  Nothing is cached: session
 * directories and git are authoritative.
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
	bool		 alive;		/* a worker holds worker.lock */
	bool		 busy;		/* an orchestrator holds it: merging, declaring, archiving */
	bool		 paused;	/* a person holds it before its next step */
	bool		 begun;		/* it was held at some time: a worker has run */
	pid_t		 pid;		/* its holder */
	struct state	 state;		/* pending when there is no state.json yet */
	char		*error;		/* why state.json can't be read; state is zero then */
};
struct entries { struct entry *v; size_t n; };

/* Loads one session directory.  0, or -1 when it is not one (or is gone). */
int entry_load(struct entry *, const char *path, bool archived);
void entry_release(struct entry *);
/* Sets alive, busy, begun and pid from the lock in an open session directory: 0, or -1 with errno when the file
 * is not a lock.  Never call it (nor entry_load) while this process holds the lock. */
int entry_probe(struct entry *, int sessionfd);
/* The item's id from a session's id; false when there is none. */
bool entry_item(const char *session, char *item, size_t len);
/* Is the status live, but no process is working on it?  The worker died, or was never started (!begun). */
bool entry_dead(const struct entry *);	/* pure */
/* When it was first approved (wall ms), 0 if never.  Merges follow this order. */
int64_t entry_approved_at(const struct entry *);	/* pure */
/* Has merge anything to do: is it approved, its merge begun, or is it merged but not archived? */
bool entry_mergeable(const struct entry *);	/* pure */
/* All sessions of the current instance, oldest first (created_at, then id); with archived also those in every
 * instance's archive. */
int registry_load(struct orch *, bool archived, struct entries *);
/* The same with archives, but without the sessions there that ended before this time (wall ms); returns how many. */
size_t registry_load_since(struct orch *, int64_t since, struct entries *);
/* Adds the discarded sessions of all instances.  The directory DISCARDED keeps their records. */
#define DISCARDED	"discarded"
void registry_add_discarded(struct orch *, struct entries *);
bool entry_discarded(const struct entry *);	/* pure */
void entries_release(struct entries *);
/* Calls fn for each session directory in dir (isolated-sessions or archive), which may be absent.  Stops when
 * fn returns other than 0, and returns that. */
int registry_each(const char *dir, int (*fn)(void *, const char *id), void *);
/* The same for the archives of all instances, newest instance last. */
int registry_each_archive(struct orch *, int (*fn)(void *, const char *dir), void *);

/*
 * Finds one session by its id, a unique prefix of it (with or without
 * "session-"), or its item's id (the newest attempt; live before archived).
 * Prints the error (unknown: what to run; ambiguous: the candidates) and
 * returns EX_NOINPUT / EX_USAGE; 0 on success.
 */
int registry_find(struct orch *, const char *name, struct entry *);
/* The same; EX_NOINPUT, without a message, when no session matches. */
int registry_find_known(struct orch *, const char *name, struct entry *);
/* The newest attempt of an item, without messages.  -1: there is none. */
int registry_newest(struct orch *, const char *item, struct entry *);

/* The group in which it is shown: that of its status, unless it has open questions. */
enum status_group entry_group(const struct entry *);	/* pure */
const char *group_title(enum status_group);		/* "active", "with open questions", ... */

/*
 * Declares an unlocked session ended: takes its lock as "orchestrator", reads the state
 * again, and if that is still live (or approved, for cancelled), kills its remaining
 * processes and enters status with reason and detail, durably.  0 done; 1 not needed (it
 * had ended, is being merged or was archived, or a worker lives); -1 error (logged).  The
 * entry has the new state afterwards.
 */
int entry_declare(struct entry *, enum status, const char *reason, const char *detail);
/* Takes the lock of an ended session, and a descriptor of its directory: lock_take_dir().  Its worker records
 * the end before it exits, so this waits some seconds for the lock's holder. */
int entry_lock_ended(const char *path, int *fd);
/* Only waits in this way. */
void entry_await_holder(const char *path);
/* Kills the session's remaining processes (proc_kill_session); -1, logged: some are left. */
int entry_kill_tree(const struct entry *, bool crashed);
/* Saves uncommitted changes in the worktree of an ended session (refs/salvage/<id>), which is left alone; 0,
 * also when another process has the session, or -1 with the reason. */
int entry_salvage(struct orch *, const struct entry *, char *err, size_t errlen);
/*
 * Archives an ended session: salvages uncommitted work (refs/salvage/<id>), and makes the
 * worktree an ordinary one of git; remove_worktree also removes the worktree and (when
 * merged) the branch; then moves the directory to the archive and releases the claim.  For
 * a session in the archive it only removes the worktree.  0, or -1 with a one-line reason;
 * 1, with a reason, when another process has archived it meanwhile.
 */
int entry_archive(struct orch *, struct entry *, bool remove_worktree, char *err, size_t errlen);
/* The same, but keeps the claim: the item is dispatched again (claim_take gets it). */
int entry_put_away(struct orch *, struct entry *, bool remove_worktree, char *err, size_t errlen);
/* The git part of it: salvages, and unlinks or removes the worktree if it is still this session's; drops the
 * branch with it when merged.  For ended sessions only. */
bool entry_worktree_is_ours(const struct orch *, const struct entry *);
int entry_worktree_clear(struct orch *, struct entry *, bool remove, char *err, size_t errlen);

#endif
