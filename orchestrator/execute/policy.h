/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_POLICY_H
#define ORCHESTRATOR_POLICY_H

/*
 * Answers by policy, from the session's frozen settings: the first rule that
 * matches and has a valid answer decides; otherwise the command, if set, gets the
 * question as JSON (show.h) on standard input and prints the answer.  It runs in a
 * child, so nothing waits for it.  A question is tried once; a question that no
 * policy answers is left to a person, or for a time, until a default answers it (rule.h).
 */

#include <sys/queue.h>
#include <sys/types.h>

#include "orchestrator/session/registry.h"
#include "proto/sys/watch.h"

struct question;
struct settings;

#define POLICY_COMMANDS		4			/* commands at the same time */
#define POLICY_RETRY		5000			/* ms until writing an answer is retried */
#define POLICY_TIMEOUT		(INT64_C(600) * 1000)	/* ms for a command */

struct policy_job {
	struct entry		e;			/* only id and path */
	char			question[SESSION_ID_MAX];
	pid_t			pid, parent;
	TAILQ_ENTRY(policy_job)	entry;
};
TAILQ_HEAD(policy_jobs, policy_job);

struct policy {
	struct policy_jobs	waiting, running;
	size_t			nrunning;
	struct watch_timer	again;		/* for when no process could be started */
};
void policy_init(struct policy *);
/* Tries the open questions of a session that have not been tried.  unwritten gets those whose answer could not
 * be written, to be retried later. */
void policy_ask(struct policy *, const struct entry *, const struct question *const *, size_t n,
    struct strings *unwritten);
/* Gives open questions of a session the default answers that are due.  Returns when the next one is due, or when to
 * try again to write one: wall ms, 0 = never. */
int64_t policy_defaults(const struct entry *, const struct question *const *, size_t n);
/* Gives the answer of the first rule that matches and has a valid answer, in the open directory: true then.
 * Sets failed when it could not be written. */
bool policy_rule(const struct entry *, int fd, const struct settings *, const struct question *,
    bool *failed);
/* Is the question answered, by this or another answer?  failed: the answer could not be written (errno). */
bool policy_answered(const struct entry *, int fd, const struct question *, const char *text, size_t len,
    const char *by, bool *failed);
/* In a child (policy_command.c): runs the command for a policy_job's question, if that is still open; 0. */
int policy_command(void *job);
/* Was pid one of the commands?  Then starts the next one. */
bool policy_reaped(struct policy *, pid_t pid);
/* Starts waiting commands, up to the limit.  If no process can be started, the timer tries again. */
void policy_start(struct policy *);
/* Kills the running commands. */
void policy_stop(struct policy *);

#endif
