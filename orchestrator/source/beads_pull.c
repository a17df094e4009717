/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/beads.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/plan/taskgraph.h"

struct take {
	const struct bd	*b;
	char		*label;		/* label of the project, or NULL */
	struct issues	 ready, others;
	struct json	*ready_json, *others_json;
	bool		*asked;		/* tasks for which ask_others was called, by index */
	size_t		 nasked;
	struct strings	 wrong;
};

void
beads_name_wrong(struct strings *wrong)
{
	for (size_t i = 0; i < wrong->n; i++)
		log_warnx("left out: %s", wrong->v[i]);
	strings_free(wrong);
}

/* Finds an issue that is ready for us: bd also counts open, assigned issues as ready. */
static const struct issue *
find_ready(const struct take *k, const char *id)
{
	const struct issue *is = issues_find(&k->ready, id);

	return is != NULL && (is->assignee[0] == '\0' || strcmp(is->assignee, k->b->actor) == 0) ?
	    is : NULL;
}

static bool
enter(struct task *t, enum task_status to, const char *reason)
{
	return task_enter(t, to, BEADS_AUTHOR, reason) == 0;
}

/*
 * A failed or completed task begins again only if it was ours: a person has released it.
 * Otherwise an item that can't be dispatched would be tried for ever.
 */
static bool
take_ready(struct tasklist *l, struct task *t, const struct issue *is)
{
	bool any = false;

	switch (t->status) {
	case TASK_PENDING:
		break;
	case TASK_BLOCKED:
		any = enter(t, TASK_PENDING, "ready in Beads");
		break;
	case TASK_FAILED:
		if (!t->claimed)
			return false;
		any = enter(t, TASK_PENDING, "given back in Beads");
		break;
	case TASK_COMPLETE:
		if (t->claimed)		/* its close is pending */
			return false;
		any = enter(t, TASK_PENDING, "reopened in Beads");
		break;
	case TASK_IN_PROGRESS:
	case TASK_STATUS_COUNT:
		return false;
	}
	return issue_fill(is, l, t) || any;
}

static bool
take_other(const struct take *k, struct task *t, const struct issue *is)
{
	char *reason;
	bool any;

	if (t->status != TASK_PENDING && t->status != TASK_BLOCKED && t->status != TASK_FAILED)
		return false;
	if (is != NULL && issue_is(is, "closed")) {
		t->claimed = false;
		return enter(t, TASK_COMPLETE, "closed in Beads");
	}
	if (is == NULL || (is->assignee[0] != '\0' && strcmp(is->assignee, k->b->actor) != 0))
		t->claimed = false;	/* written with the next change, or next time */
	if (t->status != TASK_PENDING || (is != NULL && issue_has(is, k->b->actor)))
		return false;
	if (is == NULL)
		reason = text_format("its issue is gone");
	else if (k->label != NULL && !issue_labelled(is, k->label))
		reason = text_format("its issue has no label %s", k->label);
	else
		reason = issue_obstacle(is, k->b->actor);
	any = enter(t, TASK_BLOCKED, reason);
	free(reason);
	return any;
}

/* Edges that are valid one by one may form a circle after issues were reopened. */
static void
open_circles(struct tasklist *l)
{
	struct taskgraph g;
	char why[RECORD_ERR];

	if (taskgraph_make(&g, l, why, sizeof(why)) == 0) {
		taskgraph_release(&g);
		return;
	}
	for (size_t i = 0; i < l->n; i++) {
		strings_free(&l->v[i].item.depends_on);
		l->v[i].changed = true;
	}
}

static bool
add(struct take *k, struct tasklist *l, const struct issue *is)
{
	char why[RECORD_ERR], *line;
	struct task *t;

	if ((t = tasklist_add(l, is->id, NULL, why, sizeof(why))) != NULL) {
		issue_fill(is, l, t);
		return true;
	}
	line = text_format("issue %s: %s", is->id, why);
	strings_add(&k->wrong, line);
	free(line);
	return false;
}

static int
apply(struct tasklist *l, void *arg)
{
	struct take *k = arg;
	bool any = false;
	size_t i;

	for (size_t n = 0; n < k->ready.n; n++) {
		const struct issue *is = &k->ready.v[n];

		if (n > 0 && strcmp(is->id, is[-1].id) == 0)
			continue;
		if (find_ready(k, is->id) == NULL)
			continue;
		if ((i = tasklist_find(l, is->id)) != TASK_NONE)
			any |= take_ready(l, &l->v[i], is);
		else if (!issue_heads(is))
			any |= add(k, l, is);
	}
	for (i = 0; i < k->nasked && i < l->n; i++)
		if (k->asked[i])
			any |= take_other(k, &l->v[i], issues_find(&k->others, l->v[i].item.id));
	if (!any)
		return EX_NEGATIVE;	/* nothing to write */
	open_circles(l);
	return 0;
}

/* Asks for open tasks that are not ready, since they have changed, and for ours. */
static int
ask_others(struct take *k, const struct tasklist *l)
{
	struct strings ids = { 0 };
	char why[BD_WHY];
	int rv = 0;

	if ((k->asked = calloc(l->n + 1, sizeof(*k->asked))) == NULL)
		err(1, NULL);
	k->nasked = l->n;
	for (size_t i = 0; i < l->n; i++) {
		const struct task *t = &l->v[i];

		k->asked[i] = (t->status == TASK_PENDING || t->status == TASK_BLOCKED ||
		    t->status == TASK_FAILED) && find_ready(k, t->item.id) == NULL;
		if (k->asked[i])
			strings_add(&ids, t->item.id);
	}
	if (ids.n > 0 && (rv = bd_show(k->b, &ids, &k->others_json, why, sizeof(why))) != 0)
		log_warnx("%s", why);
	issues_read(&k->others, k->others_json, &k->wrong);
	strings_free(&ids);
	return rv;
}

static int
ask_ready(struct take *k)
{
	const char *args[] = { "ready", "--limit", "0", k->label == NULL ? NULL : "--label",
		k->label, NULL };
	char why[BD_WHY];
	int rv;

	if ((rv = bd_call(k->b, args, &k->ready_json, why, sizeof(why))) != 0)
		log_warnx("%s", why);
	issues_read(&k->ready, k->ready_json, &k->wrong);
	return rv;
}

int
beads_pull(const struct bd *b, const char *list)
{
	struct take k = { .b = b };
	struct tasklist l;
	int rv;

	if ((rv = tasks_read(b->o->workspace, list, &l)) != 0)
		return rv;
	if (l.source.project != NULL)
		k.label = text_format(BEADS_LABEL "%s", l.source.project);
	if ((rv = ask_ready(&k)) == 0 && (rv = ask_others(&k, &l)) == 0) {
		rv = tasks_change(b->o->workspace, list, apply, &k);
		rv = rv == EX_NEGATIVE ? 0 : rv;
	} else if (rv == EX_NEGATIVE)
		rv = EX_UNAVAILABLE;
	beads_name_wrong(&k.wrong);
	issues_release(&k.ready);
	issues_release(&k.others);
	json_free(k.ready_json);
	json_free(k.others_json);
	free(k.asked);
	free(k.label);
	tasklist_release(&l);
	return rv;
}
