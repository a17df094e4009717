/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ASK_H
#define ORCHESTRATOR_ASK_H

/*
 * The questions of an instance: questions.json and answers/ in its directory, as those
 * of a session (orchestrator-session(5)).  execute writes the record, with orchestrator.lock held; anyone
 * may answer.  An answer is remembered: the same question is not asked twice.
 *
 *	ask_open	reads what was asked
 *	ask_question	asks, or finds what was asked and answered already
 *	ask_take	takes in what was answered meanwhile
 *
 * Functions print their errors and return 0, or -1 with nothing changed.
 */

#include "proto/record/question.h"

struct entry;

struct ask {
	struct questions qs;
	char		*path;		/* of the instance; NULL = not open */
	bool		 unsaved;	/* the record could not be written: to be tried again */
};

/* make: for execute, which is going to ask. */
int ask_open(struct ask *, const char *instance, bool make);
void ask_release(struct ask *);
/* Whichever other one is open is withdrawn. *fresh: it was not there before. NULL on error. */
const struct question *ask_question(struct ask *, const char *text, const struct strings *options,
    bool *fresh);
/* The question that has been answered since, or NULL: it stays open as long as that can't be written. */
const struct question *ask_take(struct ask *);
int ask_withdraw(struct ask *, const char *reason);
/* The instance, to those who show a session (show.h): id, path, and with
 * probe whether execute is at it: never for execute itself, which would lose its lock. To be released. */
void ask_entry(struct entry *, const char *instance, bool probe);
/* Does a word of the command line mean the instance: "instance", or a beginning of its id? */
bool ask_means(const char *instance, const char *name);	/* pure */

#endif
