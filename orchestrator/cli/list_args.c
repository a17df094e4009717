/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "orchestrator/cli/deadline.h"
#include "orchestrator/cli/list_args.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/source/tasks.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"

int
list_args_check(const struct syntax *s, const struct list_args *a)
{
	if (a->until != NULL && deadline_parse(a->until, clock_wall()) == -1)
		return option_error(s, "--until %s: needs a time in the future, such as 22:30, 2026-01-31T09:00 or 90m",
		    a->until);
	return 0;
}

bool
list_args_any(const struct list_args *a)
{
	return a->max.given || a->pause != NULL || a->until != NULL || a->group || a->dry_run || a->yaml ||
	    a->failure != FAILURE_UNSAID;
}

int
list_args_select(struct orch *o, const struct list_args *a, char list[TASKLIST_ID_MAX])
{
	return source_select(o, a->source, a->project, list);
}

int
list_args_need(struct orch *o, const struct list_args *a, char list[TASKLIST_ID_MAX])
{
	int rv = list_args_select(o, a, list);

	if (rv == 0 && list[0] == '\0')
		rv = tasks_find_list(o, NULL, list);
	return rv;
}

/* Says when the machine allows less than was asked for. */
static void
tell_limit(const struct executor *f)
{
	char *text;

	if (f->opts.max == 0 || f->limits.max >= (size_t)f->opts.max)
		return;
	text = capacity_text(&f->capacity, f->max_name);
	log_info("at most %zu at once: %s", f->limits.max, text);
	free(text);
}

int
list_args_open(struct orch *o, const struct list_args *a, const char *list, struct executor *f)
{
	const struct executor_options opts = {
		.max = a->max.given ? a->max.value : 0,
		.group = a->group,
		.fail_fast = a->failure == FAILURE_STOP,
		.until = a->until != NULL ? deadline_parse(a->until, clock_wall()) : 0,
		.pause = a->pause,
	};
	int rv;

	if ((rv = executor_open(f, o, list, &opts)) == 0)
		tell_limit(f);
	return rv;
}
