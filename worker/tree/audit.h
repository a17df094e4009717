/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_AUDIT_H
#define WORKER_AUDIT_H

/*
 * The audit of a session (proto/git/audit.h): what its runs did to the repository, and
 * what its commits touch.
 *
 *	audit_begin(w);				before the first run
 *	if (audit_repository_now(w) == -1)	after the implementer; before an approval
 *	if (audit_work(w) == -1)		of state.head; done once for each commit
 *
 * Both return 0, or -1 with worker_fail set: isolation-breach, or git.
 */

struct gate_result;
struct worker;

/* Keeps the state of the repository in safe.git/before, unless it is there already. */
int audit_begin(struct worker *);
int audit_repository_now(struct worker *);
/* The same with head in the place of the session's, when that is not its own yet. */
int audit_repository_with(struct worker *, const char *head);
/* What is flagged is put into review.json; what of it is refused stays in w->audit. */
int audit_work(struct worker *);
/* What is refused, as a gate that did not pass (gate_result_release frees it). */
void audit_gate(struct worker *, struct gate_result *);

#endif
