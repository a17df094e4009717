/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/source.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

#define TASKS	"tasks"
#define NOTHING	"none"

static const struct source *const sources[] = { &source_beads, &source_streams, NULL };
const char *const source_words[SOURCE_WORDS + 1] = { NOTHING, TASKS, "beads", "streams" };
_Static_assert(SOURCE_WORDS == 2 + sizeof(sources) / sizeof(sources[0]) - 1, "each source has its word");

static const struct source *
by_kind(const char *kind)
{
	for (size_t i = 0; sources[i] != NULL; i++)
		if (strcmp(sources[i]->kind, kind) == 0)
			return sources[i];
	return NULL;
}

const struct source *
source_of(const struct tasklist *l)
{
	return l->source.kind == NULL ? NULL : by_kind(l->source.kind);
}

/* The source of a list on disk, or NULL. */
static const struct source *
of_list(struct orch *o, const char *list)
{
	bool good;
	const struct tasklist *l = tasks_see(o->workspace, list, &good);

	return l == NULL ? NULL : source_of(l);
}

/* Lists kept by people that have unfinished tasks; the lists of sources do not count. */
struct open_lists {
	struct orch	*o;
	bool		 streams;	/* tasks in a stream are done by the streams' list */
	bool		 failed;	/* also lists whose open tasks are all FAILED */
	size_t		 n;
	char		 id[TASKLIST_ID_MAX];
	struct text	 names;
};

static int
count_open(void *arg, const char *id)
{
	struct open_lists *c = arg;
	bool good, left;
	const struct tasklist *l = tasks_see(c->o->workspace, id, &good);

	/* A damaged list must be repaired first: opening it reports the damage. */
	left = !good;
	for (size_t i = 0; !left && i < l->n; i++)
		left = l->v[i].status != TASK_COMPLETE && (c->failed || l->v[i].status != TASK_FAILED) &&
		    (!c->streams || l->v[i].stream[0] == '\0');
	if (left && (l == NULL || l->source.kind == NULL)) {
		strlcpy(c->id, id, sizeof(c->id));
		text_printf(&c->names, "%s%s (%s)", c->n++ == 0 ? "" : ", ", id, good ? l->name : "damaged");
	}
	return 0;
}

/* Nothing was named: takes what there is, if there is only one. */
static int
select_any(struct orch *o, char list[TASKLIST_ID_MAX])
{
	struct open_lists c = { .o = o };
	const struct source *found = NULL;
	size_t n = 0;
	int rv = 0;

	for (size_t i = 0; sources[i] != NULL; i++)
		if (sources[i]->present(o)) {
			found = sources[i];
			n++;
			c.streams |= strcmp(found->kind, SOURCE_STREAMS) == 0;
			text_printf(&c.names, "%s--source %s", c.names.len == 0 ? "" : ", ",
			    found->kind);
		}
	if (c.names.len > 0)
		text_puts(&c.names, ", ");
	tasks_each(o->workspace, count_open, &c);
	c.failed = n + c.n == 0;
	if (c.failed)
		tasks_each(o->workspace, count_open, &c);
	if (n + c.n > 1) {
		log_warnx("several lists have open tasks; name one: %s", c.names.buf);
		rv = EX_USAGE;
	} else if (c.n == 1)
		strlcpy(list, c.id, TASKLIST_ID_MAX);
	else if (n == 1)
		rv = found->open(o, NULL, list);
	text_free(&c.names);
	return rv;
}

/* The name, or that behind the prefix that labels have. */
static int
find_known(struct orch *o, const char *project, char list[TASKLIST_ID_MAX])
{
	int rv = tasks_find_known(o, project, list);

	return rv == EX_NOINPUT && source_name(project) != project ? tasks_find_known(o, source_name(project), list) : rv;
}

static int
select_project(struct orch *o, const char *project, char list[TASKLIST_ID_MAX])
{
	const char *name = source_name(project);
	int rv;

	if ((rv = find_known(o, project, list)) != EX_NOINPUT)
		return rv != 0 ? rv : source_fresh(o, list);
	for (size_t i = 0; sources[i] != NULL; i++)
		if (sources[i]->present(o) && sources[i]->is_project != NULL &&
		    sources[i]->is_project(o, name))
			return sources[i]->open(o, name, list);
	for (size_t i = 0; sources[i] != NULL; i++)
		if (sources[i]->present(o) && sources[i]->is_project == NULL)
			return sources[i]->open(o, name, list);
	return tasks_find_list(o, project, list);	/* which reports that there is none */
}

const char *
source_name(const char *project)
{
	size_t len = strlen(SOURCE_LABEL);

	return strncmp(project, SOURCE_LABEL, len) == 0 && project[len] != '\0' ? project + len : project;
}

int
source_select(struct orch *o, const char *source, const char *project, char list[TASKLIST_ID_MAX])
{
	const struct source *s;

	list[0] = '\0';
	if (source == NULL)
		return project == NULL ? select_any(o, list) : select_project(o, project, list);
	if (strcmp(source, NOTHING) == 0)
		return 0;
	if (strcmp(source, TASKS) == 0)
		return tasks_find_list(o, project, list);
	s = by_kind(source);
	return s == NULL ? EX_USAGE : s->open(o, project == NULL ? NULL : source_name(project), list);
}

bool
source_any(struct orch *o)
{
	for (size_t i = 0; sources[i] != NULL; i++)
		if (sources[i]->present(o))
			return true;
	return false;
}

int
source_find(struct orch *o, const char *item, char list[TASKLIST_ID_MAX])
{
	int rv = 0;

	list[0] = '\0';
	for (size_t i = 0; rv == 0 && list[0] == '\0' && sources[i] != NULL; i++)
		if (sources[i]->present(o))
			rv = sources[i]->find(o, item, list);
	return rv;
}

int
source_fresh(struct orch *o, const char *list)
{
	const struct source *s = of_list(o, list);

	return s == NULL || !s->local ? 0 : s->refresh(o, list);
}

int
source_claim(struct orch *o, const char *list, const char *task)
{
	const struct source *s = of_list(o, list);

	return s == NULL || s->claim == NULL ? 0 : s->claim(o, list, task);
}

void
source_release(struct orch *o, const char *list, const char *task)
{
	const struct source *s = of_list(o, list);

	if (s != NULL && s->release != NULL)
		s->release(o, list, task);
}

char *
source_finish(struct orch *o, const char *list)
{
	const struct source *s = of_list(o, list);

	return s == NULL || s->finish == NULL ? NULL : s->finish(o, list);
}

static int
settle_list(void *arg, const char *list)
{
	struct orch *o = arg;
	bool good, owed = false;
	char *done = NULL;
	const struct tasklist *l = tasks_see(o->workspace, list, &good);
	const struct source *s = l != NULL && good ? source_of(l) : NULL;

	for (size_t i = 0; s != NULL && i < l->n && !owed; i++)
		owed = l->v[i].claimed && l->v[i].status == TASK_COMPLETE;
	if (owed)
		s->refresh(o, list);
	if (good && (done = source_finish(o, list)) != NULL)
		log_info("%s", done);
	free(done);
	return 0;
}

void
source_settle(struct orch *o)
{
	tasks_each(o->workspace, settle_list, o);
}
