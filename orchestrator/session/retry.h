/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_RETRY_H
#define ORCHESTRATOR_RETRY_H

/*
 * An ended session's item once more.
 */

struct dispatched;
struct entry;
struct item;
struct orch;

/* What to repair after it: the council's findings, else why it ended; malloced, NULL: not known. */
char *retry_findings(struct orch *, const struct entry *);
/*
 * Archives the session and dispatches its item again, with what was found; in between its
 * claim says that this was begun.  list: the
 * task list it is a task of, NULL = to be looked up.  as (or NULL) is what the item is
 * by now.  item (or NULL) is what it was, to be released.  0, or a sysexits status with the
 * error printed.
 */
int retry_session(struct orch *, struct entry *, const char *list, struct item *as,
    struct item *item, struct dispatched *);

#endif
