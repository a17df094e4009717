/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/plan/taskgraph.h"

#define NAMED	8	/* lists named in a message */

/* A search for lists; the names of matches are kept for messages. */
struct search {
	const char	*workspace;
	const char	*name;		/* name of the list, or a prefix of its id */
	const char	*task;
	size_t		 n;
	char		 id[TASKLIST_ID_MAX];	/* the first match */
	struct text	 found;
	struct strings	 names;		/* of all lists */
	bool		 people;	/* no lists that are kept for a source */
	bool		 open;		/* only lists with something to do */
	bool		 quiet;		/* no message when there is none */
};

static void
add(struct search *s, const char *id, const char *name)
{
	if (s->n++ == 0)
		strlcpy(s->id, id, sizeof(s->id));
	if (s->n <= NAMED)
		text_printf(&s->found, "%s%s%s%s%s", s->n > 1 ? ", " : "", id, name == NULL ? "" :
		    " (", name == NULL ? "" : name, name == NULL ? "" : ")");
	else if (s->n == NAMED + 1)
		text_puts(&s->found, ", ...");
}

static bool
is_open(const struct tasklist *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].status != TASK_COMPLETE && l->v[i].status != TASK_FAILED)
			return true;
	return false;
}

static int
match_any(void *arg, const char *id)
{
	struct search *s = arg;
	bool good;
	const struct tasklist *l = s->open ? tasks_see(s->workspace, id, &good) : tasks_head(s->workspace, id);

	if ((!s->people || l == NULL || l->source.kind == NULL) && (!s->open || l == NULL || is_open(l)))
		add(s, id, l == NULL ? NULL : l->name);
	return 0;
}

static int
match_prefix(void *arg, const char *id)
{
	struct search *s = arg;
	size_t len = strlen(s->name);

	if (strncmp(id, s->name, len) == 0 || strncmp(id + strlen("tl-"), s->name, len) == 0)
		add(s, id, NULL);
	return 0;
}

static int
match_name(void *arg, const char *id)
{
	struct search *s = arg;
	const struct tasklist *l;

	if ((l = tasks_head(s->workspace, id)) == NULL)
		tasks_view(s->workspace, id, &l);	/* which reports what is wrong */
	else if (strcmp(l->name, s->name) == 0)
		add(s, id, NULL);
	return 0;
}

/* If no other list has the task, the first damaged list is opened, which reports the damage. */
static int
match_task(void *arg, const char *id)
{
	struct search *s = arg;
	bool good;
	const struct tasklist *l = tasks_see(s->workspace, id, &good);

	if (l != NULL && tasklist_find(l, s->task) == TASK_NONE)
		return 0;
	if (l != NULL && good)
		add(s, id, l->name);
	else if (s->n == 0 && s->id[0] == '\0')
		strlcpy(s->id, id, sizeof(s->id));
	return 0;
}

static int
search(struct search *s, int (*fn)(void *, const char *))
{
	s->n = 0;
	text_free(&s->found);
	tasks_each(s->workspace, fn, s);
	return s->n > 0;
}

static int
add_name(void *arg, const char *id)
{
	struct search *s = arg;
	bool good;
	const struct tasklist *l = tasks_see(s->workspace, id, &good);

	if (l != NULL)
		strings_add(&s->names, l->name);
	return 0;
}

static void
no_list(struct search *s)
{
	const char *nearest;

	tasks_each(s->workspace, add_name, s);
	nearest = text_nearest(s->name, (const char *const *)s->names.v, s->names.n);
	log_warnx("no task list \"%s\" in this repository%s%s%s; orchestrator tasks list shows them", s->name,
	    nearest == NULL ? "" : "; did you mean \"", nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
	strings_free(&s->names);
}

static int
look_for_list(struct search *s)
{
	if (s->name == NULL) {
		s->people = true;
		s->people = search(s, match_any);
		if ((s->people || search(s, match_any)) && s->n == 1)
			return 0;
		s->open = s->n > 1;
		if (s->open && search(s, match_any) && s->n == 1)
			return 0;
		s->open = false;
		search(s, match_any);	/* names them all */
		if (s->n == 0)
			log_warnx("no task list in this repository; orchestrator tasks create NAME "
			    "makes one");
		else
			log_warnx("say which task list: %s", s->found.buf);
		return s->n == 0 ? EX_NOINPUT : EX_USAGE;
	}
	if (tasklist_id_valid(s->name)) {
		strlcpy(s->id, s->name, sizeof(s->id));
		return 0;
	}
	if (s->name[0] == '\0' || (!search(s, match_name) && !search(s, match_prefix))) {
		if (s->quiet)
			return EX_NOINPUT;
		no_list(s);
		return EX_NOINPUT;
	}
	if (s->n == 1)
		return 0;
	log_warnx("task list \"%s\" is ambiguous: %s; give more of its id", s->name, s->found.buf);
	return EX_USAGE;
}

static int
find_list(struct orch *o, const char *name, bool quiet, char id[TASKLIST_ID_MAX])
{
	struct search s = { .workspace = o->workspace, .name = name, .quiet = quiet };
	int rv = look_for_list(&s);

	if (rv == 0)
		strlcpy(id, s.id, TASKLIST_ID_MAX);
	text_free(&s.found);
	return rv;
}

int
tasks_find_list(struct orch *o, const char *name, char id[TASKLIST_ID_MAX])
{
	return find_list(o, name, false, id);
}

int
tasks_find_known(struct orch *o, const char *name, char id[TASKLIST_ID_MAX])
{
	return find_list(o, name, true, id);
}

static int
open_list(struct orch *o, const char *name, bool any, struct tasklist *l)
{
	char id[TASKLIST_ID_MAX];
	int rv;

	memset(l, 0, sizeof(*l));
	if ((rv = find_list(o, name, false, id)) != 0)
		return rv;
	return (any ? tasks_read : tasks_load)(o->workspace, id, l);
}

int
tasks_open(struct orch *o, const char *name, struct tasklist *l)
{
	return open_list(o, name, false, l);
}

int
tasks_open_any(struct orch *o, const char *name, struct tasklist *l)
{
	return open_list(o, name, true, l);
}

int
tasks_find_known_task(struct orch *o, const char *task, char id[TASKLIST_ID_MAX])
{
	struct search s = { .workspace = o->workspace, .task = task };
	int rv = 0;

	search(&s, match_task);
	strlcpy(id, s.id, TASKLIST_ID_MAX);
	if (s.n == 0)
		rv = EX_NOINPUT;
	else if (s.n > 1) {
		log_warnx("task \"%s\" is in more than one list: %s; say which with --list", task,
		    s.found.buf);
		rv = EX_USAGE;
	}
	text_free(&s.found);
	return rv;
}

int
tasks_find_task(struct orch *o, const char *list, const char *task, char id[TASKLIST_ID_MAX])
{
	int rv;

	if (list != NULL)
		return tasks_find_list(o, list, id);
	if ((rv = tasks_find_known_task(o, task, id)) == EX_NOINPUT && id[0] != '\0')
		return 0;
	if (rv == EX_NOINPUT)
		log_warnx("no task \"%s\" in any task list; orchestrator tasks show LIST shows the tasks of one", task);
	return rv;
}

int
tasks_need(const struct tasklist *l, const char *task, size_t *i)
{
	if ((*i = tasklist_find(l, task)) != TASK_NONE)
		return 0;
	log_warnx("no task \"%s\" in list %s; orchestrator tasks show %s shows its tasks", task,
	    l->id, l->id);
	return EX_NOINPUT;
}

char *
tasks_waits_for(const struct taskgraph *g, size_t i)
{
	struct text t = { 0 };

	for (size_t e = g->needs_at[i]; e < g->needs_at[i + 1]; e++)
		if (g->status[g->needs[e]] != TASK_COMPLETE)
			text_printf(&t, "%s%s", t.len > 0 ? ", " : "",
			    g->list->v[g->needs[e]].item.id);
	return t.buf;
}
