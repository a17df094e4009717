/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "orchestrator/execute/cache.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/model/model.h"
#include "orchestrator/model/note.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/ledger.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

#define DAY	INT64_C(86400000)

static void
place_changed(void *arg, const struct watch_event *ev)
{
	struct model *m = arg;

	(void)ev;
	m->stale = m->listing = m->execute = true;
}

static void
instance_changed(void *arg, const struct watch_event *ev)
{
	struct model *m = arg;

	(void)ev;
	m->stale = m->execute = true;
}

static void
seat_changed(void *arg, const struct watch_event *ev)
{
	struct seat *s = arg;

	(void)ev;
	s->stale = s->model->stale = true;
	watch_undir(&s->watch);
}

/* Watches the nearest directory above the workspace that exists, until the next one appears. */
static void
watch_above(struct model *m)
{
	char *path = text_format("%s", m->o->workspace), *slash;

	watch_undir(&m->place[PLACE_ABOVE]);
	while (watch_dir(&m->place[PLACE_ABOVE], path, false) == -1 && (slash = strrchr(path, '/')) != NULL && slash != path)
		*slash = '\0';
	free(path);
}

static void
watch_place(struct model *m, int place, const char *format, const char *dir)
{
	char *path = text_format("%s%s", dir, format);

	if (m->place[place].wd == 0)
		(void)watch_dir(&m->place[place], path, false);
	free(path);
}

static void
watch_places(struct model *m)
{
	if (m->o->instance == NULL) {
		watch_above(m);
		(void)orch_instance(m->o);	/* it may have been made meanwhile */
	}
	if (m->o->instance == NULL)
		return;
	watch_undir(&m->place[PLACE_ABOVE]);
	watch_place(m, PLACE_INSTANCE, "", m->o->instance);
	watch_place(m, PLACE_SESSIONS, "", m->o->sessions);
	watch_place(m, PLACE_ARCHIVE, "", m->o->archive);
	watch_place(m, PLACE_CONTROL, "/" CONTROL_DIRECTORY, m->o->instance);
	watch_place(m, PLACE_LISTS, "/" STATE_TASKLISTS, m->o->workspace);
}

void
model_open(struct model *m, struct orch *o)
{
	memset(m, 0, sizeof(*m));
	m->o = o;
	m->stale = m->listing = m->execute = true;
	for (int i = 0; i < PLACES; i++)
		m->place[i] = (struct watch){ .arg = m,
			.fire = i == PLACE_INSTANCE || i == PLACE_CONTROL ? instance_changed : place_changed };
}

static void
seat_free(struct seat *s)
{
	watch_undir(&s->watch);
	entry_release(&s->e);
	free(s->note);
	free(s);
}

void
model_close(struct model *m)
{
	for (int i = 0; i < PLACES; i++)
		watch_undir(&m->place[i]);
	for (size_t i = 0; i < m->n; i++)
		seat_free(m->v[i]);
	free(m->v);
	entries_release(&m->archived);
	entry_release(&m->instance);
	free(m->instance_note);
	free(m->lists);
	memset(m, 0, sizeof(*m));
}

void
model_lost(struct model *m)
{
	m->stale = m->listing = m->execute = true;
	for (size_t i = 0; i < m->n; i++)
		m->v[i]->stale = true;
}

/* Watches the session, then reads it.  false: it is gone. */
static bool
seat_load(struct seat *s, const char *path)
{
	struct entry now;

	s->stale = false;
	s->turn = s->model->turn;
	if (s->watch.wd == 0)
		(void)watch_dir(&s->watch, path, true);
	if (entry_load(&now, path, false) == -1)
		return false;
	entry_release(&s->e);
	s->e = now;
	free(s->note);
	s->note = note_make(&now);
	return true;
}

static struct seat *
seat_find(const struct model *m, const char *id)
{
	size_t low = 0, high = m->n, middle;

	while (low < high) {
		int order = strcmp(m->v[middle = low + (high - low) / 2]->e.id, id);

		if (order == 0)
			return m->v[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct listing { struct model *m; struct seat **v; size_t n; };

/* Keeps the seat of a session that is known, or makes one: watched first, then read. */
static int
list_one(void *arg, const char *id)
{
	struct listing *l = arg;
	struct seat *s = seat_find(l->m, id);
	char *path;

	if (s == NULL) {
		s = alloc_array(1, sizeof(*s));
		s->model = l->m;
		s->watch = (struct watch){ .fire = seat_changed, .arg = s };
		path = text_format("%s/%s", l->m->o->sessions, id);
		if (!seat_load(s, path)) {
			seat_free(s);
			s = NULL;
		}
		free(path);
	}
	if (s == NULL)
		return 0;
	s->kept = true;
	if ((l->v = reallocarray(l->v, l->n + 1, sizeof(struct seat *))) == NULL)
		err(EX_OSERR, NULL);
	l->v[l->n++] = s;
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	return strcmp((*(struct seat *const *)a)->e.id, (*(struct seat *const *)b)->e.id);
}

static void
list_sessions(struct model *m)
{
	struct listing l = { .m = m };

	for (size_t i = 0; i < m->n; i++)
		m->v[i]->kept = false;
	registry_each(m->o->sessions, list_one, &l);
	for (size_t i = 0; i < m->n; i++)
		if (!m->v[i]->kept)
			seat_free(m->v[i]);
	free(m->v);
	m->v = l.v;
	m->n = l.n;
	if (m->n > 1)
		qsort(m->v, m->n, sizeof(struct seat *), by_id);
}

struct archive { struct model *m; const char *dir; int64_t since; };

/* An archived session does not change any more, so the time of its directory tells when it ended. */
static int
archived_one(void *arg, const char *id)
{
	const struct archive *a = arg;
	struct entries *es = &a->m->archived;
	char *path = text_format("%s/%s", a->dir, id);
	struct stat st;

	if ((es->v = reallocarray(es->v, es->n + 1, sizeof(*es->v))) == NULL)
		err(EX_OSERR, NULL);
	if (a->since > 0 && file_stat(AT_FDCWD, path, &st) == 0 && st.st_mtime < a->since)
		a->m->older++;
	else if (entry_load(&es->v[es->n], path, true) == 0)
		es->n++;
	free(path);
	return 0;
}

static int
archive_dir(void *arg, const char *dir)
{
	struct archive *a = arg;

	a->dir = dir;
	return registry_each(dir, archived_one, a);
}

static void
list_archived(struct model *m)
{
	struct archive a = { .m = m, .since = m->all ? 0 : ledger_tomorrow(clock_wall() - DAY) / 1000 };

	entries_release(&m->archived);
	m->older = 0;
	registry_each_archive(m->o, archive_dir, &a);
}

void
model_archive(struct model *m, bool all)
{
	m->all = all;
	if (m->o->instance != NULL)
		list_archived(m);
}

/* What execute does. */
static void
load_execute(struct model *m)
{
	struct json *j = cache_execute(m->o);
	const struct json *lists = json_get(j, "lists");
	struct text t = { 0 };
	bool good;

	m->execute = false;
	m->executing = j != NULL;
	m->paused = control_paused(m->o);
	m->done = m->total = 0;
	for (size_t i = 0; i < json_count(lists); i++) {
		const struct json *one = json_at(lists, i);
		const char *id = json_str(one, "list"), *name = json_str(one, "name");
		const struct tasklist *l = id != NULL ? tasks_see(m->o->workspace, id, &good) : NULL;

		if (l == NULL)
			continue;
		text_printf(&t, "%s%s", t.len > 0 ? ", " : "", name != NULL && *name != '\0' ? name : id);
		m->total += l->n;
		for (size_t k = 0; k < l->n; k++)
			m->done += l->v[k].status == TASK_COMPLETE;
	}
	json_free(j);
	free(m->lists);
	m->lists = t.buf;
	entry_release(&m->instance);
	free(m->instance_note);
	ask_entry(&m->instance, m->o->instance, true);
	m->instance_note = note_question(&m->instance);
}

void
model_refresh(struct model *m)
{
	if (!m->stale)
		return;
	m->stale = false;
	m->turn++;
	watch_places(m);
	if (m->o->instance == NULL)
		return;
	if (m->execute)
		load_execute(m);
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i]->stale && !seat_load(m->v[i], m->v[i]->e.path))
			m->listing = true;
	if (!m->listing)
		return;
	m->listing = false;
	list_sessions(m);
	list_archived(m);
}

void
model_rows(const struct model *m, struct rows *r, const struct rows_look *look)
{
	rows_release(r);
	if (m->instance_note != NULL)
		rows_add(r, &m->instance, m->instance_note);
	for (size_t i = 0; i < m->n; i++)
		rows_add(r, &m->v[i]->e, m->v[i]->note);
	for (size_t i = 0; i < m->archived.n; i++)
		rows_add(r, &m->archived.v[i], NULL);
	rows_settle(r, look);
	r->count[SECTION_OVER] += m->older;
}

void
model_alerts(const struct model *m, struct strings *alerts)
{
	size_t left = 0;

	for (size_t i = 0; i < m->n; i++)
		left += entry_dead(&m->v[i]->e);
	if (m->paused)
		strings_add(alerts, "paused: no more sessions are started; orchestrator resume ends the pause");
	if (!m->executing && left > 0)
		strings_add(alerts, "sessions have no worker; orchestrator execute starts them");
}

const struct entry *
model_find(const struct model *m, const char *id)
{
	const struct seat *s = seat_find(m, id);

	if (s != NULL)
		return &s->e;
	for (size_t i = 0; i < m->archived.n; i++)
		if (strcmp(m->archived.v[i].id, id) == 0)
			return &m->archived.v[i];
	return m->instance_note != NULL && strcmp(m->instance.id, id) == 0 ? &m->instance : NULL;
}
