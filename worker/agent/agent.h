/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_AGENT_H
#define WORKER_AGENT_H

/*
 * Agent runs.  An adapter is how one client is started, resumed and read: one
 * file adapter_NAME.c with one struct adapter, one row in adapters[] (agent_of.c)
 * and one in proto/settings/adapter.c.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/text.h"
#include "proto/session/role.h"
#include "proto/session/step.h"
#include "worker/agent/verdict.h"

struct worker;

struct agent_run {		/* one run, as an adapter sees it */
	const struct agent *agent;
	enum role	 role;
	enum step	 step;
	const char	*resume;	/* conversation to go on with, NULL = a new one */
	char		 conversation[64];	/* set by the adapter once the client has one */
	struct text	 result;	/* the agent's final words */
	bool		 ended;		/* the stream said how it ended */
	bool		 error;		/* ... and that was an error */
	bool		 lost;		/* the conversation to resume does not exist */
	bool		 judges;	/* its result is to be a ruling, by RULING_SCHEMA */
	const char	*within;	/* then: program that runs a command where it can't reach the client */
	const char	*tmp;		/* then: directory that its commands can't write */
	const char	*settings;	/* then: file with what it has of the user's; NULL = nothing */
	const char	*instructions;	/* then: file with those of the target; NULL = it has none */
	struct ruling	 ruling;
	char		 error_text[256];
	char		 last[256];	/* of a client without a stream: the last line it printed */
	bool		 full;		/* there is no room left in the conversation */
	int64_t		 parked;	/* the account is at its limit until then, wall ms; -1 = untold */
	int64_t		 input_tokens, output_tokens, cost_microusd;
};

struct adapter {
	const char	*name;
	/* Can this agent go on with a conversation (present, respond)? */
	bool		(*resumable)(const struct agent *);
	/* Do judges give their verdict as its result, and not by worker verdict?  Then what steers
	 * the client in a project is not masked (mask.h): command() tells it to load none. */
	bool		 rules;
	/* Command line for a run, and what it needs in the environment: env has what the
	 * settings say already. */
	void		(*command)(struct agent_run *, struct strings *argv, struct strings *env);
	/* Reads one line of output, renders it for people. */
	void		(*line)(void *run, const char *, size_t, struct text *out);
	/* After the end: sets error and error_text when the run failed. */
	void		(*finish)(struct agent_run *, int status);
};
extern const struct adapter adapter_command, adapter_claude;

enum agent_outcome {
	AGENT_OK,
	AGENT_ERROR,		/* the agent failed: worker_fail is set to agent-error */
	AGENT_IMPOSSIBLE,	/* spawn, a limit, stopped: worker_fail is set */
	AGENT_STALLED		/* not told by agent_go: it tries again, or it is impossible */
};

/* agent_of.c: the adapter of a name, NULL = none. */
const struct adapter *adapter_find(const char *);
/* The agent that speaks in a role; NULL when there is none. */
const struct agent *agent_of(const struct worker *, enum role);
bool agent_resumable(const struct worker *, enum role);
/* How the verdict of a role comes: CHANNEL_RESULT needs no inbox. */
enum channel agent_channel(const struct worker *, enum role);

/*
 * Runs the agent of a role for the current step with a prompt (on its standard
 * input); fresh = it must not have seen an earlier conversation.  In the end
 * w->said, w->findings, w->question and w->summarised hold what it said through
 * `worker` or by its result, and *result its final words (malloced; may be NULL to ignore).
 */
enum agent_outcome agent_go(struct worker *, enum role, const char *prompt, bool fresh, char **result);

#endif
