/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_HOLD_H
#define ORCHESTRATOR_HOLD_H

/*
 * What holds the tasks of a list back: a line for each cause, with the command or setting that changes it.  plan,
 * dispatch-ready, execute and status print these lines and no others.
 *
 *	hold_make(&h, executor)
 *	hold_print(&h), or hold_json(&h)
 *	hold_release(&h)
 */

#include <stdbool.h>

struct executor;
struct json;

enum hold {
	HOLD_PAUSED,	/* by a person */
	HOLD_STOPPED,	/* execute starts no more sessions */
	HOLD_PLACES,	/* the limit of sessions is reached */
	HOLD_PATHS,	/* a running or earlier task may change the same files */
	HOLD_ALONE,	/* the task or a running task is not parallelizable */
	HOLD_NO_PATHS,	/* neither task has allowed_paths */
	HOLD_FAILED,	/* the task waits for a failed task */
	HOLD_DEPENDS,	/* the task waits for tasks that are not complete */
	HOLD_SOURCE,	/* its source does not release it */
	HOLD_LATER,	/* its last dispatch failed */
	HOLD_ACCOUNT,	/* the account of new sessions, or of a running session, is at its limit */
	HOLD_SESSION,	/* a person has paused a running session */
	HOLDS
};
struct hold_lines { char *v[HOLDS]; };
struct work;

/* Why two tasks may not run at the same time: HOLD_ALONE, HOLD_NO_PATHS or HOLD_PATHS.  Pure. */
enum hold hold_between(const struct work *, const struct work *);

void hold_make(struct hold_lines *, struct executor *);
/* Only what holds this task back. */
void hold_make_task(struct hold_lines *, struct executor *, const char *task);
void hold_release(struct hold_lines *);
void hold_print(const struct hold_lines *);
/* A list of texts. */
struct json *hold_json(const struct hold_lines *);
/* For execute: prints each cause once, when it arises. */
void hold_say(struct executor *);

#endif
