/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CODEX_USAGE_H
#define WORKER_CODEX_USAGE_H

/*
 * The tokens of a run of codex app-server, and its tools that run.  The tokens of a response come when its calls have
 * their results.  A call that is open then is a command in the background, and no tool that runs.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct agent_run;
struct json;

#define CODEX_THREADS	32	/* remembered, of other agents */
#define CODEX_CALLS	32	/* counted at a time */

struct codex_usage {		/* zeroed */
	struct codex_thread {
		char	id[64];
		int64_t	input_tokens, output_tokens;	/* its last totals */
	} threads[CODEX_THREADS];	/* a new one replaces the oldest */
	size_t	nthreads;	/* that were new */
	char	calls[CODEX_CALLS][64];	/* ids of the calls of this response that run */
	int	ncalls;
	bool	called;		/* it called tools, and has begun nothing since */
};

/* Counts the running tools of an item, which begins or ends; with none left, the run is at a safe point. */
void codex_usage_item(struct agent_run *, struct codex_usage *, const struct json *item, bool ends);
/* A response of the run's own thread is over: takes the thread's tokens.  The run is at a safe point after calls, and
 * always when a budget is spent. */
void codex_usage_own(struct agent_run *, struct codex_usage *, const struct json *usage);
/* Adds the tokens of another thread, which the client began. */
void codex_usage_beside(struct agent_run *, struct codex_usage *, const char *thread, const struct json *usage);

#endif
