/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/beads.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

struct marking {
	const char	*task;
	bool		 claimed;
	enum task_status to;		/* set with a reason; otherwise the status stays */
	const char	*reason;
};

static int
mark(struct tasklist *l, void *arg)
{
	const struct marking *m = arg;
	bool same;
	size_t i;
	int rv;

	if ((rv = tasks_need(l, m->task, &i)) != 0)
		return rv;
	same = l->v[i].claimed == m->claimed;
	l->v[i].claimed = m->claimed;
	l->v[i].changed = true;
	if (m->reason != NULL && task_enter(&l->v[i], m->to, BEADS_AUTHOR, m->reason) == 0)
		same = false;
	return same ? EX_NEGATIVE : 0;	/* nothing to write */
}

static int
set_mark(const struct bd *b, const char *list, const struct marking *m)
{
	int rv = tasks_change(b->o->workspace, list, mark, (void *)(uintptr_t)m);

	return rv == EX_NEGATIVE ? 0 : rv;
}

int
beads_issue(const struct bd *b, const char *id, struct issues *all, struct json **answer)
{
	struct strings one = { 0 }, wrong = { 0 };
	char why[BD_WHY];
	int rv;

	strings_add(&one, id);
	if ((rv = bd_show(b, &one, answer, why, sizeof(why))) != 0)
		log_warnx("issue %s: %s", id, why);
	issues_read(all, *answer, &wrong);
	beads_name_wrong(&wrong);
	strings_free(&one);
	return rv == EX_NEGATIVE ? EX_UNAVAILABLE : rv;
}

/* bd refused: who has it?  The list records the reason, and the task is not begun. */
static int
lost(const struct bd *b, const char *list, const char *task, const char *said)
{
	struct marking m = { .task = task, .to = TASK_BLOCKED };
	struct json *answer = NULL;
	struct issues all = { 0 };
	const struct issue *is;
	char *reason;
	int rv;

	if ((rv = beads_issue(b, task, &all, &answer)) != 0)
		goto done;
	is = issues_find(&all, task);
	if (is != NULL && issue_has(is, b->actor))	/* an older bd tells its holder this */
		goto done;
	rv = EX_NEGATIVE;
	if (is == NULL)
		reason = text_format("its issue is gone");
	else if (issue_is(is, "closed")) {
		m.to = TASK_COMPLETE;
		reason = text_format("closed in Beads");
	} else if (issue_is(is, "open") && is->assignee[0] == '\0') {
		log_warnx("issue %s: %s", task, said);
		reason = NULL;
		rv = EX_UNAVAILABLE;
	} else
		reason = issue_obstacle(is, b->actor);
	if (reason != NULL) {
		log_warnx("issue %s: %s", task, reason);
		m.reason = reason;
		if (set_mark(b, list, &m) != 0)
			rv = EX_IOERR;
		free(reason);
	}
done:
	issues_release(&all);
	json_free(answer);
	return rv;
}

int
beads_claim(struct orch *o, const char *list, const char *task)
{
	const struct marking intent = { .task = task, .claimed = true };
	struct json *answer = NULL;
	char why[BD_WHY];
	struct bd b;
	int rv;

	if ((rv = bd_open(&b, o, list)) != 0 || (rv = set_mark(&b, list, &intent)) != 0)
		return rv;
	rv = bd_call(&b, (const char *const[]){ "update", task, "--claim", NULL }, &answer, why,
	    sizeof(why));
	json_free(answer);
	if (rv == EX_NEGATIVE)
		return lost(&b, list, task, why);
	if (rv != 0)
		log_warnx("issue %s: not claimed: %s", task, why);
	return rv;
}

static bool
is_claimed(struct orch *o, const char *list, const char *task)
{
	const struct tasklist *l;
	size_t i;

	return tasks_view(o->workspace, list, &l) == 0 && (i = tasklist_find(l, task)) != TASK_NONE &&
	    l->v[i].claimed;
}

/* Releases only our issues.  An issue that can't be released stays claimed, and we begin it again. */
int
beads_release(struct orch *o, const char *list, const char *task)
{
	const struct marking none = { .task = task };
	struct json *answer = NULL, *given = NULL;
	struct issues all = { 0 };
	const struct issue *is;
	char why[BD_WHY];
	struct bd b;
	int rv;

	if (!is_claimed(o, list, task))
		return 0;
	if ((rv = bd_open(&b, o, list)) != 0)
		return rv;
	if ((rv = beads_issue(&b, task, &all, &answer)) == 0 &&
	    (is = issues_find(&all, task)) != NULL && issue_has(is, b.actor)) {
		rv = bd_call(&b, (const char *const[]){ "update", task, "--status", "open",
		    "--assignee", "", NULL }, &given, why, sizeof(why));
		if (rv != 0)
			log_warnx("issue %s: not given back: %s", task, why);
	}
	if (rv == 0)
		rv = set_mark(&b, list, &none);
	issues_release(&all);
	json_free(answer);
	json_free(given);
	return rv;
}
