/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_RUN_H
#define WORKER_RUN_H

/*
 * The only path that starts agents, setup commands and gates: a command in the
 * worktree, its output through a pipe, watched together with signals, answers,
 * messages, cancel and a time limit.  When run_command returns, no process of
 * the run is alive, or the end is RUN_SURVIVED.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/text.h"
#include "worker/run/actor.h"
#include "worker/run/limit.h"

struct worker;
struct agent;
struct talk;

enum run_end {
	RUN_EXITED, RUN_SPAWN, RUN_TIMEOUT, RUN_LIMIT, RUN_OUTPUT_LIMIT, RUN_STOPPED, RUN_INTERRUPTED, RUN_SURVIVED
};

struct run_spec {
	enum actor	 actor;		/* decides its tree, and what it may write */
	const char	*label;		/* prefix in output.log */
	const struct strings *argv;
	const struct strings *env;	/* NAME=value, on top of the session's; may be NULL */
	int		 in;		/* standard input, -1 = /dev/null */
	bool		 screen;	/* in is a person's terminal, and its output, too: no limits of agents; the person ends it */
	struct talk	*talk;		/* ... instead: it stays open (talk.h); NULL = in */
	int64_t		 timeout_s;	/* 0 = none */
	const char	*run;		/* its inbox; NULL = none, and no limits of agents (watchdog.h) */
	/* Gets a whole line of output (without its newline), and renders it into out; NULL = the line is used
	 * as it is. */
	void		(*line)(void *arg, const char *, size_t, struct text *out);
	void		(*more)(void *arg);	/* called after each event, to say more to the command; may be NULL */
	void		*arg;
	const bool	*stop;		/* set by line when the command has nothing more to do: it is ended; may be NULL */
	const int	*calls;		/* set by line: tool calls without a result; may be NULL */
	const char	*transcript;	/* name in transcript/, NULL = none */
	size_t		 keep;		/* keep the last so many bytes of output in result.tail */
};

struct run_result {
	enum run_end	 end;
	int		 status;	/* wait status when RUN_EXITED */
	enum limit	 limit;		/* the limit reached, for RUN_LIMIT */
	bool		 killed;	/* it did not stop in time when asked */
	bool		 ended;		/* its talk was over, and it did not end by itself; the status is 0 */
	char		 text[160];	/* how it ended, for people: "exit status 2" */
	int64_t		 duration_ms;
	struct text	 tail;
};

/* The environment from the settings, overridden by the agent's (NULL = none), with secrets fetched; 0, or -1
 * with the reason in err, which contains no value. */
int run_settings_environment(const struct worker *, const struct agent *, struct strings *,
    char *err, size_t len);
/* The environment of every run, each name once: the variables of the caller that are passed on, then the
 * settings' (spec->env: the result of the function above, NULL = no agent), then the session's.  0, or -1 with
 * the reason in err. */
int run_environment(const struct worker *, const struct run_spec *, struct strings *, char *err, size_t len);
/* Adds the variables of the session alone. */
void run_session_environment(const struct worker *, enum actor, struct strings *);

/* The tree that an actor works in: its place on disk, and its place for the run. */
const char *run_tree(const struct worker *, enum actor);
const char *run_dir(const struct worker *, enum actor);

void run_command(struct worker *, const struct run_spec *, struct run_result *);
/* Describes the end in res->text. */
void run_describe(const struct worker *, const struct run_spec *, struct run_result *);
void run_result_release(struct run_result *);

#endif
