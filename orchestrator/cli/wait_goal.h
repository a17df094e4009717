/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_WAIT_GOAL_H
#define ORCHESTRATOR_WAIT_GOAL_H

/* What orchestrator wait waits for, and how far sessions and tasks are from it.  Everything here is pure. */

#include <stdbool.h>
#include <stddef.h>

struct entry;
struct task;

enum goal {
	GOAL_APPROVED,		/* all are approved or merged */
	GOAL_MERGED,		/* all are merged */
	GOAL_QUESTION,		/* any of them has an open question */
	GOAL_ENDED,		/* all have ended, with any result, or are approved while execute is not running */
	GOALS,
	GOAL_ATTENTION = GOALS	/* any of them has ended, is approved, or needs a person */
};
enum reach {
	REACH_LATER,
	REACH_DONE,
	REACH_NEVER,		/* it ended in another way */
	REACH_PERSON,		/* not before a person acts */
	REACHES
};

/* The values of --for, ended by NULL. */
extern const char *const goal_words[];
/* The goal of a value of --for; NULL: GOAL_ATTENTION. */
enum goal goal_of(const char *word);
/* What continues without a person. */
struct goal_course {
	bool		 executing;	/* execute is running, and starts workers that died */
	bool		 changing;	/* its worker is just being started, or ended */
	bool		 answered;	/* a question of the session has an answer that its worker will read */
	bool		 again;		/* execute may begin another attempt at the task */
	bool		 hopeless;	/* the task depends on a task that failed */
};
/* The session is NULL when it was removed. */
enum reach goal_session(enum goal, const struct entry *, const struct goal_course *);
/* A task of a list, not for GOAL_ATTENTION; its session is NULL when it has none. */
enum reach goal_task(enum goal, const struct task *, const struct entry *, const struct goal_course *);
/* All of them together: n has the number of sessions or tasks at each distance. */
enum reach goal_all(enum goal, const size_t n[REACHES]);

#endif
