/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_MAIL_H
#define WORKER_MAIL_H

/*
 * Incoming mail: messages of the current run, and answers.  Both functions are
 * scans, to be called on any hint, and safe to call at any time.
 */

#include <stdbool.h>
#include <stddef.h>

struct question;
struct worker;

/* Handles messages in the inbox of the current run; true = there may be more. */
bool mail_scan(struct worker *);
/* Takes in answers/ and answers.json; true = a file is still open for writing.  Its close may cause no event
 * here: events go to the directory where the file was opened. */
bool answers_scan(struct worker *);
/* Takes in a question (role, text and options) of a run under an id; the caller saves.  NULL with the reason
 * when it is refused. */
struct question *mail_ask(struct worker *, const struct question *, const char *id, const char *run,
    char *reason, size_t len);
/* Withdraws the open questions of a run (NULL = of all runs) and wakes the askers. */
void mail_withdraw(struct worker *, const char *run, const char *reason);
/* Records a checked answer (malloced; ownership passes), then wakes the askers.  0 or -1. */
int mail_answer(struct worker *, struct question *, char *answer, const char *by);

#endif
