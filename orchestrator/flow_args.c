/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/flow_args.h"
#include "proto/log.h"

static const struct option options[] = {
	{ "source", required_argument, NULL, 's' },
	{ "max-parallel", required_argument, NULL, 'm' },
	{ "pause-before", required_argument, NULL, 'p' },
	{ "keep-going", no_argument, NULL, 'k' },
	{ "fail-fast", no_argument, NULL, 'f' },
	{ NULL, 0, NULL, 0 }
};

static bool
taken(const struct cmd *cmd, const char *name)
{
	char *mark = text_format("[--%s", name);
	bool found = strstr(cmd->usage, mark) != NULL;

	free(mark);
	return found;
}

int
flow_args_parse(const struct cmd *cmd, int argc, char **argv, struct flow_args *a)
{
	int c, i = 0;

	memset(a, 0, sizeof(*a));
	while ((c = getopt_long(argc, argv, "", options, &i)) != -1) {
		if (c == '?' || !taken(cmd, options[i].name))
			return cmd_usage(cmd);
		a->any |= c != 's';
		if (c == 's')
			a->source = optarg;
		else if (c == 'm')
			a->max = optarg;
		else if (c == 'p')
			a->pause = optarg;
		else
			a->fail_fast = c == 'f';
	}
	if (optind < argc)
		a->project = argv[optind++];
	if (optind < argc)
		return cmd_usage(cmd);
	if (a->pause != NULL && !task_phase_valid(a->pause)) {
		log_warnx("--pause-before %s: say foundation, parallel or integration", a->pause);
		return EX_USAGE;
	}
	return 0;
}

int
flow_args_select(struct orch *o, const struct flow_args *a, char list[TASKLIST_ID_MAX])
{
	return feed_select(o, a->source, a->project, list);
}

int
flow_args_need(struct orch *o, const struct flow_args *a, char list[TASKLIST_ID_MAX])
{
	int rv = flow_args_select(o, a, list);

	if (rv == 0 && list[0] == '\0')
		rv = tasks_find_list(o, NULL, list);
	return rv;
}

static int
limit(struct flow *f, const char *max)
{
	const char *why;
	long long n;

	if (max == NULL)
		return 0;
	n = strtonum(max, 1, 1000, &why);
	if (why != NULL) {
		log_warnx("--max-parallel %s: a number from 1 to 1000 is needed", max);
		return EX_USAGE;
	}
	f->limits.max = (size_t)n;
	return 0;
}

int
flow_args_open(struct orch *o, const struct flow_args *a, const char *list, struct flow *f)
{
	int rv;

	if ((rv = flow_open(f, o, list)) != 0)
		return rv;
	f->fail_fast = a->fail_fast;
	f->pause = a->pause;
	if ((rv = limit(f, a->max)) != 0)
		flow_release(f);
	return rv;
}
