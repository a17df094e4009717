/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/status_streams.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/source/streams_file.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/field.h"
#include "proto/json/json.h"

#define BAR	20	/* columns */

enum stream_status { STREAM_PENDING, STREAM_WAITS, STREAM_BLOCKED, STREAM_FAILED, STREAM_IN_PROGRESS, STREAM_COMPLETE };
static const struct { const char *word, *shown; enum tone tone; } words[] = {
	[STREAM_PENDING] = { "pending", "Pending ⏸", TONE_QUIET },
	[STREAM_WAITS] = { "waiting", "Blocked ⚫", TONE_QUIET },
	[STREAM_BLOCKED] = { "blocked", "Blocked ⚫", TONE_BAD },
	[STREAM_FAILED] = { "failed", "Failed ✗", TONE_BAD },
	[STREAM_IN_PROGRESS] = { "in progress", "In Progress ⚠", TONE_BUSY },
	[STREAM_COMPLETE] = { "complete", "Complete ✓", TONE_GOOD },
};

struct streams_view {
	struct orch	*o;
	struct streams_file f;
	const struct tasklist *list;	/* that is kept for them, or NULL */
	const struct entries *es;
	const char	*only;		/* this stream alone, NULL = all */
};

/* What is known about a stream. */
struct row {
	const struct stream *one;
	const struct entry *e;		/* its session that has not ended, or NULL */
	enum stream_status status;
	const char	*reason;	/* or NULL */
	struct strings	 waits;		/* the streams that must be complete before */
	int64_t		 done, total;
};

static const struct task *
task_of(const struct streams_view *v, const struct stream *one)
{
	size_t k = v->list == NULL ? TASK_NONE : tasklist_find(v->list, one->id);

	return k == TASK_NONE ? NULL : &v->list->v[k];
}

static bool
is_complete(const struct streams_view *v, const struct stream *one)
{
	const struct task *t = task_of(v, one);

	return stream_complete(one) || (t != NULL && t->status == TASK_COMPLETE);
}

static const struct entry *
session_of(const struct entries *es, const char *stream)
{
	for (size_t i = es->n; i-- > 0;)
		if (es->v[i].error == NULL && strcmp(es->v[i].state.item, stream) == 0 &&
		    entry_group(&es->v[i]) != GROUP_ENDED)
			return &es->v[i];
	return NULL;
}

static enum stream_status
status_of(const struct row *r, const struct task *t, bool complete)
{
	if (complete)
		return STREAM_COMPLETE;
	if (r->e != NULL || (t != NULL && t->status == TASK_IN_PROGRESS) || r->one->begun > 0)
		return STREAM_IN_PROGRESS;
	if (t != NULL && t->status == TASK_FAILED)
		return STREAM_FAILED;
	if (t != NULL && t->status == TASK_BLOCKED)
		return STREAM_BLOCKED;
	if (r->waits.n > 0)
		return STREAM_WAITS;
	return r->one->done > 0 ? STREAM_IN_PROGRESS : STREAM_PENDING;
}

/* The tasks of the stream, and those that its session has done. */
static void
count(struct row *r)
{
	const struct stream *one = r->one;
	int64_t left;

	r->total = one->n > 0 ? (int64_t)one->n : one->total;
	r->done = one->n > 0 ? (int64_t)one->done : one->completed;
	left = r->total - r->done;
	if (r->status == STREAM_COMPLETE)
		r->done = r->total;
	else if (r->e != NULL && r->e->state.tasks_total > 0)
		r->done += r->e->state.tasks_done >= r->e->state.tasks_total ? left :
		    left * r->e->state.tasks_done / r->e->state.tasks_total;
}

static struct row
row_of(const struct streams_view *v, size_t i)
{
	const struct streams *s = &v->f.s;
	const struct stream *one = &s->v[i];
	const struct task *t = task_of(v, one);
	struct row r = { .one = one, .e = session_of(v->es, one->id) };

	for (size_t k = 0; k < s->n; k++)
		if (streams_waits(s, i, k) && !is_complete(v, &s->v[k]))
			strings_add(&r.waits, s->v[k].id);
	r.status = status_of(&r, t, is_complete(v, one));
	if (r.status == STREAM_IN_PROGRESS && r.e != NULL && r.e->state.status != STATUS_RUNNING)
		r.reason = show_status(r.e);
	else if ((r.status == STREAM_FAILED || r.status == STREAM_BLOCKED) && t->nhistory > 0)
		r.reason = t->history[t->nhistory - 1].reason;
	count(&r);
	return r;
}

static void
add_list(struct text *t, const struct strings *list, const char *none)
{
	for (size_t i = 0; i < list->n; i++) {
		text_puts(t, i > 0 ? ", " : "");
		text_line(t, list->v[i], strlen(list->v[i]));
	}
	if (list->n == 0)
		text_puts(t, none);
}

/* Prints the line, cut to the terminal, and empties it. */
static void
put(struct text *t)
{
	show_cut(t->buf);
	text_clear(t);
}

static void
put_field(struct text *t, const char *name, const char *value)
{
	text_printf(t, "├─ %s: ", name);
	text_line(t, value, strlen(value));
	put(t);
}

/* "Stream-A ✓, Stream-B (50%)" */
static void
put_dependencies(const struct streams_view *v, const struct stream *one, struct text *t)
{
	struct row r;
	size_t k;

	text_puts(t, one->depends_on.n == 0 ? "└─ Dependencies: None" : "└─ Dependencies: ");
	for (size_t i = 0; i < one->depends_on.n; i++) {
		if ((k = streams_find(&v->f.s, one->depends_on.v[i])) == STREAMS_NONE)
			continue;
		r = row_of(v, k);
		text_printf(t, "%s%s", i > 0 ? ", " : "", one->depends_on.v[i]);
		if (r.status == STREAM_COMPLETE)
			text_puts(t, " ✓");
		else
			text_printf(t, " (%lld%%)", (long long)(r.total == 0 ? 0 : r.done * 100 / r.total));
		strings_free(&r.waits);
	}
	put(t);
}

static const char *
below_top(const struct orch *o, const char *path)
{
	size_t len = strlen(o->repo.top);

	return strncmp(path, o->repo.top, len) == 0 && path[len] == '/' ? path + len + 1 : path;
}

static void
print(const struct streams_view *v, size_t i)
{
	struct row r = row_of(v, i);
	const struct stream *one = r.one;
	struct text t = { 0 };

	putchar('\n');
	text_printf(&t, "%s (", one->id);
	text_line(&t, one->name, strlen(one->name));
	text_puts(&t, ")");
	put(&t);
	text_puts(&t, "├─ Progress: ");
	show_bar(&t, r.done, r.total, BAR);
	text_printf(&t, " %lld%% (%lld/%lld tasks)", (long long)(r.total == 0 ? 0 : r.done * 100 / r.total),
	    (long long)r.done, (long long)r.total);
	put(&t);
	text_puts(&t, "├─ Status: ");
	look_puts(&t, words[r.status].tone, words[r.status].shown);
	if (r.status == STREAM_WAITS) {
		text_puts(&t, " (waits for ");
		add_list(&t, &r.waits, "");
		text_puts(&t, ")");
	} else if (r.reason != NULL) {
		text_puts(&t, " (");
		text_line(&t, r.reason, strlen(r.reason));
		text_puts(&t, ")");
	}
	put(&t);
	if (r.e != NULL) {
		put_field(&t, "Worktree", below_top(v->o, r.e->state.worktree));
		put_field(&t, "Branch", r.e->state.branch);
	} else if (one->worktree != NULL)
		put_field(&t, "Worktree", one->worktree);
	text_puts(&t, "├─ Files: ");
	add_list(&t, stream_paths(one), "not stated");
	put(&t);
	put_dependencies(v, one, &t);
	strings_free(&r.waits);
	text_free(&t);
}

/* -1: there is no file, or it has problems, which are reported. */
static int
open_view(struct streams_view *v, struct orch *o, const struct entries *es, const char *only)
{
	char id[TASKLIST_ID_MAX];
	bool good;

	memset(v, 0, sizeof(*v));
	v->o = o;
	v->es = es;
	v->only = only;
	if (!streams_file_present(o) || streams_file_load(o, &v->f) != 0)
		return -1;
	if (v->f.problems.n > 0) {
		if (!o->json)
			printf("%s has %zu problem%s: orchestrator config names %s\n", v->f.shown, v->f.problems.n,
			    v->f.problems.n == 1 ? "" : "s", v->f.problems.n == 1 ? "it" : "them");
		return -1;
	}
	streams_list(o, &v->f.s, id);
	if (id[0] != '\0')
		v->list = tasks_see(o->workspace, id, &good);
	return 0;
}

static bool
is_shown(const struct streams_view *v, size_t i)
{
	return v->only == NULL || strcmp(v->only, v->f.s.v[i].id) == 0;
}

/* "1. Complete Stream-B, 1 task left  orchestrator tasks complete Stream-B" */
static void
suggest(size_t *n, const char *what, const char *ids, const char *more, const char *command)
{
	char *lead, *text;

	if (*n == 0)
		puts("\nSuggested Next Actions:");
	lead = text_format("%zu. ", ++*n);
	text = text_format("%s %s%s", what, ids, more);
	show_item(&(struct page_item){ lead, text, command }, 3);
	free(lead);
	free(text);
}

/* What a person does about a stream; those that can begin are in startable. */
static void
suggest_one(const struct streams_view *v, size_t i, size_t *n, struct strings *startable)
{
	struct row r = row_of(v, i);
	bool failed = r.status == STREAM_FAILED || r.status == STREAM_BLOCKED;
	char *command = text_format("orchestrator tasks %s %s", failed ? "reopen" : "complete", r.one->id);
	char *left = text_format(", %lld task%s left", (long long)(r.total - r.done), r.total - r.done == 1 ? "" : "s");

	if (failed && r.e == NULL)
		suggest(n, "Try again", r.one->id, "", command);
	else if (r.status == STREAM_IN_PROGRESS && r.e == NULL)
		suggest(n, "Complete", r.one->id, left, command);
	else if (r.status == STREAM_PENDING)
		strings_add(startable, r.one->id);
	strings_free(&r.waits);
	free(command);
	free(left);
}

static void
suggestions(const struct streams_view *v, bool executing)
{
	struct strings startable = { 0 };
	char *ids;
	size_t n = 0;

	for (size_t i = 0; i < v->f.s.n; i++)
		if (is_shown(v, i))
			suggest_one(v, i, &n, &startable);
	if (startable.n > 0 && !executing) {
		ids = strings_join(&startable, ", ");
		suggest(&n, "Start", ids, "", "orchestrator execute --source streams");
		free(ids);
	}
	strings_free(&startable);
}

void
status_streams(struct orch *o, const struct entries *es, const char *only, bool executing)
{
	struct streams_view v;
	const char *name;
	bool any = false, first;

	for (int p = open_view(&v, o, es, only) == 0 ? 0 : STREAM_PHASES; p < STREAM_PHASES; p++) {
		first = true;
		for (size_t i = 0; i < v.f.s.n; i++) {
			if ((int)v.f.s.v[i].phase != p || !is_shown(&v, i))
				continue;
			name = stream_phase_name((enum stream_phase)p);
			if (first)
				printf("\n%c%s Phase\n", toupper((unsigned char)name[0]), name + 1);
			first = false;
			any = true;
			print(&v, i);
		}
	}
	if (any) {
		putchar('\n');
		show_cut("Legend: ✓ Complete | ⚠ In Progress | ⏸ Pending | ⚫ Blocked | ✗ Failed");
		suggestions(&v, executing);
	}
	streams_file_release(&v.f);
}

struct json *
status_streams_json(struct orch *o, const struct entries *es, const char *only)
{
	struct json *all = json_new_array(), *j;
	struct streams_view v;
	struct row r;

	for (size_t i = 0, n = open_view(&v, o, es, only) == 0 ? v.f.s.n : 0; i < n; i++) {
		if (!is_shown(&v, i))
			continue;
		r = row_of(&v, i);
		j = json_new_object();
		json_put_str(j, "stream", r.one->id);
		json_put_str(j, "name", r.one->name);
		json_put_str(j, "phase", stream_phase_name(r.one->phase));
		json_put_str(j, "status", words[r.status].word);
		json_put_str(j, "reason", r.reason);
		json_put_int(j, "done", r.done);
		json_put_int(j, "total", r.total);
		json_put(j, "files", strings_json(stream_paths(r.one)));
		json_put(j, "dependencies", strings_json(&r.one->depends_on));
		json_put(j, "waits_for", strings_json(&r.waits));
		json_put_str(j, "session", r.e == NULL ? NULL : r.e->id);
		strings_free(&r.waits);
		json_append(all, j);
	}
	streams_file_release(&v.f);
	return all;
}
