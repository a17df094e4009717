/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "proto/base/text.h"

/* A session of the task has ended: should the executor continue? */
static void
judge(struct executor *f, size_t i, const struct entry *e)
{
	struct executor_task *t = &f->t[i];
	const struct state *s = &e->state;
	const struct death d = { .task = i, .born = s->created_at, .died = s->ended_at,
		.status = s->status, .commit = s->base, .reason = s->reason, .detail = s->detail,
		.former = t->failed_as != NULL ? t->failed_as : "" };
	const char *why = s->reason[0] != '\0' ? s->reason : status_name(s->status);
	char same[BREAKER_SAME], *text = NULL;

	switch (breaker_death(&f->breaker, &d)) {
	case BROKEN_OUTAGE:
		text = text_format("%lld sessions in a row died within seconds of their start, the last one for %s (%s): an "
		    "outage", (long long)f->breaker.quick,
		    s->item, why);
		break;
	case TRIP_SETUP:
		text = text_format("sessions of two tasks failed in the same way before they were "
		    "at work, on the same commit (%s: %s)", why, s->detail);
		break;
	case BROKEN_TASK:
		t->hopeless = true;
		break;
	case TRIP_NONE:
		break;
	}
	if (text != NULL)
		executor_stop(f, text);
	free(text);
	breaker_same(&d, same);
	free(t->failed_as);
	t->failed_as = text_format("%s", same);
}

/* Of several that share a session, one has its death. */
static void
close_session(struct executor *f, size_t i)
{
	char item[SESSION_ID_MAX];
	struct entry e;

	f->t[i].open = false;
	if (!entry_item(f->t[i].session, item, sizeof(item)) || strcmp(item, f->list.v[i].item.id) != 0 ||
	    executor_entry(f->o, f->t[i].session, &e) == -1)
		return;
	judge(f, i, &e);
	entry_release(&e);
}

static void
settle_failed(struct executor *f, size_t i, bool first, bool news)
{
	const struct task *t = &f->list.v[i];
	int64_t attempt;

	if (!f->t[i].final && !f->t[i].hopeless && executor_again(f, t, &attempt)) {
		taskgraph_enter(&f->graph, i, TASK_PENDING);
		if ((news || first) && f->loop != NULL)
			loop_say(f->loop, t->session, "requeued", "task %s: session %lld of at most %lld",
			    t->item.id, (long long)attempt + 1, (long long)f->attempts);
		return;
	}
	if (f->t[i].hopeless && news && f->loop != NULL)
		loop_say(f->loop, t->session, "not requeued", "task %s: the same failure on the same "
		    "commit twice in a row", t->item.id);
	f->t[i].final = true;
	if (f->opts.fail_fast && !first)
		executor_stop(f, "a task has failed");
}

void
executor_settle(struct executor *f, size_t i, bool first)
{
	const struct task *t = &f->list.v[i];
	struct executor_task *ft = &f->t[i];
	bool other = t->session[0] != '\0' && strcmp(ft->session, t->session) != 0, news;

	if (other) {
		if (ft->open)
			close_session(f, i);
		strlcpy(ft->session, t->session, sizeof(ft->session));
		ft->open = !first || t->status == TASK_IN_PROGRESS;
		ft->final = false;
		if (ft->open)
			executor_manifest_sent(f, i);
	}
	news = ft->open;
	if (t->status != TASK_IN_PROGRESS && ft->open) {
		close_session(f, i);
		executor_push(f);
	}
	switch (t->status) {
	case TASK_COMPLETE:
		if (news)
			breaker_success(&f->breaker);
		ft->final = false;
		if (first && t->claimed)	/* merged since the source was last asked */
			executor_push(f);
		break;
	case TASK_BLOCKED:
	case TASK_FAILED:
		/* A task that its source blocks was not begun, and has not failed. */
		if (!executor_elsewhere(t))
			settle_failed(f, i, first, news);
		break;
	case TASK_PENDING:
		ft->final = ft->hopeless = false;
		break;
	case TASK_IN_PROGRESS:
		if (!ft->open && t->session[0] != '\0') {	/* its session continues */
			ft->open = true;
			ft->final = ft->hopeless = false;
		}
		break;
	case TASK_STATUS_COUNT:
		break;
	}
}
