/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_RETRY_H
#define ORCHESTRATOR_RETRY_H

/*
 * Repeating the item of an ended session.
 */

struct dispatched;
struct entry;
struct item;
struct orch;

/* What the next attempt must repair: the council's findings, else the reason of the end; malloced, NULL: unknown. */
char *retry_findings(struct orch *, const struct entry *);
/*
 * Archives the session and dispatches its item again, with the findings; meanwhile the
 * claim records this.  list: the item's task list, NULL = look it up.  as (or NULL) is the
 * current item.  item (or NULL) gets the former item, to be released.  0, or a sysexits
 * status with the error printed.
 */
int retry_session(struct orch *, struct entry *, const char *list, struct item *as,
    struct item *item, struct dispatched *);

#endif
