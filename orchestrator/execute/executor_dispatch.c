/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/retry.h"
#include "orchestrator/session/spawn.h"

/* Was it a session of this task?  Another list, or a person, may have used the same item id. */
static bool
had_session(const struct task *t, const char *session)
{
	for (size_t i = t->nhistory; i-- > 0;)
		if (strcmp(t->history[i].by, session) == 0)
			return true;
	return strcmp(t->session, session) == 0;
}

/* The task was done with others, in a session of another task. */
static char *
learn(struct executor *f, const struct task *t, struct dispatch *d)
{
	char *findings = NULL;
	struct entry e;

	if (!executor_follows(&f->list, t) || executor_entry(f->o, t->session, &e) == -1)
		return NULL;
	if (status_undone(e.state.status)) {
		strlcpy(f->former, e.id, sizeof(f->former));
		d->retry_of = f->former;
		d->findings = findings = retry_findings(f->o, &e);
		d->attempt = e.state.attempt + 1;
	}
	entry_release(&e);
	return findings;
}

static int
dispatch(struct executor *f, const struct task *t, struct item *item, struct dispatched *made)
{
	struct dispatch d = { .item = item, .agent_type = item->agent_type, .list = f->id };
	char *findings;
	struct entry e;
	int status;

	if (registry_newest(f->o, item->id, &e) == -1) {
		findings = learn(f, t, &d);
		status = dispatch_item(f->o, &d, made);
		free(findings);
		return status;
	}
	if ((status_undone(e.state.status) || entry_dead(&e)) && e.error == NULL && had_session(t, e.id))
		status = retry_session(f->o, &e, f->id, item, NULL, made);
	else
		status = dispatch_item(f->o, &d, made);
	entry_release(&e);
	return status;
}

int
executor_dispatch(struct executor *f, const struct pick *p, struct dispatched *made)
{
	const struct task *v[GROUP_MAX];
	struct item item;
	int status;

	for (size_t k = 0; k < p->n; k++)
		v[k] = &f->list.v[p->v[k]];
	if (p->n == 1) {
		item = v[0]->item;
		item.raw = NULL;	/* it has the members of a task */
		return dispatch(f, v[0], &item, made);
	}
	group_item(&item, v, p->n, f->id);
	status = dispatch(f, v[0], &item, made);
	item_release(&item);
	return status;
}
