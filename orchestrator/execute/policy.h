/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_POLICY_H
#define ORCHESTRATOR_POLICY_H

/*
 * Answers by policy, from the session's frozen settings: the first rule that
 * matches and whose answer fits is given at once; else the command, if there is
 * one, gets the question as JSON (show.h) on standard input, and what it
 * prints is the answer.  It runs in a child, so nobody waits for it.  A question is
 * tried once; what no policy answers is left for a person.
 */

#include <sys/queue.h>
#include <sys/types.h>

#include "orchestrator/session/registry.h"
#include "proto/sys/watch.h"

struct question;
struct settings;

#define POLICY_COMMANDS		4			/* at the same time */
#define POLICY_RETRY		5000			/* until an answer is written, ms */
#define POLICY_TIMEOUT		(INT64_C(600) * 1000)	/* of a command, ms */

struct policy_job {
	struct entry		e;			/* id and path alone */
	char			question[SESSION_ID_MAX];
	pid_t			pid, parent;
	TAILQ_ENTRY(policy_job)	entry;
};
TAILQ_HEAD(policy_jobs, policy_job);

struct policy {
	struct policy_jobs	waiting, running;
	size_t			nrunning;
	struct watch_timer	again;		/* no process could be had */
};
void policy_init(struct policy *);
/* The open questions of a session that have not been tried.  unwritten gets those whose answer could
 * not be written, and which should be tried again later. */
void policy_ask(struct policy *, const struct entry *, const struct question *const *, size_t n,
    struct strings *unwritten);
/* The first rule that matches and whose answer fits, given in the open directory: true then.
 * failed is set when it could not be written. */
bool policy_rule(const struct entry *, int fd, const struct settings *, const struct question *,
    bool *failed);
/* Is nothing left to do: answered, by this or by another one?  failed: it could not be written (errno). */
bool policy_answered(const struct entry *, int fd, const struct question *, const char *text, size_t len,
    const char *by, bool *failed);
/* In a child (policy_command.c): runs the command for a policy_job's question, if that is still open; 0. */
int policy_command(void *job);
/* Was pid one of the commands? Then the next one is started. */
bool policy_reaped(struct policy *, pid_t pid);
/* Starts the commands that wait, as many as may run: what no process could be had for is left to
 * the timer. */
void policy_start(struct policy *);
/* Kills the commands that run. */
void policy_stop(struct policy *);

#endif
