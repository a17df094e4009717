/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "orchestrator/merge/by_hand.h"
#include "orchestrator/session/orphans.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

struct cleaning {
	bool		 quiet;		/* --json: prints only the object at the end */
	struct json	*failed, *archived;	/* ids */
	size_t		 problems;
};

static void note(const struct cleaning *, const char *, ...) __attribute__((format(printf, 2, 3)));

/* Prints a line for people. */
static void
note(const struct cleaning *c, const char *fmt, ...)
{
	char	*line;
	va_list	 ap;

	if (c->quiet)
		return;
	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) == -1)
		err(EX_OSERR, NULL);
	va_end(ap);
	text_print(stdout, line, false);
	putchar('\n');
	free(line);
}

static void
declare_dead(struct entry *e, struct cleaning *c)
{
	switch (entry_declare(e, STATUS_FAILED, "died", "cleanup found no running worker")) {
	case 0:
		note(c, "%s: no worker is running: failed (died)", e->id);
		json_append(c->failed, json_new_string(e->id));
		break;
	case -1:
		c->problems++;
		break;
	}
}

static void
archive(struct orch *o, struct entry *e, struct cleaning *c)
{
	bool	merged = status_done(e->state.status);
	char	why[GIT_ERR];
	int	rv = entry_archive(o, e, merged, why, sizeof(why));

	if (rv == 1)
		return;
	if (rv == -1) {
		log_warnx("%s: not archived: %s", e->id, why);
		c->problems++;
		return;
	}
	if (merged || e->state.worktree == NULL)
		note(c, "%s: %s, archived%s", e->id, status_name(e->state.status),
		    merged ? ", worktree and branch removed" : "");
	else
		note(c, "%s: %s, archived; its work stays in %s", e->id,
		    status_name(e->state.status), e->state.worktree);
	json_append(c->archived, json_new_string(e->id));
}

static void
clean(struct orch *o, struct entry *e, struct cleaning *c)
{
	if (e->error != NULL) {
		log_warnx("%s: left as it is: %s", e->path, e->error);
		c->problems++;
		return;
	}
	if (entry_dead(e) && (e->state.status == STATUS_PENDING ||
	    state_given_back(&e->state))) {
		note(c, "%s: not started yet; execute starts it, cancel abandons it", e->id);
		return;
	}
	if (entry_dead(e))
		declare_dead(e, c);
	/* merge or execute first completes a merge that has begun.  Waits for a worker that is still ending. */
	if (status_ended(e->state.status) && !e->busy &&
	    e->state.merging.target[0] == '\0')
		archive(o, e, c);
}

static void
print_json(struct cleaning *c, size_t orphans)
{
	struct json	*j = json_new_object();

	json_put_int(j, "version", 1);
	json_put(j, "failed", c->failed);
	json_put(j, "archived", c->archived);
	json_put_int(j, "orphans", (int64_t)orphans);
	json_put_int(j, "problems", (int64_t)c->problems);
	show_json(j);
}

static int
run(struct orch *o, void *arguments)
{
	struct cleaning	c = { .quiet = o->json };
	struct entries	es;
	size_t		orphans;
	int		rv;

	(void)arguments;
	if ((rv = orch_open(o)) != 0)
		return rv;
	by_hand_recover(o);
	c.failed = json_new_array();
	c.archived = json_new_array();
	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++)
		clean(o, &es.v[i], &c);
	entries_release(&es);
	orphans = orphans_remove(o);
	if (json_count(c.failed) + json_count(c.archived) + orphans + c.problems == 0)
		note(&c, "nothing to clean up");
	if (o->json)
		print_json(&c, orphans);
	else {
		json_free(c.failed);
		json_free(c.archived);
	}
	return c.problems > 0 ? EX_NEGATIVE : 0;
}

const struct cmd cmd_cleanup = COMMAND("cleanup",
    "mark dead sessions failed, archive ended ones, remove merged worktrees", run, NO_ROWS);
