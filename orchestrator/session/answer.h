/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ANSWER_H
#define ORCHESTRATOR_ANSWER_H

/* Giving an answer: answers/<question-id>.json of a session. */

#include <stddef.h>

#include "proto/record/question.h"


enum answer_result { ANSWER_GIVEN, ANSWER_INVALID, ANSWER_TAKEN, ANSWER_ERROR };

/*
 * Checks the answer against the open question and publishes it durably in the name
 * of by; an existing answer takes precedence (ANSWER_TAKEN).  For anything but
 * ANSWER_GIVEN why has the reason, and for ANSWER_ERROR errno too.
 */
enum answer_result answer_give(int sessionfd, const struct question *, const char *text,
    size_t len, const char *by, char *why, size_t whylen);

struct entry;
/* Judges work whose worker waits for a person's judgement.  1: it does not; 0, or a sysexits status with the error
 * printed. */
int answer_judge(const struct entry *, enum judgement, const char *remarks);

#endif
