/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/source/task_link_change.h"
#include "proto/base/array.h"

bool
task_link_changes(const struct task *t, const struct task_link_change *c)
{
	return strcmp(t->session, c->session) == 0 && t->status != c->to &&
	    (t->status == TASK_IN_PROGRESS || c->to == TASK_COMPLETE ||
	    (c->to == TASK_IN_PROGRESS && t->status != TASK_COMPLETE));
}

int
task_link_enter(struct tasklist *l, void *arg)
{
	struct task_link_change *c = arg;

	for (size_t i = 0; i < l->n; i++) {
		if (!task_link_changes(&l->v[i], c) ||
		    task_enter(&l->v[i], c->to, c->session, c->reason) == -1)
			continue;
		if (c->to == TASK_PENDING)
			l->v[i].session[0] = '\0';
		c->done = true;
	}
	return !c->done;
}

enum task_status
task_link_outcome(enum status s)
{
	static const enum task_status becomes[] = {
		[OUTCOME_NONE] = TASK_IN_PROGRESS,
		[OUTCOME_DONE] = TASK_COMPLETE,
		[OUTCOME_BLOCKED] = TASK_BLOCKED,
		[OUTCOME_DECLINED] = TASK_FAILED,
		[OUTCOME_FAILED] = TASK_FAILED,
	};
	ARRAY_WHOLE(becomes, OUTCOME_COUNT);

	return becomes[status_traits(s)->outcome];
}
