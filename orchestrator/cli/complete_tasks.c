/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/cli/complete.h"
#include "orchestrator/source/streams_file.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"

struct walk {
	const struct place *p;
	struct orch *o;
	char list[TASKLIST_ID_MAX]; /* only this one; "" = all */
};

static int
print_list(void *arg, const char *id)
{
	const struct walk *w = arg;
	const struct tasklist *l = tasks_head(w->o->workspace, id);

	if (l != NULL && l->name != NULL)
		complete_word(w->p, l->name, id);
	if (strncmp(w->p->word, "tl-", strlen("tl-")) == 0)
		complete_word(w->p, id, l == NULL ? "" : l->name);
	return 0;
}

void
complete_lists(struct orch *o, const struct place *p)
{
	if (orch_open(o) == 0)
		tasks_each(o->workspace, print_list, &(struct walk){ .p = p, .o = o });
}

/* Which tasks a command is for: those that it may change. */
static bool
has_fit(const char *command, enum task_status status)
{
	if (strcmp(command, "dispatch") == 0 || strcmp(command, "tasks start") == 0)
		return status == TASK_PENDING || status == TASK_BLOCKED;
	if (strcmp(command, "tasks complete") == 0)
		return status != TASK_COMPLETE;
	if (strcmp(command, "tasks reopen") == 0)
		return status == TASK_COMPLETE || status == TASK_FAILED || status == TASK_BLOCKED;
	return true;
}

static int
print_tasks(void *arg, const char *id)
{
	const struct walk *w = arg;
	const struct tasklist *l;
	bool good;

	if ((w->list[0] == '\0' || strcmp(w->list, id) == 0) && (l = tasks_see(w->o->workspace, id, &good)) != NULL)
		for (size_t i = 0; i < l->n; i++)
			if (has_fit(w->p->command->name, l->v[i].status))
				complete_word(w->p, l->v[i].item.id, l->v[i].item.title);
	return 0;
}

void
complete_tasks(struct orch *o, const struct place *p)
{
	struct walk w = { .p = p, .o = o };

	if (orch_open(o) == 0 && (p->list == NULL || tasks_find_known(o, p->list, w.list) == 0))
		tasks_each(o->workspace, print_tasks, &w);
}

static int
print_streams(void *arg, const char *id)
{
	const struct walk *w = arg;
	const struct tasklist *l = tasks_head(w->o->workspace, id);

	for (size_t i = 0; l != NULL && i < l->nstreams; i++)
		complete_word(w->p, l->streams[i].id, l->streams[i].name);
	return 0;
}

void
complete_streams(struct orch *o, const struct place *p)
{
	struct streams_file f = { 0 };

	if (orch_open(o) != 0)
		return;
	if (streams_file_read(o, &f) == 0 && f.path != NULL)
		for (size_t i = 0; i < f.s.n; i++)
			complete_word(p, f.s.v[i].id, f.s.v[i].name);
	else
		tasks_each(o->workspace, print_streams, &(struct walk){ .p = p, .o = o });
	streams_file_release(&f);
}
