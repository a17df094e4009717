/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/deadline.h"
#include "orchestrator/cli/flow_args.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"

static const struct option options[] = {
	{ "source", required_argument, NULL, 's' },
	{ "max-parallel", required_argument, NULL, 'm' },
	{ "pause-before", required_argument, NULL, 'p' },
	{ "until", required_argument, NULL, 'u' },
	{ "group", no_argument, NULL, 'g' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "yaml", no_argument, NULL, 'y' },
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

static void
take(struct flow_args *a, int c)
{
	a->any |= c != 's';
	switch (c) {
	case 's':
		a->source = optarg;
		break;
	case 'm':
		a->max = optarg;
		break;
	case 'p':
		a->pause = optarg;
		break;
	case 'u':
		a->until = optarg;
		break;
	case 'g':
		a->group = true;
		break;
	case 'n':
		a->dry_run = true;
		break;
	case 'y':
		a->yaml = true;
		break;
	default:
		a->fail_fast = c == 'f';
	}
}

int
flow_args_parse(const struct cmd *cmd, int argc, char **argv, struct flow_args *a)
{
	int c, i = 0;

	memset(a, 0, sizeof(*a));
	while ((c = getopt_long(argc, argv, "", options, &i)) != -1) {
		if (c == '?' || !taken(cmd, options[i].name))
			return cmd_usage(cmd);
		take(a, c);
	}
	if (optind < argc)
		a->project = argv[optind++];
	if (optind < argc)
		return cmd_usage(cmd);
	if (a->pause != NULL && !task_phase_valid(a->pause)) {
		log_warnx("--pause-before %s: say foundation, parallel or integration", a->pause);
		return EX_USAGE;
	}
	if (a->until != NULL && deadline_parse(a->until, clock_wall()) == -1) {
		log_warnx("--until %s: needs a time in the future, such as 22:30, 2026-01-31T09:00 or 90m",
		    a->until);
		return EX_USAGE;
	}
	return 0;
}

int
flow_args_select(struct orch *o, const struct flow_args *a, char list[TASKLIST_ID_MAX])
{
	return source_select(o, a->source, a->project, list);
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
	char *text;

	if (max == NULL)
		return 0;
	n = strtonum(max, 1, 1000, &why);
	if (why != NULL) {
		log_warnx("--max-parallel %s: a number from 1 to 1000 is needed", max);
		return EX_USAGE;
	}
	f->max_name = "--max-parallel";
	f->capacity = capacity_of(&f->machine, (size_t)n, f->settings.session_memory_mb);
	f->limits.max = f->capacity.at_once;
	if (f->limits.max < (size_t)n) {
		text = capacity_text(&f->capacity, f->max_name);
		log_info("at most %zu at once: %s", f->limits.max, text);
		free(text);
	}
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
	f->group = a->group;
	if (a->until != NULL)
		f->until = deadline_parse(a->until, clock_wall());
	if ((rv = limit(f, a->max)) != 0)
		flow_release(f);
	return rv;
}
