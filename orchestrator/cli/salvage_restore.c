/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "orchestrator/cli/salvage.h"
#include "orchestrator/session/place.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/settings/settings.h"
#include "proto/json/json.h"

/* Writes the files with the safe git, so that nothing in them runs.  Then it is an ordinary worktree. */
static int
fill(struct orch *o, const struct salvage *s, const char *path)
{
	struct git g = s->git;
	char why[GIT_ERR];
	int rc;

	g.worktree = text_format("%s", path);
	g.index = text_format("%s/restore-%ld.index", o->safe, (long)getpid());
	rc = git_checkout(&g, s->what.commit, why, sizeof(why));
	unlink(g.index);
	if (rc == 0)
		rc = git_worktree_unlink(&o->repo, path, why, sizeof(why));
	if (rc == -1)
		log_warnx("%s: %s", path, why);
	free(g.worktree);
	free(g.index);
	return rc == 0 ? 0 : EX_CANTCREAT;
}

static void
say(struct orch *o, const struct salvage *s, const char *path, const char *branch)
{
	struct json *j;

	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "session", s->session);
		json_put_str(j, "worktree", path);
		json_put_str(j, "branch", branch);
		show_json(j);
		return;
	}
	show_field("worktree", path);
	show_field("branch", branch);
	printf("\nIt is an ordinary git worktree: look at it, commit and merge it yourself; then\n"
	    "remove it with git worktree remove and git branch -D.  The saved work stays saved.\n");
}

static int
run(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	char *path, *branch;
	struct settings settings;
	struct salvage s;
	int rv;

	if ((rv = orch_open(o)) != 0 || (rv = salvage_find(o, a->session, &s)) != 0)
		return rv;
	if ((rv = orch_target_settings(o, &settings)) != 0)
		return rv;
	place_settle(o, &settings);
	settings_release(&settings);
	path = place_path(o, s.session, NULL);
	branch = text_format("salvage/%s", s.session);
	if ((rv = place_make(o, path, branch, s.what.commit)) == 0) {
		if ((rv = fill(o, &s, path)) == 0)
			say(o, &s, path, branch);
		else
			place_drop(o, path, branch, s.what.commit);
	}
	free(path);
	free(branch);
	return rv;
}

const struct cmd cmd_salvage_restore = COMMAND("salvage restore",
    "restore saved work in a new worktree on a new branch", run, SESSION_ROWS);
