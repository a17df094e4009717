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
#include "proto/record/state.h"
#include "proto/session/role.h"
#include "proto/session/step.h"
#include "worker/agent/verdict.h"
#include "worker/run/talk.h"

struct worker;

struct agent_run {		/* one run as seen by an adapter */
	const struct agent *agent;
	enum role	 role;
	enum step	 step;
	const char	*resume;	/* conversation to continue, NULL = a new one */
	char		 conversation[STATE_MAX_CONVERSATION];	/* set by the adapter once the client has one */
	char		 model[STATE_MAX_MODEL];	/* that the client named; "" = none */
	struct text	 result;	/* the agent's final words */
	bool		 ended;		/* the stream said that the run ended */
	bool		 error;		/* ... and that was an error */
	bool		 lost;		/* the conversation to resume does not exist */
	bool		 mute;		/* the client does not speak the adapter's protocol */
	bool		 judges;	/* its result must be a ruling, by RULING_SCHEMA */
	struct talk	 talk;		/* for an adapter with begin(): its standard input */
	void		*own;		/* the adapter's own state, malloced without more below it */
	const char	*prompt;	/* what to do */
	char		*words;		/* for an adapter that tells: a person's messages, malloced; NULL = none */
	enum { WORDS_KEPT, WORDS_SENT, WORDS_HEARD, WORDS_BACK } passed;	/* set by the adapter: BACK = they wait for the next turn */
	const char	*dir;		/* its current directory, absolute */
	struct strings	 server;	/* variables of its tool server (server.h); empty = it has none */
	const char	*within;	/* for a judge: program that runs a command where it can't reach the client */
	const char	*tmp;		/* for a judge: directory that its commands can't write */
	const char	*settings;	/* for a judge: file with the user's settings for it; NULL = none */
	const char	*instructions;	/* for a judge: file with the target's instructions; NULL = none */
	struct ruling	 ruling;
	char		 error_text[256];
	char		 refused[128];	/* calls that the client refused: "2 tool calls: Bash, Write"; "" = none */
	char		 last[256];	/* for a client without a stream: its last line of output */
	bool		 printed;	/* the client has printed something */
	bool		 heard;		/* the model has answered */
	bool		 full;		/* there is no room left in the conversation */
	bool		 broken;	/* the run broke off, and its conversation can go on */
	bool		 down;		/* ... because the service failed: the next run comes after a pause */
	bool		 stop;		/* nothing more is expected of the client: it is ended */
	int		 vain;		/* requests in a row without a result */
	size_t		 shown;		/* bytes of result already shown, for words that come in pieces */
	bool		 said;		/* ... and that message is over */
	int64_t		 parked;	/* the account is at its limit until then, wall ms; -1 = unknown */
	int64_t		 input_tokens, output_tokens, cost_microusd;	/* as the client reports them for the run */
	bool		 cumulative;	/* these are of the whole conversation, not of this run */
	bool		 costs_all;	/* the cost alone is */
	int64_t		 seen_input, seen_output;	/* tokens of its responses, until the client reports those of the run */
	int64_t		 beside_input, beside_output;	/* tokens of other conversations, which the client began in this run */
	bool		 estimated;	/* the tokens are the sizes of the context */
	bool		 partial;	/* the stream has the tokens of each response */
	char		 response[64];	/* id of the last response that was counted */
	int		 calls;		/* tools that run */
	bool		 between;	/* between two responses, with no tool running: a safe point to end it */
	bool		 spent;		/* a budget is spent: the run ends at its next safe point ... */
	bool		 over;		/* ... by the client itself, which says that it has used up left_microusd */
	bool		 cut;		/* ... and was ended there */
	int64_t		 left_microusd;	/* what the budgets leave for the run; 0 = none is in dollars */
	/* of usage.h and budget.h */
	bool		 counting;
	struct state_used had, counted;	/* figures of its conversation before, and of this run so far */
	char		*account;	/* malloced */
};

struct adapter {
	const char	*name;
	/* Can this agent continue a conversation (present, respond)?  NULL = it always can. */
	bool		(*resumable)(const struct agent *);
	/* Do judges give their verdict as their result, and not by worker verdict?  Then the files of a project
	 * that steer the client are not masked (mask.h): command() tells the client to load none. */
	bool		 rules;
	/* The adapter to use if the client does not speak this one's protocol (run->mute); NULL = none. */
	const struct adapter *instead;
	bool		 tells;		/* does it pass messages on during a turn? */
	bool		 speaks;	/* is an implementer's result its final message, which may be a question? */
	/* Sets the command line for a run and the environment it needs; env has the settings already. */
	void		(*command)(struct agent_run *, struct strings *argv, struct strings *env);
	/* Says the first words to a client that is spoken to while it runs; NULL = it gets the prompt on its
	 * standard input. */
	void		(*begin)(struct agent_run *);
	/* Called at any time while run->words is set: sends the words if the client accepts them now; NULL = words
	 * are sent when a line is read. */
	void		(*tell)(struct agent_run *);
	/* Reads one line of output, and renders it for people. */
	void		(*line)(void *run, const char *, size_t, struct text *out);
	/* Before the client's own screen opens in dir: changes its private home, whose variable is in env, and adds options
	 * after those of its row (clients.h), so that it asks a person nothing first.  NULL = nothing is to be done. */
	void		(*screen)(struct strings *argv, const struct strings *env, const char *dir);
	/* Called at the end: sets error and error_text when the run failed. */
	void		(*finish)(struct agent_run *, int status);
};
extern const struct adapter adapter_acp, adapter_command, adapter_claude, adapter_codex, adapter_codex_exec, adapter_gemini,
    adapter_opencode;

enum agent_outcome {
	AGENT_OK,
	AGENT_ERROR,		/* the agent failed: worker_fail is set to agent-error */
	AGENT_IMPOSSIBLE,	/* spawn, a limit, stopped: worker_fail is set */
	AGENT_STALLED,		/* these are never returned by agent_go, which tries again or returns AGENT_IMPOSSIBLE */
	AGENT_INTERRUPTED	/* by a person: the conversation continues with another prompt */
};

/* agent_of.c: the adapter with a name, NULL = none. */
const struct adapter *adapter_find(const char *);
/* The agent for a role, and the adapter that runs it; NULL when there is none. */
const struct agent *agent_of(const struct worker *, enum role);
const struct adapter *adapter_of(const struct worker *, enum role);
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
