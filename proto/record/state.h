/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_STATE_H
#define PROTO_STATE_H

/* state.json: the state of a session.  Only the holder of worker.lock writes it. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "proto/base/id.h"
#include "proto/base/strings.h"
#include "proto/session/caps.h"
#include "proto/session/role.h"
#include "proto/session/status.h"
#include "proto/session/step.h"

/* Caps; the writer cuts longer texts. */
#define STATE_MAX_NOTE		1024
#define STATE_MAX_FEEDBACK	(256u << 10)
#define STATE_MAX_CONVERSATION	256
#define STATE_MAX_MODEL		96
#define STATE_MAX_BRANCH	256
#define STATE_MAX_CHECKOUTS	64
#define STATE_MAX_CONFLICTS	1000
#define STATE_MAX_KIND		64
#define STATE_MAX_SPENT		256	/* rows; further use counts in the last one */
#define STATE_MAX_ACCOUNT	256
#define STATE_MAX_RUNS		256	/* the newest are kept */
#define STATE_MAX_USAGE		INT64_C(1000000000000000)	/* tokens, or millionths of a dollar */

struct state_change {
	int64_t		 at;		/* wall ms */
	enum status	 from, to;
	char		 reason[32];
};

struct state_conflict { char *path; char *kind; };

struct state {
	char		 session[SESSION_ID_MAX];
	char		 item[SESSION_ID_MAX];
	enum status	 status;
	enum step	 step;
	char		 reason[32];	/* died, spawn, agent-error, gate, ... "" = none */
	char		 detail[512];	/* the reason as a sentence, for people */
	char		 holder[16];	/* who wrote this: "worker" or "orchestrator" */
	pid_t		 worker_pid;	/* hints for people; only the lock is reliable */
	pid_t		 agent_pid;
	char		 boot_id[40];
	int64_t		 created_at, started_at, updated_at, ended_at;	/* wall ms, 0 = not yet */
	int64_t		 attempt;	/* attempt number of the item, from 1 */
	int64_t		 round;		/* review round, from 1 */
	int64_t		 gate_tries;	/* failures of gates in this round */
	int64_t		 runs;		/* number of the last agent run */
	int64_t		 recoveries;	/* restarts of a dead worker */
	int64_t		 agent_ms;	/* time that agents were at work, without waiting for answers */
	int64_t		 agent_since;	/* start of the current work: wall ms, 0 = none */
	struct {			/* recoveries of an agent that stalled, or whose conversation was full */
		int64_t	 attempts;
		char	 cause[32];	/* cause of the last recovery: "stalled", "broken-off" or "context-exhausted" */
		bool	 under_way;	/* no sign of life since then */
	} rescue;
	int64_t		 port;		/* the first of the session's port numbers (ports.h), 0 = it had none yet */
	int64_t		 parked_until;	/* until when the agent's account is at its limit: wall ms, 0 = it is not */
	struct {			/* the client's own screen, for a person (orchestrator attach) */
		int64_t	 count;		/* times that it was asked for, and is over */
		char	 outcome[160];	/* of the last time: why there was none, or how the client failed; "" = all went well */
	} attached;
	bool		 parked;	/* its worker has ended to wait for an answer, which starts it again */
	char		 run[16];	/* the run whose messages are read, "" = none */
	char		 role[16];	/* its role */
	char		*branch;	/* PREFIX/ITEM/ATTEMPT, without refs/heads/ */
	char		 base[OID_MAX];	/* commit where the branch began */
	char		 head[OID_MAX];	/* the imported commit: the only one that can be judged and merged */
	char		 approved[OID_MAX];	/* the head that was approved last; "" = none was */
	char		 files[OID_MAX];	/* tree of the worktree's contents at head; "" = same as head */
	char		*worktree;	/* absolute path */
	int64_t		 tasks_done, tasks_total;
	char		*note;		/* from worker progress */
	char		*blocked;	/* reason from worker blocked; NULL = not blocked */
	int64_t		 questions_open;
	struct {			/* to the implementer, from people (tell.h); not the refused ones */
		int64_t	 received;
		int64_t	 heard;		/* these are among the remarks */
	} messages;
	int64_t		 input_tokens, output_tokens, cost_microusd;
	struct state_used {		/* by role: what its conversation has used, as its client told last */
		int64_t	 input_tokens, output_tokens, cost_microusd;
	} used[ROLE_COUNT];
	struct state_spent {		/* the same tokens and cost by day, account and role */
		char	 day[16];	/* by local time: "2026-01-31" */
		char	*account;
		enum role role;
		bool	 estimated;	/* from the size of the context; the client reports no tokens */
		int64_t	 input_tokens, output_tokens, cost_microusd;
	} *spent;
	size_t		 nspent;
	struct state_run {		/* the agent runs, oldest first */
		char	 run[16];
		enum role role;
		char	 agent[64];	/* its name in the settings */
		int64_t	 started_at, ended_at;	/* wall ms; ended_at 0 = it is under way, or its worker has died */
		char	 error[32];	/* why it failed, in a word; "" = it did not */
		char	 detail[512];	/* ... as a sentence */
		char	 conversation[STATE_MAX_CONVERSATION], model[STATE_MAX_MODEL];	/* "" = the client named none */
		bool	 estimated;	/* as in spent */
		int64_t	 input_tokens, output_tokens, cost_microusd;
	} *agent_runs;
	size_t		 nagent_runs;
	char		 notice[256];	/* the level of a budget that the session reached last; "" = none */
	char		*conversation[ROLE_COUNT];	/* the agent's own session id, by role */
	char		 model[ROLE_COUNT][STATE_MAX_MODEL];	/* the model that its client named last, by role; "" = none */
	char		*feedback;	/* what the implementer is to repair next: a gate's output or findings */
	char		*remarks;	/* what people asked for beyond the item, newest last */
	struct {			/* rule 6: on disk before the target moves */
		char		 target[256];	/* full ref name; "" = no merge under way */
		char		 old[OID_MAX], new[OID_MAX];
		struct strings	 checkouts;	/* absolute paths that follow the target */
	} merging;
	char		 merged[OID_MAX];	/* the merge commit */
	int64_t		 given_back;	/* times that the session got a further round, by a merge or a command */
	int64_t		 resolves;	/* times that conflicts were given back to be resolved */
	struct {			/* what the session resolves just now */
		char		 target[OID_MAX];	/* commit to be merged in; "" = nothing */
		char		*others;	/* what was merged there, for the implementer */
	} resolving;
	struct state_conflict *conflicts;
	size_t		 nconflicts;
	struct state_change history[SESSION_MAX_HISTORY];	/* oldest first */
	size_t		 nhistory;
	struct json	*raw;
};
/* Given back to its worker by a merge or a command, and no worker has taken it up yet. */
bool state_given_back(const struct state *);
/* A further round begins with this step; the caller enters the status. */
void state_again(struct state *, enum step);
/* Adds what a person asks for to the remarks, of which the last STATE_MAX_FEEDBACK bytes are kept. */
void state_remark(struct state *, const char *);
/* A sum of tokens or cost as far as the record takes it: what agents report may be anything. */
int64_t state_usage(int64_t, int64_t more);
/* Adds to the tokens and cost of the session, and to those of a day, account and role; figures may be negative. */
void state_spend(struct state *, const struct state_spent *, const char *day, const char *account);
/* Adds the current run to agent_runs; if the array is full, drops the oldest. */
void state_run_begin(struct state *, enum role, const char *agent);
/* The last of agent_runs; NULL = there is none. */
struct state_run *state_run_last(const struct state *);
/* Ends the resolving of conflicts. */
void state_resolved(struct state *);
void state_conflicts_free(struct state *);
extern const struct record state_record;		/* member.h */
int state_parse(struct state *, const char *, size_t, char *err, size_t errlen);
char *state_text(const struct state *, size_t *len);
void state_release(struct state *);

int state_load(int sessionfd, struct state *, char *err, size_t errlen);
/* Writes state.json and sets updated_at; sync = durable.  0 or -1. */
int state_save(int sessionfd, struct state *, bool sync);

/*
 * The only function that changes a status: checks session_legal, appends to the
 * history (dropping the oldest entry), sets reason and detail (NULL = ""),
 * times and ended_at.  -1 with EINVAL and nothing changed when the transition
 * is illegal.  The caller saves (state_save with sync) and logs "old -> new".
 */
int state_enter(struct state *, enum status, const char *reason, const char *detail);

#endif
