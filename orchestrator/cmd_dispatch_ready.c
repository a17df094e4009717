/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>

#include "orchestrator/flow.h"
#include "orchestrator/show.h"

/* The dispatch of one may have changed what can be beside it, and others change the list. */
static int
dispatch_all(struct flow *f, struct json *sessions, int *status)
{
	struct dispatched made;
	struct json *j;
	size_t i;
	int rv;

	while ((rv = flow_load(f)) == 0 && (i = flow_pick(f)) != TASK_NONE) {
		if ((rv = flow_dispatch(f, i, &made)) != 0) {
			f->t[i].not_before = INT64_MAX;
			*status = rv;
			continue;
		}
		j = json_new_object();
		json_put_str(j, "task", f->list.v[i].item.id);
		json_put_str(j, "session", made.session);
		json_put_str(j, "path", made.path);
		json_append(sessions, j);
		if (!f->o->json) {
			printf("%s: %s\n", f->list.v[i].item.id, made.session);
			fflush(stdout);
		}
		dispatched_release(&made);
	}
	return rv;
}

static int
run_flow(struct flow *f)
{
	struct json *sessions = json_new_array(), *j;
	int rv, status = 0;

	f->attempts = 0;	/* what has failed is not ready */
	rv = dispatch_all(f, sessions, &status);
	if (f->o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "list", f->id);
		json_put(j, "sessions", sessions);
		show_json(j);
		return rv != 0 ? rv : status;
	}
	if (rv == 0 && status == 0 && json_count(sessions) == 0)
		puts("nothing is ready that could go out now; see orchestrator plan");
	json_free(sessions);
	return rv != 0 ? rv : status;
}

static int
run(struct orch *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "max-parallel", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 }
	};
	const char *max = NULL;
	struct flow f;
	int c, rv;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (c != 'm')
			return cmd_usage(&cmd_dispatch_ready);
		else
			max = optarg;
	if (optind < argc - 1)
		return cmd_usage(&cmd_dispatch_ready);
	if ((rv = orch_open(o)) != 0 || (rv = orch_make(o)) != 0 ||
	    (rv = flow_open(&f, o, argv[optind])) != 0)
		return rv;
	if ((rv = flow_limit(&f, max)) == 0)
		rv = run_flow(&f);
	flow_release(&f);
	return rv;
}

const struct cmd cmd_dispatch_ready = {
	.name = "dispatch-ready",
	.usage = "[--max-parallel N] [LIST]",
	.summary = "start sessions for the tasks of a list that are ready",
	.run = run,
};
