/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/merge/by_hand.h"
#include "orchestrator/session/next.h"
#include "orchestrator/session/orphans.h"
#include "orchestrator/session/place.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/record/account.h"
#include "proto/record/ledger.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"

struct cleaning {
	bool		 quiet;		/* --json: prints only the object at the end */
	struct json	*failed, *archived, *left;	/* ids */
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
	note(c, "%s: %s, archived%s", e->id, status_name(e->state.status), merged ? ", worktree and branch removed" : "");
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
		return;
	}
	if (entry_dead(e))
		declare_dead(e, c);
	/* merge or execute first completes a merge that has begun.  Waits for a worker that is still ending. */
	if (status_ended(e->state.status) && !e->busy &&
	    e->state.merging.target[0] == '\0')
		archive(o, e, c);
}

/* What stays, and why. */
static void
tell_left(struct orch *o, const struct entry *e, struct cleaning *c)
{
	const struct next_row *next;
	char	*command, oid[OID_MAX] = "";
	bool	worktree = e->error == NULL && entry_worktree_is_ours(o, e);

	if (e->error != NULL || status_done(e->state.status))
		return;
	if (e->archived && !worktree && (e->state.branch == NULL || git_branch_read(&o->repo, e->state.branch, oid, NULL, 0) == -1 ||
	    oid[0] == '\0'))
		return;
	json_append(c->left, json_new_string(e->id));
	if (e->archived && worktree)
		note(c, "%s: %s, not merged: its worktree %s and its branch stay; orchestrator discard %s saves and removes them", e->id,
		    status_name(e->state.status), e->state.worktree, e->id);
	else if (e->archived)
		note(c, "%s: %s, not merged: its branch %s stays; orchestrator discard %s saves and removes it", e->id,
		    status_name(e->state.status), e->state.branch, e->id);
	if (e->archived)
		return;
	next = next_rows(next_of(e, false));
	command = next_command(next, e->id);
	note(c, "%s: %s, left as it is: %s %s", e->id, show_status(e), command, next->what);
	free(command);
}

static void
tell_restored(struct orch *o, const struct cleaning *c)
{
	char	*path, *branch, why[GIT_ERR];
	int	fd = file_open_dir(AT_FDCWD, o->repo.common);
	struct git_refs refs = { 0 };
	struct settings settings;

	if (fd == -1 || git_refs_list(fd, "refs/heads/salvage/", o->repo.hexlen, false, &refs, why, sizeof(why)) == -1)
		log_warnx("%s: %s", o->repo.common, fd == -1 ? strerror(errno) : why);
	if (refs.n > 0 && orch_target_settings(o, &settings) == 0) {
		place_settle(o, &settings);
		settings_release(&settings);
	}
	for (size_t i = 0; i < refs.n; i++) {
		branch = refs.v[i].name + strlen("refs/heads/");
		path = place_path(o, branch + strlen("salvage/"), NULL);
		if (git_worktree_is(&o->repo, path, branch))
			note(c, "%s: restored work, and its worktree %s; git worktree remove %s && git branch -D %s removes them",
			    branch, path, path, branch);
		else
			note(c, "%s: restored work; git branch -D %s removes it", branch, branch);
		free(path);
	}
	git_refs_free(&refs);
	file_close(fd);
}

static void
tell_saved(struct orch *o, const struct cleaning *c)
{
	struct strings all = { 0 };
	char	why[GIT_ERR];
	struct git g = { .repo = &o->repo };

	if (git_salvage_list(&g, &all, why, sizeof(why)) == -1)
		log_warnx("%s", why);
	for (size_t i = 0; i < all.n; i++)
		note(c, "refs/salvage/%s: saved work; git update-ref -d refs/salvage/%s removes it", all.v[i], all.v[i]);
	strings_free(&all);
}

/* Budgets count only today's use, but a worker may still be writing yesterday's. */
static void
drop_ledgers(const struct orch *o)
{
	char	*spent = text_format("%s/" LEDGERS, o->workspace), *accounts = text_format("%s/" ACCOUNTS, o->home), day[16];

	ledger_day(clock_wall() - INT64_C(86400000), day);
	ledger_drop(spent, day);
	ledger_drop(accounts, day);
	free(spent);
	free(accounts);
}

static void
print_json(struct cleaning *c, size_t orphans)
{
	struct json	*j = json_new_object();

	json_put_int(j, "version", 1);
	json_put(j, "failed", c->failed);
	json_put(j, "archived", c->archived);
	json_put(j, "left", c->left);
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
	c.left = json_new_array();
	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++)
		clean(o, &es.v[i], &c);
	entries_release(&es);
	orphans = orphans_remove(o);
	drop_ledgers(o);
	if (json_count(c.failed) + json_count(c.archived) + orphans + c.problems == 0)
		note(&c, "nothing to clean up");
	registry_load(o, true, &es);
	for (size_t i = 0; i < es.n; i++)
		tell_left(o, &es.v[i], &c);
	entries_release(&es);
	if (o->json)
		print_json(&c, orphans);
	else {
		tell_restored(o, &c);
		tell_saved(o, &c);
		json_free(c.failed);
		json_free(c.archived);
		json_free(c.left);
	}
	return c.problems > 0 ? EX_NEGATIVE : 0;
}

const struct cmd cmd_cleanup = COMMAND("cleanup",
    "mark dead sessions failed, archive ended ones, remove merged worktrees", run, NO_ROWS);
