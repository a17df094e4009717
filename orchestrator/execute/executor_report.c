/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/execute/manifest.h"
#include "orchestrator/execute/report.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/spending.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/session/layout.h"

struct report {
	const struct executor *f;
	struct manifest_sums sums;
	struct json	*list[FATES];
	size_t		 complete, elsewhere;
};

/* FATES: the report does not mention it. */
static enum fate
group_of(const struct report *r, size_t i)
{
	const struct executor *f = r->f;

	switch (f->list.v[i].status) {
	case TASK_COMPLETE:
		return r->sums.merged[i] ? FATE_MERGED : FATES;
	case TASK_FAILED:
		return FATE_FAILED;
	case TASK_BLOCKED:
		return executor_elsewhere(&f->list.v[i]) ? FATE_BLOCKED : FATE_FAILED;
	case TASK_IN_PROGRESS:
		return FATE_RUNNING;
	case TASK_PENDING:
	case TASK_STATUS_COUNT:
		break;
	}
	return f->graph.waiting[i] > 0 ? FATE_WAITING : FATE_OPEN;
}

/* Why it failed: the reason of its session, or else of the list. */
static char *
reason(const struct executor *f, size_t i)
{
	const struct task *t = &f->list.v[i];
	const char *said = t->nhistory > 0 ? t->history[t->nhistory - 1].reason : NULL;
	struct entry e;
	char *s = NULL;

	if (t->session[0] != '\0' && executor_entry(f->o, t->session, &e) == 0) {
		if (e.state.reason[0] != '\0' || e.state.detail[0] != '\0')
			s = text_format("%s%s%s%s%s%s%s%s", status_name(e.state.status),
			    e.state.reason[0] != '\0' ? ": " : "", e.state.reason,
			    e.state.detail[0] != '\0' ? ": " : "", e.state.detail,
			    ask_blocked(&e) ? "; orchestrator answer " : "", ask_blocked(&e) ? e.state.item : "",
			    ask_blocked(&e) ? " continues it" : "");
		entry_release(&e);
	}
	return s != NULL ? s : text_format("%s", said != NULL ? said : "no reason is known");
}

static void
put_session(struct json *j, struct orch *o, const char *session)
{
	struct entry e;
	char *path;

	if (executor_entry(o, session, &e) == -1) {
		json_put_str(j, "log", NULL);
		return;
	}
	path = text_format("%s/" SESSION_FILE_LOG, e.path);
	json_put_str(j, "log", path);
	if (e.state.merged[0] != '\0')
		json_put_str(j, "merged", e.state.merged);
	free(path);
	entry_release(&e);
}

static struct json *
needs(const struct executor *f, size_t i)
{
	const struct taskgraph *g = &f->graph;
	struct json *list = json_new_array();

	for (size_t k = g->needs_at[i]; k < g->needs_at[i + 1]; k++)
		if (f->list.v[g->needs[k]].status != TASK_COMPLETE)
			json_append(list, json_new_string(f->list.v[g->needs[k]].item.id));
	return list;
}

static void
add(struct report *r, size_t i, enum fate in)
{
	const struct executor *f = r->f;
	const struct task *t = &f->list.v[i];
	const struct manifest_use *use = &r->sums.task[i];
	struct json *j = json_new_object();
	char *why, lead[SESSION_ID_MAX];

	json_put_str(j, "task", t->item.id);
	if (in == FATE_WAITING)
		json_put(j, "for", needs(f, i));
	else if (in != FATE_OPEN && in != FATE_BLOCKED) {
		if (executor_follows(&f->list, t) && entry_item(t->session, lead, sizeof(lead)))
			json_put_str(j, "with", lead);
		json_put_str(j, "session", t->session[0] != '\0' ? t->session : NULL);
		json_put_int(j, "sessions", (int64_t)use->sessions);
		json_put_int(j, "ms", use->ms);
		report_usage(j, use->input, use->output, use->cost);
		put_session(j, f->o, t->session);
	}
	if (in == FATE_FAILED || in == FATE_BLOCKED) {
		why = reason(f, i);
		json_put_str(j, "reason", why);
		free(why);
	}
	json_append(r->list[in], j);
}

static void
make(struct report *r, const struct executor *f)
{
	enum fate in;

	memset(r, 0, sizeof(*r));
	r->f = f;
	manifest_sum(f->manifest, &f->list, &r->sums);
	for (int k = 0; k < FATES; k++)
		r->list[k] = json_new_array();
	for (size_t i = 0; i < f->list.n; i++) {
		r->complete += f->list.v[i].status == TASK_COMPLETE;
		r->elsewhere += executor_elsewhere(&f->list.v[i]);
		if ((in = group_of(r, i)) != FATES)
			add(r, i, in);
	}
}

/* By account and role, of the same sessions as usage. */
static struct json *
spent(const struct manifest *m)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].status > TERMINAL_ACTIVE && m->v[i].tasks.n > 0)
			spending_merge(all, m->v[i].spent);
	return all;
}

static struct json *
record(struct report *r)
{
	struct json *j = report_begin(r->f->o);

	record_put_time(j, "started_at", r->f->began_wall);
	json_put_str(j, "list", r->f->id);
	json_put_str(j, "name", r->f->list.name);
	json_put_int(j, "total", (int64_t)r->f->list.n);
	json_put_int(j, "complete", (int64_t)r->complete);
	json_put_str(j, "stopped", r->f->stopped);
	for (int k = 0; k < FATES; k++)
		json_put(j, fate_name((enum fate)k), r->list[k]);
	json_put_int(j, "wall_ms", r->f->manifest->elapsed);
	json_put_int(j, "sequential_ms", r->sums.all.ms);
	json_put_int(j, "saved_ms", r->sums.saved);
	report_usage(j, r->sums.all.input, r->sums.all.output, r->sums.all.cost);
	json_put(j, "spent", spent(r->f->manifest));
	manifest_sums_free(&r->sums);
	return j;
}

int
executor_report(struct executor *f)
{
	struct report r;
	struct json *j;
	char *text;
	bool did;
	int rv;

	if ((rv = executor_load(f)) != 0)
		return rv;
	executor_manifest_write(f, true);
	make(&r, f);
	did = r.sums.all.sessions > 0 || r.sums.spawned > 0 || json_count(r.list[FATE_MERGED]) > 0 ||
	    f->manifest->errors.n > 0;
	j = record(&r);
	if (did)
		report_save(f->o, j);
	loop_keep_report(f->loop, j);
	if (f->o->json) {
		text = json_text(j, false, NULL);
		show_json_text(text);
		putchar('\n');
		free(text);
	} else
		report_text(f->o, j);
	json_free(j);
	return r.complete + r.elsewhere == f->list.n ? 0 : EX_NEGATIVE;
}
