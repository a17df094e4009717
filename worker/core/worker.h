/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

/*
 * One session as its live worker knows it.  recover.c fills it; cmd_run.c
 * passes it through every step.
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
#include "proto/record/tell.h"
#include "proto/sandbox/sandbox.h"
#include "proto/settings/clients.h"
#include "proto/sys/watch.h"
#include "worker/core/step.h"

struct worker {
	char		 path[PATH_MAX];	/* session directory, absolute */
	int		 dirfd;
	int		 lockfd;		/* worker.lock, held for life */
	int		 portsfd;		/* the lock of its port numbers, -1 = it has none (ports.h) */
	struct watch	 watch_session, watch_answers, watch_messages;	/* their events are of the current run */
	struct item	 item;
	struct config	 config;
	struct session_limits limits;		/* limits from the settings, overridden by the item */
	struct state	 state;
	struct questions questions;
	struct tells	 tells;
	struct review	 review;
	struct git_repo	 repo;
	struct git	 git;			/* the session's safe.git, for the worktree */
	struct strings	 answers_known;		/* used files in answers/ */
	bool		 answers_scanned;
	enum sandbox_kind sandbox;		/* how its runs are confined (confine.h) */
	struct sandbox_probe probe;
	bool		 probing;		/* this is still being tested */
	bool		 lent;			/* it was logged that the worktree names the agent's git during runs */
	bool		 layered;		/* its caches are layers over the user's */
	struct {				/* the clean tree: a checkout of one commit, in which nothing else has run (clean.h) */
		char	*entry, *tree;		/* malloced; NULL = there is none */
		char	 commit[OID_MAX];
		struct git git;			/* safe.git for it; index is malloced */
		char	 files[OID_MAX];	/* its contents when filters changed files, "" = the commit */
		bool	 kept;			/* keep it when the worker ends */
		bool	 merge;			/* it belongs to a merge */
	} clean;
	struct strings	 masked;		/* paths removed from it for now (mask.h) */
	struct audit	 audit;
	char		 audited[OID_MAX];	/* the commit that was audited */
	char		 onto[OID_MAX];		/* what the imported work is compared with (git_history) */
	char		 tree[OID_MAX];		/* tree of the worktree as last computed; "" = agent code has run since */
	struct {				/* the last imported work (worktree_take) */
		char	 tree[OID_MAX];		/* tree of the commit */
		char	 files[OID_MAX];	/* the worktree's contents then, if filters make another tree of them, or "" */
	} taken;
	bool		 rebooted;		/* the machine rebooted since the state was written */
	bool		 recovered;		/* worktree_pin has not run since a crash */
	int		 stop_signal;		/* SIGTERM or SIGINT arrived: stop, stay resumable */
	bool		 cancelled;		/* the file cancel exists */
	bool		 gone;			/* the session directory was deleted */
	bool		 disk_failed;		/* a record could not be written: stop, stay resumable */
	bool		 refused;		/* a change of the status was refused: stop, and fail */

	struct {				/* the home of the run's client (home.h) */
		const struct client *client;	/* NULL = it has none */
		char	*user[CLIENT_HOMES];	/* where the user has it */
		char	*signed_in[CLIENT_HOMES];	/* the user's file with the client's sign-in */
		char	*copied[CLIENT_HOMES];	/* ... its contents, if it was copied; NULL = it is mounted */
		int	 lock;			/* ... and the lock held meanwhile */
	} home;
	struct {				/* the account of the agent that runs (account.h) */
		char	*name;			/* malloced; NULL = none yet */
		bool	 first;			/* this run goes first after a limit: ... */
		int64_t	 until;			/* ... its time, wall ms */
		int	 lock;			/* ... the lock held meanwhile */
		bool	 alone;			/* the limit can't be recorded for other sessions */
	} account;
	bool		 run_spent;		/* the last run used up its budget */
	bool		 part_spent;		/* a run of this turn has used up its part of a shared budget */
	int64_t		 left_microusd;		/* what the budgets leave for the next run; 0 = none is in dollars */
	/* The current run (empty name = none). */
	char		 run[16];
	enum role	 role;
	int		 status;	/* wait status of the last run that exited */
	bool		 inbox;			/* it has an inbox */
	bool		 wants_verdict;
	enum verdict	 said;			/* its verdict so far */
	bool		 contradicted, beside;	/* a different verdict was given as well; a message bypassed the inbox */
	char		*findings;
	char		*question;		/* question of a judge without an inbox, instead of a verdict */
	struct strings	 options;
	bool		 summarised;		/* worker summary was used */
	char		 refused_tools[128];	/* tool calls that its client refused (agent.h) */
	pid_t		 attended;		/* of the orchestrator attach that had the client's screen last; 0 = it has ended */
	bool		 messages_only;		/* the implementer runs again for messages alone */
	bool		 mute[ROLE_COUNT];	/* the role's client does not speak the protocol of its adapter */
	int64_t		 talked[ROLE_COUNT];	/* when the role's conversation began, wall ms; 0 = under an earlier worker */

	bool		 handed_back;		/* the implementer must repair this step's failure */
	char		 fail_reason[32];	/* reason of an EVENT_FAILED */
	char		 fail_detail[512];
};

/* Records why a step fails and returns EVENT_FAILED. */
enum event worker_fail(struct worker *, const char *reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failure that is not the fault of the work, such as a full disk: the worker ends, and the
 * session continues from here when it is restarted. */
enum event worker_broken(struct worker *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Either of the two, depending on the code of the last failure (fault.h). */
enum event worker_failed(struct worker *, const char *reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for an error of git.  Returns -1. */
int worker_git_failed(struct worker *, const char *err);
/* Writes review.json.  0, or -1 with the failure noted. */
int worker_review_save(struct worker *);
/*
 * The implementer left something that can't be committed; the text says where and what to do.  It is
 * handed back like a failing gate, within the same bound, beyond which the session fails with reason.
 * Returns EVENT_GATE_FAILED, and sets w->handed_back for callers that return -1.  In handback.c.
 */
enum event worker_hand_back(struct worker *, const char *reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Flushes the worktree to disk, or returns -1 like worker_broken: after a power loss an empty file would be
 * taken for the agent's work. */
int worker_sync_tree(struct worker *);

/* Logs that a record could not be written, with errno; the worker ends soon after. */
void worker_disk_failed(struct worker *, const char *name);

/* Must the worker stop, because of a signal, cancel, a change to its files, or because its session is parked?  For use
 * between runs. */
bool worker_interrupted(struct worker *);

/*
 * Changes the status (state_enter), saves it durably together with the step,
 * and logs "old -> new".  0, or -1 when the disk refuses (logged), or when the status can't follow
 * (refused): then the session fails with the reason "internal" as soon as its step ends.
 */
int worker_enter(struct worker *, enum status, const char *reason, const char *detail);
/* Saves state.json, durably or not.  Logs a failure. */
int worker_save(struct worker *, bool durable);
/* Switches between waiting and running or reviewing, by the number of open questions. */
int worker_settle(struct worker *);

/* Is a conflict with the target being resolved? */
bool worker_resolving(const struct worker *);
/* The name of the target, for people. */
const char *worker_target(const struct worker *);

/* recover.c: takes the lock and restores *w from the files.  0, or a sysexits status with the error printed;
 * EX_TEMPFAIL without a message when another worker holds the lock. */
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
/* Records an opinion before it has effects: 0 or -1. */
int record_opinion(struct worker *, enum role, const char *run, enum verdict, const char *findings, const char *how,
    int64_t at);
enum event step_person(struct worker *);		/* person.c */
enum event step_verdict(struct worker *);

#endif
