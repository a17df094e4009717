/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

/*
 * One session, as its live worker knows it.  Filled by recover.c, carried
 * through every step of cmd_run.c.
 */

#include <limits.h>
#include <stdbool.h>

#include "proto/git/audit.h"
#include "proto/git/git.h"
#include "proto/record/config.h"
#include "proto/record/item.h"
#include "proto/record/question.h"
#include "proto/record/review.h"
#include "proto/record/state.h"
#include "proto/sandbox/sandbox.h"
#include "proto/settings/clients.h"
#include "proto/sys/watch.h"
#include "worker/core/step.h"

struct worker {
	char		 path[PATH_MAX];	/* session directory, absolute */
	int		 dirfd;
	int		 lockfd;		/* worker.lock, for life */
	struct watch	 watch_session, watch_answers;	/* their events are of the run that is under way */
	struct item	 item;
	struct config	 config;
	struct session_limits limits;		/* of the settings, and of the item over them */
	struct state	 state;
	struct questions questions;
	struct review	 review;
	struct git_repo	 repo;
	struct git	 git;			/* the session's safe.git, on the worktree */
	struct strings	 answers_known;		/* files in answers/ that were used */
	bool		 answers_scanned;
	enum sandbox_kind sandbox;		/* what confines its runs (confine.h) */
	struct sandbox_probe probe;
	bool		 probing;		/* it is being found out */
	bool		 lent;			/* it was said that its worktree names the agent's git during runs */
	bool		 layered;		/* its caches are layers over the user's */
	struct {				/* a tree of one commit that nothing else has run in (clean.h) */
		char	*entry, *tree;		/* malloced; NULL = there is none */
		char	 commit[OID_MAX];
		struct git git;			/* safe.git on it; index is malloced */
		char	 files[OID_MAX];	/* what it holds when filters made other files of it, "" = the commit */
		bool	 kept;			/* it stays when the worker ends */
		bool	 merge;			/* it is the one of a merge */
	} clean;
	struct strings	 masked;		/* paths that are not in it just now (mask.h) */
	struct audit	 audit;
	char		 audited[OID_MAX];	/* the commit that it is of */
	char		 onto[OID_MAX];		/* what the work that was taken over is to be compared with (git_history) */
	char		 tree[OID_MAX];		/* the worktree's tree as last computed; "" = agent code ran since */
	struct {				/* what was taken over last (worktree_take) */
		char	 tree[OID_MAX];		/* of the commit */
		char	 files[OID_MAX];	/* what the worktree held then, if filters make another tree of it, or "" */
	} taken;
	bool		 rebooted;		/* since its state was written */
	bool		 recovered;		/* worktree_pin has not run since a crash */
	int		 stop_signal;		/* SIGTERM or SIGINT arrived: stop, stay resumable */
	bool		 cancelled;		/* the file cancel exists */
	bool		 gone;			/* the session directory was deleted */
	bool		 disk_failed;		/* a record could not be written: stop, stay resumable */

	struct {				/* the home of its client (home.h) */
		const struct client *client;	/* NULL = it has none */
		char	*user[CLIENT_HOMES];	/* where its user has it */
		char	*signed_in[CLIENT_HOMES];	/* the user's file that its client is signed in by */
		char	*copied[CLIENT_HOMES];	/* ... what was in it, if that was copied; NULL = it is mounted */
		int	 lock;			/* ... and held meanwhile */
	} home;
	/* The run that is being heard (empty run name = none). */
	char		 run[16];
	enum role	 role;
	int		 status;	/* wait status of the last run that exited */
	bool		 inbox;			/* it has one */
	bool		 wants_verdict;
	enum verdict	 said;			/* its verdict so far */
	bool		 contradicted, beside;	/* by another one; something went around the inbox */
	char		*findings;
	char		*question;		/* of a judge without an inbox, instead of a verdict */
	struct strings	 options;
	bool		 summarised;		/* worker summary was used */

	bool		 handed_back;		/* this step's failure is for the implementer to repair */
	char		 fail_reason[32];	/* of an EVENT_FAILED */
	char		 fail_detail[512];
};

/* Records why a step fails and returns EVENT_FAILED. */
enum event worker_fail(struct worker *, const char *reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for what nobody's work is at fault of, such as a full disk: the worker ends, and the session
 * goes on from here when it is started again. */
enum event worker_broken(struct worker *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* One or the other, by the code of the last failure (fault.h). */
enum event worker_failed(struct worker *, const char *reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * What the implementer left can't be committed: its text says where and what to do.  It is given back as a
 * failing gate is, within the same bound, beyond which the session fails for reason.  Returns
 * EVENT_GATE_FAILED, and w->handed_back is set for who returns -1.  handback.c
 */
enum event worker_hand_back(struct worker *, const char *reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What is in the worktree is on disk, or -1 as worker_broken: after a power loss a file that is
 * empty would be taken for the agent's work. */
int worker_sync_tree(struct worker *);

/* Logs that a record could not be written, with errno; the worker ends soon after. */
void worker_disk_failed(struct worker *, const char *name);

/* Is it to stop, by a signal, cancel, or what happened to its files? Between runs. */
bool worker_interrupted(struct worker *);

/*
 * Changes the status (state_enter), saves durably, logs "old -> new". The step
 * is saved with it. 0, or -1 when the disk refuses (logged).
 */
int worker_enter(struct worker *, enum status, const char *reason, const char *detail);
/* Saves state.json; durable or not. Logs a failure. */
int worker_save(struct worker *, bool durable);
/* waiting <-> running or reviewing, by the number of open questions. */
int worker_settle(struct worker *);

/* Is a conflict with the target being resolved? */
bool worker_resolving(const struct worker *);
/* The name of the target, for people. */
const char *worker_target(const struct worker *);

/* recover.c: takes the lock and brings *w to where the files say it is. 0, or a
 * sysexits status with the error printed; EX_TEMPFAIL without a word when
 * another worker holds the lock. */
int worker_open(struct worker *, const char *dir, bool detach);
void worker_close(struct worker *);

/* The steps: each returns the event for step_next. */
enum event step_setup(struct worker *);		/* setup.c */
enum event step_resolve(struct worker *);	/* resolve.c */
enum event step_implement(struct worker *);	/* implement.c */
enum event step_commit(struct worker *);
enum event step_gates(struct worker *);		/* gate.c; also regate */
enum event step_summary(struct worker *);	/* implement.c */
enum event step_present(struct worker *);	/* council.c */
enum event step_review(struct worker *);
enum event step_respond(struct worker *);
enum event step_decide(struct worker *);
enum event step_verdict(struct worker *);

#endif
