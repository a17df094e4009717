/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/execute/manifest.h"
#include "orchestrator/execute/preview.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define PLAN_DELAY	(200 * CLOCK_MS)
#define PLAN_SHARE	50	/* writing takes at most one part in so many of the time */

/* Makes the planned sessions from the preview. */
static struct manifest *
make(const struct executor *f, const struct preview *p)
{
	struct manifest *m = manifest_make();
	struct pick pick;

	for (size_t at = 0, i; at < p->n; at = i) {
		pick.n = 0;
		for (i = at; i < p->n && p->lead[i] == at; i++)
			if (pick.n < GROUP_MAX)
				pick.v[pick.n++] = p->order[i];
		manifest_plan(m, &pick);
	}
	m->spawn = 1;
	m->trust = f->limits.trust;
	m->at = clock_wall();
	if (f->o->instance != NULL)
		strlcpy(m->instance, strrchr(f->o->instance, '/') + 1, sizeof(m->instance));
	return m;
}

/* The last number, from the file. */
static unsigned
last_spawn(const struct orch *o)
{
	char *path, *text, why[RECORD_ERR];
	const char *id;
	struct json *j;
	unsigned n = 0;
	size_t len;

	if (o->instance == NULL)
		return 0;
	path = text_format("%s/" PLAN_FILE, o->instance);
	if (file_read(AT_FDCWD, path, PLAN_MAX, &text, &len) == 0) {
		j = json_parse(text, len, JSON_LARGE, why, sizeof(why));
		id = json_str(json_get(j, "terminal_manifest"), "spawn_id");
		if (id != NULL && strncmp(id, SPAWN, strlen(SPAWN)) == 0)
			n = (unsigned)strtoul(id + strlen(SPAWN), NULL, 10);
		json_free(j);
		free(text);
	}
	free(path);
	return n;
}

/* The session of a task, no matter which command made it, and all tasks that it is for. */
static void
adopt(struct manifest *m, const struct tasklist *l, size_t i)
{
	const char *session = l->v[i].session;
	char item[SESSION_ID_MAX];
	struct pick p = { .n = 1 };

	p.v[0] = executor_follows(l, &l->v[i]) && entry_item(session, item, sizeof(item)) ?
	    tasklist_find(l, item) : i;
	for (size_t k = 0; k < l->n && p.n < GROUP_MAX; k++)
		if (k != p.v[0] && strcmp(l->v[k].session, session) == 0)
			p.v[p.n++] = k;
	manifest_sent(m, &p, session);
}

static struct manifest *
build(struct executor *f, const struct preview *p)
{
	struct manifest *m = make(f, p);

	m->spawn = last_spawn(f->o) + 1;
	for (size_t i = 0; i < f->list.n; i++)
		if (f->list.v[i].status == TASK_IN_PROGRESS && f->list.v[i].session[0] != '\0')
			adopt(m, &f->list, i);
	return m;
}

static void
look(struct executor *f, const struct manifest *m, struct terminal *t)
{
	const struct session_row *s = f->loop == NULL ? NULL : table_find(&f->loop->table, t->session);
	struct entry e;

	if (s != NULL && s->e.error == NULL && s->e.path != NULL)
		manifest_look(m, t, &s->e);
	else if (s == NULL && executor_entry(f->o, t->session, &e) == 0) {
		if (e.error == NULL)
			manifest_look(m, t, &e);
		entry_release(&e);
	}
}

static void *
need(void *p)
{
	if (p == NULL)
		err(EX_OSERR, NULL);
	return p;
}

/* Finds the files of all merges since the last time. */
static void
look_files(struct executor *f, struct manifest *m)
{
	const char **commits = need(calloc(m->n + 1, sizeof(*commits)));
	struct terminal **of = need(calloc(m->n + 1, sizeof(*of)));
	struct artifacts *files;
	char why[GIT_ERR];
	struct git g;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].status == TERMINAL_COMPLETED && !m->v[i].looked &&
		    m->v[i].merged[0] != '\0') {
			of[n] = &m->v[i];
			commits[n++] = m->v[i].merged;
		}
	files = need(calloc(n + 1, sizeof(*files)));
	if (n > 0 && (orch_git(f->o, &g, why, sizeof(why)) == -1 ||
	    artifacts_load(&g, commits, n, files, why, sizeof(why)) == -1))
		log_warnx(PLAN_FILE ": what was merged: %s", why);
	for (size_t i = 0; i < n; i++) {
		of[i]->looked = true;
		of[i]->files = files[i];
	}
	free(files);
	free(of);
	free(commits);
}

static void
look_all(struct executor *f, struct manifest *m)
{
	m->at = clock_wall();
	m->elapsed = (clock_now() - f->began) / CLOCK_MS;
	m->trust = f->limits.trust;
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].session[0] != '\0' &&
		    (m->v[i].status == TERMINAL_ACTIVE || !m->v[i].archived))
			look(f, m, &m->v[i]);
	look_files(f, m);
	strings_free(&m->requeue);
	for (size_t i = 0; i < f->list.n && i < f->graph.n; i++)
		if (f->graph.status[i] == TASK_PENDING && f->list.v[i].status != TASK_PENDING &&
		    f->list.v[i].status != TASK_COMPLETE)
			strings_add(&m->requeue, f->list.v[i].item.id);
}

struct json *
executor_manifest_plan(struct executor *f, const struct preview *p)
{
	struct manifest *m = build(f, p);
	struct json *j;

	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].session[0] != '\0')
			look(f, m, &m->v[i]);
	j = manifest_json(m, &f->list);
	manifest_free(m);
	return j;
}

void
executor_manifest_begin(struct executor *f)
{
	struct preview p;

	preview_make(&p, f);
	if (p.problems.n == 0) {
		f->manifest = build(f, &p);
		f->manifest->begun_at = f->began_wall;
	}
	preview_release(&p);
	executor_manifest_write(f, false);
}

void
executor_manifest_sent(struct executor *f, size_t i)
{
	if (f->manifest != NULL)
		adopt(f->manifest, &f->list, i);
}

void
executor_manifest_error(struct executor *f, const char *task, const char *why, bool final)
{
	if (f->manifest == NULL)
		return;
	manifest_error(f->manifest, task, why, final);
	executor_manifest_changed(f);
}

void
executor_manifest_changed(struct executor *f)
{
	int64_t now = clock_now();

	if (f->manifest == NULL || f->manifest_due)
		return;
	f->manifest_due = true;
	watch_timer(&f->manifest_timer, now + PLAN_DELAY > f->manifest_at ? now + PLAN_DELAY :
	    f->manifest_at);
}

void
executor_manifest_write(struct executor *f, bool over)
{
	int64_t began = clock_now();
	struct json *j;
	char *text, *name;
	size_t len;
	int fd;

	f->manifest_due = false;
	if (f->manifest == NULL || f->list.v == NULL)	/* the list could not be read again */
		return;
	look_all(f, f->manifest);
	if (over)
		f->manifest->ended_at = f->manifest->at;
	j = json_new_object();
	json_put_int(j, "version", 1);
	json_put_str(j, "list", f->id);
	json_put_str(j, "name", f->list.name);
	json_put(j, "terminal_manifest", manifest_json(f->manifest, &f->list));
	text = json_text(j, true, &len);
	name = f->joined ? text_format("plan-%s.json", f->id) : text_format(PLAN_FILE);
	if ((fd = file_open_dir(AT_FDCWD, f->o->instance)) == -1 ||
	    file_replace(fd, name, text, len, 0) == -1)
		log_warn("%s/%s", f->o->instance, name);
	file_close(fd);
	free(name);
	free(text);
	json_free(j);
	f->manifest_at = clock_now() + PLAN_SHARE * (clock_now() - began);
}
