/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/flow.h"
#include "orchestrator/show.h"
#include "proto/clock.h"
#include "proto/record.h"

enum fate { MERGED, FAILED, RUNNING, WAITING, OPEN, GROUPS };
static const char *const groups[GROUPS] = { "merged", "failed", "running", "waiting", "open" };

struct report {
	const struct flow *f;
	struct json	*list[GROUPS];
	int64_t		 wall, spent;	/* ms */
	size_t		 complete;
};

/* GROUPS: there is nothing to say of it. */
static enum fate
group_of(const struct flow *f, size_t i)
{
	switch (f->list.v[i].status) {
	case TASK_COMPLETE:
		return f->t[i].merged ? MERGED : GROUPS;
	case TASK_FAILED:
	case TASK_BLOCKED:
		return FAILED;
	case TASK_IN_PROGRESS:
		return RUNNING;
	case TASK_PENDING:
	case TASK_STATUS_COUNT:
		break;
	}
	return f->graph.waiting[i] > 0 ? WAITING : OPEN;
}

/* Why it has failed: what its session says, else what the list does. */
static char *
reason(const struct flow *f, size_t i)
{
	const struct task *t = &f->list.v[i];
	const char *said = t->nhistory > 0 ? t->history[t->nhistory - 1].reason : NULL;
	struct entry e;
	char *s = NULL;

	if (t->session[0] != '\0' && flow_entry(f->o, t->session, &e) == 0) {
		if (e.state.reason[0] != '\0' || e.state.detail[0] != '\0')
			s = text_format("%s%s%s%s%s", status_name(e.state.status),
			    e.state.reason[0] != '\0' ? ": " : "", e.state.reason,
			    e.state.detail[0] != '\0' ? ": " : "", e.state.detail);
		entry_release(&e);
	}
	return s != NULL ? s : text_format("%s", said != NULL ? said : "no reason is known");
}

static void
put_log(struct json *j, struct orch *o, const char *session)
{
	struct entry e;
	char *path;

	if (flow_entry(o, session, &e) == -1) {
		json_put_str(j, "log", NULL);
		return;
	}
	path = text_format("%s/" SESSION_FILE_LOG, e.path);
	json_put_str(j, "log", path);
	free(path);
	entry_release(&e);
}

static struct json *
needs(const struct flow *f, size_t i)
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
	const struct flow *f = r->f;
	const struct task *t = &f->list.v[i];
	struct json *j = json_new_object();
	char *why;

	json_put_str(j, "task", t->item.id);
	if (in == WAITING)
		json_put(j, "for", needs(f, i));
	else if (in != OPEN) {
		json_put_str(j, "session", t->session[0] != '\0' ? t->session : NULL);
		json_put_int(j, "sessions", f->t[i].sessions);
		json_put_int(j, "ms", f->t[i].spent);
		put_log(j, f->o, t->session);
	}
	if (in == FAILED) {
		why = reason(f, i);
		json_put_str(j, "reason", why);
		free(why);
	}
	json_append(r->list[in], j);
}

static void
make(struct report *r, const struct flow *f)
{
	enum fate in;

	memset(r, 0, sizeof(*r));
	r->f = f;
	for (int k = 0; k < GROUPS; k++)
		r->list[k] = json_new_array();
	for (size_t i = 0; i < f->list.n; i++) {
		r->spent += f->t[i].spent;
		r->complete += f->list.v[i].status == TASK_COMPLETE;
		if ((in = group_of(f, i)) != GROUPS)
			add(r, i, in);
	}
	r->wall = (clock_now() - f->began) / CLOCK_MS;
}

static void
print_json(struct report *r)
{
	struct json *j = json_new_object();
	char *text;

	record_put_time(j, "at", clock_wall());
	json_put_str(j, "event", "report");
	json_put_str(j, "list", r->f->id);
	json_put_str(j, "name", r->f->list.name);
	json_put_int(j, "total", (int64_t)r->f->list.n);
	json_put_int(j, "complete", (int64_t)r->complete);
	json_put_str(j, "stopped", r->f->stopped);
	for (int k = 0; k < GROUPS; k++)
		json_put(j, groups[k], r->list[k]);
	json_put_int(j, "wall_ms", r->wall);
	json_put_int(j, "sequential_ms", r->spent);
	json_put_int(j, "saved_ms", r->spent - r->wall);
	text = json_text(j, false, NULL);
	show_json_text(text);
	putchar('\n');
	free(text);
	json_free(j);
}

static void
print_one(const struct json *j, enum fate in)
{
	const char *s;
	const struct json *v;

	printf("%-8s ", groups[in]);
	text_print(stdout, json_string(json_get(j, "task")), false);
	if ((v = json_get(j, "for")) != NULL)
		for (size_t i = 0; i < json_count(v); i++)
			printf("%s%s", i == 0 ? " for " : ", ", json_string(json_at(v, i)));
	if ((s = json_string(json_get(j, "session"))) != NULL) {
		printf(", %.1f s", (double)json_integer(json_get(j, "ms"), 0) / 1000);
		if (json_integer(json_get(j, "sessions"), 0) > 1)
			printf(" in %lld sessions",
			    (long long)json_integer(json_get(j, "sessions"), 0));
	} else if (in == RUNNING)
		printf(", in somebody's hands");
	if ((s = json_string(json_get(j, "reason"))) != NULL) {
		printf(": ");
		text_print(stdout, s, false);
	}
	putchar('\n');
	if ((s = json_string(json_get(j, "log"))) != NULL) {
		printf("         ");
		text_print(stdout, s, false);
		putchar('\n');
	}
}

static void
print_text(const struct report *r)
{
	int64_t saved = r->spent - r->wall;

	printf("%s: ", r->f->id);
	text_print(stdout, r->f->list.name, false);
	printf(": %zu of %zu COMPLETE\n", r->complete, r->f->list.n);
	for (int k = 0; k < GROUPS; k++)
		for (size_t i = 0; i < json_count(r->list[k]); i++)
			print_one(json_at(r->list[k], i), (enum fate)k);
	printf("%.1f s; one after another %.1f s", (double)r->wall / 1000, (double)r->spent / 1000);
	if (saved > 0)
		printf(": %.1f s (%lld %%) saved", (double)saved / 1000,
		    (long long)(saved * 100 / r->spent));
	putchar('\n');
}

int
flow_report(struct flow *f)
{
	struct report r;
	int rv;

	if ((rv = flow_load(f)) != 0)
		return rv;
	make(&r, f);
	if (f->o->json)
		print_json(&r);
	else {
		print_text(&r);
		for (int k = 0; k < GROUPS; k++)
			json_free(r.list[k]);
	}
	return r.complete == f->list.n ? 0 : EX_NEGATIVE;
}
