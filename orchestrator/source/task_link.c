/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/source.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/source/task_link_change.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/plan/taskgraph.h"

/* Finds lists with the task; with a session: it must be its last one, and not COMPLETE. */
struct search {
	const char	*workspace, *item, *session;
	char		*list;
	size_t		 n;
};

static int
has_task(void *arg, const char *id)
{
	struct search *s = arg;
	bool good;
	const struct tasklist *l = tasks_see(s->workspace, id, &good);
	size_t i;

	if (l != NULL && good && (i = tasklist_find(l, s->item)) != TASK_NONE &&
	    (s->session == NULL || (strcmp(l->v[i].session, s->session) == 0 &&
	    l->v[i].status != TASK_COMPLETE))) {
		strlcpy(s->list, id, TASKLIST_ID_MAX);
		s->n++;
	}
	return 0;
}

void
task_link_list(struct orch *o, const char *item, const char *session, char list[TASKLIST_ID_MAX])
{
	struct search s = { .workspace = o->workspace, .item = item, .session = session,
		.list = list };

	list[0] = '\0';
	tasks_each(o->workspace, has_task, &s);
}

struct near { const char *workspace; struct strings ids; bool open; };

static int
add_ids(void *arg, const char *id)
{
	struct near *n = arg;
	bool good;
	const struct tasklist *l = tasks_see(n->workspace, id, &good);

	for (size_t i = 0; l != NULL && i < l->n; i++) {
		strings_add(&n->ids, l->v[i].item.id);
		n->open |= l->v[i].status != TASK_COMPLETE;
	}
	return 0;
}

bool
task_link_nearest(struct orch *o, const char *id, char nearest[SESSION_ID_MAX])
{
	struct near n = { .workspace = o->workspace };
	const char *found;

	tasks_each(o->workspace, add_ids, &n);
	found = text_nearest(id, (const char *const *)n.ids.v, n.ids.n);
	strlcpy(nearest, found != NULL ? found : "", SESSION_ID_MAX);
	strings_free(&n.ids);
	return n.open || source_any(o);
}

/* May the task begin?  0, or a status with the reason printed. */
static int
may_begin(const struct tasklist *l, size_t i)
{
	const struct task *t = &l->v[i];
	struct taskgraph g;
	char why[RECORD_ERR], *waits;

	if (!task_legal(t->status, TASK_IN_PROGRESS)) {
		if (t->status == TASK_IN_PROGRESS && t->session[0] != '\0')
			log_warnx("task %s is IN_PROGRESS: session %s has it; see \"orchestrator "
			    "status %s\"", t->item.id, t->session, t->session);
		else
			log_warnx("task %s is %s; orchestrator tasks reopen %s makes it PENDING",
			    t->item.id, task_status_name(t->status), t->item.id);
		return EX_CANTCREAT;
	}
	if (taskgraph_make(&g, l, why, sizeof(why)) == -1) {
		log_warnx("task list %s: %s", l->id, why);
		return EX_DATAERR;
	}
	waits = tasks_waits_for(&g, i);
	taskgraph_release(&g);
	if (waits == NULL)
		return 0;
	log_warnx("task %s waits for %s, which must be COMPLETE first", t->item.id, waits);
	free(waits);
	return EX_UNAVAILABLE;
}

int
task_link_item(struct orch *o, const char *in, const char *id, struct item *item,
    char list[TASKLIST_ID_MAX])
{
	struct search s = { .workspace = o->workspace, .item = id, .list = list };
	struct tasklist l;
	size_t i;
	int rv;

	list[0] = '\0';
	task_link_recover(o);
	if (in != NULL) {
		s.n = 1;
		if ((rv = tasks_find_list(o, in, list)) != 0)
			return rv;
	} else
		tasks_each(o->workspace, has_task, &s);
	if (s.n == 0 && ((rv = source_find(o, id, list)) != 0 || list[0] == '\0'))
		return rv;
	if (s.n > 1)	/* which reports it */
		return tasks_find_task(o, NULL, id, list);
	if ((rv = source_fresh(o, list)) != 0 || (rv = tasks_load(o->workspace, list, &l)) != 0)
		return rv;
	if ((rv = tasks_need(&l, id, &i)) == 0 && (rv = may_begin(&l, i)) == 0) {
		/* Its raw has the members of a task, which an item does not have. */
		json_free(l.v[i].item.raw);
		l.v[i].item.raw = NULL;
		item_release(item);
		*item = l.v[i].item;
		memset(&l.v[i].item, 0, sizeof(l.v[i].item));
	}
	tasklist_release(&l);
	return rv;
}

struct opening { const struct item *item; const char *session; bool main; };

static void
open_one(struct task *t, const char *session)
{
	task_enter(t, TASK_IN_PROGRESS, session, NULL);
	strlcpy(t->session, session, sizeof(t->session));
}

/* Opens the item itself in its list, and its parts in this list. */
static int
open_tasks(struct tasklist *l, void *arg)
{
	const struct opening *o = arg;
	size_t i;
	int rv;

	if (o->main) {
		if ((rv = tasks_need(l, o->item->id, &i)) != 0 || (rv = may_begin(l, i)) != 0)
			return rv;
		open_one(&l->v[i], o->session);
	}
	for (size_t k = 0; k < o->item->parts.n; k++) {
		const struct part *p = &o->item->parts.v[k];

		if (strcmp(p->list, l->id) != 0 || strcmp(p->id, o->item->id) == 0)
			continue;
		if ((rv = tasks_need(l, p->id, &i)) != 0)
			return rv;
		if (l->v[i].status == TASK_COMPLETE)
			continue;
		if (!task_legal(l->v[i].status, TASK_IN_PROGRESS))
			return may_begin(l, i);
		open_one(&l->v[i], o->session);
	}
	return 0;
}

/* Is it the first part with its list? */
static bool
names_first(const struct parts *p, size_t k)
{
	for (size_t i = 0; i < k; i++)
		if (strcmp(p->v[i].list, p->v[k].list) == 0)
			return false;
	return p->v[k].list[0] != '\0';
}

/* The list that execute reads comes last: it records that the session has the task. */
int
task_link_open(struct orch *o, const char *list, const struct item *item, const char *session)
{
	struct opening part = { .item = item, .session = session }, all = part;
	int rv = 0;

	all.main = true;
	for (size_t k = 0; rv == 0 && k < item->parts.n; k++)
		if (names_first(&item->parts, k) && strcmp(item->parts.v[k].list, list) != 0)
			rv = tasks_change(o->workspace, item->parts.v[k].list, open_tasks, &part);
	if (rv == 0)
		rv = tasks_change(o->workspace, list, open_tasks, &all);
	return rv;
}

struct closing { const char *workspace; struct task_link_change c; };

static int
close_in_list(void *arg, const char *id)
{
	const struct closing *k = arg;
	struct task_link_change c = k->c;
	bool good, any = false;
	const struct tasklist *l = tasks_see(k->workspace, id, &good);

	for (size_t i = 0; l != NULL && good && i < l->n && !any; i++)
		any = task_link_changes(&l->v[i], &c);
	if (any)
		tasks_change(k->workspace, id, task_link_enter, &c);
	return 0;
}

void
task_link_drop(struct orch *o, const char *list, const char *item, const char *session)
{
	struct closing k = { .workspace = o->workspace, .c = { .session = session,
		.to = TASK_PENDING, .reason = TASK_LINK_NEVER_WAS } };

	tasks_each(o->workspace, close_in_list, &k);
	source_release(o, list, item);
}

/* path: of the session directory, workspace/instance/isolated-sessions/session. */
static void
change_all(const char *path, const struct task_link_change *c)
{
	struct closing k = { .c = *c };
	char *workspace = text_format("%s", path);

	for (int i = 0; i < 3; i++)
		if (strrchr(workspace, '/') != NULL)
			*strrchr(workspace, '/') = '\0';
	k.workspace = workspace;
	tasks_each(workspace, close_in_list, &k);
	free(workspace);
}

void
task_link_close(const char *path, const char *session, enum status status)
{
	const struct task_link_change c = { .session = session, .to = task_link_outcome(status),
		.reason = status_name(status) };

	if (status_ended(status))
		change_all(path, &c);
}

void
task_link_reopen(const char *path, const char *session)
{
	const struct task_link_change c = { .session = session, .to = TASK_IN_PROGRESS,
		.reason = "adopted" };

	change_all(path, &c);
}
