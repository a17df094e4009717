/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/source/source.h"
#include "orchestrator/source/streams_file.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/lock.h"

#define LOCK		"streams.lock"
#define ALL_DONE	"all its tasks are COMPLETE"
#define GONE		"no longer in the streams file"
#define BEGUN		"tasks of it are IN_PROGRESS"

static bool
present(struct orch *o)
{
	return streams_file_present(o);
}

static bool
is_initiative(const struct streams *s, const char *project)
{
	return (s->initiative != NULL && strcmp(s->initiative, project) == 0) ||
	    (s->name != NULL && strcmp(s->name, project) == 0);
}

static bool
is_project(struct orch *o, const char *project)
{
	struct streams_file f;
	bool is = streams_file_read(o, &f) == 0 && is_initiative(&f.s, project);

	streams_file_release(&f);
	return is;
}

/* Loads a file without problems. */
static int
load(struct orch *o, struct streams_file *f)
{
	int rv;

	if ((rv = streams_file_load(o, f)) != 0)
		return rv;
	streams_overlaps(&f->s, &f->problems);
	return streams_file_sound(f);
}

/* Was that the reason of its last change? */
static bool
is_since(const struct task *t, const char *reason)
{
	const char *last = t->nhistory == 0 ? NULL : t->history[t->nhistory - 1].reason;

	return last != NULL && strncmp(last, reason, strlen(reason)) == 0;
}

/* Adjusts a stream that is worked on or was completed elsewhere, or is back in the file. */
static bool
settle(const struct stream *one, struct task *t)
{
	bool ours = t->status != TASK_COMPLETE &&
	    (t->status != TASK_IN_PROGRESS || t->session[0] == '\0');

	if (ours && stream_complete(one)) {
		task_enter(t, TASK_COMPLETE, tasks_author(), ALL_DONE);
		return true;
	}
	if (t->status == TASK_PENDING && one->begun > 0) {
		task_enter(t, TASK_IN_PROGRESS, tasks_author(), BEGUN);
		t->session[0] = '\0';
		return true;
	}
	if ((t->status != TASK_BLOCKED || !is_since(t, GONE)) &&
	    (t->status != TASK_IN_PROGRESS || !is_since(t, BEGUN) || one->begun > 0))
		return false;
	task_enter(t, TASK_PENDING, tasks_author(), NULL);
	return true;
}

static bool
leave(struct task *t)
{
	bool changed = t->item.depends_on.n > 0;

	strings_free(&t->item.depends_on);
	t->changed |= changed;
	if (t->status != TASK_PENDING)
		return changed;
	task_enter(t, TASK_BLOCKED, tasks_author(), GONE "; if it is not to be done, mark it with orchestrator tasks complete");
	return true;
}

/* For tasks_change: 1 when there is nothing to write. */
static int
mirror(struct tasklist *l, void *arg)
{
	const struct streams *s = arg;
	char why[RECORD_ERR];
	bool changed = false;
	size_t k;

	for (size_t i = 0; i < s->n; i++) {
		if ((k = tasklist_find(l, s->v[i].id)) == TASK_NONE) {
			if (tasklist_add(l, s->v[i].id, NULL, why, sizeof(why)) == NULL) {
				log_warnx("task list %s: %s", l->id, why);
				return EX_DATAERR;
			}
			k = l->n - 1;
			changed = true;
		}
		changed |= settle(&s->v[i], &l->v[k]);
		changed |= streams_task(s, i, &l->v[k]);
	}
	for (k = 0; k < l->n; k++)
		if (streams_find(s, l->v[k].item.id) == STREAMS_NONE)
			changed |= leave(&l->v[k]);
	return !changed;
}

/* A change that is pending for people's lists: they marked a stream as COMPLETE. */
struct debt { const struct task *stream; int64_t since; };

static int
pay(struct tasklist *l, void *arg)
{
	const struct debt *d = arg;
	const struct parts *p = &d->stream->item.parts;
	char *reason = text_format("%s is COMPLETE", d->stream->item.id);
	bool changed = false;
	size_t k;

	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->v[i].list, l->id) != 0 || (k = tasklist_find(l, p->v[i].id)) == TASK_NONE)
			continue;
		/* Tasks reopened since then stay open. */
		if (l->v[k].status == TASK_COMPLETE || l->v[k].status == TASK_IN_PROGRESS ||
		    (l->v[k].nhistory > 0 && l->v[k].history[l->v[k].nhistory - 1].at > d->since))
			continue;
		task_enter(&l->v[k], TASK_COMPLETE, tasks_author(), reason);
		changed = true;
	}
	free(reason);
	return !changed;
}

static int
settle_debts(struct orch *o, const char *list)
{
	const struct tasklist *l;
	int rv;

	if ((rv = tasks_view(o->workspace, list, &l)) != 0)
		return rv;
	for (size_t i = 0; rv <= 1 && i < l->n; i++) {
		const struct task *t = &l->v[i];
		const struct task_change *last = t->nhistory == 0 ? NULL : &t->history[t->nhistory - 1];
		struct debt d = { .stream = t };

		if (t->status != TASK_COMPLETE || last == NULL || last->reason != NULL ||
		    session_id_valid(last->by) || t->item.parts.n == 0 || t->item.parts.v[0].list[0] == '\0')
			continue;
		d.since = last->at;
		rv = tasks_change(o->workspace, t->item.parts.v[0].list, pay, &d);
	}
	return rv == 1 ? 0 : rv;
}

static int
make(struct orch *o, struct streams *s, char list[TASKLIST_ID_MAX])
{
	char *name = text_format("%s (%s)", s->name, s->initiative);
	struct tasklist l;
	int rv;

	tasklist_make(&l, name);
	l.source.kind = text_format(SOURCE_STREAMS);
	l.source.project = text_format("%s", s->initiative);
	if ((rv = mirror(&l, s)) <= 1 && (rv = tasks_keep(o->workspace, &l)) == 0)
		strlcpy(list, l.id, TASKLIST_ID_MAX);
	tasklist_release(&l);
	free(name);
	return rv;
}

static int
bring_up(struct orch *o, struct streams *s, char list[TASKLIST_ID_MAX])
{
	int rv;

	if (list[0] == '\0')
		streams_list(o, s, list);
	if (list[0] == '\0')
		return make(o, s, list);
	if ((rv = tasks_change(o->workspace, list, mirror, s)) > 1)
		return rv;
	return settle_debts(o, list);
}

/* One process at a time, so that a list is made once. */
static int
bring_up_locked(struct orch *o, struct streams *s, char list[TASKLIST_ID_MAX])
{
	int fd, lock, rv;

	if ((fd = tasks_dir(o->workspace, true)) == -1)
		return orch_status(errno);
	while ((lock = lock_take_wait(fd, LOCK, "orchestrator")) == -1 && errno == EINTR)
		;
	if (lock == -1) {
		log_warn(LOCK);
		rv = orch_status(errno);
	} else {
		rv = bring_up(o, s, list);
		close(lock);
	}
	close(fd);
	return rv;
}

static int
open_list(struct orch *o, const char *project, char list[TASKLIST_ID_MAX])
{
	struct streams_file f;
	int rv;

	list[0] = '\0';
	if ((rv = load(o, &f)) == 0 && project != NULL && !is_initiative(&f.s, project)) {
		log_warnx("no initiative \"%s\" in %s, which is for %s (%s)", project, f.shown, f.s.name,
		    f.s.initiative);
		rv = EX_NOINPUT;
	}
	if (rv == 0)
		rv = bring_up_locked(o, &f.s, list);
	streams_file_release(&f);
	return rv;
}

static int
refresh(struct orch *o, const char *list)
{
	char id[TASKLIST_ID_MAX];
	struct streams_file f;
	const struct tasklist *l;
	int rv;

	if ((rv = load(o, &f)) == 0 && (rv = tasks_view(o->workspace, list, &l)) == 0) {
		if (l->source.project == NULL || strcmp(l->source.project, f.s.initiative) != 0) {
			log_warnx("%s is for another initiative than list %s: %s (%s); put the former file "
			    "back to go on with the list", f.shown, list, f.s.name, f.s.initiative);
			rv = EX_DATAERR;
		} else {
			strlcpy(id, list, sizeof(id));
			rv = bring_up_locked(o, &f.s, id);
		}
	}
	streams_file_release(&f);
	return rv;
}

/* An invalid file does not concern a dispatch of something else. */
static int
find(struct orch *o, const char *item, char list[TASKLIST_ID_MAX])
{
	struct streams_file f;
	bool ours = streams_file_read(o, &f) == 0 && streams_find(&f.s, item) != STREAMS_NONE;

	streams_file_release(&f);
	list[0] = '\0';
	return ours ? open_list(o, NULL, list) : 0;
}

const struct source source_streams = {
	.kind = SOURCE_STREAMS,
	.present = present,
	.is_project = is_project,
	.open = open_list,
	.refresh = refresh,
	.local = true,
	.find = find,
	.finish = streams_archive,
};
