/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/live.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/execute/report.h"
#include "orchestrator/session/room.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"
#include "proto/settings/settings.h"
#include "proto/sys/watch.h"

void
loop_changed(struct loop *l)
{
	if (!l->dirty)
		watch_timer(&l->cache, clock_now() + l->cache_delay);
	l->dirty = true;
	LOOP_LISTS(l, f)
		executor_manifest_changed(f);
}

void
loop_due(struct loop *l, struct session_row *s, bool starting)
{
	s->starting |= starting;
	if (s->due)
		return;
	s->due = true;
	TAILQ_INSERT_TAIL(&l->due, s, due_link);
}

void
loop_look(struct loop *l)
{
	LOOP_LISTS(l, f)
		f->look = true;
}

bool
loop_listed(const struct loop *l, const struct entry *e)
{
	for (const struct executor *f = l->executor; f != NULL; f = f->next)
		if (tasklist_find(&f->list, e->state.item) != TASK_NONE)
			return true;
	return false;
}

/* A retry makes up for the attempts before it. */
void
loop_merged(struct loop *l, const struct entry *e, const char *commit)
{
	struct json *j;

	l->merged++;
	if (l->executor == NULL) {
		if (l->done == NULL)
			l->done = json_new_array();
		json_append(l->done, j = report_session(e, l->o->archive, NULL));
		if (commit[0] != '\0')
			json_put_str(j, "merged", commit);
	}
	for (size_t i = l->lost.n; i-- > 0;)
		if (strcmp(l->lost.v[i], e->state.item) == 0) {
			free(l->lost.v[i]);
			l->lost.v[i] = l->lost.v[--l->lost.n];
		}
	loop_say(l, e->id, "merged", "%.12s", commit[0] != '\0' ? commit : "by hand");
}

static void
session_event(void *arg, const struct watch_event *ev)
{
	static const char *const matters[] = {
		SESSION_FILE_STATE, SESSION_FILE_LOCK, SESSION_FILE_QUESTIONS, SESSION_FILE_PAUSE, SESSION_FILE_ANSWERS_JSON, ""
	};
	struct session_row	*s = arg;

	if (s->loop->live != NULL && (strcmp(ev->name, SESSION_FILE_LOG) == 0 || strcmp(ev->name, SESSION_FILE_MERGE_LOG) == 0))
		live_logged(s->loop->live, s);
	for (size_t i = 0; i < sizeof(matters) / sizeof(matters[0]); i++)
		if (ev->kind == WATCH_GONE || strcmp(ev->name, matters[i]) == 0) {
			loop_due(s->loop, s, false);
			break;
		}
}

/* max_parallel: the largest of the lists, or that of the settings without a list; SIZE_MAX when these can't be read. */
static size_t
most(const struct loop *l)
{
	struct settings	 s;
	size_t		 max = 0;

	LOOP_LISTS(l, f)
		max = f->limits.max > max ? f->limits.max : max;
	if (max > 0)
		return max;
	if (orch_target_settings(l->o, &s) != 0)
		return SIZE_MAX;
	max = (size_t)s.max_parallel;
	settings_release(&s);
	return max;
}

bool
loop_full(const struct loop *l)
{
	const struct session_row *s;
	size_t		 n = 0;

	if (!l->counted)
		return true;
	TAILQ_FOREACH(s, &l->table.all, all)
		n += room_taken(&s->e);
	LOOP_LISTS(l, f)
		n += f->pid != 0;
	return n >= most(l);
}

void
loop_room(struct loop *l)
{
	struct session_row	*s;

	if (l->full > 0)
		TAILQ_FOREACH(s, &l->table.all, all)
			if (s->action == ACTION_FULL)
				loop_due(l, s, false);
}

static void
answer_event(void *arg, const struct watch_event *ev)
{
	struct session_row	*s = arg;

	(void)ev;
	loop_due(s->loop, s, false);
}

void
loop_watch_answers(struct session_row *s, bool parked)
{
	char	*path;

	if (parked == (s->answers.fire != NULL))
		return;
	watch_undir(&s->answers);
	s->answers = (struct watch){ .fire = parked ? answer_event : NULL, .arg = s };
	if (!parked)
		return;
	path = text_format("%s/" SESSION_DIR_ANSWERS, s->e.path);
	if (watch_dir(&s->answers, path, false) == -1)
		log_warn("%s: not watched", path);
	free(path);
}

void
loop_add(struct loop *l, const char *id, bool starting)
{
	struct session_row	*s;
	char		*path;
	int		 rv;

	if (!session_id_valid(id) || table_find(&l->table, id) != NULL)
		return;
	path = text_format("%s/%s", l->o->sessions, id);
	s = table_add(&l->table, id);
	s->loop = l;
	s->watch = (struct watch){ .fire = session_event, .arg = s };
	s->action = ACTION_OVER;
	rv = watch_dir(&s->watch, path, false);
	if (rv == -1 && errno == ENOENT)
		table_remove(&l->table, s);
	else {
		if (rv == -1)
			log_warn("%s: not watched", path);
		loop_due(l, s, starting);
	}
	free(path);
}

void
loop_gone(struct loop *l, struct session_row *s)
{
	struct entry	 e;
	char		*path;

	if (s == l->merging)
		return;
	path = text_format("%s/%s", l->o->archive, s->e.id);
	if (entry_load(&e, path, true) == -1) {
		loop_say(l, s->e.id, "gone", "its session directory was removed");
		strings_add(&l->lost, s->e.state.item);
	} else {
		if (!status_done(e.state.status))
			strings_add(&l->lost, e.state.item);
		else
			loop_merged(l, &e, e.state.merged);
		entry_release(&e);
	}
	free(path);
	loop_forget(l, s);
}

void
loop_forget(struct loop *l, struct session_row *s)
{
	live_forget(l->live, s);
	queue_drop(l, s);
	queue_unblock(l, s);
	if (s->due)
		TAILQ_REMOVE(&l->due, s, due_link);
	l->pending -= schedule_pending(s->action);
	l->full -= s->action == ACTION_FULL;
	loop_look(l);
	watch_undir(&s->watch);
	watch_undir(&s->answers);
	watch_timer(&s->later, 0);
	table_remove(&l->table, s);
	loop_room(l);
	loop_changed(l);
}
