/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "orchestrator/cli/cmd_plan.h"
#include "orchestrator/cli/list_args.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/preview.h"
#include "orchestrator/session/plan.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/json/record.h"

static int
show(struct executor *f, const struct list_args *a)
{
	struct json *manifest = NULL, *j;
	char why[RECORD_ERR];
	struct hold_lines h = { 0 };
	struct preview p;
	int rv = 0;

	preview_make(&p, f);
	if ((f->o->json || a->yaml) && p.problems.n == 0)
		manifest = executor_manifest_plan(f, &p);
	if (p.problems.n == 0 && executor_use(f, why, sizeof(why)) == 0)
		hold_make(&h, f);
	if (a->yaml) {
		j = json_new_object();
		json_put(j, "terminal_manifest", manifest);
		rv = show_yaml(j);
		for (size_t i = 0; i < p.problems.n; i++)
			log_warnx("%s", p.problems.v[i]);
	} else if (f->o->json)
		show_json(preview_json(&p, hold_json(&h), manifest));
	else {
		preview_text(&p);
		hold_print(&h);
	}
	hold_release(&h);
	if (rv == 0)
		rv = p.problems.n > 0 ? EX_DATAERR : preview_left(&p) > 0 ? EX_NEGATIVE : 0;
	preview_release(&p);
	return rv;
}

int
plan_show(struct orch *o, const struct list_args *a, const char *list)
{
	struct tasklist l;
	struct executor f;
	int rv;

	if ((rv = tasks_open_any(o, list, &l)) != 0)
		return rv;
	if ((rv = list_args_open(o, a, list, &f)) != 0) {
		tasklist_release(&l);
		return rv;
	}
	if ((rv = plan_judged(&f.settings)) != 0) {
		tasklist_release(&l);
		executor_release(&f);
		return rv;
	}
	/* Notes ended sessions in memory only: commands that change the list write it to disk. */
	task_link_settle(o, &l);
	f.list = l;
	executor_ask_known(&f);
	rv = show(&f, a);
	executor_release(&f);
	return rv;
}

static const struct option_row rows[] = {
	LIST_ROWS,
	OPT_FLAG(struct list_args, yaml, 0, "yaml", "print the manifest alone, as YAML"),
	LIST_OPERAND,
};

static int
run(struct orch *o, void *arguments)
{
	struct list_args *a = arguments;
	char list[TASKLIST_ID_MAX];
	int rv;

	if ((rv = orch_open(o)) != 0 || (rv = list_args_need(o, a, list)) != 0)
		return rv;
	return plan_show(o, a, list);
}

const struct cmd cmd_plan = COMMAND("plan", "show what execute would do", run,
    OPTION_ROWS(rows, struct list_args));
