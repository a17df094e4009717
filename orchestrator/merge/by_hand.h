/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BY_HAND_H
#define ORCHESTRATOR_BY_HAND_H

/*
 * Merges that a person made with git: the target has the commits of a session that was not merged, or
 * their change, as after a squash or a rebase.
 */

#include "orchestrator/session/registry.h"

/* Records such merges: the session is merged, its item closed, its worktree removed, what it holds beside its
 * commits saved.  Then records the ends of sessions that no command has recorded yet (task_link_recover). */
void by_hand_recover(struct orch *);

#endif
