/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ACCOUNTS_H
#define ORCHESTRATOR_ACCOUNTS_H

/* Accounts at their usage limits (proto/record/account.h). */

#include <stdbool.h>
#include <stdint.h>

struct json;
struct orch;
struct settings;
struct watch;
struct watch_event;

/* Returns when the usage limit of the implementer's account ends (wall ms), and the account's name, malloced.
 * 0 and NULL: no limit is known, or it has ended. */
int64_t accounts_closed(const struct orch *, const struct settings *, char **name);
/* Watches the records, and makes their directory if absent.  0, or -1 with the error printed. */
int accounts_watch(const struct orch *, struct watch *);
/* Has a record appeared, changed or gone? */
bool accounts_changed(const struct watch_event *);
/* Calls fn for each account that is at its limit or waits for the first run after it, in any order. */
void accounts_each(const struct orch *, void (*fn)(void *, const char *account, int64_t until), void *);
/* "account    claude is at its usage limit until 19:14 (in 4m)" for each. */
void accounts_print(const struct orch *);
/* [{"account": "claude", "parked_until": ...}] */
struct json *accounts_json(const struct orch *);

#endif
