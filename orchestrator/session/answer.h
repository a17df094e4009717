/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ANSWER_H
#define ORCHESTRATOR_ANSWER_H

/* Giving an answer: answers/<question-id>.json of a session. */

#include <stddef.h>

#include "proto/record/question.h"

struct entry;
struct orch;

enum answer_result { ANSWER_GIVEN, ANSWER_INVALID, ANSWER_TAKEN, ANSWER_ERROR };

/*
 * Checks the answer against the open question and publishes it durably in the name
 * of by; an existing answer takes precedence (ANSWER_TAKEN).  For anything but
 * ANSWER_GIVEN why has the reason, and for ANSWER_ERROR errno too.
 */
enum answer_result answer_give(int sessionfd, const struct question *, const char *text,
    size_t len, const char *by, char *why, size_t whylen);

/* Judges work whose worker waits for a person's judgement.  1: it does not; 0, or a sysexits status with the error
 * printed. */
int answer_judge(struct orch *, const struct entry *, enum judgement, const char *remarks);
/* Is there an answer for the worker of a parked session?  Only reads. */
bool answer_waits(const struct entry *);
/* Has the session an open question, but no answer that its worker will read?  Only reads. */
bool answer_missing(const struct entry *);
/* Starts the worker of a parked session after an answer was given, if there is room (room.h).  A worker that still runs
 * reads the answer itself, even if it is about to end; execute, if it runs, starts the worker.  Prints why no worker
 * starts. */
void answer_wake(struct orch *, const struct entry *);
/* The same for each parked session with an answer that execute has left, because it was given while execute ended. */
void answer_wake_left(struct orch *);

#endif
