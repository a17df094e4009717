/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_LEDGER_H
#define PROTO_LEDGER_H

/*
 * A ledger records the use of a budget by the sessions that share it: a file with a line for each session, "SESSION
 * TOKENS MICROUSD", and a line for each answer that raised the budget, with the id of its question.  The worker of a
 * session sets its line to the figures of its state.json, so that a crash counts nothing twice.  The file is replaced
 * as a whole, under the lock of its directory.
 */

#include "proto/settings/budget.h"

struct ledger { struct budget used, raised; };

/* The sums; zero when there is no file.  0, or -1 with errno: they are not known. */
int ledger_read(const char *path, struct ledger *);
/* Sets the line of a session, and gives the sums before and after.  0, or -1 with errno. */
int ledger_use(const char *path, const char *session, const struct budget *used, struct ledger *before,
    struct ledger *after);
/* Raises the budget by the answer to a question, unless another answer has raised it enough meanwhile.  0, or -1 with
 * errno. */
int ledger_raise(const char *path, const char *question, const struct budget *limit, const struct budget *more);

/* The paths of ledgers, malloced; the day is in local time. */
#define LEDGERS		"spent"
char *ledger_of_list(const char *workspace, const char *list);
char *ledger_of_day(const char *workspace, int64_t wall_ms);
char *ledger_of_account(const char *state, const char *account, int64_t wall_ms);
/* Removes the ledgers of days before this one from a directory, which may be absent. */
void ledger_drop(const char *dir, const char *day);
/* "2026-01-31" */
const char *ledger_day(int64_t wall_ms, char buf[16]);
/* When the next day begins, wall ms. */
int64_t ledger_tomorrow(int64_t wall_ms);

#endif
