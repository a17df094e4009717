/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_RUN_H
#define WORKER_RUN_H

/*
 * The one path that starts agents, setup commands and gates: a command in the
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

enum run_end {
	RUN_EXITED, RUN_SPAWN, RUN_TIMEOUT, RUN_LIMIT, RUN_OUTPUT_LIMIT, RUN_STOPPED, RUN_SURVIVED
};

struct run_spec {
	enum actor	 actor;		/* whose tree it works in, and what it may write */
	const char	*label;		/* prefix in output.log */
	const struct strings *argv;
	const struct strings *env;	/* NAME=value, on top of the session's; may be NULL */
	int		 in;		/* standard input, -1 = /dev/null */
	int64_t		 timeout_s;	/* 0 = none */
	const char	*run;		/* its inbox; NULL = none, and no limits of agents (watchdog.h) */
	/* A whole line of output (without its newline), to be rendered into out;
	 * NULL = taken as it is. */
	void		(*line)(void *arg, const char *, size_t, struct text *out);
	void		*arg;
	const char	*transcript;	/* name in transcript/, NULL = none */
	size_t		 keep;		/* keep the last so many bytes of output in result.tail */
};

struct run_result {
	enum run_end	 end;
	int		 status;	/* wait status when RUN_EXITED */
	enum limit	 limit;		/* that was reached, when RUN_LIMIT */
	bool		 killed;	/* it was asked to stop and did not in its time */
	char		 text[160];	/* how it ended, for people: "exit status 2" */
	int64_t		 duration_ms;
	struct text	 tail;
};

/* What the settings say of the environment, and the agent (NULL = none) over that, secrets
 * fetched; 0, or -1 with the reason in err, which names no value. */
int run_settings_environment(const struct worker *, const struct agent *, struct strings *,
    char *err, size_t len);
/* The environment of everything that is run, each name once: what the caller's has of the
 * names that are handed on, over it the settings' (spec->env: what the function above gave, NULL =
 * no agent), the session's.  0, or -1 with the reason in err. */
int run_environment(const struct worker *, const struct run_spec *, struct strings *, char *err, size_t len);

/* The tree an actor works in: where it is on disk, and where its runs find it. */
const char *run_tree(const struct worker *, enum actor);
const char *run_dir(const struct worker *, enum actor);

void run_command(struct worker *, const struct run_spec *, struct run_result *);
/* How it ended, into res->text. */
void run_describe(const struct worker *, const struct run_spec *, struct run_result *);
void run_result_release(struct run_result *);

#endif
