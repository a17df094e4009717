/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_AGENT_H
#define WORKER_AGENT_H

/*
 * Agent runs.  An adapter defines how one client is started, resumed and read: a
 * file adapter_NAME.c with one struct adapter, and a row in adapters[] (agent_of.c);
 * the row of the client in proto/settings/clients.c says that it has an adapter.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/text.h"
#include "proto/session/role.h"
#include "proto/session/step.h"
#include "worker/agent/verdict.h"

struct worker;

struct agent_run {		/* one run as seen by an adapter */
	const struct agent *agent;
	enum role	 role;
	enum step	 step;
	const char	*resume;	/* conversation to continue, NULL = a new one */
	char		 conversation[64];	/* set by the adapter once the client has one */
	struct text	 result;	/* the agent's final words */
	bool		 ended;		/* the stream said that the run ended */
	bool		 error;		/* ... and that was an error */
	bool		 lost;		/* the conversation to resume does not exist */
	bool		 judges;	/* its result must be a ruling, by RULING_SCHEMA */
	const char	*within;	/* for a judge: program that runs a command where it can't reach the client */
	const char	*tmp;		/* for a judge: directory that its commands can't write */
	const char	*settings;	/* for a judge: file with the user's settings for it; NULL = none */
	const char	*instructions;	/* for a judge: file with the target's instructions; NULL = none */
	struct ruling	 ruling;
	char		 error_text[256];
	char		 last[256];	/* for a client without a stream: its last line of output */
	bool		 full;		/* there is no room left in the conversation */
	int64_t		 parked;	/* the account is at its limit until then, wall ms; -1 = unknown */
	int64_t		 input_tokens, output_tokens, cost_microusd;
};

struct adapter {
	const char	*name;
	/* Can this agent continue a conversation (present, respond)? */
	bool		(*resumable)(const struct agent *);
	/* Do judges give their verdict as their result, and not by worker verdict?  Then the files of a project
	 * that steer the client are not masked (mask.h): command() tells the client to load none. */
	bool		 rules;
	/* Sets the command line for a run and the environment it needs; env has the settings already. */
	void		(*command)(struct agent_run *, struct strings *argv, struct strings *env);
	/* Reads one line of output, and renders it for people. */
	void		(*line)(void *run, const char *, size_t, struct text *out);
	/* Called at the end: sets error and error_text when the run failed. */
	void		(*finish)(struct agent_run *, int status);
};
extern const struct adapter adapter_command, adapter_claude;

enum agent_outcome {
	AGENT_OK,
	AGENT_ERROR,		/* the agent failed: worker_fail is set to agent-error */
	AGENT_IMPOSSIBLE,	/* spawn, a limit, stopped: worker_fail is set */
	AGENT_STALLED		/* never returned by agent_go, which tries again or returns AGENT_IMPOSSIBLE */
};

/* agent_of.c: the adapter with a name, NULL = none. */
const struct adapter *adapter_find(const char *);
/* The agent for a role; NULL when there is none. */
const struct agent *agent_of(const struct worker *, enum role);
bool agent_resumable(const struct worker *, enum role);
/* How a role gives its verdict: CHANNEL_RESULT needs no inbox. */
enum channel agent_channel(const struct worker *, enum role);

/*
 * Runs the agent of a role for the current step with a prompt (on its standard input);
 * fresh = without an earlier conversation.  At the end w->said, w->findings, w->question
 * and w->summarised hold what it reported through `worker` or in its result, and *result
 * its final words (malloced; may be NULL to ignore).
 */
enum agent_outcome agent_go(struct worker *, enum role, const char *prompt, bool fresh, char **result);

#endif
