/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_RESOLVE_H
#define WORKER_RESOLVE_H

/*
 * Approved work that conflicts with its target, handed back by the merge
 * (state.resolving): the target is merged into the worktree (step_resolve), the
 * implementer resolves the conflicts, and the result becomes a merge commit that has the target as an
 * ancestor, and the target the new base.
 */

#include "worker/core/step.h"

struct worker;

/* Voids the verdict, durably, since the judged commit is about to change.  0 or -1 (worker_fail is set). */
int resolve_forget(struct worker *);
/* step_commit of a session that resolves conflicts.  EVENT_GATE_FAILED when one is left: state.feedback says where. */
enum event resolve_commit(struct worker *);

#endif
