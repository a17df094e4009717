/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_AUDIT_H
#define WORKER_AUDIT_H

/*
 * The audit of a session (proto/git/audit.h): what its runs did to the repository, and
 * which paths its commits touch.
 *
 *	audit_begin(w);				before the first run
 *	if (audit_repository_now(w) == -1)	after the implementer; before an approval
 *	if (audit_work(w) == -1)		of state.head; done once for each commit
 *
 * Both return 0, or -1 with worker_fail set: isolation-breach, or git.
 */

#include <stdbool.h>

struct gate_result;
struct worker;

/* Keeps the state of the repository in safe.git/before, unless that exists already. */
int audit_begin(struct worker *);
int audit_repository_now(struct worker *);
/* The same with head in place of the session's head, before it is the session's own. */
int audit_repository_with(struct worker *, const char *head);
/* Has a person merged the session's head into the target?  False where runs could have. */
bool audit_merged(struct worker *);
/* Puts flagged paths into review.json; the refused ones are in w->audit. */
int audit_work(struct worker *);
/* The refused paths as a failed gate (gate_result_release frees it). */
void audit_gate(struct worker *, struct gate_result *);

#endif
