/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <getopt.h>
#include <stdio.h>

#include "orchestrator/orphans.h"
#include "orchestrator/show.h"
#include "proto/log.h"
#include "proto/text.h"

struct cleaning {
	size_t	failed, archived, problems;
};

static void
declare_dead(struct entry *e, struct cleaning *c)
{
	switch (entry_declare(e, STATUS_FAILED, "died", "no worker lived when cleanup came")) {
	case 0:
		printf("%s: no worker lives: failed (died)\n", e->id);
		c->failed++;
		break;
	case -1:
		c->problems++;
		break;
	}
}

static void
archive(struct orch *o, struct entry *e, struct cleaning *c)
{
	bool	merged = e->state.status == STATUS_MERGED;
	char	why[GIT_ERR];

	if (entry_archive(o, e, merged, why, sizeof(why)) == -1) {
		log_warnx("%s: not archived: %s", e->id, why);
		c->problems++;
		return;
	}
	printf("%s: %s, archived%s", e->id, status_name(e->state.status),
	    merged ? ", worktree and branch removed" : "");
	if (!merged && e->state.worktree != NULL) {
		fputs("; its work stays in ", stdout);
		text_print(stdout, e->state.worktree, false);
	}
	putchar('\n');
	c->archived++;
}

static void
clean(struct orch *o, struct entry *e, struct cleaning *c)
{
	if (e->error != NULL) {
		log_warnx("%s: left as it is: %s", e->path, e->error);
		c->problems++;
		return;
	}
	if (entry_dead(e) && e->state.status == STATUS_PENDING) {
		printf("%s: not started yet; execute starts it, cancel gives it up\n", e->id);
		return;
	}
	if (entry_dead(e))
		declare_dead(e, c);
	/* A merge that was begun is completed first, by merge or execute. */
	if (status_ended(e->state.status) && !e->alive && !e->busy &&
	    e->state.merging.target[0] == '\0')
		archive(o, e, c);
}

static int
run(struct orch *o, int argc, char **argv)
{
	struct cleaning	c = { 0 };
	struct entries	es;
	size_t		orphans;
	int		rv;

	if (getopt(argc, argv, "+") != -1 || optind != argc)
		return cmd_usage(&cmd_cleanup);
	if ((rv = orch_open(o)) != 0)
		return rv;
	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++)
		clean(o, &es.v[i], &c);
	entries_release(&es);
	orphans = orphans_remove(o);
	if (c.failed + c.archived + orphans + c.problems == 0)
		puts("nothing to clean up");
	return c.problems > 0 ? EX_NEGATIVE : 0;
}

const struct cmd cmd_cleanup = {
	.name = "cleanup",
	.usage = "",
	.summary = "mark the dead as failed, archive what is over, remove merged worktrees",
	.run = run,
};
