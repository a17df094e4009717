/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "orchestrator/cli/list_args.h"
#include "orchestrator/execute/cache.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/merge/by_hand.h"
#include "orchestrator/session/plan.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/json/json.h"

/* A dispatch may have changed what can run beside it, and other commands change the list. */
static int
dispatch_all(struct executor *f, struct json *sessions, int *status)
{
	struct dispatched made;
	struct json *j, *tasks;
	struct pick p;
	int rv;

	while ((rv = executor_load(f)) == 0 && !control_paused(f->o) && executor_pick(f, &p)) {
		if ((rv = executor_dispatch(f, &p, &made)) != 0) {
			f->t[p.v[0]].not_before = INT64_MAX;
			if (rv != EX_NEGATIVE)	/* another process was faster */
				*status = rv;
			continue;
		}
		j = json_new_object();
		json_put_str(j, "task", f->list.v[p.v[0]].item.id);
		tasks = json_new_array();
		for (size_t k = 0; k < p.n; k++)
			json_append(tasks, json_new_string(f->list.v[p.v[k]].item.id));
		json_put(j, "tasks", tasks);
		json_put_str(j, "session", made.session);
		json_put_str(j, "path", made.path);
		json_append(sessions, j);
		if (!f->o->json) {
			for (size_t k = 0; k < p.n; k++)
				printf("%s%s", k > 0 ? ", " : "", f->list.v[p.v[k]].item.id);
			printf(": %s\n", made.session);
			fflush(stdout);
		}
		dispatched_release(&made);
	}
	return rv;
}

static int
run_executor(struct executor *f)
{
	struct json *sessions = json_new_array(), *j;
	struct hold_lines h = { 0 };
	int rv, status = 0;

	f->attempts = 0;	/* a failed task is not ready */
	if (executor_load(f) == 0) {
		if (executor_ready(f) && (rv = plan_check(f->o)) != 0) {
			json_free(sessions);
			return rv;
		}
		executor_ask_known(f);
	}
	rv = dispatch_all(f, sessions, &status);
	if (json_count(sessions) > 0)
		cache_write_all(f->o);
	if (rv == 0)
		hold_make(&h, f);
	if (f->o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "list", f->id);
		json_put(j, "sessions", sessions);
		json_put(j, "held", hold_json(&h));
		hold_release(&h);
		show_json(j);
		return rv != 0 ? rv : status;
	}
	if (rv == 0 && status == 0 && json_count(sessions) == 0)
		puts("no ready task can be dispatched now; see orchestrator plan");
	hold_print(&h);
	hold_release(&h);
	json_free(sessions);
	return rv != 0 ? rv : status;
}

static const struct option_row rows[] = { LIST_ROWS, LIST_OPERAND };

static int
run(struct orch *o, void *arguments)
{
	struct list_args *a = arguments;
	char list[TASKLIST_ID_MAX];
	struct executor f;
	int rv;

	if ((rv = orch_open(o)) != 0 || (rv = list_args_need(o, a, list)) != 0 ||
	    (rv = orch_make(o)) != 0 ||
	    (rv = list_args_open(o, a, list, &f)) != 0)
		return rv;
	by_hand_recover(o);
	if ((rv = plan_judged(&f.settings)) == 0)
		rv = run_executor(&f);
	executor_release(&f);
	return rv;
}

const struct cmd cmd_dispatch_ready = COMMAND("dispatch-ready", "start sessions for all ready tasks",
    run, OPTION_ROWS(rows, struct list_args));
