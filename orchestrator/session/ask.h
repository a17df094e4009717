/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ASK_H
#define ORCHESTRATOR_ASK_H

/*
 * The questions of an instance: questions.json and answers/ in its directory, like those of a session
 * (orchestrator-session(5)).  execute writes the record, holding orchestrator.lock; anyone may answer.
 * Answers are remembered, so the same question is not asked twice.
 *
 *	ask_open	reads the earlier questions
 *	ask_question	asks, or finds an earlier question and its answer
 *	ask_take	takes in new answers
 *
 * Functions print their errors and return 0, or -1 with nothing changed.
 */

#include "proto/record/question.h"

struct entry;

struct ask {
	struct questions qs;
	char		*path;		/* directory of the instance; NULL = not open */
	bool		 unsaved;	/* the record could not be written: retry */
};

/* make: for execute, which asks. */
int ask_open(struct ask *, const char *instance, bool make);
void ask_release(struct ask *);
/* Withdraws any other open question.  *fresh: the question is new.  NULL on error. */
const struct question *ask_question(struct ask *, const char *text, const struct strings *options,
    bool *fresh);
/* The question that was answered since, or NULL: it stays open until the answer can be written. */
const struct question *ask_take(struct ask *);
int ask_withdraw(struct ask *, const char *reason);
/* The instance as an entry for show.h: id, path, and with probe whether execute is running: never for execute
 * itself, which would lose its lock.  The caller releases it. */
void ask_entry(struct entry *, const char *instance, bool probe);
/* Did the session end because its agent was blocked, so that an answer lets it go on? */
bool ask_blocked(const struct entry *);
/* Does a command-line word mean the instance: "instance", or a prefix of its id? */
bool ask_means(const char *instance, const char *name);	/* pure */

#endif
