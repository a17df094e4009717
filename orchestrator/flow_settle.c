/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/flow.h"
#include "orchestrator/loop.h"
#include "orchestrator/retry.h"

int
flow_entry(struct orch *o, const char *session, struct entry *e)
{
	const char *const dirs[] = { o->sessions, o->archive, o->sessions };
	char *path;
	int rv = -1;

	/* It may be moved while it is looked for. */
	for (size_t i = 0; rv == -1 && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		path = text_format("%s/%s", dirs[i], session);
		rv = entry_load(e, path, dirs[i] == o->archive);
		free(path);
	}
	return rv;
}

/* What it was at before the flow began is not of this flow's time. */
static void
count_time(const struct flow *f, struct flow_task *t)
{
	struct entry e;
	int64_t from, to;

	t->open = false;
	if (t->session[0] == '\0' || flow_entry(f->o, t->session, &e) == -1)
		return;
	from = e.state.created_at > f->began_wall ? e.state.created_at : f->began_wall;
	to = e.state.ended_at > 0 ? e.state.ended_at : e.state.updated_at;
	if (to > from)
		t->spent += to - from;
	t->sessions++;
	entry_release(&e);
}

/* Is it worth another session? Not what somebody stopped, nor a conflict that is to stay one. */
bool
flow_again(const struct flow *f, const struct task *t, int64_t *attempt)
{
	struct entry e;
	int64_t most;
	bool again;

	if (f->attempts == 0 || t->session[0] == '\0' || flow_entry(f->o, t->session, &e) == -1)
		return false;
	*attempt = e.state.attempt > 0 ? e.state.attempt : 1;
	again = status_ended(e.state.status) && e.state.status != STATUS_CANCELLED &&
	    e.state.status != STATUS_MERGED && *attempt < f->attempts &&
	    (e.state.status != STATUS_CONFLICT || retry_on_conflict(&e, &most));
	entry_release(&e);
	return again;
}

static void
settle_failed(struct flow *f, size_t i, bool first, bool news)
{
	const struct task *t = &f->list.v[i];
	int64_t attempt;

	if (!f->t[i].final && flow_again(f, t, &attempt)) {
		taskgraph_enter(&f->graph, i, TASK_PENDING);
		if ((news || first) && f->loop != NULL)
			loop_say(f->loop, t->session, "requeued", "task %s: session %lld of at most %lld",
			    t->item.id, (long long)attempt + 1, (long long)f->attempts);
		return;
	}
	f->t[i].final = true;
	if (f->fail_fast && !first)
		flow_stop(f, "a task has failed");
}

void
flow_settle(struct flow *f, size_t i, bool first)
{
	const struct task *t = &f->list.v[i];
	struct flow_task *ft = &f->t[i];
	bool other = t->session[0] != '\0' && strcmp(ft->session, t->session) != 0, news;

	if (other) {
		if (ft->open)
			count_time(f, ft);
		strlcpy(ft->session, t->session, sizeof(ft->session));
		ft->open = !first || t->status == TASK_IN_PROGRESS;
		ft->final = false;
	}
	news = ft->open;
	if (t->status != TASK_IN_PROGRESS && ft->open) {
		count_time(f, ft);
		flow_owe(f);
	}
	switch (t->status) {
	case TASK_COMPLETE:
		ft->merged |= news && t->session[0] != '\0';
		ft->final = false;
		break;
	case TASK_BLOCKED:
	case TASK_FAILED:
		settle_failed(f, i, first, news);
		break;
	case TASK_PENDING:
		ft->final = false;
		break;
	case TASK_IN_PROGRESS:
	case TASK_STATUS_COUNT:
		break;
	}
}
