/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/source/source.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/session/layout.h"

static void
take_in(struct executor *f)
{
	bool first = f->nt == 0;

	f->t = recallocarray(f->t, f->nt, f->list.n + 1, sizeof(*f->t));
	f->active = reallocarray(f->active, f->list.n + 1, sizeof(*f->active));
	if (f->t == NULL || f->active == NULL)
		err(EX_OSERR, NULL);
	f->nt = f->list.n + 1;
	for (size_t i = 0; i < f->list.n; i++) {
		executor_settle(f, i, first);
		if (f->list.v[i].status == TASK_IN_PROGRESS && f->list.v[i].session[0] != '\0')
			f->active[f->nactive++] = i;
	}
}

/* A list that was tampered with is not worked through: who knows what else is wrong in it. */
static int
verify(const struct executor *f)
{
	char why[RECORD_ERR];

	for (size_t i = 0; i < f->list.n; i++)
		if (!task_follows(&f->list.v[i], why, sizeof(why))) {
			log_warnx("task list %s is NOT VERIFIED: task %s: %s; orchestrator tasks resume %s checks it, and its last good "
			    "copy is " STATE_TASKLISTS "/%s" TASKLIST_LAST, f->id, f->list.v[i].item.id, why, f->id, f->id);
			return EX_DATAERR;
		}
	return 0;
}

int
executor_use(struct executor *f, char *err, size_t errlen)
{
	if (taskgraph_make(&f->graph, &f->list, err, errlen) == -1)
		return -1;
	taskgraph_rank(&f->graph);
	take_in(f);
	return 0;
}

int
executor_load(struct executor *f)
{
	char *path = tasks_path(f->o->workspace, f->id), why[RECORD_ERR];
	struct stat st;
	int rv = 0;

	memset(&st, 0, sizeof(st));
	if (stat(path, &st) == 0 && st.st_ino == f->seen.st_ino && st.st_size == f->seen.st_size &&
	    memcmp(&st.st_mtim, &f->seen.st_mtim, sizeof(st.st_mtim)) == 0)
		goto done;
	executor_clear(f);
	memset(&f->seen, 0, sizeof(f->seen));
	if ((rv = tasks_open(f->o, f->id, &f->list)) != 0)
		goto done;
	if ((rv = verify(f)) != 0)
		goto done;
	f->source = source_of(&f->list);	/* which the settling of tasks may ask */
	if (executor_use(f, why, sizeof(why)) == -1) {
		log_warnx("task list %s: %s", f->id, why);
		rv = EX_DATAERR;
		goto done;
	}
	f->seen = st;
	f->look = true;
done:
	free(path);
	return rv;
}
